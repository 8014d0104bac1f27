/* A connection's life: accept, dispatch by state, waiting, deadlines, the end.
 *
 *   HTTP --cr_upgrade_finish--> OPEN --cr_session_end--> ENDED
 *     \-----------------------cr_session_end-----------/
 *
 * cr_session_end() is where a client stops being one: out of its rooms and of
 * the table, and onto srv->ended, from which on_close and on_forget are called
 * at the end of the turn. So no hook ever runs inside another one's broadcast,
 * and on_close comes exactly once. What happens to the socket is apart from
 * that: finish (our Close or response still goes out) or close.
 */
#include "ext/server/chat.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRESS_MIN 4096 /* bytes a closing or answered peer must take per deadline */
#define FULL_SLACK   32   /* connections over the limit that still get a 503 */

static cr_session *of_conn(cr_conn *c)
{
	return cr_container_of(c, cr_session, conn);
}

static void arm_life(cr_session *s, cr_deadline_list *list)
{
	cr_deadline_arm(&s->life, list, &s->srv->loop);
}

/* Addresses: counted per IP only when there is a limit. */

static void read_peer(cr_session *s, const struct sockaddr *peer)
{
	if (peer->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *) peer;

		s->ip.s6_addr[10] = s->ip.s6_addr[11] = 0xff;
		memcpy(&s->ip.s6_addr[12], &in->sin_addr, 4);
		s->has_ip = true;
	} else if (peer->sa_family == AF_INET6) {
		s->ip = ((const struct sockaddr_in6 *) (const void *) peer)->sin6_addr;
		s->has_ip = true;
	}
}

bool cr_session_count_ip(cr_session *s)
{
	cr_server *srv = s->srv;
	cr_ip_count *e = NULL;

	if (srv->config.max_connections_per_ip == 0 || !s->has_ip) {
		return true;
	}
	HASH_FIND(hh, srv->ips, &s->ip, sizeof(s->ip), e);
	if (!e) {
		e = cr_calloc(1, sizeof(*e));
		if (!e) {
			return false;
		}
		e->ip = s->ip;
		HASH_ADD(hh, srv->ips, ip, sizeof(e->ip), e);
		if (!CR_MAP_IS_IN(e)) {
			cr_free(e);
			return false;
		}
	}
	e->n++;
	s->counted_ip = true;
	return e->n <= srv->config.max_connections_per_ip;
}

void cr_session_uncount_ip(cr_session *s)
{
	cr_ip_count *e = NULL;

	if (!s->counted_ip) {
		return;
	}
	s->counted_ip = false;
	HASH_FIND(hh, s->srv->ips, &s->ip, sizeof(s->ip), e);
	if (e && --e->n == 0) {
		HASH_DEL(s->srv->ips, e);
		cr_free(e);
	}
}

static void log_full(cr_server *srv)
{
	uint64_t left_out;

	if (cr_log_allow(&srv->throttle_full, cr_loop_now(&srv->loop), &left_out)) {
		cr_log_write(&srv->config.log, CR_LOG_WARN,
			"full: %u connections are the limit (max_connections, RLIMIT_NOFILE); "
			"refusing, %llu more since the last line",
			srv->max_clients, (unsigned long long) left_out);
	}
}

void cr_session_on_accept(void *arg, cr_listener *l, int fd, const struct sockaddr *peer, socklen_t len)
{
	cr_server *srv = arg;

	(void) len;
	srv->stats.accepted++;
	if (srv->n_sessions >= (size_t) srv->max_clients + FULL_SLACK) {
		srv->stats.refused_connections++;
		log_full(srv);
		close(fd);
		return;
	}
	cr_session *s = cr_calloc(1, sizeof(*s));
	if (!s) {
		srv->stats.out_of_memory++;
		close(fd);
		return;
	}
	s->srv = srv;
	s->listener = (uint8_t) cr_listener_index(l);
	cr_deadline_init(&s->life);
	cr_deadline_init(&s->work);
	read_peer(s, peer);
	if (!cr_http_init(s)
		|| cr_conn_init(&s->conn, &srv->loop, fd) != CR_OK) {
		/* cr_conn_init() has closed fd; without it, it is still ours */
		if (!s->http) {
			close(fd);
		}
		srv->stats.out_of_memory++;
		cr_http_free(s);
		cr_free(s);
		return;
	}
	cr_list_append(&srv->sessions, &s->all);
	srv->n_sessions++;
	cr_forwarded_begin(s);
	s->over = srv->n_sessions > srv->max_clients || (!s->proxied && !cr_session_count_ip(s));
	if (s->over) {
		srv->stats.refused_connections++;
		log_full(srv);
	}
	arm_life(s, &srv->on_handshake);
	if (srv->tls[s->listener] && !cr_tls_accept(srv->tls[s->listener], &s->conn)) {
		srv->stats.out_of_memory++;
		cr_session_abort(s, 1006);
	}
}

