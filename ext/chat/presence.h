#ifndef CR_CHAT_PRESENCE_H
#define CR_CHAT_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/map.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"

/* Who is in a room as people count: a user with three tabs is one. Keys are
 * told apart by the owner ("user" ids and uids must not collide: give them a
 * prefix). One table per room, made with its first key, gone with its last. */
typedef struct cr_presence cr_presence;

/* *p may be NULL: the table is made. *first: the key was not there before.
 * CR_ERR_NOMEM: nothing happened. */
CR_MUST_CHECK cr_status cr_presence_enter(cr_presence **p, cr_slice key, bool *first);
/* True when that was the key's last; the table is freed and *p NULL when it was
 * the last of all. A key that is not there: false. */
bool cr_presence_leave(cr_presence **p, cr_slice key);
/* How many keys; p may be NULL. */
size_t cr_presence_count(const cr_presence *p);
bool cr_presence_has(const cr_presence *p, cr_slice key);
void cr_presence_free(cr_presence **p);

#endif
