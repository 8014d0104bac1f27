/* needs: ext/core/[a-z]*.c ext/proto/[a-z]*.c ext/chat/[a-z]*.c ext/net/[a-z]*.c ext/server/[a-z]*.c */
/* How much a turn gathers before it is cut short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/still_server.h"

/* How many KiB one room of so many members is told until the turn is cut. */
static size_t kib_of_a_turn(cr_server *srv, cr_room *room, size_t members)
{
	static uint8_t text[1000]; /* with its envelope not over 1 KiB in any dialect */
	size_t here = room->n_members, kib = 0;

	memset(text, 'x', sizeof(text));
	srv->loop.cut = false;
	room->n_members = (uint32_t) members;
	for (; !srv->loop.cut && kib < 4096; kib++) {
		cr_said said = {.uid = CR_NIL_UUID, .text = cr_slice_of(text, sizeof(text))};

		assert_int_equal(cr_broadcast_said(srv, room, &said), CR_OK);
	}
	room->n_members = (uint32_t) here;
	cr_broadcast_end_turn(srv);
	return kib;
}

static void cut_by_bytes_and_by_work(void **state)
{
	cr_server *srv = serving(false);
	cr_session *s = a_client(srv);
	cr_room *room = enter(s, CR_SLICE("lobby"));

	(void) state;
	/* few are told: 1 MiB */
	assert_in_range(kib_of_a_turn(srv, room, 1), 900, 1030);
	assert_in_range(kib_of_a_turn(srv, room, 250), 900, 1030);
	/* as soon as it is 256 MiB for all of them */
	assert_in_range(kib_of_a_turn(srv, room, 512), 460, 515);
	/* but never under 256 KiB */
	assert_in_range(kib_of_a_turn(srv, room, 1024), 230, 258);
	assert_in_range(kib_of_a_turn(srv, room, 100000), 230, 258);
	/* each turn begins anew */
	assert_in_range(kib_of_a_turn(srv, room, 1), 900, 1030);
	park(s);
	finish(srv);
	cr_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_by_bytes_and_by_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
