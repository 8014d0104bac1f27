#ifndef CR_CORE_POOL_H
#define CR_CORE_POOL_H

#include <stddef.h>

#include "ext/core/list.h"

/* Many small objects of one size that live long: 64 KiB slabs, straight from
 * the kernel, of which a page is used when its first object is. An object costs
 * its own bytes only, and does not stand between short-lived blocks of the
 * heap, which keep that apart for good. An empty slab goes back to the kernel,
 * but for one. Under AddressSanitizer each object is the heap's own. */
typedef struct cr_pool {
	cr_list slabs; /* those with room */
	size_t size;   /* of an object: a multiple of 8 */
	size_t n;      /* objects taken */
} cr_pool;

void cr_pool_init(cr_pool *pool, size_t size);
/* All objects must have been given back. */
void cr_pool_deinit(cr_pool *pool);
/* Zeroed. NULL: out of memory. */
void *cr_pool_take(cr_pool *pool);
void cr_pool_give(cr_pool *pool, void *object);

#endif
