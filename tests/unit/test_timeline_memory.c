/* needs: ext/chat/timeline.c ext/core/hash.c ext/core/mem.c ext/core/uuid.c */
/* What all timelines may keep together: whose messages go first, and that the
 * limit holds whatever is said, edited, left and come back to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext/chat/timeline.h"

#define ONE (sizeof(cr_entry) + 10) /* what text10 costs */

static const cr_timeline_limits roomy = {1000, 1 << 20, 1000000};
static const cr_slice text10 = {(const uint8_t *) "0123456789", 10};

static uint64_t say(cr_timeline *tl, cr_slice text, uint64_t now)
{
	uint64_t seq = 0;

	assert_int_equal(cr_timeline_append(tl, &(cr_post){.text = text}, now, &seq), CR_OK);
	assert_true(seq == cr_timeline_top(tl));
	return seq;
}

static size_t kept(const cr_timeline *tl)
{
	return (size_t) (cr_timeline_top(tl) + 1 - cr_timeline_first(tl));
}

static cr_timeline *room(cr_timelines *all, const char *name, int said, uint64_t now)
{
	cr_timeline *tl = cr_timeline_open(all, cr_slice_str(name));

	assert_non_null(tl);
	for (int i = 0; i < said; i++) {
		say(tl, text10, now);
	}
	return tl;
}

static void empty_rooms_go_first(void **state)
{
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &roomy, 10 * ONE);
	cr_timeline *idle = room(&all, "idle", 2, 1000);
	cr_timeline *late = room(&all, "late", 2, 2000);
	cr_timeline *early = room(&all, "early", 2, 3000);
	cr_timeline *silent = room(&all, "silent", 0, 0);
	cr_timeline *busy = room(&all, "busy", 4, 4000);
	cr_timeline_close(silent, 4100);
	cr_timeline_close(early, 4200);
	cr_timeline_close(late, 4300);
	assert_true(all.bytes == all.max_bytes && all.evicted == 0);
	/* by when they were left, not by when something was said there */
	say(busy, text10, 5000);
	assert_true(kept(early) == 1 && cr_timeline_first(early) == 2 && all.evicted == 1);
	say(busy, text10, 5000);
	say(busy, text10, 5000);
	assert_true(kept(early) == 0 && kept(late) == 1 && all.evicted == 3);
	/* what was a timeline is one still: seq goes on, who saw everything has missed nothing */
	assert_true(cr_timeline_can_resume(early, cr_slice_str(cr_timeline_epoch(early)), 2));
	assert_false(cr_timeline_can_resume(early, cr_slice_str(cr_timeline_epoch(early)), 1));
	/* then of the room in which nobody spoke for longest */
	say(busy, text10, 6000);
	say(busy, text10, 6000);
	assert_true(kept(late) == 0 && kept(idle) == 1 && kept(busy) == 9);
	say(busy, text10, 6000);
	assert_true(kept(idle) == 0 && kept(busy) == 10);
	/* and when there is no other, its own */
	say(busy, text10, 6000);
	assert_true(kept(busy) == 10 && cr_timeline_first(busy) == 2 && all.evicted == 7);
	assert_true(all.bytes == all.max_bytes);
	/* and those that had to give way speak again */
	assert_ptr_equal(cr_timeline_open(&all, CR_SLICE("early")), early);
	assert_true(say(early, text10, 6000) == 3);
	assert_true(kept(early) == 1 && kept(busy) == 9);
	cr_timelines_deinit(&all);
}

/* One that was left and come back to is in use; one left again goes first. */
static void coming_back(void **state)
{
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &roomy, 6 * ONE);
	cr_timeline *a = room(&all, "a", 2, 1000), *b = room(&all, "b", 2, 2000), *c = room(&all, "c", 2, 3000);
	cr_timeline_close(a, 4000);
	assert_ptr_equal(cr_timeline_open(&all, CR_SLICE("a")), a);
	say(c, text10, 9000);
	assert_true(kept(a) == 2 && kept(b) == 1 && kept(c) == 3);
	cr_timeline_close(a, 9000);
	say(c, text10, 9000);
	assert_true(kept(a) == 1 && kept(b) == 1 && kept(c) == 4);
	/* freed while it is next */
	cr_timelines_sweep(&all, 9000 + 1000000, SIZE_MAX);
	assert_null(cr_timeline_find(&all, CR_SLICE("a")));
	for (int i = 0; i < 7; i++) {
		say(c, text10, 1009000);
	}
	assert_true(kept(b) == 0 && kept(c) == 6);
	cr_timelines_deinit(&all);
}

