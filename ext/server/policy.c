/* Who may speak, and who may come in: mutes, bans, slow mode, rooms' rules,
 * single sessions, tickets. */
#include "ext/proto/ticket.h"
#include "ext/server/chat.h"

#include <arpa/inet.h>

/* Subjects */

static cr_slice ip_subject(const cr_session *s, char buf[CR_SUBJECT_MAX])
{
	memcpy(buf, "ip:", 3);
	cr_session_ip(s, buf + 3, CR_SUBJECT_MAX - 3);
	return cr_slice_of(buf, strlen(buf));
}

/* What a moderator names: a uid when it looks like one, else a user. */
static cr_slice subject_of_name(cr_slice name, char buf[CR_SUBJECT_MAX])
{
	cr_uuid uid;

	return cr_uuid_parse(&uid, name) == CR_OK ? cr_subject_of_uid(&uid, buf) : cr_subject_of_user(name, buf);
}

static bool is_address(cr_slice name)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in;

	if (name.len == 0 || name.len >= sizeof(text)) {
		return false;
	}
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	return inet_pton(AF_INET, text, &in) == 1 || inet_pton(AF_INET6, text, &in) == 1;
}

/* The way cr_session_ip() writes it: lower case, shortest. */
static cr_slice subject_of_address(cr_slice name, char buf[CR_SUBJECT_MAX])
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in;

	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	memcpy(buf, "ip:", 3);
	if (inet_pton(AF_INET6, text, &in) == 1) {
		(void) inet_ntop(AF_INET6, &in, buf + 3, CR_SUBJECT_MAX - 3);
	} else {
		memcpy(buf + 3, text, name.len + 1);
	}
	return cr_slice_of(buf, strlen(buf));
}

static const cr_sanction *find(cr_session *s, cr_sanction_kind kind, cr_slice room)
{
	cr_server *srv = s->srv;
	uint64_t now = cr_loop_now(&srv->loop);
	char buf[CR_SUBJECT_MAX];
	const cr_sanction *found = cr_sanction_find(&srv->moderation, kind, cr_subject_of_uid(&s->uid, buf), room, now);

	if (!found && s->peer && s->peer->user) {
		found = cr_sanction_find(&srv->moderation, kind, cr_subject_of(s, buf), room, now);
	}
	return found;
}

static cr_refusal refused(cr_server *srv, const char *code, const cr_sanction *s, const char *reason,
	unsigned close_code)
{
	uint64_t left = s ? cr_sanction_left(s, cr_loop_now(&srv->loop)) : 0;
	cr_slice own = s ? cr_sanction_reason(s) : CR_SLICE_NONE;

	return (cr_refusal){
		.code = code,
		.reason = own.len ? own : cr_slice_str(reason),
		.retry_ms = left == CR_SANCTION_FOR_EVER ? 0 : left,
		.close_code = close_code,
	};
}

/* Speaking */

/* Of messages alone: whoever has just spoken may mend a word of it, and type. */
bool cr_chat_is_slow(cr_session *s, cr_room *room, cr_refusal *no)
{
	cr_server *srv = s->srv;
	char buf[CR_SUBJECT_MAX];
	const cr_room_state *st = srv->rules ? cr_room_state_of(srv, room) : NULL;

	if (!st || st->options.slow_mode == 0) {
		return false;
	}
	const cr_sanction *held = cr_sanction_find(&srv->moderation, CR_SANCTION_SLOW, cr_subject_of(s, buf),
		cr_room_name(room), cr_loop_now(&srv->loop));

	if (held) {
		*no = refused(srv, "slow_mode", held, "this room takes one message at a time, slowly", 0);
		srv->stats.slowed++;
	}
	return held != NULL;
}

