/* chatroom.v1: what each frame of a client does (PROTOCOL.md).
 *
 * A v1 connection is open to the application only once it is greeted: its first
 * frame decides (hello, perhaps with a session to resume), or five seconds of
 * silence does. Joins are answered in order, each by its own verdict, so they
 * queue on the peer; while one waits, so does the rest of the input. */
#include "ext/server/v1.h"

#define LIMITED_MAX 200 /* frames refused for their rate, in a row, before 4102 */

/* Telling one client */

static void tell(cr_session *s, cr_json_out *o, bool secret)
{
	if (o->status != CR_OK || cr_session_tell(s, cr_scratch_slice(s->srv), secret) != CR_OK) {
		if (s->state == CR_SESSION_OPEN) {
			s->srv->stats.out_of_memory++;
			cr_ws_fail(s, 1011, "out of memory");
		}
	}
}

void cr_v1_tell(cr_session *s, cr_json_out *o)
{
	tell(s, o, false);
}

void cr_v1_begin(cr_session *s, cr_json_out *o, const char *type, cr_slice id)
{
	cr_json_out_init(o, cr_scratch(s->srv));
	cr_json_out_open(o, NULL, '{');
	cr_json_out_cstr(o, "type", type);
	if (id.ptr) {
		cr_json_out_json(o, "id", id);
	}
}

void cr_v1_end(cr_session *s, cr_json_out *o)
{
	cr_json_out_close(o, '}');
	cr_v1_tell(s, o);
}

void cr_v1_end_secret(cr_session *s, cr_json_out *o)
{
	cr_json_out_close(o, '}');
	tell(s, o, true);
}

void cr_v1_error(cr_session *s, cr_slice id, const char *code, cr_slice reason, uint64_t retry_ms)
{
	cr_json_out o;

	s->srv->stats.errors_sent++;
	cr_json_out_init(&o, cr_scratch(s->srv));
	cr_v1_write_error(&o, id, code, reason, retry_ms);
	cr_v1_tell(s, &o);
}

void cr_v1_refused(cr_session *s, cr_slice id, const cr_refusal *r)
{
	cr_v1_error(s, id, r->code, r->reason, r->retry_ms);
}

static void bad_request(cr_session *s, const cr_v1_frame *f, const char *reason)
{
	cr_v1_error(s, f->id, "bad_request", cr_slice_str(reason), 0);
}

static void malformed(cr_session *s, const cr_v1_frame *f)
{
	s->srv->stats.protocol_errors++;
	if (f->reason) {
		cr_v1_error(s, f->id, f->code, cr_slice_str(f->reason), 0);
	} else {
		cr_v1_error(s, CR_SLICE_NONE, "bad_json",
			CR_SLICE("the frame is not JSON, or has over 32 levels or 64 keys"), 0);
	}
}

static void out_of_memory(cr_session *s)
{
	s->srv->stats.out_of_memory++;
	cr_ws_fail(s, 1011, "out of memory");
}

cr_membership *cr_membership_in(const cr_session *s, cr_slice room)
{
	cr_membership *ms = cr_member_first(&s->member);

	while (ms && room.ptr && !cr_slice_eq(cr_room_name(ms->room), room)) {
		ms = ms->next;
	}
	return ms;
}

static cr_membership *membership_or_error(cr_session *s, const cr_v1_frame *f)
{
	cr_membership *ms = cr_membership_in(s, f->room);

	if (!ms) {
		cr_v1_error(s, f->id, "not_joined", CR_SLICE("you are not in that room"), 0);
	}
	return ms;
}

/* Chat messages */

static void ack(cr_session *s, const cr_v1_frame *f, cr_slice room, uint64_t seq, uint64_t time_ms)
{
	cr_json_out o;

	if (!f->id.ptr) {
		return;
	}
	cr_v1_begin(s, &o, "ack", f->id);
	if (room.ptr) {
		cr_json_out_str(&o, "room", room);
	}
	if (seq) {
		cr_json_out_u64(&o, "seq", seq);
	}
	cr_json_out_u64(&o, "time", time_ms);
	cr_v1_end(s, &o);
}

