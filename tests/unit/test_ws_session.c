/* needs: ext/proto/ws_session.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/mem.c ext/core/utf8.c */
/* Every row is a stream and the events it must cause. It is fed whole, byte by
 * byte, in odd pieces and cut at every position, each with and without a pause
 * after every event, and the events must always be the same.
 *
 *   input     81:6162    a masked frame, first byte 81, payload 61 62
 *             81+500     the same with 500 times 'a'
 *             =8105m     raw bytes; m is the mask
 *             ~00000000  the mask from here on
 *             9*...      the token nine times
 *   expected  T:6162 text, B binary, P ping, O pong, C1000:6162 close,
 *             E1002 an error by its close code; + and * as above */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext/core/mem.h"
#include "ext/proto/ws_session.h"

typedef struct row {
	const char *id, *in, *expected;
	size_t max_message;
	uint32_t max_fragments;
} row;

typedef struct text {
	char *s;
	size_t len, cap;
} text;

static void put(text *t, const void *s, size_t n)
{
	if (t->cap - t->len < n + 1) {
		t->cap = (t->len + n + 1) * 2;
		t->s = realloc(t->s, t->cap);
		assert_non_null(t->s);
	}
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = '\0';
}

static unsigned hex_byte(const char *s)
{
	char digits[3] = {s[0], s[1], '\0'};

	return (unsigned) strtoul(digits, NULL, 16);
}

static void put_frame(text *t, unsigned b0, const uint8_t *payload, size_t len,
	const uint8_t mask[4])
{
	uint8_t h[CR_WS_HEAD_MAX] = {(uint8_t) b0, 0x80};
	size_t n = 2;

	if (len < 126) {
		h[1] |= (uint8_t) len;
	} else {
		size_t bytes = len < 65536 ? 2 : 8;
		h[1] |= bytes == 2 ? 126 : 127;
		for (size_t i = 0; i < bytes; i++) {
			h[n++] = (uint8_t) ((uint64_t) len >> 8 * (bytes - 1 - i));
		}
	}
	memcpy(h + n, mask, 4);
	put(t, h, n + 4);
	for (size_t i = 0; i < len; i++) {
		uint8_t b = payload[i] ^ mask[i % 4];
		put(t, &b, 1);
	}
}

static void put_token(text *t, const char *s, size_t len, uint8_t mask[4])
{
	uint8_t *payload = calloc(1, 1 << 17);
	size_t n = 0;

	assert_non_null(payload);
	if (*s == '~') {
		for (size_t i = 0; i < 4; i++) {
			mask[i] = (uint8_t) hex_byte(s + 1 + 2 * i);
		}
	} else if (*s == '=') {
		for (size_t i = 1; i < len; i += 2) {
			uint8_t b = (uint8_t) hex_byte(s + i);
			if (s[i] == 'm') {
				put(t, mask, 4);
				i--;
			} else {
				put(t, &b, 1);
			}
		}
	} else if (s[2] == '+') {
		n = strtoul(s + 3, NULL, 10);
		assert_true(n <= 1 << 17);
		memset(payload, 'a', n);
		put_frame(t, hex_byte(s), payload, n, mask);
	} else {
		for (size_t i = 3; i < len; i += 2) {
			payload[n++] = (uint8_t) hex_byte(s + i);
		}
		put_frame(t, hex_byte(s), payload, n, mask);
	}
	free(payload);
}

/* Splits at blanks and repeats; with bytes, builds the stream. */
static text expand(const char *s, bool bytes)
{
	text t = {NULL, 0, 0};
	uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};

	put(&t, "", 0);
	while (*s) {
		size_t len = strcspn(s, " "), times = 1;
		const char *star = memchr(s, '*', len);
		const char *token = star ? star + 1 : s;
		size_t token_len = len - (size_t) (token - s);

		if (star) {
			times = strtoul(s, NULL, 10);
		}
		for (size_t i = 0; i < times; i++) {
			if (bytes) {
				put_token(&t, token, token_len, mask);
			} else {
				put(&t, token, token_len);
				put(&t, " ", 1);
			}
		}
		s += len + (s[len] == ' ');
	}
	return t;
}

/* ---- recording ---- */

typedef struct run {
	text log;
	bool pause;
	unsigned events; /* of this call of feed */
} run;

