/* What each call of the HTTP API does: docs/http-api.md. */
#include "ext/server/api.h"

#include <stdio.h>

#define BATCH_MAX    1000     /* rooms, users or uids of one call */
#define SANCTION_MAX 31536000 /* seconds */
#define SLOW_MAX     86400    /* seconds, as of setRoomOptions() */

/* Fields */

/* Absent when it is not there and need not be. */
static cr_slice take_string(cr_api_call *c, const char *key, bool needed)
{
	cr_json *value;
	bool there = cr_json_has(c->in, key, &value);

	if (there || needed) {
		if (!cr_json_string(value).ptr) {
			cr_api_wrong(c, 400, "bad_request", "%s must be a string", key);
		}
	}
	return cr_json_string(value);
}

static cr_slice take_room(cr_api_call *c, const char *key, bool needed)
{
	cr_slice room = take_string(c, key, needed);

	if (c->status == 200 && room.ptr && !cr_room_name_is_valid(room)) {
		cr_api_wrong(c, 400, "bad_request", "%s must be 1 to 255 bytes of UTF-8 without control characters", key);
	}
	return room;
}

static cr_slice take_reason(cr_api_call *c)
{
	cr_slice reason = take_string(c, "reason", false);

	if (reason.len > 123) {
		cr_api_wrong(c, 400, "bad_request", "reason must be at most 123 bytes");
	}
	return reason;
}

/* Seconds as ms, 0 too: zero says what that means. */
static uint64_t take_seconds(cr_api_call *c, bool needed, unsigned max, const char *zero)
{
	cr_json *value;
	double n = -1;

	if (!cr_json_has(c->in, "seconds", &value) && !needed) {
		return 0;
	}
	(void) cr_json_number(value, &n);
	if (!(n == 0 || (n >= 0.001 && n <= max))) {
		cr_api_wrong(c, 400, "bad_request", "seconds must be 0 (%s), or between 0.001 and %u", zero, max);
		return 0;
	}
	return (uint64_t) (n * 1000 + 0.5);
}

static uint64_t take_seq(cr_api_call *c)
{
	int64_t n = 0;

	if (!cr_json_integer(cr_json_get(c->in, "seq"), &n) || n < 1) {
		cr_api_wrong(c, 400, "bad_request", "seq must be an integer from 1 on");
	}
	return (uint64_t) n;
}

static cr_own_message take_message(cr_api_call *c)
{
	cr_own_message m = {.text = take_string(c, "message", true)};

	m.data = cr_json_member(c->body.ptr, c->body.len, "data");
	if (m.text.len > c->srv->config.max_message_size) {
		cr_api_wrong(c, 413, "too_big", "message must be at most %zu bytes", c->srv->config.max_message_size);
	}
	if (m.data.len > CR_V1_DATA_MAX) {
		cr_api_wrong(c, 413, "too_big", "data must be at most %d bytes of JSON", CR_V1_DATA_MAX);
	}
	return m;
}

/* A list of strings under many, or one string under one. */
typedef struct names {
	cr_json *list;
	cr_slice one;
	size_t n;
} names;

static names take_names(cr_api_call *c, const char *one, const char *many)
{
	cr_json *other;
	names out = {0};

	if (!cr_json_has(c->in, many, &out.list)) {
		out.one = take_string(c, one, false);
		out.n = out.one.ptr != NULL;
		return out;
	}
	if (!cr_json_is_array(out.list) || cr_json_has(c->in, one, &other)) {
		cr_api_wrong(c, 400, "bad_request", "give %s, or %s as a list of strings", one, many);
		return (names){0};
	}
	out.n = cr_json_length(out.list);
	if (out.n > BATCH_MAX) {
		cr_api_wrong(c, 413, "too_big", "%s must have at most %d elements", many, BATCH_MAX);
		return (names){0};
	}
	for (size_t i = 0; i < out.n; i++) {
		if (!cr_json_string(cr_json_at(out.list, i)).ptr) {
			cr_api_wrong(c, 400, "bad_request", "%s must be a list of strings", many);
			return (names){0};
		}
	}
	return out;
}

