/* needs: ext/core/mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ext/core/mem.h"
#define CR_POOL_SLABS 1 /* also under AddressSanitizer */
#include "ext/core/pool.c"

#define MANY 20000

typedef struct thing {
	uint64_t a, b, c;
} thing;

static bool is_zero(const thing *t)
{
	return t->a == 0 && t->b == 0 && t->c == 0;
}

/* Objects come zeroed, keep what is written to them, and are each other's not. */
static void test_come_and_go(void **state)
{
	static thing *things[MANY];
	cr_pool pool;

	(void) state;
	cr_pool_init(&pool, sizeof(thing));
	srandom(5);
	for (int round = 0; round < 6; round++) {
		for (size_t i = 0; i < MANY; i++) {
			bool come = random() % 6 < 6 - round;

			if (things[i]) {
				assert_true(things[i]->a == i && things[i]->b == ~i && things[i]->c == i * 7);
			}
			if (come && !things[i]) {
				things[i] = cr_pool_take(&pool);
				assert_non_null(things[i]);
				assert_true(is_zero(things[i]));
				*things[i] = (thing){i, ~i, i * 7};
			} else if (!come && things[i]) {
				cr_pool_give(&pool, things[i]);
				things[i] = NULL;
			}
		}
	}
	size_t n = 0;
	for (size_t i = 0; i < MANY; i++) {
		n += things[i] != NULL;
	}
	assert_int_equal(pool.n, n);
	for (size_t i = 0; i < MANY; i++) {
		if (things[i]) {
			cr_pool_give(&pool, things[i]);
			things[i] = NULL;
		}
	}
	cr_pool_deinit(&pool);
}

/* How many slabs it takes, by the allocations. */
static void test_slabs(void **state)
{
	static thing *things[MANY];
	cr_pool pool;

	(void) state;
	cr_pool_init(&pool, sizeof(thing));
	cr_mem_fail_at(0);
	for (size_t i = 0; i < MANY; i++) {
		things[i] = cr_pool_take(&pool);
		assert_non_null(things[i]);
	}
	assert_int_equal(cr_mem_calls(), MANY / ((SLAB_SIZE - sizeof(slab)) / sizeof(thing)) + 1);
	for (size_t i = 0; i < MANY; i++) {
		cr_pool_give(&pool, things[i]);
	}
	assert_ptr_equal(pool.slabs.next, pool.slabs.prev); /* all but one went back */
	/* one is kept: coming and going at the edge costs no system call */
	cr_mem_fail_at(0);
	cr_pool_give(&pool, cr_pool_take(&pool));
	assert_int_equal(cr_mem_calls(), 0);
	cr_pool_deinit(&pool);
}

static void test_out_of_memory(void **state)
{
	cr_pool pool;

	(void) state;
	cr_pool_init(&pool, sizeof(thing));
	cr_mem_fail_at(1);
	assert_null(cr_pool_take(&pool));
	assert_int_equal(pool.n, 0);
	thing *t = cr_pool_take(&pool);
	assert_non_null(t);
	cr_pool_give(&pool, t);
	cr_mem_fail_at(0);
	cr_pool_deinit(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_come_and_go),
		cmocka_unit_test(test_slabs),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
