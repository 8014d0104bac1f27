/* chatroom.v1: what clients do with rooms: join, leave, who is there, what was
 * said. */
#include "ext/server/v1.h"

#include <stdio.h>

#define MEMBERS_MAX   1000 /* listed in one answer */
#define HISTORY_LIMIT 50
#define REPLAY_PART   2 /* a replay may fill this part of send_queue_limit */

/* What was said */

static void write_entry(cr_json_out *o, cr_slice room, const cr_entry *e)
{
	char uid[CR_UUID_LEN];
	cr_v1_message m = {
		.text = e->post.text,
		.room = room,
		.user = e->post.user,
		.name = e->post.name,
		.data = e->post.data,
		.uid = uid,
		.seq = e->seq,
		.time_ms = e->post.time_ms,
		.deleted = e->deleted,
		.edited = e->changed_at != 0 && !e->deleted,
	};

	cr_uuid_write(&e->post.uid, uid);
	cr_v1_write_message(o, &m);
}

static void write_change(cr_json_out *o, cr_slice room, const cr_entry *e)
{
	char uid[CR_UUID_LEN];

	cr_uuid_write(&e->post.uid, uid);
	cr_v1_write_change(o, room, uid, e->seq, e->deleted ? CR_SLICE_NONE : e->post.text);
}

/* Frames of everything after since, and of what changed in what came before it,
 * in one chunk. */
static cr_status replay(cr_session *s, cr_timeline *tl, cr_slice room, uint64_t since, bool changes)
{
	cr_server *srv = s->srv;
	uint64_t top = cr_timeline_top(tl);
	cr_chunk *c = cr_chunk_new(4096);
	cr_status st = c ? CR_OK : CR_ERR_NOMEM;

	for (uint64_t seq = cr_timeline_first(tl); seq <= top && st == CR_OK; seq++) {
		const cr_entry *e = cr_timeline_get(tl, seq);
		cr_json_out o;

		/* who saw the message may have missed its change: told twice is harmless */
		if (!e || (seq <= since && !(changes && e->changed_at >= since && e->changed_at > 0))) {
			continue;
		}
		cr_json_out_init(&o, cr_scratch(srv));
		if (seq <= since) {
			write_change(&o, room, e);
		} else {
			write_entry(&o, room, e);
		}
		st = o.status == CR_OK ? cr_ws_append_text(c, cr_scratch_slice(srv)) : o.status;
	}
	if (st == CR_OK && c->len > 0) {
		cr_broadcast_stage_of(s);
		cr_chunk_trim(c); /* it may wait long */
		st = cr_conn_queue_message(&s->conn, c) ? CR_OK : CR_ERR_NOMEM;
		srv->stats.replayed += st == CR_OK ? top - since : 0;
	}
	if (c) {
		cr_chunk_unref(c);
	}
	return st;
}

/* What an entry may take on the wire at most: escapes can make a byte six, and
 * the frame has fields of its own. */
static size_t entry_size(const cr_entry *e)
{
	const cr_post *p = e ? &e->post : NULL;

	return p ? cr_json_escaped_len(p->text) + p->data.len + (p->user.len + p->name.len) * 6 + 600 : 0;
}

/* The first seq from which on up to `to` all fits into max bytes; not below from. */
static uint64_t newest_that_fit(const cr_timeline *tl, uint64_t from, uint64_t to, size_t max)
{
	size_t n = 0;

	while (to >= from && to > 0 && (n += entry_size(cr_timeline_get(tl, to))) <= max) {
		to--;
	}
	return to + 1;
}

/* Who is there */

static void write_member(cr_json_out *o, const cr_session *s)
{
	char uid[CR_UUID_LEN];
	const cr_peer *p = s->peer;

	cr_uuid_write(&s->uid, uid);
	cr_json_out_open(o, NULL, '{');
	cr_json_out_str(o, "uid", cr_slice_of(uid, CR_UUID_LEN));
	if (p && p->user) {
		cr_json_out_str(o, "user", cr_slice_of(p->user->id, p->user->id_len));
	}
	if (p && p->name) {
		cr_json_out_str(o, "name", cr_slice_of(p->name, p->name_len));
	}
	cr_json_out_close(o, '}');
}

