#ifndef STILL_SERVER_H
#define STILL_SERVER_H

/* A server that serves, as far as its clients can see, without a loop that
 * runs, and clients without a socket. For tests that include cmocka.h. */
#include "ext/core/mem.h"
#include "ext/server/chat.h"

static void drop_parked(void *arg, void *app)
{
	(void) arg;
	(void) app;
}

static const cr_hooks hooks = {.on_drop_parked = drop_parked};

static cr_server *serving(bool presence)
{
	cr_server_config config;
	cr_server *srv;

	cr_server_config_init(&config);
	config.presence = presence;
	srv = cr_server_new(&config, &hooks, NULL);
	assert_non_null(srv);
	srv->serving = true;
	srv->max_clients = 10;
	cr_list_init(&srv->loop.deadlines);
	srv->loop.sweep_at = 0; /* it has a time for its sweep already, and needs no event for it */
	cr_deadline_list_init(&srv->on_grace, &srv->loop, 1000, cr_peer_on_grace_due);
	cr_deadline_list_init(&srv->on_expired, &srv->loop, 2000, cr_peer_on_expired);
	return srv;
}

static cr_session *a_client(cr_server *srv)
{
	cr_session *s = cr_calloc(1, sizeof(*s));

	assert_non_null(s);
	s->srv = srv;
	s->conn.state = CR_CONN_CLOSED; /* nothing is queued to it */
	s->member.kind = CR_V1_KIND;
	assert_int_equal(cr_uuid_make(&s->uid), CR_OK);
	assert_non_null(cr_peer_of(s));
	s->peer->v1 = true;
	assert_int_equal(cr_peer_make_secret(s->peer), CR_OK);
	return s;
}

static cr_room *enter(cr_session *s, cr_slice name)
{
	cr_membership *ms;

	assert_int_equal(cr_room_enter(s, name, &ms), CR_OK);
	return ms->room;
}

static cr_peer *park(cr_session *s)
{
	cr_peer *p = s->peer;

	cr_peer_park(s, 1006);
	assert_true(p->parked && !cr_member_first(&s->member));
	cr_peer_let_go(s);
	assert_null(s->ending.was_in);
	assert_int_equal(s->ending.n_was_in, 0);
	return p;
}

static void finish(cr_server *srv)
{
	cr_peers_deinit(srv);
	cr_broadcast_deinit(srv);
	cr_buf_deinit(&srv->scratch);
	cr_server_free(srv);
}

#endif
