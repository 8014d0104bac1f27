/* The application's timers. They may be set before run(): then they start with
 * it. A timer may cancel itself, or any other, while it runs. */
#include "ext/server/internal.h"

static void timer_free(cr_timer *t)
{
	cr_loop_event_free(t->event);
	if (t->release) {
		t->release(t->arg);
	}
	cr_free(t);
}

static void drop(cr_timer *t)
{
	HASH_DEL(t->srv->timers, t);
	if (t->running) {
		t->gone = true;
	} else {
		timer_free(t);
	}
}

static void on_due(void *arg)
{
	cr_timer *t = arg;

	if (!t->repeat) {
		HASH_DEL(t->srv->timers, t);
		t->gone = true;
	}
	t->running = true;
	t->fn(t->arg);
	t->running = false;
	if (t->gone) {
		timer_free(t);
	}
}

static bool arm(cr_timer *t)
{
	t->event = cr_loop_timer_new(&t->srv->loop, t->ms, t->repeat, on_due, t);
	return t->event != NULL;
}

int64_t cr_server_timer_add(cr_server *srv, uint64_t ms, bool repeat, cr_timer_fn fn, cr_timer_fn release, void *arg)
{
	cr_timer *t = cr_calloc(1, sizeof(*t));

	if (!t) {
		return 0;
	}
	*t = (cr_timer){.id = ++srv->last_timer_id, .ms = ms, .repeat = repeat, .fn = fn, .arg = arg, .srv = srv};
	if (srv->running && !arm(t)) {
		cr_free(t);
		return 0;
	}
	HASH_ADD(hh, srv->timers, id, sizeof(t->id), t);
	if (!CR_MAP_IS_IN(t)) {
		timer_free(t);
		return 0;
	}
	t->release = release;
	return t->id;
}

bool cr_server_timer_cancel(cr_server *srv, int64_t id)
{
	cr_timer *t = NULL;

	HASH_FIND(hh, srv->timers, &id, sizeof(id), t);
	if (t) {
		drop(t);
	}
	return t != NULL;
}

bool cr_timers_arm(cr_server *srv)
{
	for (cr_timer *t = srv->timers; t; t = t->hh.next) {
		if (!t->event && !arm(t)) {
			return false;
		}
	}
	return true;
}

void cr_timers_disarm(cr_server *srv)
{
	for (cr_timer *t = srv->timers; t; t = t->hh.next) {
		cr_loop_event_free(t->event);
		t->event = NULL;
	}
}

void cr_timers_free(cr_server *srv)
{
	while (srv->timers) {
		drop(srv->timers);
	}
}