/* The end */

cr_status cr_session_list(cr_session *s)
{
	cr_server *srv = s->srv;
	cr_status st = cr_uuid_set_add(&srv->uids, &s->uid);

	if (st == CR_OK) {
		s->findable = true;
		cr_list_remove(&s->all);
		cr_list_append(&srv->open, &s->all);
	}
	return st;
}

static void unlist(cr_session *s)
{
	cr_server *srv = s->srv;

	if (s->findable) {
		s->findable = false;
		cr_uuid_set_remove(&srv->uids, &s->uid);
		cr_list_remove(&s->all);
		cr_list_append(&srv->sessions, &s->all);
	} else if (cr_uuid_set_find(&srv->waiting, &s->uid) == &s->uid) {
		cr_uuid_set_remove(&srv->waiting, &s->uid);
	}
}

cr_session *cr_session_waiting(cr_server *srv, const cr_uuid *uid)
{
	const cr_uuid *found = cr_uuid_set_find(&srv->waiting, uid);

	return found ? cr_container_of((cr_uuid *) (uintptr_t) found, cr_session, uid) : NULL;
}

void cr_session_end(cr_session *s, unsigned code, const void *reason, size_t len)
{
	cr_server *srv = s->srv;

	if (s->state == CR_SESSION_ENDED) {
		return;
	}
	unlist(s);
	s->was_open = s->state == CR_SESSION_OPEN && !(s->peer && s->peer->greeting);
	cr_ending *e = &s->ending;
	*e = (cr_ending){.code = (uint16_t) code, .queued_before = s->conn.queued};
	cr_peer_park(s, code);
	s->state = CR_SESSION_ENDED;
	s->waits = 0;
	if (len > 0 && s->was_open && (e->reason = cr_malloc(len))) {
		memcpy(e->reason, reason, len);
		e->reason_len = (uint32_t) len;
	}
	cr_deadline_cancel(&s->work);
	arm_life(s, &srv->on_close);
	if (s->was_open || s->app || s->peer) {
		s->on_ended_list = true;
		*srv->ended_tail = s;
		srv->ended_tail = &e->next;
	}
}

void cr_sessions_report_ended(cr_server *srv)
{
	while (srv->ended) {
		cr_session *s = srv->ended;
		cr_ending *e = &s->ending;

		srv->ended = e->next;
		if (!srv->ended) {
			srv->ended_tail = &srv->ended;
		}
		s->on_ended_list = false;
		if (s->close_sent && !s->close_received) {
			cr_ws_resume(s); /* the peer's Close may be among what waited */
		}
		for (size_t i = 0; s->was_open && i < e->n_was_in && cr_server_wants(srv, CR_HOOK_LEAVE); i++) {
			srv->hooks->on_leave(srv->hooks_arg, s, cr_was_in_name(&e->was_in[i]));
		}
		if (s->was_open && cr_server_wants(srv, CR_HOOK_CLOSE)) {
			srv->hooks->on_close(srv->hooks_arg, s, e->code,
				cr_slice_of(e->reason ? e->reason : "", e->reason_len));
		}
		cr_peer_let_go(s);
		if (s->app) {
			void *app = s->app;

			s->app = NULL;
			srv->hooks->on_forget(srv->hooks_arg, s, app);
		}
		cr_free(e->was_in);
		e->was_in = NULL;
	}
}

void cr_session_abort(cr_session *s, unsigned code)
{
	cr_session_end(s, code, NULL, 0);
	cr_conn_close(&s->conn);
}

static void on_free(cr_conn *c)
{
	cr_session *s = of_conn(c);
	cr_server *srv = s->srv;

	cr_session_end(s, 1006, NULL, 0);
	if (s->on_ended_list) {
		cr_sessions_report_ended(srv);
	}
	cr_deadline_cancel(&s->life);
	cr_deadline_cancel(&s->work);
	cr_list_remove(&s->all);
	srv->n_sessions--;
	cr_session_uncount_ip(s);
	cr_http_free(s);
	cr_session_free_pending(s);
	cr_ws_forget(s);
	cr_session_weigh(s);
	cr_free(s->ending.reason);
	cr_free(s);
}

/* What the socket says */

