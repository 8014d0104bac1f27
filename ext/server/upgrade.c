/* From HTTP to WebSocket: who may come in (RFC 6455 4.2), and the 101.
 *
 * The order of the checks: the handshake's form, the Host we answer to, the
 * Origin, the room, and last PHP, so that a hook only ever sees what is worth
 * its time.
 */
#include "ext/server/v1.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "ext/proto/ticket.h"
#include "ext/proto/ws_accept.h"

#define DEFAULT_ROOM "lobby"

bool cr_origin_is_valid(cr_slice text)
{
	return cr_origin_pattern_is_valid(text);
}

bool cr_host_is_valid(cr_slice text)
{
	cr_slice name;
	unsigned port;

	return cr_http_host_split(text, &name, &port);
}

bool cr_is_allowed_host(cr_server *srv, cr_slice host)
{
	cr_slice name = host;
	unsigned port;

	(void) cr_http_host_split(host, &name, &port); /* the parser has checked it */
	for (size_t i = 0; i < srv->config.n_allowed_hosts; i++) {
		cr_slice allowed = srv->config.allowed_hosts[i];

		if (cr_slice_ieq(allowed, host) || cr_slice_ieq(allowed, name)) {
			return true;
		}
	}
	return srv->config.n_allowed_hosts == 0;
}

/* A name that only this machine can have meant: an address, localhost, or what
 * the listener was told to listen on. */
static bool is_local_name(const char *listener, cr_slice host)
{
	static const cr_slice ending = {(const uint8_t *) ".localhost", sizeof(".localhost") - 1};
	cr_slice name = host;
	unsigned port;
	struct in_addr in;
	char text[INET_ADDRSTRLEN];

	(void) cr_http_host_split(host, &name, &port);
	if (name.len && name.ptr[0] == '[') {
		return true;
	}
	if (cr_slice_ieq(name, CR_SLICE("localhost")) || cr_slice_ieq(name, cr_slice_str(listener))) {
		return true;
	}
	if (name.len > ending.len
		&& cr_slice_ieq(cr_slice_of(name.ptr + name.len - ending.len, ending.len), ending)) {
		return true;
	}
	snprintf(text, sizeof(text), "%.*s", (int) name.len, (const char *) name.ptr);
	return name.len < sizeof(text) && inet_pton(AF_INET, text, &in) == 1;
}

/* Same origin means that Origin and Host agree, and both are the page's word: a
 * page whose name was made to resolve to 127.0.0.1 (DNS rebinding) agrees with
 * itself. So a loopback listener that was told neither origins nor
 * allowed_hosts believes local names only. */
static bool is_rebound(const cr_session *s, cr_slice host)
{
	const cr_address *a = &s->srv->addresses[s->listener];

	/* over TLS the browser has checked the name against the certificate */
	return !s->https && s->srv->config.n_allowed_hosts == 0 && cr_address_is_loopback(a)
	       && !is_local_name(a->host, host);
}

bool cr_is_allowed_origin(const cr_session *s, cr_slice origin, cr_slice host)
{
	const cr_server *srv = s->srv;
	cr_origin o;

	if (!origin.ptr) {
		return true; /* not a browser: nothing to forge */
	}
	for (size_t i = 0; i < srv->config.n_origins; i++) {
		if (cr_origin_matches(origin, srv->config.origins[i])) {
			return true;
		}
	}
	return srv->config.n_origins == 0 && cr_origin_parse(&o, origin) == CR_OK
	       && cr_origin_is_host(&o, host, s->https) && !is_rebound(s, host);
}

/* The room of ?room=, decoded into buf; lobby without it. False: not a name. */
static bool wanted_room(const cr_http_head *head, uint8_t *buf, size_t size, cr_slice *room)
{
	cr_slice raw = head->query.ptr ? cr_http_query_get(head->query, "room") : CR_SLICE_NONE;

	if (!raw.ptr) {
		*room = CR_SLICE(DEFAULT_ROOM);
		return true;
	}
	long n = raw.len <= size ? cr_http_decode(buf, raw, true) : -1;
	*room = cr_slice_of(buf, n > 0 ? (size_t) n : 0);
	return n > 0 && cr_room_name_is_valid(*room);
}

static void refuse(cr_session *s, int status, const char *reason, const char *extra)
{
	s->srv->stats.handshakes_refused++;
	cr_http_refuse(s, status, reason, extra);
}