static void record(run *r, const char *what, const uint8_t *data, size_t len)
{
	size_t same = 0;
	char item[32];

	assert_non_null(data);
	put(&r->log, what, strlen(what));
	while (same < len && data[same] == 'a') {
		same++;
	}
	if (len > 40 && same == len) {
		put(&r->log, item, (size_t) snprintf(item, sizeof(item), "+%zu ", len));
	} else {
		put(&r->log, ":", 1);
		for (size_t i = 0; i < len; i++) {
			put(&r->log, item, (size_t) snprintf(item, sizeof(item), "%02x", data[i]));
		}
		put(&r->log, " ", 1);
	}
	r->events++;
}

static cr_ws_flow flow_of(const run *r)
{
	return r->pause ? CR_WS_PAUSE : CR_WS_GO_ON;
}

static cr_ws_flow on_message(void *arg, cr_ws_opcode opcode, uint8_t *data, size_t len)
{
	record(arg, opcode == CR_WS_TEXT ? "T" : "B", data, len);
	memset(data, 0xee, len); /* it is writable, and nobody reads it after us */
	return flow_of(arg);
}

static cr_ws_flow on_ping(void *arg, const uint8_t *data, size_t len)
{
	record(arg, "P", data, len);
	return flow_of(arg);
}

static cr_ws_flow on_pong(void *arg, const uint8_t *data, size_t len)
{
	record(arg, "O", data, len);
	return flow_of(arg);
}

static void on_close(void *arg, unsigned code, const uint8_t *reason, size_t len)
{
	char what[16];

	snprintf(what, sizeof(what), "C%u", code);
	record(arg, what, reason, len);
}

static const cr_ws_callbacks callbacks = {on_message, on_ping, on_pong, on_close, NULL};

static const char *error_name(cr_status status)
{
	switch (status) {
	case CR_ERR_PROTO:
		return "E1002 ";
	case CR_ERR_UTF8:
		return "E1007 ";
	case CR_ERR_FORM:
		return "E1008 ";
	case CR_ERR_TOOBIG:
		return "E1009 ";
	case CR_ERR_NOMEM:
		return "E1011 ";
	default:
		return "E???? ";
	}
}

/* ---- feeding ---- */

/* One piece, in memory of its own so that ASAN sees a step outside. */
static void feed(cr_ws_session *s, run *r, const cr_ws_limits *limits, const uint8_t *p, size_t n)
{
	while (n > 0) {
		uint8_t *copy = malloc(n);
		size_t used = n + 1;

		assert_non_null(copy);
		memcpy(copy, p, n);
		r->events = 0;
		cr_status status = cr_ws_session_feed(s, &used, copy, n, limits, &callbacks, r);
		cr_ws_session_check(s);
		free(copy);
		if (status != CR_OK) {
			put(&r->log, error_name(status), 6);
			assert_int_equal(s->state, CR_WS_CLOSED);
			used = n;
		}
		assert_true(used == n || (r->pause && r->events == 1 && used < n));
		assert_true(!r->pause || r->events <= 1);
		p += used;
		n -= used;
	}
}

typedef struct cuts {
	size_t every; /* pieces of this size, 0: none */
	size_t at;    /* and a cut here */
	bool pause;
} cuts;

static text play(const row *t, const text *in, cuts c)
{
	cr_ws_limits limits = {
		t->max_message ? t->max_message : 65536, t->max_fragments ? t->max_fragments : 1024
	};
	cr_ws_session s;
	run r = {.pause = c.pause};
	const uint8_t *p = (const uint8_t *) in->s;
	static const uint8_t more[] = {0x89, 0x80, 1, 2, 3, 4, 0x81, 0x81, 0, 0, 0, 0, 'a'};

	put(&r.log, "", 0);
	cr_ws_session_init(&s);
	for (size_t pos = 0, n; pos < in->len; pos += n) {
		n = c.every && c.every < in->len - pos ? c.every : in->len - pos;
		if (pos < c.at && c.at - pos < n) {
			n = c.at - pos;
		}
		feed(&s, &r, &limits, p + pos, n);
	}
	if (s.state == CR_WS_CLOSED) {
		feed(&s, &r, &limits, more, sizeof(more)); /* swallowed, or it shows in the log */
	}
	if (!cr_ws_session_is_midway(&s)) {
		assert_null(s.message.data);
		assert_null(s.control);
	}
	cr_ws_session_deinit(&s);
	return r.log;
}

static void compare(const row *t, const text *in, const text *want, cuts c)
{
	text got = play(t, in, c);

	if (strcmp(got.s, want->s) != 0) {
		fail_msg("%s (%s), pieces %zu, cut %zu, pause %d:\n  want %.300s\n  got  %.300s",
			t->id, t->in, c.every, c.at, c.pause, want->s, got.s);
	}
	free(got.s);
}

