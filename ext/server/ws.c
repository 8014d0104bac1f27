/* The WebSocket half of a session: frames in, chat messages out, control
 * frames answered, the closing handshake.
 *
 * Who closes: the peer's Close is echoed and the connection finished. Ours is
 * sent, the session ended, and the peer has close_timeout to answer (its other
 * bytes are swallowed). A broken rule sends Close and finishes at once (RFC
 * 6455 7.1.7).
 */
#include "ext/server/chat.h"

#define REASON_MAX 123

bool cr_ws_send_control(cr_session *s, cr_ws_opcode opcode, const void *data, size_t len)
{
	uint8_t frame[2 + CR_WS_CONTROL_MAX];
	size_t n = cr_ws_head_write(frame, opcode, false, len);

	if (len) {
		memcpy(frame + n, data, len);
	}
	return cr_conn_queue_copy(&s->conn, frame, n + len);
}

/* code 1005: a Close without a body */
static void send_close(cr_session *s, unsigned code, const void *reason, size_t len)
{
	uint8_t body[CR_WS_CONTROL_MAX];

	if (s->close_sent) {
		return;
	}
	s->close_sent = true;
	body[0] = (uint8_t) (code >> 8);
	body[1] = (uint8_t) code;
	if (len) {
		memcpy(body + 2, reason, len);
	}
	/* out of memory: the peer sees the end without the reason */
	(void) cr_ws_send_control(s, CR_WS_CLOSE, body, code == 1005 ? 0 : 2 + len);
}

void cr_ws_fail(cr_session *s, unsigned code, const char *reason)
{
	if (s->state == CR_SESSION_OPEN) {
		/* leaving a room stages its batch: nothing may follow the Close */
		cr_broadcast_stage_of(s);
		send_close(s, code, reason, strlen(reason));
		cr_session_end(s, code, reason, strlen(reason));
	}
	cr_conn_finish(&s->conn);
}

bool cr_close_code_is_sendable(unsigned code)
{
	return cr_ws_close_code_is_valid(code);
}

void cr_session_close(cr_session *s, unsigned code, cr_slice reason)
{
	if (s->state != CR_SESSION_OPEN) {
		return;
	}
	cr_broadcast_stage_of(s); /* what was said before still comes before */
	send_close(s, code, reason.ptr, reason.len < REASON_MAX ? reason.len : REASON_MAX);
	cr_session_end(s, code, reason.ptr, reason.len);
	/* paused or not, the peer's Close is wanted now */
	cr_conn_set_reading(&s->conn, true);
}

void cr_session_kick(cr_session *s, unsigned code, cr_slice reason)
{
	if (s->state == CR_SESSION_OPEN && cr_is_v1(s)) {
		cr_v1_send_away(s, code, reason);
	} else {
		cr_session_close(s, code, reason);
	}
}

/* Messages */

static void out_of_memory(cr_session *s)
{
	s->srv->stats.out_of_memory++;
	cr_ws_fail(s, 1011, "out of memory");
}

static void publish(cr_session *s, cr_slice text, uint64_t at_ns)
{
	cr_said said = {.from = cr_member_first(&s->member), .text = text};

	if (!said.from) {
		s->srv->stats.messages_dropped++; /* the script took it out of its room */
	} else if (cr_chat_publish(s, &said, at_ns) != CR_OK) {
		out_of_memory(s);
	}
}

static void apply_verdict(cr_session *s, const cr_verdict *v, cr_slice text)
{
	switch (v->kind) {
		case CR_VERDICT_PASS:
			publish(s, text, v->at_ns);
			break;
		case CR_VERDICT_REPLACE:
			publish(s, v->text, v->at_ns);
			break;
		case CR_VERDICT_DROP:
		case CR_VERDICT_REJECT: /* basic has no error event: nobody can be told */
			s->srv->stats.messages_dropped++;
			break;
		case CR_VERDICT_LATER:
			CR_ASSERT(false);
			break;
	}
}

void cr_ws_wait_for_verdict(cr_session *s, cr_slice text)
{
	cr_pending *p = cr_session_pending(s);
	uint8_t *copy = p ? cr_malloc(text.len + 1) : NULL;

	if (!copy) {
		out_of_memory(s);
		return;
	}
	memcpy(copy, text.ptr, text.len);
	p->text = copy;
	p->is_frame = false;
	p->text_len = text.len;
	cr_session_wait(s, CR_WAIT_VERDICT);
}

