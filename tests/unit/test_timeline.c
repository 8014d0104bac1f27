/* needs: ext/chat/timeline.c ext/core/hash.c ext/core/mem.c ext/core/uuid.c */
/* Timelines: seq without holes, three limits, resume, and what a sweep takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext/chat/timeline.h"

static const cr_timeline_limits roomy = {1000, 1 << 20, 1000};

static uint64_t say(cr_timeline *tl, cr_slice text, uint64_t now)
{
	uint64_t seq = 0;

	assert_int_equal(cr_timeline_append(tl, &(cr_post){.text = text}, now, &seq), CR_OK);
	assert_true(seq == cr_timeline_top(tl));
	return seq;
}

static cr_slice epoch_of(const cr_timeline *tl)
{
	return cr_slice_str(cr_timeline_epoch(tl));
}

static void first_words(void **state)
{
	cr_timelines all;
	uint64_t seq;
	char text[] = "hello";

	(void) state;
	cr_timelines_init(&all, &roomy, SIZE_MAX);
	assert_null(cr_timeline_find(&all, CR_SLICE("a")));
	cr_timeline *tl = cr_timeline_open(&all, CR_SLICE("a"));
	assert_ptr_equal(cr_timeline_find(&all, CR_SLICE("a")), tl);
	assert_int_equal(strlen(cr_timeline_epoch(tl)), CR_EPOCH_LEN);
	assert_int_equal(strspn(cr_timeline_epoch(tl), "0123456789abcdef"), CR_EPOCH_LEN);
	assert_true(cr_timeline_top(tl) == 0 && cr_timeline_first(tl) == 1);
	assert_null(cr_timeline_get(tl, 0));
	assert_null(cr_timeline_get(tl, 1));
	cr_post post = {{{7}}, 5, cr_slice_of(text, 5), CR_SLICE("{}"), CR_SLICE("u"), CR_SLICE("")};
	assert_int_equal(cr_timeline_append(tl, &post, 9, &seq), CR_OK);
	text[0] = 'X'; /* it was copied */
	const cr_entry *e = cr_timeline_get(tl, 1);
	assert_true(seq == 1 && e->seq == 1 && e->kept_ms == 9 && e->changed_at == 0 && !e->deleted);
	assert_true(e->post.uid.bytes[0] == 7 && e->post.time_ms == 5);
	assert_true(cr_slice_eq(e->post.text, CR_SLICE("hello")) && cr_slice_eq(e->post.data, CR_SLICE("{}")));
	assert_true(cr_slice_eq(e->post.user, CR_SLICE("u")));
	assert_true(e->post.name.ptr && e->post.name.len == 0);
	say(tl, CR_SLICE("x"), 9);
	assert_null(cr_timeline_get(tl, 2)->post.name.ptr); /* absent stays absent */
	assert_int_equal(cr_timeline_bytes(tl), 2 * sizeof(cr_entry) + 5 + 2 + 1 + 1);
	assert_int_equal(all.bytes, cr_timeline_bytes(tl));
	/* another room has another epoch */
	cr_timeline *other = cr_timeline_open(&all, CR_SLICE("b"));
	assert_string_not_equal(cr_timeline_epoch(other), cr_timeline_epoch(tl));
	assert_int_equal(all.count, 2);
	cr_timelines_deinit(&all);
}

