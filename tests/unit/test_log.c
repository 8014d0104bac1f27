/* needs: ext/core/log.c ext/core/utf8.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ext/core/log.h"
#include "ext/core/utf8.h"

typedef struct sunk {
	int calls;
	cr_log_level level;
	size_t len;
	char line[2000];
} sunk;

static void sink(void *arg, cr_log_level level, const char *line, size_t len)
{
	sunk *s = arg;

	assert_true(len <= 1024);
	s->calls++;
	s->level = level;
	s->len = len;
	memcpy(s->line, line, len);
	s->line[len] = '\0';
}

static void test_levels(void **state)
{
	(void) state;
	sunk s = {0};
	cr_log log = {sink, &s, CR_LOG_WARN}, silent = {NULL, &s, CR_LOG_DEBUG};

	cr_log_write(&silent, CR_LOG_ERROR, "no");
	cr_log_write(&log, CR_LOG_INFO, "no");
	assert_int_equal(s.calls, 0);
	cr_log_write(&log, CR_LOG_WARN, "%s %d", "yes", 3);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.level, CR_LOG_WARN);
	assert_string_equal(s.line, "yes 3");
}

static void test_D76_escapes(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"a\r\nb", "a\\x0d\\x0ab"},
		{"\x1b[31m\t\x7f", "\\x1b[31m\\x09\\x7f"},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
			"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"\xc2\x9b" "31m\xc2\xa0", "\\xc2\\x9b31m\xc2\xa0"}, /* C1 CSI; no-break space */
		{"\xff\xfe", "\\xff\\xfe"},
		{"\xe2\x82", "\\xe2\\x82"},
		{"\xe2\x82" "a", "\\xe2\\x82" "a"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
		{"\xc0\xaf", "\\xc0\\xaf"},
		{"user" "\xe2\x80\xae" "txt.exe", "user\\xe2\\x80\\xaetxt.exe"}, /* U+202E */
		{"\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90",
			"\xe2\x80\x8d\\xe2\\x80\\x8e\\xe2\\x80\\x8f\xe2\x80\x90"},
		{"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
			"\xe2\x80\xa7\\xe2\\x80\\xa8\\xe2\\x80\\xa9\\xe2\\x80\\xaa"},
		{"\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa",
			"\xe2\x80\xaf\xe2\x81\xa5\\xe2\\x81\\xa6\\xe2\\x81\\xa9\xe2\x81\xaa"},
		{"\xd8\x9b\xd8\x9c\xd8\x9d", "\xd8\x9b\\xd8\\x9c\xd8\x9d"}, /* U+061C */
		{"", ""},
	};
	(void) state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sunk s = {0};
		cr_log log = {sink, &s, CR_LOG_DEBUG};

		cr_log_write(&log, CR_LOG_INFO, "%s", rows[i].in);
		assert_string_equal(s.line, rows[i].out);
	}
}

/* Wherever the cut falls, the line is at most 1,024 bytes, whole characters
 * and whole escapes. */
static void test_cut(void **state)
{
	static const char *const tails[] = {"a", "\n", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
	char text[3000];
	(void) state;

	for (size_t t = 0; t < 5; t++) {
		size_t unit = strlen(tails[t]), shown = tails[t][0] == '\n' ? 4 : unit;

		for (size_t ascii = 1010; ascii <= 1030; ascii++) {
			sunk s = {0};
			cr_log log = {sink, &s, CR_LOG_DEBUG};
			size_t n = ascii;

			memset(text, 'x', ascii);
			for (int i = 0; i < 300; i++, n += unit) {
				memcpy(text + n, tails[t], unit);
			}
			text[n] = '\0';
			cr_log_write(&log, CR_LOG_INFO, "%s", text);
			size_t want = ascii >= 1024 ? 1024 : ascii + (1024 - ascii) / shown * shown;
			assert_int_equal(s.len, want);
			assert_true(cr_utf8_is_valid((const uint8_t *) s.line, s.len));
		}
	}
}

static void test_throttle(void **state)
{
	(void) state;
	cr_log_throttle t = {0};
	uint64_t n = 99;

	assert_true(cr_log_allow(&t, 5, &n));
	assert_int_equal(n, 0);
	for (uint64_t now = 5; now < 10005; now += 100) {
		assert_false(cr_log_allow(&t, now, &n));
	}
	assert_true(cr_log_allow(&t, 10005, &n));
	assert_int_equal(n, 100);
	assert_false(cr_log_allow(&t, 10006, &n));
	assert_true(cr_log_allow(&t, 99999, &n));
	assert_int_equal(n, 1);
	assert_true(cr_log_allow(&t, 200000, &n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_D76_escapes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_throttle),
	};
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
