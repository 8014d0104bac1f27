#ifndef CR_CHAT_ROOM_H
#define CR_CHAT_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/map.h"
#include "ext/core/pool.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"

/* Rooms and who is in them. No bytes, no sockets: what a room has to send is
 * the server's, hung on room->out; who a member is, too.
 *
 * A room exists while somebody is in it. */

#define CR_ROOM_NAME_MAX 255 /* bytes */
#define CR_ROOM_KINDS    16  /* kinds of member, see cr_member.kind */

typedef struct cr_member cr_member;
typedef struct cr_room cr_room;

/* One member in one room. The stretches of the room's batch that are the
 * member's own (it does not get them back) are a chain of hole numbers, valid
 * while hole_epoch is the batch's. */
typedef struct cr_membership {
	cr_room *room;
	cr_member *member;
	struct cr_membership *next; /* the member's next room */
	uint32_t index : 31;        /* in room->members */
	uint32_t invited : 1;       /* the owner's to set: put in, did not ask */
	uint32_t hole_epoch, first_hole, last_hole;
} cr_membership;

/* Embedded in the server's session. Zeroed memory is a member of no room. */
struct cr_member {
	cr_membership *rooms; /* in the order of joining */
	uint8_t kind;         /* below CR_ROOM_KINDS: the owner's meaning; not to change while in a room */
};

struct cr_room {
	UT_hash_handle hh;
	cr_membership **members; /* dense; order is not the order of joining */
	size_t n_members, cap;
	uint32_t kinds[CR_ROOM_KINDS]; /* members of each kind */
	uint16_t kind_set;             /* bit k: kinds[k] > 0 */
	void *out;                     /* the server's batch, see cr_rooms.on_gone */
	size_t name_len;
	char name[]; /* not NUL-terminated */
};

typedef struct cr_rooms {
	cr_room *by_name;
	cr_pool memberships;
	size_t count;
	void (*on_gone)(void *arg, cr_room *room); /* the last one left; frees room->out */
	void *arg;
} cr_rooms;

void cr_rooms_init(cr_rooms *rooms, void (*on_gone)(void *arg, cr_room *room), void *arg);
/* All members must have left. */
void cr_rooms_deinit(cr_rooms *rooms);

/* 1 to 255 bytes of UTF-8 without control characters. */
bool cr_room_name_is_valid(cr_slice name);
cr_room *cr_rooms_find(cr_rooms *rooms, cr_slice name);
/* Joins, making the room if need be. CR_ERR_NOMEM; CR_ERR_FORM for a bad name;
 * CR_OK also when already in. */
CR_MUST_CHECK cr_status cr_room_join(cr_rooms *rooms, cr_member *m, cr_slice name, cr_membership **out);
void cr_room_leave(cr_rooms *rooms, cr_membership *ms);
void cr_room_leave_all(cr_rooms *rooms, cr_member *m);
/* The room it has been in longest, the head of the list; NULL: none. */
cr_membership *cr_member_first(const cr_member *m);

static inline cr_slice cr_room_name(const cr_room *room)
{
	return cr_slice_of(room->name, room->name_len);
}

#endif