static void limits_hold(void **state)
{
	const size_t one = sizeof(cr_entry) + 10;
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &(cr_timeline_limits){100, 3 * one, 50}, SIZE_MAX);
	cr_timeline *tl = cr_timeline_open(&all, CR_SLICE("a"));
	for (int i = 0; i < 5; i++) {
		say(tl, CR_SLICE("0123456789"), 100);
	}
	assert_true(cr_timeline_first(tl) == 3 && cr_timeline_bytes(tl) == 3 * one);
	say(tl, CR_SLICE("0123456789a"), 100); /* one byte more than fits beside two */
	assert_true(cr_timeline_first(tl) == 5);
	/* by age: at the limit is over it */
	say(tl, CR_SLICE("y"), 149);
	assert_true(cr_timeline_first(tl) == 5);
	say(tl, CR_SLICE("y"), 150);
	assert_true(cr_timeline_first(tl) == 7);
	/* a clock that goes back drops nothing */
	say(tl, CR_SLICE("y"), 10);
	assert_true(cr_timeline_first(tl) == 7 && cr_timeline_top(tl) == 9);
	/* by count, at once */
	cr_timeline_set_limits(tl, &(cr_timeline_limits){1, 1 << 20, 1000}, 150);
	assert_true(cr_timeline_first(tl) == 9);
	/* larger than everything: an empty run that ends at the top */
	static const uint8_t big[4096] = {0};
	cr_timeline_set_limits(tl, &(cr_timeline_limits){10, sizeof(big), 1000}, 150);
	say(tl, cr_slice_of(big, sizeof(big)), 150);
	assert_true(cr_timeline_top(tl) == 10 && cr_timeline_first(tl) == 11 && all.bytes == 0);
	/* no history: seq all the same, and no memory */
	cr_timeline_set_limits(tl, &(cr_timeline_limits){0, 1000, 1000}, 150);
	cr_mem_fail_at(1);
	say(tl, CR_SLICE("z"), 150);
	cr_mem_fail_at(0);
	assert_true(cr_timeline_top(tl) == 11 && cr_timeline_first(tl) == 12);
	assert_null(cr_timeline_get(tl, 11));
	cr_timelines_deinit(&all);
}

static void resume_rules(void **state)
{
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &(cr_timeline_limits){3, 1 << 20, 1000}, SIZE_MAX);
	cr_timeline *tl = cr_timeline_open(&all, CR_SLICE("a"));
	cr_slice epoch = epoch_of(tl);
	assert_true(cr_timeline_can_resume(tl, epoch, 0)); /* was there, nothing was said */
	assert_false(cr_timeline_can_resume(tl, epoch, 1));
	for (int i = 0; i < 3; i++) {
		say(tl, CR_SLICE("x"), 1);
	}
	assert_true(cr_timeline_can_resume(tl, epoch, 0));
	assert_true(cr_timeline_can_resume(tl, epoch, 3));
	assert_false(cr_timeline_can_resume(tl, epoch, 4));
	assert_false(cr_timeline_can_resume(tl, epoch, UINT64_MAX));
	assert_false(cr_timeline_can_resume(tl, CR_SLICE_NONE, 3));
	assert_false(cr_timeline_can_resume(tl, CR_SLICE(""), 3));
	assert_false(cr_timeline_can_resume(tl, CR_SLICE("0000000000000000"), 3));
	assert_false(cr_timeline_can_resume(tl, cr_slice_of(epoch.ptr, epoch.len - 1), 3));
	say(tl, CR_SLICE("x"), 1); /* 1 is gone: 2, 3, 4 are kept */
	assert_false(cr_timeline_can_resume(tl, epoch, 0));
	assert_true(cr_timeline_can_resume(tl, epoch, 1));
	cr_timelines_sweep(&all, 2000, 9); /* all too old: only who saw everything */
	assert_true(cr_timeline_first(tl) == 5);
	assert_false(cr_timeline_can_resume(tl, epoch, 3));
	assert_true(cr_timeline_can_resume(tl, epoch, 4));
	cr_timelines_deinit(&all);
}

