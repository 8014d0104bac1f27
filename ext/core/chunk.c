/* Reference-counted bytes for the send queues. The bytes are a block of their
 * own, not the tail of the struct, so that trimming cannot move the struct the
 * queues point to.
 */
#include "ext/core/chunk.h"

#include "ext/core/mem.h"

cr_chunk *cr_chunk_new(size_t cap)
{
	cr_chunk *c = cr_calloc(1, sizeof(*c));

	if (!c) {
		return NULL;
	}
	c->refs = 1;
	if (cap > 0) {
		c->data = cr_malloc(cap);
		if (!c->data) {
			cr_free(c);
			return NULL;
		}
		c->cap = cap;
	}
	return c;
}

cr_chunk *cr_chunk_ref(cr_chunk *c)
{
	CR_ASSERT(c->refs > 0 && c->refs < UINT32_MAX);
	c->refs++;
	return c;
}

void cr_chunk_unref(cr_chunk *c)
{
	if (!c) {
		return;
	}
	CR_ASSERT(c->refs > 0);
	if (--c->refs == 0) {
		cr_free(c->data);
		cr_free(c);
	}
}

cr_status cr_chunk_reserve(cr_chunk *c, size_t n)
{
	if (n <= c->cap - c->len) {
		return CR_OK;
	}
	if (n > PTRDIFF_MAX - c->len) {
		return CR_ERR_NOMEM;
	}

	size_t need = c->len + n, cap = c->cap > PTRDIFF_MAX / 2 ? need : c->cap * 2;
	if (cap < need) {
		cap = need;
	}

	uint8_t *data = cr_realloc(c->data, cap);
	if (!data) {
		return CR_ERR_NOMEM;
	}
	c->data = data;
	c->cap = cap;
	return CR_OK;
}

void cr_chunk_trim(cr_chunk *c)
{
	if (c->cap - c->len <= c->cap / 2) {
		return;
	}
	if (c->len == 0) {
		cr_free(c->data);
		c->data = NULL;
		c->cap = 0;
		return;
	}

	/* a shrink that fails leaves the old block, which is as good */
	uint8_t *data = cr_realloc(c->data, c->len);
	if (data) {
		c->data = data;
		c->cap = c->len;
	}
}
