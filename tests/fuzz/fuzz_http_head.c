/* needs: ext/proto/http_head.c */
/* A head that arrives in pieces is judged as the whole is, every slice lies in
 * the input, written out again it says the same, and a refusal carries a status
 * to answer with. */
#include "ext/proto/http_head.h"

#include <stdlib.h>
#include <string.h>

static void check_slice(cr_slice s, const uint8_t *buf, size_t len)
{
	if (s.ptr && (s.ptr < buf || s.len > len || (size_t) (s.ptr - buf) > len - s.len)) {
		abort();
	}
}

static void check_head(const cr_http_head *h, const uint8_t *buf, size_t len)
{
	check_slice(h->method, buf, len);
	check_slice(h->target, buf, len);
	/* an absolute-form without a path has a constant one */
	if (!h->authority.ptr || !cr_slice_eq(h->path, CR_SLICE("/"))) {
		check_slice(h->path, buf, len);
	}
	check_slice(h->query, buf, len);
	check_slice(h->authority, buf, len);
	check_slice(h->host, buf, len);
	if (h->n_headers > CR_HTTP_MAX_HEADERS || h->minor < 0 || h->minor > 1
		|| !cr_http_is_token(h->method) || !h->path.ptr) {
		abort();
	}
	for (size_t i = 0; i < h->n_headers; i++) {
		check_slice(h->headers[i].name, buf, len);
		check_slice(h->headers[i].value, buf, len);
		cr_slice v = h->headers[i].value;
		if (v.len && (strchr(" \t", v.ptr[0]) || strchr(" \t", v.ptr[v.len - 1]))) {
			abort();
		}
		if (!cr_http_is_token(h->headers[i].name) || !h->headers[i].value.ptr
			|| memchr(h->headers[i].value.ptr, '\0', h->headers[i].value.len)) {
			abort();
		}
	}
}

static void check_rest(const cr_http_head *h)
{
	static const char *const lists[] = {"Connection", "Upgrade", "Sec-WebSocket-Protocol"};
	uint8_t *out = malloc(h->path.len + h->query.len + 1);

	if (!out) {
		abort();
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		cr_http_list_iter it = {0};
		cr_slice element;
		size_t n = 0;

		while (cr_http_list_next(h, lists[i], &it, &element)) {
			if (!element.ptr || element.len == 0 || ++n > CR_HTTP_MAX_HEAD) {
				abort();
			}
		}
	}
	if (cr_http_decode(out, h->path, false) > (long) h->path.len
		|| cr_http_decode(out, h->query, true) > (long) h->query.len) {
		abort();
	}
	cr_http_query_get(h->query, "room");
	cr_http_content_length(h);
	cr_http_keep_alive(h);
	free(out);
}

static uint8_t *put(uint8_t *out, cr_slice s)
{
	if (s.len) {
		memcpy(out, s.ptr, s.len);
	}
	return out + s.len;
}

/* What a proxy would send on is read as what it has read. */
static void check_again(const cr_http_head *h)
{
	static uint8_t text[CR_HTTP_MAX_HEAD + 2 * CR_HTTP_MAX_HEADERS];
	static cr_http_head again;
	size_t consumed;
	uint8_t *end = put(text, h->method);

	end = put(put(end, CR_SLICE(" ")), h->target);
	end = put(end, h->minor ? CR_SLICE(" HTTP/1.1\r\n") : CR_SLICE(" HTTP/1.0\r\n"));
	for (size_t i = 0; i < h->n_headers; i++) {
		end = put(put(end, h->headers[i].name), CR_SLICE(":"));
		end = put(put(end, h->headers[i].value), CR_SLICE("\r\n"));
	}
	end = put(end, CR_SLICE("\r\n"));
	if (cr_http_head_parse(&again, &consumed, text, (size_t) (end - text), 0) != CR_OK
		|| consumed != (size_t) (end - text) || again.n_headers != h->n_headers || again.minor != h->minor
		|| !cr_slice_eq(again.method, h->method) || !cr_slice_eq(again.path, h->path)
		|| !cr_slice_eq(again.query, h->query) || !cr_slice_eq(again.host, h->host)
		|| cr_http_content_length(&again) != cr_http_content_length(h)
		|| cr_http_keep_alive(&again) != cr_http_keep_alive(h)) {
		abort();
	}
	for (size_t i = 0; i < h->n_headers; i++) {
		if (!cr_slice_eq(again.headers[i].name, h->headers[i].name)
			|| !cr_slice_eq(again.headers[i].value, h->headers[i].value)) {
			abort();
		}
	}
}

/* Feeds a growing copy, step bytes more each time, until something is said. */
static cr_status play(const uint8_t *data, size_t size, size_t step, size_t *consumed)
{
	static cr_http_head h;
	size_t prev = 0;

	for (size_t len = step < size ? step : size;; len = step < size - len ? len + step : size) {
		uint8_t *copy = malloc(len ? len : 1);

		if (!copy) {
			abort();
		}
		memcpy(copy, data, len);
		memset(&h, 0x5a, sizeof(h));
		*consumed = 0;
		cr_status status = cr_http_head_parse(&h, consumed, copy, len, prev);
		if (status == CR_OK) {
			if (*consumed == 0 || *consumed > len || *consumed > CR_HTTP_MAX_HEAD) {
				abort();
			}
			check_head(&h, copy, *consumed);
			check_rest(&h);
			check_again(&h);
		}
		free(copy);
		if (status == CR_AGAIN && len < size) {
			prev = len;
			continue;
		}
		if (status != CR_OK && status != CR_AGAIN) {
			if (h.status < 400 || h.status > 505 || !h.reason || !*h.reason) {
				abort();
			}
		}
		return status;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t want_used, used;

	if (size < 1) {
		return 0;
	}
	const uint8_t *text = data + 1;
	size_t len = size - 1, steps[] = {1, (size_t) data[0] + 1};
	cr_status want = play(text, len, len ? len : 1, &want_used);

	for (size_t i = len > 2000 ? 1 : 0; i < 2; i++) {
		cr_status got = play(text, len, steps[i], &used);

		/* pieces may show a fault before a later, different one: only that
		 * there is one must agree */
		if (got != want || (got == CR_OK && used != want_used)) {
			abort();
		}
	}
	return 0;
}
