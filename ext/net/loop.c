/* The event loop: turns around event_base_loop(EVLOOP_ONCE).
 *
 * The order inside a turn: libevent dispatches what is ready; on_turn (the
 * server puts its batches into queues); every dirty connection is written with
 * one call; connections that died meanwhile report it, which may queue more;
 * at last the dead are freed. So a callback may close any connection at any
 * time and nobody holds a stale pointer.
 */
#include "ext/net/loop.h"

#include <event2/event.h>
#include <time.h>

#include "ext/core/mem.h"
#include "ext/net/conn.h"
#include "ext/net/listener.h"

#define SWEEP_GRAIN_MS 10   /* deadlines closer together than this share a wake-up */
#define STALL_MS       1000 /* a turn this late means we slept, not the peers */
#define STALL_GRACE_MS 500

struct cr_loop_event {
	struct event *ev;
	cr_loop_fn fn;
	void *arg;
};

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}

uint64_t cr_loop_now(cr_loop *loop)
{
	if (loop->now_ms == 0) {
		loop->now_ms = clock_ms();
	}
	return loop->now_ms;
}

static struct timeval timeval_of(uint64_t ms)
{
	return (struct timeval){.tv_sec = (time_t) (ms / 1000), .tv_usec = (suseconds_t) (ms % 1000 * 1000)};
}

static void arm_sweep(cr_loop *loop, uint64_t at)
{
	uint64_t now = cr_loop_now(loop), wait = at > now ? at - now : 0;

	if (wait < SWEEP_GRAIN_MS) {
		wait = SWEEP_GRAIN_MS;
	}
	struct timeval tv = timeval_of(wait);

	loop->sweep_at = now + wait;
	event_add(loop->sweep, &tv);
}

static uint64_t earliest_due(cr_loop *loop)
{
	uint64_t min = UINT64_MAX;

	for (cr_list *n = loop->deadlines.next; n != &loop->deadlines; n = n->next) {
		cr_deadline_list *list = cr_container_of(n, cr_deadline_list, in_loop);

		if (!cr_list_is_empty(&list->items)) {
			cr_deadline *d = cr_container_of(list->items.next, cr_deadline, link);

			min = d->due_ms < min ? d->due_ms : min;
		}
	}
	return min;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	cr_loop *loop = arg;
	uint64_t now = cr_loop_now(loop), late = now > loop->sweep_at ? now - loop->sweep_at : 0;

	(void) fd;
	(void) what;
	loop->sweep_at = UINT64_MAX;
	if (late > STALL_MS) {
		/* a PHP callback blocked the loop: what the peers sent meanwhile is
		 * still in their sockets, so let it be read before judging them */
		arm_sweep(loop, now + STALL_GRACE_MS);
		return;
	}
	for (cr_list *n = loop->deadlines.next; n != &loop->deadlines; n = n->next) {
		cr_deadline_list *list = cr_container_of(n, cr_deadline_list, in_loop);

		while (!cr_list_is_empty(&list->items)) {
			cr_deadline *d = cr_container_of(list->items.next, cr_deadline, link);

			if (d->due_ms > now) {
				break;
			}
			cr_list_remove(&d->link);
			list->on_due(d);
		}
	}
	uint64_t next = earliest_due(loop);
	if (next != UINT64_MAX && next < loop->sweep_at) {
		arm_sweep(loop, next);
	}
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	cr_conn_read_unread(arg);
}

static struct event_base *base_new(bool precise)
{
	struct event_config *config = event_config_new();

