/* needs: ext/chat/room.c ext/core/pool.c ext/core/hash.c ext/core/mem.c ext/core/utf8.c ext/core/uuid.c */
/* Rooms: who is in, what vanishes, and what happens when memory runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext/chat/room.h"

static int gone;

static void on_gone(void *arg, cr_room *room)
{
	(void) arg;
	(void) room;
	gone++;
}

static bool is_in(const cr_member *m, const cr_room *room)
{
	for (cr_membership *ms = cr_member_first(m); ms; ms = ms->next) {
		if (ms->room == room) {
			return room->members[ms->index] == ms;
		}
	}
	return false;
}

static void joining_and_leaving(void **state)
{
	cr_rooms rooms;
	cr_member m[5] = {{0}};
	cr_membership *ms, *again;

	(void) state;
	gone = 0;
	cr_rooms_init(&rooms, on_gone, NULL);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(cr_room_join(&rooms, &m[i], CR_SLICE("a"), &ms), CR_OK);
		assert_int_equal(cr_room_join(&rooms, &m[i], CR_SLICE("b"), &ms), CR_OK);
	}
	assert_int_equal(rooms.count, 2);
	cr_room *a = cr_rooms_find(&rooms, CR_SLICE("a"));
	assert_int_equal(a->n_members, 5);
	/* twice is once */
	assert_int_equal(cr_room_join(&rooms, &m[2], CR_SLICE("a"), &again), CR_OK);
	assert_int_equal(a->n_members, 5);
	/* out of the middle: the others stay findable at their index */
	cr_room_leave(&rooms, again);
	assert_int_equal(a->n_members, 4);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(is_in(&m[i], a), i != 2);
	}
	for (int i = 0; i < 5; i++) {
		cr_room_leave_all(&rooms, &m[i]);
		assert_null(cr_member_first(&m[i]));
	}
	assert_int_equal(rooms.count, 0);
	assert_int_equal(gone, 2);
	assert_null(cr_rooms_find(&rooms, CR_SLICE("a")));
	cr_rooms_deinit(&rooms);
}

static void names(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		bool ok;
	} rows[] = {
		{"a", 1, true},
		{"", 0, false},
		{"a b", 3, true},
		{"\xe4\xbd\xa0\xe5\xa5\xbd", 6, true},
		{"a\0b", 3, false},
		{"a\nb", 3, false},
		{"\x7f", 1, false},
		{"\xc2\x85", 2, false}, /* NEL */
		{"\xc2\xa0", 2, true},
		{"\xff", 1, false},
		{"\xed\xa0\x80", 3, false},
	};
	char longest[CR_ROOM_NAME_MAX + 1];

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(cr_room_name_is_valid(cr_slice_of(rows[i].name, rows[i].len)), rows[i].ok);
	}
	memset(longest, 'x', sizeof(longest));
	assert_true(cr_room_name_is_valid(cr_slice_of(longest, CR_ROOM_NAME_MAX)));
	assert_false(cr_room_name_is_valid(cr_slice_of(longest, CR_ROOM_NAME_MAX + 1)));
}

/* Any allocation may fail: nothing is lost, nothing half-made stays. */
static void out_of_memory(void **state)
{
	(void) state;
	for (uint64_t n = 1; n < 40; n++) {
		cr_rooms rooms;
		cr_member m[6] = {{0}};
		cr_membership *ms;
		int in = 0;

		cr_rooms_init(&rooms, on_gone, NULL);
		cr_mem_fail_at(n);
		for (int i = 0; i < 6; i++) {
			cr_status st = cr_room_join(&rooms, &m[i], CR_SLICE("room"), &ms);

			assert_true(st == CR_OK || st == CR_ERR_NOMEM);
			in += st == CR_OK;
			assert_int_equal(st == CR_OK, cr_member_first(&m[i]) != NULL);
		}
		cr_mem_fail_at(0);
		assert_true(in >= 5);
		cr_room *room = cr_rooms_find(&rooms, CR_SLICE("room"));
		assert_int_equal(room->n_members, in);
		for (int i = 0; i < 6; i++) {
			cr_room_leave_all(&rooms, &m[i]);
		}
		assert_int_equal(rooms.count, 0);
		cr_rooms_deinit(&rooms);
	}
}

static void a_membership_is_small(void **state)
{
	(void) state;
	/* with malloc's 8 bytes, and the 8 of the room's array, at most 64 */
	assert_true(sizeof(cr_membership) + 8 + 8 <= 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joining_and_leaving),
		cmocka_unit_test(names),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(a_membership_is_small),
	};

	assert_int_equal(cr_hash_seed(), CR_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
