/* needs: ext/chat/presence.c ext/core/hash.c ext/core/mem.c ext/core/uuid.c */
/* Presence: people, not sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext/chat/presence.h"

static void three_tabs_are_one(void **state)
{
	cr_presence *p = NULL;
	bool first;

	(void) state;
	assert_int_equal(cr_presence_count(p), 0);
	assert_false(cr_presence_has(p, CR_SLICE("a")));
	assert_false(cr_presence_leave(&p, CR_SLICE("a")));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(cr_presence_enter(&p, CR_SLICE("a"), &first), CR_OK);
		assert_int_equal(first, i == 0);
	}
	assert_int_equal(cr_presence_enter(&p, CR_SLICE("ab"), &first), CR_OK);
	assert_true(first);
	assert_int_equal(cr_presence_count(p), 2);
	assert_false(cr_presence_leave(&p, CR_SLICE("b")));
	assert_false(cr_presence_leave(&p, CR_SLICE("a")));
	assert_false(cr_presence_leave(&p, CR_SLICE("a")));
	assert_true(cr_presence_has(p, CR_SLICE("a")));
	assert_true(cr_presence_leave(&p, CR_SLICE("a")));
	assert_false(cr_presence_has(p, CR_SLICE("a")));
	assert_int_equal(cr_presence_count(p), 1);
	assert_true(cr_presence_leave(&p, CR_SLICE("ab")));
	assert_null(p);
	cr_presence_free(&p);
}

static void many(void **state)
{
	cr_presence *p = NULL;
	bool first;

	(void) state;
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t key = i % 1000; /* zero bytes are bytes like others */

		assert_int_equal(cr_presence_enter(&p, cr_slice_of(&key, 4), &first), CR_OK);
		assert_int_equal(first, i < 1000);
	}
	assert_int_equal(cr_presence_count(p), 1000);
	for (uint32_t i = 0; i < 4500; i++) {
		uint32_t key = i % 1000;

		assert_int_equal(cr_presence_leave(&p, cr_slice_of(&key, 4)), i >= 4000);
	}
	assert_int_equal(cr_presence_count(p), 500);
	cr_presence_free(&p);
	assert_null(p);
}

static void out_of_memory(void **state)
{
	(void) state;
	for (uint64_t n = 1; n < 60; n++) {
		cr_presence *p = NULL;
		size_t in = 0;
		bool first;

		cr_mem_fail_at(n);
		for (uint32_t i = 0; i < 400; i++) {
			cr_status st = cr_presence_enter(&p, cr_slice_of(&i, 4), &first);

			assert_true(st == CR_OK || st == CR_ERR_NOMEM);
			in += st == CR_OK;
			assert_int_equal(cr_presence_has(p, cr_slice_of(&i, 4)), st == CR_OK);
			assert_int_equal(cr_presence_count(p), in);
		}
		cr_mem_fail_at(0);
		assert_int_equal(in, 399);
		cr_presence_free(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_tabs_are_one),
		cmocka_unit_test(many),
		cmocka_unit_test(out_of_memory),
	};

	assert_int_equal(cr_hash_seed(), CR_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
