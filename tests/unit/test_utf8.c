/* needs: ext/core/utf8.c ext/core/uuid.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "ext/core/utf8.h"
#include "ext/core/uuid.h"
#include "tests/unit/split.h"

#define S(lit) (lit), sizeof(lit) - 1
#define KOSME  "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"

typedef struct row {
	const char *name;
	const char *text;
	size_t len;
	bool valid;
	size_t rejected_at; /* the byte that makes it certain, counted from 1; 0: never */
} row;

static const row rows[] = {
	{"U01 kosme", S(KOSME), true, 0},
	{"U02 surrogate in text", S(KOSME "\xed\xa0\x80" "edited"), false, 13},
	{"U03 overlong slash", S("\xc0\xaf"), false, 1},
	{"U03 overlong NUL", S("\xc0\x80"), false, 1},
	{"U03 c1", S("\xc1\xbf"), false, 1},
	{"U04 e080af", S("\xe0\x80\xaf"), false, 2},
	{"U04 e09fbf", S("\xe0\x9f\xbf"), false, 2},
	{"U05 f08080af", S("\xf0\x80\x80\xaf"), false, 2},
	{"U05 f08fbfbf", S("\xf0\x8f\xbf\xbf"), false, 2},
	{"U06 d800", S("\xed\xa0\x80"), false, 2},
	{"U06 dbff", S("\xed\xaf\xbf"), false, 2},
	{"U06 dc00", S("\xed\xb0\x80"), false, 2},
	{"U06 dfff", S("\xed\xbf\xbf"), false, 2},
	{"U06 pair", S("\xed\xa0\x80\xed\xb0\x80"), false, 2},
	{"U07 110000", S("\xf4\x90\x80\x80"), false, 2},
	{"U08 f5", S("\xf5\x80\x80\x80"), false, 1},
	{"U08 five bytes", S("\xf8\x88\x80\x80\x80"), false, 1},
	{"U08 six bytes", S("\xfc\x84\x80\x80\x80\x80"), false, 1},
	{"U08 fe", S("\xfe"), false, 1},
	{"U08 ff", S("\xff"), false, 1},
	{"U09 lone 80", S("\x80"), false, 1},
	{"U09 lone bf", S("\xbf"), false, 1},
	{"U09 c2 41", S("\xc2\x41"), false, 2},
	{"U10 truncated", S("\xe2\x82"), false, 0},
	{"U11 euro", S("\xe2\x82\xac"), true, 0},
	{"U13 fails fast", S(KOSME "\xed\xa0"), false, 13},
	{"U14 00", S("\x00"), true, 0},
	{"U14 7f", S("\x7f"), true, 0},
	{"U15 c280", S("\xc2\x80"), true, 0},
	{"U15 dfbf", S("\xdf\xbf"), true, 0},
	{"U15 e0a080", S("\xe0\xa0\x80"), true, 0},
	{"U15 ed9fbf", S("\xed\x9f\xbf"), true, 0},
	{"U15 ee8080", S("\xee\x80\x80"), true, 0},
	{"U15 efbfbf", S("\xef\xbf\xbf"), true, 0},
	{"U15 f0908080", S("\xf0\x90\x80\x80"), true, 0},
	{"U15 f48fbfbf", S("\xf4\x8f\xbf\xbf"), true, 0},
	{"U16 BOM", S("\xef\xbb\xbf"), true, 0},
	{"U16 fdd0", S("\xef\xb7\x90"), true, 0},
	{"U16 fffe", S("\xef\xbf\xbe"), true, 0},
	{"U20 15 + euro", S("0123456789abcde\xe2\x82\xac"), true, 0},
	{"U20 16 + euro", S("0123456789abcdef\xe2\x82\xac"), true, 0},
	{"U20 17 + euro", S("0123456789abcdefg\xe2\x82\xac"), true, 0},
	{"U20 31 + euro", S("0123456789abcdef0123456789abcde\xe2\x82\xac"), true, 0},
	{"U20 32 + euro", S("0123456789abcdef0123456789abcdef\xe2\x82\xac"), true, 0},
	{"U20 33 + euro", S("0123456789abcdef0123456789abcdefg\xe2\x82\xac"), true, 0},
	{"U20 16 + lone byte", S("0123456789abcdef\x80"), false, 17},
	{"empty", S(""), true, 0},
};

