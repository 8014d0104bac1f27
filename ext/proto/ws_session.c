/* The server's half of one WebSocket: frames in, messages out (RFC 6455 5-8).
 *
 *                  header complete
 *   READ_HEAD  ---------------------->  READ_PAYLOAD
 *       |      <----------------------       |
 *       |           payload complete         |
 *       |                                    |
 *       |  wrong header                      |  wrong payload, no memory,
 *       |                                    |  or a Close was read
 *       +----------->  CLOSED  <-------------+
 *
 *   READ_HEAD    -> READ_PAYLOAD  begin_frame()
 *   READ_PAYLOAD -> READ_HEAD     end_data(), end_control()
 *   READ_HEAD    -> CLOSED        fail()
 *   READ_PAYLOAD -> CLOSED        fail(), end_close()
 *
 * CLOSED is final. A frame without payload passes through READ_PAYLOAD too, so
 * every frame ends in one place.
 *
 * The usual case is a whole frame in the bytes being fed: it is unmasked where
 * it lies and lent to the callback, and nothing is copied or allocated. Only
 * what arrives in pieces is collected, and the buffer for it grows with what
 * has arrived: a header that announces much costs nothing. It goes with the
 * message, so a client that says nothing owns no buffer.
 */
#include "ext/proto/ws_session.h"

#include <string.h>

#include "ext/core/mem.h"

#define CODE_NONE 1005 /* section 7.1.5: the peer's Close had no code */

/* One call of cr_ws_session_feed(). */
typedef struct feed {
	uint8_t *buf;
	size_t len, pos;
	const cr_ws_limits *limits;
	const cr_ws_callbacks *cb;
	void *arg;
	cr_ws_flow flow;
} feed;

static void set_state(cr_ws_session *s, cr_ws_state state)
{
	CR_ASSERT((s->state == CR_WS_READ_HEAD && state == CR_WS_READ_PAYLOAD)
			  || (s->state == CR_WS_READ_PAYLOAD && state == CR_WS_READ_HEAD)
			  || (s->state != CR_WS_CLOSED && state == CR_WS_CLOSED));
	s->state = (uint8_t) state;
}

static void forget_message(cr_ws_session *s)
{
	cr_buf_deinit(&s->message);
	s->in_message = false;
	s->deflated = false;
	s->wire = 0;
	s->fragments = 0;
	s->utf8 = CR_UTF8_ACCEPT;
}

static void forget_control(cr_ws_session *s)
{
	cr_free(s->control);
	s->control = NULL;
}

/* To CLOSED, whatever was going on. */
static void shut(cr_ws_session *s)
{
	forget_message(s);
	forget_control(s);
	s->head_len = 0;
	set_state(s, CR_WS_CLOSED);
}

static cr_status fail(cr_ws_session *s, cr_status status)
{
	shut(s);
	return status;
}

static bool is_control(const cr_ws_head *head)
{
	return head->opcode >= CR_WS_CLOSE;
}

/* ---- READ_HEAD ---- */

/* What the order of frames and the limits say about a data frame's header. */
static cr_status admit_data(cr_ws_session *s, const cr_ws_limits *limits)
{
	bool continues = s->head.opcode == CR_WS_CONT;
	bool deflated = continues ? s->deflated : s->head.rsv1;
	size_t max = limits->max_message;

	if (continues != s->in_message) {
		return CR_ERR_PROTO;
	}
	if (deflated) {
		/* what does not compress grows, by an eighth with fixed Huffman codes */
		max += max / 8 + 64;
	}
	if (s->wire > max || s->head.payload_len > max - s->wire) {
		return CR_ERR_TOOBIG;
	}
	if (s->fragments >= limits->max_fragments) {
		return CR_ERR_FORM;
	}
	if (!continues) {
		s->message_opcode = (uint8_t) s->head.opcode;
		s->in_message = true;
		s->deflated = deflated;
	}
	s->wire += (size_t) s->head.payload_len;
	s->fragments++;
	s->message.max = limits->max_message;
	return CR_OK;
}

static cr_status begin_frame(cr_ws_session *s, const cr_ws_limits *limits)
{
	cr_status status = is_control(&s->head) ? CR_OK : admit_data(s, limits);

	if (status == CR_OK) {
		s->payload_read = 0;
		set_state(s, CR_WS_READ_PAYLOAD);
	}
	return status;
}

static cr_status read_head(cr_ws_session *s, feed *f)
{
	size_t n = f->len - f->pos, had = s->head_len, head_len = 0;
	const uint8_t *bytes = f->buf + f->pos;

	if (had > 0) {
		n = n < CR_WS_HEAD_MAX - had ? n : CR_WS_HEAD_MAX - had;
		memcpy(s->head_buf + had, bytes, n);
		bytes = s->head_buf;
		n += had;
	}

	cr_status status = cr_ws_head_parse(&s->head, &head_len, bytes, n, f->cb->on_deflated != NULL);
	if (status == CR_AGAIN) {
		if (had == 0) {
			memcpy(s->head_buf, bytes, n);
		}
		s->head_len = (uint8_t) n;
		f->pos = f->len;
		return CR_OK;
	}
	if (status != CR_OK) {
		return status;
	}
	s->head_len = 0;
	f->pos += head_len - had;
	return begin_frame(s, f->limits);
}