static void ack_private(cr_session *s, const cr_v1_frame *f, uint64_t delivered)
{
	cr_json_out o;

	if (f->id.ptr) {
		cr_v1_begin(s, &o, "ack", f->id);
		cr_json_out_u64(&o, "delivered", delivered);
		cr_v1_end(s, &o);
	}
}

/* The same id again: the same answer, nothing else; without its seq when the
 * room's history, which that counted, is gone. */
static bool answered_before(cr_session *s, const cr_v1_frame *f)
{
	const cr_recent *r = f->id.ptr ? cr_peer_recent(s->peer, f->id) : NULL;

	if (!r) {
		return false;
	}
	s->srv->stats.messages_repeated++;
	if (r->room_len == 0) {
		ack_private(s, f, r->seq);
	} else {
		cr_slice room = cr_slice_of(r->room, r->room_len);
		bool lost = cr_epoch_mark(cr_timeline_find(&s->srv->timelines, room)) != r->epoch;

		cr_broadcast_stage_of(s); /* the first ack may still be in a batch */
		ack(s, f, room, lost ? 0 : r->seq, r->time_ms);
	}
	return true;
}

static bool remember(cr_session *s, const cr_v1_frame *f, cr_slice room, uint64_t seq, uint64_t time_ms)
{
	const cr_timeline *tl = f->id.ptr && room.ptr ? cr_timeline_find(&s->srv->timelines, room) : NULL;

	return !f->id.ptr || cr_peer_remember(s->peer, f->id, room, cr_epoch_mark(tl), seq, time_ms) == CR_OK;
}

static void fill_said(const cr_session *s, cr_said *said, char uid[CR_UUID_LEN])
{
	const cr_peer *p = s->peer;

	cr_uuid_write(&s->uid, uid);
	said->uid = uid;
	said->uid_bytes = s->uid;
	if (p && p->user) {
		said->user = cr_slice_of(p->user->id, p->user->id_len);
	}
	if (p && p->name) {
		said->name = cr_slice_of(p->name, p->name_len);
	}
}

cr_status cr_chat_publish(cr_session *s, cr_said *said, uint64_t at_ns)
{
	cr_room *room = said->from->room;
	char uid[CR_UUID_LEN];

	fill_said(s, said, uid);
	said->time_ms = at_ns ? (at_ns + s->srv->unix_minus_monotonic_ns) / 1000000 : 0;
	cr_chat_slow_down(s, room);
	cr_status st = cr_broadcast_said(s->srv, room, said);
	said->uid = NULL;
	return st;
}

static void publish(cr_session *s, const cr_v1_frame *f, cr_slice text, uint64_t at_ns)
{
	cr_membership *ms = membership_or_error(s, f);
	cr_said said = {.from = ms, .text = text, .data = f->data, .id = f->id};

	if (!ms) {
		return; /* left, or thrown out, while the verdict was made */
	}
	if (cr_chat_publish(s, &said, at_ns) != CR_OK
		|| !remember(s, f, cr_room_name(ms->room), said.seq, said.time_ms)) {
		out_of_memory(s);
	}
}

/* To one uid, or to all connections of a user. */
static void send_private(cr_session *s, const cr_v1_frame *f, cr_slice text)
{
	cr_server *srv = s->srv;
	char uid[CR_UUID_LEN];
	cr_said said = {.text = text, .data = f->data, .time_ms = cr_unix_ms()};
	const cr_slice prefix = CR_SLICE("user:");
	cr_uuid to;
	size_t n;

	fill_said(s, &said, uid);
	if (f->to.len > prefix.len && memcmp(f->to.ptr, prefix.ptr, prefix.len) == 0) {
		n = cr_send_to_user(srv, cr_slice_of(f->to.ptr + prefix.len, f->to.len - prefix.len), &said);
		if (n == 0) {
			cr_v1_error(s, f->id, "no_such_user", CR_SLICE("nobody is online under that user id"), 0);
			return;
		}
	} else {
		cr_session *peer = cr_uuid_parse(&to, f->to) == CR_OK ? cr_server_find(srv, &to) : NULL;

		n = peer && cr_send_said(peer, &said) == CR_OK;
		if (n == 0) {
			cr_v1_error(s, f->id, "no_such_client", CR_SLICE("nobody is online under that uid"), 0);
			return;
		}
	}
	if (s->state != CR_SESSION_OPEN) {
		return;
	}
	srv->stats.private_messages++;
	if (!remember(s, f, CR_SLICE_NONE, n, said.time_ms)) {
		out_of_memory(s);
		return;
	}
	ack_private(s, f, n);
}

