/* needs: ext/proto/chat_v1.c ext/proto/json_out.c ext/proto/chat_json.c ext/proto/json_in.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ext/core/mem.h"
#include "ext/proto/chat_v1.h"
#include "ext/proto/json_out.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static cr_chat_json *parser;
static uint8_t *copy;

/* An exact-size copy, so that a read past the end is an ASan report; it stays
 * until the next one, since the frame borrows from it. */
static cr_status parse(cr_v1_frame *f, const char *text, size_t len)
{
	free(copy);
	copy = malloc(len ? len : 1);
	memcpy(copy, text, len);
	return cr_v1_parse(parser, f, copy, len);
}

static void good(cr_v1_frame *f, const char *text)
{
	cr_status st = parse(f, text, strlen(text));

	if (st != CR_OK) {
		print_error("%s: %s\n", text, f->reason ? f->reason : "no JSON");
	}
	assert_int_equal(st, CR_OK);
}

static void assert_slice(cr_slice s, const char *text)
{
	if (!text) {
		assert_null(s.ptr);
		return;
	}
	assert_non_null(s.ptr);
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.ptr, text, s.len);
}

static void every_type(void **state)
{
	static const struct {
		const char *text;
		cr_v1_type type;
	} rows[] = {
		{"{\"message\":\"\"}", CR_V1_MESSAGE},
		{"{\"type\":\"hello\"}", CR_V1_HELLO},
		{"{\"type\":\"join\",\"room\":\"\"}", CR_V1_JOIN}, /* names are the server's business */
		{"{\"type\":\"leave\",\"room\":\"r\"}", CR_V1_LEAVE},
		{"{\"type\":\"members\",\"room\":\"r\"}", CR_V1_MEMBERS},
		{"{\"type\":\"history\",\"room\":\"r\"}", CR_V1_HISTORY},
		{"{\"type\":\"typing\",\"room\":\"r\"}", CR_V1_TYPING},
		{"{\"type\":\"signal\",\"room\":\"r\",\"name\":\"n\"}", CR_V1_SIGNAL},
		{"{\"type\":\"read\",\"room\":\"r\",\"seq\":0}", CR_V1_READ},
		{"{\"type\":\"edit\",\"room\":\"r\",\"seq\":1,\"text\":\"\"}", CR_V1_EDIT},
		{"{\"type\":\"delete\",\"room\":\"r\",\"seq\":1}", CR_V1_DELETE},
		{"{\"type\":\"ping\"}", CR_V1_PING},
		{"{\"type\":\"Ping\"}", CR_V1_UNKNOWN},
		{"{\"type\":\"ping\\u0000\"}", CR_V1_UNKNOWN},
		{"{\"type\":\"\",\"seq\":\"x\"}", CR_V1_UNKNOWN},
	};
	cr_v1_frame f;

	(void) state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		good(&f, rows[i].text);
		assert_int_equal(f.type, rows[i].type);
	}
}

