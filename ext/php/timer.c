/* every() and after(): the engine's timers with a callable each. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/timer.h"

#include <math.h>

#include "zend_exceptions.h"

#include "ext/core/mem.h"
#include "ext/php/call.h"

#define SECONDS_MIN 0.001
#define SECONDS_MAX 31536000

/* On the engine's heap: the engine owns it, until it calls on_release. */
typedef struct chatroom_timer {
	cr_list in_room;
	chatroom_obj *room;
	const char *name;
	chatroom_handler handler;
} chatroom_timer;

static void timer_body(chatroom_obj *room, void *frame)
{
	chatroom_timer *t = frame;
	zval retval;

	chatroom_call(room, t->name, &t->handler, 0, NULL, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, t->name, NULL);
}

static void on_due(void *arg)
{
	chatroom_timer *t = arg;

	if (!t->room->ended) {
		chatroom_guard(t->room, timer_body, t);
	}
}

static void on_release(void *arg)
{
	chatroom_timer *t = arg;
	chatroom_obj *room = t->room;
	zval callable;

	cr_list_remove(&t->in_room);
	ZVAL_COPY_VALUE(&callable, &t->handler.callable);
	cr_free(t);
	chatroom_release_guarded(room, &callable);
}

zend_long chatroom_timer_add(chatroom_obj *room, double seconds, bool repeat,
	const zend_fcall_info *fci, const zend_fcall_info_cache *fcc)
{
	/* written so that NAN does not pass */
	if (!(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) {
		zend_argument_value_error(1, "must be between %.3f and %d", SECONDS_MIN, SECONDS_MAX);
		return 0;
	}
	if (!chatroom_handler_check(fci, fcc, 2)) {
		return 0;
	}

	chatroom_timer *t = cr_calloc(1, sizeof(*t));
	int64_t id = 0;

	if (t) {
		t->room = room;
		t->name = repeat ? "Chatroom::every()" : "Chatroom::after()";
		id = cr_server_timer_add(room->server, (uint64_t) ceil(seconds * 1000), repeat,
			on_due, on_release, t);
	}
	if (id == 0) {
		cr_free(t);
		zend_throw_exception(chatroom_exception_ce, "out of memory", 0);
		return 0;
	}
	chatroom_handler_set(&t->handler, fci, fcc);
	cr_list_append(&room->timers, &t->in_room);
	return (zend_long) id;
}

void chatroom_timers_get_gc(chatroom_obj *room, zend_get_gc_buffer *buf)
{
	for (cr_list *l = room->timers.next; l != &room->timers; l = l->next) {
		zend_get_gc_buffer_add_zval(buf, &cr_container_of(l, chatroom_timer, in_room)->handler.callable);
	}
}