static void on_chat(cr_session *s, uint8_t *data, size_t len)
{
	cr_server *srv = s->srv;
	cr_chat_message m;

	switch (cr_chat_json_parse(srv->json, &m, data, len)) {
		case CR_OK:
			break;
		case CR_ERR_NOMEM:
			out_of_memory(s);
			return;
		case CR_ERR_FORM:
			srv->stats.protocol_errors++;
			cr_ws_fail(s, 1008, "not a chat message");
			return;
		default:
			srv->stats.protocol_errors++;
			cr_ws_fail(s, 1007, "not JSON");
			return;
	}
	cr_membership *ms = cr_member_first(&s->member);
	cr_refusal no;
	if (!cr_chat_may_post(s, ms ? ms->room : NULL, &no) || (ms && cr_chat_is_slow(s, ms->room, &no))) {
		srv->stats.messages_dropped++; /* basic has no error event */
		return;
	}
	if (!cr_server_wants(srv, CR_HOOK_MESSAGE)) {
		publish(s, m.text, 0);
		return;
	}
	char room[CR_ROOM_NAME_MAX];
	cr_message message = {.text = m.text, .room = cr_room_name_copy(room, ms)};
	cr_verdict v = srv->hooks->on_message(srv->hooks_arg, s, &message);
	if (s->state != CR_SESSION_OPEN) {
		return; /* the hook closed the one it was asked about */
	}
	if (srv->abandoned) {
		return; /* exit() or a fatal error in the filter is not a verdict */
	}
	if (v.kind == CR_VERDICT_LATER) {
		cr_ws_wait_for_verdict(s, m.text);
	} else {
		apply_verdict(s, &v, m.text);
	}
}

bool cr_server_answer_message(cr_server *srv, const cr_uuid *uid, const cr_verdict *v)
{
	cr_session *s = cr_server_find(srv, uid);

	if (!s || !(s->waits & CR_WAIT_VERDICT) || !s->pending || !s->pending->text || s->pending->is_frame
		|| v->kind == CR_VERDICT_LATER) {
		return false;
	}
	uint8_t *text = s->pending->text;
	cr_slice said = cr_slice_of(text, s->pending->text_len);
	s->pending->text = NULL;
	if (cr_is_v1(s)) {
		cr_v1_answer_message(s, said, v);
	} else {
		apply_verdict(s, v, said);
	}
	cr_free(text);
	cr_session_go_on(s, CR_WAIT_VERDICT);
	return true;
}

static void wait_for_token(cr_session *s)
{
	cr_server *srv = s->srv;

	srv->stats.rate_limited++;
	cr_session_wait(s, CR_WAIT_RATE);
	cr_deadline_arm(&s->work, &srv->on_rate, &srv->loop);
}

static void take_token(cr_session *s)
{
	cr_server *srv = s->srv;

	/* the bucket is looked at after the message: when it is empty, the next
	 * message stays unread until it is not */
	(void) cr_rate_take(&s->rate, &srv->rate_limit, cr_loop_now(&srv->loop));
	if (!cr_rate_has(&s->rate, &srv->rate_limit)) {
		wait_for_token(s);
	}
}

static cr_ws_flow on_message(void *arg, cr_ws_opcode opcode, uint8_t *data, size_t len)
{
	cr_session *s = arg;
	cr_server *srv = s->srv;
	bool binary = opcode == CR_WS_BINARY;

	if (srv->abandoned) {
		return CR_WS_PAUSE; /* PHP died in this very read: nobody is left to filter the rest */
	}
	if (s->state != CR_SESSION_OPEN) {
		return CR_WS_GO_ON;
	}
	cr_deadline_cancel(&s->work);
	srv->stats.messages_in++;
	if (srv->config.idle_timeout) {
		s->last_message_ms = cr_loop_now(&srv->loop);
	}
	if (cr_is_v1(s) && !binary && !cr_server_wants(srv, CR_HOOK_TEXT)) {
		cr_v1_on_text(s, data, len);
		/* over the rate it gets errors, but inflating comes before there is
		 * anything to refuse */
		if (s->state == CR_SESSION_OPEN && cr_rate_owes(&s->rate, &srv->rate_limit)) {
			wait_for_token(s);
		}
		return s->waits ? CR_WS_PAUSE : CR_WS_GO_ON;
	}
	if (s->peer && s->peer->greeting && !cr_v1_greet_silent(s)) {
		return CR_WS_GO_ON;
	}
	if (cr_server_wants(srv, binary ? CR_HOOK_BINARY : CR_HOOK_TEXT)) {
		srv->hooks->on_raw(srv->hooks_arg, s, binary, cr_slice_of(data, len));
	} else if (binary) {
		srv->stats.protocol_errors++;
		cr_ws_fail(s, 1003, "binary messages are not accepted");
	} else {
		on_chat(s, data, len);
	}
	if (s->state == CR_SESSION_OPEN && srv->rate_limit.messages) {
		take_token(s);
	}
	return s->waits ? CR_WS_PAUSE : CR_WS_GO_ON;
}