static void every_field(void **state)
{
	cr_v1_frame f;
	uint64_t seq = 0;

	(void) state;
	good(&f,
		"{\"message\":\"m\",\"room\":\"r\",\"to\":\"t\",\"id\":\"i\",\"data\":{ \"a\" : 1 },\"unknown\":[]}");
	assert_slice(f.text, "m");
	assert_slice(f.room, "r");
	assert_slice(f.to, "t");
	assert_slice(f.id, "\"i\"");
	assert_slice(f.data, "{ \"a\" : 1 }");
	assert_int_equal(f.has, 0);
	good(&f, "{\"message\":\"\\u00e9\\n\"}");
	assert_slice(f.text, "\xc3\xa9\n");
	assert_slice(f.id, NULL);
	assert_slice(f.data, NULL);
	assert_slice(f.room, NULL);
	good(&f, "{\"type\":\"join\",\"room\":\"r\",\"since\":9007199254740992,\"epoch\":\"e\",\"history\":200}");
	assert_true(f.since == CR_V1_SAFE_INT && f.history == 200);
	assert_int_equal(f.has, CR_V1_HAS_SINCE | CR_V1_HAS_HISTORY);
	assert_slice(f.epoch, "e");
	good(&f, "{\"type\":\"history\",\"room\":\"r\",\"before\":0,\"after\":1,\"limit\":1}");
	assert_int_equal(f.has, CR_V1_HAS_BEFORE | CR_V1_HAS_AFTER | CR_V1_HAS_LIMIT);
	good(&f, "{\"type\":\"hello\",\"token\":\"t\",\"join\":[\"a\",\"b\"],\"resume\":{\"session\":\"s\",\"seq\":"
	         "{\"a\":5,\"b\":\"x\",\"c\":-1}}}");
	assert_slice(f.token, "t");
	assert_slice(f.session, "s");
	assert_int_equal(f.has, CR_V1_HAS_JOIN_LIST | CR_V1_HAS_RESUME);
	assert_slice(cr_v1_join_at(&f, 0), "a");
	assert_slice(cr_v1_join_at(&f, 1), "b");
	assert_slice(cr_v1_join_at(&f, 2), NULL);
	assert_true(cr_v1_resume_seq(&f, CR_SLICE("a"), &seq) && seq == 5);
	assert_false(cr_v1_resume_seq(&f, CR_SLICE("b"), &seq));
	assert_false(cr_v1_resume_seq(&f, CR_SLICE("c"), &seq));
	assert_false(cr_v1_resume_seq(&f, CR_SLICE("d"), &seq));
	good(&f, "{\"type\":\"hello\",\"join\":[],\"resume\":{\"session\":\"\"}}");
	assert_slice(cr_v1_join_at(&f, 0), NULL);
	assert_false(cr_v1_resume_seq(&f, CR_SLICE("a"), &seq));
	/* not these types' */
	good(&f, "{\"type\":\"ping\",\"join\":5,\"resume\":5,\"text\":5,\"room\":5,\"to\":5}");
	assert_slice(f.room, NULL);
	good(&f, "{\"message\":\"x\",\"name\":5,\"epoch\":[],\"token\":{},\"text\":1,\"since\":\"x\",\"seq\":-1,"
	         "\"before\":null,\"after\":1.5,\"limit\":0,\"history\":201}");
	assert_slice(f.text, "x");
	assert_int_equal(f.has, 0);
	good(&f, "{\"type\":\"join\",\"room\":\"r\",\"seq\":\"x\",\"to\":5,\"limit\":0}");
	assert_int_equal(f.has, 0);
}

/* A message with nothing escaped is read from the text, any other by json-c: an
 * escaped key of no meaning makes it the other way. Both read the same. */
static void two_ways_to_read(void **state)
{
	static const struct {
		const char *inside, *text, *room, *to, *reason;
	} rows[] = {
		{"\"message\":\"\"", "", NULL, NULL, NULL},
		{" \"message\" : \"a b\" , \"room\" : \"r\" ", "a b", "r", NULL, NULL},
		{"\"to\":\"t\",\"message\":\"m\",\"room\":\"\"", "m", "", "t", NULL},
		{"\"message\":1,\"message\":\"last\"", "last", NULL, NULL, NULL},
		{"\"message\":\"first\",\"message\":1", NULL, NULL, NULL, "neither type nor a string message"},
		{"\"message\":\"m\",\"room\":1,\"room\":\"last\"", "m", "last", NULL, NULL},
		{"\"data\":{\"message\":\"in\",\"type\":\"ping\"},\"message\":\"out\"", "out", NULL, NULL, NULL},
		{"\"data\":[\"message\",{\"room\":[]}],\"message\":\"out\"", "out", NULL, NULL, NULL},
		{"\"Message\":\"m\"", NULL, NULL, NULL, "neither type nor a string message"},
		{"\"message\":null", NULL, NULL, NULL, "neither type nor a string message"},
		{"\"message\":{\"message\":\"m\"}", NULL, NULL, NULL, "neither type nor a string message"},
		{"\"message\":\"m\",\"room\":null", "m", NULL, NULL, "room must be a string"},
		{"\"message\":\"m\",\"room\":[\"r\"]", "m", NULL, NULL, "room must be a string"},
		{"\"message\":\"m\",\"room\":\"r\",\"to\":7", "m", "r", NULL, "to must be a string: a uid, or user:ID"},
		{"\"message\":\"m\",\"type\":null", NULL, NULL, NULL, "type must be a string"},
	};
	cr_v1_frame f;

	(void) state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *reason = rows[i / 2].reason;
		char frame[160];

		(void) snprintf(frame, sizeof(frame), i % 2 ? "{\"\\u007a\":0,%s}" : "{%s}", rows[i / 2].inside);
		assert_int_equal(parse(&f, frame, strlen(frame)), reason ? CR_ERR_FORM : CR_OK);
		assert_slice(f.text, rows[i / 2].text);
		assert_slice(f.room, rows[i / 2].room);
		assert_slice(f.to, rows[i / 2].to);
		assert_string_equal(f.reason ? f.reason : "", reason ? reason : "");
	}
	good(&f, "{\"mess\\u0061ge\":\"m\",\"r\\u006fom\":\"r\"}");
	assert_slice(f.text, "m");
	assert_slice(f.room, "r");
}

