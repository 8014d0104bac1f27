/* chatroom.v1: how a connection begins, and how it is sent away.
 *
 * The first frame decides: a hello (with a token, rooms to join, or a session
 * to resume) or anything else, which counts as an empty hello before it; so
 * do five seconds of silence. Only then is the client open to the
 * application, under the uid it keeps. */
#include "ext/server/v1.h"

static void welcome(cr_session *s, cr_slice id, bool resumed)
{
	const cr_server *srv = s->srv;
	const cr_server_config *c = &srv->config;
	const cr_peer *p = s->peer;
	char uid[CR_UUID_LEN], secret[CR_SECRET * 2];
	cr_json_out o;

	cr_uuid_write(&s->uid, uid);
	cr_peer_write_secret(p, secret);
	cr_v1_begin(s, &o, "welcome", id);
	cr_json_out_u64(&o, "v", 1);
	cr_json_out_str(&o, "uid", cr_slice_of(uid, sizeof(uid)));
	cr_json_out_str(&o, "session", cr_slice_of(secret, sizeof(secret)));
	if (p->user) {
		cr_json_out_str(&o, "user", cr_slice_of(p->user->id, p->user->id_len));
	}
	if (p->name) {
		cr_json_out_str(&o, "name", cr_slice_of(p->name, p->name_len));
	}
	cr_json_out_open(&o, "rooms", '[');
	for (const cr_join *j = p->joins; j; j = j->next) {
		cr_json_out_str(&o, NULL, cr_slice_of(j->room, j->room_len));
	}
	cr_json_out_close(&o, ']');
	cr_json_out_u64(&o, "ping", c->ping_interval / 1000);
	cr_json_out_open(&o, "limits", '{');
	cr_json_out_u64(&o, "message", c->max_message_size);
	cr_json_out_u64(&o, "data", CR_V1_DATA_MAX);
	cr_json_out_u64(&o, "rooms", c->rooms_per_client);
	cr_json_out_u64(&o, "rate", c->rate_messages);
	cr_json_out_u64(&o, "rate_seconds", (c->rate_window + 999) / 1000);
	cr_json_out_u64(&o, "resume", c->resume_window / 1000);
	cr_json_out_close(&o, '}');
	cr_json_out_bool(&o, "resumed", resumed);
	cr_json_out_u64(&o, "time", cr_unix_ms());
	cr_v1_end_secret(s, &o);
}

static void keep_resumed_rooms(cr_session *s, const cr_v1_frame *f, const cr_peer *old)
{
	for (size_t i = 0; i < old->n_was_in; i++) {
		const cr_was_in *w = &old->was_in[i];
		cr_slice room = cr_was_in_name(w);
		cr_join *j = w->gone ? NULL : cr_v1_queue_join(s->peer, room, CR_SLICE_NONE);

		if (w->gone) {
			continue;
		}
		if (!j) {
			return; /* the client learns from welcome that the room is not there */
		}
		j->resumed = true;
		j->invited = w->invited;
		j->has_since = cr_v1_resume_seq(f, room, &j->since);
		j->has_epoch = w->has_epoch;
		memcpy(j->epoch, w->epoch, sizeof(j->epoch));
	}
}

/* Takes the place of the session that the secret belongs to. False: there is
 * none such, the greeting goes on as a new one. */
static bool resume(cr_session *s, const cr_v1_frame *f)
{
	cr_server *srv = s->srv;
	cr_peer *old = f->session.ptr ? cr_peer_by_secret(srv, f->session) : NULL;

	if (!old || old == s->peer || old->greeting) {
		return false;
	}
	if (old->session) {
		cr_session *before = old->session;

		if (before->state == CR_SESSION_OPEN) {
			cr_ws_fail(before, 4202, "resumed elsewhere");
		}
		/* its on_close comes before the new one's on_open */
		cr_sessions_report_ended(srv);
		old = cr_peer_by_secret(srv, f->session);
		if (!old || old->session || s->state != CR_SESSION_OPEN || srv->abandoned) {
			return false;
		}
	}
	cr_peer_take_over(s, old);
	keep_resumed_rooms(s, f, old);
	srv->stats.resumed++;
	return true;
}

/* Once each: a second time would say that nothing was recovered. Out of memory:
 * the client learns from welcome that the room is not there. */
static void queue_room(cr_peer *p, cr_slice room, uint64_t history)
{
	for (const cr_join *j = p->joins; j; j = j->next) {
		if (cr_slice_eq(cr_slice_of(j->room, j->room_len), room)) {
			return;
		}
	}
	cr_join *j = cr_v1_queue_join(p, room, CR_SLICE_NONE);

	if (j) {
		j->history = history;
	}
}

