#ifndef CR_SERVER_CHAT_H
#define CR_SERVER_CHAT_H

/* What the files of server/ that know the chat share: peers, rooms, history,
 * moderation. Nobody outside server/ includes this. */

#include "ext/chat/moderation.h"
#include "ext/chat/presence.h"
#include "ext/chat/timeline.h"
#include "ext/proto/chat_v1.h"
#include "ext/proto/json_out.h"
#include "ext/server/internal.h"

#define CR_V1_KIND  8  /* cr_member.kind: from here on chatroom.v1 is spoken */
#define CR_SECRET   16 /* bytes of a session's secret, twice as many characters on the wire */
#define CR_RECENT   32 /* request ids remembered per peer */
#define CR_HELLO_MS 5000
#define CR_SWEEP_MS 1000
#define CR_USER_MAX 255 /* bytes of an application's user id */
#define CR_NAME_MAX 255 /* bytes of a display name */
#define CR_NIL_UUID "00000000-0000-0000-0000-000000000000"

/* A user of the application's: the connections of one user id. Kept while it
 * has connections, and presence_grace longer. */
typedef struct cr_user {
	UT_hash_handle hh;   /* srv->users, by id */
	cr_list peers;       /* cr_peer.in_user: connected ones */
	cr_list parked;      /* and those that may come back */
	size_t n;            /* of them */
	size_t refs;         /* peers that are or were it, parked ones too */
	cr_deadline offline; /* armed when the last has gone */
	cr_server *srv;
	uint32_t mark; /* srv->mark: seen in this walk */
	bool online;   /* on_user(true) was called, on_user(false) is owed */
	size_t id_len;
	char id[];
} cr_user;

/* A room a session was in when it ended: one of a list, behind which all the
 * names lie in the same block. Parked peers keep thousands of them. */
typedef struct cr_was_in {
	uint64_t held; /* still counted in the presence of that id; 0: not */
	char epoch[CR_EPOCH_LEN];
	uint32_t name_at; /* bytes from here */
	uint8_t name_len;
	bool has_epoch;
	bool invited; /* as in cr_membership */
	bool gone;    /* taken out of it since: does not come back to it */
} cr_was_in;

static inline cr_slice cr_was_in_name(const cr_was_in *w)
{
	return cr_slice_of((const char *) w + w->name_at, w->name_len);
}

/* A message taken under a request id. */
typedef struct cr_recent {
	uint64_t seq, time_ms;
	uint16_t epoch;   /* seq means nothing in another; one in 65,536 passes for it */
	uint8_t room_len; /* 0: private, and seq is how many it was delivered to */
	char room[];
} cr_recent;

/* The last of them. */
typedef struct cr_recents {
	uint64_t ids[CR_RECENT]; /* keyed hashes; 0: free */
	cr_recent *messages[CR_RECENT];
	unsigned next;
} cr_recents;

/* Joins that are still to be answered, in order. */
typedef struct cr_join {
	struct cr_join *next;
	uint64_t since, history;
	bool has_since, has_epoch;
	bool resumed; /* of hello's resume: the epoch is the parked one */
	bool invited; /* the server had put it in: nobody is asked */
	char epoch[CR_EPOCH_LEN];
	uint8_t id_len, room_len;
	const char *room, *id; /* behind the struct: hundreds of these wait at once */
} cr_join;

/* Who a connection is beyond its uid. A client that speaks basic and is nobody
 * the application knows has none. A v1 peer outlives its connection, parked,
 * for resume_window; session is NULL then. */
typedef struct cr_peer {
	UT_hash_handle hh; /* srv->peers, by secret; v1 only */
	uint8_t secret[CR_SECRET];
	cr_uuid uid;
	bool v1;
	bool greeting; /* until its welcome: not open to anybody yet */
	bool parked;
	bool counted; /* in user->n */
	cr_session *session;
	cr_server *srv;
	cr_deadline hello;   /* greeting: how long */
	cr_deadline grace;   /* parked: until its presence goes */
	cr_deadline expires; /* parked: until it cannot resume */
	cr_user *user;
	cr_list in_user;
	char *name;
	size_t name_len;
	cr_recents *recents; /* made with the first id */
	unsigned limited;    /* frames refused for their rate, in a row */
	cr_join *joins, **joins_tail;
	cr_was_in *was_in; /* parked */
	size_t n_was_in;
	void *app;     /* parked: of hooks->on_park */
	uint64_t from; /* parked: keyed hash of the address it came from, for bans of it */
} cr_peer;

/* What is special about a room, or about all whose names begin alike. */
typedef struct cr_room_rule {
	struct cr_room_rule *next;
	cr_room_options options;
	bool prefix;
	size_t len;
	char name[];
} cr_room_rule;

/* The server's side of a room: cr_room.out. */
typedef struct cr_room_state {
	cr_batch batch; /* first: broadcast.c knows it by that */
	cr_timeline *timeline;
	cr_presence *presence;
	uint64_t presence_id; /* another one when it began anew: what was held in the old one is void */
	uint32_t rules_seen;  /* srv->rules_version the options are of; 0: none */
	cr_room_options options;
} cr_room_state;