/* One line for each who counts: a user once, with its first connection here.
 * "more": not all of them are listed; the count says how many there are. */
static void write_members(cr_server *srv, cr_json_out *o, const cr_room *room)
{
	size_t n = 0;
	bool more = false;

	srv->mark++;
	cr_json_out_open(o, "members", '[');
	for (size_t i = 0; i < room->n_members; i++) {
		const cr_session *s = cr_container_of(room->members[i]->member, cr_session, member);
		cr_user *u = s->peer ? s->peer->user : NULL;

		if (u && u->mark == srv->mark) {
			continue;
		}
		if (n == MEMBERS_MAX) {
			more = true;
			break;
		}
		if (u) {
			u->mark = srv->mark;
		}
		write_member(o, s);
		n++;
	}
	cr_json_out_close(o, ']');
	if (more) {
		cr_json_out_bool(o, "more", true);
	}
}

static size_t count_of(const cr_room *room)
{
	const cr_room_state *st = room->out;

	return st && st->options.presence ? cr_presence_count(st->presence) : room->n_members;
}

/* Joining */

cr_join *cr_v1_queue_join(cr_peer *p, cr_slice room, cr_slice id)
{
	cr_join *j = cr_calloc(1, sizeof(*j) + room.len + id.len);

	if (j) {
		char *bytes = (char *) (j + 1);

		memcpy(bytes, room.ptr, room.len);
		j->room = bytes;
		j->room_len = (uint8_t) room.len;
		if (id.len) {
			memcpy(bytes + room.len, id.ptr, id.len);
			j->id = bytes + room.len;
			j->id_len = (uint8_t) id.len;
		}
		*p->joins_tail = j;
		p->joins_tail = &j->next;
	}
	return j;
}

static void drop_join(cr_peer *p)
{
	cr_join *j = p->joins;

	p->joins = j->next;
	if (!p->joins) {
		p->joins_tail = &p->joins;
	}
	cr_free(j);
}

static size_t count_rooms(const cr_session *s)
{
	size_t n = 0;

	for (const cr_membership *ms = cr_member_first(&s->member); ms; ms = ms->next) {
		n++;
	}
	return n;
}

/* Of what waits for a client already, and what is to come, there is to be room
 * for both. */
static size_t most_at_once(const cr_session *s)
{
	size_t limit = s->srv->config.send_queue_limit / REPLAY_PART;

	return s->conn.queued < limit ? limit - s->conn.queued : 0;
}

static bool can_recover(const cr_session *s, const cr_timeline *tl, const cr_join *j)
{
	cr_slice epoch = j->has_epoch ? cr_slice_of(j->epoch, CR_EPOCH_LEN) : CR_SLICE_NONE;

	return j->has_since && cr_timeline_can_resume(tl, epoch, j->since)
	       && newest_that_fit(tl, j->since + 1, cr_timeline_top(tl), most_at_once(s)) == j->since + 1;
}

/* In: tells it, then what it missed. What follows comes live: the room's batch
 * was staged before it was let in. */
