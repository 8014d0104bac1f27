/* Who is behind a connection: users of the application's, and sessions that
 * outlive a connection.
 *
 * A v1 peer is made with its connection and parked when that ends in a way one
 * comes back from; its secret is the key to it. While parked it holds its
 * place in the presence of its rooms for presence_grace, so that a tunnel does
 * not look like a farewell, and the rest (uid, rooms, the script's data) for
 * resume_window. */
#include "ext/server/chat.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>

cr_peer *cr_peer_of(cr_session *s)
{
	cr_peer *p = s->peer;

	if (!p && (p = cr_calloc(1, sizeof(*p)))) {
		p->session = s;
		p->srv = s->srv;
		p->uid = s->uid;
		p->joins_tail = &p->joins;
		cr_list_init(&p->in_user);
		cr_deadline_init(&p->hello);
		cr_deadline_init(&p->grace);
		cr_deadline_init(&p->expires);
		s->peer = p;
	}
	return p;
}

/* Users */

cr_user *cr_user_find(cr_server *srv, cr_slice id)
{
	cr_user *u = NULL;

	if (id.len > 0) {
		HASH_FIND(hh, srv->users, id.ptr, id.len, u);
	}
	return u;
}

static cr_user *user_new(cr_server *srv, cr_slice id)
{
	cr_user *u = cr_calloc(1, sizeof(*u) + id.len);

	if (!u) {
		return NULL;
	}
	u->srv = srv;
	u->id_len = id.len;
	memcpy(u->id, id.ptr, id.len);
	cr_list_init(&u->peers);
	cr_list_init(&u->parked);
	cr_deadline_init(&u->offline);
	HASH_ADD_KEYPTR(hh, srv->users, u->id, u->id_len, u);
	if (!CR_MAP_IS_IN(u)) {
		cr_free(u);
		return NULL;
	}
	return u;
}

/* Nobody is it, nobody parked was it, and nobody is owed on_user. */
static void free_if_unused(cr_user *u)
{
	if (u->refs == 0 && !u->online) {
		cr_deadline_cancel(&u->offline);
		HASH_DEL(u->srv->users, u);
		cr_free(u);
	}
}

void cr_user_on_offline_due(cr_deadline *d)
{
	cr_user *u = cr_container_of(d, cr_user, offline);
	cr_server *srv = u->srv;

	bool was_online = u->online;
	srv->n_online -= u->online;
	u->online = false;
	u->refs++; /* the hook may end what still refers to it */
	if (was_online && cr_server_wants(srv, CR_HOOK_OFFLINE)) {
		srv->hooks->on_user(srv->hooks_arg, cr_slice_of(u->id, u->id_len), false);
	}
	u->refs--;
	free_if_unused(u);
}

static char *copy_of(cr_slice s)
{
	char *copy = cr_malloc(s.len);

	if (copy) {
		memcpy(copy, s.ptr, s.len);
	}
	return copy;
}

cr_status cr_peer_set_user(cr_peer *p, cr_slice id, cr_slice name)
{
	if (p->user && id.len > 0 && !cr_slice_eq(id, cr_slice_of(p->user->id, p->user->id_len))) {
		return CR_OK; /* it is somebody already: nor is the name this other's */
	}
	if (name.len > 0) {
		char *copy = copy_of(name);

		if (!copy) {
			return CR_ERR_NOMEM;
		}
		cr_free(p->name);
		p->name = copy;
		p->name_len = name.len;
	}
	if (id.len == 0 || p->user) {
		return CR_OK;
	}
	cr_user *u = cr_user_find(p->srv, id);
	if (!u && !(u = user_new(p->srv, id))) {
		return CR_ERR_NOMEM;
	}
	u->refs++;
	p->user = u;
	return CR_OK;
}

void cr_peer_connected(cr_peer *p)
{
	cr_user *u = p->user;

	if (!u || p->counted) {
		return;
	}
	p->counted = true;
	cr_list_remove(&p->in_user);
	cr_list_append(&u->peers, &p->in_user);
	u->n++;
	cr_deadline_cancel(&u->offline);
}