static cr_slice name_at(const names *n, size_t i)
{
	return n->list ? cr_json_string(cr_json_at(n->list, i)) : n->one;
}

/* Uids to leave out. cr_malloc'd or NULL. */
static cr_uuid *take_except(cr_api_call *c, size_t *n)
{
	names list = take_names(c, "except_uid", "except");
	cr_uuid *out = list.n ? cr_malloc(list.n * sizeof(*out)) : NULL;

	*n = 0;
	for (size_t i = 0; out && i < list.n; i++) {
		*n += cr_uuid_parse(&out[*n], name_at(&list, i)) == CR_OK;
	}
	return out;
}

static void failed(cr_api_call *c, cr_status st)
{
	if (st == CR_ERR_NOMEM) {
		cr_api_wrong(c, 503, "internal", "out of memory");
	} else if (st == CR_ERR_TOOBIG) {
		cr_api_wrong(c, 503, "internal", "too many mutes and bans");
	} else if (st != CR_OK) {
		cr_api_wrong(c, 400, "bad_request", "the message, data or name is not valid");
	}
}

/* Sending */

static void publish_to(cr_api_call *c, cr_slice room, const cr_own_message *m, const cr_uuid *except, size_t n_except)
{
	size_t delivered;
	uint64_t seq;
	cr_status st = cr_server_send_to_room(c->srv, room, m, except, n_except, &delivered, &seq);

	if (st != CR_OK) {
		failed(c, st);
		return;
	}
	cr_json_out_open(&c->out, NULL, '{');
	cr_json_out_str(&c->out, "room", room);
	cr_json_out_u64(&c->out, "seq", seq);
	cr_json_out_u64(&c->out, "delivered", delivered);
	cr_json_out_close(&c->out, '}');
}

/* All names are looked at before the first message is sent. */
static void publish(cr_api_call *c)
{
	names rooms = take_names(c, "room", "rooms");
	cr_own_message m = take_message(c);
	size_t n_except;
	cr_uuid *except = take_except(c, &n_except);

	if (rooms.n == 0) {
		cr_api_wrong(c, 400, "bad_request", "room, or rooms, is missing");
	}
	for (size_t i = 0; i < rooms.n; i++) {
		if (!cr_room_name_is_valid(name_at(&rooms, i))) {
			cr_api_wrong(c, 400, "bad_request",
				"a room's name must be 1 to 255 bytes of UTF-8 without control characters");
		}
	}
	cr_json_out_open(&c->out, "results", '[');
	for (size_t i = 0; i < rooms.n && c->status == 200; i++) {
		publish_to(c, name_at(&rooms, i), &m, except, n_except);
	}
	cr_json_out_close(&c->out, ']');
	cr_free(except);
}

static void broadcast(cr_api_call *c)
{
	cr_own_message m = take_message(c);
	size_t n_except, delivered = 0;
	cr_uuid *except = take_except(c, &n_except);

	if (c->status == 200) {
		failed(c, cr_server_broadcast(c->srv, &m, except, n_except, &delivered));
	}
	cr_json_out_u64(&c->out, "delivered", delivered);
	cr_free(except);
}

static size_t send_to_uid(cr_api_call *c, cr_slice text, const cr_own_message *m)
{
	cr_uuid uid;
	cr_session *s = cr_uuid_parse(&uid, text) == CR_OK ? cr_server_find(c->srv, &uid) : NULL;

	return s && cr_session_send(s, m) == CR_OK;
}