static void check_row(const row *t)
{
	static const size_t pieces[] = {0, 1, 2, 3, 5, 7, 13, 997};
	text in = expand(t->in, true), want = expand(t->expected, false);

	for (unsigned pause = 0; pause < 2; pause++) {
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			compare(t, &in, &want, (cuts){pieces[i], 0, pause});
		}
		/* a long stream repeats itself: its middle is cut here and there */
		for (size_t at = 1, step; at < in.len; at += step) {
			step = in.len > 2000 && at > 64 && at < in.len - 64 ? 499 : 1;
			compare(t, &in, &want, (cuts){0, at, pause});
		}
	}
	free(in.s);
	free(want.s);
}

#define ROWS(rows) \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
		check_row(&(rows)[i])

#define U01 "cebae1bdb9cf83cebcceb5"
#define REASON_123 \
	"6161616161616161616161616161616161616161616161616161616161616161616161616161616161" \
	"6161616161616161616161616161616161616161616161616161616161616161616161616161616161" \
	"6161616161616161616161616161616161616161616161616161616161616161616161616161616161"

static void test_framing(void **state)
{
	static const row rows[] = {
		{"F01", "=810548656c6c6f", "E1002", 0, 0},
		{"F02", "=818537fa213d7f9f4d5158", "T:48656c6c6f", 0, 0},
		{"F03", "c1:", "E1002", 0, 0},
		{"F04", "a1:", "E1002", 0, 0},
		{"F05", "91:", "E1002", 0, 0},
		{"F06", "f9:", "E1002", 0, 0},
		{"F06", "d8:", "E1002", 0, 0},
		{"F06", "ca:", "E1002", 0, 0},
		{"F07", "83:", "E1002", 0, 0},
		{"F07", "87:", "E1002", 0, 0},
		{"F08", "8b:", "E1002", 0, 0},
		{"F08", "8f:", "E1002", 0, 0},
		{"F09", "81:61 85: 89:", "T:61 E1002", 0, 0},
		{"F10", "80:", "E1002", 0, 0},
		{"F11", "00:", "E1002", 0, 0},
		{"F12", "01:61 81:62", "E1002", 0, 0},
		{"F13", "01:61 02:62", "E1002", 0, 0},
		{"F14", "01:61 80:62", "T:6162", 0, 0},
		{"F14 and the next", "01:61 80:62 80:63", "T:6162 E1002", 0, 0},
		{"F15", "01: 00: 80:", "T:", 0, 0},
		{"F16", "09:", "E1002", 0, 0},
		{"F17", "08:", "E1002", 0, 0},
		{"F17", "0a:", "E1002", 0, 0},
		{"F18", "01:61 89:70 80:62", "P:70 T:6162", 0, 0},
		{"F19", "89+125", "P+125", 0, 0},
		{"F20", "=89fe007em", "E1002", 0, 0},
		{"F21", "=89ff0000000000000001m", "E1002", 0, 0},
		{"F22", "=88fe007em", "E1002", 0, 0},
		{"F23", "89:", "P:", 0, 0},
		{"F25", "8a: 8a:7a 81:61", "O: O:7a T:61", 0, 0},
		{"F27", "=81fe0005m48656c6c6f", "E1002", 0, 0},
		{"F28", "=81ff000000000000007em", "E1002", 0, 0},
		{"F29", "=82ff8000000000000000m", "E1002", 0, 0},
		{"F30", "=82ffffffffffffffffffm", "E1002", 0, 0},
		{"F44", "81:68656c6c6f 8a: 82+300 81:78", "T:68656c6c6f O: B+300 T:78", 0, 0},
		{"F45", "81+65536 01+65536 80:", "T+65536 T+65536", 0, 0},
		{"F46", "~01020304 81:00 82:000102030405060708090a0b0c0d0e0f1011121314",
			"T:00 B:000102030405060708090a0b0c0d0e0f1011121314", 0, 0},
		{"F47", "1000*81:61 1000*82:", "1000*T:61 1000*B:", 0, 0},
		{"F50", "~00000000 81:6869 82:00ff 89:70 ~ffffffff 81:6869 81:6869",
			"T:6869 B:00ff P:70 T:6869 T:6869", 0, 0},
		{"F51", "81: 82:", "T: B:", 0, 0},
		{"F53", "88: 81:61", "C1005:", 0, 0},
		{"F54", "88:03e8 88:03e9", "C1000:", 0, 0},
		{"F55", "88:03e8 89:61", "C1000:", 0, 0},
		{"F56", "01:61 88:03e8 80:62", "C1000:", 0, 0},
		{"F62", "81+125 81+126 81+127", "T+125 T+126 T+127", 0, 0},
		{"F62", "82+65535 82+65536", "B+65535 B+65536", 0, 0},
		{"F63", "81+65536", "T+65536", 0, 0},
		{"controls in a row between fragments", "02:61 89:31 8a:32 89: 00:62 89:33 80:63 81:64",
			"P:31 O:32 P: P:33 B:616263 T:64", 0, 0},
		{"events before an error stand", "81:61 89:62 01:63 81:64 81:65", "T:61 P:62 E1002", 0, 0},
	};

	(void) state;
	ROWS(rows);
}