void cr_peer_online(cr_peer *p)
{
	cr_user *u = p->user;
	cr_server *srv = p->srv;

	if (u && !u->online) {
		u->online = true;
		srv->n_online++;
		if (cr_server_wants(srv, CR_HOOK_ONLINE)) {
			srv->hooks->on_user(srv->hooks_arg, cr_slice_of(u->id, u->id_len), true);
		}
	}
}

static void disconnected(cr_peer *p)
{
	cr_user *u = p->user;

	if (!u || !p->counted) {
		return;
	}
	p->counted = false;
	cr_list_remove(&p->in_user);
	if (--u->n == 0) {
		/* at the earliest in the next sweep: never inside what ends this one */
		cr_deadline_arm(&u->offline, &p->srv->on_offline, &p->srv->loop);
	}
}

/* The key in presence and moderation */

cr_slice cr_subject_of_user(cr_slice id, char buf[CR_SUBJECT_MAX])
{
	size_t n = id.len < CR_SUBJECT_MAX - 5 ? id.len : CR_SUBJECT_MAX - 5;

	/* an id may hold a NUL, and goes on behind it */
	memcpy(buf, "user:", 5);
	if (n > 0) {
		memcpy(buf + 5, id.ptr, n);
	}
	return cr_slice_of(buf, n + 5);
}

cr_slice cr_subject_of_uid(const cr_uuid *uid, char buf[CR_SUBJECT_MAX])
{
	memcpy(buf, "uid:", 4);
	cr_uuid_write(uid, buf + 4);
	return cr_slice_of(buf, 4 + CR_UUID_LEN);
}

cr_slice cr_subject_of_peer(const cr_peer *p, char buf[CR_SUBJECT_MAX])
{
	return p->user ? cr_subject_of_user(cr_slice_of(p->user->id, p->user->id_len), buf)
	               : cr_subject_of_uid(&p->uid, buf);
}

cr_slice cr_subject_of(const cr_session *s, char buf[CR_SUBJECT_MAX])
{
	return s->peer ? cr_subject_of_peer(s->peer, buf) : cr_subject_of_uid(&s->uid, buf);
}

/* Secrets */

static int nibble(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	                                                             : -1;
}

static bool read_secret(uint8_t out[CR_SECRET], cr_slice hex)
{
	if (hex.len != (size_t) CR_SECRET * 2) {
		return false;
	}
	for (size_t i = 0; i < CR_SECRET; i++) {
		int high = nibble(hex.ptr[i * 2]), low = nibble(hex.ptr[i * 2 + 1]);

		if (high < 0 || low < 0) {
			return false;
		}
		out[i] = (uint8_t) (high << 4 | low);
	}
	return true;
}

void cr_peer_write_secret(const cr_peer *p, char hex[CR_SECRET * 2])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < CR_SECRET; i++) {
		hex[i * 2] = digits[p->secret[i] >> 4];
		hex[i * 2 + 1] = digits[p->secret[i] & 15];
	}
}

cr_status cr_peer_make_secret(cr_peer *p)
{
	cr_status st = cr_random(p->secret, sizeof(p->secret));

	if (st != CR_OK) {
		return st;
	}
	HASH_ADD(hh, p->srv->peers, secret, sizeof(p->secret), p);
	return CR_MAP_IS_IN(p) ? CR_OK : CR_ERR_NOMEM;
}

/* The table's hash is keyed, so how long a search takes says nothing about the
 * 128 random bits that are looked for. */
cr_peer *cr_peer_by_secret(cr_server *srv, cr_slice hex)
{
	uint8_t secret[CR_SECRET];
	cr_peer *p = NULL;

	if (read_secret(secret, hex)) {
		HASH_FIND(hh, srv->peers, secret, sizeof(secret), p);
		OPENSSL_cleanse(secret, sizeof(secret));
	}
	return p;
}

