#ifndef CR_CORE_MAP_H
#define CR_CORE_MAP_H

/* uthash with our keyed hash and without its exit() on out of memory.
 * Include this, never <uthash.h> itself.
 *
 * After HASH_ADD_KEYPTR and friends check CR_MAP_IS_IN(): with
 * HASH_NONFATAL_OOM an element that could not be added has hh.tbl == NULL. */
#include "ext/core/hash.h"
#include "ext/core/mem.h"

#define uthash_malloc(sz)                    cr_malloc(sz)
#define uthash_free(ptr, sz)                 cr_free(ptr)
#define HASH_NONFATAL_OOM                    1
#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = (unsigned) cr_hash((keyptr), (keylen)))
#include <uthash.h>

#define CR_MAP_IS_IN(elt) ((elt)->hh.tbl != NULL)

#endif