static void queue_first_rooms(cr_session *s, const cr_v1_frame *f)
{
	cr_slice room, first = cr_slice_of(s->http->room, s->http->room_len);
	uint64_t history = f ? f->history : 0;

	if (s->http->has_room || !f || !(f->has & CR_V1_HAS_JOIN_LIST)) {
		queue_room(s->peer, first, history);
	}
	for (size_t i = 0; f && (room = cr_v1_join_at(f, i)).ptr; i++) {
		if (cr_room_name_is_valid(room)) {
			queue_room(s->peer, room, history);
		}
	}
}

static void tell_bad_rooms(cr_session *s, const cr_v1_frame *f)
{
	cr_slice room;

	for (size_t i = 0; f && s->state == CR_SESSION_OPEN && (room = cr_v1_join_at(f, i)).ptr; i++) {
		if (!cr_room_name_is_valid(room)) {
			cr_v1_error(s, CR_SLICE_NONE, "bad_request",
				CR_SLICE("a room's name is 1 to 255 bytes of UTF-8 without control characters"), 0);
		}
	}
}

/* Presence and the rest know it by its user; so that comes first. False: refused. */
static bool authenticate(cr_session *s, const cr_v1_frame *f, bool resumed)
{
	cr_refusal no;

	if (!resumed && f && f->token.ptr && !cr_auth_by_token(s, f->token, &no)) {
		cr_v1_send_away(s, 4003, no.reason);
		return false;
	}
	if (!s->srv->config.guests && !s->peer->user) {
		s->srv->stats.refused_guests++;
		cr_v1_send_away(s, 4003, CR_SLICE("sign in first"));
		return false;
	}
	if (!cr_auth_may_come_in(s, &no) || !cr_auth_take_place(s, &no)) {
		cr_v1_send_away(s, no.close_code, no.reason);
		return false;
	}
	return true;
}

bool cr_v1_greet(cr_session *s, const cr_v1_frame *f)
{
	cr_server *srv = s->srv;
	cr_peer *p = s->peer;

	cr_deadline_cancel(&p->hello);
	bool resumed = f && f->has & CR_V1_HAS_RESUME && resume(s, f);
	if (s->state != CR_SESSION_OPEN || srv->abandoned) {
		return false;
	}
	p = s->peer;
	if (!authenticate(s, f, resumed)) {
		return false;
	}
	if (!resumed && cr_peer_make_secret(p) != CR_OK) {
		cr_ws_fail(s, 1011, "out of memory");
		return false;
	}
	if (cr_session_list(s) != CR_OK) {
		cr_ws_fail(s, 1011, "out of memory");
		return false;
	}
	if (!resumed || (f->has & CR_V1_HAS_JOIN_LIST)) {
		queue_first_rooms(s, f);
	}
	welcome(s, f ? f->id : CR_SLICE_NONE, resumed);
	tell_bad_rooms(s, f);
	if (s->state != CR_SESSION_OPEN) {
		return false;
	}
	p->greeting = false;
	s->opened_at = cr_unix_ms();
	cr_peer_connected(p);
	cr_upgrade_opened(s);
	if (s->state == CR_SESSION_OPEN) {
		cr_peer_online(p);
	}
	if (s->state == CR_SESSION_OPEN && !srv->abandoned) {
		cr_v1_run_joins(s);
	}
	return s->state == CR_SESSION_OPEN && !srv->abandoned;
}

void cr_peer_on_hello_due(cr_deadline *d)
{
	cr_peer *p = cr_container_of(d, cr_peer, hello);

	(void) cr_v1_greet(p->session, NULL);
}

bool cr_v1_greet_silent(cr_session *s)
{
	return cr_v1_greet(s, NULL);
}

void cr_v1_send_away(cr_session *s, unsigned code, cr_slice reason)
{
	cr_json_out o;

	cr_broadcast_stage_of(s);
	cr_v1_begin(s, &o, "kick", CR_SLICE_NONE);
	cr_json_out_u64(&o, "code", code);
	cr_json_out_str(&o, "reason", reason);
	cr_json_out_bool(&o, "retry", false);
	cr_v1_end(s, &o);
	cr_session_close(s, code, reason);
}

void cr_v1_tell_reconnect(cr_session *s, uint32_t after_s, const char *reason)
{
	cr_json_out o;

	cr_v1_begin(s, &o, "reconnect", CR_SLICE_NONE);
	cr_json_out_u64(&o, "after", after_s);
	cr_json_out_cstr(&o, "reason", reason);
	cr_v1_end(s, &o);
}