/* Parking, and the end */

static void set_parked(cr_peer *p, bool on)
{
	p->srv->n_parked = p->srv->n_parked + on - p->parked;
	p->parked = on;
}

static void free_joins(cr_peer *p)
{
	while (p->joins) {
		cr_join *next = p->joins->next;

		cr_free(p->joins);
		p->joins = next;
	}
	p->joins_tail = &p->joins;
}

static void free_recents(cr_peer *p)
{
	for (size_t i = 0; p->recents && i < CR_RECENT; i++) {
		cr_free(p->recents->messages[i]);
	}
	cr_free(p->recents);
}

void cr_peer_release_presence(cr_peer *p)
{
	for (size_t i = 0; i < p->n_was_in; i++) {
		cr_was_in *w = &p->was_in[i];
		cr_room *room = cr_rooms_find(&p->srv->rooms, cr_was_in_name(w));

		uint64_t held = w->held;

		w->held = 0;
		if (held && room) {
			cr_room_presence_leave(p->srv, room, p, held);
		}
	}
}

void cr_peer_free(cr_peer *p)
{
	cr_server *srv = p->srv;
	cr_user *u = p->user;

	if (p->hh.tbl) {
		HASH_DEL(srv->peers, p);
	}
	set_parked(p, false);
	cr_deadline_cancel(&p->hello);
	cr_deadline_cancel(&p->grace);
	cr_deadline_cancel(&p->expires);
	disconnected(p);
	cr_peer_release_presence(p);
	cr_list_remove(&p->in_user);
	if (u && --u->refs == 0) {
		free_if_unused(u);
	}
	if (p->app) {
		/* may come back here, for others: by now nothing leads to this one */
		srv->hooks->on_drop_parked(srv->hooks_arg, p->app);
	}
	free_joins(p);
	cr_free(p->was_in);
	free_recents(p);
	cr_free(p->name);
	OPENSSL_cleanse(p->secret, sizeof(p->secret));
	cr_free(p);
}

/* Whoever was sent away, or said goodbye, does not come back as the same. */
static bool may_come_back(const cr_session *s, unsigned code)
{
	const cr_server *srv = s->srv;

	/* who comes and goes without end must not fill the memory with places to come back to */
	if (srv->n_parked >= srv->max_clients) {
		return false;
	}
	return s->peer->v1 && !s->peer->greeting && srv->config.resume_window > 0 && !srv->stopping && srv->serving
	       && code != 1000 && (code < 4000 || code > 4099);
}

/* Which rooms it is in, in the order of joining, for the peer or for on_leave. */
static cr_was_in *list_rooms(const cr_session *s, uint32_t *n)
{
	uint32_t count = 0;
	size_t names = 0;

	for (const cr_membership *ms = cr_member_first(&s->member); ms; ms = ms->next) {
		count++;
		names += ms->room->name_len;
	}
	cr_was_in *list = count ? cr_calloc(1, count * sizeof(*list) + names) : NULL, *w = list;

	*n = list ? count : 0;
	if (!list) {
		return NULL;
	}
	char *name = (char *) (list + count);
	for (const cr_membership *ms = cr_member_first(&s->member); ms; ms = ms->next, w++) {
		const cr_room_state *st = ms->room->out;

		w->name_at = (uint32_t) (name - (char *) w);
		w->name_len = (uint8_t) ms->room->name_len;
		w->invited = ms->invited;
		memcpy(name, ms->room->name, ms->room->name_len);
		name += ms->room->name_len;
		if (st && st->timeline) {
			memcpy(w->epoch, cr_timeline_epoch(st->timeline), CR_EPOCH_LEN);
			w->has_epoch = true;
		}
	}
	return list;
}