static void edits_and_deletes(void **state)
{
	cr_timelines all;
	uint64_t seq;

	(void) state;
	cr_timelines_init(&all, &(cr_timeline_limits){3, 1 << 20, 1000}, SIZE_MAX);
	cr_timeline *tl = cr_timeline_open(&all, CR_SLICE("a"));
	cr_post post = {{{7}}, 5, CR_SLICE("text"), CR_SLICE("[1]"), CR_SLICE("u"), CR_SLICE("name")};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(cr_timeline_append(tl, &post, 9, &seq), CR_OK);
	}
	assert_int_equal(cr_timeline_edit(tl, 1, CR_SLICE("x")), CR_ERR_STATE); /* gone */
	assert_int_equal(cr_timeline_delete(tl, 5), CR_ERR_STATE);              /* not yet */
	assert_int_equal(cr_timeline_edit(tl, 2, CR_SLICE("longer than before")), CR_OK);
	const cr_entry *e = cr_timeline_get(tl, 2);
	assert_true(e->changed_at == 4 && e->seq == 2 && e->kept_ms == 9 && !e->deleted);
	assert_true(cr_slice_eq(e->post.text, CR_SLICE("longer than before")));
	assert_true(cr_slice_eq(e->post.data, CR_SLICE("[1]")) && cr_slice_eq(e->post.name, CR_SLICE("name")));
	assert_int_equal(all.bytes, 3 * sizeof(cr_entry) + 3 * 12 + 14);
	/* delete works without memory too, and leaves none of the words */
	for (uint64_t n = 0; n < 2; n++) {
		cr_mem_fail_at(n);
		assert_int_equal(cr_timeline_delete(tl, 2 + n), CR_OK);
		cr_mem_fail_at(0);
		e = cr_timeline_get(tl, 2 + n);
		assert_true(e->deleted && e->changed_at == 4 && e->seq == 2 + n && e->kept_ms == 9);
		assert_true(e->post.text.ptr && e->post.text.len == 0 && !e->post.data.ptr);
		assert_true(cr_slice_eq(e->post.user, CR_SLICE("u")) && cr_slice_eq(e->post.name, CR_SLICE("name")));
		assert_int_equal(cr_timeline_edit(tl, 2 + n, CR_SLICE("x")), CR_ERR_STATE);
		assert_int_equal(cr_timeline_delete(tl, 2 + n), CR_ERR_STATE);
	}
	assert_memory_equal(cr_timeline_get(tl, 3) + 1, "\0\0\0\0\0\0\0", 7);
	assert_int_equal(all.bytes, 3 * sizeof(cr_entry) + 5 + 5 + 12);
	/* an edit keeps to the limit: the oldest goes, and it may be the one edited */
	cr_timeline_set_limits(tl, &(cr_timeline_limits){3, all.bytes, 1000}, 9);
	assert_int_equal(cr_timeline_edit(tl, 4, CR_SLICE("a text that is longer")), CR_OK);
	assert_true(cr_timeline_first(tl) == 3 && cr_timeline_top(tl) == 4);
	assert_int_equal(all.bytes, 2 * sizeof(cr_entry) + 5 + 12 + 17);
	assert_true(cr_slice_eq(cr_timeline_get(tl, 4)->post.text, CR_SLICE("a text that is longer")));
	assert_int_equal(cr_timeline_delete(tl, 3), CR_ERR_STATE); /* it was deleted above */
	static const uint8_t big[1000] = {0};
	assert_int_equal(cr_timeline_edit(tl, 4, cr_slice_of(big, sizeof(big))), CR_OK);
	assert_true(cr_timeline_first(tl) == 5 && cr_timeline_top(tl) == 4 && all.bytes == 0);
	say(tl, CR_SLICE("x"), 9); /* it goes on */
	assert_true(cr_timeline_first(tl) == 5 && cr_timeline_top(tl) == 5);
	cr_timelines_deinit(&all);
	assert_int_equal(all.bytes, 0);
}

static void closed_ones_expire(void **state)
{
	cr_timelines all;
	char epoch[CR_EPOCH_LEN + 1];

	(void) state;
	cr_timelines_init(&all, &roomy, SIZE_MAX);
	cr_timeline *a = cr_timeline_open(&all, CR_SLICE("a"));
	cr_timeline *b = cr_timeline_open(&all, CR_SLICE("b"));
	memcpy(epoch, cr_timeline_epoch(a), sizeof(epoch));
	say(b, CR_SLICE("x"), 10);
	cr_timeline_close(a, 100); /* never had a message: kept for as long */
	cr_timelines_sweep(&all, 1099, 99);
	assert_ptr_equal(cr_timeline_find(&all, CR_SLICE("a")), a);
	assert_true(cr_timeline_first(b) == 2); /* open, trimmed, not freed */
	assert_ptr_equal(cr_timeline_open(&all, CR_SLICE("a")), a);
	assert_true(cr_list_is_empty(&all.closed));
	cr_timelines_sweep(&all, 5000, 99);
	assert_string_equal(cr_timeline_epoch(cr_timeline_find(&all, CR_SLICE("a"))), epoch);
	cr_timeline_close(a, 5000);
	cr_timelines_sweep(&all, 6000, 99);
	assert_null(cr_timeline_find(&all, CR_SLICE("a")));
	assert_int_equal(all.count, 1);
	a = cr_timeline_open(&all, CR_SLICE("a"));
	assert_string_not_equal(cr_timeline_epoch(a), epoch);
	assert_true(cr_timeline_top(a) == 0);
	cr_timelines_deinit(&all);
}