	if (!config) {
		return NULL;
	}
	if (precise) {
		event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	}
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

cr_status cr_loop_init(cr_loop *loop, const cr_loop_options *o)
{
	*loop = (cr_loop){.send_queue_limit = o->send_queue_limit, .sweep_at = UINT64_MAX, .poll.fd = -1};
	cr_list_init(&loop->dirty);
	cr_list_init(&loop->dead);
	cr_list_init(&loop->unread);
	cr_list_init(&loop->paused);
	cr_list_init(&loop->deadlines);

	loop->read_buf = cr_malloc(CR_LOOP_READ_SIZE);
	loop->base = base_new(o->precise);
	if (!loop->read_buf || !loop->base) {
		cr_loop_deinit(loop);
		return CR_ERR_NOMEM;
	}
	loop->sweep = evtimer_new(loop->base, on_sweep, loop);
	loop->again = evtimer_new(loop->base, on_again, loop);
	cr_status st = loop->sweep && loop->again ? cr_poll_init(loop) : CR_ERR_NOMEM;
	if (st != CR_OK) {
		cr_loop_deinit(loop);
	}
	return st;
}

void cr_loop_deinit(cr_loop *loop)
{
	while (loop->free_segs) {
		cr_seg *seg = loop->free_segs;

		loop->free_segs = seg->next;
		cr_free(seg);
	}
	loop->n_free_segs = 0;
	if (loop->sweep) {
		event_free(loop->sweep);
		loop->sweep = NULL;
	}
	if (loop->again) {
		event_free(loop->again);
		loop->again = NULL;
	}
	cr_poll_deinit(loop);
	if (loop->base) {
		event_base_free(loop->base);
		loop->base = NULL;
	}
	cr_free(loop->read_buf);
	loop->read_buf = NULL;
}

void cr_loop_forked(cr_loop *loop)
{
	/* a new epoll set for the child: without it its event_del() would take the
	 * parent's descriptors out of the set both share */
	if (loop->base && !loop->forked) {
		(void) event_reinit(loop->base);
	}
	loop->forked = true;
}

void cr_loop_end_turn(cr_loop *loop, cr_loop_turn_fn on_turn, void *arg)
{
	bool freed, any = false;

	do {
		freed = false;
		on_turn(arg);
		while (!cr_list_is_empty(&loop->dirty)) {
			cr_conn *c = cr_container_of(loop->dirty.next, cr_conn, _link);

			cr_list_remove(&c->_link);
			if (!loop->forked) {
				cr_conn_flush(c);
			}
		}
		/* dying connections may owe their application a callback, which may
		 * send again */
		cr_list dead;
		cr_list_init(&dead);
		cr_list_splice(&dead, &loop->dead);
		while (!cr_list_is_empty(&dead)) {
			cr_conn *c = cr_container_of(dead.next, cr_conn, _link);

			cr_list_remove(&c->_link);
			c->cb->on_free(c);
			any = freed = true;
		}
		/* once more after the last one went: on_turn may be waiting for it */
	} while (freed || !cr_list_is_empty(&loop->dirty) || !cr_list_is_empty(&loop->dead));
	if (any) {
		cr_listeners_resume(loop);
	}
	loop->now_ms = 0;
}

cr_status cr_loop_run(cr_loop *loop, cr_loop_turn_fn on_turn, void *arg)
{
	loop->stopped = false;
	loop->now_ms = 0;
	cr_loop_end_turn(loop, on_turn, arg);
	while (!loop->stopped) {
		loop->cut = false;
		if (event_base_loop(loop->base, EVLOOP_ONCE) != 0) {
			return CR_ERR_SYS;
		}
		cr_loop_end_turn(loop, on_turn, arg);
	}
	return CR_OK;
}

void cr_loop_stop(cr_loop *loop)
{
	loop->stopped = true;
	cr_loop_cut_turn(loop);
}

void cr_loop_cut_turn(cr_loop *loop)
{
	loop->cut = true;
	event_base_loopbreak(loop->base);
}

void cr_deadline_list_init(cr_deadline_list *list, cr_loop *loop, uint64_t duration_ms, cr_deadline_fn on_due)
{
	cr_list_init(&list->items);
	list->duration_ms = duration_ms;
	list->on_due = on_due;
	cr_list_append(&loop->deadlines, &list->in_loop);
}

void cr_deadline_init(cr_deadline *d)
{
	cr_list_init(&d->link);
	d->due_ms = 0;
}

void cr_deadline_arm(cr_deadline *d, cr_deadline_list *list, cr_loop *loop)
{
	cr_list_remove(&d->link);
	if (list->duration_ms == 0) {
		return;
	}
	d->due_ms = cr_loop_now(loop) + list->duration_ms;
	cr_list_append(&list->items, &d->link);
	if (d->due_ms < loop->sweep_at) {
		arm_sweep(loop, d->due_ms);
	}
}

void cr_deadline_cancel(cr_deadline *d)
{
	cr_list_remove(&d->link);
}

static void on_loop_event(evutil_socket_t fd, short what, void *arg)
{
	cr_loop_event *e = arg;

	(void) fd;
	(void) what;
	e->fn(e->arg);
}

static const struct timeval unarmed;

static cr_loop_event *loop_event_new(cr_loop *loop, int fd, short what, const struct timeval *tv,
	cr_loop_fn fn, void *arg)
{
	cr_loop_event *e = cr_calloc(1, sizeof(*e));

	if (!e) {
		return NULL;
	}
	e->fn = fn;
	e->arg = arg;
	e->ev = event_new(loop->base, fd, what, on_loop_event, e);
	if (!e->ev || (tv != &unarmed && event_add(e->ev, tv) != 0)) {
		cr_loop_event_free(e);
		return NULL;
	}
	return e;
}

/* libevent looks at the coarse clock, which may be a tick behind when a timer is
 * armed: what is to come once comes that much later rather than too early. */
static uint64_t coarse_tick_ms(void)
{
	struct timespec ts;

	return clock_getres(CLOCK_MONOTONIC_COARSE, &ts) == 0 ? (uint64_t) ts.tv_nsec / 1000000 : 0;
}

cr_loop_event *cr_loop_timer_new(cr_loop *loop, uint64_t ms, bool repeat, cr_loop_fn fn, void *arg)
{
	if (ms == 0) {
		return loop_event_new(loop, -1, 0, &unarmed, fn, arg);
	}
	ms += repeat ? 0 : coarse_tick_ms();
	struct timeval tv = timeval_of(ms);

	return loop_event_new(loop, -1, repeat ? EV_PERSIST : 0, &tv, fn, arg);
}

void cr_loop_timer_arm(cr_loop_event *e, uint64_t ms)
{
	struct timeval tv = timeval_of(ms);

	event_add(e->ev, &tv);
}

cr_loop_event *cr_loop_signal_new(cr_loop *loop, int signo, cr_loop_fn fn, void *arg)
{
	return loop_event_new(loop, signo, EV_SIGNAL | EV_PERSIST, NULL, fn, arg);
}

void cr_loop_event_free(cr_loop_event *e)
{
	if (e) {
		if (e->ev) {
			event_free(e->ev);
		}
		cr_free(e);
	}
}

const char *cr_loop_libevent_version(void)
{
	return event_get_version();
}