/* Nobody who speaks is taken for idle, but for a second. */
static void idle_to_a_second(void **state)
{
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &roomy, 6 * ONE);
	cr_timeline *a = room(&all, "a", 1, 10000), *b = room(&all, "b", 1, 10100), *c = room(&all, "c", 1, 10200);
	say(a, text10, 10999); /* within its second: it stays before b */
	say(b, text10, 11100);
	say(c, text10, 11100);
	assert_int_equal(all.bytes, all.max_bytes);
	say(c, text10, 11101);
	assert_true(kept(a) == 1 && kept(b) == 2 && kept(c) == 3);
	say(a, text10, 11999); /* its second is over: now it is b that has been silent */
	assert_true(kept(a) == 1 && kept(b) == 2); /* room was made before it had spoken */
	say(c, text10, 11999);
	assert_true(kept(a) == 1 && kept(b) == 2 && kept(c) == 3);
	say(c, text10, 11999);
	assert_true(kept(a) == 1 && kept(b) == 1 && kept(c) == 4);
	/* a clock that went back is no reason to stay behind */
	say(b, text10, 5);
	assert_int_equal(all.bytes, all.max_bytes);
	cr_timelines_deinit(&all);
}

/* Sweeps that do not get to the end change nothing about whose turn it is. */
static void sweeps_keep_the_order(void **state)
{
	cr_timelines all;
	cr_timeline *tl[9];

	(void) state;
	cr_timelines_init(&all, &roomy, 9 * ONE);
	for (int i = 0; i < 9; i++) {
		tl[i] = room(&all, (char[]){(char) ('a' + i), 0}, 1, 1000 * (uint64_t) i);
		if (i % 2) {
			cr_timeline_close(tl[i], 1000 * (uint64_t) i);
		}
	}
	for (int i = 0; i < 8; i++) {
		static const int order[] = {1, 3, 5, 7, 0, 2, 4, 6};

		cr_timelines_sweep(&all, 10000, 3);
		assert_int_equal(kept(tl[order[i]]), 1);
		say(tl[8], text10, 10000);
		assert_int_equal(kept(tl[order[i]]), 0);
	}
	cr_timelines_deinit(&all);
}

static void an_edit_makes_its_room(void **state)
{
	static const uint8_t big[4 * ONE] = {0};
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &roomy, 6 * ONE);
	cr_timeline *a = room(&all, "a", 3, 1000), *b = room(&all, "b", 3, 2000);
	/* longer by no more than one message */
	assert_int_equal(cr_timeline_edit(b, 2, cr_slice_of(big, 20)), CR_OK);
	assert_true(kept(a) == 2 && kept(b) == 3 && all.evicted == 1);
	/* exactly what is free: nothing goes */
	size_t rest = all.max_bytes - all.bytes;
	assert_int_equal(cr_timeline_edit(b, 2, cr_slice_of(big, 20 + rest)), CR_OK);
	assert_true(all.bytes == all.max_bytes && all.evicted == 1);
	assert_int_equal(cr_timeline_edit(b, 2, cr_slice_of(big, 21 + rest)), CR_OK);
	assert_true(kept(a) == 1 && all.evicted == 2);
	/* shorter: nothing goes; deleted: likewise */
	assert_int_equal(cr_timeline_edit(b, 2, CR_SLICE("")), CR_OK);
	assert_int_equal(cr_timeline_delete(b, 3), CR_OK);
	assert_true(kept(a) == 1 && kept(b) == 3 && all.evicted == 2);
	/* of the longest idle, which is the one that is edited: itself */
	assert_int_equal(cr_timeline_edit(a, 3, cr_slice_of(big, 10 + all.max_bytes - all.bytes)), CR_OK);
	assert_true(all.bytes == all.max_bytes && kept(a) == 1);
	size_t len = cr_timeline_get(a, 3)->post.text.len;
	assert_int_equal(cr_timeline_edit(a, 3, cr_slice_of(big, len + 1)), CR_OK);
	assert_true(kept(a) == 0 && kept(b) == 3 && all.evicted == 3);
	assert_int_equal(cr_timeline_edit(a, 3, CR_SLICE("x")), CR_ERR_STATE);
	cr_timelines_deinit(&all);
	/* alone, and too long for all there is */
	cr_timelines_init(&all, &roomy, 2 * ONE);
	a = room(&all, "a", 2, 1000);
	assert_int_equal(cr_timeline_edit(a, 1, cr_slice_of(big, 11)), CR_OK);
	assert_true(kept(a) == 1 && cr_timeline_first(a) == 2 && all.bytes == ONE);
	assert_int_equal(cr_timeline_edit(a, 2, cr_slice_of(big, sizeof(big))), CR_OK);
	assert_true(kept(a) == 0 && all.bytes == 0);
	say(a, text10, 1000);
	assert_int_equal(kept(a), 1);
	cr_timelines_deinit(&all);
}

