/* needs: ext/proto/chat_json.c ext/proto/ws_head.c */
/* needs: ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
/* What the scan lets through json-c takes too, and the frame written from it
 * is UTF-8 JSON that reads back to the same text. */
#include "ext/proto/chat_json.h"

#include <stdlib.h>
#include <string.h>

#include "ext/core/utf8.h"
#include "ext/proto/ws_head.h"

#define UID "6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11"

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
	cr_status got = cr_chat_json_parse(reader, &m, data, size);
	if (scan == CR_OK) {
		/* CR_ERR_NOMEM would be json-c refusing what the scan took */
		if (got != CR_OK && got != CR_ERR_FORM) {
			abort();
		}
	} else if (got != scan) {
		abort();
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
