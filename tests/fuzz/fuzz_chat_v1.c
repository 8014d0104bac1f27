/* needs: ext/proto/chat_v1.c ext/proto/chat_json.c ext/proto/json_in.c ext/proto/json_out.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
/* Frames of chatroom.v1: a message is read from the text when nothing in it is
 * escaped, and by json-c otherwise. One more member, whose key is escaped, makes
 * json-c read any frame: both must say the same. */
#include "ext/proto/chat_v1.h"

#include <stdlib.h>
#include <string.h>

#include "ext/core/utf8.h"

static const char other[] = "\"\\u007a\":0,";

static void same(cr_slice a, cr_slice b)
{
	if (!a.ptr != !b.ptr || !cr_slice_eq(a, b) || !cr_utf8_is_valid(a.ptr, a.len)) {
		abort();
	}
}

static void same_string(const char *a, const char *b)
{
	if (!a != !b || (a && strcmp(a, b) != 0)) {
		abort();
	}
}

static void same_frame(const cr_v1_frame *a, const cr_v1_frame *b)
{
	if (a->type != b->type || a->has != b->has || a->since != b->since || a->seq != b->seq
		|| a->before != b->before || a->after != b->after || a->limit != b->limit || a->history != b->history) {
		abort();
	}
	same(a->id, b->id);
	same(a->data, b->data);
	same(a->text, b->text);
	same(a->room, b->room);
	same(a->to, b->to);
	same(a->name, b->name);
	same(a->epoch, b->epoch);
	same(a->token, b->token);
	same(a->session, b->session);
	same_string(a->reason, b->reason);
	same_string(a->code, b->code);
	for (size_t i = 0; a->has & CR_V1_HAS_JOIN_LIST && i <= CR_V1_MAX_ROOMS; i++) {
		same(cr_v1_join_at(a, i), cr_v1_join_at(b, i));
	}
}

/* An exact copy with the other member put in; NULL: it has no member to go before. */
static uint8_t *with_other(const uint8_t *data, size_t size, size_t *len)
{
	const uint8_t *brace = memchr(data, '{', size);
	size_t head = brace ? (size_t) (brace - data) + 1 : size, n = sizeof(other) - 1, rest = head;

	while (rest < size && memchr(" \t\n\r", data[rest], 4)) {
		rest++;
	}
	if (rest == size || data[rest] != '"') {
		return NULL;
	}
	uint8_t *out = malloc(size + n);
	if (!out) {
		abort();
	}
	memcpy(out, data, head);
	memcpy(out + head, other, n);
	memcpy(out + head + n, data + head, size - head);
	*len = size + n;
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cr_chat_json *one, *two;
	cr_v1_frame a, b;
	size_t len;

	if (!one) {
		one = cr_chat_json_new();
		two = cr_chat_json_new();
	}
	if (!one || !two) {
		abort();
	}
	cr_status st = cr_v1_parse(one, &a, data, size);
	if (st != CR_OK && st != CR_ERR_FORM) {
		return 0;
	}
	uint8_t *more = with_other(data, size, &len);
	if (more) {
		cr_status again = cr_v1_parse(two, &b, more, len);

		/* it may be the one key too many */
		if (again == CR_OK || again == CR_ERR_FORM) {
			same_frame(&a, &b);
		} else if (again != CR_ERR_PROTO) {
			abort();
		}
		if (again != CR_ERR_PROTO && again != st) {
			abort();
		}
	}
	cr_chat_json_reset(one);
	cr_chat_json_reset(two);
	free(more);
	return 0;
}