static const char *extra_for(int status)
{
	switch (status) {
		case 405:
			return "Allow: GET\r\n";
		case 426:
			return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
		default:
			return NULL;
	}
}

static void reject(cr_session *s, const cr_verdict *v)
{
	char reason[160];
	int n = (int) (v->reason.len < sizeof(reason) ? v->reason.len : sizeof(reason) - 1);

	snprintf(reason, sizeof(reason), "%.*s", n, v->reason.ptr ? (const char *) v->reason.ptr : "");
	refuse(s, v->status ? v->status : 403, n ? reason : "Not allowed.", NULL);
}

/* Who the application says it is. False: refused. */
static bool identify(cr_session *s, cr_slice user, cr_slice name)
{
	cr_peer *p = user.len || name.len ? cr_peer_of(s) : s->peer;

	if ((user.len || name.len) && (!p || cr_peer_set_user(p, user, name) != CR_OK)) {
		s->srv->stats.out_of_memory++;
		refuse(s, 500, "Out of memory.", NULL);
		return false;
	}
	return true;
}

/* A ticket in ?token= or Authorization: Bearer. Without the option secret these
 * are the application's business. */
static bool has_good_ticket(cr_session *s, const cr_http_head *head)
{
	static const char bearer[] = "Bearer ";
	uint8_t buf[CR_TICKET_MAX];
	cr_slice raw = head->query.ptr ? cr_http_query_get(head->query, "token") : CR_SLICE_NONE;
	cr_slice field = cr_http_head_get(head, "Authorization", NULL);
	cr_refusal no;

	if (!s->srv->config.secret.len) {
		return true;
	}
	if (raw.ptr) {
		long n = raw.len <= sizeof(buf) ? cr_http_decode(buf, raw, true) : -1;

		return n > 0 && cr_auth_by_token(s, cr_slice_of(buf, (size_t) n), &no);
	}
	if (field.len > sizeof(bearer) - 1 && strncasecmp((const char *) field.ptr, bearer, sizeof(bearer) - 1) == 0) {
		return cr_auth_by_token(s, cr_slice_of(field.ptr + sizeof(bearer) - 1, field.len - sizeof(bearer) + 1), &no);
	}
	return true;
}

void cr_upgrade_begin(cr_session *s, const cr_http_head *head, const cr_ws_handshake *hs)
{
	cr_server *srv = s->srv;
	uint8_t buf[CR_ROOM_NAME_MAX * 3];
	cr_slice room;
	cr_refusal no;

	if (hs->status != 101) {
		refuse(s, hs->status, hs->reason, extra_for(hs->status));
	} else if (!cr_is_allowed_origin(s, hs->origin, head->host)) {
		srv->stats.refused_origins++;
		refuse(s, 403, "Pages of this origin may not connect (options origins, allowed_hosts).", NULL);
	} else if (!wanted_room(head, buf, sizeof(buf), &room)) {
		refuse(s, 400, "The room must be 1 to 255 bytes of UTF-8 without control characters.", NULL);
	} else if (!cr_auth_may_come_in(s, &no)) {
		refuse(s, 403, "You are banned.", NULL);
	} else if (!has_good_ticket(s, head)) {
		refuse(s, 401, "The ticket is not valid.", "WWW-Authenticate: Bearer\r\n");
	} else if (cr_uuid_make(&s->uid) != CR_OK) {
		refuse(s, 500, "No randomness.", NULL);
	} else if (!cr_server_wants(srv, CR_HOOK_HANDSHAKE)) {
		cr_upgrade_finish(s, head, hs);
	} else {
		cr_header headers[CR_HTTP_MAX_HEADERS];
		char ip[INET6_ADDRSTRLEN];
		cr_request r;

		cr_http_make_request(s, head, CR_SLICE_NONE, &r, headers, ip, sizeof(ip));
		cr_verdict v = srv->hooks->on_handshake(srv->hooks_arg, s, &r);
		if (s->state != CR_SESSION_HTTP || srv->abandoned) {
			return;
		}
		if (v.kind == CR_VERDICT_LATER) {
			s->http->body_len = UINT64_MAX; /* marks the verdict as a handshake's */
			cr_session_wait_in_http(s);
		} else if (v.kind == CR_VERDICT_PASS) {
			if (identify(s, v.user, v.name)) {
				cr_upgrade_finish(s, head, hs);
			}
		} else {
			reject(s, &v);
		}
	}
}

