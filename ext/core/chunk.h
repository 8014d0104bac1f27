#ifndef CR_CORE_CHUNK_H
#define CR_CORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "ext/core/status.h"

/* A reference-counted run of bytes. It is filled by one owner (append), then
 * only read; every queue that still has to send a part of it holds a
 * reference. Not thread-safe: one loop, one thread. */
typedef struct cr_chunk {
	uint8_t *data;
	size_t len, cap;
	uint32_t refs;
} cr_chunk;

/* One reference, len 0. NULL: out of memory. */
cr_chunk *cr_chunk_new(size_t cap);
cr_chunk *cr_chunk_ref(cr_chunk *c);
void cr_chunk_unref(cr_chunk *c);
/* Room for n more bytes at data + len; may move data, so only before the
 * bytes are pointed to. */
CR_MUST_CHECK cr_status cr_chunk_reserve(cr_chunk *c, size_t n);
/* Gives back unused capacity when it is worth it (more than half). */
void cr_chunk_trim(cr_chunk *c);

#endif
