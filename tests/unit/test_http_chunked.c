/* needs: ext/proto/http_chunked.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "ext/proto/http_chunked.h"
#include "tests/unit/split.h"

#define MAX 100
#define S(lit) (lit), sizeof(lit) - 1
#define X8     "xxxxxxxx"
#define X64    X8 X8 X8 X8 X8 X8 X8 X8
#define X128   X64 X64
#define X1024  X128 X128 X128 X128 X128 X128 X128 X128
#define X100   X64 X8 X8 X8 X8 "xxxx"

typedef struct row {
	const char *name;
	const char *text;
	size_t len;
	int status;       /* 0: ends; AGAIN: wants more */
	const char *body; /* NULL: not looked at */
	size_t left;      /* bytes behind the end */
} row;

#define AGAIN 1

static const row rows[] = {
	{"P14 empty body", S("0\r\n\r\n"), 0, "", 0},
	{"P14 one chunk", S("5\r\nhello\r\n0\r\n\r\n"), 0, "hello", 0},
	{"P14 two chunks and the next request", S("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET /"), 0, "hello!", 5},
	{"P14 hex, both cases", S("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"), 0, "01234567890123456789", 0},
	{"P14 CR LF in the data", S("4\r\n\r\n\r\n\r\n0\r\n\r\n"), 0, "\r\n\r\n", 0},
	{"P14 zeros", S("0005\r\nhello\r\n0000\r\n\r\n"), 0, "hello", 0},
	{"P19 0x5", S("0x5\r\nhello\r\n"), 400, NULL, 0},
	{"P19 +5", S("+5\r\nhello\r\n"), 400, NULL, 0},
	{"P19 -5", S("-5\r\nhello\r\n"), 400, NULL, 0},
	{"P19 SP before", S(" 5\r\nhello\r\n"), 400, NULL, 0},
	{"P19 SP behind", S("5 \r\nhello\r\n"), 400, NULL, 0},
	{"P19 SP before an extension", S("5 ;a\r\nhello\r\n"), 400, NULL, 0},
	{"P19 TAB", S("5\t\r\nhello\r\n"), 400, NULL, 0},
	{"P19 underscore", S("0_2e\r\nhello\r\n"), 400, NULL, 0},
	{"P19 empty", S("\r\nhello\r\n"), 400, NULL, 0},
	{"P19 empty with an extension", S(";a\r\nhello\r\n"), 400, NULL, 0},
	{"P19 g", S("g\r\nhello\r\n"), 400, NULL, 0},
	{"P19 NUL", S("5\0\r\nhello\r\n"), 400, NULL, 0},
	{"P20 sixteen f", S("ffffffffffffffff\r\n"), 413, NULL, 0},
	{"P20 8000000000000000", S("8000000000000000\r\n"), 413, NULL, 0},
	{"P20 sixteen digits", S("0000000000000001\r\nx\r\n0\r\n\r\n"), 0, "x", 0},
	{"P20 seventeen digits", S("00000000000000001\r\nx\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P20 2^64 + 1", S("10000000000000001\r\nx\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P21 extension", S("1;a=b;c=\"d e\"\r\nx\r\n0;end\r\n\r\n"), 0, "x", 0},
	{"P21 extension of 128", S("1;" X64 X8 X8 X8 X8 X8 X8 X8 "xxxxxxx\r\nx\r\n0\r\n\r\n"), 0, "x", 0},
	{"P21 extension of 129", S("1;" X128 "\r\nx\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P21 LF in an extension", S("1;a\nx\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P21 NUL in an extension", S("1;a\0b\r\nx\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P21 CR in an extension", S("1;a\rb\r\nx\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 size ends with LF", S("5\nhello\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 size ends with CR", S("5\rhello\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 data ends with LF", S("5\r\nhello\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 data ends with CR", S("5\r\nhello\r0\r\n\r\n"), 400, NULL, 0},
	{"P22 data goes on", S("5\r\nhello!\r\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 data ends with ! LF", S("5\r\nhello!\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 data ends with LF LF", S("5\r\nhello\n\n0\r\n\r\n"), 400, NULL, 0},
	{"P22 end with LF", S("0\r\n\n"), 400, NULL, 0},
	{"P22 end with CR CR", S("0\r\n\r\r\n"), 400, NULL, 0},
	{"P23 the limit", S("64\r\n" X100 "\r\n0\r\n\r\n"), 0, X100, 0},
	{"P23 the limit in two", S("63\r\n" X64 X8 X8 X8 X8 "xxx\r\n1\r\nx\r\n0\r\n\r\n"), 0, X100, 0},
	{"P23 limit + 1", S("65\r\n"), 413, NULL, 0},
	{"P23 limit + 1 in two", S("64\r\n" X100 "\r\n1\r\n"), 413, NULL, 0},
	{"P23 sizes that would overflow", S("1\r\nx\r\nffffffffffffffff\r\n"), 413, NULL, 0},
	{"P25 trailers", S("1\r\nx\r\n0\r\nAuthorization: Bearer y\r\nContent-Length: 7\r\n\r\nGET"), 0, "x", 3},
	{"P25 empty trailer value", S("0\r\nA:\r\n\r\n"), 0, "", 0},
	{"P25 trailer without a colon", S("0\r\nnonsense\r\n\r\n"), 400, NULL, 0},
	{"P25 trailer without a name", S("0\r\n: x\r\n\r\n"), 400, NULL, 0},
	{"P25 SP before the colon", S("0\r\nA : x\r\n\r\n"), 400, NULL, 0},
	{"P25 folded", S("0\r\nA: x\r\n y\r\n\r\n"), 400, NULL, 0},
	{"P25 NUL in a name", S("0\r\nA\0: x\r\n\r\n"), 400, NULL, 0},
	{"P25 NUL in a value", S("0\r\nA: x\0y\r\n\r\n"), 400, NULL, 0},
	{"P25 trailer ends with LF", S("0\r\nA: x\n\r\n"), 400, NULL, 0},
	{"P25 trailers of 4,096 bytes", S("0\r\nA:" X1024 X1024 X1024 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64
			X64 X64 X64 X64 X64 X8 X8 X8 X8 X8 X8 X8 "xxxx\r\n\r\n"), 0, "", 0},
	{"P25 too many of them", S("0\r\nA:" X1024 X1024 X1024 X1024 "\r\n\r\n"), 431, NULL, 0},
	{"P25 in many lines", S("0\r\nA:" X1024 X1024 "\r\nB:" X1024 X1024 "\r\n\r\n"), 431, NULL, 0},
	{"P27 nothing", S(""), AGAIN, "", 0},
	{"P27 half a size", S("5"), AGAIN, "", 0},
	{"P27 half a chunk", S("5\r\nhel"), AGAIN, "hel", 0},
	{"P27 no end", S("5\r\nhello\r\n0\r\n"), AGAIN, "hello", 0},
};

typedef struct probe {
	cr_http_chunked c;
	cr_status st;
	uint8_t body[256];
	size_t n, at;
} probe;

static void reset(void *arg)
{
	probe *p = arg;

	memset(p, 0, sizeof(*p));
	cr_http_chunked_init(&p->c, MAX);
	p->st = CR_AGAIN;
}

static bool feed(void *arg, const uint8_t *bytes, size_t seen, size_t len)
{
	probe *p = arg;
	size_t used, out, n = len - seen;
	uint8_t *piece = malloc(n ? n : 1);

	assert_non_null(piece);
	memcpy(piece, bytes + seen, n);
	p->st = cr_http_chunked_feed(&p->c, piece, n, &used, &out);
	assert_true(used <= n && out <= used && p->n + out <= sizeof(p->body));
	assert_true(p->st != CR_AGAIN || used == n);
	memcpy(p->body + p->n, piece, out);
	free(piece);
	p->n += out;
	p->at = seen + used;
	return p->st == CR_AGAIN;
}

static size_t outcome(void *arg, char *out, size_t size)
{
	const probe *p = arg;

	return (size_t) snprintf(out, size, "%d at %zu, status %d (%s), %zu bytes: %.*s", (int) p->st, p->at,
		p->c.status, p->c.reason ? p->c.reason : "-", p->n, (int) p->n, (const char *) p->body);
}

static void test_rows(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const row *r = &rows[i];
		probe p;
		split_target t = {reset, feed, outcome, &p};

		reset(&p);
		(void) feed(&p, (const uint8_t *) r->text, 0, r->len);
		int got = p.st == CR_AGAIN ? AGAIN : p.st == CR_OK ? 0 : p.c.status;
		if (got != r->status || (r->body && (p.n != strlen(r->body) || memcmp(p.body, r->body, p.n) != 0))
			|| (r->status == 0 && r->len - p.at != r->left)
			|| (r->status > 1 && (!p.c.reason || (p.st == CR_ERR_PROTO) != (r->status == 400)))) {
			print_error("%s: got %d, %zu bytes of body, %zu left\n", r->name, got, p.n, r->len - p.at);
			fail();
		}
		split_check(&t, r->text, r->len);
	}
}

static void test_body_is_moved_to_the_front(void **state)
{
	uint8_t text[] = "3\r\nabc\r\n4;e=f\r\ndefg\r\n0\r\n\r\nrest";
	cr_http_chunked c;
	size_t used, out;

	(void) state;
	cr_http_chunked_init(&c, MAX);
	assert_int_equal(cr_http_chunked_feed(&c, text, sizeof(text) - 1, &used, &out), CR_OK);
	assert_int_equal(out, 7);
	assert_memory_equal(text, "abcdefg", 7);
	assert_string_equal((char *) text + used, "rest");
	/* and it stays ended */
	assert_int_equal(cr_http_chunked_feed(&c, text, 4, &used, &out), CR_OK);
	assert_int_equal(used + out, 0);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* P24: a million chunks of one byte, in pieces of 64 KiB */
static void test_million_chunks(void **state)
{
	const size_t n = 1000000, len = n * 6;
	uint8_t *text = malloc(len);
	cr_http_chunked c;
	size_t used, out, body = 0;
	double start = seconds();

	(void) state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		memcpy(text + i * 6, "1\r\nx\r\n", 6);
	}
	cr_http_chunked_init(&c, n);
	for (size_t at = 0; at < len; at += used) {
		size_t piece = len - at < 65536 ? len - at : 65536;

		assert_int_equal(cr_http_chunked_feed(&c, text + at, piece, &used, &out), CR_AGAIN);
		assert_int_equal(used, piece);
		body += out;
	}
	assert_int_equal(body, n);
	assert_true(seconds() - start < 2);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_body_is_moved_to_the_front),
		cmocka_unit_test(test_million_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
