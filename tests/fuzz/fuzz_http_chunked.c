/* needs: ext/proto/http_chunked.c */
/* A chunked body that arrives in pieces is judged and decoded as the whole is,
 * never gives more than its limit, and a refusal carries a status. */
#include "ext/proto/http_chunked.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX 512

typedef struct result {
	cr_status st;
	int status;
	size_t used, n;
	uint8_t body[MAX];
} result;

static void play(const uint8_t *data, size_t size, size_t step, result *r)
{
	cr_http_chunked c;

	memset(r, 0, sizeof(*r));
	cr_http_chunked_init(&c, MAX);
	r->st = CR_AGAIN;
	while (r->used < size && r->st == CR_AGAIN) {
		size_t len = size - r->used < step ? size - r->used : step, used, out;
		uint8_t *piece = malloc(len);

		if (!piece) {
			abort();
		}
		memcpy(piece, data + r->used, len);
		r->st = cr_http_chunked_feed(&c, piece, len, &used, &out);
		if (used > len || out > used || r->n + out > MAX || (r->st == CR_AGAIN && used != len)) {
			abort();
		}
		memcpy(r->body + r->n, piece, out);
		free(piece);
		r->n += out;
		r->used += used;
	}
	r->status = c.status;
	bool failed = r->st != CR_OK && r->st != CR_AGAIN;
	if (failed != (c.status != 0) || (failed && (!c.reason || c.status < 400 || c.status > 431))) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static result whole, pieces;

	if (size < 1) {
		return 0;
	}
	play(data + 1, size - 1, size, &whole);
	for (int i = 0; i < 2; i++) {
		play(data + 1, size - 1, i ? (size_t) data[0] + 1 : 1, &pieces);
		if (whole.st != pieces.st || whole.status != pieces.status || whole.used != pieces.used || whole.n != pieces.n
			|| memcmp(whole.body, pieces.body, whole.n) != 0) {
			abort();
		}
	}
	return 0;
}