/* A chat message on its way to many. */
typedef struct cr_said {
	cr_membership *from; /* NULL: the server's own */
	const char *uid;     /* CR_UUID_LEN characters */
	cr_uuid uid_bytes;
	cr_slice text, data, user, name;
	cr_slice id; /* the sender wants an ack; absent: not */
	const cr_uuid *except;
	size_t n_except;
	uint64_t seq;     /* filled in */
	uint64_t time_ms; /* 0: filled in */
	size_t delivered; /* filled in: connections */
} cr_said;

/* A message's frames, made when asked for. */
typedef struct cr_payloads {
	const cr_said *said;
	cr_slice room; /* absent: to no room */
	bool to_one;
	bool is_v1;
	cr_slice payload; /* in the scratch buffer: of that dialect */
} cr_payloads;

/* Why somebody may not. reason may point into what moderation keeps. */
typedef struct cr_refusal {
	const char *code;
	cr_slice reason;
	uint64_t retry_ms;
	unsigned close_code; /* of one that may not come in */
} cr_refusal;

static inline bool cr_is_v1(const cr_session *s)
{
	return s->member.kind >= CR_V1_KIND;
}

/* For a hook: whatever it does, the room's name outlives it. */
static inline cr_slice cr_room_name_copy(char buf[CR_ROOM_NAME_MAX], const cr_membership *ms)
{
	if (!ms) {
		return CR_SLICE_NONE;
	}
	memcpy(buf, ms->room->name, ms->room->name_len);
	return cr_slice_of(buf, ms->room->name_len);
}

/* peers.c */
/* The session's, made when there is none. NULL: out of memory. */
cr_peer *cr_peer_of(cr_session *s);
void cr_peer_free(cr_peer *p);
/* At the session's end, while it is still in its rooms: takes it out of them
 * and of its user, and parks what may come back. */
void cr_peer_park(cr_session *s, unsigned code);
/* Later, when on_close was called: session and peer part. */
void cr_peer_let_go(cr_session *s);
void cr_peer_take_over(cr_session *s, cr_peer *parked);
/* Once; id and name may be absent. */
CR_MUST_CHECK cr_status cr_peer_set_user(cr_peer *p, cr_slice id, cr_slice name);
/* It is open: its user has one connection more. on_user is called by
 * cr_peer_online(), after on_open. */
void cr_peer_connected(cr_peer *p);
void cr_peer_online(cr_peer *p);
/* A parked one does not come back. */
void cr_peer_forget(cr_peer *p);
/* The parked one of that uid, or NULL. Looks at all peers, so for moderators only. */
cr_peer *cr_peer_find_parked(cr_server *srv, const cr_uuid *uid);
bool cr_peers_leave_parked(cr_server *srv, const cr_uuid *uid, cr_slice room);
/* None that came from this address, as cr_session_ip() writes it, comes back. */
void cr_peers_forget_from(cr_server *srv, cr_slice ip);
/* The rooms it was in and has not come back to: its places in their presence go. */
void cr_peer_release_presence(cr_peer *p);
cr_user *cr_user_find(cr_server *srv, cr_slice id);
CR_MUST_CHECK cr_status cr_peer_make_secret(cr_peer *p);
void cr_peer_write_secret(const cr_peer *p, char hex[CR_SECRET * 2]);
cr_peer *cr_peer_by_secret(cr_server *srv, cr_slice hex);
void cr_peers_deinit(cr_server *srv);
void cr_peer_on_grace_due(cr_deadline *d);
void cr_peer_on_expired(cr_deadline *d);
void cr_user_on_offline_due(cr_deadline *d);
/* The key somebody counts under in presence and moderation: a user, or else a uid. */
cr_slice cr_subject_of(const cr_session *s, char buf[CR_SUBJECT_MAX]);
cr_slice cr_subject_of_peer(const cr_peer *p, char buf[CR_SUBJECT_MAX]);
cr_slice cr_subject_of_user(cr_slice id, char buf[CR_SUBJECT_MAX]);
cr_slice cr_subject_of_uid(const cr_uuid *uid, char buf[CR_SUBJECT_MAX]);
/* What was taken under that request id, NULL: nothing (any more). */
const cr_recent *cr_peer_recent(const cr_peer *p, cr_slice id);
/* room absent: private. epoch: cr_epoch_mark(). CR_ERR_NOMEM: nothing is remembered, nothing forgotten. */
CR_MUST_CHECK cr_status cr_peer_remember(cr_peer *p, cr_slice id, cr_slice room, uint16_t epoch, uint64_t seq,
	uint64_t time_ms);
/* What is remembered of a room's epoch; NULL: of no history, 0. */
uint16_t cr_epoch_mark(const cr_timeline *tl);

