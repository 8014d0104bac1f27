/* needs: ext/proto/chat_json.c ext/proto/json_in.c ext/proto/ws_head.c */
/* needs: ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext/core/mem.h"
#include "ext/proto/chat_json.h"
#include "ext/proto/json_in.h"
#include "ext/proto/ws_head.h"
#include "tests/unit/json_texts.h"

#define UID "6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Exact-size copies everywhere, so that a read past the end is an ASAN report. */
static uint8_t *copy_of(const void *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, p, len);
	return copy;
}

static cr_status check(const void *p, size_t len, bool *object)
{
	uint8_t *copy = copy_of(p, len);
	cr_status status = cr_json_check(copy, len, object);

	free(copy);
	return status;
}

/* Parses with a fresh and with a used parser; both must say the same. */
static cr_chat_json *used;

/* A text without a backslash is not given to json-c; this one always is. */
static cr_status parse_by_json_c(cr_chat_json *j, const uint8_t *p, size_t len, cr_slice *text)
{
	cr_json *top;
	cr_status status = cr_chat_json_parse_object(j, &top, p, len);

	*text = status == CR_OK ? cr_json_string(cr_json_get(top, "message")) : CR_SLICE_NONE;
	return status == CR_OK && !text->ptr ? CR_ERR_FORM : status;
}

static cr_status parse(const void *p, size_t len, uint8_t *out, size_t *out_len)
{
	uint8_t *copy = copy_of(p, len);
	cr_chat_json *fresh = cr_chat_json_new();
	cr_chat_json *other = cr_chat_json_new();
	cr_chat_message a, b;
	cr_slice c;

	assert_non_null(fresh);
	assert_non_null(other);
	cr_status status = cr_chat_json_parse(fresh, &a, copy, len);
	assert_int_equal(cr_chat_json_parse(used, &b, copy, len), status);
	assert_int_equal(parse_by_json_c(other, copy, len, &c), status);
	if (status == CR_OK) {
		assert_non_null(a.text.ptr);
		assert_true(cr_slice_eq(a.text, b.text));
		assert_true(cr_slice_eq(a.text, c));
		assert_true(a.text.len <= len);
		memcpy(out, a.text.ptr, a.text.len);
		*out_len = a.text.len;
	} else {
		assert_null(a.text.ptr);
	}
	free(copy);
	cr_chat_json_free(fresh);
	cr_chat_json_free(other);
	return status;
}

#define OK   CR_OK
#define BAD  CR_ERR_PROTO
#define FORM CR_ERR_FORM
#define UTF8 CR_ERR_UTF8
#define S(lit) lit, sizeof(lit) - 1