static void joined(cr_session *s, const cr_join *j, cr_membership *ms)
{
	cr_server *srv = s->srv;
	cr_room *room = ms->room;
	cr_slice name = cr_room_name(room);
	cr_timeline *tl = cr_room_timeline(srv, room);
	cr_json_out o;

	if (!tl) {
		cr_ws_fail(s, 1011, "out of memory");
		return;
	}
	cr_broadcast_stage_of(s); /* of one that was in already: live up to here, then this answer */
	bool recovered = can_recover(s, tl, j);
	uint64_t top = cr_timeline_top(tl), since = j->since;
	cr_v1_begin(s, &o, "joined", cr_slice_of(j->id_len ? j->id : NULL, j->id_len));
	cr_json_out_str(&o, "room", name);
	cr_json_out_str(&o, "epoch", cr_slice_of(cr_timeline_epoch(tl), CR_EPOCH_LEN));
	cr_json_out_u64(&o, "seq", top);
	cr_json_out_u64(&o, "count", count_of(room));
	if (cr_room_has_presence(srv, room)) {
		write_members(srv, &o, room);
	}
	cr_json_out_bool(&o, "recovered", recovered);
	cr_v1_end(s, &o);
	if (s->state != CR_SESSION_OPEN) {
		return;
	}
	if (!recovered && j->history > 0) {
		/* the newest of them that fit */
		since = top > j->history ? top - j->history : 0;
		since = newest_that_fit(tl, since + 1, top, most_at_once(s)) - 1;
	} else if (!recovered) {
		return;
	}
	if (replay(s, tl, name, since, recovered) != CR_OK) {
		cr_ws_fail(s, 1011, "out of memory");
	}
}

static void enter(cr_session *s, const cr_join *j)
{
	cr_membership *ms = cr_membership_in(s, cr_slice_of(j->room, j->room_len));
	bool is_in = ms != NULL;
	cr_status st = is_in ? CR_OK : cr_room_enter(s, cr_slice_of(j->room, j->room_len), &ms);

	if (st == CR_OK && !is_in) {
		ms->invited = j->invited;
	}
	if (st != CR_OK) {
		s->srv->stats.out_of_memory++;
		cr_ws_fail(s, 1011, "out of memory");
	} else if (cr_is_v1(s)) {
		joined(s, j, ms);
	}
}

/* The server has put it in. */
void cr_v1_tell_joined(cr_session *s, cr_membership *ms)
{
	const cr_join j = {0};

	joined(s, &j, ms);
}

void cr_v1_join_error(cr_session *s, cr_slice id, cr_slice room, cr_slice code, cr_slice reason)
{
	cr_json_out o;

	s->srv->stats.errors_sent++;
	cr_v1_begin(s, &o, "error", id);
	cr_json_out_str(&o, "code", code);
	cr_json_out_str(&o, "reason", reason);
	cr_json_out_str(&o, "room", room);
	cr_v1_end(s, &o);
}

static void refuse_join(cr_session *s, const cr_join *j, const cr_verdict *v)
{
	if (!cr_is_v1(s)) {
		cr_ws_fail(s, 1008, "not allowed in this room"); /* basic has no error event */
		return;
	}
	cr_v1_join_error(s, cr_slice_of(j->id_len ? j->id : NULL, j->id_len), cr_slice_of(j->room, j->room_len),
		v->code.len ? v->code : CR_SLICE("forbidden"),
		v->reason.len ? v->reason : CR_SLICE("you may not join this room"));
}

/* The next joins, until one has to wait for its verdict. */
void cr_v1_run_joins(cr_session *s)
{
	cr_server *srv = s->srv;
	cr_peer *p = s->peer;

	while (p->joins && s->state == CR_SESSION_OPEN) {
		cr_join *j = p->joins;
		cr_slice room = cr_slice_of(j->room, j->room_len);
		cr_verdict v = {.kind = CR_VERDICT_PASS};

		if (!cr_membership_in(s, room)) {
			if (count_rooms(s) >= srv->config.rooms_per_client) {
				srv->stats.refused_rooms++;
				v.kind = CR_VERDICT_REJECT;
				v.code = CR_SLICE("room_limit");
				v.reason = CR_SLICE("you are in as many rooms as you may be");
			} else if (!j->invited && cr_server_wants(srv, CR_HOOK_JOIN)) {
				v = srv->hooks->on_join(srv->hooks_arg, s, room);
				if (s->state != CR_SESSION_OPEN || srv->abandoned) {
					return;
				}
			}
		}
		if (v.kind == CR_VERDICT_LATER) {
			cr_session_wait(s, CR_WAIT_VERDICT);
			return;
		}
		if (v.kind == CR_VERDICT_PASS) {
			enter(s, j);
		} else {
			refuse_join(s, j, &v);
		}
		if (s->state == CR_SESSION_OPEN) {
			drop_join(p);
		}
	}
	if (!p->joins && s->state == CR_SESSION_OPEN) {
		cr_peer_release_presence(p);
	}
}

