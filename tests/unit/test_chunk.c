/* needs: ext/core/chunk.c ext/core/mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ext/core/chunk.h"
#include "ext/core/mem.h"

static void put(cr_chunk *c, const char *s)
{
	size_t n = strlen(s);

	assert_int_equal(cr_chunk_reserve(c, n), CR_OK);
	assert_true(c->cap - c->len >= n);
	memcpy(c->data + c->len, s, n);
	c->len += n;
}

/* The last of several references frees; ASAN tells when it is not the last. */
static void test_refs(void **state)
{
	(void) state;
	cr_chunk *c = cr_chunk_new(16);

	assert_non_null(c);
	assert_int_equal(c->refs, 1);
	assert_int_equal(c->len, 0);
	assert_int_equal(c->cap, 16);
	put(c, "hello");
	for (int i = 0; i < 1000; i++) {
		assert_ptr_equal(cr_chunk_ref(c), c);
	}
	assert_int_equal(c->refs, 1001);
	for (int i = 0; i < 1000; i++) {
		cr_chunk_unref(c);
		assert_memory_equal(c->data, "hello", 5);
	}
	assert_int_equal(c->refs, 1);
	cr_chunk_unref(c);
	cr_chunk_unref(NULL);
}

static void test_grow(void **state)
{
	(void) state;
	cr_chunk *c = cr_chunk_new(0);

	assert_non_null(c);
	cr_mem_fail_at(0);
	for (int i = 0; i < 10000; i++) {
		put(c, "0123456789");
	}
	assert_in_range(cr_mem_calls(), 1, 30);
	assert_int_equal(c->len, 100000);
	for (size_t i = 0; i < c->len; i++) {
		assert_int_equal(c->data[i], '0' + i % 10);
	}
	assert_int_equal(cr_chunk_reserve(c, SIZE_MAX), CR_ERR_NOMEM);
	assert_int_equal(c->len, 100000);
	cr_chunk_unref(c);
}

static void test_trim(void **state)
{
	(void) state;
	cr_chunk *c = cr_chunk_new(100);

	assert_non_null(c);
	memset(c->data, 'x', 50);
	c->len = 50;
	cr_chunk_trim(c);
	assert_int_equal(c->cap, 100); /* exactly half is not worth a copy */
	c->len = 49;
	cr_mem_fail_at(1);
	cr_chunk_trim(c);
	assert_int_equal(c->cap, 100); /* could not, and lives on */
	cr_mem_fail_at(0);
	cr_chunk_trim(c);
	assert_int_equal(c->cap, 49);
	assert_int_equal(c->data[48], 'x');
	c->len = 0;
	cr_chunk_trim(c);
	assert_int_equal(c->cap, 0);
	assert_null(c->data);
	put(c, "again");
	assert_memory_equal(c->data, "again", 5);
	cr_chunk_unref(c);
}

static void test_nomem(void **state)
{
	(void) state;
	for (uint64_t n = 1; n <= 2; n++) {
		cr_mem_fail_at(n);
		assert_null(cr_chunk_new(10));
		assert_int_equal(cr_mem_calls(), n);
	}
	cr_mem_fail_at(0);
	cr_chunk *c = cr_chunk_new(4);
	assert_non_null(c);
	put(c, "abcd");
	cr_mem_fail_at(1);
	assert_int_equal(cr_chunk_reserve(c, 1), CR_ERR_NOMEM);
	assert_int_equal(c->cap, 4);
	assert_memory_equal(c->data, "abcd", 4);
	cr_mem_fail_at(0);
	cr_chunk_unref(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_nomem),
	};
	return cmocka_run_group_tests_name("chunk", tests, NULL, NULL);
}