/* Control frames */

/* No client has a reason to send that many, and each is work that no message
 * pays for. Answers to our own pings are not counted. */
static const cr_rate_limit control_limit = {.messages = 20, .window_ms = 1000, .burst = 100};

static bool may_control(cr_session *s)
{
	if (cr_rate_take(&s->control, &control_limit, cr_loop_now(&s->srv->loop))) {
		return true;
	}
	s->srv->stats.control_floods++;
	cr_ws_fail(s, 1008, "too many pings and pongs");
	return false;
}

static cr_ws_flow on_ping(void *arg, const uint8_t *data, size_t len)
{
	cr_session *s = arg;

	if (s->state != CR_SESSION_OPEN || !may_control(s)) {
		return CR_WS_GO_ON;
	}
	if (!cr_conn_is_blocked(&s->conn)) {
		if (!cr_ws_send_control(s, CR_WS_PONG, data, len)) {
			out_of_memory(s);
		}
		return CR_WS_GO_ON;
	}
	/* the peer does not read: keep one pong, the latest (RFC 6455 5.5.3) */
	cr_pending *p = cr_session_pending(s);
	if (!p) {
		out_of_memory(s);
		return CR_WS_GO_ON;
	}
	p->has_pong = true;
	p->pong_len = (uint8_t) len;
	if (len) {
		memcpy(p->pong, data, len);
	}
	s->conn.want_drained = true;
	return CR_WS_GO_ON;
}

void cr_ws_on_drained(cr_session *s)
{
	if (s->pending && s->pending->has_pong) {
		s->pending->has_pong = false;
		if (!cr_ws_send_control(s, CR_WS_PONG, s->pending->pong, s->pending->pong_len)) {
			out_of_memory(s);
		}
	}
}

/* Any bytes prove life (cr_session.heard). Our pings carry nothing, so the
 * payload says nothing; who answers only the latest of them (RFC 6455 5.5.3)
 * has so many pongs to spare, and no more. */
static cr_ws_flow on_pong(void *arg, const uint8_t *data, size_t len)
{
	cr_session *s = arg;

	(void) data;
	(void) len;
	if (s->pings > 0) {
		s->pings--;
	} else if (s->state == CR_SESSION_OPEN) {
		(void) may_control(s);
	}
	return CR_WS_GO_ON;
}

static void on_close(void *arg, unsigned code, const uint8_t *reason, size_t len)
{
	cr_session *s = arg;

	s->close_received = true;
	if (s->state == CR_SESSION_OPEN) {
		cr_broadcast_stage_of(s);
		send_close(s, code, reason, len);
		cr_session_end(s, code, reason, len);
	}
	cr_conn_finish(&s->conn);
}

static cr_status on_deflated(void *arg, cr_buf *out, const uint8_t *data, size_t len, bool last)
{
	return cr_deflate_read(arg, out, data, len, last);
}

static const cr_ws_callbacks deflate_callbacks = {
	.on_message = on_message,
	.on_ping = on_ping,
	.on_pong = on_pong,
	.on_close = on_close,
	.on_deflated = on_deflated,
};

static const cr_ws_callbacks callbacks = {
	.on_message = on_message,
	.on_ping = on_ping,
	.on_pong = on_pong,
	.on_close = on_close,
};

/* Bytes */