/* ---- READ_PAYLOAD: control frames ---- */

/* Section 5.5.1. data is unmasked. */
static cr_status end_close(cr_ws_session *s, feed *f, const uint8_t *data, size_t len)
{
	unsigned code = CODE_NONE;
	size_t skip = 0;

	if (len > 0) {
		if (len < 2) {
			return CR_ERR_PROTO;
		}
		code = (unsigned) data[0] << 8 | data[1];
		skip = 2;
		if (!cr_ws_close_code_is_valid(code)) {
			return CR_ERR_PROTO;
		}
		if (!cr_utf8_is_valid(data + skip, len - skip)) {
			return CR_ERR_UTF8;
		}
	}

	uint8_t *kept = s->control; /* data may lie in it */
	s->control = NULL;
	shut(s);
	f->cb->on_close(f->arg, code, data + skip, len - skip);
	cr_free(kept);
	return CR_OK;
}

static cr_status end_control(cr_ws_session *s, feed *f, const uint8_t *data)
{
	size_t len = (size_t) s->head.payload_len;

	if (s->head.opcode == CR_WS_CLOSE) {
		return end_close(s, f, data, len);
	}

	uint8_t *kept = s->control;
	s->control = NULL;
	set_state(s, CR_WS_READ_HEAD);
	f->flow = s->head.opcode == CR_WS_PING
	              ? f->cb->on_ping(f->arg, data, len)
	              : f->cb->on_pong(f->arg, data, len);
	cr_free(kept);
	return CR_OK;
}

static cr_status read_control(cr_ws_session *s, feed *f)
{
	size_t left = (size_t) (s->head.payload_len - s->payload_read), n = f->len - f->pos;
	uint8_t *bytes = f->buf + f->pos;

	n = n < left ? n : left;
	if (n < left && !s->control) {
		s->control = cr_malloc((size_t) s->head.payload_len);
		if (!s->control) {
			return CR_ERR_NOMEM;
		}
	}
	cr_ws_unmask(bytes, n, s->head.mask, (size_t) s->payload_read);
	if (s->control) {
		memcpy(s->control + s->payload_read, bytes, n);
	}
	f->pos += n;
	s->payload_read += n;
	if (n < left) {
		return CR_OK;
	}
	return end_control(s, f, s->control ? s->control : bytes);
}

/* ---- READ_PAYLOAD: data frames ---- */

static cr_status end_data(cr_ws_session *s, feed *f)
{
	if (!s->head.fin) {
		set_state(s, CR_WS_READ_HEAD);
		return CR_OK;
	}
	if (s->utf8 != CR_UTF8_ACCEPT) {
		return CR_ERR_UTF8; /* the message ends inside a character */
	}

	/* the callback sees a session that is done with the message */
	cr_buf done = s->message;
	s->message = (cr_buf){.max = done.max};
	forget_message(s);
	set_state(s, CR_WS_READ_HEAD);
	f->flow = f->cb->on_message(f->arg, (cr_ws_opcode) s->message_opcode,
		done.data ? done.data : s->head_buf, done.len);
	cr_buf_deinit(&done);
	return CR_OK;
}

/* The whole message is this frame, and all of it is here. */
static cr_status read_whole(cr_ws_session *s, feed *f)
{
	uint8_t *bytes = f->buf + f->pos;
	size_t len = (size_t) s->head.payload_len;

	cr_ws_unmask(bytes, len, s->head.mask, 0);
	f->pos += len;
	if (s->message_opcode == CR_WS_TEXT && !cr_utf8_is_valid(bytes, len)) {
		return CR_ERR_UTF8;
	}
	s->in_message = false;
	s->wire = 0;
	s->fragments = 0;
	set_state(s, CR_WS_READ_HEAD);
	f->flow = f->cb->on_message(f->arg, (cr_ws_opcode) s->message_opcode, bytes, len);
	return CR_OK;
}

/* bytes are unmasked. UTF-8 is checked on what comes out. */
static cr_status inflate_piece(cr_ws_session *s, feed *f, const uint8_t *bytes, size_t n)
{
	bool last = s->head.fin && s->payload_read == s->head.payload_len;
	size_t had = s->message.len;
	cr_status status = f->cb->on_deflated(f->arg, &s->message, bytes, n, last);

	/* bytes that came before an error are looked at too: which of the two is
	 * said must not hang on how the message was cut up */
	if (s->message_opcode == CR_WS_TEXT && s->message.len > had) {
		s->utf8 = cr_utf8_feed(s->utf8, s->message.data + had, s->message.len - had);
		if (s->utf8 == CR_UTF8_REJECT) {
			return CR_ERR_UTF8;
		}
	}
	return status;
}

