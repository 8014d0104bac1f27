/* needs: ext/chat/moderation.c ext/core/hash.c ext/core/mem.c ext/core/uuid.c */
/* Sanctions: who, where, until when; and that they do not pile up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext/chat/moderation.h"

#define EVERYWHERE CR_SLICE_NONE
#define NO_REASON  CR_SLICE_NONE

static const cr_slice who = {(const uint8_t *) "user:7", 6};

static void each_for_itself(void **state)
{
	cr_moderation m;

	(void) state;
	cr_moderation_init(&m);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_MUTE, who, CR_SLICE("a"), 100, CR_SLICE("rude")), CR_OK);
	const cr_sanction *s = cr_sanction_find(&m, CR_SANCTION_MUTE, who, CR_SLICE("a"), 40);
	assert_true(cr_slice_eq(cr_sanction_reason(s), CR_SLICE("rude")));
	assert_true(cr_sanction_left(s, 40) == 60 && cr_sanction_left(s, 100) == 1);
	assert_null(cr_sanction_find(&m, CR_SANCTION_BAN, who, CR_SLICE("a"), 40));
	assert_null(cr_sanction_find(&m, CR_SANCTION_MUTE, who, CR_SLICE("b"), 40));
	assert_null(cr_sanction_find(&m, CR_SANCTION_MUTE, who, EVERYWHERE, 40));
	assert_null(cr_sanction_find(&m, CR_SANCTION_MUTE, CR_SLICE("user:7a"), EVERYWHERE, 40));
	/* the same bytes cut elsewhere are another key */
	assert_null(cr_sanction_find(&m, CR_SANCTION_MUTE, CR_SLICE("user:"), CR_SLICE("7a"), 40));
	assert_null(cr_sanction_find(&m, CR_SANCTION_MUTE, CR_SLICE("user:7a"), CR_SLICE(""), 40));
	/* the second replaces the first, the reason too */
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_MUTE, who, CR_SLICE("a"), CR_SANCTION_FOR_EVER, NO_REASON), CR_OK);
	s = cr_sanction_find(&m, CR_SANCTION_MUTE, who, CR_SLICE("a"), UINT64_MAX);
	assert_true(cr_sanction_left(s, 5) == UINT64_MAX && !cr_sanction_reason(s).ptr);
	assert_int_equal(m.count, 1);
	assert_false(cr_sanction_lift(&m, CR_SANCTION_MUTE, who, EVERYWHERE));
	assert_true(cr_sanction_lift(&m, CR_SANCTION_MUTE, who, CR_SLICE("a")));
	assert_false(cr_sanction_lift(&m, CR_SANCTION_MUTE, who, CR_SLICE("a")));
	assert_int_equal(m.count, 0);
	/* a room without a name is not everywhere */
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, CR_SLICE(""), 100, NO_REASON), CR_OK);
	assert_null(cr_sanction_find(&m, CR_SANCTION_BAN, who, EVERYWHERE, 1));
	assert_true(cr_sanction_lift(&m, CR_SANCTION_BAN, who, CR_SLICE("")));
	/* time up: dropped when met */
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, EVERYWHERE, 100, CR_SLICE("")), CR_OK);
	assert_non_null(cr_sanction_find(&m, CR_SANCTION_BAN, who, EVERYWHERE, 99));
	assert_int_equal(m.count, 1);
	assert_null(cr_sanction_find(&m, CR_SANCTION_BAN, who, EVERYWHERE, 100));
	assert_int_equal(m.count, 0);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, EVERYWHERE, 100, NO_REASON), CR_OK);
	cr_moderation_deinit(&m); /* frees what is there */
}

static void too_long_or_too_many(void **state)
{
	static const uint8_t x[CR_SUBJECT_MAX + 1] = {'x'};
	cr_moderation m;

	(void) state;
	cr_moderation_init(&m);
	cr_slice longest = cr_slice_of(x, CR_SUBJECT_MAX), room = cr_slice_of(x, 255), why = cr_slice_of(x, 123);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, longest, room, 9, why), CR_OK);
	assert_non_null(cr_sanction_find(&m, CR_SANCTION_BAN, longest, room, 1));
	cr_slice over = cr_slice_of(x, CR_SUBJECT_MAX + 1);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, over, room, 9, why), CR_ERR_TOOBIG);
	assert_null(cr_sanction_find(&m, CR_SANCTION_BAN, over, room, 1));
	assert_false(cr_sanction_lift(&m, CR_SANCTION_BAN, over, room));
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, longest, cr_slice_of(x, 256), 9, why), CR_ERR_TOOBIG);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, longest, room, 9, cr_slice_of(x, 124)), CR_ERR_TOOBIG);
	m.count += CR_MODERATION_MAX - 1; /* as if it were full */
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, room, 9, why), CR_ERR_TOOBIG);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, longest, room, 99, why), CR_OK);
	/* slow mode has a place of its own, and does not take a moderator's */
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_SLOW, who, room, 9, CR_SLICE_NONE), CR_OK);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, room, 9, why), CR_ERR_TOOBIG);
	m.count -= CR_MODERATION_MAX - 1;
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, room, 9, why), CR_OK);
	assert_int_equal(m.count, 3);
	cr_moderation_deinit(&m);
}

/* The table's part of slow mode is full: whoever speaks now is still held to it,
 * and what goes is what has least left of what was looked at. */
