/* Frames for one client, or for some: what the application sends, private
 * messages, and the server's own. Encoded once per kind of client, lazily. */
#include "ext/server/chat.h"

/* One reusable buffer for a frame's JSON; what it holds lives until the next
 * call. */
cr_buf *cr_scratch(cr_server *srv)
{
	srv->scratch.len = 0;
	return &srv->scratch;
}

cr_slice cr_scratch_slice(const cr_server *srv)
{
	return cr_slice_of(srv->scratch.data, srv->scratch.len);
}

cr_status cr_ws_append_text(cr_chunk *c, cr_slice payload)
{
	cr_status st = cr_chunk_reserve(c, cr_ws_head_size(payload.len) + payload.len);

	if (st == CR_OK) {
		c->len += cr_ws_head_write(c->data + c->len, CR_WS_TEXT, false, payload.len);
		memcpy(c->data + c->len, payload.ptr, payload.len);
		c->len += payload.len;
	}
	return st;
}

/* One text frame as that kind of client understands it. */
cr_status cr_append_text(cr_server *srv, cr_chunk *c, unsigned kind, cr_slice payload)
{
	return cr_deflate_append(srv, c, kind, CR_WS_TEXT, payload);
}

void cr_payloads_init(cr_payloads *p, const cr_said *said, cr_slice room, bool to_one)
{
	*p = (cr_payloads){.said = said, .room = room, .to_one = to_one};
}

static cr_status write_v1(cr_server *srv, const cr_payloads *p)
{
	const cr_said *said = p->said;
	cr_v1_message m = {
		.text = said->text,
		.room = p->room,
		.user = said->user,
		.name = said->name,
		.data = said->data,
		.uid = said->uid,
		.seq = said->seq,
		.time_ms = said->time_ms,
		.to_one = p->to_one,
	};
	cr_json_out o;

	cr_json_out_init(&o, cr_scratch(srv));
	cr_v1_write_message(&o, &m);
	return o.status;
}

/* What cr_chat_write_basic() writes, without its frame. */
static cr_status write_basic(cr_server *srv, const cr_payloads *p)
{
	cr_json_out o;

	cr_json_out_init(&o, cr_scratch(srv));
	cr_json_out_open(&o, NULL, '{');
	cr_json_out_str(&o, "message", p->said->text);
	cr_json_out_str(&o, "uid", cr_slice_of(p->said->uid, CR_UUID_LEN));
	cr_json_out_close(&o, '}');
	return o.status;
}

cr_status cr_payload_append(cr_server *srv, cr_payloads *p, cr_chunk *c, unsigned kind)
{
	cr_status st = CR_OK;

	if (kind == 0) {
		return cr_chat_write_basic(c, p->said->text, p->said->uid);
	}
	bool v1 = kind >= CR_V1_KIND;
	if (!p->payload.ptr || p->is_v1 != v1) {
		st = v1 ? write_v1(srv, p) : write_basic(srv, p);
		p->is_v1 = v1;
		p->payload = cr_scratch_slice(srv);
	}
	return st == CR_OK ? cr_append_text(srv, c, kind, p->payload) : st;
}

/* Built beside the scratch buffer, which may hold the message. */
cr_status cr_append_ack(cr_server *srv, cr_chunk *c, const cr_said *said, cr_slice room)
{
	cr_json_out o;

	srv->ack_scratch.len = 0;
	cr_json_out_init(&o, &srv->ack_scratch);
	cr_json_out_open(&o, NULL, '{');
	cr_json_out_cstr(&o, "type", "ack");
	cr_json_out_json(&o, "id", said->id);
	cr_json_out_str(&o, "room", room);
	cr_json_out_u64(&o, "seq", said->seq);
	cr_json_out_u64(&o, "time", said->time_ms);
	cr_json_out_close(&o, '}');
	return o.status == CR_OK ? cr_ws_append_text(c, cr_slice_of(srv->ack_scratch.data, srv->ack_scratch.len))
	                         : o.status;
}

/* For what the application sends, any amount of it in one hook: the limit is
 * kept at once, not at the end of the turn. */
static bool push(cr_session *s, cr_chunk *c)
{
	if (!cr_conn_queue_message(&s->conn, c)) {
		return false;
	}
	if (s->conn.queued > s->srv->config.send_queue_limit) {
		cr_conn_flush(&s->conn);
	}
	return s->state == CR_SESSION_OPEN;
}

