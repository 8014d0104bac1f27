/* needs: ext/proto/ws_head.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ext/proto/ws_head.h"

/* An exact-size copy, so that a read past the end is an ASAN report. */
static cr_status parse(cr_ws_head *h, size_t *n, const uint8_t *b, size_t len, bool rsv1)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, b, len);
	cr_status status = cr_ws_head_parse(h, n, copy, len, rsv1);
	free(copy);
	return status;
}

static const struct {
	const char *why;
	size_t len;
	uint8_t b[CR_WS_HEAD_MAX];
	cr_ws_opcode opcode;
	bool fin;
	uint64_t payload_len;
} good[] = {
	{"F02 the RFC's Hello", 6, {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d}, CR_WS_TEXT, true, 5},
	{"fragment", 6, {0x01, 0x80, 1, 2, 3, 4}, CR_WS_TEXT, false, 0},
	{"continuation", 6, {0x00, 0x80, 1, 2, 3, 4}, CR_WS_CONT, false, 0},
	{"binary", 6, {0x82, 0xfd, 1, 2, 3, 4}, CR_WS_BINARY, true, 125},
	{"F19 ping of 125", 6, {0x89, 0xfd, 1, 2, 3, 4}, CR_WS_PING, true, 125},
	{"pong", 6, {0x8a, 0x80, 1, 2, 3, 4}, CR_WS_PONG, true, 0},
	{"close", 6, {0x88, 0x82, 1, 2, 3, 4}, CR_WS_CLOSE, true, 2},
	{"126", 8, {0x81, 0xfe, 0, 126, 1, 2, 3, 4}, CR_WS_TEXT, true, 126},
	{"256", 8, {0x81, 0xfe, 1, 0, 1, 2, 3, 4}, CR_WS_TEXT, true, 256},
	{"65535", 8, {0x81, 0xfe, 0xff, 0xff, 1, 2, 3, 4}, CR_WS_TEXT, true, 65535},
	{"65536", 14, {0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}, CR_WS_TEXT, true, 65536},
	{"F33 2^32 + 5", 14, {0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 5, 1, 2, 3, 4}, CR_WS_BINARY, true,
		(UINT64_C(1) << 32) + 5},
	{"F31 2^63 - 1", 14, {0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4},
		CR_WS_BINARY, true, INT64_MAX},
};

static void test_good(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cr_ws_head h, untouched;
		size_t n = 77;

		memset(&h, 0x5a, sizeof(h));
		memcpy(&untouched, &h, sizeof(h));
		for (size_t cut = 0; cut < good[i].len; cut++) {
			if (parse(&h, &n, good[i].b, cut, false) != CR_AGAIN
				|| memcmp(&h, &untouched, sizeof(h)) != 0 || n != 77) {
				fail_msg("%s: cut at %zu", good[i].why, cut);
			}
		}
		for (size_t extra = 0; extra < 2; extra++) {
			uint8_t b[CR_WS_HEAD_MAX + 1] = {0};

			memcpy(b, good[i].b, good[i].len);
			if (parse(&h, &n, b, good[i].len + extra, false) != CR_OK || n != good[i].len
				|| h.opcode != good[i].opcode || h.fin != good[i].fin || h.rsv1
				|| h.payload_len != good[i].payload_len
				|| memcmp(h.mask, b + n - 4, 4) != 0) {
				fail_msg("%s", good[i].why);
			}
		}
	}
}

static const struct {
	const char *why;
	size_t at; /* the byte that proves it: one less is CR_AGAIN */
	uint8_t b[CR_WS_HEAD_MAX];
} bad[] = {
	{"F01 no mask", 2, {0x81, 0x05}},
	{"F03 RSV1 without extension", 1, {0xc1}},
	{"F04 RSV2", 1, {0xa1}},
	{"F05 RSV3", 1, {0x91}},
	{"F06 RSV on ping", 1, {0xf9}},
	{"F06 RSV on close", 1, {0xd8}},
	{"F06 RSV on pong", 1, {0xca}},
	{"F07 opcode 3", 1, {0x83}},
	{"F07 opcode 7", 1, {0x87}},
	{"F08 opcode b", 1, {0x8b}},
	{"F08 opcode f", 1, {0x8f}},
	{"F16 fragmented ping", 1, {0x09}},
	{"F17 fragmented close", 1, {0x08}},
	{"F17 fragmented pong", 1, {0x0a}},
	{"F20 ping of 126", 2, {0x89, 0xfe}},
	{"F21 ping with 64 bits", 2, {0x89, 0xff}},
	{"F22 close of 126", 2, {0x88, 0xfe}},
	{"F27 5 in 16 bits", 4, {0x81, 0xfe, 0, 5}},
	{"125 in 16 bits", 4, {0x81, 0xfe, 0, 125}},
	{"F28 126 in 64 bits", 8, {0x81, 0xff, 0, 0, 0, 0, 0, 0}},
	{"F29 2^63", 3, {0x82, 0xff, 0x80}},
	{"F30 2^64 - 1", 3, {0x82, 0xff, 0xff}},
};