static void test_limits(void **state)
{
	static const row rows[] = {
		{"F31", "=82ff7fffffffffffffffm", "E1009", 0, 0},
		{"F32", "=82ff7ffffffffffffff1m", "E1009", 0, 0},
		{"F33", "=82ff0000000100000005m6162636465", "E1009", 0, 0},
		{"F34", "=82ff000000007fffffffm", "E1009", 0, 0},
		{"F34", "=82ff0000000080000000m", "E1009", 0, 0},
		{"F34", "=82ff00000000ffffffffm", "E1009", 0, 0},
		{"F35", "81+100 01+60 80+40", "T+100 T+100", 100, 0},
		{"F36", "=81e5m", "E1009", 100, 0},
		{"F36", "=81ff0000000000010001m", "E1009", 0, 0},
		{"F37", "01+60 00+40 =8081m", "E1009", 100, 0},
		{"F38", "01:61 =00ff7fffffffffffffffm", "E1009", 0, 0},
		{"F39", "01+99 8a:7a 80:61", "O:7a T+100", 100, 0},
		{"F39 a ping longer than max_message", "89+125", "P+125", 100, 0},
		{"F40", "01: 1022*00: 80:", "T:", 0, 0},
		{"F40", "01:61 1022*00:61 80:61 01: 80:", "T+1024 T:", 0, 0},
		{"F40", "01: 1023*00: 80:", "E1008", 0, 0},
		{"F41", "02:61 2000*00:", "E1008", 0, 0},
		{"one fragment", "81:61 81:62 01:63 =8080m", "T:61 T:62 E1008", 0, 1},
		{"two fragments, again", "01:61 80:62 01:61 80:62 82:", "T:6162 T:6162 B:", 0, 2},
		{"each message has its own limit", "81+60 81+60 02+60 80+40", "T+60 T+60 B+100", 100, 0},
	};

	(void) state;
	ROWS(rows);
}

static void test_utf8(void **state)
{
	static const row rows[] = {
		{"U01", "81:" U01, "T:" U01, 0, 0},
		{"U02", "81:" U01 "eda080656469746564", "E1007", 0, 0},
		{"U03", "81:c0af", "E1007", 0, 0},
		{"U03", "81:c080", "E1007", 0, 0},
		{"U04", "81:e080af", "E1007", 0, 0},
		{"U04", "81:e09fbf", "E1007", 0, 0},
		{"U05", "81:f08080af", "E1007", 0, 0},
		{"U05", "81:f08fbfbf", "E1007", 0, 0},
		{"U06", "81:eda080", "E1007", 0, 0},
		{"U06", "81:edafbf", "E1007", 0, 0},
		{"U06", "81:edb080", "E1007", 0, 0},
		{"U06", "81:edbfbf", "E1007", 0, 0},
		{"U06", "81:eda080edb080", "E1007", 0, 0},
		{"U07", "81:f4908080", "E1007", 0, 0},
		{"U08", "81:f5808080", "E1007", 0, 0},
		{"U08", "81:f888808080", "E1007", 0, 0},
		{"U08", "81:fc8480808080", "E1007", 0, 0},
		{"U08", "81:fe", "E1007", 0, 0},
		{"U08", "81:ff", "E1007", 0, 0},
		{"U09", "81:80", "E1007", 0, 0},
		{"U09", "81:bf", "E1007", 0, 0},
		{"U09", "81:c241", "E1007", 0, 0},
		{"U10", "81:e282", "E1007", 0, 0},
		{"U10 in fragments", "01:e2 80:82", "E1007", 0, 0},
		{"U10 an empty end", "01:e2 80:", "E1007", 0, 0},
		{"U11", "01:e2 00:82 80:ac", "T:e282ac", 0, 0},
		{"U11 with pings of no text", "01:e2 89:ff 00:82 8a:c0 80:ac", "P:ff O:c0 T:e282ac", 0, 0},
		{"U12", "81:e282ac 81:f09f9880", "T:e282ac T:f09f9880", 0, 0},
		{"U13", "01:" U01 "eda080656469746564", "E1007", 0, 0},
		{"U13 in the middle of a frame", "=01fe7fff00000000eda0", "E1007", 0, 0},
		{"U13 before the last byte", "=818400000000f490", "E1007", 0, 0},
		{"U14", "81:00 81:7f", "T:00 T:7f", 0, 0},
		{"U15", "81:c280dfbfe0a080efbfbff0908080f48fbfbf",
			"T:c280dfbfe0a080efbfbff0908080f48fbfbf", 0, 0},
		{"U16", "81:efbbbf 81:efb790efbfbe", "T:efbbbf T:efb790efbfbe", 0, 0},
		{"U17", "82:ff 02:ff 80:c0 81:61", "B:ff B:ffc0 T:61", 0, 0},
		{"U18", "88:03e8ff", "E1007", 0, 0},
		{"U18", "88:03e8c3a9e282", "E1007", 0, 0},
		{"U11 and afresh", "01:61 80:c3a9 02:c3 80: 81:61", "T:61c3a9 B:c3 T:61", 0, 0},
	};

	(void) state;
	ROWS(rows);
}

