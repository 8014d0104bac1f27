#ifndef CR_CORE_BUF_H
#define CR_CORE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "ext/core/slice.h"
#include "ext/core/status.h"

/* A growing byte buffer that carries its maximum from birth. Zeroed memory is
 * an empty buffer with maximum 0 (nothing fits). Owns data. */
typedef struct cr_buf {
	uint8_t *data;
	size_t len, cap, max;
} cr_buf;

void cr_buf_init(cr_buf *b, size_t max);
/* Frees the bytes; the maximum stays, the buffer can be used again. */
void cr_buf_deinit(cr_buf *b);
/* Room for n more bytes at data + len. CR_ERR_TOOBIG past the maximum,
 * CR_ERR_NOMEM; on either nothing changed. Grows by doubling. */
CR_MUST_CHECK cr_status cr_buf_reserve(cr_buf *b, size_t n);
CR_MUST_CHECK cr_status cr_buf_append(cr_buf *b, const void *ptr, size_t n);
CR_MUST_CHECK cr_status cr_buf_append_str(cr_buf *b, const char *s);
CR_MUST_CHECK cr_status cr_buf_printf(cr_buf *b, const char *fmt, ...) CR_PRINTF(2, 3);
/* Drops the first n bytes (n <= len). */
void cr_buf_consume(cr_buf *b, size_t n);

#endif