/* Empty rooms cost a bounded amount, and the oldest pays. */
static void closed_ones_are_bounded(void **state)
{
	cr_timelines all;
	cr_timeline_limits l = {10, 10000, 1000};
	char name[32];

	(void) state;
	cr_timelines_init(&all, &l, SIZE_MAX);
	cr_timeline *open = cr_timeline_open(&all, CR_SLICE("open"));
	for (int i = 0; i < CR_TIMELINES_CLOSED_MAX + 2; i++) {
		int n = snprintf(name, sizeof(name), "room %d", i);

		cr_timeline_close(cr_timeline_open(&all, cr_slice_of(name, (size_t) n)), 0);
	}
	assert_int_equal(all.count, CR_TIMELINES_CLOSED_MAX + 1);
	assert_ptr_equal(cr_timeline_find(&all, CR_SLICE("open")), open);
	assert_null(cr_timeline_find(&all, CR_SLICE("room 1")));
	assert_non_null(cr_timeline_find(&all, CR_SLICE("room 2")));
	/* opened again it is none of them */
	cr_timeline_close(cr_timeline_open(&all, CR_SLICE("room 2")), 0);
	assert_non_null(cr_timeline_find(&all, CR_SLICE("room 3")));
	cr_timelines_sweep(&all, 1000, SIZE_MAX);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.n_closed, 0);
	cr_timelines_deinit(&all);
}

static void a_sweep_is_bounded_and_goes_on(void **state)
{
	cr_timelines all;
	cr_timeline *tl[20];

	(void) state;
	cr_timelines_init(&all, &roomy, SIZE_MAX);
	for (int i = 0; i < 20; i++) {
		char name[2] = {'r', (char) ('a' + i)};

		tl[i] = cr_timeline_open(&all, cr_slice_of(name, 2));
		say(tl[i], CR_SLICE("x"), 0);
		if (i % 2) {
			/* every fifth closed one lives longer: it must not hold up the rest */
			cr_timeline_set_limits(tl[i], &(cr_timeline_limits){9, 9999, i % 5 ? 1000 : 100000}, 0);
			cr_timeline_close(tl[i], 0);
		}
	}
	size_t before = all.bytes;
	cr_timelines_sweep(&all, 1000, 0);
	assert_true(all.bytes == before);
	for (int round = 1; round <= 5; round++) {
		cr_timelines_sweep(&all, 1000, 4);
		assert_true(all.bytes >= before - 4 * (sizeof(cr_entry) + 1));
		before = all.bytes;
	}
	assert_int_equal(all.count, 12);
	assert_int_equal(all.bytes, 2 * (sizeof(cr_entry) + 1));
	cr_timelines_sweep(&all, 1000, SIZE_MAX); /* ends by itself */
	assert_int_equal(all.count, 12);
	cr_timelines_deinit(&all);
}

/* Any allocation may fail: no seq is used, nothing kept is lost. */
static void out_of_memory(void **state)
{
	(void) state;
	for (uint64_t n = 1; n < 60; n++) {
		cr_timelines all;
		uint64_t seq;

		cr_timelines_init(&all, &roomy, SIZE_MAX);
		cr_mem_fail_at(n);
		cr_timeline *tl = cr_timeline_open(&all, CR_SLICE("a"));
		if (!tl) {
			assert_int_equal(all.count, 0);
			tl = cr_timeline_open(&all, CR_SLICE("a"));
		}
		for (uint64_t i = 1; i <= 20; i++) {
			uint64_t top = cr_timeline_top(tl);
			size_t bytes = all.bytes;
			cr_status st = cr_timeline_append(tl, &(cr_post){.text = CR_SLICE("x")}, i, &seq);

			assert_true(st == CR_OK || st == CR_ERR_NOMEM);
			assert_true(cr_timeline_top(tl) == top + (st == CR_OK) && cr_timeline_first(tl) == 1);
			assert_true(st == CR_OK || all.bytes == bytes);
			st = cr_timeline_edit(tl, 1, CR_SLICE("longer"));
			assert_true(st == CR_OK || st == (top ? CR_ERR_NOMEM : CR_ERR_STATE) || st == CR_ERR_NOMEM);
		}
		cr_mem_fail_at(0);
		assert_true(cr_timeline_top(tl) >= 19);
		for (uint64_t s = 1; s <= cr_timeline_top(tl); s++) {
			assert_true(cr_timeline_get(tl, s)->seq == s);
		}
		cr_timelines_deinit(&all);
	}
}