static void on_read(cr_conn *c, uint8_t *data, size_t len)
{
	cr_session *s = of_conn(c);

	if (s->srv->abandoned) {
		return;
	}
	s->heard = true;
	switch ((cr_session_state) s->state) {
		case CR_SESSION_HTTP:
			cr_http_on_bytes(s, data, len);
			break;
		case CR_SESSION_OPEN:
			cr_ws_on_bytes(s, data, len);
			break;
		case CR_SESSION_ENDED:
			cr_conn_swallow(c, len);
			if (s->close_sent && !s->close_received) {
				cr_ws_on_bytes(s, data, len);
			}
			break;
	}
	cr_session_weigh(s);
}

static void on_eof(cr_conn *c, int error)
{
	cr_session *s = of_conn(c);
	bool answering = s->state == CR_SESSION_HTTP && (s->waits & CR_WAIT_OUTPUT);

	s->srv->stats.tls_errors += error == EPROTO && c->tls;
	cr_session_end(s, 1006, NULL, 0);
	if (error || (c->queued == 0 && !cr_conn_is_blocked(c) && !answering)) {
		cr_conn_close(c);
	} else {
		cr_conn_finish(c); /* a half-closed peer still gets what it is owed */
	}
}

static void on_slow(cr_conn *c)
{
	cr_session *s = of_conn(c);

	if (s->state != CR_SESSION_OPEN) {
		return; /* a response is bounded by what it is made of */
	}
	s->srv->stats.slow_consumers++;
	cr_broadcast_stage_of(s); /* it would come behind what is dropped here */
	cr_conn_drop_queue(c);
	cr_ws_fail(s, 4101, "slow consumer");
}

static void on_drained(cr_conn *c)
{
	cr_session *s = of_conn(c);

	if (s->state == CR_SESSION_HTTP) {
		cr_http_on_drained(s);
	} else if (s->state == CR_SESSION_OPEN) {
		cr_ws_on_drained(s);
	}
}

const cr_conn_callbacks cr_session_callbacks = {
	.on_read = on_read,
	.on_eof = on_eof,
	.on_slow = on_slow,
	.on_drained = on_drained,
	.on_free = on_free,
};

/* Waiting */

void cr_session_wait(cr_session *s, unsigned why)
{
	s->waits |= (uint8_t) why;
	cr_conn_set_reading(&s->conn, false);
}

void cr_session_go_on(cr_session *s, unsigned why)
{
	if (!(s->waits & why)) {
		return;
	}
	s->waits &= (uint8_t) ~why;
	if (s->waits) {
		return;
	}
	if (s->state == CR_SESSION_OPEN) {
		cr_ws_resume(s);
	} else if (s->state == CR_SESSION_HTTP) {
		cr_http_process(s);
	}
	if (s->waits == 0) {
		cr_conn_set_reading(&s->conn, true);
	}
	cr_session_weigh(s);
}

cr_pending *cr_session_pending(cr_session *s)
{
	if (!s->pending && (s->pending = cr_calloc(1, sizeof(*s->pending)))) {
		/* one read, and what was left of an earlier one */
		cr_buf_init(&s->pending->input, (size_t) CR_LOOP_READ_SIZE * 4 + s->srv->config.max_message_size);
	}
	return s->pending;
}

void cr_session_free_pending(cr_session *s)
{
	if (s->pending) {
		cr_buf_deinit(&s->pending->input);
		cr_free(s->pending->text);
		cr_free(s->pending);
		s->pending = NULL;
	}
}

/* Deadlines */

static cr_session *of_life(cr_deadline *d)
{
	return cr_container_of(d, cr_session, life);
}

void cr_session_on_handshake_due(cr_deadline *d)
{
	cr_session *s = of_life(d);

	s->srv->stats.timeouts_handshake++;
	if (s->http && s->http->in.len > 0) {
		cr_http_refuse(s, 408, "The request did not arrive in time.", NULL);
	} else {
		cr_session_abort(s, 1006);
	}
}

/* A slow reader may take its time, a peer that takes a byte now and then may not. */
static bool makes_progress(const cr_session *s, uint32_t queued_before)
{
	return queued_before > s->conn.queued && queued_before - s->conn.queued >= PROGRESS_MIN;
}

void cr_session_on_response_due(cr_deadline *d)
{
	cr_session *s = of_life(d);

	if (s->waits & CR_WAIT_VERDICT) {
		arm_life(s, &s->srv->on_response);
		return;
	}
	if (s->http && s->conn.queued > 0 && makes_progress(s, s->http->queued_before)) {
		s->http->queued_before = s->conn.queued;
		arm_life(s, &s->srv->on_response);
		return;
	}
	s->srv->stats.timeouts_close++;
	cr_session_abort(s, 1006);
}

