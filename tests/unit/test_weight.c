/* needs: ext/core/[a-z]*.c ext/proto/[a-z]*.c ext/chat/[a-z]*.c ext/net/[a-z]*.c ext/server/[a-z]*.c */
/* What one idle client costs in user space: everything that is allocated for
 * it, as malloc rounds it up, and its share of the tables, at their emptiest.
 * `./dev bench idle` measures the whole from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "ext/server/chat.h"

#define CHUNK_HEAD 8 /* what glibc's malloc keeps beside a block */

#define IDLE_MAX       450 /* bytes */
#define MEMBERSHIP_MAX 64

static size_t weight(const char *what, size_t size, size_t max)
{
	void *p = malloc(size);
	size_t all = malloc_usable_size(p) + CHUNK_HEAD;

	assert_non_null(p);
	free(p);
	printf("%-16s %4zu bytes, %4zu with malloc's\n", what, size, all);
	if (size > max) {
		fail_msg("%s has grown from %zu to %zu bytes: each of a million clients has one", what, max, size);
	}
	return all;
}

static size_t share(const char *what, size_t bytes)
{
	printf("%-16s %4zu bytes at most\n", what, bytes);
	return bytes;
}

static void test_idle_client(void **state)
{
	(void) state;
	(void) weight("cr_conn", sizeof(cr_conn), 72); /* in the session */
	size_t session = weight("cr_session", sizeof(cr_session), 328);
	(void) weight("cr_membership", sizeof(cr_membership), 40);
	size_t membership = share("of a slab", sizeof(cr_membership) + 1); /* with the slab's own part of it */
	/* a table that has just doubled is half full; the uids', three eighths */
	size_t member = share("room->members", sizeof(cr_membership *) * 2);
	size_t uid = share("srv->uids", sizeof(cr_uuid *) * 8 / 3);
	size_t idle = session + membership + member + uid;

	printf("an idle client   %4zu bytes\none more room     %4zu bytes\n", idle, membership + member);
	assert_true(idle <= IDLE_MAX);
	assert_true(membership + member <= MEMBERSHIP_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