static bool queue_101(cr_session *s, cr_slice key, bool v1, const char *extensions)
{
	char accept[CR_WS_ACCEPT_LEN], text[220 + 2 * CR_DEFLATE_ANSWER_MAX];

	if (cr_ws_accept(accept, key) != CR_OK) {
		return false;
	}
	int n = snprintf(text, sizeof(text),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %.*s\r\n%s%s%s%s\r\n",
		CR_WS_ACCEPT_LEN, accept, v1 ? "Sec-WebSocket-Protocol: " CR_V1_PROTOCOL "\r\n" : "",
		*extensions ? "Sec-WebSocket-Extensions: " : "", extensions, *extensions ? "\r\n" : "");
	return cr_conn_queue_copy(&s->conn, text, (size_t) n);
}

/* False: the header of offers is malformed. */
static bool agree_on_extensions(cr_session *s, const cr_http_head *head, char answer[CR_DEFLATE_ANSWER_MAX])
{
	const cr_server_config *c = &s->srv->config;
	cr_deflate_policy policy = {.client_bits = (unsigned) c->compression_client_bits,
		.client_takeover = c->compression_client_takeover};
	cr_deflate_params agreed;

	answer[0] = '\0';
	if (!c->compression) {
		return true;
	}
	if (cr_deflate_negotiate(&agreed, answer, head, &policy) != CR_OK) {
		return false;
	}
	cr_deflate_agree(s, &agreed);
	return true;
}

/* The client offers chatroom.v1, among others or alone. */
static bool speaks_v1(const cr_http_head *head)
{
	cr_http_list_iter at = {0};
	cr_slice one;

	while (cr_http_list_next(head, "Sec-WebSocket-Protocol", &at, &one)) {
		if (cr_slice_eq(one, CR_SLICE(CR_V1_PROTOCOL))) {
			return true;
		}
	}
	return false;
}

/* basic joins its one room at once, so that it is in it when on_open is called,
 * unless a hook is to be asked first. */
static bool enter(cr_session *s)
{
	cr_server *srv = s->srv;
	cr_membership *ms;

	if (!cr_server_wants(srv, CR_HOOK_JOIN)
		&& cr_room_enter(s, cr_slice_of(s->http->room, s->http->room_len), &ms) != CR_OK) {
		return false;
	}
	return cr_session_list(s) == CR_OK;
}

static void call_on_open(cr_session *s, const cr_http_head *head)
{
	cr_server *srv = s->srv;
	cr_header headers[CR_HTTP_MAX_HEADERS];
	char ip[INET6_ADDRSTRLEN];
	cr_request r;

	if (cr_server_wants(srv, CR_HOOK_OPEN)) {
		cr_http_make_request(s, head, CR_SLICE_NONE, &r, headers, ip, sizeof(ip));
		srv->hooks->on_open(srv->hooks_arg, s, &r);
	}
}

/* basic and onJoin: it cannot be told why, so it is closed. */
static void ask_to_join(cr_session *s, cr_slice room)
{
	cr_server *srv = s->srv;
	cr_membership *ms;

	if (s->state != CR_SESSION_OPEN || !cr_server_wants(srv, CR_HOOK_JOIN)) {
		return;
	}
	cr_verdict v = srv->hooks->on_join(srv->hooks_arg, s, room);
	if (s->state != CR_SESSION_OPEN || srv->abandoned) {
		return;
	}
	if (v.kind == CR_VERDICT_LATER) {
		if (cr_peer_of(s) && cr_v1_queue_join(s->peer, room, CR_SLICE_NONE)) {
			cr_session_wait(s, CR_WAIT_VERDICT);
		} else {
			cr_ws_fail(s, 1011, "out of memory");
		}
	} else if (v.kind != CR_VERDICT_PASS) {
		cr_ws_fail(s, 1008, "not allowed in this room");
	} else if (cr_room_enter(s, room, &ms) != CR_OK) {
		srv->stats.out_of_memory++;
		cr_ws_fail(s, 1011, "out of memory");
	}
}

/* Keeps the room of ?room= beside the head. */
static bool keep_room(cr_session *s, const cr_http_head *head)
{
	uint8_t buf[CR_ROOM_NAME_MAX * 3];
	cr_slice room;

	if (!wanted_room(head, buf, sizeof(buf), &room)) {
		return false;
	}
	s->http->has_room = room.ptr == buf;
	s->http->room_len = (uint8_t) room.len;
	memcpy(s->http->room, room.ptr, room.len);
	return true;
}