static void send_private(cr_api_call *c)
{
	names users = take_names(c, "user", "users"), uids = take_names(c, "uid", "uids");
	cr_own_message m = take_message(c);
	size_t delivered = 0, n;

	if (users.n + uids.n == 0) {
		cr_api_wrong(c, 400, "bad_request", "user, users, uid or uids is missing");
	}
	for (size_t i = 0; i < users.n && c->status == 200; i++) {
		failed(c, cr_server_send_to_user(c->srv, name_at(&users, i), &m, &n));
		delivered += n;
	}
	for (size_t i = 0; i < uids.n && c->status == 200; i++) {
		delivered += send_to_uid(c, name_at(&uids, i), &m);
	}
	cr_json_out_u64(&c->out, "delivered", delivered);
}

static void change(cr_api_call *c, bool edit)
{
	cr_slice room = take_room(c, "room", true), text = edit ? take_string(c, "text", true) : CR_SLICE_NONE;
	uint64_t seq = take_seq(c);

	if (c->status != 200) {
		return;
	}
	cr_status st = cr_server_change_message(c->srv, room, seq, text);
	if (st == CR_ERR_STATE) {
		cr_api_wrong(c, 404, "history_unavailable", "that message is not kept (any more)");
	} else {
		failed(c, st);
	}
}

static void edit(cr_api_call *c)
{
	change(c, true);
}

static void delete (cr_api_call *c)
{
	change(c, false);
}

/* Moderation */

static cr_slice take_who(cr_api_call *c)
{
	cr_slice who = take_string(c, "who", true);

	if (c->status == 200 && (who.len == 0 || who.len > CR_USER_MAX)) {
		cr_api_wrong(c, 400, "bad_request", "who must be 1 to %d bytes long", CR_USER_MAX);
	}
	return who;
}

static void kick(cr_api_call *c)
{
	cr_slice user = take_string(c, "user", false), text = take_string(c, "uid", false), reason = take_reason(c);
	cr_uuid uid;
	size_t n = 0;

	if ((user.ptr != NULL) == (text.ptr != NULL)) {
		cr_api_wrong(c, 400, "bad_request", "give user or uid");
	}
	if (c->status != 200) {
		return;
	}
	if (user.ptr) {
		n = cr_server_kick_user(c->srv, user, reason, NULL);
	} else if (cr_uuid_parse(&uid, text) == CR_OK) {
		n = cr_server_kick(c->srv, &uid, 4000, reason);
	}
	cr_json_out_u64(&c->out, "kicked", n);
}

static void mute(cr_api_call *c)
{
	cr_slice who = take_who(c), room = take_room(c, "room", false), reason = take_reason(c);
	uint64_t ms = take_seconds(c, true, SANCTION_MAX, "for good");

	if (c->status == 200) {
		failed(c, cr_server_mute(c->srv, who, ms, room, reason));
	}
}

static void unmute(cr_api_call *c)
{
	cr_slice who = take_who(c), room = take_room(c, "room", false);

	if (c->status == 200) {
		cr_json_out_bool(&c->out, "lifted", cr_server_unmute(c->srv, who, room));
	}
}

static void ban(cr_api_call *c)
{
	cr_slice who = take_who(c), reason = take_reason(c);
	uint64_t ms = take_seconds(c, false, SANCTION_MAX, "for good");
	size_t kicked = 0;

	if (c->status == 200) {
		failed(c, cr_server_ban(c->srv, who, ms, reason, &kicked));
	}
	cr_json_out_u64(&c->out, "kicked", kicked);
}

static void unban(cr_api_call *c)
{
	cr_slice who = take_who(c);

	if (c->status == 200) {
		cr_json_out_bool(&c->out, "lifted", cr_server_unban(c->srv, who));
	}
}

static void slow_mode(cr_api_call *c)
{
	cr_slice room = take_room(c, "room", true);
	uint64_t ms = take_seconds(c, true, SLOW_MAX, "off");

	if (c->status != 200) {
		return;
	}
	cr_status st = cr_server_set_slow_mode(c->srv, room, ms);
	if (st == CR_ERR_TOOBIG) {
		cr_api_wrong(c, 503, "internal", "too many rooms have options of their own");
	} else {
		failed(c, st);
	}
}