/* As sent: escapes, spaces, digits; the last of a repeated key. */
static void spans(void **state)
{
	cr_v1_frame f;

	(void) state;
	good(&f, "{\"message\":\"x\",\"id\" : \"a\\u0062\\\"}\" ,\"data\": \"\\ud83d\\ude00,\\\"id\\\":5\"}");
	assert_slice(f.id, "\"a\\u0062\\\"}\"");
	assert_slice(f.data, "\"\\ud83d\\ude00,\\\"id\\\":5\"");
	good(&f, "{\"id\":1,\"message\":\"x\",\"data\":[1],\"id\":-9007199254740993,\"data\":null}");
	assert_slice(f.id, "-9007199254740993");
	assert_slice(f.data, "null");
	good(&f, "{\"message\":\"x\",\"a\":{\"id\":1,\"data\":2}}");
	assert_slice(f.id, NULL);
	assert_slice(f.data, NULL);
}

static void wrong_fields(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{"[]", "not an object"},
		{"\"x\"", "not an object"},
		{"null", "not an object"},
		{"{}", "neither type nor a string message"},
		{"{\"message\":1}", "neither type nor a string message"},
		{"{\"type\":1}", "type must be a string"},
		{"{\"type\":null,\"message\":\"x\"}", "type must be a string"},
		{"{\"message\":\"x\",\"room\":1}", "room must be a string"},
		{"{\"message\":\"x\",\"to\":[]}", "to must be a string: a uid, or user:ID"},
		{"{\"type\":\"signal\",\"room\":\"r\",\"name\":1}", "name must be a string"},
		{"{\"type\":\"join\",\"room\":\"r\",\"epoch\":1}", "epoch must be a string"},
		{"{\"type\":\"hello\",\"token\":1}", "token must be a string"},
		{"{\"type\":\"join\",\"room\":\"r\",\"since\":-1}", "since must be an integer from 0 to 2^53"},
		{"{\"type\":\"join\",\"room\":\"r\",\"since\":9007199254740993}",
			"since must be an integer from 0 to 2^53"},
		{"{\"type\":\"join\",\"room\":\"r\",\"since\":9223372036854775808}",
			"since must be an integer from 0 to 2^53"},
		{"{\"type\":\"join\",\"room\":\"r\",\"since\":\"1\"}", "since must be an integer from 0 to 2^53"},
		{"{\"type\":\"join\",\"room\":\"r\",\"since\":1.0}", "since must be an integer from 0 to 2^53"},
		{"{\"type\":\"read\",\"room\":\"r\",\"seq\":null}", "seq must be an integer from 0 to 2^53"},
		{"{\"type\":\"history\",\"room\":\"r\",\"before\":true}", "before must be an integer from 0 to 2^53"},
		{"{\"type\":\"history\",\"room\":\"r\",\"after\":{}}", "after must be an integer from 0 to 2^53"},
		{"{\"type\":\"history\",\"room\":\"r\",\"limit\":0}", "limit must be an integer from 1 to 200"},
		{"{\"type\":\"history\",\"room\":\"r\",\"limit\":201}", "limit must be an integer from 1 to 200"},
		{"{\"type\":\"history\",\"room\":\"r\",\"limit\":\"5\"}", "limit must be an integer from 1 to 200"},
		{"{\"type\":\"join\",\"room\":\"r\",\"history\":201}", "history must be an integer from 0 to 200"},
		{"{\"type\":\"edit\",\"room\":\"r\",\"seq\":1,\"text\":1}", "text must be a string"},
		{"{\"type\":\"hello\",\"join\":{}}", "join must be a list of at most 128 room names"},
		{"{\"type\":\"hello\",\"join\":[1]}", "join must be a list of room names"},
		{"{\"type\":\"hello\",\"resume\":[]}", "resume must be an object with a string session"},
		{"{\"type\":\"hello\",\"resume\":{}}", "resume must be an object with a string session"},
		{"{\"type\":\"hello\",\"resume\":{\"session\":1}}", "resume must be an object with a string session"},
		{"{\"type\":\"hello\",\"resume\":{\"session\":\"s\",\"seq\":[]}}",
			"resume.seq must be an object of room names and numbers"},
		{"{\"type\":\"join\"}", "room is missing"},
		{"{\"type\":\"leave\"}", "room is missing"},
		{"{\"type\":\"members\"}", "room is missing"},
		{"{\"type\":\"history\"}", "room is missing"},
		{"{\"type\":\"typing\"}", "room is missing"},
		{"{\"type\":\"signal\",\"room\":\"r\"}", "room, or a name of 1 to 64 bytes, is missing"},
		{"{\"type\":\"signal\",\"name\":\"n\"}", "room, or a name of 1 to 64 bytes, is missing"},
		{"{\"type\":\"signal\",\"room\":\"r\",\"name\":\"\"}", "room, or a name of 1 to 64 bytes, is missing"},
		{"{\"type\":\"read\",\"room\":\"r\"}", "room or seq is missing"},
		{"{\"type\":\"delete\",\"seq\":1}", "room or seq is missing"},
		{"{\"type\":\"edit\",\"room\":\"r\",\"seq\":1}", "room, seq or text is missing"},
	};
	cr_v1_frame f;
	char text[400];

	(void) state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(&f, rows[i].text, strlen(rows[i].text)), CR_ERR_FORM);
		assert_string_equal(f.reason, rows[i].reason);
		assert_string_equal(f.code, "bad_request");
		if (rows[i].text[0] == '{' && rows[i].text[1] == '"') {
			/* the id is found whatever else is wrong */
			snprintf(text, sizeof(text), "{\"id\":7,%s", rows[i].text + 1);
			assert_int_equal(parse(&f, text, strlen(text)), CR_ERR_FORM);
			assert_string_equal(f.reason, rows[i].reason);
			assert_slice(f.id, "7");
		}
	}
}

