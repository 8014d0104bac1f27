/* needs: ext/proto/http_head.c */
/* What a parsed head says, and the helpers that read it. The parser's refusals
 * are in test_http_head.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ext/proto/http_head.h"
#include "tests/unit/split.h"

#define S(lit) (lit), sizeof(lit) - 1
#define LINE   "GET /chat HTTP/1.1\r\n"
#define HOST   "Host: a.test\r\n"

static cr_http_head parse(const char *text, size_t len)
{
	cr_http_head head;
	size_t consumed;

	assert_int_equal(cr_http_head_parse(&head, &consumed, (const uint8_t *) text, len, 0), CR_OK);
	return head;
}

#define SAME(slice, lit) assert_true(cr_slice_eq((slice), CR_SLICE(lit)) && (slice).ptr)

static void test_fields(void **state)
{
	static const char text[] = "GET /a%20b?x=1&y?z HTTP/1.1\r\nhOST:\t a.test:81 \t\r\nX-Empty:\r\n"
		"x-two: 1\r\nX-Two: 2\r\n\r\nGET /more";
	cr_http_head head;
	size_t consumed, count;
	(void) state;

	cr_status st = cr_http_head_parse(&head, &consumed, (uint8_t *) text, sizeof(text) - 1, 0);
	assert_int_equal(st, CR_OK);
	assert_int_equal(consumed, sizeof(text) - 1 - strlen("GET /more"));
	SAME(head.method, "GET");
	SAME(head.target, "/a%20b?x=1&y?z");
	SAME(head.path, "/a%20b");
	SAME(head.query, "x=1&y?z");
	SAME(head.host, "a.test:81");
	assert_null(head.authority.ptr);
	assert_int_equal(head.minor, 1);
	assert_int_equal(head.n_headers, 4);
	SAME(head.headers[0].name, "hOST");
	SAME(cr_http_head_get(&head, "x-empty", &count), "");
	assert_int_equal(count, 1);
	SAME(cr_http_head_get(&head, "X-TWO", &count), "1");
	assert_int_equal(count, 2);
	SAME(cr_http_head_get(&head, "x-two", NULL), "1");
	assert_null(cr_http_head_get(&head, "x-tw", &count).ptr);
	assert_int_equal(count, 0);
}

static void test_target_forms(void **state)
{
	(void) state;
	cr_http_head h = parse(S("GET http://a.test:80?q HTTP/1.1\r\n" HOST "\r\n"));
	SAME(h.path, "/");
	SAME(h.query, "q");
	SAME(h.authority, "a.test:80");
	SAME(h.host, "a.test");
	h = parse(S("GET http://a.test/p HTTP/1.0\r\n\r\n"));
	SAME(h.path, "/p");
	assert_null(h.query.ptr);
	assert_null(h.host.ptr);
	assert_int_equal(h.minor, 0);
	h = parse(S("GET /? HTTP/1.1\r\n" HOST "\r\n"));
	SAME(h.path, "/");
	SAME(h.query, "");
	h = parse(S("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"));
	SAME(h.path, "*");
}

static void test_list(void **state)
{
	static const char *const want[] = {"a", "b c", "\"x, \\\" y\"", "d", "\"open, e"};
	cr_http_head h = parse(S(LINE HOST "L: ,a ,\t, b c,\r\nM: no\r\nl:\r\n"
		"L: \"x, \\\" y\" , d\r\nL: \"open, e\r\n\r\n"));
	cr_http_list_iter it = {0};
	cr_slice element;
	(void) state;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_true(cr_http_list_next(&h, "L", &it, &element));
		assert_true(cr_slice_eq(element, cr_slice_str(want[i])));
	}
	assert_false(cr_http_list_next(&h, "L", &it, &element));
	assert_false(cr_http_list_next(&h, "L", &it, &element));
	it = (cr_http_list_iter){0};
	assert_false(cr_http_list_next(&h, "None", &it, &element));
}

static void test_content_length(void **state)
{
	static const struct {
		const char *value;
		uint64_t n;
	} cases[] = {
		{"0", 0}, {"6", 6}, {"007", 7}, {"18446744073709551614", UINT64_MAX - 1},
		{"18446744073709551615", UINT64_MAX}, {"18446744073709551616", UINT64_MAX},
		{"99999999999999999999999999", UINT64_MAX},
	};
	char text[200];
	(void) state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int n = snprintf(text, sizeof(text), LINE HOST "Content-Length: %s\r\n\r\n",
			cases[i].value);
		cr_http_head h = parse(text, (size_t) n);
		assert_true(cr_http_content_length(&h) == cases[i].n);
	}
	cr_http_head h = parse(S(LINE HOST "\r\n"));
	assert_true(cr_http_content_length(&h) == 0);
}

static void test_keep_alive(void **state)
{
	static const struct {
		int minor;
		const char *headers;
		bool want;
	} cases[] = {
		{1, "", true}, {0, "", false},
		{1, "Connection: close\r\n", false},
		{1, "Connection: Close\r\n", false},
		{1, "Connection: closed\r\n", true},
		{1, "Connection: keep-alive, close\r\n", false},
		{1, "Connection: keep-alive\r\nConnection: x, close\r\n", false},
		{0, "Connection: Keep-Alive\r\n", true},
		{0, "Connection: keep-alive, close\r\n", false},
		{0, "Connection: keep-alivex\r\n", false},
	};
	char text[200];
	(void) state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int n = snprintf(text, sizeof(text), "GET / HTTP/1.%d\r\n" HOST "%s\r\n",
			cases[i].minor, cases[i].headers);
		cr_http_head h = parse(text, (size_t) n);
		assert_int_equal(cr_http_keep_alive(&h), cases[i].want);
	}
}

static void test_token(void **state)
{
	(void) state;
	assert_true(cr_http_is_token(CR_SLICE("chat.v2")));
	assert_false(cr_http_is_token(CR_SLICE("")));
	assert_false(cr_http_is_token(CR_SLICE_NONE));
	assert_false(cr_http_is_token(CR_SLICE("a b")));
	assert_false(cr_http_is_token(CR_SLICE("a/b")));
	assert_false(cr_http_is_token(CR_SLICE("\xc3\xbc")));
}

static void test_decode(void **state)
{
	static const struct {
		const char *in;
		bool plus;
		const char *out; /* NULL: refused */
	} cases[] = {
		{"", false, ""}, {"/chat", false, "/chat"}, {"/a%20b", false, "/a b"},
		{"a+b", false, "a+b"}, {"a+b%2B", true, "a b+"}, {"%41%6a%6A", false, "Ajj"},
		{"%e2%82%ac", false, "\xe2\x82\xac"}, {"%2541", false, "%41"}, {"..%2f", false, "../"},
		{"/chat%00", false, NULL}, {"%", false, NULL}, {"%4", false, NULL}, {"%zz", false, NULL},
		{"%4g", false, NULL}, {"a%", true, NULL}, {"%%41", false, NULL},
	};
	uint8_t out[32];
	split_fence f;
	(void) state;

	split_fence_init(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].in);
		cr_slice in = cr_slice_of(split_fence_put(&f, cases[i].in, len), len);
		long n = cr_http_decode(out, in, cases[i].plus);

		assert_int_equal(n, cases[i].out ? (long) strlen(cases[i].out) : -1);
		if (n > 0) {
			assert_memory_equal(out, cases[i].out, (size_t) n);
		}
	}
	split_fence_deinit(&f);
	assert_int_equal(cr_http_decode(out, CR_SLICE("a\0b"), false), -1);
	assert_int_equal(cr_http_decode(out, CR_SLICE_NONE, false), 0);
}

