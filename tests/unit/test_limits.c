/* needs: ext/chat/limits.c */
/* The token bucket, with a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ext/chat/limits.h"

static const cr_rate_limit limit = {.messages = 20, .window_ms = 1000, .burst = 40};

static void a_burst_then_the_rate(void **state)
{
	cr_rate r = {0};
	uint64_t now = 5000;
	int taken = 0;

	(void) state;
	for (int i = 0; i < 100; i++) {
		taken += cr_rate_take(&r, &limit, now);
	}
	assert_int_equal(taken, 40);
	assert_false(cr_rate_has(&r, &limit));
	assert_in_range(cr_rate_wait(&r, &limit), 50, 51);
	/* one token every 50 ms, whatever the steps */
	for (taken = 0; now < 15000; now += 7) {
		taken += cr_rate_take(&r, &limit, now);
	}
	assert_in_range(taken, 198, 201);
}

static void the_bucket_does_not_overflow(void **state)
{
	cr_rate r = {0};
	int taken = 0;

	(void) state;
	assert_true(cr_rate_take(&r, &limit, 1));
	for (int i = 0; i < 100; i++) {
		taken += cr_rate_take(&r, &limit, 3600000);
	}
	assert_int_equal(taken, 40);
}

static void a_clock_that_stands_still_or_goes_back(void **state)
{
	cr_rate r = {0};

	(void) state;
	for (int i = 0; i < 40; i++) {
		assert_true(cr_rate_take(&r, &limit, 1000));
	}
	assert_false(cr_rate_take(&r, &limit, 1000));
	assert_false(cr_rate_take(&r, &limit, 10));
	assert_true(cr_rate_take(&r, &limit, 61));
}

/* Z34: work is paid for even by who has nothing left, and before the next message */
static void debts(void **state)
{
	cr_rate r = {0};
	uint64_t now = 1000;

	(void) state;
	cr_rate_charge(&r, &limit, now, 38.5F); /* of a bucket never used, which is full */
	assert_false(cr_rate_owes(&r, &limit));
	assert_true(cr_rate_take(&r, &limit, now));
	assert_false(cr_rate_take(&r, &limit, now));
	cr_rate_charge(&r, &limit, now, 8);
	assert_true(cr_rate_owes(&r, &limit));
	assert_false(cr_rate_has(&r, &limit));
	assert_in_range(cr_rate_wait(&r, &limit), 425, 426); /* 7.5 and 1, at 20 a second */
	assert_false(cr_rate_is_ready(&r, &limit, now + 370));
	assert_true(cr_rate_owes(&r, &limit));
	assert_false(cr_rate_is_ready(&r, &limit, now + 400));
	assert_false(cr_rate_owes(&r, &limit));
	assert_true(cr_rate_is_ready(&r, &limit, now + 425));
	assert_true(cr_rate_take(&r, &limit, now + 426));
	/* what is not owed is not there either once it is charged */
	cr_rate_charge(&r, &limit, now + 3600000, 40);
	assert_false(cr_rate_take(&r, &limit, now + 3600000));
}

static void off(void **state)
{
	cr_rate_limit none = {0};
	cr_rate r = {0};

	(void) state;
	for (int i = 0; i < 1000; i++) {
		assert_true(cr_rate_take(&r, &none, 1));
	}
	cr_rate_charge(&r, &none, 1, 1000);
	assert_true(cr_rate_has(&r, &none));
	assert_false(cr_rate_owes(&r, &none));
	assert_true(cr_rate_is_ready(&r, &none, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_then_the_rate),
		cmocka_unit_test(the_bucket_does_not_overflow),
		cmocka_unit_test(a_clock_that_stands_still_or_goes_back),
		cmocka_unit_test(debts),
		cmocka_unit_test(off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