/* The frame that came before the joins were answered. */
static void take_kept_frame(cr_session *s)
{
	cr_pending *p = s->pending;

	if (p && p->text && p->is_frame) {
		uint8_t *text = p->text;

		p->text = NULL;
		cr_v1_on_kept(s, text, p->text_len);
		cr_free(text);
	}
}

bool cr_server_answer_join(cr_server *srv, const cr_uuid *uid, const cr_verdict *v)
{
	cr_session *s = cr_server_find(srv, uid);

	if (!s || !(s->waits & CR_WAIT_VERDICT) || !s->peer || !s->peer->joins || v->kind == CR_VERDICT_LATER) {
		return false;
	}
	if (v->kind == CR_VERDICT_PASS) {
		enter(s, s->peer->joins);
	} else {
		refuse_join(s, s->peer->joins, v);
	}
	if (s->state == CR_SESSION_OPEN) {
		drop_join(s->peer);
		s->waits &= (uint8_t) ~CR_WAIT_VERDICT;
		cr_v1_run_joins(s);
	}
	if (s->state == CR_SESSION_OPEN && !(s->waits & CR_WAIT_VERDICT)) {
		take_kept_frame(s);
	}
	if (s->state == CR_SESSION_OPEN && !(s->waits & CR_WAIT_VERDICT)) {
		s->waits |= CR_WAIT_VERDICT; /* what cr_session_go_on() lifts */
		cr_session_go_on(s, CR_WAIT_VERDICT);
	}
	return true;
}

static void fill_join(cr_join *j, const cr_v1_frame *f)
{
	j->history = f->history;
	j->has_since = (f->has & CR_V1_HAS_SINCE) != 0;
	j->since = f->since;
	if (f->epoch.ptr && f->epoch.len == CR_EPOCH_LEN) {
		memcpy(j->epoch, f->epoch.ptr, CR_EPOCH_LEN);
		j->has_epoch = true;
	}
}

void cr_v1_on_join(cr_session *s, const cr_v1_frame *f)
{
	cr_join *j;

	if (!cr_room_name_is_valid(f->room)) {
		cr_v1_error(s, f->id, "bad_request",
			CR_SLICE("a room's name is 1 to 255 bytes of UTF-8 without control characters"), 0);
		return;
	}
	j = cr_v1_queue_join(s->peer, f->room, f->id);
	if (!j) {
		cr_ws_fail(s, 1011, "out of memory");
		return;
	}
	fill_join(j, f);
	cr_v1_run_joins(s);
}

void cr_v1_left(cr_session *s, cr_slice room, cr_slice id, const char *reason)
{
	cr_json_out o;

	cr_v1_begin(s, &o, "left", id);
	cr_json_out_str(&o, "room", room);
	if (reason) {
		cr_json_out_cstr(&o, "reason", reason);
	}
	cr_v1_end(s, &o);
}

void cr_v1_on_leave(cr_session *s, const cr_v1_frame *f)
{
	cr_membership *ms = cr_membership_in(s, f->room);
	char name[CR_ROOM_NAME_MAX];
	cr_slice room;

	if (!ms) {
		cr_v1_error(s, f->id, "not_joined", CR_SLICE("you are not in that room"), 0);
		return;
	}
	room = cr_slice_of(name, ms->room->name_len);
	memcpy(name, ms->room->name, room.len);
	cr_room_exit(s, ms, false);
	cr_v1_left(s, room, f->id, NULL);
	if (s->state == CR_SESSION_OPEN && cr_server_wants(s->srv, CR_HOOK_LEAVE)) {
		s->srv->hooks->on_leave(s->srv->hooks_arg, s, room);
	}
}

