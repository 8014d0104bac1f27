/* JSON, written in one pass. */
#include "ext/proto/json_out.h"

#include <string.h>

#include "ext/proto/chat_json.h"

void cr_json_out_init(cr_json_out *o, cr_buf *buf)
{
	*o = (cr_json_out){.buf = buf, .status = CR_OK};
}

/* n bytes at the end, or NULL after a failure. */
static uint8_t *room_for(cr_json_out *o, size_t n)
{
	if (o->status == CR_OK) {
		o->status = cr_buf_reserve(o->buf, n);
	}
	return o->status == CR_OK ? o->buf->data + o->buf->len : NULL;
}

static void put(cr_json_out *o, const void *ptr, size_t n)
{
	uint8_t *out = n ? room_for(o, n) : NULL;

	if (out) {
		memcpy(out, ptr, n);
		o->buf->len += n;
	}
}

static void put_string(cr_json_out *o, cr_slice s)
{
	size_t len = cr_json_escaped_len(s);
	uint8_t *out = room_for(o, len + 2);

	if (out) {
		*out++ = '"';
		out = cr_json_escape_to(out, s, len);
		*out++ = '"';
		o->buf->len = (size_t) (out - o->buf->data);
	}
}

static void begin(cr_json_out *o, const char *key)
{
	if (o->comma) {
		put(o, ",", 1);
	}
	o->comma = true;
	if (key) {
		put(o, "\"", 1);
		put(o, key, strlen(key));
		put(o, "\":", 2);
	}
}

void cr_json_out_open(cr_json_out *o, const char *key, char bracket)
{
	begin(o, key);
	put(o, &bracket, 1);
	o->comma = false;
}

void cr_json_out_close(cr_json_out *o, char bracket)
{
	put(o, &bracket, 1);
	o->comma = true;
}

void cr_json_out_str(cr_json_out *o, const char *key, cr_slice value)
{
	begin(o, key);
	put_string(o, value);
}

void cr_json_out_cstr(cr_json_out *o, const char *key, const char *value)
{
	cr_json_out_str(o, key, cr_slice_str(value));
}

static void put_u64(cr_json_out *o, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char) ('0' + value % 10);
		value /= 10;
	} while (value);
	put(o, digits + i, sizeof(digits) - i);
}

void cr_json_out_u64(cr_json_out *o, const char *key, uint64_t value)
{
	begin(o, key);
	put_u64(o, value);
}

void cr_json_out_u64_named(cr_json_out *o, cr_slice key, uint64_t value)
{
	begin(o, NULL);
	put_string(o, key);
	put(o, ":", 1);
	put_u64(o, value);
}

void cr_json_out_bool(cr_json_out *o, const char *key, bool value)
{
	begin(o, key);
	put(o, value ? "true" : "false", value ? 4 : 5);
}

void cr_json_out_json(cr_json_out *o, const char *key, cr_slice json)
{
	begin(o, key);
	put(o, json.ptr, json.len);
}