static void fail_with_status(cr_session *s, cr_status st)
{
	cr_server *srv = s->srv;

	if (st == CR_ERR_NOMEM) {
		out_of_memory(s);
		return;
	}
	srv->stats.protocol_errors++;
	switch (st) {
		case CR_ERR_UTF8:
			cr_ws_fail(s, 1007, "not UTF-8");
			break;
		case CR_ERR_DATA:
			cr_ws_fail(s, 1007, "bad compressed data");
			break;
		case CR_ERR_TOOBIG:
			srv->stats.messages_too_big++;
			cr_ws_fail(s, 1009, "message too big");
			break;
		case CR_ERR_FORM:
			srv->stats.messages_too_split++;
			cr_ws_fail(s, 1008, "too many fragments");
			break;
		default:
			cr_ws_fail(s, 1002, "protocol error");
			break;
	}
}

static void forget_decoder(cr_session *s)
{
	if (s->ws) {
		cr_ws_session_deinit(s->ws);
		cr_free(s->ws);
		s->ws = NULL;
	}
}

void cr_ws_forget(cr_session *s)
{
	forget_decoder(s);
	cr_deflate_forget(s);
}

static bool is_at_rest(const cr_ws_session *ws)
{
	return ws->state == CR_WS_READ_HEAD && !cr_ws_session_is_midway(ws);
}

/* Between messages a decoder has nothing to remember, so most clients own none:
 * it lives on the stack for the call and is kept only when it is midway. */
static cr_status feed_decoder(cr_session *s, size_t *consumed, uint8_t *data, size_t len)
{
	cr_server *srv = s->srv;
	cr_ws_session fresh, *ws = s->ws;

	if (!ws) {
		cr_ws_session_init(&fresh);
		ws = &fresh;
	}
	cr_status st = cr_ws_session_feed(ws, consumed, data, len, &srv->ws_limits,
		s->inflate_bits ? &deflate_callbacks : &callbacks, s);
	if (is_at_rest(ws)) {
		forget_decoder(s);
		return st;
	}
	if (ws == &fresh) {
		s->ws = cr_malloc(sizeof(fresh));
		if (!s->ws) {
			cr_ws_session_deinit(&fresh);
			return CR_ERR_NOMEM;
		}
		*s->ws = fresh;
	}
	return st;
}

static void run_message_deadline(cr_session *s)
{
	if (!s->ws) {
		cr_deadline_cancel(&s->work);
	} else if (cr_list_is_empty(&s->work.link)) {
		cr_deadline_arm(&s->work, &s->srv->on_message, &s->srv->loop);
	}
}

/* Feeds until the end, an error, or a pause; *consumed says how far. */
static void feed(cr_session *s, uint8_t *data, size_t len, size_t *consumed)
{
	cr_status st = feed_decoder(s, consumed, data, len);

	if (st != CR_OK) {
		fail_with_status(s, st);
	} else if (s->state == CR_SESSION_OPEN && !s->waits) {
		run_message_deadline(s);
	}
}

void cr_ws_on_bytes(cr_session *s, uint8_t *data, size_t len)
{
	size_t consumed = 0;

	feed(s, data, len, &consumed);
	if (consumed == len || s->state != CR_SESSION_OPEN) {
		return;
	}
	cr_pending *p = cr_session_pending(s);
	if (!p || cr_buf_append(&p->input, data + consumed, len - consumed) != CR_OK) {
		out_of_memory(s);
	}
}

void cr_ws_resume(cr_session *s)
{
	cr_pending *p = s->pending;

	if (!p) {
		return;
	}
	if (p->input.len > 0) {
		size_t consumed = 0;

		feed(s, p->input.data, p->input.len, &consumed);
		cr_buf_consume(&p->input, consumed <= p->input.len ? consumed : p->input.len);
	}
	if (p->input.len == 0 && !p->has_pong && !p->text) {
		cr_session_free_pending(s); /* an idle client owns no buffer */
	}
}

void cr_ws_start(cr_session *s)
{
	cr_server *srv = s->srv;

	s->state = CR_SESSION_OPEN;
	s->opened_at = cr_is_v1(s) ? 0 : cr_unix_ms(); /* a v1 client is, once it is greeted */
	s->last_message_ms = cr_loop_now(&srv->loop);
	srv->stats.handshakes++;
	cr_deadline_arm(&s->life, &srv->on_ping, &srv->loop);
}