/* broadcast.c */
void cr_batch_init(cr_batch *b, cr_room *room);
void cr_batch_deinit(cr_server *srv, cr_batch *b);
void cr_broadcast_stage_batch(cr_server *srv, cr_batch *b);
/* A chat message to a room: seq, history, lanes; a sender of a v1 id gets its
 * ack in its place. CR_ERR_NOMEM: nothing happened. */
CR_MUST_CHECK cr_status cr_broadcast_said(cr_server *srv, cr_room *room, cr_said *said);
/* One JSON object to the room's v1 members, but for except. */
CR_MUST_CHECK cr_status cr_broadcast_event(cr_server *srv, cr_room *room, cr_membership *except, cr_slice payload);

/* send.c */
cr_buf *cr_scratch(cr_server *srv);
cr_slice cr_scratch_slice(const cr_server *srv);
CR_MUST_CHECK cr_status cr_ws_append_text(cr_chunk *c, cr_slice payload);
CR_MUST_CHECK cr_status cr_append_text(cr_server *srv, cr_chunk *c, unsigned kind, cr_slice payload);
CR_MUST_CHECK cr_status cr_append_ack(cr_server *srv, cr_chunk *c, const cr_said *said, cr_slice room);
void cr_payloads_init(cr_payloads *p, const cr_said *said, cr_slice room, bool to_one);
CR_MUST_CHECK cr_status cr_payload_append(cr_server *srv, cr_payloads *p, cr_chunk *c, unsigned kind);
CR_MUST_CHECK cr_status cr_send_said(cr_session *s, const cr_said *said);
size_t cr_send_to_user(cr_server *srv, cr_slice user, const cr_said *said);
CR_MUST_CHECK cr_status cr_session_tell(cr_session *s, cr_slice payload, bool secret); /* secret: never compressed */

/* v1.c */
void cr_v1_on_text(cr_session *s, uint8_t *data, size_t len);
/* The same, of one that waited: its rate was looked at when it came. */
void cr_v1_on_kept(cr_session *s, uint8_t *data, size_t len);
void cr_v1_answer_message(cr_session *s, cr_slice raw, const cr_verdict *v);
/* A chat message of either dialect to the room said->from is in; the hook returned at at_ns, see cr_verdict. */
CR_MUST_CHECK cr_status cr_chat_publish(cr_session *s, cr_said *said, uint64_t at_ns);

/* v1_rooms.c, v1_greet.c */
/* False: the connection is being ended. */
bool cr_v1_greet_silent(cr_session *s);
/* Kicked: told so, then closed with that code. */
void cr_v1_send_away(cr_session *s, unsigned code, cr_slice reason);
void cr_v1_left(cr_session *s, cr_slice room, cr_slice id, const char *reason);
void cr_v1_tell_joined(cr_session *s, cr_membership *ms);
void cr_v1_tell_reconnect(cr_session *s, uint32_t after_s, const char *reason);
void cr_peer_on_hello_due(cr_deadline *d);
void cr_history_write(cr_json_out *o, const cr_timeline *tl, cr_slice room, const cr_history_query *q,
	size_t max_bytes);

/* policy.c: NULL room: a private message */
bool cr_chat_may_post(cr_session *s, cr_room *room, cr_refusal *no);
/* One more message would be too soon. */
bool cr_chat_is_slow(cr_session *s, cr_room *room, cr_refusal *no);
void cr_chat_slow_down(cr_session *s, cr_room *room);
bool cr_auth_by_token(cr_session *s, cr_slice token, cr_refusal *no);
bool cr_auth_may_come_in(cr_session *s, cr_refusal *no);
/* single_session: it is refused, or its user's other connections are ended. */
bool cr_auth_take_place(cr_session *s, cr_refusal *no);
size_t cr_kick_user(cr_user *u, const cr_session *except, unsigned code, cr_slice reason);

/* rooms.c */
cr_room_state *cr_room_state_of(cr_server *srv, cr_room *room); /* NULL: out of memory */
cr_timeline *cr_room_timeline(cr_server *srv, cr_room *room);   /* NULL: out of memory */
void cr_room_state_free(void *arg, cr_room *room);
bool cr_room_has_presence(cr_server *srv, cr_room *room);
/* A parked peer's place in the presence of that id goes. */
void cr_room_presence_leave(cr_server *srv, cr_room *room, const cr_peer *p, uint64_t presence_id);
cr_timeline_limits cr_room_limits(const cr_server *srv, const cr_room_options *o);
/* Everything that joining means but the question whether it may. */
CR_MUST_CHECK cr_status cr_room_enter(cr_session *s, cr_slice room, cr_membership **ms);
/* held: its presence goes later. */
void cr_room_exit(cr_session *s, cr_membership *ms, bool held);
/* text absent: deletes. CR_ERR_STATE: not kept. */
CR_MUST_CHECK cr_status cr_room_change(cr_server *srv, cr_room *room, cr_membership *by, uint64_t seq, cr_slice text,
	const cr_uuid *uid);
void cr_rules_free(cr_server *srv);

#endif