static void test_bad(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_ws_head h;
		size_t n;

		for (size_t len = 0; len <= sizeof(bad[i].b); len++) {
			cr_status want = len < bad[i].at ? CR_AGAIN : CR_ERR_PROTO;
			cr_status got = parse(&h, &n, bad[i].b, len, false);
			if (got != want) {
				fail_msg("%s: %zu bytes: %d", bad[i].why, len, got);
			}
		}
	}
}

/* All first two bytes against the RFC put another way. */
static void test_first_two(void **state)
{
	(void) state;
	for (unsigned i = 0; i < 0x20000; i++) {
		uint8_t b[CR_WS_HEAD_MAX] = {(uint8_t) (i >> 8), (uint8_t) i, 1, 0, 0, 0, 0, 1, 0, 0};
		bool rsv1 = i >> 16, ok = true;
		unsigned op = b[0] & 15;
		cr_ws_head h;
		size_t n;

		ok = ok && memchr("\x00\x01\x02\x08\x09\x0a", (int) op, 6);
		ok = ok && b[1] >= 0x80 && (b[0] & 0x30) == 0;
		ok = ok && (op < 8 || (b[0] >= 0x80 && b[1] <= 0x80 + 125));
		ok = ok && (!(b[0] & 0x40) || (rsv1 && (op == 1 || op == 2)));
		assert_int_equal(cr_ws_head_parse(&h, &n, b, sizeof(b), rsv1), ok ? CR_OK : CR_ERR_PROTO);
		if (ok) {
			assert_int_equal(h.opcode, op);
			assert_int_equal(h.fin, b[0] >> 7);
			assert_int_equal(h.rsv1, b[0] >> 6 & 1);
			assert_int_equal(n, b[1] == 0xff ? 14 : (b[1] == 0xfe ? 8 : 6));
		}
	}
}

/* F61 */
static void test_write(void **state)
{
	static const struct {
		uint64_t payload_len;
		size_t len;
		uint8_t b[CR_WS_OUT_HEAD_MAX];
	} rows[] = {
		{0, 2, {0x81, 0}},
		{1, 2, {0x81, 1}},
		{125, 2, {0x81, 125}},
		{126, 4, {0x81, 126, 0, 126}},
		{127, 4, {0x81, 126, 0, 127}},
		{256, 4, {0x81, 126, 1, 0}},
		{65535, 4, {0x81, 126, 255, 255}},
		{65536, 10, {0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}},
		{UINT64_C(0x0102030405060708), 10, {0x81, 127, 1, 2, 3, 4, 5, 6, 7, 8}},
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *out = malloc(rows[i].len);

		assert_non_null(out);
		assert_int_equal(cr_ws_head_size(rows[i].payload_len), rows[i].len);
		size_t len = cr_ws_head_write(out, CR_WS_TEXT, false, rows[i].payload_len);
		assert_int_equal(len, rows[i].len);
		assert_memory_equal(out, rows[i].b, rows[i].len);
		cr_ws_head_write(out, CR_WS_PONG, true, rows[i].payload_len);
		assert_int_equal(out[0], 0xca);
		free(out);
	}
}

static void test_unmask(void **state)
{
	const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};

	(void) state;
	for (size_t len = 0; len < 100; len++) {
		for (size_t offset = 0; offset < 9; offset++) {
			for (size_t align = 0; align < 8; align++) {
				uint8_t *b = malloc(align + len + 1);

				assert_non_null(b);
				for (size_t i = 0; i < align + len; i++) {
					b[i] = (uint8_t) (i * 7);
				}
				cr_ws_unmask(b + align, len, mask, offset);
				for (size_t i = 0; i < align + len; i++) {
					uint8_t x = i < align ? 0 : mask[(offset + i - align) % 4];
					assert_int_equal(b[i], (uint8_t) (i * 7) ^ x);
				}
				free(b);
			}
		}
	}
}

/* C03 to C07, every code there is */
static void test_close_codes(void **state)
{
	static const unsigned ok[] = {
		1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
	};

	(void) state;
	for (unsigned code = 0; code <= 65535; code++) {
		bool want = code >= 3000 && code < 5000;

		for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
			want |= code == ok[i];
		}
		if (cr_ws_close_code_is_valid(code) != want) {
			fail_msg("%u", code);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_first_two),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_unmask),
		cmocka_unit_test(test_close_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
