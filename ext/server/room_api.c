/* What the application does with rooms: puts clients in and out, walks them,
 * reads what was said and changes it. */
#include "ext/server/v1.h"

cr_status cr_session_join(cr_session *s, cr_slice room)
{
	cr_membership *ms;
	size_t n = 0;

	if (s->state != CR_SESSION_OPEN) {
		return CR_ERR_STATE;
	}
	if (!cr_room_name_is_valid(room)) {
		return CR_ERR_FORM;
	}
	for (ms = cr_member_first(&s->member); ms; ms = ms->next, n++) {
		if (cr_slice_eq(cr_room_name(ms->room), room)) {
			return CR_OK;
		}
	}
	if (n >= s->srv->config.rooms_per_client) {
		s->srv->stats.refused_rooms++;
		return CR_ERR_TOOBIG;
	}
	cr_status st = cr_room_enter(s, room, &ms);
	if (st == CR_OK) {
		ms->invited = 1;
	}
	if (st == CR_OK && cr_is_v1(s)) {
		cr_v1_tell_joined(s, ms);
	}
	return st;
}

static void leave(cr_session *s, cr_membership *ms, const char *reason)
{
	char name[CR_ROOM_NAME_MAX];
	size_t len = ms->room->name_len;

	memcpy(name, ms->room->name, len);
	cr_slice room = cr_slice_of(name, len);
	cr_room_exit(s, ms, false);
	if (cr_is_v1(s)) {
		cr_v1_left(s, room, CR_SLICE_NONE, reason);
	}
	if (cr_server_wants(s->srv, CR_HOOK_LEAVE)) {
		s->srv->hooks->on_leave(s->srv->hooks_arg, s, room);
	}
}

bool cr_session_leave(cr_session *s, cr_slice room)
{
	cr_membership *ms = s->state == CR_SESSION_OPEN && room.ptr ? cr_membership_in(s, room) : NULL;

	if (ms) {
		leave(s, ms, NULL);
	}
	return ms != NULL;
}

bool cr_server_leave(cr_server *srv, const cr_uuid *uid, cr_slice room)
{
	cr_session *s = cr_server_find(srv, uid);

	return s ? cr_session_leave(s, room) : cr_peers_leave_parked(srv, uid, room);
}

/* By uid: on_leave may end whomever it likes, and the room with them. */
size_t cr_server_close_room(cr_server *srv, cr_slice name)
{
	(void) cr_peers_leave_parked(srv, NULL, name);
	const cr_room *room = cr_rooms_find(&srv->rooms, name);
	size_t n = room ? room->n_members : 0, left = 0;
	cr_uuid *uids = n ? cr_malloc(n * sizeof(*uids)) : NULL;

	if (!uids) {
		return 0;
	}
	n = cr_server_room_uids(srv, name, uids, n);
	for (size_t i = 0; i < n; i++) {
		cr_session *s = cr_server_find(srv, &uids[i]);
		cr_membership *ms = s ? cr_membership_in(s, name) : NULL;

		if (!ms) {
			continue;
		}
		leave(s, ms, "closed");
		left++;
		if (!cr_is_v1(s) && s->state == CR_SESSION_OPEN && !cr_member_first(&s->member)) {
			cr_session_close(s, 4000, CR_SLICE("room closed"));
		}
	}
	cr_free(uids);
	return left;
}

static void describe(const cr_room *room, cr_room_info *out)
{
	const cr_room_state *st = room->out;

	out->name = cr_room_name(room);
	out->members = room->n_members;
	out->present = st && st->options.presence ? cr_presence_count(st->presence) : room->n_members;
}

const void *cr_server_next_room(const cr_server *srv, const void *before, cr_room_info *out)
{
	const cr_room *room = before ? ((const cr_room *) before)->hh.next : srv->rooms.by_name;

	if (room) {
		describe(room, out);
	}
	return room;
}

bool cr_server_room(const cr_server *srv, cr_slice name, cr_room_info *out)
{
	const cr_room *room = cr_rooms_find((cr_rooms *) (uintptr_t) &srv->rooms, name);

	if (room) {
		describe(room, out);
	}
	return room != NULL;
}

bool cr_server_is_room_name(cr_slice name)
{
	return cr_room_name_is_valid(name);
}

size_t cr_server_room_uids(cr_server *srv, cr_slice name, cr_uuid *out, size_t max)
{
	const cr_room *room = cr_rooms_find(&srv->rooms, name);
	size_t n = 0;

	for (; room && n < room->n_members && n < max; n++) {
		out[n] = cr_container_of(room->members[n]->member, cr_session, member)->uid;
	}
	return n;
}

bool cr_server_is_user_online(const cr_server *srv, cr_slice user)
{
	const cr_user *u = cr_user_find((cr_server *) (uintptr_t) srv, user);

	return u && u->online;
}

/* What was said */

#define HISTORY_MAX_BYTES ((size_t) 4 * 1024 * 1024)

cr_status cr_server_history(cr_server *srv, cr_slice room, const cr_history_query *q, cr_buf *json)
{
	cr_json_out o;

	if (!cr_room_name_is_valid(room)) {
		return CR_ERR_FORM;
	}
	cr_json_out_init(&o, json);
	cr_json_out_open(&o, NULL, '{');
	cr_json_out_str(&o, "room", room);
	cr_history_write(&o, cr_timeline_find(&srv->timelines, room), room, q, HISTORY_MAX_BYTES);
	cr_json_out_close(&o, '}');
	return o.status;
}

/* Everybody in the room is told, but for whoever does it. */
cr_status cr_room_change(cr_server *srv, cr_room *room, cr_membership *by, uint64_t seq, cr_slice text,
	const cr_uuid *uid)
{
	char by_uid[CR_UUID_LEN];
	cr_timeline *tl = cr_room_timeline(srv, room);
	cr_json_out o;

	if (!tl) {
		return CR_ERR_NOMEM;
	}
	cr_uuid_write(uid, by_uid);
	cr_json_out_init(&o, cr_scratch(srv));
	cr_v1_write_change(&o, cr_room_name(room), by_uid, seq, text);
	if (o.status != CR_OK) {
		return o.status;
	}
	cr_status st = text.ptr ? cr_timeline_edit(tl, seq, text) : cr_timeline_delete(tl, seq);
	return st == CR_OK ? cr_broadcast_event(srv, room, by, cr_scratch_slice(srv)) : st;
}

cr_status cr_server_change_message(cr_server *srv, cr_slice name, uint64_t seq, cr_slice text)
{
	static const cr_uuid nobody;
	cr_room *room = cr_rooms_find(&srv->rooms, name);
	cr_timeline *tl = cr_timeline_find(&srv->timelines, name);

	if (text.ptr && !cr_utf8_is_valid(text.ptr, text.len)) {
		return CR_ERR_UTF8;
	}
	if (room) {
		return cr_room_change(srv, room, NULL, seq, text, &nobody);
	}
	if (!tl) {
		return CR_ERR_STATE;
	}
	return text.ptr ? cr_timeline_edit(tl, seq, text) : cr_timeline_delete(tl, seq);
}
