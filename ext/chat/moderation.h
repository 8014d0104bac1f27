#ifndef CR_CHAT_MODERATION_H
#define CR_CHAT_MODERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/list.h"
#include "ext/core/map.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"

/* Who may not speak, or not come in, until when and why. A subject is a key of
 * the owner's making ("user:7", "uid:...", "ip:..."); whether a subject exists is
 * not asked here. Times are monotonic ms. Bounded: CR_MODERATION_MAX entries of
 * a moderator's, and CR_MODERATION_SLOW of slow mode, which are made by whoever
 * speaks. Of those one more takes the place of one that has run out, or has
 * little left: slow mode goes on for whoever spoke last. */

#define CR_MODERATION_MAX    1000000
#define CR_MODERATION_SLOW   500000
#define CR_SUBJECT_MAX       300 /* bytes */
#define CR_SANCTION_FOR_EVER UINT64_MAX

typedef enum cr_sanction_kind {
	CR_SANCTION_MUTE, /* may not speak: everywhere, or in one room */
	CR_SANCTION_BAN,  /* may not come in */
	CR_SANCTION_SLOW  /* has spoken in a room with slow mode */
} cr_sanction_kind;

typedef struct cr_sanction cr_sanction;

typedef struct cr_moderation {
	cr_sanction *by_key;
	size_t count;       /* all of them */
	size_t n_slow;      /* of slow mode */
	cr_list order;      /* for the sweep: a moderator's, */
	cr_list slow_order; /* and those of slow mode */
} cr_moderation;

void cr_moderation_init(cr_moderation *m);
void cr_moderation_deinit(cr_moderation *m);

/* From now until until_ms (or CR_SANCTION_FOR_EVER). room absent: everywhere. A
 * second call replaces the first. reason is copied, may be absent.
 * CR_ERR_NOMEM; CR_ERR_TOOBIG: CR_MODERATION_MAX (not of slow mode), or a subject, room or reason
 * that is too long (CR_SUBJECT_MAX, 255, 123 bytes). */
CR_MUST_CHECK cr_status cr_sanction_set(cr_moderation *m, cr_sanction_kind kind, cr_slice subject, cr_slice room,
	uint64_t until_ms, cr_slice reason);
/* False: there was none. */
bool cr_sanction_lift(cr_moderation *m, cr_sanction_kind kind, cr_slice subject, cr_slice room);
/* The one that holds at now_ms for exactly this subject and room (absent: the
 * one for everywhere), or NULL. One that has run out is dropped when met. */
const cr_sanction *cr_sanction_find(cr_moderation *m, cr_sanction_kind kind, cr_slice subject, cr_slice room,
	uint64_t now_ms);
/* Milliseconds left, at least 1; UINT64_MAX: for ever. */
uint64_t cr_sanction_left(const cr_sanction *s, uint64_t now_ms);
cr_slice cr_sanction_reason(const cr_sanction *s);
/* Drops what has run out, looking at no more than max entries of each sort per
 * call; goes on where the last one stopped. */
void cr_moderation_sweep(cr_moderation *m, uint64_t now_ms, size_t max);

#endif
