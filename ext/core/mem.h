#ifndef CR_CORE_MEM_H
#define CR_CORE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* The engine's heap is libc's: emalloc answers memory_limit with a longjmp
 * that would tear through libevent's stack. Each returns NULL when out of
 * memory; cr_free(NULL) is fine. cr_malloc(0) and cr_realloc(p, 0) are not
 * used. */
void *cr_malloc(size_t size);
void *cr_calloc(size_t n, size_t size);
void *cr_realloc(void *ptr, size_t size);
void cr_free(void *ptr);

/* Whole pages at a multiple of size, a power of two of at least 4096; zeroed. */
void *cr_slab_alloc(size_t size);
void cr_slab_free(void *slab, size_t size);

/* Test hook: the n-th allocation from now on (1 = the next) fails, once;
 * 0 turns it off. cr_mem_calls() counts allocations since the last call of
 * cr_mem_fail_at(). */
void cr_mem_fail_at(uint64_t n);
uint64_t cr_mem_calls(void);

#endif