/* basic: in, and told to the application. */
static void open_basic(cr_session *s, const cr_http_head *head)
{
	cr_slice room = cr_slice_of(s->http->room, s->http->room_len);

	if (!enter(s)) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1011);
		return;
	}
	cr_ws_start(s);
	if (s->peer) {
		cr_peer_connected(s->peer);
	}
	call_on_open(s, head);
	ask_to_join(s, room);
	if (s->state == CR_SESSION_OPEN && s->peer) {
		cr_peer_online(s->peer);
	}
}

/* v1: its first frame decides, see v1_greet.c; until then the head is kept. */
static void open_v1(cr_session *s)
{
	cr_peer *p = cr_peer_of(s);

	if (!p) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1011);
		return;
	}
	p->v1 = p->greeting = true;
	s->member.kind += CR_V1_KIND;
	cr_ws_start(s);
	cr_deadline_arm(&p->hello, &s->srv->on_hello, &s->srv->loop);
}

void cr_upgrade_opened(cr_session *s)
{
	cr_http_head head;
	size_t consumed;

	if (cr_http_head_parse(&head, &consumed, s->http->in.data, s->http->in.len, 0) == CR_OK) {
		call_on_open(s, &head);
	}
	if (!s->http->feeding) {
		cr_http_free(s);
	}
}

void cr_upgrade_finish(cr_session *s, const cr_http_head *head, const cr_ws_handshake *hs)
{
	bool v1 = hs->has_protocols && speaks_v1(head);
	cr_http *h = s->http;
	char extensions[CR_DEFLATE_ANSWER_MAX];
	cr_refusal no;

	if (s->srv->stopping) { /* a hook has stopped the server since */
		refuse(s, 503, "The server is stopping.", "Retry-After: 5\r\n");
		return;
	}
	if (!agree_on_extensions(s, head, extensions)) {
		refuse(s, 400, "Sec-WebSocket-Extensions is malformed.", NULL);
		return;
	}
	if (!v1 && !s->srv->config.guests && !(s->peer && s->peer->user)) {
		s->srv->stats.refused_guests++;
		refuse(s, 401, "Sign in first: this server takes no guests.", "WWW-Authenticate: Bearer\r\n");
		return;
	}
	/* v1 may be about to resume the very session that is in its way: see its greeting */
	if (s->peer && (!cr_auth_may_come_in(s, &no) || (!v1 && !cr_auth_take_place(s, &no)))) {
		refuse(s, 403, no.close_code == 4002 ? "You are banned." : "You are signed in elsewhere.", NULL);
		return;
	}
	if (!keep_room(s, head) || !queue_101(s, hs->key, v1, extensions)) {
		refuse(s, 500, "The handshake failed.", NULL);
		return;
	}
	h->feeding = true;
	if (v1) {
		open_v1(s);
	} else {
		open_basic(s, head);
	}
	/* frames that came in the same packet as the handshake */
	if (s->state == CR_SESSION_OPEN && h->in.len > h->head_len) {
		cr_ws_on_bytes(s, h->in.data + h->head_len, h->in.len - h->head_len);
	}
	h->feeding = false;
	if (!s->peer || !s->peer->greeting) {
		cr_http_free(s);
	}
}

bool cr_server_answer_handshake(cr_server *srv, const cr_uuid *uid, const cr_verdict *v)
{
	cr_session *s = cr_session_waiting(srv, uid);
	cr_http_head head;
	cr_ws_handshake hs;
	size_t consumed;

	if (!s || v->kind == CR_VERDICT_LATER || s->http->body_len != UINT64_MAX) {
		return false;
	}
	cr_uuid_set_remove(&srv->waiting, &s->uid);
	s->waits &= (uint8_t) ~CR_WAIT_VERDICT;
	if (v->kind != CR_VERDICT_PASS) {
		reject(s, v);
		return true;
	}
	/* the head is parsed again: cheaper than keeping 3 KiB of it per waiting client */
	if (cr_http_head_parse(&head, &consumed, s->http->in.data, s->http->in.len, 0) != CR_OK) {
		refuse(s, 500, "The handshake failed.", NULL);
		return true;
	}
	cr_ws_handshake_check(&hs, &head);
	if (identify(s, v->user, v->name)) {
		cr_upgrade_finish(s, &head, &hs);
	}
	if (s->waits == 0) {
		cr_conn_set_reading(&s->conn, true);
	}
	return true;
}
