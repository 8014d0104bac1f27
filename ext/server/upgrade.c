/* From HTTP to WebSocket: who may come in (RFC 6455 4.2), and the 101.
 *
 * The order of the checks: the handshake's form, the Host we answer to, the
 * Origin, the room, and last PHP, so that a hook only ever sees what is worth
 * its time.
 */
#include "ext/server/internal.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "ext/proto/ws_accept.h"

#define DEFAULT_ROOM "lobby"

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

static bool is_loopback(const cr_address *a)
{
	const char *host = a->host;

	return !a->is_unix
	       && (strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcasecmp(host, "localhost") == 0);
}

/* Same origin means that Origin and Host agree, and both are the page's word: a
 * page whose name was made to resolve to 127.0.0.1 (DNS rebinding) agrees with
 * itself. So a loopback listener that was told neither origins nor
 * allowed_hosts believes local names only. */
static bool is_rebound(const cr_session *s, cr_slice host)
{
	const cr_address *a = &s->srv->addresses[s->listener];

	/* over TLS the browser has checked the name against the certificate */
	return !s->https && s->srv->config.n_allowed_hosts == 0 && is_loopback(a) && !is_local_name(a->host, host);
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

void cr_upgrade_begin(cr_session *s, const cr_http_head *head, const cr_ws_handshake *hs)
{
	cr_server *srv = s->srv;
	uint8_t buf[CR_ROOM_NAME_MAX * 3];
	cr_slice room;

	if (hs->status != 101) {
		refuse(s, hs->status, hs->reason, extra_for(hs->status));
	} else if (!cr_is_allowed_origin(s, hs->origin, head->host)) {
		srv->stats.refused_origins++;
		refuse(s, 403, "Pages of this origin may not connect (options origins, allowed_hosts).", NULL);
	} else if (!wanted_room(head, buf, sizeof(buf), &room)) {
		refuse(s, 400, "The room must be 1 to 255 bytes of UTF-8 without control characters.", NULL);
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
			cr_upgrade_finish(s, head, hs);
		} else {
			reject(s, &v);
		}
	}
}

static bool queue_101(cr_session *s, cr_slice key, const char *extensions)
{
	char accept[CR_WS_ACCEPT_LEN], text[160 + 2 * CR_DEFLATE_ANSWER_MAX];

	if (cr_ws_accept(accept, key) != CR_OK) {
		return false;
	}
	int n = snprintf(text, sizeof(text),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %.*s\r\n%s%s%s\r\n",
		CR_WS_ACCEPT_LEN, accept, *extensions ? "Sec-WebSocket-Extensions: " : "", extensions, *extensions ? "\r\n" : "");
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

static bool enter(cr_session *s, cr_slice room)
{
	cr_server *srv = s->srv;
	cr_membership *ms;

	/* what was said before this one came is not for it */
	cr_broadcast_stage_room(srv, room);
	if (cr_room_join(&srv->rooms, &s->member, room, &ms) != CR_OK) {
		return false;
	}
	HASH_ADD(hh, srv->open, uid, sizeof(s->uid), s);
	return CR_MAP_IS_IN(s);
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

void cr_upgrade_finish(cr_session *s, const cr_http_head *head, const cr_ws_handshake *hs)
{
	uint8_t buf[CR_ROOM_NAME_MAX * 3];
	char extensions[CR_DEFLATE_ANSWER_MAX];
	cr_slice room;

	if (s->srv->stopping) { /* a hook has stopped the server since */
		refuse(s, 503, "The server is stopping.", "Retry-After: 5\r\n");
		return;
	}
	if (!agree_on_extensions(s, head, extensions)) {
		refuse(s, 400, "Sec-WebSocket-Extensions is malformed.", NULL);
		return;
	}
	if (!wanted_room(head, buf, sizeof(buf), &room) || !queue_101(s, hs->key, extensions)) {
		refuse(s, 500, "The handshake failed.", NULL);
		return;
	}
	if (!enter(s, room)) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1011);
		return;
	}
	cr_http *h = s->http;
	s->http = NULL;
	cr_ws_start(s);
	call_on_open(s, head);
	/* frames that came in the same packet as the handshake */
	if (h->in.len > h->head_len) {
		cr_ws_on_bytes(s, h->in.data + h->head_len, h->in.len - h->head_len);
	}
	cr_buf_deinit(&h->in);
	cr_free(h);
}

bool cr_server_answer_handshake(cr_server *srv, const cr_uuid *uid, const cr_verdict *v)
{
	cr_session *s = NULL;
	cr_http_head head;
	cr_ws_handshake hs;
	size_t consumed;

	HASH_FIND(hh, srv->waiting, uid, sizeof(*uid), s);
	if (!s || v->kind == CR_VERDICT_LATER || s->http->body_len != UINT64_MAX) {
		return false;
	}
	HASH_DEL(srv->waiting, s);
	s->hh.tbl = NULL;
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
	cr_upgrade_finish(s, &head, &hs);
	if (s->waits == 0) {
		cr_conn_set_reading(&s->conn, true);
	}
	return true;
}
