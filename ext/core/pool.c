/* A slab stands at a multiple of its size, so that an object's address tells
 * its slab's. Inside it, what was given back is a chain through the objects
 * themselves; behind `fresh` nothing was touched yet. */
#include "ext/core/pool.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ext/core/mem.h"
#include "ext/core/status.h"

#ifdef __has_feature
# if __has_feature(address_sanitizer)
#  define ONE_BY_ONE 1
# endif
#endif
#ifdef __SANITIZE_ADDRESS__
# define ONE_BY_ONE 1
#endif

#ifdef CR_POOL_SLABS /* for the test of the slabs themselves */
# undef ONE_BY_ONE
#endif

#define SLAB_SIZE 65536

typedef struct slab {
	cr_list in_pool; /* on no list: full */
	void *given;     /* back: chain */
	uint32_t used, fresh;
} slab;

void cr_pool_init(cr_pool *pool, size_t size)
{
	CR_ASSERT(size % 8 == 0 && size >= sizeof(void *) && size < SLAB_SIZE - sizeof(slab));
	*pool = (cr_pool){.size = size};
	cr_list_init(&pool->slabs);
}

void cr_pool_deinit(cr_pool *pool)
{
	CR_ASSERT(pool->n == 0);
	while (!cr_list_is_empty(&pool->slabs)) {
		slab *s = cr_container_of(pool->slabs.next, slab, in_pool);

		cr_list_remove(&s->in_pool);
		cr_slab_free(s, SLAB_SIZE);
	}
}

#ifdef ONE_BY_ONE

void *cr_pool_take(cr_pool *pool)
{
	void *object = cr_calloc(1, pool->size);

	pool->n += object != NULL;
	return object;
}

void cr_pool_give(cr_pool *pool, void *object)
{
	pool->n--;
	cr_free(object);
}

#else

static slab *slab_with_room(cr_pool *pool)
{
	if (cr_list_is_empty(&pool->slabs)) {
		slab *s = cr_slab_alloc(SLAB_SIZE);

		if (!s) {
			return NULL;
		}
		cr_list_append(&pool->slabs, &s->in_pool); /* the rest of it is zero */
	}
	return cr_container_of(pool->slabs.next, slab, in_pool);
}

static bool is_full(const cr_pool *pool, const slab *s)
{
	return !s->given && sizeof(*s) + ((size_t) s->fresh + 1) * pool->size > SLAB_SIZE;
}

void *cr_pool_take(cr_pool *pool)
{
	slab *s = slab_with_room(pool);

	if (!s) {
		return NULL;
	}
	void *object = s->given;
	if (object) {
		memcpy(&s->given, object, sizeof(s->given));
		memset(object, 0, pool->size);
	} else {
		object = (char *) (s + 1) + s->fresh++ * pool->size;
	}
	s->used++;
	pool->n++;
	if (is_full(pool, s)) {
		cr_list_remove(&s->in_pool);
	}
	return object;
}

void cr_pool_give(cr_pool *pool, void *object)
{
	slab *s = (slab *) ((uintptr_t) object & ~(uintptr_t) (SLAB_SIZE - 1));
	bool was_full = is_full(pool, s);

	CR_ASSERT(s->used > 0);
	memcpy(object, &s->given, sizeof(s->given));
	s->given = object;
	s->used--;
	pool->n--;
	if (was_full) {
		cr_list_append(&pool->slabs, &s->in_pool);
	}
	if (s->used == 0 && pool->slabs.next != pool->slabs.prev) {
		cr_list_remove(&s->in_pool);
		cr_slab_free(s, SLAB_SIZE);
	}
}

#endif