void cr_session_on_message_due(cr_deadline *d)
{
	cr_session *s = cr_container_of(d, cr_session, work);

	s->srv->stats.timeouts_message++;
	cr_ws_fail(s, 1008, "message not completed in time");
}

void cr_session_on_rate_due(cr_deadline *d)
{
	cr_session *s = cr_container_of(d, cr_session, work);
	cr_server *srv = s->srv;

	if (cr_rate_is_ready(&s->rate, &srv->rate_limit, cr_loop_now(&srv->loop))) {
		cr_session_go_on(s, CR_WAIT_RATE);
	} else {
		cr_deadline_arm(&s->work, &srv->on_rate, &srv->loop);
	}
}

static bool is_idle(cr_session *s)
{
	uint64_t limit = s->srv->config.idle_timeout;

	return limit > 0 && cr_loop_now(&s->srv->loop) - s->last_message_ms >= limit;
}

void cr_session_on_ping_due(cr_deadline *d)
{
	cr_session *s = of_life(d);
	cr_server *srv = s->srv;

	if (is_idle(s)) {
		srv->stats.timeouts_idle++;
		cr_broadcast_stage_of(s);
		cr_ws_fail(s, 1001, "idle");
		return;
	}
	/* whoever we do not read cannot answer; whoever spoke is alive */
	if (s->heard || s->waits || srv->config.ping_interval == 0) {
		s->heard = false;
		arm_life(s, &srv->on_ping);
		return;
	}
	if (!cr_ws_send_control(s, CR_WS_PING, NULL, 0)) {
		cr_session_abort(s, 1011);
		return;
	}
	s->pings += s->pings < UINT16_MAX;
	arm_life(s, srv->on_pong.duration_ms ? &srv->on_pong : &srv->on_ping);
}

void cr_session_on_pong_due(cr_deadline *d)
{
	cr_session *s = of_life(d);

	if (s->heard || s->waits) {
		s->heard = false;
		arm_life(s, &s->srv->on_ping);
		return;
	}
	s->srv->stats.timeouts_ping++;
	cr_ws_fail(s, 4201, "ping timeout");
}

void cr_session_on_close_due(cr_deadline *d)
{
	cr_session *s = of_life(d);

	/* what was accepted still goes out while the peer takes it; when the server
	 * stops, the drain timeout alone is the limit */
	if (s->conn.queued > 0 && (s->srv->stopping || makes_progress(s, s->ending.queued_before))) {
		s->ending.queued_before = s->conn.queued;
		arm_life(s, &s->srv->on_close);
		return;
	}
	s->srv->stats.timeouts_close++;
	cr_conn_close(&s->conn);
}

/* What the application asks about */

const cr_uuid *cr_session_uid(const cr_session *s)
{
	return &s->uid;
}

void cr_session_ip(const cr_session *s, char *out, size_t size)
{
	static const uint8_t v4[12] = {[10] = 0xff, [11] = 0xff};

	out[0] = '\0';
	if (!s->has_ip) {
		return;
	}
	if (memcmp(&s->ip, v4, sizeof(v4)) == 0) {
		struct sockaddr_in in = {.sin_family = AF_INET};

		memcpy(&in.sin_addr, &s->ip.s6_addr[12], 4);
		cr_sockaddr_ip((struct sockaddr *) &in, out, size);
	} else {
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = s->ip};

		cr_sockaddr_ip((struct sockaddr *) &in6, out, size);
	}
}

uint64_t cr_session_opened_at(const cr_session *s)
{
	return s->opened_at;
}

bool cr_session_is_open(const cr_session *s)
{
	return s->state == CR_SESSION_OPEN;
}

size_t cr_session_queued(const cr_session *s)
{
	return s->conn.queued;
}

cr_slice cr_session_room(const cr_session *s)
{
	return cr_session_room_at(s, 0);
}

cr_slice cr_session_room_at(const cr_session *s, size_t i)
{
	const cr_membership *ms = cr_member_first(&s->member);

	while (ms && i-- > 0) {
		ms = ms->next;
	}
	return ms ? cr_room_name(ms->room) : CR_SLICE_NONE;
}

cr_slice cr_session_user(const cr_session *s)
{
	const cr_user *u = s->peer ? s->peer->user : NULL;

	return u ? cr_slice_of(u->id, u->id_len) : CR_SLICE_NONE;
}

cr_slice cr_session_name(const cr_session *s)
{
	return s->peer && s->peer->name ? cr_slice_of(s->peer->name, s->peer->name_len) : CR_SLICE_NONE;
}

void cr_session_set_app(cr_session *s, void *app)
{
	s->app = app;
}

void *cr_session_app(const cr_session *s)
{
	return s->app;
}