/* Rooms */

static void move(cr_api_call *c, bool in)
{
	cr_slice text = take_string(c, "uid", true), room = take_room(c, "room", true);
	cr_uuid uid;

	if (c->status != 200) {
		return;
	}
	bool is_uid = cr_uuid_parse(&uid, text) == CR_OK;
	cr_session *s = is_uid ? cr_server_find(c->srv, &uid) : NULL;
	if (!s && !in && is_uid && cr_server_leave(c->srv, &uid, room)) { /* was cut off */
		cr_json_out_bool(&c->out, "left", true);
		return;
	}
	if (!s) {
		cr_api_wrong(c, 404, "no_such_client", "nobody is online under that uid");
		return;
	}
	if (in) {
		cr_json_out_bool(&c->out, "joined", cr_session_join(s, room) == CR_OK);
	} else {
		cr_json_out_bool(&c->out, "left", cr_session_leave(s, room));
	}
}

static void join(cr_api_call *c)
{
	move(c, true);
}

static void leave(cr_api_call *c)
{
	move(c, false);
}

static void close_room(cr_api_call *c)
{
	cr_slice room = take_room(c, "room", true);

	if (c->status == 200) {
		cr_json_out_u64(&c->out, "left", cr_server_close_room(c->srv, room));
	}
}

/* Asking: GET */

/* A decoded parameter of the query; absent when there is none. */
static cr_slice take_param(cr_api_call *c, const char *key, uint8_t *buf, size_t size)
{
	cr_slice raw = c->query.ptr ? cr_http_query_get(c->query, key) : CR_SLICE_NONE;
	long n = raw.ptr && raw.len <= size ? cr_http_decode(buf, raw, true) : -1;

	if (raw.ptr && n < 0) {
		cr_api_wrong(c, 400, "bad_request", "%s is too long, or not well encoded", key);
	}
	return n < 0 ? CR_SLICE_NONE : cr_slice_of(buf, (size_t) n);
}

static bool take_number(cr_api_call *c, const char *key, uint64_t min, uint64_t max, uint64_t *out)
{
	uint8_t buf[64];
	cr_slice text = take_param(c, key, buf, sizeof(buf));
	uint64_t n = 0;

	if (!text.ptr) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || n > max) {
			n = UINT64_MAX;
			break;
		}
		n = n * 10 + (text.ptr[i] - '0');
	}
	if (text.len == 0 || n < min || n > max) {
		cr_api_wrong(c, 400, "bad_request", "%s must be between %llu and %llu", key, (unsigned long long) min,
			(unsigned long long) max);
		return false;
	}
	*out = n;
	return true;
}

static cr_slice room_param(cr_api_call *c, uint8_t *buf, size_t size)
{
	cr_slice room = take_param(c, "room", buf, size);

	if (!room.ptr || !cr_room_name_is_valid(room)) {
		cr_api_wrong(c, 400, "bad_request", "room must be 1 to 255 bytes of UTF-8 without control characters");
	}
	return room;
}

static void rooms(cr_api_call *c)
{
	cr_room_info info;

	cr_json_out_open(&c->out, "rooms", '[');
	for (const void *at = NULL; (at = cr_server_next_room(c->srv, at, &info));) {
		cr_json_out_open(&c->out, NULL, '{');
		cr_json_out_str(&c->out, "room", info.name);
		cr_json_out_u64(&c->out, "members", info.members);
		cr_json_out_u64(&c->out, "present", info.present);
		cr_json_out_close(&c->out, '}');
	}
	cr_json_out_close(&c->out, ']');
}