/* The session has ended and is still in its rooms. */
void cr_peer_park(cr_session *s, unsigned code)
{
	cr_peer *p = s->peer;
	cr_server *srv = s->srv;
	bool back = p && may_come_back(s, code);
	char ip[INET6_ADDRSTRLEN];

	if (back || cr_server_wants(srv, CR_HOOK_LEAVE)) {
		s->ending.was_in = list_rooms(s, &s->ending.n_was_in);
	}
	size_t i = 0; /* the list is in the same order */
	for (cr_membership *ms = cr_member_first(&s->member), *next; ms; ms = next) {
		cr_was_in *w = s->ending.was_in ? &s->ending.was_in[i++] : NULL;
		bool hold = w && back && cr_room_has_presence(srv, ms->room);

		next = ms->next;
		if (hold) {
			w->held = ((const cr_room_state *) ms->room->out)->presence_id;
		}
		cr_room_exit(s, ms, hold);
	}
	if (!p) {
		return;
	}
	disconnected(p);
	cr_deadline_cancel(&p->hello);
	free_joins(p);
	if (!back) {
		return;
	}
	set_parked(p, true);
	cr_session_ip(s, ip, sizeof(ip));
	p->from = cr_hash(ip, strlen(ip));
	if (p->user) {
		cr_list_append(&p->user->parked, &p->in_user);
	}
}

void cr_peer_forget(cr_peer *p)
{
	if (!p->session) {
		cr_peer_free(p);
		return;
	}
	set_parked(p, false); /* cr_peer_let_go() is still to come, and frees it */
	cr_list_remove(&p->in_user);
}

cr_peer *cr_peer_find_parked(cr_server *srv, const cr_uuid *uid)
{
	for (cr_peer *p = srv->n_parked ? srv->peers : NULL; p; p = p->hh.next) {
		if (p->parked && memcmp(&p->uid, uid, sizeof(*uid)) == 0) {
			return p;
		}
	}
	return NULL;
}

static bool leave_parked(cr_peer *p, cr_slice name)
{
	cr_was_in *list = p->session ? p->session->ending.was_in : p->was_in; /* before cr_peer_let_go(), or behind it */
	uint32_t n = p->session ? p->session->ending.n_was_in : p->n_was_in;

	for (uint32_t i = 0; list && i < n; i++) {
		cr_was_in *w = &list[i];
		cr_room *room = cr_rooms_find(&p->srv->rooms, name);
		uint64_t held = w->held;

		if (w->gone || !cr_slice_eq(cr_was_in_name(w), name)) {
			continue;
		}
		w->gone = true;
		w->held = 0;
		if (held && room) {
			cr_room_presence_leave(p->srv, room, p, held);
		}
		return true;
	}
	return false;
}

/* Whoever was cut off, or the one of that uid, does not come back to the room. */
bool cr_peers_leave_parked(cr_server *srv, const cr_uuid *uid, cr_slice room)
{
	bool left = false;

	for (cr_peer *p = srv->n_parked ? srv->peers : NULL; p; p = p->hh.next) {
		if (p->parked && (!uid || memcmp(&p->uid, uid, sizeof(*uid)) == 0)) {
			left |= leave_parked(p, room);
		}
	}
	return left;
}

/* The script's data may have a destructor that ends others: when the next is
 * one of them, the walk begins anew. */
void cr_peers_forget_from(cr_server *srv, cr_slice ip)
{
	uint64_t from = cr_hash(ip.ptr, ip.len);
	cr_peer *p = srv->n_parked ? srv->peers : NULL;

	while (p) {
		cr_peer *next = p->hh.next;

		if (p->parked && p->from == from) {
			uint8_t secret[CR_SECRET];

			if (next) {
				memcpy(secret, next->secret, sizeof(secret));
			}
			cr_peer_forget(p);
			if (next) {
				HASH_FIND(hh, srv->peers, secret, sizeof(secret), next);
				next = next ? next : srv->peers;
			}
		}
		p = next;
	}
}

