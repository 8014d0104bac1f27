#ifndef CR_CHAT_TIMELINE_H
#define CR_CHAT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/list.h"
#include "ext/core/map.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/core/uuid.h"

/* The order of a room's messages, and what is kept of them. This is the seam
 * behind which a store may one day be (SQLite, Redis): now it is memory.
 *
 * A timeline gives its room's messages their seq: 1, 2, 3 ... without holes
 * within one epoch, a random name of this history. It keeps the last of them,
 * bounded by count, bytes and age; what is kept is always a gapless run that
 * ends at the top. It outlives its room: when the last member has left, it is
 * still there for its time to live, so that who comes back can resume.
 *
 * All of them together keep at most max_bytes. When that is not enough for what
 * is said, or for an edit, the oldest messages go of whoever has been closed
 * for longest, then of the next one, and when no closed one keeps anything, of
 * the open one in which nobody has spoken for longest, to a second. So what one
 * timeline does may change another.
 *
 * Age is looked at by append, set_limits and sweep only: between two sweeps what
 * is too old can still be read, and a closed timeline be opened again. */

#define CR_EPOCH_LEN            16     /* hexadecimal characters, no NUL */
#define CR_TIMELINES_CLOSED_MAX 100000 /* of empty rooms: whoever comes and goes makes them */

typedef struct cr_timeline_limits {
	uint32_t count;  /* messages kept; 0: none, seq is given all the same */
	size_t bytes;    /* of text, data, user and name, plus the entries themselves */
	uint64_t ttl_ms; /* a message's age, and how long an empty room's timeline is kept */
} cr_timeline_limits;

/* What is said. All slices are borrowed and copied on append. */
typedef struct cr_post {
	cr_uuid uid;      /* of the sender; nil: the server */
	uint64_t time_ms; /* Unix ms, told to clients; order never depends on it */
	cr_slice text;    /* UTF-8 */
	cr_slice data;    /* JSON text, or absent */
	cr_slice user;    /* the application's id of the sender, or absent */
	cr_slice name;    /* display name, or absent */
} cr_post;

typedef struct cr_entry {
	uint64_t seq;
	uint64_t kept_ms;    /* monotonic, for its age */
	uint64_t changed_at; /* the top when it was last edited or deleted; 0: never */
	bool deleted;        /* text is empty then and data absent; the seq stays */
	cr_post post;        /* slices point into this entry's own memory */
} cr_entry;

typedef struct cr_timeline cr_timeline;

typedef struct cr_timelines {
	cr_timeline *by_name;
	size_t count, n_closed;
	size_t bytes; /* of all entries kept */
	size_t max_bytes;
	uint64_t evicted; /* entries dropped because of max_bytes, before their time */
	cr_list closed;   /* timelines of empty rooms; next to be swept first, like opened */
	cr_list opened;
	cr_list idle_closed, idle_opened; /* those that keep anything; next to be evicted first */
	cr_timeline_limits defaults;
} cr_timelines;

/* defaults are those of timelines made later. max_bytes: of the same as
 * cr_timeline_limits.bytes, over all timelines. */
void cr_timelines_init(cr_timelines *all, const cr_timeline_limits *defaults, size_t max_bytes);
/* Frees every timeline, open or not. */
void cr_timelines_deinit(cr_timelines *all);

/* The timeline of that room, made with a new epoch if there is none; marked
 * open (it does not expire) until cr_timeline_close(). Opens do not nest: one
 * room, one owner. NULL: out of memory, or no randomness. */
cr_timeline *cr_timeline_open(cr_timelines *all, cr_slice room);
/* Open or not; NULL when there is none. */
cr_timeline *cr_timeline_find(cr_timelines *all, cr_slice room);
/* The room is empty: it expires ttl after now. One that never had a message is
 * kept for as long, so that an epoch told to a client stays good; unless
 * CR_TIMELINES_CLOSED_MAX others have been closed since. */
void cr_timeline_close(cr_timeline *tl, uint64_t now_ms);
/* Another length or age for this room; trims at once. */
void cr_timeline_set_limits(cr_timeline *tl, const cr_timeline_limits *limits, uint64_t now_ms);
/* Drops what is too old, at most max timelines looked at per call so that a
 * sweep stays short (it goes on where the last one stopped). */
void cr_timelines_sweep(cr_timelines *all, uint64_t now_ms, size_t max);

/* Gives the message its seq and keeps it. CR_ERR_NOMEM: nothing happened, no
 * seq was used. A message larger than limits.bytes or than all may keep gets its
 * seq and empties the history (a gapless run that ends at the top: empty). */
CR_MUST_CHECK cr_status cr_timeline_append(cr_timeline *tl, const cr_post *post, uint64_t now_ms, uint64_t *seq);

const char *cr_timeline_epoch(const cr_timeline *tl); /* CR_EPOCH_LEN characters and a NUL */
uint64_t cr_timeline_top(const cr_timeline *tl);      /* the last seq given; 0: none yet */
uint64_t cr_timeline_first(const cr_timeline *tl);    /* the oldest kept; top + 1 when none is */
size_t cr_timeline_bytes(const cr_timeline *tl);
/* NULL unless first <= seq <= top. Valid until any timeline changes. */
const cr_entry *cr_timeline_get(const cr_timeline *tl, uint64_t seq);

/* Somebody who saw everything up to since (0: nothing, but was there), in this
 * epoch, can be given the rest: the epoch is ours, since <= top, and everything
 * after since is kept. An absent epoch proves nothing: false. */
bool cr_timeline_can_resume(const cr_timeline *tl, cr_slice epoch, uint64_t since);

/* Replaces a kept message's text, or empties it for good. CR_ERR_STATE: not
 * kept any more, or deleted. CR_ERR_NOMEM, of an edit only: nothing happened.
 * changed_at becomes top, so one who resumes has missed the changes with
 * changed_at >= since (perhaps not all of them: telling one twice does no harm).
 * A text that became longer can cost the oldest their place, even the entry
 * itself. The text may be the entry's own. */
CR_MUST_CHECK cr_status cr_timeline_edit(cr_timeline *tl, uint64_t seq, cr_slice text);
CR_MUST_CHECK cr_status cr_timeline_delete(cr_timeline *tl, uint64_t seq);

#endif