static void members(cr_api_call *c)
{
	uint8_t buf[CR_ROOM_NAME_MAX * 3];
	cr_slice name = room_param(c, buf, sizeof(buf));
	const cr_room *room = c->status == 200 ? cr_rooms_find(&c->srv->rooms, name) : NULL;
	char uid[CR_UUID_LEN];

	cr_json_out_u64(&c->out, "count", room ? room->n_members : 0);
	cr_json_out_open(&c->out, "members", '[');
	for (size_t i = 0; room && i < room->n_members; i++) {
		const cr_session *s = cr_container_of(room->members[i]->member, cr_session, member);
		cr_slice user = cr_session_user(s), shown = cr_session_name(s);

		cr_uuid_write(&s->uid, uid);
		cr_json_out_open(&c->out, NULL, '{');
		cr_json_out_str(&c->out, "uid", cr_slice_of(uid, sizeof(uid)));
		if (user.ptr) {
			cr_json_out_str(&c->out, "user", user);
		}
		if (shown.ptr) {
			cr_json_out_str(&c->out, "name", shown);
		}
		cr_json_out_close(&c->out, '}');
	}
	cr_json_out_close(&c->out, ']');
}

static void history(cr_api_call *c)
{
	uint8_t buf[CR_ROOM_NAME_MAX * 3];
	cr_slice room = room_param(c, buf, sizeof(buf));
	cr_history_query q = {.limit = 50};

	(void) take_number(c, "limit", 1, 200, &q.limit);
	q.has_before = take_number(c, "before", 0, CR_V1_SAFE_INT, &q.before);
	q.has_after = take_number(c, "after", 0, CR_V1_SAFE_INT, &q.after);
	if (c->status == 200) {
		cr_json_out_str(&c->out, "room", room);
		cr_history_write(&c->out, cr_timeline_find(&c->srv->timelines, room), room, &q, (size_t) 4 << 20);
	}
}

static void online(cr_api_call *c)
{
	uint8_t buf[CR_USER_MAX * 3];
	cr_slice user = take_param(c, "user", buf, sizeof(buf));

	if (!user.len) {
		cr_api_wrong(c, 400, "bad_request", "user is missing");
	}
	if (c->status == 200) {
		const cr_user *u = cr_user_find(c->srv, user);

		cr_json_out_bool(&c->out, "online", u && u->online);
		cr_json_out_u64(&c->out, "connections", u ? u->n : 0);
	}
}

static void stats(cr_api_call *c)
{
	cr_stats s;

	cr_server_stats(c->srv, &s);
	cr_json_out_cstr(&c->out, "version", CR_VERSION);
#define FIELD(name, gauge, help) cr_json_out_u64(&c->out, #name, s.name);
	CR_STATS_FIELDS(FIELD)
#undef FIELD
}

const cr_api_route cr_api_routes[] = {
	{"publish", true, publish, "room rooms message data except_uid except idempotency_key"},
	{"broadcast", true, broadcast, "message data except_uid except idempotency_key"},
	{"send", true, send_private, "user users uid uids message data idempotency_key"},
	{"edit", true, edit, "room seq text idempotency_key"},
	{"delete", true, delete, "room seq idempotency_key"},
	{"kick", true, kick, "user uid reason idempotency_key"},
	{"mute", true, mute, "who room reason seconds idempotency_key"},
	{"unmute", true, unmute, "who room idempotency_key"},
	{"ban", true, ban, "who reason seconds idempotency_key"},
	{"unban", true, unban, "who idempotency_key"},
	{"slow_mode", true, slow_mode, "room seconds idempotency_key"},
	{"join", true, join, "uid room idempotency_key"},
	{"leave", true, leave, "uid room idempotency_key"},
	{"close_room", true, close_room, "room idempotency_key"},
	{"rooms", false, rooms, NULL},
	{"members", false, members, NULL},
	{"history", false, history, NULL},
	{"online", false, online, NULL},
	{"stats", false, stats, NULL},
	{NULL, false, NULL, NULL},
};