/* The naive model: every message ever, and where the kept run begins. */
typedef struct said {
	uint64_t kept_ms;
	size_t len;
	uint8_t fill;
	bool deleted;
} said;

static uint32_t seed = 12345;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static size_t cost(const said *s)
{
	return sizeof(cr_entry) + s->len;
}

static uint64_t model_trim(const said *m, uint64_t first, uint64_t top, const cr_timeline_limits *l, uint64_t now)
{
	for (;; first++) {
		size_t bytes = 0;

		for (uint64_t s = first; s <= top; s++) {
			bytes += cost(&m[s]);
		}
		/* the newest is judged by size, not by age: it was said now */
		if (first > top
			|| (top - first + 1 <= l->count && bytes <= l->bytes && now - m[first].kept_ms < l->ttl_ms)) {
			return first;
		}
	}
}

/* The same of an edit, which makes nothing older. */
static uint64_t model_fit(const said *m, uint64_t first, uint64_t top, const cr_timeline_limits *l)
{
	cr_timeline_limits ageless = {l->count, l->bytes, UINT64_MAX};

	return model_trim(m, first, top, &ageless, UINT64_MAX - 1);
}

static void agrees(const cr_timeline *tl, const said *m, uint64_t first, uint64_t top)
{
	size_t bytes = 0;

	assert_true(cr_timeline_top(tl) == top && cr_timeline_first(tl) == first);
	assert_null(cr_timeline_get(tl, first - 1));
	assert_null(cr_timeline_get(tl, top + 1));
	for (uint64_t s = first; s <= top; s++) {
		const cr_entry *e = cr_timeline_get(tl, s);

		assert_true(e->seq == s && e->post.text.len == m[s].len && e->deleted == m[s].deleted);
		assert_true(m[s].len == 0 || (e->post.text.ptr[0] == m[s].fill && e->post.text.ptr[m[s].len - 1] == m[s].fill));
		bytes += cost(&m[s]);
	}
	assert_int_equal(cr_timeline_bytes(tl), bytes);
}

static void like_a_naive_model(void **state)
{
	static said m[20000];
	cr_timeline_limits l = {40, 6000, 300};
	cr_timelines all;
	uint64_t first = 1, top = 0, now = 0;
	uint8_t text[400];

	(void) state;
	cr_timelines_init(&all, &l, SIZE_MAX);
	cr_timeline *tl = cr_timeline_open(&all, CR_SLICE("a"));
	for (int i = 0; i < 20000 - 1; i++) {
		uint32_t what = pick(100);
		size_t len = pick(pick(10) ? 60 : 400);
		uint64_t seq = first + pick(50);

		now += pick(100) ? pick(15) : 400;
		memset(text, i & 255, sizeof(text));
		if (what < 70) {
			m[++top] = (said){now, len, i & 255, false};
			first = model_trim(m, first, top, &l, now);
			say(tl, cr_slice_of(text, len), now);
		} else if (what < 90) {
			bool can = seq >= first && seq <= top && !m[seq].deleted;
			bool edit = what < 80;

			if (can) {
				m[seq] = (said){m[seq].kept_ms, edit ? len : 0, i & 255, !edit};
				first = model_fit(m, first, top, &l);
			}
			cr_status st = edit ? cr_timeline_edit(tl, seq, cr_slice_of(text, len)) : cr_timeline_delete(tl, seq);
			assert_int_equal(st, can ? CR_OK : CR_ERR_STATE);
		} else if (what < 97) {
			first = model_trim(m, first, top, &l, now);
			cr_timelines_sweep(&all, now, 1);
		} else {
			l = (cr_timeline_limits){pick(80), 3000 + pick(9000), 50 + pick(900)};
			first = model_trim(m, first, top, &l, now);
			cr_timeline_set_limits(tl, &l, now);
		}
		agrees(tl, m, first, top);
	}
	assert_true(top > 10000);
	cr_timelines_deinit(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_words),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(resume_rules),
		cmocka_unit_test(edits_and_deletes),
		cmocka_unit_test(closed_ones_expire),
		cmocka_unit_test(closed_ones_are_bounded),
		cmocka_unit_test(a_sweep_is_bounded_and_goes_on),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(like_a_naive_model),
	};

	assert_int_equal(cr_hash_seed(), CR_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