static const struct {
	const char *id, *in;
	size_t len;
	cr_status status;
	const char *text;
	size_t text_len;
} rows[] = {
	{"J01", S("{\"message\":\"hi\"}"), OK, S("hi")},
	{"J01", S(" \t\r\n{ \"message\" : \"hi\" } \n"), OK, S("hi")},
	{"J02", S(""), BAD, NULL, 0},
	{"J02", S("  "), BAD, NULL, 0},
	{"J03", S("{\"message\":\"hi\""), BAD, NULL, 0},
	{"J04", S("{\"message\":\"hi\"}x"), BAD, NULL, 0},
	{"J04", S("{}{}"), BAD, NULL, 0},
	{"J05", S("{\"message\":\"hi\"}\0garbage"), BAD, NULL, 0},
	{"J05", S("{\"message\":\"hi\"}\0"), BAD, NULL, 0},
	{"J06", S("{\"message\":\"a\0b\"}"), BAD, NULL, 0},
	{"J07", S("{\"message\":\"a\\u0000b\"}"), OK, S("a\0b")},
	{"J08", S("{\"m\\u0000x\":1}"), FORM, NULL, 0},
	{"J08", S("{\"message\\u0000x\":\"a\"}"), FORM, NULL, 0},
	{"J08", S("{\"message\":\"a\",\"message\\u0000\":\"b\"}"), FORM, NULL, 0},
	{"J09", S("[{\"message\":\"x\"}]"), FORM, NULL, 0},
	{"J09", S("\"x\""), FORM, NULL, 0},
	{"J09", S("12"), FORM, NULL, 0},
	{"J09", S("true"), FORM, NULL, 0},
	{"J09", S("null"), FORM, NULL, 0},
	{"J10", S("{}"), FORM, NULL, 0},
	{"J11", S("{\"Message\":\"x\"}"), FORM, NULL, 0},
	{"J11", S("{\" message\":\"x\"}"), FORM, NULL, 0},
	{"J11", S("{\"messag\":\"x\",\"messages\":\"x\"}"), FORM, NULL, 0},
	{"nested only", S("{\"a\":{\"message\":\"x\"}}"), FORM, NULL, 0},
	{"an escaped key is the same key", S("{\"\\u006dessage\":\"x\"}"), OK, S("x")},
	{"J12", S("{\"message\":1}"), FORM, NULL, 0},
	{"J12", S("{\"message\":1.5}"), FORM, NULL, 0},
	{"J12", S("{\"message\":true}"), FORM, NULL, 0},
	{"J12", S("{\"message\":null}"), FORM, NULL, 0},
	{"J12", S("{\"message\":[]}"), FORM, NULL, 0},
	{"J12", S("{\"message\":{}}"), FORM, NULL, 0},
	{"J13", S("{\"message\":\"\"}"), OK, S("")},
	{"J14", S("{\"message\":\"a\",\"message\":\"b\"}"), OK, S("b")},
	{"J14", S("{\"message\":1,\"message\":\"b\"}"), OK, S("b")},
	{"J14", S("{\"message\":\"a\",\"message\":1}"), FORM, NULL, 0},
	{"J14", S("{\"message\":\"a\",\"message\":null}"), FORM, NULL, 0},
	{"J14", S("{\"message\":\"a\",\"message\":{}}"), FORM, NULL, 0},
	{"J14", S("{\"message\":{\"message\":\"a\"}}"), FORM, NULL, 0},
	{"J14", S("{\"message\":[\"a\"],\"x\":\"b\"}"), FORM, NULL, 0},
	{"J14", S("{\"message\":\"a\",\"x\":{\"message\":\"b\"}}"), OK, S("a")},
	{"J14", S("{\"message\":\"a\",\"\\u006dessage\":\"b\"}"), OK, S("b")},
	{"J15", S("{\"x\":[1,{\"y\":null}],\"message\":\"m\",\"uid\":\"z\"}"), OK, S("m")},
	{"J20", S("{\"message\":\"\\ud800\"}"), OK, S("\xef\xbf\xbd")},
	{"J20", S("{\"message\":\"\\ud800x\"}"), OK, S("\xef\xbf\xbdx")},
	{"J21", S("{\"message\":\"\\udc00\"}"), OK, S("\xef\xbf\xbd")},
	{"J21", S("{\"message\":\"\\ud800\\u0041\"}"), OK, S("\xef\xbf\xbd" "A")},
	{"J21", S("{\"message\":\"\\udc00\\ud800\"}"), OK, S("\xef\xbf\xbd\xef\xbf\xbd")},
	{"J21", S("{\"message\":\"\\ud800\\n\"}"), OK, S("\xef\xbf\xbd\n")},
	{"J22", S("{\"message\":\"\\ud83d\\ude00\"}"), OK, S("\xf0\x9f\x98\x80")},
	{"J22", S("{\"message\":\"\xf0\x9f\x98\x80\"}"), OK, S("\xf0\x9f\x98\x80")},
	{"J23", S("{\"message\":\"\xff\"}"), UTF8, NULL, 0},
	{"J23", S("{\"message\":\"\xc0\xaf\"}"), UTF8, NULL, 0},
	{"J23", S("{\"message\":\"\xed\xa0\x80\"}"), UTF8, NULL, 0},
	{"J23", S("{\"message\":\"\xf4\x90\x80\x80\"}"), UTF8, NULL, 0},
	{"J23", S("{\"\xff\":1}"), UTF8, NULL, 0},
	{"J24", S("{\"message\":\"a\nb\"}"), BAD, NULL, 0},
	{"J24", S("{\"message\":\"a\tb\"}"), BAD, NULL, 0},
	{"J25", S("{\"mess\x01" "age\":\"a\"}"), BAD, NULL, 0},
	{"J26", S("{\"message\":\"\\x41\"}"), BAD, NULL, 0},
	{"J26", S("{\"message\":\"\\u12\"}"), BAD, NULL, 0},
	{"J26", S("{\"message\":\"\\u00zz\"}"), BAD, NULL, 0},
	{"J26", S("{\"message\":\"\\"), BAD, NULL, 0},
	{"J26", S("{\"message\":\"\\\"}"), BAD, NULL, 0},
	{"J27", S("{\"message\":\"a\",\"n\":NaN}"), BAD, NULL, 0},
	{"J27", S("{\"message\":\"a\",\"n\":Infinity}"), BAD, NULL, 0},
	{"J27", S("{\"message\":\"a\",\"n\":-Infinity}"), BAD, NULL, 0},
	{"J28", S("{\"message\":\"a\",\"n\":[1e999,-1e999]}"), OK, S("a")},
	{"J29", S("{\"id\":123456789012345678901234567890,\"message\":\"a\"}"), OK, S("a")},
	{"J29", S("{\"id\":-123456789012345678901234567890,\"message\":\"a\"}"), OK, S("a")},
	{"J30", S("{\"n\":-0,\"message\":\"a\"}"), OK, S("a")},
	{"J30", S("{\"n\":01,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J30", S("{\"n\":-01,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J30", S("{\"n\":+1,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J30", S("{\"n\":.5,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J30", S("{\"n\":1.,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J30", S("{\"n\":2.e3,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J30", S("{\"n\":0x1,\"message\":\"a\"}"), BAD, NULL, 0},
	{"J31", S("{'message':'x'}"), BAD, NULL, 0},
	{"J31", S("{'message':\"x\"}"), BAD, NULL, 0},
	{"J31", S("{\"message\":'x'}"), BAD, NULL, 0},
	{"J32", S("{\"message\":\"x\"/* c */}"), BAD, NULL, 0},
	{"J32", S("{\"message\":\"x\",}"), BAD, NULL, 0},
	{"J32", S("{\"message\":\"x\",\"a\":TRUE}"), BAD, NULL, 0},
	{"J33", S("\xef\xbb\xbf{\"message\":\"x\"}"), BAD, NULL, 0},
	{"J34", S("{\0\"\0m\0"), BAD, NULL, 0},
	{"J34", S("\0{\0\"\0m"), BAD, NULL, 0},
	{"J34", S("\xff\xfe{\0\"\0"), UTF8, NULL, 0},
	{"J35", S("{\f\"message\":\"x\"}"), BAD, NULL, 0},
	{"J35", S("{\xc2\xa0\"message\":\"x\"}"), BAD, NULL, 0},
	{"J39", S("{\"__proto__\":1,\"constructor\":2,\"toString\":3,\"message\":\"x\"}"), OK, S("x")},
	{"J40", S("{\"message\":\"</script><img src=x>\"}"), OK, S("</script><img src=x>")},
	{"J40", S("{\"message\":\"<\\/script>\"}"), OK, S("</script>")},
	{"J41", S("{\"message\":\"\xe2\x80\xa8\xe2\x80\xae\xe2\x80\x8d\"}"), OK,
		S("\xe2\x80\xa8\xe2\x80\xae\xe2\x80\x8d")},
	{"escapes", S("{\"message\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\u00e9\"}"), OK,
		S("\"\\/\b\f\n\r\t\xc3\xa9\xc3\xa9")},
};

static void test_rows(void **state)
{
	(void) state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t out[512];
		size_t n = 0;
		cr_status got = parse(rows[i].in, rows[i].len, out, &n);

		if (got != rows[i].status
			|| (got == CR_OK && (n != rows[i].text_len || memcmp(out, rows[i].text, n) != 0))) {
			fail_msg("%s: %s: %d, wanted %d", rows[i].id, rows[i].in, got, rows[i].status);
		}
	}
}

/* text * n, with open in front and close behind, into a new string */
static char *repeat(const char *open, const char *s, size_t n, const char *close)
{
	size_t each = strlen(s), len = strlen(open) + n * each, end = len + strlen(close);
	char *t = malloc(end + 1);

	assert_non_null(t);
	memcpy(t, open, strlen(open));
	for (size_t i = 0; i < n; i++) {
		memcpy(t + strlen(open) + i * each, s, each);
	}
	memcpy(t + len, close, end - len + 1);
	return t;
}

static cr_status parse_str(const char *s)
{
	uint8_t *out = malloc(strlen(s) + 1);
	size_t n;

	assert_non_null(out);
	cr_status status = parse(s, strlen(s), out, &n);
	free(out);
	return status;
}

static void test_keys(void **state) /* J16, J38 */
{
	static const struct {
		const char *open, *key;
		size_t n;
		const char *close;
		cr_status status;
	} many[] = {
		{"{", "\"a\":1,", 63, "\"message\":\"x\"}", OK},
		{"{", "\"a\":1,", 64, "\"message\":\"x\"}", BAD},
		{"{\"message\":\"x\",\"o\":{", "\"a\":1,", 63, "\"b\":{}}}", OK},
		{"{\"message\":\"x\",\"o\":{", "\"a\":1,", 64, "\"b\":{}}}", BAD},
		{"{\"message\":\"x\",\"o\":[", "{\"a\":1},", 1000, "{}]}", OK},
		{"{", "\"a\":1,", 59049, "\"b\":1}", BAD},
		{"{", "\"a\":1,", 300, "\"b\":1}", BAD},
	};

	(void) state;
	for (size_t i = 0; i < COUNT(many); i++) {
		char *s = repeat(many[i].open, many[i].key, many[i].n, many[i].close);

		if (parse_str(s) != many[i].status) {
			fail_msg("%zu keys, row %zu", many[i].n, i);
		}
		free(s);
	}
}

static void test_depth(void **state) /* J17, J18, J19 */
{
	(void) state;
	for (size_t depth = 30; depth < 35; depth++) {
		char *arrays = repeat("{\"message\":\"x\",\"a\":", "[", depth - 1, "");
		char *text = repeat(arrays, "]", depth - 1, "}");
		assert_int_equal(parse_str(text), depth <= CR_JSON_MAX_DEPTH ? OK : BAD);
		free(arrays);
		free(text);

		char *objects = repeat("{\"message\":\"x\"", ",\"a\":{\"b\":1", depth - 1, "");
		text = repeat(objects, "}", depth, "");
		assert_int_equal(parse_str(text), depth <= CR_JSON_MAX_DEPTH ? OK : BAD);
		free(objects);
		free(text);
	}

	char *deep = repeat("", "[", 60000, "");
	assert_int_equal(parse_str(deep), BAD);
	free(deep);
	/* depth is what is open at a time */
	char *wide = repeat("{\"message\":\"x\",\"a\":[", "[{\"b\":[]}],", 1000, "0]}");
	assert_int_equal(parse_str(wide), OK);
	free(wide);
	/* an object at a depth where an array was, and the other way round */
	assert_int_equal(parse_str("{\"a\":[[1],{\"b\":1},[2]],\"message\":\"x\"}"), OK);
	assert_int_equal(parse_str("{\"a\":[{\"b\":1},[\"c\":1]],\"message\":\"x\"}"), BAD);
}

static void test_big(void **state) /* J36, J37, J41, J28 */
{
	static const struct {
		const char *open, *s;
		size_t n;
		const char *close;
		cr_status status;
	} big[] = {
		{"{\"message\":\"", "a", 1 << 20, "\"}", OK},
		{"[", "{\"m\":1},", 60000, "{}]", FORM},
		{"{\"message\":\"e", "\xcc\x81", 10000, "\"}", OK},
		{"{\"message\":\"x\",\"n\":", "7", 400, "}", OK},
	};

	(void) state;
	for (size_t i = 0; i < COUNT(big); i++) {
		char *s = repeat(big[i].open, big[i].s, big[i].n, big[i].close);

		assert_int_equal(parse_str(s), big[i].status);
		free(s);
	}
}

/* ---- any JSON ---- */

static void test_accept(void **state)
{
	(void) state;
	for (size_t i = 0; i < COUNT(json_accept); i++) {
		const char *s = json_accept[i].s;
		size_t len = json_accept[i].len;
		bool object = false;
		char wrapped[600];

		if (check(s, len, &object) != CR_OK) {
			fail_msg("accept %zu: %s", i, s);
		}
		assert_int_equal(object, s[strspn(s, " \t\r\n")] == '{');

		/* json-c must agree, whatever stands beside the message */
		int n = snprintf(wrapped, sizeof(wrapped), "{\"x\":%s,\"message\":\"m\"}", s);
		uint8_t out[600];
		size_t out_len;
		assert_true(n > 0 && (size_t) n < sizeof(wrapped));
		cr_status want = strstr(s, "\\u0000") && strstr(s, "nulkey") ? CR_ERR_FORM : CR_OK;
		if (parse(wrapped, (size_t) n, out, &out_len) != want) {
			fail_msg("accept %zu, wrapped: %s", i, s);
		}

		/* no proper beginning of an object, array or string is JSON */
		bool closed = strchr("{[\"", s[0]) && strchr("}]\"", s[len - 1]);
		for (size_t cut = 0; closed && cut < len; cut++) {
			if (check(s, cut, &object) == CR_OK) {
				fail_msg("accept %zu, cut at %zu: %s", i, cut, s);
			}
		}
	}
}

static void test_reject(void **state)
{
	(void) state;
	for (size_t i = 0; i < COUNT(json_reject); i++) {
		const char *s = json_reject[i].s;
		size_t len = json_reject[i].len;
		bool object, utf8 = json_reject[i].utf8;

		if (check(s, len, &object) != (utf8 ? CR_ERR_UTF8 : CR_ERR_PROTO)) {
			fail_msg("reject %zu: %s", i, s);
		}
	}
}

/* Each byte at each place of a string, and of a key: the word-wise search. */
static void test_every_byte_everywhere(void **state)
{
	(void) state;
	for (size_t len = 1; len < 27; len++) {
		for (size_t at = 0; at < len; at++) {
			for (unsigned b = 0; b < 128; b++) {
				char s[64];
				bool object, ok = b >= 0x20 && b != '"' && b != '\\';

				memset(s, 'a', sizeof(s));
				s[0] = '"';
				s[1 + at] = (char) b;
				s[1 + len] = '"';
				if ((check(s, len + 2, &object) == CR_OK) != ok) {
					fail_msg("byte %u at %zu of %zu", b, at, len);
				}
			}
		}
	}
}

/* The same where 64 bytes are looked at together; the bytes beside the ones that count. */
static void test_every_place_of_a_long_string(void **state)
{
	static const uint8_t bytes[] = {0, 0x1f, 0x20, '!', '"', '#', '[', '\\', ']', 0x7f};

	(void) state;
	for (size_t len = 60; len < 150; len++) {
		for (size_t at = 0; at < len; at++) {
			for (size_t i = 0; i < sizeof(bytes); i++) {
				uint8_t b = bytes[i];
				char s[160];
				bool object, ok = b >= 0x20 && b != '"' && b != '\\';

				memset(s, 'a', sizeof(s));
				s[0] = '"';
				s[1 + at] = (char) b;
				s[1 + len] = '"';
				if ((check(s, len + 2, &object) == CR_OK) != ok) {
					fail_msg("byte %u at %zu of %zu", b, at, len);
				}
			}
		}
	}
}

/* ---- writing ---- */

/* The escape the slow way. */
static size_t escape_slowly(char *out, const uint8_t *p, size_t len)
{
	static const char letters[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};
	char *o = out;

	for (size_t i = 0; i < len; i++) {
		if (p[i] < 0x20 && letters[p[i]]) {
			o += snprintf(o, 3, "\\%c", letters[p[i]]);
		} else if (p[i] < 0x20) {
			o += snprintf(o, 7, "\\u%04x", p[i]);
		} else {
			if (p[i] == '"' || p[i] == '\\') {
				*o++ = '\\';
			}
			*o++ = (char) p[i];
		}
	}
	return (size_t) (o - out);
}

static void check_escape(const uint8_t *p, size_t len)
{
	char want[600];
	size_t want_len = escape_slowly(want, p, len);
	uint8_t *in = copy_of(p, len), *out = malloc(want_len ? want_len : 1);

	assert_non_null(out);
	assert_int_equal(cr_json_escaped_len(cr_slice_of(in, len)), want_len);
	assert_ptr_equal(cr_json_escape(out, cr_slice_of(in, len)), out + want_len);
	assert_memory_equal(out, want, want_len);
	free(out);
	free(in);
}

static void test_escape(void **state)
{
	uint8_t p[40], all[96];

	(void) state;
	for (size_t len = 0; len < sizeof(p); len++) {
		for (unsigned b = 0; b < 256; b++) {
			size_t at = len ? (b * 7 + len) % len : 0;

			/* high bytes next to it must not hide it */
			memset(p, 0x80 + (int) (len % 0x60), sizeof(p));
			p[at] = (uint8_t) b;
			check_escape(p, len);
		}
	}
	for (size_t i = 0; i < sizeof(all); i++) {
		all[i] = (uint8_t) i;
	}
	for (size_t from = 0; from < sizeof(all); from++) {
		check_escape(all + from, sizeof(all) - from);
	}
	assert_int_equal(cr_json_escaped_len(CR_SLICE_NONE), 0);
	assert_ptr_equal(cr_json_escape(p, CR_SLICE_NONE), p);
}

/* A frame is a header in its shortest form and JSON that reads back. */
static void check_basic(const uint8_t *text, size_t len)
{
	cr_chunk *c = cr_chunk_new(16);
	cr_chat_message m;

	assert_non_null(c);
	for (unsigned round = 0; round < 2; round++) { /* the second time behind something */
		size_t before = c->len, payload, head;

		assert_int_equal(cr_chat_write_basic(c, cr_slice_of(text, len), UID), CR_OK);
		const uint8_t *f = c->data + before;
		payload = f[1] < 126 ? f[1] : (size_t) f[2] << 8 | f[3];
		head = f[1] < 126 ? 2 : 4;
		if (f[1] == 127) {
			payload = (size_t) f[7] << 16 | (size_t) f[8] << 8 | f[9];
			head = 10;
		}
		assert_int_equal(f[0], 0x81);
		assert_int_equal(before + head + payload, c->len);
		assert_int_equal(head, cr_ws_head_size(payload));
		assert_memory_equal(f + head, "{\"message\":\"", 12);
		assert_memory_equal(c->data + c->len - 47, "\",\"uid\":\"" UID "\"}", 47);
		assert_int_equal(cr_chat_json_parse(used, &m, f + head, payload), CR_OK);
		assert_true(cr_slice_eq(m.text, cr_slice_of(text, len)));
	}
	cr_chunk_unref(c);
}

static void test_write_basic(void **state)
{
	static const size_t lens[] = {1, 65, 66, 67, 68, 200, 65475, 65476, 65477, 65478, 100000};

	(void) state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].status == CR_OK) {
			check_basic((const uint8_t *) rows[i].text, rows[i].text_len);
		}
	}
	for (size_t i = 0; i < COUNT(lens); i++) {
		uint8_t *text = malloc(lens[i]);

		assert_non_null(text);
		memset(text, i % 2 ? '\n' : 'a', lens[i]);
		text[0] = '"';
		check_basic(text, lens[i]);
		memset(text, 'a', lens[i]);
		check_basic(text, lens[i]);
		free(text);
	}
}

static void test_nomem(void **state)
{
	cr_chunk *c = cr_chunk_new(8);

	(void) state;
	assert_non_null(c);
	memcpy(c->data, "12345", 5);
	c->len = 5;
	cr_mem_fail_at(1);
	assert_int_equal(cr_chat_write_basic(c, CR_SLICE("hello"), UID), CR_ERR_NOMEM);
	assert_int_equal(c->len, 5);
	assert_memory_equal(c->data, "12345", 5);
	cr_mem_fail_at(1);
	assert_null(cr_chat_json_new());
	cr_mem_fail_at(0);
	cr_chunk_unref(c);
}

/* The text lives until reset, and the parser is usable after it. */
static void test_reset(void **state)
{
	cr_chat_message m;
	static const char in[] = "{\"message\":\"a longer text, which is not kept inline by chance\"}";

	(void) state;
	cr_chat_json_reset(used);
	cr_chat_json_reset(used);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(cr_chat_json_parse(used, &m, (const uint8_t *) in, sizeof(in) - 1), CR_OK);
		assert_int_equal(m.text.len, sizeof(in) - 15);
		assert_int_equal(cr_chat_json_parse(used, &m, (const uint8_t *) "{", 1), CR_ERR_PROTO);
		cr_chat_json_reset(used);
	}
	cr_chat_json_free(NULL);
}

/* json-c from 0.15 on does not overflow on sizes near INT_MAX (CVE-2020-12762), and gets none: what it cannot count
 * is refused unread. */
static void test_D70_sizes_json_c_cannot_count(void **state)
{
	static const size_t lens[] = {(size_t) INT_MAX + 1, (size_t) UINT_MAX, (size_t) UINT_MAX + 2, SIZE_MAX};
	static const uint8_t byte = '{';
	unsigned major = 0, minor = 0;
	cr_chat_message m;
	struct json_object *top;

	(void) state;
	assert_int_equal(sscanf(cr_chat_json_version(), "%u.%u", &major, &minor), 2);
	assert_true(major * 100 + minor >= 15);
	for (size_t i = 0; i < COUNT(lens); i++) {
		assert_int_equal(cr_chat_json_parse(used, &m, &byte, lens[i]), CR_ERR_NOMEM);
		assert_null(m.text.ptr);
		assert_int_equal(cr_chat_json_parse_object(used, &top, &byte, lens[i]), CR_ERR_NOMEM);
	}
}

static int setup(void **state)
{
	(void) state;
	used = cr_chat_json_new();
	return used ? 0 : -1;
}

static int teardown(void **state)
{
	(void) state;
	cr_chat_json_free(used);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_reject),
		cmocka_unit_test(test_every_byte_everywhere),
		cmocka_unit_test(test_every_place_of_a_long_string),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_write_basic),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_D70_sizes_json_c_cannot_count),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