static void slow_mode_holds_when_full(void **state)
{
	cr_moderation m;
	const cr_slice r = CR_SLICE("r");

	(void) state;
	cr_moderation_init(&m);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_MUTE, who, r, 1, NO_REASON), CR_OK);
	for (uint32_t i = 0; i < CR_MODERATION_SLOW; i++) {
		uint64_t until = i == 3 ? 5 : i == 7 ? 6 : 1000;

		assert_int_equal(cr_sanction_set(&m, CR_SANCTION_SLOW, cr_slice_of(&i, 4), r, until, NO_REASON), CR_OK);
	}
	for (uint32_t i = CR_MODERATION_SLOW; i < CR_MODERATION_SLOW + 100; i++) {
		assert_int_equal(cr_sanction_set(&m, CR_SANCTION_SLOW, cr_slice_of(&i, 4), r, 900, NO_REASON), CR_OK);
		assert_non_null(cr_sanction_find(&m, CR_SANCTION_SLOW, cr_slice_of(&i, 4), r, 4));
		assert_true(m.n_slow == CR_MODERATION_SLOW && m.count == CR_MODERATION_SLOW + 1);
		uint32_t gone = i == CR_MODERATION_SLOW ? 3 : 7, there = 7;

		assert_null(cr_sanction_find(&m, CR_SANCTION_SLOW, cr_slice_of(&gone, 4), r, 4));
		if (gone == 3) {
			assert_non_null(cr_sanction_find(&m, CR_SANCTION_SLOW, cr_slice_of(&there, 4), r, 4));
		}
	}
	/* who is in it already takes nobody's place */
	uint32_t last = CR_MODERATION_SLOW + 99;
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_SLOW, cr_slice_of(&last, 4), r, 950, NO_REASON), CR_OK);
	assert_int_equal(m.n_slow, CR_MODERATION_SLOW);
	assert_non_null(cr_sanction_find(&m, CR_SANCTION_MUTE, who, r, 0));
	/* nor a moderator's: the last of those still fits, and no more */
	m.count += CR_MODERATION_MAX - 2;
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, r, 1, NO_REASON), CR_OK);
	assert_int_equal(cr_sanction_set(&m, CR_SANCTION_BAN, who, EVERYWHERE, 1, NO_REASON), CR_ERR_TOOBIG);
	m.count -= CR_MODERATION_MAX - 2;
	cr_moderation_sweep(&m, 1000, SIZE_MAX);
	assert_true(m.count == 0 && m.n_slow == 0);
	cr_moderation_deinit(&m);
}

/* 100,000 slow mode entries, every tenth for ever. */
static void a_sweep_is_bounded_and_goes_on(void **state)
{
	cr_moderation m;

	(void) state;
	cr_moderation_init(&m);
	for (uint32_t i = 0; i < 100000; i++) {
		uint64_t until = i % 10 ? 50 : CR_SANCTION_FOR_EVER;

		assert_int_equal(
			cr_sanction_set(&m, CR_SANCTION_SLOW, cr_slice_of(&i, 4), CR_SLICE("r"), until, NO_REASON), CR_OK);
	}
	cr_moderation_sweep(&m, 49, SIZE_MAX); /* ends by itself */
	assert_int_equal(m.count, 100000);
	cr_moderation_sweep(&m, 50, 0);
	assert_int_equal(m.count, 100000);
	for (int i = 1; i <= 100; i++) {
		cr_moderation_sweep(&m, 50, 1000);
		assert_int_equal(m.count, 100000 - i * 900);
	}
	cr_moderation_sweep(&m, 50, SIZE_MAX);
	assert_int_equal(m.count, 10000);
	for (uint32_t i = 0; i < 100000; i += 10) {
		assert_non_null(cr_sanction_find(&m, CR_SANCTION_SLOW, cr_slice_of(&i, 4), CR_SLICE("r"), 50));
	}
	cr_moderation_deinit(&m);
}

static void out_of_memory(void **state)
{
	(void) state;
	for (uint64_t n = 1; n < 40; n++) {
		cr_moderation m;

		cr_moderation_init(&m);
		cr_mem_fail_at(n);
		for (uint32_t i = 0; i < 30; i++) {
			cr_slice subject = cr_slice_of(&i, 4);
			cr_status st = cr_sanction_set(&m, CR_SANCTION_BAN, subject, EVERYWHERE, 9, CR_SLICE("old"));
			bool in = cr_sanction_find(&m, CR_SANCTION_BAN, subject, EVERYWHERE, 1) != NULL;

			assert_int_equal(st, in ? CR_OK : CR_ERR_NOMEM);
			st = cr_sanction_set(&m, CR_SANCTION_BAN, subject, EVERYWHERE, 20, CR_SLICE("new"));
			const cr_sanction *s = cr_sanction_find(&m, CR_SANCTION_BAN, subject, EVERYWHERE, 1);
			if (st == CR_OK) {
				assert_true(cr_slice_eq(cr_sanction_reason(s), CR_SLICE("new")) && cr_sanction_left(s, 0) == 20);
			} else { /* the first still holds */
				assert_true(cr_slice_eq(cr_sanction_reason(s), CR_SLICE("old")) && cr_sanction_left(s, 0) == 9);
			}
		}
		cr_mem_fail_at(0);
		assert_int_equal(m.count, 30);
		cr_moderation_deinit(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_for_itself),
		cmocka_unit_test(too_long_or_too_many),
		cmocka_unit_test(slow_mode_holds_when_full),
		cmocka_unit_test(a_sweep_is_bounded_and_goes_on),
		cmocka_unit_test(out_of_memory),
	};

	assert_int_equal(cr_hash_seed(), CR_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
