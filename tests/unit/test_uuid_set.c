/* needs: ext/core/uuid_set.c ext/core/uuid.c ext/core/mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ext/core/mem.h"
#include "ext/core/uuid_set.h"

#define MANY 5000

/* Few different beginnings, so that they stand in each other's way. */
static void make(cr_uuid *u, uint32_t i, uint32_t spread)
{
	uint32_t home = i % spread;

	memset(u, 0, sizeof(*u));
	memcpy(u->bytes, &home, sizeof(home));
	memcpy(u->bytes + 12, &i, sizeof(i));
}

static void check_all(const cr_uuid_set *set, const cr_uuid *all, const bool *in, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++) {
		cr_uuid copy = all[i];

		assert_ptr_equal(cr_uuid_set_find(set, &copy), in[i] ? &all[i] : NULL);
		count += in[i];
	}
	assert_int_equal(set->n, count);
}

static void come_and_go(uint32_t n, uint32_t spread, unsigned steps)
{
	cr_uuid *all = calloc(n, sizeof(*all));
	bool *in = calloc(n, sizeof(*in));
	cr_uuid_set set = {0};

	assert_non_null(all);
	assert_non_null(in);
	for (uint32_t i = 0; i < n; i++) {
		make(&all[i], i, spread);
	}
	srandom(7);
	for (unsigned step = 0; step < steps; step++) {
		uint32_t i = (uint32_t) random() % n;

		if (in[i]) {
			cr_uuid_set_remove(&set, &all[i]);
		} else {
			assert_int_equal(cr_uuid_set_add(&set, &all[i]), CR_OK);
		}
		in[i] = !in[i];
		if (n < 50 || step % (steps / 8) == 0) {
			check_all(&set, all, in, n);
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		if (in[i]) {
			cr_uuid_set_remove(&set, &all[i]);
			in[i] = false;
			if (n < 50) {
				check_all(&set, all, in, n);
			}
		}
	}
	assert_null(set.slots);
	free(all);
	free(in);
}

static void test_collisions(void **state)
{
	(void) state;
	for (uint32_t n = 1; n < 40; n++) {
		come_and_go(n, 1, 400);
		come_and_go(n, 3, 400);
		come_and_go(n, 1000, 400);
	}
}

static void test_many(void **state)
{
	(void) state;
	come_and_go(MANY, MANY, 40000);
}

static void test_memory(void **state)
{
	static cr_uuid all[MANY];
	cr_uuid_set set = {0};

	(void) state;
	for (uint32_t i = 0; i < MANY; i++) {
		assert_int_equal(cr_uuid_make(&all[i]), CR_OK);
		assert_int_equal(cr_uuid_set_add(&set, &all[i]), CR_OK);
		assert_true(set.n <= set.cap / 4 * 3);
		assert_true(set.cap <= 8 || set.cap / 2 / 4 * 3 < set.n);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		cr_uuid_set_remove(&set, &all[i]);
		assert_true(set.cap <= 8 || set.n >= set.cap / 8);
	}
	assert_null(set.slots);
}

static void test_out_of_memory(void **state)
{
	cr_uuid all[7];
	cr_uuid_set set = {0};

	(void) state;
	for (uint32_t i = 0; i < 7; i++) {
		make(&all[i], i, 7);
		if (i == 0 || i == 6) {
			cr_mem_fail_at(1);
			assert_int_equal(cr_uuid_set_add(&set, &all[i]), CR_ERR_NOMEM);
			cr_mem_fail_at(0);
			assert_null(cr_uuid_set_find(&set, &all[i]));
		}
		assert_int_equal(cr_uuid_set_add(&set, &all[i]), CR_OK);
	}
	for (uint32_t i = 0; i < 7; i++) {
		assert_ptr_equal(cr_uuid_set_find(&set, &all[i]), &all[i]);
		cr_uuid_set_remove(&set, &all[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collisions),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