static void test_query_get(void **state)
{
	static const struct {
		const char *query, *key, *want; /* NULL: absent */
	} cases[] = {
		{"a=b&c=d", "a", "b"}, {"a=b&c=d", "c", "d"}, {"a=b&c=d", "b", NULL}, {"a=1&a=2", "a", "1"},
		{"aa=1&a=2", "a", "2"}, {"a", "a", ""}, {"a&b", "b", ""}, {"a=", "a", ""},
		{"a=b=c", "a", "b=c"},
		{"%61=1", "a", "1"}, {"a+b=1", "a b", "1"}, {"a%2", "a", NULL}, {"%zz=1&a=2", "a", "2"},
		{"a=%41+", "a", "%41+"}, {"&&a=1", "a", "1"}, {"", "a", NULL}, {"=1", "a", NULL},
		{"a%00b=1", "a", NULL}, {"ab=1", "abc", NULL},
	};
	(void) state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_slice got = cr_http_query_get(cr_slice_str(cases[i].query), cases[i].key);

		assert_int_equal(got.ptr != NULL, cases[i].want != NULL);
		assert_true(cr_slice_eq(got, cr_slice_str(cases[i].want)));
	}
	assert_null(cr_http_query_get(CR_SLICE_NONE, "a").ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_target_forms),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_content_length),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_query_get),
	};
	return cmocka_run_group_tests_name("http_head_read", tests, NULL, NULL);
}