static const cr_entry *own_entry(cr_session *s, const cr_v1_frame *f, cr_membership **ms)
{
	*ms = membership_or_error(s, f);
	if (!*ms) {
		return NULL;
	}
	cr_timeline *tl = cr_room_timeline(s->srv, (*ms)->room);
	const cr_entry *e = tl ? cr_timeline_get(tl, f->seq) : NULL;

	if (!e || e->deleted) {
		cr_v1_error(s, f->id, "history_unavailable", CR_SLICE("that message is not kept any more"), 0);
		return NULL;
	}
	bool mine = memcmp(&e->post.uid, &s->uid, sizeof(s->uid)) == 0
	            || (s->peer->user && e->post.user.ptr
					&& cr_slice_eq(e->post.user, cr_slice_of(s->peer->user->id, s->peer->user->id_len)));
	if (!mine) {
		cr_v1_error(s, f->id, "forbidden", CR_SLICE("that message is not yours"), 0);
		return NULL;
	}
	return e;
}

static void change(cr_session *s, const cr_v1_frame *f, cr_slice text)
{
	cr_membership *ms;

	if (!own_entry(s, f, &ms)) {
		return;
	}
	cr_status st = cr_room_change(s->srv, ms->room, ms, f->seq, f->type == CR_V1_EDIT ? text : CR_SLICE_NONE, &s->uid);
	if (st != CR_OK) {
		out_of_memory(s);
		return;
	}
	cr_broadcast_stage_of(s); /* somebody else's change of it comes before, if it was before */
	ack(s, f, cr_room_name(ms->room), f->seq, cr_unix_ms());
}

/* The hook has spoken, now or later. */
static void apply(cr_session *s, const cr_v1_frame *f, const cr_verdict *v)
{
	cr_slice text = v->kind == CR_VERDICT_REPLACE ? v->text : f->text;

	if (v->kind == CR_VERDICT_REJECT) {
		char code[64];
		size_t n = v->code.len < sizeof(code) ? v->code.len : sizeof(code) - 1;

		s->srv->stats.messages_dropped++;
		memcpy(code, v->code.ptr ? (const char *) v->code.ptr : "", n);
		code[n] = '\0';
		cr_v1_error(s, f->id, n ? code : "filtered", v->reason.ptr ? v->reason : CR_SLICE("not allowed"), 0);
	} else if (v->kind == CR_VERDICT_DROP) {
		/* silently: whoever asked for an answer gets one that says no more than when */
		s->srv->stats.messages_dropped++;
		ack(s, f, CR_SLICE_NONE, 0, cr_unix_ms());
	} else if (f->type == CR_V1_EDIT) {
		change(s, f, text);
	} else if (f->to.ptr) {
		send_private(s, f, text);
	} else {
		publish(s, f, text, v->at_ns);
	}
}

static void on_chat(cr_session *s, const cr_v1_frame *f, cr_slice raw)
{
	cr_server *srv = s->srv;
	cr_membership *ms = NULL;
	cr_refusal no;

	if (answered_before(s, f) || (!f->to.ptr && !(ms = membership_or_error(s, f)))) {
		return;
	}
	if (!cr_chat_may_post(s, ms ? ms->room : NULL, &no) || (ms && cr_chat_is_slow(s, ms->room, &no))) {
		srv->stats.messages_dropped++;
		cr_v1_refused(s, f->id, &no);
		return;
	}
	cr_verdict v = {.kind = CR_VERDICT_PASS};
	if (cr_server_wants(srv, CR_HOOK_MESSAGE)) {
		char room[CR_ROOM_NAME_MAX];
		cr_message m = {.text = f->text, .to = f->to, .id = f->id, .data = f->data};

		m.room = cr_room_name_copy(room, ms);
		v = srv->hooks->on_message(srv->hooks_arg, s, &m);
		if (s->state != CR_SESSION_OPEN || srv->abandoned) {
			return;
		}
	}
	if (v.kind == CR_VERDICT_LATER) {
		cr_ws_wait_for_verdict(s, raw);
	} else {
		apply(s, f, &v);
	}
}

