/* needs: ext/proto/ws_deflate.c ext/proto/http_head.c */
/* needs: ext/core/buf.c ext/core/chunk.c ext/core/mem.c */
/* permessage-deflate: what is agreed on, and that what we compress is what
 * others inflate (zlib itself is asked). What clients compress: test_ws_inflate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "ext/core/mem.h"
#include "ext/proto/ws_deflate.h"
#include "tests/unit/sample.h"

/* ---- negotiation ---- */

#define PMD   "permessage-deflate"
#define SNO   "; server_no_context_takeover"
#define CNO   "; client_no_context_takeover"
#define SBITS "; server_max_window_bits"
#define CBITS "; client_max_window_bits"
#define LINE2 "\r\nSec-WebSocket-Extensions: "

static const cr_deflate_policy generous = {15, true};

static cr_status negotiate(cr_deflate_params *p, char answer[CR_DEFLATE_ANSWER_MAX], const char *offers,
	const cr_deflate_policy *policy)
{
	static char request[16000];
	static cr_http_head head;
	size_t consumed;
	int n = snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: a\r\n%s%s\r\n\r\n",
		offers ? "Sec-WebSocket-Extensions: " : "X: y", offers ? offers : "");

	assert_true(n > 0 && (size_t) n < sizeof(request));
	assert_int_equal(cr_http_head_parse(&head, &consumed, (uint8_t *) request, (size_t) n, 0), CR_OK);
	memset(p, 0xee, sizeof(*p));
	memset(answer, 'x', CR_DEFLATE_ANSWER_MAX);
	cr_status st = cr_deflate_negotiate(p, answer, &head, policy);
	assert_non_null(memchr(answer, '\0', CR_DEFLATE_ANSWER_MAX));
	return st;
}

typedef struct offer_row {
	const char *id, *offers, *answer; /* "": declined, NULL: malformed */
	unsigned server_bits, client_bits;
	bool takeover;
} offer_row;

