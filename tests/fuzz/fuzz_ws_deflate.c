/* needs: ext/proto/ws_deflate.c ext/proto/http_head.c */
/* needs: ext/core/buf.c ext/core/chunk.c ext/core/mem.c */
/* Three things, by the first byte:
 * 0  a client's compressed messages: however they are cut, the same comes out,
 *    and never more than the limit
 * 1  what we compress is what inflates, in pieces too
 * 2  offers of extensions: no answer that was not asked for
 * Then come a byte of parameters, two for the limit, three that say how to cut,
 * and the bytes themselves. */
#include "ext/proto/ws_deflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 7

static void must(bool ok)
{
	if (!ok) {
		abort();
	}
}

/* plan: how long the pieces are, in turn; 0: everything that is left. A piece
 * is a copy, so that ASAN sees a step outside. */
static cr_status inflate_in_pieces(cr_buf *out, const cr_window *w, const uint8_t *p, size_t n,
	const uint8_t *plan, size_t turns)
{
	cr_inflater *i = cr_inflater_new();
	cr_status st = CR_OK;
	size_t turn = 0;

	must(i && cr_inflater_begin(i, w) == CR_OK);
	do {
		size_t piece = plan[turn++ % turns];

		piece = piece && piece < n ? piece : n;
		uint8_t *copy = malloc(piece + 1);
		must(copy);
		memcpy(copy, p, piece);
		st = cr_inflater_feed(i, out, copy, piece, piece == n);
		free(copy);
		must(out->len <= out->max && out->cap <= out->max);
		p += piece;
		n -= piece;
	} while (st == CR_OK && n > 0);
	cr_inflater_free(i);
	return st;
}

static void same_in_pieces(const uint8_t *params, const uint8_t *p, size_t n)
{
	static const uint8_t whole = 0, bytes = 1;
	unsigned bits = 8 + params[0] % 8;
	size_t limit = (size_t) params[1] << 8 | params[2];
	cr_window w = {0};
	cr_status st = CR_OK;

	/* a message ends where the bytes say fe; each may refer to those before */
	while (st == CR_OK && n > 0) {
		const uint8_t *end = memchr(p, 0xfe, n);
		size_t len = end ? (size_t) (end - p) : n;
		cr_buf a, b, c;

		cr_buf_init(&a, limit);
		cr_buf_init(&b, limit);
		cr_buf_init(&c, limit);
		st = inflate_in_pieces(&a, &w, p, len, &whole, 1);
		must(inflate_in_pieces(&b, &w, p, len, &bytes, 1) == st);
		must(inflate_in_pieces(&c, &w, p, len, params + 3, 3) == st);
		must(a.len == b.len && a.len == c.len);
		must(a.len == 0 || (memcmp(a.data, b.data, a.len) == 0 && memcmp(a.data, c.data, a.len) == 0));
		if (st == CR_OK) {
			must(cr_window_add(&w, bits, a.data, a.len) == CR_OK);
			must(w.len <= 1u << bits);
		}
		cr_buf_deinit(&a);
		cr_buf_deinit(&b);
		cr_buf_deinit(&c);
		p += len + (end != NULL);
		n -= len + (end != NULL);
	}
	cr_window_deinit(&w);
}

static void there_and_back(const uint8_t *params, const uint8_t *p, size_t n)
{
	unsigned bits = 9 + params[0] % 7;
	cr_deflater *d = cr_deflater_new(bits, 1 + params[1] % 9, 1 + params[2] % 9);
	cr_chunk *c = cr_chunk_new(0);

	must(d && c);
	for (unsigned again = 0; again < 2; again++) {
		size_t from = c->len;
		cr_buf out;

		must(cr_deflater_run(d, c, cr_slice_of(p, n)) == CR_OK);
		cr_buf_init(&out, n);
		must(inflate_in_pieces(&out, NULL, c->data + from, c->len - from, params + 3, 3) == CR_OK);
		must(out.len == n && (n == 0 || memcmp(out.data, p, n) == 0));
		cr_buf_deinit(&out);
	}
	cr_chunk_unref(c);
	cr_deflater_free(d);
}

static void offers(const uint8_t *params, const uint8_t *p, size_t n)
{
	static cr_http_head head;
	cr_deflate_policy policy = {8 + params[0] % 8, params[1] & 1};
	cr_deflate_params agreed;
	char answer[CR_DEFLATE_ANSWER_MAX], expected[200];
	cr_slice value = cr_slice_of(p, n);

	/* two lines, cut where a byte says so */
	size_t cut = params[2] < n ? params[2] : n;
	head.n_headers = 2;
	head.headers[0] = (cr_http_header){CR_SLICE("Sec-WebSocket-Extensions"), cr_slice_of(value.ptr, cut)};
	head.headers[1] = (cr_http_header){CR_SLICE("sec-websocket-extensions"), cr_slice_of(value.ptr + cut, n - cut)};
	cr_status st = cr_deflate_negotiate(&agreed, answer, &head, &policy);
	must(st == CR_OK || st == CR_ERR_FORM);
	if (st != CR_OK || agreed.server_bits == 0) {
		must(answer[0] == '\0' && agreed.server_bits == 0);
		return;
	}
	must(agreed.server_bits >= 9 && agreed.server_bits <= 15);
	must(agreed.client_bits >= 8 && agreed.client_bits <= 15);
	must(policy.client_takeover || !agreed.client_takeover);

	/* what we answered, read as an offer, means the same */
	snprintf(expected, sizeof(expected), "%s", answer);
	cr_deflate_params again;
	cr_deflate_policy any = {15, true};
	head.n_headers = 1;
	head.headers[0].value = cr_slice_str(expected);
	must(cr_deflate_negotiate(&again, answer, &head, &any) == CR_OK);
	must(strcmp(answer, expected) == 0);
	must(again.server_bits == agreed.server_bits && again.client_bits == agreed.client_bits
		 && again.client_takeover == agreed.client_takeover);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const what[])(const uint8_t *, const uint8_t *, size_t) = {same_in_pieces, there_and_back, offers};

	if (size >= HEAD) {
		what[data[0] % 3](data + 1, data + HEAD, size - HEAD);
	}
	return 0;
}