/* Decodes by the definition: number of bytes, value, smallest value, surrogates. */
static bool naive_is_valid(const uint8_t *p, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	for (size_t i = 0; i < len;) {
		size_t n = p[i] < 0x80 ? 1
			: p[i] >> 5 == 6   ? 2
			: p[i] >> 4 == 14  ? 3
			: p[i] >> 3 == 30  ? 4
							   : 0;
		uint32_t cp = n == 1 ? p[i] : n ? p[i] & (0xffu >> (n + 1)) : 0;

		if (n == 0 || n > len - i) {
			return false;
		}
		for (size_t k = 1; k < n; k++) {
			if (p[i + k] >> 6 != 2) {
				return false;
			}
			cp = cp << 6 | (p[i + k] & 0x3f);
		}
		if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
			return false;
		}
		i += n;
	}
	return true;
}

typedef struct run {
	cr_utf8_state state;
} run;

static void reset(void *arg)
{
	((run *) arg)->state = CR_UTF8_ACCEPT;
}

static bool feed(void *arg, const uint8_t *p, size_t seen, size_t len)
{
	run *r = arg;

	r->state = cr_utf8_feed(r->state, p + seen, len - seen);
	return r->state != CR_UTF8_REJECT;
}

static size_t outcome(void *arg, char *out, size_t size)
{
	return (size_t) snprintf(out, size, "state %x", ((run *) arg)->state);
}

static void test_row(void **state)
{
	const row *r = *state;
	const uint8_t *p = (const uint8_t *) r->text;
	run got;
	const split_target target = {reset, feed, outcome, &got};

	assert_int_equal(cr_utf8_is_valid(p, r->len), r->valid);
	assert_int_equal(naive_is_valid(p, r->len), r->valid);
	split_check(&target, p, r->len);
	for (size_t n = 0; n <= r->len; n++) {
		bool rejected = cr_utf8_feed(CR_UTF8_ACCEPT, p, n) == CR_UTF8_REJECT;
		assert_int_equal(rejected, r->rejected_at > 0 && n >= r->rejected_at);
	}
}

static void test_u21_prefixes(void **state)
{
	(void) state;
	static const char text[] = KOSME;
	static const bool boundary[] = {1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1};

	for (size_t n = 0; n < sizeof(boundary); n++) {
		assert_int_equal(cr_utf8_is_valid((const uint8_t *) text, n), boundary[n]);
	}
}

static void test_every_code_point(void **state)
{
	(void) state;
	for (uint32_t cp = 0; cp < 0x120000; cp++) {
		uint8_t b[4];
		size_t n = 0;

		if (cp < 0x80) {
			b[n++] = (uint8_t) cp;
		} else {
			int tails = cp < 0x800 ? 1 : (cp < 0x10000 ? 2 : 3);
			b[n++] = (uint8_t) ((0xff00 >> (tails + 1) & 0xff) | cp >> (6 * tails));
			while (tails-- > 0) {
				b[n++] = (uint8_t) (0x80 | (cp >> (6 * tails) & 0x3f));
			}
		}
		bool want = cp < 0xd800 || (cp > 0xdfff && cp <= 0x10ffff);
		assert_int_equal(cr_utf8_is_valid(b, n), want);
	}
}

static void test_every_two_bytes_and_more(void **state)
{
	(void) state;
	static const uint8_t third[] = {0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};

	for (unsigned v = 0; v < 0x10000; v++) {
		uint8_t b[4] = {(uint8_t) (v >> 8), (uint8_t) v};

		assert_int_equal(cr_utf8_is_valid(b, 2), naive_is_valid(b, 2));
		for (size_t i = 0; i < sizeof(third); i++) {
			b[2] = third[i];
			assert_int_equal(cr_utf8_is_valid(b, 3), naive_is_valid(b, 3));
			for (size_t k = 0; k < sizeof(third); k++) {
				b[3] = third[k];
				assert_int_equal(cr_utf8_is_valid(b, 4), naive_is_valid(b, 4));
			}
		}
	}
}

