/* needs: ext/core/mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ext/core/mem.h"

static void test_without_hook(void **state)
{
	(void) state;
	uint8_t *p = cr_calloc(4, 8);
	assert_non_null(p);
	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(p[i], 0);
	}
	memset(p, 7, 32);
	p = cr_realloc(p, 64);
	assert_non_null(p);
	assert_int_equal(p[31], 7);
	cr_free(p);
	cr_free(NULL);
	assert_int_equal(cr_mem_calls(), 0);
}

static void test_fail_at_each(void **state)
{
	(void) state;
	for (uint64_t n = 1; n <= 4; n++) {
		void *p[4];

		cr_mem_fail_at(n);
		p[0] = cr_malloc(1);
		p[1] = cr_calloc(1, 1);
		p[2] = cr_realloc(NULL, 1);
		p[3] = cr_malloc(1);
		assert_int_equal(cr_mem_calls(), 4);
		for (uint64_t i = 0; i < 4; i++) {
			assert_true((p[i] == NULL) == (i + 1 == n));
			cr_free(p[i]);
		}
	}
	cr_mem_fail_at(0);
}

static void test_fails_once(void **state)
{
	(void) state;
	cr_mem_fail_at(1);
	assert_null(cr_malloc(1));
	for (int i = 0; i < 3; i++) {
		void *p = cr_malloc(1);
		assert_non_null(p);
		cr_free(p);
	}
	cr_mem_fail_at(0);
}

static void test_failed_realloc_keeps_block(void **state)
{
	(void) state;
	cr_mem_fail_at(0);
	char *p = cr_malloc(4);
	assert_non_null(p);
	memcpy(p, "abc", 4);
	cr_mem_fail_at(1);
	assert_null(cr_realloc(p, 400));
	assert_string_equal(p, "abc");
	cr_free(p);
}

static void test_off(void **state)
{
	(void) state;
	cr_mem_fail_at(2);
	cr_mem_fail_at(0);
	for (uint64_t i = 1; i <= 5; i++) {
		void *p = cr_malloc(1);
		assert_non_null(p);
		cr_free(p);
		assert_int_equal(cr_mem_calls(), i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_hook),
		cmocka_unit_test(test_fail_at_each),
		cmocka_unit_test(test_fails_once),
		cmocka_unit_test(test_failed_realloc_keeps_block),
		cmocka_unit_test(test_off),
	};
	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