static void test_utf8_borders(void **state)
{
	(void) state;
	for (size_t n = 0; n < 70; n++) { /* U20 */
		char in[512], want[512], a[160];

		memset(a, '4', sizeof(a));
		a[2 * n] = '\0'; /* n times 0x44 */
		snprintf(in, sizeof(in), "81:%se282ac 81:%se28228", a, a);
		snprintf(want, sizeof(want), "T:%se282ac E1007", a);
		check_row(&(row){"U20", in, want, 0, 0});
	}
	for (size_t n = 0; n <= 11; n++) { /* U21 */
		char in[64], want[64];
		bool whole = n == 0 || n == 2 || n == 5 || n == 7 || n == 9 || n == 11;

		snprintf(in, sizeof(in), "81:%.*s", (int) (2 * n), U01);
		snprintf(want, sizeof(want), "T:%.*s", (int) (2 * n), U01);
		check_row(&(row){"U21", in, whole ? want : "E1007", 0, 0});
	}
}

static void test_close(void **state)
{
	static const row rows[] = {
		{"C01", "88:", "C1005:", 0, 0},
		{"C02", "88:03", "E1002", 0, 0},
		{"C08", "88:03e8" REASON_123, "C1000+123", 0, 0},
		{"C08", "88:0fa0c3a9", "C4000:c3a9", 0, 0},
		{"C09", "=88fe007em03e8", "E1002", 0, 0},
		{"a Close inside a message", "01:e2 88:03e961", "C1001:61", 0, 0},
		{"a wrong Close inside a message", "01:e2 88:0000", "E1002", 0, 0},
	};

	(void) state;
	ROWS(rows);
	for (unsigned code = 0; code <= 65535; code += code > 5100 && code < 65400 ? 97 : 1) {
		char in[16], want[16]; /* C03 to C07 */
		bool ok = (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006))
			|| (code >= 3000 && code <= 4999);

		snprintf(in, sizeof(in), "88:%04x", code);
		snprintf(want, sizeof(want), "C%u:", code);
		check_row(&(row){in, in, ok ? want : "E1002", 0, 0});
	}
}

/* ---- what events do not show ---- */

static const cr_ws_limits defaults = {65536, 1024};

static size_t feed_some(cr_ws_session *s, run *r, text *in, size_t from, size_t n)
{
	size_t used = 0;

	assert_true(from + n <= in->len);
	cr_status status = cr_ws_session_feed(s, &used, (uint8_t *) in->s + from, n,
		&defaults, &callbacks, r);
	assert_int_equal(status, CR_OK);
	return used;
}

typedef struct place {
	uint8_t *data[8];
	size_t n;
} place;

static cr_ws_flow note_place(void *arg, cr_ws_opcode opcode, uint8_t *data, size_t len)
{
	place *p = arg;

	(void) opcode;
	(void) len;
	assert_true(p->n < 8);
	p->data[p->n++] = data;
	return CR_WS_GO_ON;
}