void cr_v1_answer_message(cr_session *s, cr_slice raw, const cr_verdict *v)
{
	cr_v1_frame f;

	/* it was parsed when it came: only memory can fail now */
	if (cr_v1_parse(s->srv->json_inside, &f, raw.ptr, raw.len) == CR_OK) {
		apply(s, &f, v);
	} else {
		out_of_memory(s);
	}
}

/* Ephemeral: to the others in the room, no order, not kept */

static uint64_t top_of(cr_session *s, cr_membership *ms)
{
	const cr_timeline *tl = cr_room_timeline(s->srv, ms->room);

	return tl ? cr_timeline_top(tl) : UINT64_MAX; /* out of memory: not the client's fault */
}

static void on_event(cr_session *s, const cr_v1_frame *f, const char *type)
{
	cr_membership *ms = membership_or_error(s, f);
	char uid[CR_UUID_LEN];
	cr_refusal no;
	cr_json_out o;

	if (!ms) {
		return;
	}
	if (f->type != CR_V1_READ && !cr_chat_may_post(s, ms->room, &no)) {
		cr_v1_refused(s, f->id, &no);
		return;
	}
	if (f->type == CR_V1_READ && f->seq > top_of(s, ms)) {
		bad_request(s, f, "no message of this room has that seq yet");
		return;
	}
	cr_verdict v = {.kind = CR_VERDICT_PASS};
	if (f->type == CR_V1_SIGNAL && cr_server_wants(s->srv, CR_HOOK_SIGNAL)) {
		char room[CR_ROOM_NAME_MAX];

		v = s->srv->hooks->on_signal(s->srv->hooks_arg, s, cr_room_name_copy(room, ms), f->name, f->data);
		if (s->state != CR_SESSION_OPEN || s->srv->abandoned || !(ms = membership_or_error(s, f))) {
			return;
		}
	}
	if (v.kind != CR_VERDICT_PASS) {
		apply(s, f, &v); /* rejected or dropped: as with a message */
		return;
	}
	cr_uuid_write(&s->uid, uid);
	cr_json_out_init(&o, cr_scratch(s->srv));
	cr_json_out_open(&o, NULL, '{');
	cr_json_out_cstr(&o, "type", type);
	cr_json_out_str(&o, "room", cr_room_name(ms->room));
	cr_json_out_str(&o, "uid", cr_slice_of(uid, CR_UUID_LEN));
	if (s->peer->user) {
		cr_json_out_str(&o, "user", cr_slice_of(s->peer->user->id, s->peer->user->id_len));
	}
	if (f->type == CR_V1_SIGNAL) {
		cr_json_out_str(&o, "name", f->name);
		if (f->data.ptr) {
			cr_json_out_json(&o, "data", f->data);
		}
	} else if (f->type == CR_V1_READ) {
		cr_json_out_u64(&o, "seq", f->seq);
	}
	cr_json_out_close(&o, '}');
	if (o.status != CR_OK || cr_broadcast_event(s->srv, ms->room, ms, cr_scratch_slice(s->srv)) != CR_OK) {
		out_of_memory(s);
		return;
	}
	ack(s, f, cr_room_name(ms->room), 0, cr_unix_ms());
}

static void on_delete(cr_session *s, const cr_v1_frame *f)
{
	change(s, f, CR_SLICE_NONE);
}

static void on_edit(cr_session *s, const cr_v1_frame *f, cr_slice raw)
{
	cr_membership *ms;
	cr_server *srv = s->srv;
	cr_refusal no;
	cr_verdict v = {.kind = CR_VERDICT_PASS};

	if (!own_entry(s, f, &ms)) {
		return;
	}
	if (!cr_chat_may_post(s, ms->room, &no)) {
		cr_v1_refused(s, f->id, &no);
		return;
	}
	if (cr_server_wants(srv, CR_HOOK_MESSAGE)) {
		char room[CR_ROOM_NAME_MAX];
		cr_message m = {.text = f->text, .room = cr_room_name_copy(room, ms), .id = f->id, .edits = f->seq};

		v = srv->hooks->on_message(srv->hooks_arg, s, &m);
		if (s->state != CR_SESSION_OPEN || srv->abandoned) {
			return;
		}
	}
	if (v.kind == CR_VERDICT_LATER) {
		cr_ws_wait_for_verdict(s, raw);
	} else {
		apply(s, f, &v);
	}
}

