#ifndef CR_CORE_HASH_H
#define CR_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "ext/core/status.h"

/* SipHash-1-3 with a key drawn once per process, so that a peer who chooses
 * the keys cannot choose the buckets. cr_hash_seed() draws the key; before it
 * the key is zero. Idempotent. */
CR_MUST_CHECK cr_status cr_hash_seed(void);
uint64_t cr_hash(const void *ptr, size_t len);
/* The same with an explicit key, for the reference vectors. */
uint64_t cr_siphash13(const uint8_t key[16], const void *ptr, size_t len);

#endif