static void ids(void **state)
{
	static const char *const fine[] = {
		"\"x\"", "0", "-1", "9007199254740992", "9999999999999999", "\"\\u0000\""};
	static const char *const wrong[] = {
		"\"\"", "1.5", "1e3", "true", "null", "[]", "{}", "12345678901234567", "-12345678901234567"};
	char text[4400], filler[4200];
	cr_v1_frame f;

	(void) state;
	for (size_t i = 0; i < COUNT(fine); i++) {
		snprintf(text, sizeof(text), "{\"message\":\"x\",\"id\":%s}", fine[i]);
		good(&f, text);
		assert_slice(f.id, fine[i]);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		snprintf(text, sizeof(text), "{\"message\":\"x\",\"id\":%s}", wrong[i]);
		assert_int_equal(parse(&f, text, strlen(text)), CR_ERR_FORM);
		assert_slice(f.id, NULL);
	}
	for (size_t n = 64; n <= 65; n++) {
		memset(filler, 'x', n);
		filler[n] = '\0';
		snprintf(text, sizeof(text), "{\"message\":\"x\",\"id\":\"%s\"}", filler);
		assert_int_equal(parse(&f, text, strlen(text)), n == 64 ? CR_OK : CR_ERR_FORM);
	}
	for (size_t n = 4094; n <= 4095; n++) {
		memset(filler, 'x', n);
		filler[n] = '\0';
		snprintf(text, sizeof(text), "{\"message\":\"x\",\"id\":5,\"data\":\"%s\"}", filler);
		assert_int_equal(parse(&f, text, strlen(text)), n == 4094 ? CR_OK : CR_ERR_FORM);
		assert_string_equal(f.code, n == 4094 ? "bad_request" : "too_big");
		assert_slice(f.id, "5");
	}
}

static void not_json(void **state)
{
	static const char *const texts[] = {
		"", "x", "{", "{\"a\":1}}", "{\"message\":\"x\",}", "{'message':'x'}", "\xef\xbb\xbf{}"};
	cr_v1_frame f;

	(void) state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(parse(&f, texts[i], strlen(texts[i])), CR_ERR_PROTO);
		assert_null(f.reason);
		assert_int_equal(f.type, CR_V1_UNKNOWN);
	}
	assert_int_equal(parse(&f, "{\"message\":\"\xff\"}", 15), CR_ERR_UTF8);
}

