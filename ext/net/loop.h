#ifndef CR_NET_LOOP_H
#define CR_NET_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/list.h"
#include "ext/core/status.h"
#include "ext/net/poll.h"

/* The event loop: libevent's base, turns, deadlines, timers, signals.
 *
 * A turn is one wake-up: every ready socket is read, then the turn ends:
 * what was queued is written, and what was closed is freed. Nothing is freed
 * inside a callback. */

#define CR_LOOP_READ_SIZE 65536 /* bytes read of one connection per turn */

struct event;
struct event_base;
struct cr_seg;

typedef struct cr_loop {
	struct event_base *base;
	cr_poll poll;             /* the connections */
	uint8_t *read_buf;        /* CR_LOOP_READ_SIZE, shared by all connections */
	cr_list dirty;            /* connections with something to write */
	cr_list dead;             /* connections to free at the end of the turn */
	cr_list unread;           /* cr_conn_tls with bytes that epoll does not know of */
	struct event *again;      /* due at once when unread is not empty */
	cr_list paused;           /* listeners that wait for a descriptor */
	struct cr_seg *free_segs; /* spare queue entries */
	size_t n_free_segs;
	cr_list deadlines; /* all cr_deadline_list */
	struct event *sweep;
	uint64_t sweep_at; /* ms, UINT64_MAX: not armed */
	uint64_t now_ms;   /* CLOCK_MONOTONIC, 0: not yet read in this turn */
	uint64_t last_sweep_ms;
	size_t send_queue_limit; /* bytes per connection before on_slow */
	uint64_t bytes_in, bytes_out, queued_bytes;
	bool stopped;
	bool cut;    /* this turn ends after the current callback */
	bool forked; /* the sockets are the parent's: nothing is written */
} cr_loop;

typedef struct cr_loop_options {
	size_t send_queue_limit; /* bytes per connection before on_slow */
	/* timers to the millisecond, for one more system call per wait while one is
	 * armed; otherwise to a tick of the kernel's coarse clock, 1 to 10 ms */
	bool precise;
} cr_loop_options;

/* CR_ERR_NOMEM, CR_ERR_SYS. On failure the loop is deinitialised. */
CR_MUST_CHECK cr_status cr_loop_init(cr_loop *loop, const cr_loop_options *o);
/* All connections must be closed, listeners, timers and signals freed. */
void cr_loop_deinit(cr_loop *loop);
/* In a forked child: lets go of the parent's epoll set without touching it;
 * from now on nothing is written. Twice is harmless. */
void cr_loop_forked(cr_loop *loop);

/* Turns until cr_loop_stop(). on_turn is called at the end of each turn,
 * before anything is written; more than once when writing closed somebody.
 * CR_ERR_SYS when polling fails. */
typedef void (*cr_loop_turn_fn)(void *arg);
CR_MUST_CHECK cr_status cr_loop_run(cr_loop *loop, cr_loop_turn_fn on_turn, void *arg);
void cr_loop_stop(cr_loop *loop);
/* Ends this turn after the current callback; what else is ready comes in the
 * next one. For when a turn has gathered a lot to write. */
void cr_loop_cut_turn(cr_loop *loop);
/* The end of a turn, outside of cr_loop_run(): for shutting down. */
void cr_loop_end_turn(cr_loop *loop, cr_loop_turn_fn on_turn, void *arg);

/* Milliseconds of CLOCK_MONOTONIC, read at most once per turn. */
uint64_t cr_loop_now(cr_loop *loop);

/* Deadlines of one kind: all of the same duration, so appending keeps them in
 * order and arming one costs a few writes. No timer per connection. */
typedef struct cr_deadline cr_deadline;
typedef void (*cr_deadline_fn)(cr_deadline *d);

typedef struct cr_deadline_list {
	cr_list items;
	cr_list in_loop;
	uint64_t duration_ms;
	cr_deadline_fn on_due; /* d is off the list when it is called */
} cr_deadline_list;

struct cr_deadline {
	cr_list link;
	uint64_t due_ms;
};

void cr_deadline_list_init(cr_deadline_list *list, cr_loop *loop, uint64_t duration_ms, cr_deadline_fn on_due);
void cr_deadline_init(cr_deadline *d);
/* Arms d anew, taking it off whatever list it was on. A list with duration 0
 * is switched off: d is only cancelled. Due times are met within 10 ms, late. */
void cr_deadline_arm(cr_deadline *d, cr_deadline_list *list, cr_loop *loop);
void cr_deadline_cancel(cr_deadline *d);

/* Timers and signals of the server's own: few, one libevent event each. */
typedef struct cr_loop_event cr_loop_event;
typedef void (*cr_loop_fn)(void *arg);
/* ms 0: not armed yet. NULL: out of memory. */
cr_loop_event *cr_loop_timer_new(cr_loop *loop, uint64_t ms, bool repeat, cr_loop_fn fn, void *arg);
/* Arms a timer anew: due once, in ms (at least 1). */
void cr_loop_timer_arm(cr_loop_event *e, uint64_t ms);
/* The handler that was installed before comes back when it is freed. */
cr_loop_event *cr_loop_signal_new(cr_loop *loop, int signo, cr_loop_fn fn, void *arg);
void cr_loop_event_free(cr_loop_event *e);

const char *cr_loop_libevent_version(void);

#endif