static void check_offers(const offer_row *t, size_t n, const cr_deflate_policy *policy)
{
	for (; n > 0; n--, t++) {
		cr_deflate_params p;
		char answer[CR_DEFLATE_ANSWER_MAX];
		cr_status st = negotiate(&p, answer, t->offers, policy);

		if (st != (t->answer ? CR_OK : CR_ERR_FORM) || strcmp(answer, t->answer ? t->answer : "") != 0) {
			fail_msg("%s (%s): status %d, answer \"%s\"", t->id, t->offers ? t->offers : "none", st, answer);
		}
		if (p.server_bits != t->server_bits || (t->server_bits && p.client_bits != t->client_bits)
			|| (t->server_bits && p.client_takeover != t->takeover)) {
			fail_msg("%s (%s): %u %u %d", t->id, t->offers ? t->offers : "none", p.server_bits, p.client_bits,
				p.client_takeover);
		}
	}
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_offers(void **state)
{
	static const offer_row rows[] = {
		{"no header", NULL, "", 0, 0, false},
		{"Z01", PMD, PMD SNO, 15, 15, true},
		{"Z01 client_no_context_takeover", PMD CNO, PMD SNO CNO, 15, 15, false},
		{"Z01 server_no_context_takeover", PMD SNO, PMD SNO, 15, 15, true},
		{"Z01 no blanks", PMD ";server_no_context_takeover;client_no_context_takeover", PMD SNO CNO, 15, 15, false},
		{"Z02", PMD CBITS, PMD SNO, 15, 15, true},
		{"Z03 15", PMD CBITS "=15", PMD SNO, 15, 15, true},
		{"Z03 8", PMD CBITS "=8", PMD SNO CBITS "=8", 15, 8, true},
		{"Z03 \"10\"", PMD CBITS "=\"10\"", PMD SNO CBITS "=10", 15, 10, true},
		{"Z03 \"1\\0\"", PMD CBITS "=\"1\\0\"", PMD SNO CBITS "=10", 15, 10, true},
		{"Z04", PMD SBITS "=8", "", 0, 0, false},
		{"Z05", PMD SBITS "=9", PMD SNO SBITS "=9", 9, 15, true},
		{"Z05 15", PMD SBITS "=15", PMD SNO SBITS "=15", 15, 15, true},
		{"Z05 all", PMD SBITS "=12" CBITS "=11" SNO CNO, PMD SNO CNO SBITS "=12" CBITS "=11", 12, 11, false},
		{"Z06 7", PMD SBITS "=7", "", 0, 0, false},
		{"Z06 16", PMD SBITS "=16", "", 0, 0, false},
		{"Z06 0", PMD SBITS "=0", "", 0, 0, false},
		{"Z06 -1", PMD SBITS "=-1", "", 0, 0, false},
		{"Z06 015", PMD SBITS "=015", "", 0, 0, false},
		{"Z06 09", PMD SBITS "=09", "", 0, 0, false},
		{"Z06 15.0", PMD SBITS "=15.0", "", 0, 0, false},
		{"Z06 x", PMD SBITS "=x", "", 0, 0, false},
		{"Z06 1a", PMD SBITS "=1a", "", 0, 0, false},
		{"Z06 client 7", PMD CBITS "=7", "", 0, 0, false},
		{"Z06 client 16", PMD CBITS "=16", "", 0, 0, false},
		{"Z06 client 0", PMD CBITS "=0", "", 0, 0, false},
		{"Z06 client -1", PMD CBITS "=-1", "", 0, 0, false},
		{"Z06 client 08", PMD CBITS "=08", "", 0, 0, false},
		{"D63 999", PMD SBITS "=999", "", 0, 0, false},
		{"D63 abc", PMD CBITS "=abc", "", 0, 0, false},
		{"D63 4294967305", PMD SBITS "=4294967305", "", 0, 0, false},
		{"Z07", PMD SBITS, "", 0, 0, false},
		{"Z08 server", PMD SNO "=1", "", 0, 0, false},
		{"Z08 client", PMD CNO "=1", "", 0, 0, false},
		{"Z08 quoted", PMD SNO "=\"a\"", "", 0, 0, false},
		{"Z09", PMD SNO SNO, "", 0, 0, false},
		{"Z09 bits", PMD SBITS "=10" SBITS "=10", "", 0, 0, false},
		{"Z09 client bits", PMD CBITS CBITS "=10", "", 0, 0, false},
		{"Z10", PMD "; foo", "", 0, 0, false},
		{"Z10 with a value", PMD "; foo=15", "", 0, 0, false},
		{"Z11", PMD SBITS "=8, " PMD, PMD SNO, 15, 15, true},
		{"Z11 on a second line", PMD "; foo" LINE2 PMD SBITS "=10", PMD SNO SBITS "=10", 10, 15, true},
		{"Z11 the first that is good", PMD CNO ", " PMD SBITS "=10", PMD SNO CNO, 15, 15, false},
		{"Z11 after others", "foo, bar; x=1, " PMD, PMD SNO, 15, 15, true},
		{"Z11 none", PMD SBITS "=8, " PMD SBITS "=7", "", 0, 0, false},
		{"Z12", "x-webkit-deflate-frame", "", 0, 0, false},
		{"Z12 and ours", "x-webkit-deflate-frame, " PMD, PMD SNO, 15, 15, true},
		{"Z13", "PerMessage-Deflate", PMD SNO, 15, 15, true},
		{"Z13 part of a name", "permessage-deflated", "", 0, 0, false},
		{"Z13 more of a name", "x-permessage-deflate", "", 0, 0, false},
		{"H70", "foo, bar; x=1", "", 0, 0, false},
		{"H71", "constructor, __proto__, hasOwnProperty", "", 0, 0, false},
		{"empty", "", "", 0, 0, false},
		{"empty elements", ", " PMD ",,", PMD SNO, 15, 15, true},
	};

	(void) state;
	check_offers(rows, COUNT(rows), &generous);
}

static void test_malformed_offers(void **state)
{
	static const offer_row rows[] = {
		{"H69 ;", ";", NULL, 0, 0, false},
		{"H69 a;", "a;", NULL, 0, 0, false},
		{"H69 a;=1", "a;=1", NULL, 0, 0, false},
		{"H69 a;b=", "a;b=", NULL, 0, 0, false},
		{"H69 a;b=\"x", "a;b=\"x", NULL, 0, 0, false},
		{"H69 a;b=\"x\\", "a;b=\"x\\", NULL, 0, 0, false},
		{"H69 a;b=\"\"", "a;b=\"\"", NULL, 0, 0, false},
		{"H69 a;b=\"x y\"", "a;b=\"x y\"", NULL, 0, 0, false},
		{"H69 a;b=\xc3\xa9", "a;b=\xc3\xa9", NULL, 0, 0, false},
		{"H69 a b", "a b", NULL, 0, 0, false},
		{"H69 behind a good one", PMD ", a;", NULL, 0, 0, false},
		{"H69 on a second line", PMD LINE2 "a;;b", NULL, 0, 0, false},
		{"Z06 empty", PMD SBITS "=", NULL, 0, 0, false},
		{"Z06 empty, client", PMD CBITS "=", NULL, 0, 0, false},
	};

	(void) state;
	check_offers(rows, COUNT(rows), &generous);
}

static void test_policy(void **state)
{
	static const offer_row small[] = {
		{"a window nobody offered", PMD, PMD SNO CNO, 15, 15, false},
		{"Z02 ours", PMD CBITS, PMD SNO CNO CBITS "=10", 15, 10, false},
		{"Z03 the smaller one", PMD CBITS "=12", PMD SNO CNO CBITS "=10", 15, 10, false},
		{"Z03 the client's", PMD CBITS "=9", PMD SNO CNO CBITS "=9", 15, 9, false},
		{"the server's is not touched", PMD SBITS "=14", PMD SNO CNO SBITS "=14", 14, 15, false},
	};
	static const cr_deflate_policy policy = {10, false};

	(void) state;
	check_offers(small, COUNT(small), &policy);
}

/* H72: as much as a header line holds */
static void test_many_offers(void **state)
{
	static char offers[8100];
	cr_deflate_params p;
	char answer[CR_DEFLATE_ANSWER_MAX];

	(void) state;
	for (size_t i = 0; i + 2 < sizeof(offers); i += 2) { /* the NUL stays */
		memcpy(offers + i, "a,", 2);
	}
	assert_int_equal(negotiate(&p, answer, offers, &generous), CR_OK);
	assert_int_equal(p.server_bits, 0);
	memset(offers, ',', sizeof(offers) - 1);
	assert_int_equal(negotiate(&p, answer, offers, &generous), CR_OK);
	assert_int_equal(p.server_bits, 0);
	memset(offers, ';', sizeof(offers) - 1);
	assert_int_equal(negotiate(&p, answer, offers, &generous), CR_ERR_FORM);
}

/* ---- what we compress ---- */

/* Inflated by zlib itself with that window; the tail put back. */
static bool inflates_to(const cr_chunk *c, unsigned bits, const void *p, size_t len)
{
	z_stream z = {0};
	uint8_t *in = malloc(c->len + 4), *out = malloc(len + 1);
	static const uint8_t end[4] = {0, 0, 0xff, 0xff};

	assert_true(in && out);
	memcpy(in, c->data, c->len);
	memcpy(in + c->len, end, 4);
	assert_int_equal(inflateInit2(&z, -(int) bits), Z_OK);
	z.next_in = in;
	z.avail_in = (uInt) c->len + 4;
	z.next_out = out;
	/* zlib looks at distances only beyond what it has just written: so little
	 * of it at a time that a small window is kept to */
	size_t step = bits < 15 ? 64 : len + 1, left = len + 1;
	int result;
	do {
		uInt room = (uInt) (left < step ? left : step);

		z.avail_out = room;
		result = inflate(&z, Z_SYNC_FLUSH);
		left -= room - z.avail_out;
	} while (result == Z_OK && z.avail_out == 0 && left > 0);
	bool same = (result == Z_OK || result == Z_BUF_ERROR) && z.avail_in == 0 && left == 1
		&& (len == 0 || memcmp(out, p, len) == 0);
	inflateEnd(&z);
	free(in);
	free(out);
	return same;
}

static void check_round(cr_deflater *d, unsigned bits, const uint8_t *p, size_t len)
{
	cr_chunk *c = cr_chunk_new(3);
	cr_inflater *i = cr_inflater_new();
	cr_buf out;

	assert_true(c && i);
	assert_int_equal(cr_deflater_run(d, c, cr_slice_of(p, len)), CR_OK);
	assert_true(c->len > 0);
	assert_true(c->len < 4 || memcmp(c->data + c->len - 4, "\0\0\xff\xff", 4) != 0);
	if (!inflates_to(c, bits, p, len)) {
		fail_msg("%zu bytes with a window of %u do not come back", len, bits);
	}
	cr_buf_init(&out, len);
	assert_int_equal(cr_inflater_feed(i, &out, c->data, c->len, true), CR_OK);
	assert_int_equal(out.len, len);
	assert_true(len == 0 || memcmp(out.data, p, len) == 0);
	cr_buf_deinit(&out);
	cr_inflater_free(i);
	cr_chunk_unref(c);
}

static void test_round_trips(void **state)
{
	(void) state;
	for (unsigned bits = 9; bits <= 15; bits++) {
		for (int memory = 1; memory <= 9; memory += 4) {
			for (int level = 1; level <= 9; level += 4) {
				cr_deflater *d = cr_deflater_new(bits, level, memory);

				assert_non_null(d);
				for (unsigned kind = 0; kind < 3; kind++) { /* Z37 */
					uint8_t *p = sample(65536, kind);

					check_round(d, bits, p, 0);
					check_round(d, bits, p, 1);
					check_round(d, bits, p, 65536);
					free(p);
				}
				cr_deflater_free(d);
			}
		}
	}
}

/* D61: every size there and back, buffers of just that size */
static void test_D61_every_size(void **state)
{
	uint8_t *p = sample(4097, 1);
	cr_deflater *d = cr_deflater_new(15, 1, 8);

	(void) state;
	assert_non_null(d);
	for (size_t len = 0; len <= 4096; len++) {
		check_round(d, 15, p, len);
	}
	cr_deflater_free(d);
	free(p);
}

/* A message depends on none before it, and out is appended to. */
static void test_no_takeover_of_ours(void **state)
{
	uint8_t *p = sample(500, 1);
	cr_deflater *d = cr_deflater_new(15, 6, 8);
	cr_chunk *c = cr_chunk_new(0);

	(void) state;
	assert_true(d && c);
	assert_int_equal(cr_deflater_run(d, c, cr_slice_of(p, 500)), CR_OK);
	size_t one = c->len;
	assert_int_equal(cr_deflater_run(d, c, cr_slice_of(p, 500)), CR_OK);
	assert_int_equal(c->len, 2 * one);
	assert_memory_equal(c->data, c->data + one, one);
	cr_chunk_unref(c);
	cr_deflater_free(d);
	free(p);
}

/* Z05: nothing lies further back than the window */
static void test_server_window(void **state)
{
	uint8_t *noise = sample(700, 0), text[2800];

	(void) state;
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = noise[i % 700];
	}
	for (unsigned bits = 9; bits <= 15; bits += 6) {
		cr_deflater *d = cr_deflater_new(bits, 9, 9);
		cr_chunk *c = cr_chunk_new(0);

		assert_true(d && c);
		assert_int_equal(cr_deflater_run(d, c, cr_slice_of(text, sizeof(text))), CR_OK);
		/* the larger window uses its length, so the text does tell them apart */
		assert_int_equal(inflates_to(c, 9, text, sizeof(text)), bits == 9);
		assert_true(inflates_to(c, bits, text, sizeof(text)));
		cr_chunk_unref(c);
		cr_deflater_free(d);
	}
	free(noise);
}