static void larger_than_everything(void **state)
{
	static const uint8_t big[2 * ONE] = {0};
	cr_timelines all;

	(void) state;
	cr_timelines_init(&all, &roomy, 2 * ONE);
	cr_timeline *a = room(&all, "a", 1, 1000), *b = room(&all, "b", 1, 1000);
	say(b, cr_slice_of(big, sizeof(big)), 1000);
	assert_true(cr_timeline_top(b) == 2 && kept(b) == 0);
	assert_true(kept(a) == 1 && all.evicted == 0); /* nobody else pays for that */
	say(b, cr_slice_of(big, sizeof(big) - sizeof(cr_entry)), 1000);
	assert_true(kept(b) == 1 && kept(a) == 0 && all.bytes == all.max_bytes);
	cr_timelines_deinit(&all);
}

/* Nothing has gone when there was no memory for what should have come. */
static void out_of_memory(void **state)
{
	(void) state;
	for (uint64_t n = 1; n <= 3; n++) {
		cr_timelines all;
		uint64_t seq;

		cr_timelines_init(&all, &roomy, 8 * ONE);
		cr_timeline *a = room(&all, "a", 4, 1000), *b = room(&all, "b", 4, 1000);
		cr_timeline_close(a, 1000);
		cr_mem_fail_at(n);
		cr_status st = cr_timeline_append(b, &(cr_post){.text = text10}, 1000, &seq);
		cr_mem_fail_at(0);
		assert_int_equal(st, n <= 2 ? CR_ERR_NOMEM : CR_OK); /* a larger ring, the entry */
		assert_true(kept(a) == (n <= 2 ? 4 : 3) && all.evicted == (n > 2));
		cr_mem_fail_at(1);
		assert_int_equal(cr_timeline_edit(b, 4, CR_SLICE("a longer text")), CR_ERR_NOMEM);
		cr_mem_fail_at(0);
		assert_true(kept(a) == (n <= 2 ? 4 : 3));
		cr_timelines_deinit(&all);
	}
}

/* The naive model: all messages of all rooms, and whose turn it is, searched for. */
#define ROOMS 12
#define MOST  4000

typedef struct model_room {
	cr_timeline *tl;
	bool open;
	uint64_t since, turn; /* the lower goes first */
	uint64_t first, top;
	size_t len[MOST];
} model_room;

typedef struct model {
	model_room rooms[ROOMS];
	uint64_t turns, evicted;
} model;

static uint32_t seed = 4711;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static size_t bytes_of(const model_room *r)
{
	size_t n = 0;

	for (uint64_t seq = r->first; seq <= r->top; seq++) {
		n += sizeof(cr_entry) + r->len[seq];
	}
	return n;
}