/* A message for several, one by one; each kind's frame is made when met. */
typedef struct packet {
	cr_payloads payloads;
	cr_chunk *frames[CR_ROOM_KINDS];
} packet;

static void packet_init(packet *p, const cr_said *said, bool to_one)
{
	*p = (packet){{0}, {0}};
	cr_payloads_init(&p->payloads, said, CR_SLICE_NONE, to_one);
}

static void packet_deinit(packet *p)
{
	for (size_t i = 0; i < CR_ROOM_KINDS; i++) {
		if (p->frames[i]) {
			cr_chunk_unref(p->frames[i]);
		}
	}
}

static cr_status packet_send(packet *p, cr_session *s)
{
	unsigned kind = s->member.kind;

	if (!p->frames[kind]) {
		/* what the push before this one led to may have used the scratch buffer */
		p->payloads.payload = CR_SLICE_NONE;
		cr_chunk *c = cr_chunk_new(p->payloads.said->text.len + 80);
		cr_status st = c ? cr_payload_append(s->srv, &p->payloads, c, kind) : CR_ERR_NOMEM;

		if (st != CR_OK) {
			if (c) {
				cr_chunk_unref(c);
			}
			return st;
		}
		p->frames[kind] = c;
	}
	if (push(s, p->frames[kind])) {
		s->srv->stats.deliveries++;
		return CR_OK;
	}
	return s->state == CR_SESSION_OPEN ? CR_ERR_NOMEM : CR_ERR_STATE;
}

static void set_skip(cr_server *srv, const cr_uuid *uids, size_t n, bool on)
{
	for (size_t i = 0; i < n; i++) {
		cr_session *s = cr_server_find(srv, &uids[i]);

		if (s) {
			s->skip = on;
		}
	}
}

static cr_status check_own(const cr_own_message *m)
{
	bool object;

	if (!cr_utf8_is_valid(m->text.ptr, m->text.len)) {
		return CR_ERR_UTF8;
	}
	if (m->data.ptr && (m->data.len > CR_V1_DATA_MAX || cr_json_check(m->data.ptr, m->data.len, &object) != CR_OK)) {
		return CR_ERR_FORM;
	}
	return CR_OK;
}

/* A message of the server's own: its uid is the nil UUID. */
static cr_said own(const cr_own_message *m)
{
	return (cr_said){.uid = CR_NIL_UUID, .text = m->text, .data = m->data, .time_ms = cr_unix_ms()};
}

cr_status cr_server_broadcast(cr_server *srv, const cr_own_message *m, const cr_uuid *except, size_t n_except,
	size_t *queued)
{
	cr_said said = own(m);
	cr_status st = check_own(m);
	packet p;

	if (st != CR_OK) {
		return st;
	}
	packet_init(&p, &said, false);
	cr_broadcast_stage_all(srv);
	set_skip(srv, except, n_except, true);
	*queued = 0;
	for (cr_list *l = srv->open.next, *next; l != &srv->open && st != CR_ERR_NOMEM; l = next) {
		cr_session *s = cr_container_of(l, cr_session, all);

		next = l->next; /* a slow one may leave the list in push() */
		if (!s->skip) {
			st = packet_send(&p, s);
			*queued += st == CR_OK;
		}
	}
	set_skip(srv, except, n_except, false);
	packet_deinit(&p);
	return st == CR_ERR_NOMEM ? st : CR_OK;
}

/* Nobody is in the room: who comes later can still read it. */
static cr_status keep_for_later(cr_server *srv, cr_slice room, const cr_said *said, uint64_t *seq)
{
	cr_post post = {.time_ms = said->time_ms, .text = said->text, .data = said->data};
	uint64_t now = cr_loop_now(&srv->loop);
	cr_room_options options;

	if (!cr_room_name_is_valid(room)) {
		return CR_ERR_FORM;
	}
	cr_server_room_options(srv, room, &options);
	if (!srv->running || options.history_size == 0) {
		return CR_OK;
	}
	cr_timeline *tl = cr_timeline_open(&srv->timelines, room);
	if (!tl) {
		return CR_ERR_NOMEM;
	}
	cr_timeline_limits limits = cr_room_limits(srv, &options);

	cr_timeline_set_limits(tl, &limits, now);
	cr_status st = cr_timeline_append(tl, &post, now, seq);
	cr_timeline_close(tl, now);
	return st;
}