/* D67: CVE-2018-25032 and CVE-2022-37434 are mended from here on */
static void test_D67_zlib(void **state)
{
	unsigned major = 0, minor = 0, patch = 0;

	(void) state;
	assert_true(sscanf(cr_deflate_zlib_version(), "%u.%u.%u", &major, &minor, &patch) >= 2);
	assert_true(major * 10000 + minor * 100 + patch >= 10213);
	for (int memory = 1; memory <= 9; memory++) {
		/* long distances and few literals: what made the pending buffer overrun */
		uint8_t *p = sample(60000, 0);
		cr_deflater *d = cr_deflater_new(15, 1, memory);

		assert_non_null(d);
		for (size_t i = 20000; i < 60000; i++) {
			p[i] = i % 4 == 3 ? (uint8_t) (p[i] ^ i) : p[i - 19997];
		}
		check_round(d, 15, p, 60000);
		cr_deflater_free(d);
		free(p);
	}
}

/* ---- memory ---- */

/* D62: what would not fit into zlib's counters is refused unread */
static void test_D62_lengths_beyond_zlib(void **state)
{
	static uint8_t byte;
	cr_inflater *i = cr_inflater_new();
	cr_deflater *d = cr_deflater_new(15, 1, 8);
	cr_chunk *c = cr_chunk_new(0);
	cr_buf out;

	(void) state;
	assert_true(i && d && c);
	cr_buf_init(&out, 1000);
	assert_int_equal(cr_inflater_feed(i, &out, &byte, (size_t) UINT_MAX + 2, true), CR_ERR_TOOBIG);
	assert_int_equal(cr_deflater_run(d, c, cr_slice_of(&byte, (size_t) UINT_MAX + 2)), CR_ERR_TOOBIG);
	assert_int_equal(cr_deflater_run(d, c, cr_slice_of(&byte, (size_t) 5 << 30)), CR_ERR_TOOBIG);
	assert_int_equal(c->len, 0);
	cr_buf_deinit(&out);
	cr_chunk_unref(c);
	cr_deflater_free(d);
	cr_inflater_free(i);
}

