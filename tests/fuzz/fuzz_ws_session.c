/* needs: ext/proto/ws_session.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/mem.c ext/core/utf8.c */
/* However a stream is cut, and whether or not the owner pauses, the events are
 * the same; and no message is over its limit or text that is not UTF-8. What
 * is written as a client writes it, in fragments with pings between, comes out
 * as it went in. Input: three bytes that say how to cut, then the stream, which
 * is also the text of that client. */
#include "ext/proto/ws_session.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGE 300

typedef struct trace {
	uint64_t hash;
	uint32_t events;
	bool pause;
} trace;

static void mix(trace *t, unsigned what, const uint8_t *data, size_t len)
{
	t->hash = (t->hash ^ what) * UINT64_C(0x100000001b3);
	t->hash = (t->hash ^ len) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < len; i++) {
		t->hash = (t->hash ^ data[i]) * UINT64_C(0x100000001b3);
	}
	t->events++;
}

static cr_ws_flow on_message(void *arg, cr_ws_opcode opcode, uint8_t *data, size_t len)
{
	trace *t = arg;

	if (len > MAX_MESSAGE || (opcode != CR_WS_TEXT && opcode != CR_WS_BINARY)
		|| (opcode == CR_WS_TEXT && !cr_utf8_is_valid(data, len))) {
		abort();
	}
	mix(t, opcode, data, len);
	memset(data, 0xee, len);
	return t->pause ? CR_WS_PAUSE : CR_WS_GO_ON;
}

static cr_ws_flow on_control(void *arg, unsigned what, const uint8_t *data, size_t len)
{
	trace *t = arg;

	if (len > CR_WS_CONTROL_MAX) {
		abort();
	}
	mix(t, what, data, len);
	return t->pause ? CR_WS_PAUSE : CR_WS_GO_ON;
}

static cr_ws_flow on_ping(void *arg, const uint8_t *data, size_t len)
{
	return on_control(arg, CR_WS_PING, data, len);
}

static cr_ws_flow on_pong(void *arg, const uint8_t *data, size_t len)
{
	return on_control(arg, CR_WS_PONG, data, len);
}

static void on_close(void *arg, unsigned code, const uint8_t *reason, size_t len)
{
	if ((code != 1005 && !cr_ws_close_code_is_valid(code)) || !cr_utf8_is_valid(reason, len)) {
		abort();
	}
	on_control(arg, 0x10000 + code, reason, len);
}

static void feed(cr_ws_session *s, trace *t, const uint8_t *p, size_t n)
{
	static const cr_ws_limits limits = {MAX_MESSAGE, 8};
	static const cr_ws_callbacks cb = {on_message, on_ping, on_pong, on_close, NULL};

	while (n > 0) {
		uint8_t *copy = malloc(n);
		uint32_t before = t->events;
		size_t used = 0;

		if (!copy) {
			abort();
		}
		memcpy(copy, p, n);
		cr_status status = cr_ws_session_feed(s, &used, copy, n, &limits, &cb, t);
		free(copy);
		if (status != CR_OK) {
			mix(t, 0x20000u - (unsigned) status, NULL, 0);
			used = n;
		}
		if (used > n || (used < n && (!t->pause || t->events != before + 1))) {
			abort();
		}
		p += used;
		n -= used;
	}
}

/* plan: how long the pieces are, in turn; 0: everything that is left */
static trace play(const uint8_t *p, size_t n, const uint8_t *plan, size_t turns, bool pause)
{
	trace t = {.hash = UINT64_C(0xcbf29ce484222325), .pause = pause};
	cr_ws_session s;

	cr_ws_session_init(&s);
	for (size_t i = 0; n > 0; i++) {
		size_t piece = plan[i % turns];

		piece = piece && piece < n ? piece : n;
		feed(&s, &t, p, piece);
		p += piece;
		n -= piece;
	}
	if (!cr_ws_session_is_midway(&s) && (s.message.data || s.control)) {
		abort();
	}
	cr_ws_session_deinit(&s);
	return t;
}

/* A client's frame; returns its end. */
static uint8_t *put_frame(uint8_t *out, cr_ws_opcode opcode, bool fin, const uint8_t *p, size_t n)
{
	static const uint8_t mask[] = {0x37, 0xfa, 0x21, 0x3d};
	size_t head = cr_ws_head_write(out, opcode, false, n);

	out[0] = (uint8_t) ((fin ? 0x80 : 0) | opcode);
	out[1] |= 0x80;
	memcpy(out + head, mask, 4);
	for (size_t i = 0; i < n; i++) {
		out[head + 4 + i] = p[i] ^ mask[i % 4];
	}
	return out + head + 4 + n;
}

static void check_round_trip(const uint8_t *plan, const uint8_t *p, size_t n)
{
	static const uint8_t whole = 0, bytes = 1;
	uint8_t stream[2 * MAX_MESSAGE], *end = stream;
	trace want = {.hash = UINT64_C(0xcbf29ce484222325)};
	size_t at = 0;

	n = n < MAX_MESSAGE ? n : MAX_MESSAGE;
	cr_ws_opcode kind = cr_utf8_is_valid(p, n) ? CR_WS_TEXT : CR_WS_BINARY;
	for (size_t i = 0; i == 0 || at < n; i++) {
		size_t piece = plan[i % 3];

		/* eight fragments are allowed */
		piece = i < 7 && piece < n - at ? piece : n - at;
		end = put_frame(end, i == 0 ? kind : CR_WS_CONT, at + piece == n, p + at, piece);
		at += piece;
		if (at < n) {
			end = put_frame(end, i % 2 ? CR_WS_PONG : CR_WS_PING, true, plan, i % 4);
			mix(&want, i % 2 ? CR_WS_PONG : CR_WS_PING, plan, i % 4);
		}
	}
	mix(&want, kind, p, n);
	end = put_frame(end, CR_WS_CLOSE, true, (const uint8_t *) "\x03\xe8", 2);
	mix(&want, 0x10000 + 1000, NULL, 0);

	trace got[] = {
		play(stream, (size_t) (end - stream), &whole, 1, false),
		play(stream, (size_t) (end - stream), &bytes, 1, false),
		play(stream, (size_t) (end - stream), plan, 3, true),
	};
	for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++) {
		if (got[i].hash != want.hash || got[i].events != want.events) {
			abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t whole = 0, bytes = 1;

	if (size < 3) {
		return 0;
	}
	check_round_trip(data, data + 3, size - 3);
	trace want = play(data + 3, size - 3, &whole, 1, false);
	trace others[] = {
		play(data + 3, size - 3, &bytes, 1, false),
		play(data + 3, size - 3, data, 3, false),
		play(data + 3, size - 3, &whole, 1, true),
		play(data + 3, size - 3, data, 3, true),
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i].hash != want.hash || others[i].events != want.events) {
			abort();
		}
	}
	return 0;
}