cr_status cr_server_send_to_room(cr_server *srv, cr_slice room_name, const cr_own_message *m, const cr_uuid *except,
	size_t n_except, size_t *queued, uint64_t *seq)
{
	cr_said said = own(m);
	cr_room *room = cr_rooms_find(&srv->rooms, room_name);
	cr_status st = check_own(m);

	*queued = 0;
	*seq = 0;
	if (st != CR_OK) {
		return st;
	}
	if (!room) {
		return keep_for_later(srv, room_name, &said, seq);
	}
	said.except = except;
	said.n_except = n_except;
	st = cr_broadcast_said(srv, room, &said);
	if (st == CR_OK) {
		*queued = said.delivered;
		*seq = said.seq;
	}
	return st;
}

/* One client alone; what its rooms said before comes before. */
cr_status cr_send_said(cr_session *s, const cr_said *said)
{
	packet p;

	cr_broadcast_stage_of(s);
	packet_init(&p, said, true);
	cr_status st = packet_send(&p, s);
	packet_deinit(&p);
	return st;
}

size_t cr_send_to_user(cr_server *srv, cr_slice user, const cr_said *said)
{
	cr_user *u = cr_user_find(srv, user);
	size_t n = 0;
	packet p;

	if (!u) {
		return 0;
	}
	packet_init(&p, said, true);
	for (cr_list *l = u->peers.next, *next; l != &u->peers; l = next) {
		cr_session *s = cr_container_of(l, cr_peer, in_user)->session;

		next = l->next; /* a slow one may leave the list in push() */
		cr_broadcast_stage_of(s);
		n += packet_send(&p, s) == CR_OK;
	}
	packet_deinit(&p);
	return n;
}

cr_status cr_server_send_to_user(cr_server *srv, cr_slice user, const cr_own_message *m, size_t *queued)
{
	cr_said said = own(m);
	cr_status st = check_own(m);

	*queued = st == CR_OK ? cr_send_to_user(srv, user, &said) : 0;
	return st;
}

cr_status cr_session_send(cr_session *s, const cr_own_message *m)
{
	cr_said said = own(m);

	if (s->state != CR_SESSION_OPEN) {
		return CR_ERR_STATE;
	}
	cr_status st = check_own(m);
	return st == CR_OK ? cr_send_said(s, &said) : st;
}

static cr_status push_new(cr_session *s, cr_chunk *c)
{
	bool ok = push(s, c);

	cr_chunk_unref(c);
	if (ok) {
		return CR_OK;
	}
	return s->state == CR_SESSION_OPEN ? CR_ERR_NOMEM : CR_ERR_STATE;
}

/* Not staged before: what it says has no place in the order of a room. */
cr_status cr_session_tell(cr_session *s, cr_slice payload, bool secret)
{
	cr_chunk *c = cr_chunk_new(payload.len + CR_WS_OUT_HEAD_MAX);
	/* a length that hangs on both a secret and what others chose betrays it (BREACH) */
	cr_status st = c ? cr_append_text(s->srv, c, secret ? 0 : s->member.kind, payload) : CR_ERR_NOMEM;

	if (st != CR_OK) {
		if (c) {
			cr_chunk_unref(c);
		}
		return st;
	}
	return push_new(s, c);
}

cr_status cr_session_send_raw(cr_session *s, bool binary, cr_slice data)
{
	if (s->state != CR_SESSION_OPEN) {
		return CR_ERR_STATE;
	}
	if (!binary && !cr_utf8_is_valid(data.ptr, data.len)) {
		return CR_ERR_UTF8;
	}
	cr_chunk *c = cr_chunk_new(data.len + CR_WS_OUT_HEAD_MAX);
	if (!c) {
		return CR_ERR_NOMEM;
	}
	cr_status st = cr_deflate_append(s->srv, c, s->member.kind, binary ? CR_WS_BINARY : CR_WS_TEXT, data);
	if (st != CR_OK) {
		cr_chunk_unref(c);
		return st;
	}
	cr_broadcast_stage_of(s);
	st = push_new(s, c);
	s->srv->stats.deliveries += st == CR_OK;
	return st;
}
