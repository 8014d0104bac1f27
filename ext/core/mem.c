/* The engine's heap: libc's, with a hook that lets a test fail one chosen
 * allocation.
 *
 * The hook counts only after cr_mem_fail_at() was called once. A server never
 * calls it, so its threads read one constant flag here and share nothing that
 * changes.
 */
#include "ext/core/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "ext/core/status.h"

static bool hooked;
static uint64_t calls, fail_at;

static bool is_refused(void)
{
	return CR_UNLIKELY(hooked) && ++calls == fail_at;
}

void *cr_malloc(size_t size)
{
	CR_ASSERT(size > 0);
	return is_refused() ? NULL : malloc(size);
}

void *cr_calloc(size_t n, size_t size)
{
	CR_ASSERT(n > 0 && size > 0);
	return is_refused() ? NULL : calloc(n, size);
}

void *cr_realloc(void *ptr, size_t size)
{
	CR_ASSERT(size > 0);
	return is_refused() ? NULL : realloc(ptr, size);
}

void cr_free(void *ptr)
{
	free(ptr);
}

/* mmap() knows no alignment beyond a page's: twice as much, and the ends go back. */
void *cr_slab_alloc(size_t size)
{
	if (is_refused()) {
		return NULL;
	}
	char *all = mmap(NULL, size * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED) {
		return NULL;
	}
	size_t before = (size - ((uintptr_t) all & (size - 1))) & (size - 1);

	if (before) {
		munmap(all, before);
	}
	munmap(all + before + size, size - before);
	return all + before;
}

void cr_slab_free(void *slab, size_t size)
{
	munmap(slab, size);
}

void cr_mem_fail_at(uint64_t n)
{
	hooked = true;
	calls = 0;
	fail_at = n;
}

uint64_t cr_mem_calls(void)
{
	return calls;
}
