/* needs: ext/core/buf.c ext/core/mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ext/core/buf.h"
#include "ext/core/mem.h"

static void test_zeroed_is_empty_and_full(void **state)
{
	(void) state;
	cr_buf b = {0};
	assert_int_equal(cr_buf_reserve(&b, 0), CR_OK);
	assert_int_equal(cr_buf_append(&b, NULL, 0), CR_OK);
	assert_int_equal(cr_buf_append(&b, "x", 1), CR_ERR_TOOBIG);
	assert_null(b.data);
	cr_buf_deinit(&b);
}

static void test_exact_maximum(void **state)
{
	(void) state;
	for (size_t max = 1; max < 300; max += 7) {
		cr_buf b;

		cr_buf_init(&b, max);
		for (size_t i = 0; i < max; i++) {
			uint8_t c = (uint8_t) i;
			assert_int_equal(cr_buf_append(&b, &c, 1), CR_OK);
			assert_true(b.cap <= max && b.len == i + 1);
		}
		assert_int_equal(cr_buf_append(&b, "x", 1), CR_ERR_TOOBIG);
		assert_int_equal(cr_buf_reserve(&b, SIZE_MAX), CR_ERR_TOOBIG);
		assert_int_equal(b.len, max);
		for (size_t i = 0; i < max; i++) {
			assert_int_equal(b.data[i], (uint8_t) i);
		}
		cr_buf_deinit(&b);
		assert_null(b.data);
		assert_int_equal(b.max, max);
		assert_int_equal(cr_buf_append(&b, "x", 1), CR_OK);
		cr_buf_deinit(&b);
	}
}

static void test_grows_by_doubling(void **state)
{
	(void) state;
	cr_buf b;

	cr_buf_init(&b, 1 << 20);
	cr_mem_fail_at(0);
	for (size_t i = 0; i < 1 << 20; i++) {
		assert_int_equal(cr_buf_append(&b, "x", 1), CR_OK);
	}
	assert_in_range(cr_mem_calls(), 1, 20);
	cr_buf_deinit(&b);
}

static void test_nomem_changes_nothing(void **state)
{
	(void) state;
	cr_buf b;

	cr_buf_init(&b, 10000);
	assert_int_equal(cr_buf_append_str(&b, "hello"), CR_OK);
	cr_buf before = b;
	cr_mem_fail_at(1);
	assert_int_equal(cr_buf_reserve(&b, 5000), CR_ERR_NOMEM);
	assert_memory_equal(&b, &before, sizeof(b));
	assert_memory_equal(b.data, "hello", 5);
	cr_mem_fail_at(1);
	assert_int_equal(cr_buf_printf(&b, "%5000d", 1), CR_ERR_NOMEM);
	assert_memory_equal(&b, &before, sizeof(b));
	cr_mem_fail_at(0);
	cr_buf_deinit(&b);
}

static void test_unlimited_does_not_wrap(void **state)
{
	(void) state;
	cr_buf b;

	cr_buf_init(&b, SIZE_MAX);
	assert_int_equal(cr_buf_append(&b, "ab", 2), CR_OK);
	assert_int_equal(cr_buf_reserve(&b, SIZE_MAX), CR_ERR_TOOBIG);
	assert_int_equal(cr_buf_reserve(&b, SIZE_MAX - 1), CR_ERR_TOOBIG);
	assert_int_equal(b.len, 2);
	cr_buf_deinit(&b);
}

static void test_printf(void **state)
{
	(void) state;
	cr_buf b;

	cr_buf_init(&b, 8);
	assert_int_equal(cr_buf_printf(&b, "%s", ""), CR_OK);
	assert_int_equal(b.len, 0);
	assert_int_equal(cr_buf_printf(&b, "%d-%s", 12, "ab"), CR_OK);
	assert_int_equal(cr_buf_printf(&b, "%03d", 7), CR_OK); /* ends at the maximum */
	assert_int_equal(b.len, 8);
	assert_memory_equal(b.data, "12-ab007", 8);
	assert_int_equal(cr_buf_printf(&b, "%c", 'x'), CR_ERR_TOOBIG);
	assert_memory_equal(b.data, "12-ab007", 8);
	cr_buf_deinit(&b);
}

static void test_consume(void **state)
{
	(void) state;
	cr_buf b;

	cr_buf_init(&b, 100);
	assert_int_equal(cr_buf_append_str(&b, "abcdef"), CR_OK);
	cr_buf_consume(&b, 0);
	assert_memory_equal(b.data, "abcdef", 6);
	cr_buf_consume(&b, 2);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "cdef", 4);
	cr_buf_consume(&b, 4);
	assert_int_equal(b.len, 0);
	assert_int_equal(cr_buf_append_str(&b, "gh"), CR_OK);
	assert_memory_equal(b.data, "gh", 2);
	cr_buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeroed_is_empty_and_full),
		cmocka_unit_test(test_exact_maximum),
		cmocka_unit_test(test_grows_by_doubling),
		cmocka_unit_test(test_nomem_changes_nothing),
		cmocka_unit_test(test_unlimited_does_not_wrap),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_consume),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