static void test_window_comes_late(void **state)
{
	(void) state;
	cr_mem_fail_at(0);
	cr_inflater *i = cr_inflater_new();
	assert_non_null(i);
	assert_true(cr_mem_calls() <= 2);
	cr_inflater_free(i);
}

/* Fails the n-th allocation; false when there was none. */
static bool inflate_without(uint64_t n)
{
	static const uint8_t parts[2][4] = {{0xf2, 0x48, 0xcd, 0xc9}, {0xc9, 0x07, 0x00}};
	cr_window w = {0};
	cr_buf out;

	cr_buf_init(&out, 1000);
	cr_mem_fail_at(n);
	cr_inflater *i = cr_inflater_new();
	cr_status st = i ? cr_window_add(&w, 9, (const uint8_t *) "Hello", 5) : CR_ERR_NOMEM;
	if (st == CR_OK) {
		st = cr_inflater_begin(i, &w);
	}
	if (st == CR_OK) {
		st = cr_inflater_feed(i, &out, parts[0], 4, false);
	}
	if (st == CR_OK) {
		st = cr_inflater_feed(i, &out, parts[1], 3, true);
	}
	bool failed = cr_mem_calls() >= n;
	cr_mem_fail_at(0);
	assert_int_equal(st, failed ? CR_ERR_NOMEM : CR_OK);
	assert_true(failed || (out.len == 5 && memcmp(out.data, "Hello", 5) == 0));
	cr_inflater_free(i);
	cr_window_deinit(&w);
	cr_buf_deinit(&out);
	return failed;
}