bool cr_chat_may_post(cr_session *s, cr_room *room, cr_refusal *no)
{
	cr_server *srv = s->srv;
	const cr_sanction *muted = NULL;

	if (srv->moderation.count == 0 && !srv->rules) {
		return true; /* nearly always */
	}
	if (srv->moderation.count > 0) {
		muted = find(s, CR_SANCTION_MUTE, CR_SLICE_NONE);
		if (!muted && room) {
			muted = find(s, CR_SANCTION_MUTE, cr_room_name(room));
		}
	}
	if (muted) {
		*no = refused(srv, "muted", muted, "you are muted", 0);
		srv->stats.muted++;
		return false;
	}
	const cr_room_state *st = room ? cr_room_state_of(srv, room) : NULL;
	if (!st) {
		return true;
	}
	bool is_user = s->peer && s->peer->user;
	if (st->options.post == CR_POST_SERVER || (st->options.post == CR_POST_USERS && !is_user)) {
		*no = refused(srv, "forbidden", NULL, "you may not write in this room", 0);
		return false;
	}
	return true;
}

/* It has spoken: the room's slow mode begins to run. */
void cr_chat_slow_down(cr_session *s, cr_room *room)
{
	cr_server *srv = s->srv;
	char buf[CR_SUBJECT_MAX];
	const cr_room_state *st = srv->rules ? cr_room_state_of(srv, room) : NULL;

	if (st && st->options.slow_mode > 0
		&& cr_sanction_set(&srv->moderation, CR_SANCTION_SLOW, cr_subject_of(s, buf), cr_room_name(room),
			   cr_loop_now(&srv->loop) + st->options.slow_mode, CR_SLICE_NONE)
			   != CR_OK) {
		srv->stats.out_of_memory++;
	}
}

/* Coming in */

/* Who a ticket says it is; once known, a session stays who it is. */
bool cr_auth_by_token(cr_session *s, cr_slice token, cr_refusal *no)
{
	cr_server *srv = s->srv;
	cr_ticket t;

	*no = (cr_refusal){.code = "forbidden", .reason = CR_SLICE("this server takes no tickets"), .close_code = 4003};
	if (!srv->config.secret.len) {
		return false;
	}
	switch (cr_ticket_check(srv->json_inside, &t, token, srv->config.secret, cr_unix_ms() / 1000)) {
		case CR_OK:
			break;
		case CR_ERR_STATE:
			no->reason = CR_SLICE("the ticket has expired, or is not valid yet");
			srv->stats.refused_tickets++;
			return false;
		default:
			no->reason = CR_SLICE("the ticket is not valid");
			srv->stats.refused_tickets++;
			return false;
	}
	cr_peer *p = cr_peer_of(s);
	no->reason = CR_SLICE("out of memory");
	if (p && p->user) {
		return true;
	}
	return p && cr_peer_set_user(p, cr_slice_of(t.user, t.user_len), cr_slice_of(t.name, t.name_len)) == CR_OK;
}

bool cr_auth_may_come_in(cr_session *s, cr_refusal *no)
{
	cr_server *srv = s->srv;
	uint64_t now = cr_loop_now(&srv->loop);
	char buf[CR_SUBJECT_MAX];
	const cr_sanction *ban = NULL;
	cr_user *u = s->peer ? s->peer->user : NULL;

	if (srv->moderation.count > 0) {
		ban = cr_sanction_find(&srv->moderation, CR_SANCTION_BAN, ip_subject(s, buf), CR_SLICE_NONE, now);
		if (!ban && u) {
			ban = cr_sanction_find(&srv->moderation, CR_SANCTION_BAN, cr_subject_of(s, buf), CR_SLICE_NONE, now);
		}
	}
	if (ban) {
		*no = refused(srv, "banned", ban, "you are banned", 4002);
		srv->stats.refused_banned++;
	}
	return ban == NULL;
}

bool cr_auth_take_place(cr_session *s, cr_refusal *no)
{
	cr_server *srv = s->srv;
	cr_user *u = s->peer ? s->peer->user : NULL;

	if (u && u->n > 0 && srv->config.single_session == CR_SINGLE_REJECT_NEW) {
		*no = refused(srv, "forbidden", NULL, "you are signed in elsewhere", 4001);
		return false;
	}
	if (u && srv->config.single_session == CR_SINGLE_KICK_OLD) {
		cr_kick_user(u, s, 4001, CR_SLICE("signed in elsewhere"));
	}
	return true;
}