/* Random text of valid pieces with a broken byte now and then, in random cuts. */
static void test_random(void **state)
{
	static const char *const pieces[] = {"a", "hello world, ", "\xc3\xbc", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "\xe4\xbd\xa0\xe5\xa5\xbd"};
	unsigned valid = 0, invalid = 0;
	(void) state;

	srand(7);
	for (int round = 0; round < 20000; round++) {
		uint8_t b[200];
		size_t len = 0, upto = (size_t) rand() % 150;
		cr_utf8_state st = CR_UTF8_ACCEPT;

		while (len < upto) {
			const char *piece = pieces[rand() % 8];
			memcpy(b + len, piece, strlen(piece));
			len += strlen(piece);
		}
		if (len > 0 && rand() % 2) {
			b[(size_t) rand() % len] = (uint8_t) rand();
		}
		for (size_t at = 0; at < len;) {
			size_t n = 1 + (size_t) rand() % 20;
			n = n < len - at ? n : len - at;
			st = cr_utf8_feed(st, b + at, n);
			at += n;
		}
		bool want = naive_is_valid(b, len);
		assert_int_equal(cr_utf8_is_valid(b, len), want);
		assert_int_equal(st == CR_UTF8_ACCEPT, want);
		valid += want;
		invalid += !want;
	}
	assert_true(valid > 5000 && invalid > 5000);
}

static void test_random_bytes(void **state)
{
	uint8_t b[16];
	(void) state;

	for (int round = 0; round < 100000; round++) {
		size_t len = (size_t) round % sizeof(b);

		assert_int_equal(cr_random(b, len), CR_OK);
		assert_int_equal(cr_utf8_is_valid(b, len), naive_is_valid(b, len));
	}
}

/* ASCII is passed over 64 and 8 bytes at a time: no other byte may hide in it. */
static void test_a_byte_in_long_ascii(void **state)
{
	(void) state;
	for (size_t len = 1; len < 150; len++) {
		for (size_t at = 0; at < len; at++) {
			uint8_t s[150];

			memset(s, 'a', sizeof(s));
			assert_true(cr_utf8_is_valid(s, len));
			s[at] = 0x80;
			assert_false(cr_utf8_is_valid(s, len));
		}
	}
}

static void test_reject_is_final(void **state)
{
	(void) state;
	assert_int_equal(cr_utf8_feed(CR_UTF8_REJECT, (const uint8_t *) "abc", 3), CR_UTF8_REJECT);
	assert_int_equal(cr_utf8_feed(CR_UTF8_REJECT, NULL, 0), CR_UTF8_REJECT);
	assert_int_equal(cr_utf8_feed(CR_UTF8_ACCEPT, NULL, 0), CR_UTF8_ACCEPT);
}

static void test_cut(void **state)
{
	static const char text[] = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z";
	static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11, 11};
	const uint8_t *p = (const uint8_t *) text;
	(void) state;

	for (size_t max = 0; max < sizeof(want) / sizeof(want[0]); max++) {
		assert_int_equal(cr_utf8_cut(p, sizeof(text) - 1, max), want[max]);
	}
	assert_int_equal(cr_utf8_cut(p, sizeof(text) - 1, SIZE_MAX), 11);
	assert_int_equal(cr_utf8_cut(NULL, 0, 5), 0);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_u21_prefixes),
		cmocka_unit_test(test_a_byte_in_long_ascii),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_every_two_bytes_and_more),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_reject_is_final),
		cmocka_unit_test(test_cut),
	};
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		OTHERS = sizeof(others) / sizeof(others[0])
	};
	struct CMUnitTest tests[ROWS + OTHERS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *) &rows[i]};
	}
	memcpy(tests + ROWS, others, sizeof(others));
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
