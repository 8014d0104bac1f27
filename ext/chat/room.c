/* Rooms.
 *
 * Members stand in a dense array, so a broadcast walks memory in order;
 * leaving swaps the last one into the gap. A membership is 40 bytes and its
 * place in the array, of a pool of its own.
 */
#include "ext/chat/room.h"

#include <string.h>

#include "ext/core/mem.h"
#include "ext/core/utf8.h"

void cr_rooms_init(cr_rooms *rooms, void (*on_gone)(void *arg, cr_room *room), void *arg)
{
	*rooms = (cr_rooms){.on_gone = on_gone, .arg = arg};
	cr_pool_init(&rooms->memberships, sizeof(cr_membership));
}

void cr_rooms_deinit(cr_rooms *rooms)
{
	CR_ASSERT(rooms->count == 0 && rooms->by_name == NULL);
	cr_pool_deinit(&rooms->memberships);
}

bool cr_room_name_is_valid(cr_slice name)
{
	if (name.len == 0 || name.len > CR_ROOM_NAME_MAX || !cr_utf8_is_valid(name.ptr, name.len)) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7f) {
			return false;
		}
		/* U+0080 to U+009F are controls too */
		if (name.ptr[i] == 0xc2 && name.ptr[i + 1] < 0xa0) {
			return false;
		}
	}
	return true;
}

cr_room *cr_rooms_find(cr_rooms *rooms, cr_slice name)
{
	cr_room *room = NULL;

	HASH_FIND(hh, rooms->by_name, name.ptr, name.len, room);
	return room;
}

static cr_room *room_new(cr_rooms *rooms, cr_slice name)
{
	cr_room *room = cr_calloc(1, sizeof(*room) + name.len);

	if (!room) {
		return NULL;
	}
	memcpy(room->name, name.ptr, name.len);
	room->name_len = name.len;
	HASH_ADD_KEYPTR(hh, rooms->by_name, room->name, room->name_len, room);
	if (!CR_MAP_IS_IN(room)) {
		cr_free(room);
		return NULL;
	}
	rooms->count++;
	return room;
}

static void room_free_if_empty(cr_rooms *rooms, cr_room *room)
{
	if (room->n_members > 0) {
		return;
	}
	rooms->on_gone(rooms->arg, room);
	HASH_DEL(rooms->by_name, room);
	rooms->count--;
	cr_free(room->members);
	cr_free(room);
}

static bool grow(cr_room *room)
{
	if (room->n_members < room->cap) {
		return true;
	}
	size_t cap = room->cap ? room->cap * 2 : 4;
	cr_membership **grown = cr_realloc(room->members, cap * sizeof(*grown));

	if (!grown) {
		return false;
	}
	room->members = grown;
	room->cap = cap;
	return true;
}

cr_status cr_room_join(cr_rooms *rooms, cr_member *m, cr_slice name, cr_membership **out)
{
	if (!cr_room_name_is_valid(name)) {
		return CR_ERR_FORM;
	}
	cr_room *room = cr_rooms_find(rooms, name);
	cr_membership **end = &m->rooms;

	for (; *end; end = &(*end)->next) {
		if ((*end)->room == room) {
			*out = *end;
			return CR_OK;
		}
	}
	if (!room && !(room = room_new(rooms, name))) {
		return CR_ERR_NOMEM;
	}
	cr_membership *ms = cr_pool_take(&rooms->memberships);
	if (!ms || !grow(room)) {
		if (ms) {
			cr_pool_give(&rooms->memberships, ms);
		}
		room_free_if_empty(rooms, room);
		return CR_ERR_NOMEM;
	}
	ms->room = room;
	ms->member = m;
	*end = ms;
	room->kinds[m->kind]++;
	room->kind_set |= (uint16_t) (1u << m->kind);
	ms->index = (uint32_t) room->n_members & INT32_MAX;
	room->members[room->n_members++] = ms;
	*out = ms;
	return CR_OK;
}

void cr_room_leave(cr_rooms *rooms, cr_membership *ms)
{
	cr_room *room = ms->room;
	cr_membership **link = &ms->member->rooms;
	cr_membership *last = room->members[--room->n_members];

	CR_ASSERT(room->kinds[ms->member->kind] > 0);
	if (--room->kinds[ms->member->kind] == 0) {
		room->kind_set &= (uint16_t) ~(1u << ms->member->kind);
	}
	room->members[ms->index] = last;
	last->index = ms->index;
	while (*link != ms) {
		link = &(*link)->next;
	}
	*link = ms->next;
	cr_pool_give(&rooms->memberships, ms);
	room_free_if_empty(rooms, room);
}

void cr_room_leave_all(cr_rooms *rooms, cr_member *m)
{
	while (m->rooms) {
		cr_room_leave(rooms, m->rooms);
	}
}

cr_membership *cr_member_first(const cr_member *m)
{
	return m->rooms;
}