static bool deflate_without(uint64_t n)
{
	cr_chunk *c = cr_chunk_new(0);
	uint8_t *p = sample(2000, 1);

	assert_non_null(c);
	cr_mem_fail_at(n);
	cr_deflater *d = cr_deflater_new(12, 6, 8);
	cr_status st = d ? cr_deflater_run(d, c, cr_slice_of(p, 2000)) : CR_ERR_NOMEM;
	bool failed = cr_mem_calls() >= n;
	cr_mem_fail_at(0);
	assert_int_equal(st, failed ? CR_ERR_NOMEM : CR_OK);
	assert_int_equal(c->len == 0, failed);
	assert_true(failed || inflates_to(c, 12, p, 2000));
	cr_deflater_free(d);
	cr_chunk_unref(c);
	free(p);
	return failed;
}

static void test_out_of_memory(void **state)
{
	uint64_t n = 1;

	(void) state;
	while (inflate_without(n)) {
		n++;
	}
	assert_true(n > 4);
	for (n = 1; deflate_without(n); n++) {
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_malformed_offers),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_many_offers),
		cmocka_unit_test(test_D62_lengths_beyond_zlib),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_D61_every_size),
		cmocka_unit_test(test_no_takeover_of_ours),
		cmocka_unit_test(test_server_window),
		cmocka_unit_test(test_D67_zlib),
		cmocka_unit_test(test_window_comes_late),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