static void model_evict(model *m, size_t more, size_t max)
{
	for (;;) {
		model_room *next = NULL;
		size_t bytes = more;

		for (size_t i = 0; i < ROOMS; i++) {
			model_room *r = &m->rooms[i];
			bool sooner = !next || r->open < next->open || (r->open == next->open && r->turn < next->turn);

			bytes += bytes_of(r);
			next = r->first <= r->top && sooner ? r : next;
		}
		if (bytes <= max || !next) {
			return;
		}
		next->first++;
		m->evicted++;
	}
}

static void model_trim(model_room *r, size_t more, const cr_timeline_limits *l)
{
	while (r->first <= r->top
		   && (r->top + 1 - r->first + (more > 0) > l->count || bytes_of(r) + more > l->bytes)) {
		r->first++;
	}
}

static void model_say(model *m, model_room *r, size_t len, uint64_t now, const cr_timelines *all)
{
	model_trim(r, sizeof(cr_entry) + len, &all->defaults);
	model_evict(m, sizeof(cr_entry) + len, all->max_bytes);
	r->len[++r->top] = len;
	if (r->first == r->top || now - r->since >= 1000) {
		r->since = now;
		r->turn = ++m->turns;
	}
}

static void agrees(const cr_timelines *all, const model *m)
{
	size_t bytes = 0;

	for (size_t i = 0; i < ROOMS; i++) {
		const model_room *r = &m->rooms[i];

		assert_true(cr_timeline_first(r->tl) == r->first && cr_timeline_top(r->tl) == r->top);
		assert_int_equal(cr_timeline_bytes(r->tl), bytes_of(r));
		for (uint64_t seq = r->first; seq <= r->top; seq++) {
			assert_int_equal(cr_timeline_get(r->tl, seq)->post.text.len, r->len[seq]);
		}
		bytes += bytes_of(r);
	}
	assert_true(all->bytes == bytes && all->bytes <= all->max_bytes && all->evicted == m->evicted);
}

static void like_a_naive_model(void **state)
{
	static model m;
	static const uint8_t text[400] = {0};
	cr_timelines all;
	uint64_t now = 100000;

	(void) state;
	cr_timelines_init(&all, &(cr_timeline_limits){12, 2500, UINT64_MAX}, 9000);
	for (size_t i = 0; i < ROOMS; i++) {
		m.rooms[i] = (model_room){.first = 1, .open = true, .tl = room(&all, (char[]){(char) ('a' + i), 0}, 0, 0)};
	}
	for (int i = 0; i < 20000; i++) {
		model_room *r = &m.rooms[pick(pick(4) ? ROOMS : 3)];
		uint32_t what = pick(100);
		size_t len = pick(pick(10) ? 60 : 400);
		uint64_t seq = r->first + pick(6);

		now += pick(400);
		if (what < 8) {
			r->open = !r->open;
			r->turn = ++m.turns;
			r->since = r->open ? r->since : now;
			if (r->open) {
				assert_ptr_equal(cr_timeline_open(&all, (cr_slice){(uint8_t[]){(uint8_t) ('a' + (r - m.rooms))}, 1}),
					r->tl);
			} else {
				cr_timeline_close(r->tl, now);
			}
		} else if (what < 20 && seq <= r->top) {
			assert_int_equal(cr_timeline_edit(r->tl, seq, cr_slice_of(text, len)), CR_OK);
			r->len[seq] = len;
			model_trim(r, 0, &all.defaults);
			model_evict(&m, 0, all.max_bytes);
		} else if (what < 22) {
			cr_timelines_sweep(&all, now, pick(5));
		} else if (r->open && r->top + 1 < MOST) {
			model_say(&m, r, len, now, &all);
			say(r->tl, cr_slice_of(text, len), now);
		}
		agrees(&all, &m);
	}
	assert_true(m.evicted > 3000);
	cr_timelines_deinit(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_rooms_go_first),
		cmocka_unit_test(coming_back),
		cmocka_unit_test(idle_to_a_second),
		cmocka_unit_test(sweeps_keep_the_order),
		cmocka_unit_test(an_edit_makes_its_room),
		cmocka_unit_test(larger_than_everything),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(like_a_naive_model),
	};

	assert_int_equal(cr_hash_seed(), CR_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