static cr_status read_deflated(cr_ws_session *s, feed *f)
{
	uint64_t left = s->head.payload_len - s->payload_read;
	size_t n = f->len - f->pos;
	uint8_t *bytes = f->buf + f->pos;

	n = n < left ? n : (size_t) left;
	cr_ws_unmask(bytes, n, s->head.mask, (size_t) (s->payload_read & 3));
	f->pos += n;
	s->payload_read += n;
	/* an empty last frame ends the message all the same */
	if (n > 0 || s->payload_read == s->head.payload_len) {
		cr_status status = inflate_piece(s, f, bytes, n);

		if (status != CR_OK) {
			return status;
		}
	}
	return n < left ? CR_OK : end_data(s, f);
}

static cr_status read_data(cr_ws_session *s, feed *f)
{
	uint64_t left = s->head.payload_len - s->payload_read;
	size_t n = f->len - f->pos;
	uint8_t *bytes = f->buf + f->pos;

	if (CR_LIKELY(!s->deflated && s->head.fin && s->fragments == 1 && s->payload_read == 0 && n >= left)) {
		return read_whole(s, f);
	}

	n = n < left ? n : (size_t) left;
	if (n > 0) {
		cr_ws_unmask(bytes, n, s->head.mask, (size_t) (s->payload_read & 3));
		f->pos += n;
		s->payload_read += n;
		if (s->message_opcode == CR_WS_TEXT) {
			s->utf8 = cr_utf8_feed(s->utf8, bytes, n);
			if (s->utf8 == CR_UTF8_REJECT) {
				return CR_ERR_UTF8;
			}
		}
		cr_status status = cr_buf_append(&s->message, bytes, n);
		if (status != CR_OK) {
			return status;
		}
	}
	return n < left ? CR_OK : end_data(s, f);
}

static cr_status read_payload(cr_ws_session *s, feed *f)
{
	if (is_control(&s->head)) {
		return read_control(s, f);
	}
	return s->deflated ? read_deflated(s, f) : read_data(s, f);
}

/* ---- the whole ---- */

void cr_ws_session_init(cr_ws_session *s)
{
	memset(s, 0, sizeof(*s)); /* zero is CR_WS_READ_HEAD */
}

void cr_ws_session_deinit(cr_ws_session *s)
{
	forget_message(s);
	forget_control(s);
}

cr_status cr_ws_session_feed(cr_ws_session *s, size_t *consumed, uint8_t *buf, size_t len,
	const cr_ws_limits *limits, const cr_ws_callbacks *cb, void *arg)
{
	feed f = {.buf = buf, .len = len, .limits = limits, .cb = cb, .arg = arg};
	cr_status status = CR_OK;

	while (status == CR_OK && f.pos < len && f.flow == CR_WS_GO_ON && s->state != CR_WS_CLOSED) {
		if (s->state == CR_WS_READ_HEAD) {
			status = read_head(s, &f);
		}
		/* not "else": a frame without payload waits for no further byte */
		if (status == CR_OK && s->state == CR_WS_READ_PAYLOAD) {
			status = read_payload(s, &f);
		}
	}

	if (status != CR_OK) {
		status = fail(s, status);
	}
	*consumed = s->state == CR_WS_CLOSED ? len : f.pos;
	cr_ws_session_check(s);
	return status;
}

bool cr_ws_session_is_midway(const cr_ws_session *s)
{
	return s->in_message || s->head_len > 0 || s->state == CR_WS_READ_PAYLOAD;
}

void cr_ws_session_check(const cr_ws_session *s)
{
	(void) s;
	CR_ASSERT(s->state <= CR_WS_CLOSED);
	CR_ASSERT(s->utf8 != CR_UTF8_REJECT);
	CR_ASSERT(s->in_message == (s->fragments > 0));
	CR_ASSERT(s->in_message || (!s->message.data && s->utf8 == CR_UTF8_ACCEPT));
	CR_ASSERT(!s->in_message || s->message_opcode == CR_WS_TEXT
			  || s->message_opcode == CR_WS_BINARY);
	CR_ASSERT(s->message.len <= s->message.cap);
	/* between two calls a header is never complete, nor a payload */
	CR_ASSERT(s->head_len == 0 || s->state == CR_WS_READ_HEAD);
	CR_ASSERT(s->head_len < CR_WS_HEAD_MAX);
	CR_ASSERT(s->state != CR_WS_READ_PAYLOAD || s->payload_read < s->head.payload_len);
	CR_ASSERT(!s->control || (s->state == CR_WS_READ_PAYLOAD && is_control(&s->head)));
	CR_ASSERT(s->state != CR_WS_CLOSED || !cr_ws_session_is_midway(s));
}