/* After on_close: what is kept of the session goes to its peer. */
void cr_peer_let_go(cr_session *s)
{
	cr_peer *p = s->peer;
	cr_server *srv = s->srv;

	if (!p) {
		return;
	}
	s->peer = NULL;
	p->session = NULL;
	cr_peer_release_presence(p); /* of an earlier time, not claimed since */
	cr_free(p->was_in);
	p->was_in = s->ending.was_in;
	p->n_was_in = s->ending.n_was_in;
	s->ending.was_in = NULL;
	s->ending.n_was_in = 0;
	if (!p->parked) {
		cr_peer_free(p);
		return;
	}
	/* not before: until now the session pointed here */
	cr_deadline_arm(&p->grace, &srv->on_grace, &srv->loop);
	cr_deadline_arm(&p->expires, &srv->on_expired, &srv->loop);
	if (s->app && srv->serving && srv->hooks->on_park) {
		p->app = srv->hooks->on_park(srv->hooks_arg, s);
	}
}

void cr_peer_on_grace_due(cr_deadline *d)
{
	cr_peer_release_presence(cr_container_of(d, cr_peer, grace));
}

void cr_peer_on_expired(cr_deadline *d)
{
	cr_peer_free(cr_container_of(d, cr_peer, expires));
}

/* A new connection takes the parked peer's place, and is still to be welcomed.
 * The session's own, made for its greeting, goes. */
void cr_peer_take_over(cr_session *s, cr_peer *p)
{
	cr_server *srv = s->srv;

	cr_peer_free(s->peer);
	s->peer = p;
	s->uid = p->uid;
	p->session = s;
	set_parked(p, false);
	p->greeting = true;
	p->limited = 0;
	cr_list_remove(&p->in_user);
	cr_deadline_cancel(&p->grace);
	cr_deadline_cancel(&p->expires);
	if (p->app) {
		void *app = p->app;

		p->app = NULL;
		srv->hooks->on_unpark(srv->hooks_arg, s, app);
	}
}

void cr_peers_deinit(cr_server *srv)
{
	cr_user *u, *next_user;

	/* one by one: what the application lets go of may end others */
	while (srv->peers) {
		cr_peer_free(srv->peers);
	}
	HASH_ITER(hh, srv->users, u, next_user)
	{
		srv->n_online -= u->online;
		u->online = false;
		free_if_unused(u);
	}
}

/* What was taken under a request id */

const cr_recent *cr_peer_recent(const cr_peer *p, cr_slice id)
{
	uint64_t key = cr_hash(id.ptr, id.len) | 1;

	for (size_t i = 0; p->recents && i < CR_RECENT; i++) {
		if (p->recents->ids[i] == key) {
			return p->recents->messages[i];
		}
	}
	return NULL;
}

uint16_t cr_epoch_mark(const cr_timeline *tl)
{
	return tl ? (uint16_t) cr_hash(cr_timeline_epoch(tl), CR_EPOCH_LEN) | 1 : 0;
}

cr_status cr_peer_remember(cr_peer *p, cr_slice id, cr_slice room, uint16_t epoch, uint64_t seq, uint64_t time_ms)
{
	if (!p->recents && !(p->recents = cr_calloc(1, sizeof(*p->recents)))) {
		return CR_ERR_NOMEM;
	}
	cr_recents *all = p->recents;
	cr_recent **place = &all->messages[all->next], *r = *place;

	/* most say all they say in one room, or in rooms with names as long */
	if (!r || r->room_len != room.len) {
		r = cr_malloc(offsetof(cr_recent, room) + room.len);
		if (!r) {
			return CR_ERR_NOMEM;
		}
		cr_free(*place);
		*place = r;
	}
	r->seq = seq;
	r->epoch = epoch;
	r->time_ms = time_ms;
	r->room_len = (uint8_t) room.len;
	if (room.len) {
		memcpy(r->room, room.ptr, room.len);
	}
	all->ids[all->next] = cr_hash(id.ptr, id.len) | 1;
	all->next = (all->next + 1) % CR_RECENT;
	return CR_OK;
}
