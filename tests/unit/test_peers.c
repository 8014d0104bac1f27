/* needs: ext/core/[a-z]*.c ext/proto/[a-z]*.c ext/chat/[a-z]*.c ext/net/[a-z]*.c ext/server/[a-z]*.c */
/* What a peer, parked too, keeps of its rooms and of what it said, and what that
 * weighs. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/still_server.h"

static size_t present(cr_server *srv, cr_slice name)
{
	return cr_presence_count(((cr_room_state *) cr_rooms_find(&srv->rooms, name)->out)->presence);
}

static void is_name(const cr_was_in *w, cr_slice name)
{
	assert_true(cr_slice_eq(cr_was_in_name(w), name));
}

static void names_by_their_length(void **state)
{
	char longest[CR_ROOM_NAME_MAX], epoch[CR_EPOCH_LEN];
	cr_server *srv = serving(true);
	cr_session *s = a_client(srv), *other = a_client(srv);
	cr_slice names[] = {CR_SLICE("a"), cr_slice_of(longest, sizeof(longest)), CR_SLICE("lobby")};
	size_t bytes = 0;

	(void) state;
	memset(longest, 'x', sizeof(longest));
	for (size_t i = 0; i < 3; i++) {
		cr_room *room = enter(s, names[i]);

		enter(other, names[i]); /* the rooms outlive the client in them */
		bytes += sizeof(cr_was_in) + names[i].len;
		if (i == 1) {
			cr_timeline *tl = cr_room_timeline(srv, room);

			assert_non_null(tl);
			memcpy(epoch, cr_timeline_epoch(tl), CR_EPOCH_LEN);
		}
	}
	cr_peer *p = park(s);
	assert_int_equal(p->n_was_in, 3);
	for (size_t i = 0; i < 3; i++) {
		is_name(&p->was_in[i], names[i]);
		assert_int_equal(p->was_in[i].has_epoch, i == 1);
		cr_room *room = cr_rooms_find(&srv->rooms, names[i]);
		assert_true(p->was_in[i].held == ((cr_room_state *) room->out)->presence_id);
	}
	assert_memory_equal(p->was_in[1].epoch, epoch, CR_EPOCH_LEN);
	print_message("a parked peer's %zu rooms: %zu bytes, %zu each and the names\n", p->n_was_in,
		malloc_usable_size(p->was_in), sizeof(cr_was_in));
	assert_true(sizeof(cr_was_in) <= 32);
	assert_in_range(malloc_usable_size(p->was_in), bytes, bytes + 16);
	/* back in two of them: presence never noticed; the third goes when it is not claimed */
	cr_session *again = a_client(srv);
	cr_peer_take_over(again, p);
	assert_int_equal(present(srv, names[2]), 2);
	enter(again, names[2]);
	enter(again, names[1]);
	assert_int_equal(present(srv, names[2]), 2);
	assert_true(p->was_in[2].held == 0 && p->was_in[1].held == 0 && p->was_in[0].held != 0);
	assert_int_equal(present(srv, names[0]), 2);
	cr_peer_release_presence(p);
	assert_int_equal(present(srv, names[0]), 1);
	/* and parked again, it keeps the two */
	p->greeting = false;
	park(again);
	assert_int_equal(p->n_was_in, 2);
	is_name(&p->was_in[0], names[2]);
	is_name(&p->was_in[1], names[1]);
	park(other);
	finish(srv);
	cr_free(again);
	cr_free(other);
	cr_free(s);
}

/* Without memory for the list it leaves all the same, and comes back to no room. */
static void no_memory_for_the_list(void **state)
{
	cr_server *srv = serving(true);
	cr_session *s = a_client(srv), *other = a_client(srv);

	(void) state;
	enter(s, CR_SLICE("a"));
	enter(other, CR_SLICE("a"));
	assert_int_equal(present(srv, CR_SLICE("a")), 2);
	cr_mem_fail_at(1);
	cr_peer *p = park(s);
	cr_mem_fail_at(0);
	assert_true(p->n_was_in == 0 && !p->was_in);
	assert_int_equal(present(srv, CR_SLICE("a")), 1);
	park(other);
	finish(srv);
	cr_free(other);
	cr_free(s);
}

static const cr_recent *recent(const cr_peer *p, int id)
{
	char text[16];

	return cr_peer_recent(p, cr_slice_of(text, (size_t) snprintf(text, sizeof(text), "id %d", id)));
}

static cr_status remember(cr_peer *p, int id, cr_slice room)
{
	char text[16];
	size_t n = (size_t) snprintf(text, sizeof(text), "id %d", id);

	return cr_peer_remember(p, cr_slice_of(text, n), room, (uint16_t) id, (uint64_t) id, (uint64_t) id + 1000);
}

/* The last CR_RECENT request ids, each with its room by its length. */
static void request_ids(void **state)
{
	cr_server *srv = serving(false);
	cr_session *s = a_client(srv);
	cr_peer *p = s->peer;
	char longest[CR_ROOM_NAME_MAX];
	const cr_slice rooms[] = {CR_SLICE("lobby"), CR_SLICE("a"), CR_SLICE_NONE, cr_slice_of(longest, sizeof(longest)),
		CR_SLICE("other")};
	size_t bytes = 0;

	(void) state;
	memset(longest, 'x', sizeof(longest));
	assert_null(recent(p, 0));
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(remember(p, i, rooms[i % 5]), CR_OK);
		assert_null(recent(p, i + 1));
		assert_null(recent(p, i - CR_RECENT));
		for (int id = i < CR_RECENT ? 0 : i - CR_RECENT + 1; id <= i; id++) {
			const cr_recent *r = recent(p, id);

			assert_true(r && r->seq == (uint64_t) id && r->time_ms == (uint64_t) id + 1000);
			assert_true(r->epoch == (uint16_t) id);
			assert_true(r->room_len == rooms[id % 5].len);
			assert_true(r->room_len == 0 || memcmp(r->room, rooms[id % 5].ptr, r->room_len) == 0);
		}
	}
	/* without memory none is forgotten, and none known */
	cr_mem_fail_at(1);
	assert_int_equal(remember(p, 1000, CR_SLICE("six by")), CR_ERR_NOMEM);
	cr_mem_fail_at(0);
	assert_null(recent(p, 1000));
	assert_non_null(recent(p, 1000 - CR_RECENT));
	/* in one room: no allocation any more */
	for (int id = 2000; id < 2000 + CR_RECENT; id++) {
		assert_int_equal(remember(p, id, rooms[0]), CR_OK);
	}
	cr_mem_fail_at(1);
	assert_int_equal(remember(p, 3000, rooms[0]), CR_OK);
	assert_int_equal(remember(p, 3001, rooms[4]), CR_OK);
	cr_mem_fail_at(0);
	assert_memory_equal(recent(p, 3000)->room, "lobby", 5);
	assert_memory_equal(recent(p, 3001)->room, "other", 5);
	for (size_t i = 0; i < CR_RECENT; i++) {
		bytes += malloc_usable_size(p->recents->messages[i]);
	}
	print_message("%d request ids of a room of 5 bytes: %zu bytes and %zu\n", CR_RECENT, sizeof(cr_recents), bytes);
	assert_true(sizeof(cr_recents) <= 520 && bytes <= (size_t) CR_RECENT * 24);
	park(s);
	finish(srv);
	cr_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_by_their_length),
		cmocka_unit_test(no_memory_for_the_list),
		cmocka_unit_test(request_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