static void on_ping(cr_session *s, const cr_v1_frame *f)
{
	cr_json_out o;

	cr_v1_begin(s, &o, "pong", f->id);
	cr_json_out_u64(&o, "time", cr_unix_ms());
	cr_v1_end(s, &o);
}

static void dispatch(cr_session *s, const cr_v1_frame *f, cr_slice raw)
{
	switch (f->type) {
		case CR_V1_MESSAGE:
			on_chat(s, f, raw);
			break;
		case CR_V1_HELLO:
			bad_request(s, f, "hello comes first, and once");
			break;
		case CR_V1_JOIN:
			cr_v1_on_join(s, f);
			break;
		case CR_V1_LEAVE:
			cr_v1_on_leave(s, f);
			break;
		case CR_V1_MEMBERS:
			cr_v1_on_members(s, f);
			break;
		case CR_V1_HISTORY:
			cr_v1_on_history(s, f);
			break;
		case CR_V1_TYPING:
			on_event(s, f, "typing");
			break;
		case CR_V1_SIGNAL:
			on_event(s, f, "signal");
			break;
		case CR_V1_READ:
			on_event(s, f, "read");
			break;
		case CR_V1_EDIT:
			on_edit(s, f, raw);
			break;
		case CR_V1_DELETE:
			on_delete(s, f);
			break;
		case CR_V1_PING:
			on_ping(s, f);
			break;
		case CR_V1_UNKNOWN:
			cr_v1_error(s, f->id, "unknown_type", CR_SLICE("there is no such type"), 0);
			break;
	}
}

/* A frame over the rate is answered, not kept; whoever does not listen goes. */
static bool is_limited(cr_session *s, const cr_v1_frame *f)
{
	cr_server *srv = s->srv;

	if (!srv->rate_limit.messages || cr_rate_take(&s->rate, &srv->rate_limit, cr_loop_now(&srv->loop))) {
		s->peer->limited = 0;
		return false;
	}
	srv->stats.rate_limited++;
	if (++s->peer->limited > LIMITED_MAX) {
		cr_ws_fail(s, 4102, "rate limit");
		return true;
	}
	cr_v1_error(s, f->id, "rate_limited", CR_SLICE("too many messages"), cr_rate_wait(&s->rate, &srv->rate_limit));
	return true;
}

static void take(cr_session *s, const cr_v1_frame *f, cr_status st, cr_slice raw)
{
	if (st == CR_ERR_NOMEM) {
		out_of_memory(s);
	} else if (st == CR_OK) {
		dispatch(s, f, raw);
	} else {
		malformed(s, f);
	}
}

void cr_v1_on_kept(cr_session *s, uint8_t *data, size_t len)
{
	cr_v1_frame f;
	cr_status st = cr_v1_parse(s->srv->json, &f, data, len);

	take(s, &f, st, cr_slice_of(data, len));
}

/* The first frame. Whatever is no hello has an implicit one before it. */
static void begin(cr_session *s, const cr_v1_frame *f, cr_status st, uint8_t *data, size_t len)
{
	bool is_hello = f->type == CR_V1_HELLO;

	if (!cr_v1_greet(s, is_hello && st == CR_OK ? f : NULL)) {
		return;
	}
	if (is_hello && st != CR_OK) {
		malformed(s, f);
	} else if (!is_hello && s->waits) {
		cr_ws_wait_for_verdict(s, cr_slice_of(data, len));
		if (s->state == CR_SESSION_OPEN) {
			s->pending->is_frame = true; /* it waits for its turn, not for its own verdict */
		}
	} else if (!is_hello) {
		cr_v1_on_kept(s, data, len); /* greeting may have used the tokener */
	}
}

void cr_v1_on_text(cr_session *s, uint8_t *data, size_t len)
{
	cr_v1_frame f;
	cr_status st = cr_v1_parse(s->srv->json, &f, data, len);

	if (st == CR_ERR_NOMEM) {
		out_of_memory(s);
	} else if (is_limited(s, &f)) {
		return;
	} else if (s->peer->greeting) {
		begin(s, &f, st, data, len);
	} else {
		take(s, &f, st, cr_slice_of(data, len));
	}
}