static void test_whole_messages_stay_in_place(void **state)
{
	text in = expand("81:61 82+300 81:62", true);
	const cr_ws_callbacks cb = {note_place, on_ping, on_pong, on_close, NULL};
	cr_ws_session s;
	place p = {{NULL}, 0};
	size_t used;

	(void) state;
	cr_ws_session_init(&s);
	cr_mem_fail_at(0);
	cr_status status = cr_ws_session_feed(&s, &used, (uint8_t *) in.s, in.len, &defaults, &cb, &p);
	assert_int_equal(status, CR_OK);
	assert_int_equal(cr_mem_calls(), 0);
	assert_int_equal(p.n, 3);
	assert_ptr_equal(p.data[0], in.s + 6);
	assert_ptr_equal(p.data[1], in.s + 7 + 8);
	assert_ptr_equal(p.data[2], in.s + in.len - 1);
	cr_ws_session_deinit(&s);
	free(in.s);
}

/* F43: what is announced costs nothing, what has arrived little more than itself */
static void test_memory_follows_arrival(void **state)
{
	text in = expand("81+65536", true);
	cr_ws_session s;
	run r = {.pause = false};

	(void) state;
	cr_ws_session_init(&s);
	assert_int_equal(feed_some(&s, &r, &in, 0, 14), 14);
	assert_null(s.message.data);
	for (size_t pos = 14; pos < 14 + 5000; pos += 100) {
		assert_int_equal(feed_some(&s, &r, &in, pos, 100), 100);
		assert_true(s.message.cap <= 2 * (pos - 14 + 100) + 1024);
	}
	cr_ws_session_deinit(&s);
	free(in.s);
}

static void test_pause_leaves_the_rest_alone(void **state)
{
	text in = expand("81:6161 81:6262 89:63", true), before = expand("81:6161 81:6262 89:63", true);
	cr_ws_session s;
	run r = {.pause = true};

	(void) state;
	cr_ws_session_init(&s);
	assert_int_equal(feed_some(&s, &r, &in, 0, in.len), 8);
	assert_memory_equal(in.s + 8, before.s + 8, in.len - 8);
	assert_int_equal(feed_some(&s, &r, &in, 8, in.len - 8), 8);
	assert_memory_equal(in.s + 16, before.s + 16, in.len - 16);
	assert_int_equal(feed_some(&s, &r, &in, 16, in.len - 16), 7);
	assert_int_equal(feed_some(&s, &r, &in, in.len, 0), 0);
	assert_string_equal(r.log.s, "T:6161 T:6262 P:63 ");
	cr_ws_session_deinit(&s);
	free(r.log.s);
	free(in.s);
	free(before.s);
}

/* F42, F43: the owner's deadline runs exactly while something is unfinished */
static void test_midway(void **state)
{
	text in = expand("81:6162 01:63 89:64 80:65 88:03e8", true);
	/* the bytes after which nothing is unfinished */
	static const size_t rest[] = {0, 8, 29, 37};
	cr_ws_session s;
	run r = {.pause = false};

	(void) state;
	cr_ws_session_init(&s);
	assert_int_equal(in.len, 37);
	for (size_t pos = 0, next = 0; pos <= in.len; pos++) {
		bool idle = next < 4 && rest[next] == pos;
		next += idle;
		if (cr_ws_session_is_midway(&s) == idle) {
			fail_msg("after %zu bytes", pos);
		}
		if (pos < in.len) {
			feed_some(&s, &r, &in, pos, 1);
		}
	}
	cr_ws_session_deinit(&s);
	free(r.log.s);
	free(in.s);
}

/* max - have must not wrap when the owner lowers the limit meanwhile */
static void test_limit_lowered_midway(void **state)
{
	text in = expand("01+60 80:61", true);
	const cr_ws_limits low = {10, 1024};
	cr_ws_session s;
	run r = {.pause = false};
	size_t used;

	(void) state;
	cr_ws_session_init(&s);
	assert_int_equal(feed_some(&s, &r, &in, 0, 66), 66);
	cr_status status = cr_ws_session_feed(&s, &used, (uint8_t *) in.s + 66, in.len - 66,
		&low, &callbacks, &r);
	assert_int_equal(status, CR_ERR_TOOBIG);
	assert_null(s.message.data);
	cr_ws_session_deinit(&s);
	free(in.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_framing),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_borders),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_whole_messages_stay_in_place),
		cmocka_unit_test(test_memory_follows_arrival),
		cmocka_unit_test(test_pause_leaves_the_rest_alone),
		cmocka_unit_test(test_midway),
		cmocka_unit_test(test_limit_lowered_midway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