/* All connections of a user but one, parked ones too: they do not come back. */
size_t cr_kick_user(cr_user *u, const cr_session *except, unsigned code, cr_slice reason)
{
	size_t n = 0;

	u->refs++; /* of what is freed here, the last must not take the user along */
	while (!cr_list_is_empty(&u->parked)) {
		cr_peer_forget(cr_container_of(u->parked.next, cr_peer, in_user));
	}
	for (cr_list *l = u->peers.next, *next; l != &u->peers; l = next) {
		cr_session *s = cr_container_of(l, cr_peer, in_user)->session;

		next = l->next;
		if (s != except) {
			cr_session_kick(s, code, reason);
			n++;
		}
	}
	u->refs--;
	return n;
}

/* What PHP and the HTTP API ask for */

bool cr_server_kick(cr_server *srv, const cr_uuid *uid, unsigned code, cr_slice reason)
{
	cr_session *s = cr_server_find(srv, uid);
	cr_peer *p;

	if (s && cr_session_is_open(s)) {
		cr_session_kick(s, code, reason);
		return true;
	}
	p = cr_peer_find_parked(srv, uid);
	if (p) {
		cr_peer_forget(p);
	}
	return p != NULL;
}

static uint64_t until(cr_server *srv, uint64_t ms)
{
	return ms ? cr_loop_now(&srv->loop) + ms : CR_SANCTION_FOR_EVER;
}

cr_status cr_server_mute(cr_server *srv, cr_slice who, uint64_t ms, cr_slice room, cr_slice reason)
{
	char buf[CR_SUBJECT_MAX];

	if (who.len == 0 || who.len > CR_USER_MAX || (room.ptr && !cr_room_name_is_valid(room))) {
		return CR_ERR_FORM;
	}
	return cr_sanction_set(&srv->moderation, CR_SANCTION_MUTE, subject_of_name(who, buf), room, until(srv, ms), reason);
}

bool cr_server_unmute(cr_server *srv, cr_slice who, cr_slice room)
{
	char buf[CR_SUBJECT_MAX];

	return who.len > 0 && who.len <= CR_USER_MAX
	       && cr_sanction_lift(&srv->moderation, CR_SANCTION_MUTE, subject_of_name(who, buf), room);
}

cr_status cr_server_ban(cr_server *srv, cr_slice who, uint64_t ms, cr_slice reason, size_t *kicked)
{
	char buf[CR_SUBJECT_MAX];
	bool address = is_address(who);
	cr_slice subject;

	*kicked = 0;
	if (who.len == 0 || who.len > CR_USER_MAX) {
		return CR_ERR_FORM;
	}
	subject = address ? subject_of_address(who, buf) : cr_subject_of_user(who, buf);
	cr_status st = cr_sanction_set(&srv->moderation, CR_SANCTION_BAN, subject, CR_SLICE_NONE, until(srv, ms), reason);
	if (st != CR_OK) {
		return st;
	}
	cr_user *u = address ? NULL : cr_user_find(srv, who);
	if (u) {
		*kicked = cr_kick_user(u, NULL, 4002, reason.len ? reason : CR_SLICE("banned"));
	}
	for (cr_list *l = srv->open.next, *next; address && l != &srv->open; l = next) {
		cr_session *s = cr_container_of(l, cr_session, all);
		char own[CR_SUBJECT_MAX];

		next = l->next;
		if (cr_slice_eq(ip_subject(s, own), subject)) {
			cr_session_kick(s, 4002, reason.len ? reason : CR_SLICE("banned"));
			(*kicked)++;
		}
	}
	if (address) {
		cr_peers_forget_from(srv, cr_slice_of(subject.ptr + 3, subject.len - 3));
	}
	return CR_OK;
}

bool cr_server_unban(cr_server *srv, cr_slice who)
{
	char buf[CR_SUBJECT_MAX];

	if (who.len == 0 || who.len > CR_USER_MAX) {
		return false;
	}
	return cr_sanction_lift(&srv->moderation, CR_SANCTION_BAN,
		is_address(who) ? subject_of_address(who, buf) : cr_subject_of_user(who, buf), CR_SLICE_NONE);
}

size_t cr_server_kick_user(cr_server *srv, cr_slice user, cr_slice reason, const cr_uuid *except)
{
	cr_user *u = cr_user_find(srv, user);

	return u ? cr_kick_user(u, except ? cr_server_find(srv, except) : NULL, 4000, reason) : 0;
}