static void frames_written(void **state)
{
	static const char uid[] = "6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11";
	cr_v1_message m = {.text = CR_SLICE("t"),
		.room = CR_SLICE("r"),
		.user = CR_SLICE("u"),
		.name = CR_SLICE("n"),
		.data = CR_SLICE("[1]"),
		.uid = uid,
		.seq = 3,
		.time_ms = 4,
		.edited = true};
	cr_json_out o;
	cr_buf buf;

	(void) state;
	cr_buf_init(&buf, 4096);
#define WRITES(call, text) \
 do { \
  buf.len = 0; \
  cr_json_out_init(&o, &buf); \
  call; \
  assert_int_equal(o.status, CR_OK); \
  assert_slice(cr_slice_of(buf.data, buf.len), text); \
 } while (0)
	WRITES(cr_v1_write_message(&o, &m),
		"{\"message\":\"t\",\"uid\":\"6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11\",\"room\":\"r\",\"seq\":3,\"time\":"
	    "4,\"user\":\"u\",\"name\":\"n\",\"data\":[1],\"edited\":true}");
	m.deleted = true;
	m.edited = false;
	WRITES(cr_v1_write_message(&o, &m), "{\"type\":\"delete\",\"uid\":\"6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11\","
	                                    "\"room\":\"r\",\"seq\":3,\"time\":4,\"user\":\"u\",\"name\":\"n\"}");
	m = (cr_v1_message){.text = CR_SLICE(""), .uid = uid, .time_ms = 4, .to_one = true};
	WRITES(cr_v1_write_message(&o, &m),
		"{\"message\":\"\",\"uid\":\"6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11\",\"private\":true,\"time\":4}");
	m.to_one = false;
	WRITES(cr_v1_write_message(&o, &m),
		"{\"message\":\"\",\"uid\":\"6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11\",\"time\":4}");
	WRITES(cr_v1_write_change(&o, CR_SLICE("r"), uid, 5, CR_SLICE("")),
		"{\"type\":\"edit\",\"room\":\"r\",\"seq\":5,\"uid\":\"6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11\",\"text\":"
	    "\"\"}");
	WRITES(cr_v1_write_change(&o, CR_SLICE("r"), uid, 5, CR_SLICE_NONE),
		"{\"type\":\"delete\",\"room\":\"r\",\"seq\":5,\"uid\":\"6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11\"}");
	WRITES(cr_v1_write_error(&o, CR_SLICE("\"i\""), "c", CR_SLICE("r"), 1001),
		"{\"type\":\"error\",\"id\":\"i\",\"code\":\"c\",\"reason\":\"r\",\"retry\":2}");
	WRITES(cr_v1_write_error(&o, CR_SLICE_NONE, "c", CR_SLICE("r"), 0),
		"{\"type\":\"error\",\"code\":\"c\",\"reason\":\"r\"}");
	cr_buf_deinit(&buf);
}

static void out_of_memory(void **state)
{
	static const char text[] =
		"{\"type\":\"hello\",\"id\":1,\"join\":[\"a\"],\"resume\":{\"session\":\"s\",\"seq\":{\"a\":1}}}";
	cr_v1_frame f;

	(void) state;
	for (uint64_t n = 1;; n++) {
		cr_mem_fail_at(n);
		cr_status st = parse(&f, text, sizeof(text) - 1);
		bool failed = cr_mem_calls() >= n;

		cr_mem_fail_at(0);
		assert_int_equal(st, failed ? CR_ERR_NOMEM : CR_OK);
		if (!failed) {
			break;
		}
	}
}

static int make(void **state)
{
	(void) state;
	parser = cr_chat_json_new();
	return parser ? 0 : -1;
}

static int unmake(void **state)
{
	(void) state;
	cr_chat_json_free(parser);
	free(copy);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type),
		cmocka_unit_test(every_field),
		cmocka_unit_test(two_ways_to_read),
		cmocka_unit_test(spans),
		cmocka_unit_test(wrong_fields),
		cmocka_unit_test(ids),
		cmocka_unit_test(not_json),
		cmocka_unit_test(frames_written),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
