/* A growing byte buffer with a maximum.
 *
 * Every block is one byte larger than cap, so that cr_buf_printf() has a place
 * for the NUL of vsnprintf() even when the text ends exactly at the maximum.
 */
#include "ext/core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ext/core/mem.h"

#define FIRST_CAP 64

void cr_buf_init(cr_buf *b, size_t max)
{
	/* no object is larger than PTRDIFF_MAX; below it no sum here can wrap */
	*b = (cr_buf){.max = max < PTRDIFF_MAX ? max : PTRDIFF_MAX - 1};
}

void cr_buf_deinit(cr_buf *b)
{
	cr_free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

cr_status cr_buf_reserve(cr_buf *b, size_t n)
{
	CR_ASSERT(b->len <= b->cap && b->cap <= b->max);
	if (n > b->max - b->len) {
		return CR_ERR_TOOBIG;
	}

	size_t need = b->len + n;
	if (need <= b->cap) {
		return CR_OK;
	}

	size_t cap = b->cap > b->max / 2 ? b->max : b->cap * 2;
	if (cap < FIRST_CAP) {
		cap = FIRST_CAP;
	}
	if (cap < need) {
		cap = need;
	}
	if (cap > b->max) {
		cap = b->max;
	}

	uint8_t *data = cr_realloc(b->data, cap + 1);
	if (!data) {
		return CR_ERR_NOMEM;
	}
	b->data = data;
	b->cap = cap;
	return CR_OK;
}

cr_status cr_buf_append(cr_buf *b, const void *ptr, size_t n)
{
	cr_status st = cr_buf_reserve(b, n);

	if (st == CR_OK && n > 0) {
		memcpy(b->data + b->len, ptr, n);
		b->len += n;
	}
	return st;
}

cr_status cr_buf_append_str(cr_buf *b, const char *s)
{
	return cr_buf_append(b, s, strlen(s));
}

cr_status cr_buf_printf(cr_buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0) {
		return CR_ERR_FORM;
	}

	cr_status st = cr_buf_reserve(b, (size_t) n);
	if (st != CR_OK || n == 0) {
		return st;
	}

	va_start(args, fmt);
	(void) vsnprintf((char *) b->data + b->len, (size_t) n + 1, fmt, args);
	va_end(args);
	b->len += (size_t) n;
	return CR_OK;
}

void cr_buf_consume(cr_buf *b, size_t n)
{
	CR_ASSERT(n <= b->len);
	b->len -= n;
	if (n > 0 && b->len > 0) {
		memmove(b->data, b->data + n, b->len);
	}
}
