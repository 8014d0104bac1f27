/* needs: ext/proto/chat_json.c ext/proto/json_in.c ext/proto/ws_head.c */
/* needs: ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
/* What the scan lets through is what RFC 8259 says, rule by rule; json-c takes
 * it too, and the frame written from it is UTF-8 JSON that reads back to the
 * same text. */
#include "ext/proto/chat_json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ext/core/utf8.h"
#include "ext/proto/json_in.h"
#include "ext/proto/ws_head.h"

#define UID "6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11"

/* --- RFC 8259 as it is written: each returns what follows, NULL when it is not that --- */

static const uint8_t *white(const uint8_t *p, const uint8_t *end)
{
	while (p < end && memchr(" \t\n\r", *p, 4)) {
		p++;
	}
	return p;
}

static const uint8_t *digits(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *start = p;

	while (p < end && isdigit(*p)) {
		p++;
	}
	return p > start ? p : NULL;
}

static const uint8_t *number(const uint8_t *p, const uint8_t *end)
{
	p += p < end && *p == '-';
	p = p < end && *p == '0' ? p + 1 : digits(p, end);
	if (p && p < end && *p == '.') {
		p = digits(p + 1, end);
	}
	if (p && p < end && (*p | 0x20) == 'e') {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		p = digits(p, end);
	}
	return p;
}

static const uint8_t *string(const uint8_t *p, const uint8_t *end)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p < 0x20) {
			return NULL;
		}
		if (*p != '\\') {
			continue;
		}
		if (++p == end || !memchr("\"\\/bfnrtu", *p, 9)) {
			return NULL;
		}
		for (int i = 0, n = *p == 'u' ? 4 : 0; i < n; i++) {
			if (++p == end || !isxdigit(*p)) {
				return NULL;
			}
		}
	}
	return p < end ? p + 1 : NULL;
}

static const uint8_t *value(const uint8_t *p, const uint8_t *end, int depth);

static const uint8_t *list(const uint8_t *p, const uint8_t *end, int depth, bool object)
{
	const uint8_t close = object ? '}' : ']';

	p = white(p + 1, end);
	if (p < end && *p == close) {
		return p + 1;
	}
	for (int n = 1; !object || n <= CR_JSON_MAX_KEYS; n++) {
		if (object) {
			p = white(p, end);
			p = p < end && *p == '"' ? string(p, end) : NULL;
			p = p ? white(p, end) : NULL;
			if (!p || p == end || *p++ != ':') {
				return NULL;
			}
		}
		p = value(p, end, depth);
		if (!p || p == end || (*p != ',' && *p != close)) {
			return NULL;
		}
		if (*p++ == close) {
			return p;
		}
	}
	return NULL;
}

/* with the white space around it */
static const uint8_t *value(const uint8_t *p, const uint8_t *end, int depth)
{
	static const char *const words[] = {"true", "false", "null"};

	p = white(p, end);
	if (p == end) {
		return NULL;
	}
	if (*p == '{' || *p == '[') {
		p = depth < CR_JSON_MAX_DEPTH ? list(p, end, depth + 1, *p == '{') : NULL;
	} else if (*p == '"') {
		p = string(p, end);
	} else if (*p == '-' || isdigit(*p)) {
		p = number(p, end);
	} else {
		const uint8_t *word = p;
		p = NULL;
		for (int i = 0; i < 3; i++) {
			size_t n = strlen(words[i]);
			if ((size_t) (end - word) >= n && memcmp(word, words[i], n) == 0) {
				p = word + n;
			}
		}
	}
	return p ? white(p, end) : NULL;
}

static void check_written(cr_chat_json *j, cr_slice text)
{
	cr_chunk *c = cr_chunk_new(64);
	cr_chat_message back;
	bool object = false;

	if (!c || cr_chat_write_basic(c, text, UID) != CR_OK) {
		abort();
	}

	size_t payload = c->data[1] & 0x7f, head = 2;
	if (payload >= 126) {
		head = payload == 126 ? 4 : 10;
		payload = c->len - head;
	}
	if (head + payload != c->len || head != cr_ws_head_size(payload)
		|| !cr_utf8_is_valid(c->data + head, payload)
		|| value(c->data + head, c->data + c->len, 0) != c->data + c->len
		|| cr_json_check(c->data + head, payload, &object) != CR_OK || !object
		|| cr_chat_json_parse(j, &back, c->data + head, payload) != CR_OK
		|| !cr_slice_eq(back.text, text)) {
		abort();
	}
	cr_chunk_unref(c);
}

static void check_escaped(cr_slice text)
{
	size_t len = cr_json_escaped_len(text);
	uint8_t *out = malloc(len ? len : 1);

	if (!out || cr_json_escape(out, text) != out + len) {
		abort();
	}
	free(out);
}

/* A text without a backslash is read without json-c: it must come out the same. */
static void check_against_json_c(cr_chat_json *j, cr_slice text, const uint8_t *data, size_t size)
{
	cr_json *top;
	cr_slice other = CR_SLICE_NONE;

	if (cr_chat_json_parse_object(j, &top, data, size) == CR_OK) {
		other = cr_json_string(cr_json_get(top, "message"));
	}
	if (!other.ptr != !text.ptr || !cr_slice_eq(other, text)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cr_chat_json *reader, *writer;
	cr_chat_message m;
	bool object = false;
	cr_slice raw = cr_slice_of(data, size);

	if (!reader) {
		reader = cr_chat_json_new();
		writer = cr_chat_json_new();
	}
	if (!reader || !writer) {
		abort();
	}

	cr_status scan = cr_json_check(data, size, &object);
	cr_status want = !cr_utf8_is_valid(data, size) ? CR_ERR_UTF8
	                 : value(data, data + size, 0) == data + size ? CR_OK : CR_ERR_PROTO;
	if (scan != want) {
		abort();
	}
	cr_status got = cr_chat_json_parse(reader, &m, data, size);
	if (scan == CR_OK) {
		/* CR_ERR_NOMEM would be json-c refusing what the scan took */
		if (got != CR_OK && got != CR_ERR_FORM) {
			abort();
		}
	} else if (got != scan) {
		abort();
	}
	if (got == CR_OK || got == CR_ERR_FORM) {
		check_against_json_c(writer, m.text, data, size);
	}
	if (got == CR_OK) {
		if (!object || !cr_utf8_is_valid(m.text.ptr, m.text.len)) {
			abort();
		}
		check_written(writer, m.text);
	}
	if ((scan == CR_ERR_UTF8) == cr_utf8_is_valid(data, size)) {
		abort();
	}
	if (scan != CR_ERR_UTF8) {
		check_written(writer, raw);
	}
	check_escaped(raw);
	return 0;
}