void cr_v1_on_members(cr_session *s, const cr_v1_frame *f)
{
	cr_membership *ms = cr_membership_in(s, f->room);
	cr_json_out o;

	if (!ms) {
		cr_v1_error(s, f->id, "not_joined", CR_SLICE("you are not in that room"), 0);
	} else if (!cr_room_has_presence(s->srv, ms->room)) {
		cr_v1_error(s, f->id, "forbidden", CR_SLICE("this room does not tell who is in it"), 0);
	} else {
		cr_broadcast_stage_batch(s->srv, ms->room->out); /* who came and went, then who is there */
		cr_v1_begin(s, &o, "members", f->id);
		cr_json_out_str(&o, "room", f->room);
		cr_json_out_u64(&o, "count", count_of(ms->room));
		write_members(s->srv, &o, ms->room);
		cr_v1_end(s, &o);
	}
}

/* [*from, *to]: the part of what is kept that is asked for. */
static void history_range(const cr_timeline *tl, const cr_history_query *q, uint64_t *from, uint64_t *to)
{
	uint64_t first = cr_timeline_first(tl), top = cr_timeline_top(tl);

	if (q->has_after) {
		*from = q->after + 1 > first ? q->after + 1 : first;
		*to = *from + q->limit - 1 < top ? *from + q->limit - 1 : top;
		return;
	}
	*to = q->has_before && q->before <= top ? q->before - (q->before > 0) : top;
	*from = *to >= first + q->limit ? *to - q->limit + 1 : first;
}

/* Fills an open object: epoch, seq, messages, more. */
void cr_history_write(cr_json_out *o, const cr_timeline *tl, cr_slice room, const cr_history_query *q, size_t max_bytes)
{
	uint64_t from = 1, to = 0, first = 1, top = 0;
	bool cut = false;

	if (tl) {
		cr_json_out_str(o, "epoch", cr_slice_of(cr_timeline_epoch(tl), CR_EPOCH_LEN));
		history_range(tl, q, &from, &to);
		first = cr_timeline_first(tl);
		top = cr_timeline_top(tl);
	}
	cr_json_out_u64(o, "seq", top);
	if (!q->has_after && tl) {
		from = newest_that_fit(tl, from, to, max_bytes);
	}
	size_t start = o->buf->len;
	cr_json_out_open(o, "messages", '[');
	for (uint64_t seq = from; seq <= to && !cut; seq++) {
		const cr_entry *e = cr_timeline_get(tl, seq);

		if (q->has_after && o->buf->len - start > max_bytes) {
			to = seq - 1;
			cut = true;
		} else if (e) {
			write_entry(o, room, e);
		}
	}
	cr_json_out_close(o, ']');
	cr_json_out_bool(o, "more", q->has_after ? to < top : from > first && from <= to);
}

void cr_v1_on_history(cr_session *s, const cr_v1_frame *f)
{
	cr_membership *ms = cr_membership_in(s, f->room);
	cr_history_query q = {.limit = f->has & CR_V1_HAS_LIMIT ? f->limit : HISTORY_LIMIT,
		.before = f->before,
		.after = f->after,
		.has_before = (f->has & CR_V1_HAS_BEFORE) != 0,
		.has_after = (f->has & CR_V1_HAS_AFTER) != 0};
	cr_json_out o;

	if (!ms) {
		cr_v1_error(s, f->id, "not_joined", CR_SLICE("you are not in that room"), 0);
		return;
	}
	cr_timeline *tl = cr_room_timeline(s->srv, ms->room);
	if (!tl) {
		cr_ws_fail(s, 1011, "out of memory");
		return;
	}
	/* what it is going to read was told before: nothing of it comes live behind it */
	cr_broadcast_stage_batch(s->srv, ms->room->out);
	cr_v1_begin(s, &o, "history", f->id);
	cr_json_out_str(&o, "room", f->room);
	cr_history_write(&o, tl, f->room, &q, s->srv->config.send_queue_limit / REPLAY_PART);
	cr_v1_end(s, &o);
}
