/* The methods of Chatroom about rooms, users and moderation. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include <math.h>

#include "ext/php/call.h"
#include "ext/php/send.h"

#include "ext/json/php_json.h"
#include "zend_exceptions.h"
#include "zend_smart_str.h"

#include "ext/core/buf.h"
#include "ext/core/utf8.h"

#define HISTORY_LIMIT_MAX 200
#define SUBJECT_MAX       255
#define SECONDS_MAX       31536000.0

/* Rooms */

PHP_METHOD(Chatroom, join)
{
	zend_string *uid, *name;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_STR(uid)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_check_room(name, 2)) {
		RETURN_THROWS();
	}
	cr_session *s = chatroom_find(room, uid);
	bool ok = s && cr_session_join(s, chatroom_slice(name)) == CR_OK;

	chatroom_rebail(room);
	RETURN_BOOL(ok);
}

PHP_METHOD(Chatroom, leave)
{
	zend_string *uid, *name;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_STR(uid)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	cr_uuid id;
	bool ok = cr_uuid_parse(&id, chatroom_slice(uid)) == CR_OK
		&& cr_server_leave(room->server, &id, chatroom_slice(name));

	chatroom_rebail(room);
	RETURN_BOOL(ok);
}

PHP_METHOD(Chatroom, closeRoom)
{
	zend_string *name;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	size_t n = cr_server_close_room(room->server, chatroom_slice(name));

	chatroom_rebail(room);
	RETURN_LONG((zend_long) n);
}

PHP_METHOD(Chatroom, rooms)
{
	cr_room_info info;

	ZEND_PARSE_PARAMETERS_NONE();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	array_init(return_value);
	for (const void *at = NULL; (at = cr_server_next_room(room->server, at, &info));) {
		zval n;

		ZVAL_LONG(&n, (zend_long) info.members);
		zend_symtable_str_update(Z_ARRVAL_P(return_value), (const char *) info.name.ptr, info.name.len, &n);
	}
}

PHP_METHOD(Chatroom, members)
{
	zend_string *name;
	cr_room_info info;
	char text[CR_UUID_LEN];

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	array_init(return_value);
	if (!cr_server_room(room->server, chatroom_slice(name), &info)) {
		return;
	}
	cr_uuid *uids = safe_emalloc(info.members, sizeof(*uids), 0);
	size_t n = cr_server_room_uids(room->server, chatroom_slice(name), uids, info.members);
	for (size_t i = 0; i < n; i++) {
		const cr_session *s = cr_server_find(room->server, &uids[i]);
		cr_slice user = s ? cr_session_user(s) : CR_SLICE_NONE;
		zval value;

		cr_uuid_write(&uids[i], text);
		if (user.ptr) {
			ZVAL_STRINGL(&value, (const char *) user.ptr, user.len);
		} else {
			ZVAL_NULL(&value);
		}
		zend_hash_str_update(Z_ARRVAL_P(return_value), text, sizeof(text), &value);
	}
	efree(uids);
}

/* The list under "messages" of what the engine wrote. */
static void messages_of(zval *out, cr_buf *json)
{
	zval all, *messages = NULL;

	ZVAL_UNDEF(&all);
	/* PHP's decoder reads up to a NUL behind the text */
	if (cr_buf_append(json, "", 1) == CR_OK
		&& php_json_decode_ex(&all, (const char *) json->data, json->len - 1, PHP_JSON_OBJECT_AS_ARRAY, 512) == SUCCESS
		&& Z_TYPE(all) == IS_ARRAY) {
		messages = zend_hash_str_find(Z_ARRVAL(all), ZEND_STRL("messages"));
	}
	if (messages) {
		ZVAL_COPY(out, messages);
	} else {
		array_init(out);
	}
	zval_ptr_dtor(&all);
}

PHP_METHOD(Chatroom, history)
{
	zend_string *name;
	zend_long limit = 50, before = 0;
	bool no_before = true;
	cr_buf json;

	ZEND_PARSE_PARAMETERS_START(1, 3)
		Z_PARAM_STR(name)
		Z_PARAM_OPTIONAL
		Z_PARAM_LONG(limit)
		Z_PARAM_LONG_OR_NULL(before, no_before)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_check_room(name, 1)) {
		RETURN_THROWS();
	}
	if (limit < 1 || limit > HISTORY_LIMIT_MAX) {
		zend_argument_value_error(2, "must be between 1 and %d", HISTORY_LIMIT_MAX);
		RETURN_THROWS();
	}
	if (!no_before && before < 0) {
		zend_argument_value_error(3, "must be 0 or more");
		RETURN_THROWS();
	}
	cr_history_query q = {.limit = (uint64_t) limit, .before = (uint64_t) before, .has_before = !no_before};
	cr_buf_init(&json, (size_t) 64 << 20);
	if (cr_server_history(room->server, chatroom_slice(name), &q, &json) == CR_OK) {
		messages_of(return_value, &json);
	} else {
		array_init(return_value);
	}
	cr_buf_deinit(&json);
}

/* text NULL: deletes. */
static void change_message(chatroom_obj *room, const zend_string *name, zend_long seq, const zend_string *text,
	zval *return_value)
{
	cr_status st = seq < 1 ? CR_ERR_STATE
	                       : cr_server_change_message(room->server, chatroom_slice(name), (uint64_t) seq,
							   text ? chatroom_slice(text) : CR_SLICE_NONE);

	if (st == CR_ERR_UTF8) {
		zend_argument_value_error(3, "must be valid UTF-8");
		RETURN_THROWS();
	}
	chatroom_rebail(room);
	RETURN_BOOL(st == CR_OK);
}

PHP_METHOD(Chatroom, editMessage)
{
	zend_string *name, *text;
	zend_long seq;

	ZEND_PARSE_PARAMETERS_START(3, 3)
		Z_PARAM_STR(name)
		Z_PARAM_LONG(seq)
		Z_PARAM_STR(text)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	change_message(room, name, seq, text, return_value);
}

PHP_METHOD(Chatroom, deleteMessage)
{
	zend_string *name;
	zend_long seq;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_STR(name)
		Z_PARAM_LONG(seq)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	change_message(room, name, seq, NULL, return_value);
}

/* Room options */

static const char *const room_option_names[] = {"history_size", "history_ttl", "presence", "slow_mode", "post"};

static const char *room_option_name(size_t i)
{
	return room_option_names[i];
}

static bool room_type_error(const zend_string *key, const char *expected, const zval *value)
{
	zend_type_error("room option \"%s\" must be of type %s, %s given", ZSTR_VAL(key), expected,
		zend_zval_type_name(value));
	return false;
}

static bool room_seconds(const zend_string *key, const zval *value, double min, double max, uint64_t *ms)
{
	if (Z_TYPE_P(value) != IS_LONG && Z_TYPE_P(value) != IS_DOUBLE) {
		return room_type_error(key, "int or float", value);
	}
	double n = zval_get_double((zval *) value);
	if (!(n >= min && n <= max)) {
		zend_value_error("room option \"%s\" must be between %.12g and %.12g", ZSTR_VAL(key), min, max);
		return false;
	}
	*ms = (uint64_t) ceil(n * 1000);
	return true;
}

static bool room_post(const zend_string *key, const zval *value, cr_post_policy *post)
{
	static const char *const names[] = {"all", "users", "server"}; /* in the order of cr_post_policy */

	if (Z_TYPE_P(value) != IS_STRING) {
		return room_type_error(key, "string", value);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (zend_string_equals_cstr(Z_STR_P(value), names[i], strlen(names[i]))) {
			*post = (cr_post_policy) i;
			return true;
		}
	}
	zend_value_error("room option \"post\" must be \"all\", \"users\" or \"server\"");
	return false;
}

static bool room_option(cr_room_options *o, zend_string *key, const zval *value)
{
	if (zend_string_equals_literal(key, "history_size")) {
		if (Z_TYPE_P(value) != IS_LONG) {
			return room_type_error(key, "int", value);
		}
		if (Z_LVAL_P(value) < 0 || Z_LVAL_P(value) > 100000) {
			zend_value_error("room option \"history_size\" must be between 0 and 100000");
			return false;
		}
		o->history_size = (uint32_t) Z_LVAL_P(value);
		return true;
	}
	if (zend_string_equals_literal(key, "history_ttl")) {
		return room_seconds(key, value, 1, SECONDS_MAX, &o->history_ttl);
	}
	if (zend_string_equals_literal(key, "slow_mode")) {
		return room_seconds(key, value, 0, 86400, &o->slow_mode);
	}
	if (zend_string_equals_literal(key, "post")) {
		return room_post(key, value, &o->post);
	}
	if (zend_string_equals_literal(key, "presence")) {
		if (Z_TYPE_P(value) != IS_TRUE && Z_TYPE_P(value) != IS_FALSE) {
			return room_type_error(key, "bool", value);
		}
		o->presence = Z_TYPE_P(value) == IS_TRUE;
		return true;
	}
	zend_value_error("unknown room option \"%s\", did you mean \"%s\"?", ZSTR_VAL(key),
		chatroom_nearest(key, room_option_name, sizeof(room_option_names) / sizeof(room_option_names[0])));
	return false;
}

/* False: thrown. */
static bool options_set(chatroom_obj *room, cr_status st)
{
	chatroom_rebail(room);
	if (st == CR_ERR_FORM) {
		zend_argument_value_error(1, "must be 1 to 255 bytes of UTF-8 without control characters");
	} else if (st != CR_OK) {
		zend_throw_exception(chatroom_exception_ce,
			st == CR_ERR_TOOBIG ? "too many rooms have options of their own" : "out of memory", 0);
	}
	return st == CR_OK;
}

PHP_METHOD(Chatroom, setRoomOptions)
{
	zend_string *name, *key;
	HashTable *array;
	cr_room_options o;
	zval *value;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_STR(name)
		Z_PARAM_ARRAY_HT_OR_NULL(array)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	if (!array || zend_hash_num_elements(array) == 0) {
		if (!options_set(room, cr_server_set_room_options(room->server, chatroom_slice(name), NULL))) {
			RETURN_THROWS();
		}
		RETURN_OBJ_COPY(Z_OBJ_P(ZEND_THIS));
	}
	cr_room_options_init(room->server, &o);
	ZEND_HASH_FOREACH_STR_KEY_VAL(array, key, value) {
		ZVAL_DEREF(value);
		if (!key) {
			zend_argument_value_error(2, "must have names as keys");
			RETURN_THROWS();
		}
		if (!room_option(&o, key, value)) {
			RETURN_THROWS();
		}
	} ZEND_HASH_FOREACH_END();
	if (!options_set(room, cr_server_set_room_options(room->server, chatroom_slice(name), &o))) {
		RETURN_THROWS();
	}
	RETURN_OBJ_COPY(&room->std);
}

/* Seconds from 0 (for good, or off) to max. False: thrown. */
static bool check_seconds(double seconds, double max, uint32_t arg, uint64_t *ms)
{
	if (!(seconds == 0 || (seconds >= 0.001 && seconds <= max))) {
		zend_argument_value_error(arg, "must be 0, or between 0.001 and %.12g", max);
		return false;
	}
	*ms = (uint64_t) ceil(seconds * 1000);
	return true;
}

PHP_METHOD(Chatroom, setSlowMode)
{
	zend_string *name;
	double seconds;
	uint64_t ms;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_STR(name)
		Z_PARAM_DOUBLE(seconds)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	if (!check_seconds(seconds, 86400, 2, &ms)
		|| !options_set(room, cr_server_set_slow_mode(room->server, chatroom_slice(name), ms))) {
		RETURN_THROWS();
	}
}

/* Users and moderation */

PHP_METHOD(Chatroom, isUserOnline)
{
	zend_string *user;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(user)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	RETURN_BOOL(cr_server_is_user_online(room->server, chatroom_slice(user)));
}

PHP_METHOD(Chatroom, kickUser)
{
	zend_string *user, *reason = ZSTR_EMPTY_ALLOC(), *except = NULL;
	cr_uuid uid;

	ZEND_PARSE_PARAMETERS_START(1, 3)
		Z_PARAM_STR(user)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(reason)
		Z_PARAM_STR_OR_NULL(except)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_check_reason(reason, 2)) {
		RETURN_THROWS();
	}
	bool has_except = except && cr_uuid_parse(&uid, chatroom_slice(except)) == CR_OK;
	size_t n = cr_server_kick_user(room->server, chatroom_slice(user), chatroom_slice(reason),
		has_except ? &uid : NULL);

	chatroom_rebail(room);
	RETURN_LONG((zend_long) n);
}

/* False: thrown. */
static bool check_subject(const zend_string *who)
{
	if (ZSTR_LEN(who) == 0 || ZSTR_LEN(who) > SUBJECT_MAX) {
		zend_argument_value_error(1, "must be 1 to %d bytes long", SUBJECT_MAX);
		return false;
	}
	return true;
}

/* False: thrown. */
static bool sanctioned(cr_status st)
{
	if (st != CR_OK) {
		zend_throw_exception(chatroom_exception_ce,
			st == CR_ERR_TOOBIG ? "too many mutes and bans" : "out of memory", 0);
	}
	return st == CR_OK;
}

PHP_METHOD(Chatroom, mute)
{
	zend_string *who, *name = NULL, *reason = ZSTR_EMPTY_ALLOC();
	double seconds;
	uint64_t ms;

	ZEND_PARSE_PARAMETERS_START(2, 4)
		Z_PARAM_STR(who)
		Z_PARAM_DOUBLE(seconds)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(name)
		Z_PARAM_STR(reason)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !check_subject(who) || !check_seconds(seconds, SECONDS_MAX, 2, &ms)
		|| (name && !chatroom_check_room(name, 3)) || !chatroom_check_reason(reason, 4)) {
		RETURN_THROWS();
	}
	cr_status st = cr_server_mute(room->server, chatroom_slice(who), ms, name ? chatroom_slice(name) : CR_SLICE_NONE,
		chatroom_slice(reason));

	chatroom_rebail(room);
	if (!sanctioned(st)) {
		RETURN_THROWS();
	}
}

PHP_METHOD(Chatroom, unmute)
{
	zend_string *who, *name = NULL;

	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_STR(who)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(name)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	RETURN_BOOL(cr_server_unmute(room->server, chatroom_slice(who), name ? chatroom_slice(name) : CR_SLICE_NONE));
}

PHP_METHOD(Chatroom, ban)
{
	zend_string *who, *reason = ZSTR_EMPTY_ALLOC();
	double seconds = 0;
	uint64_t ms;
	size_t kicked;

	ZEND_PARSE_PARAMETERS_START(1, 3)
		Z_PARAM_STR(who)
		Z_PARAM_OPTIONAL
		Z_PARAM_DOUBLE(seconds)
		Z_PARAM_STR(reason)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !check_subject(who) || !check_seconds(seconds, SECONDS_MAX, 2, &ms)
		|| !chatroom_check_reason(reason, 3)) {
		RETURN_THROWS();
	}
	cr_status st = cr_server_ban(room->server, chatroom_slice(who), ms, chatroom_slice(reason), &kicked);

	chatroom_rebail(room);
	if (!sanctioned(st)) {
		RETURN_THROWS();
	}
	RETURN_LONG((zend_long) kicked);
}

PHP_METHOD(Chatroom, unban)
{
	zend_string *who;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(who)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	RETURN_BOOL(cr_server_unban(room->server, chatroom_slice(who)));
}

/* Tickets */

static bool check_claims(const zend_string *user, const zend_string *secret, zend_long ttl, HashTable *claims)
{
	zend_string *key;
	zval *value;

	if (ZSTR_LEN(user) == 0 || ZSTR_LEN(user) > 128
		|| !cr_utf8_is_valid((const uint8_t *) ZSTR_VAL(user), ZSTR_LEN(user))) {
		zend_argument_value_error(1, "must be 1 to 128 bytes of UTF-8");
		return false;
	}
	if (ZSTR_LEN(secret) < CR_SECRET_MIN || ZSTR_LEN(secret) > CR_SECRET_MAX) {
		zend_argument_value_error(2, "must be %d to %d bytes long", CR_SECRET_MIN, CR_SECRET_MAX);
		return false;
	}
	if (ttl < 1 || ttl > (zend_long) SECONDS_MAX) {
		zend_argument_value_error(3, "must be between 1 and %.12g", SECONDS_MAX);
		return false;
	}
	ZEND_HASH_FOREACH_STR_KEY_VAL(claims, key, value) {
		if (!key || zend_string_equals_literal(key, "sub") || zend_string_equals_literal(key, "iat")
			|| zend_string_equals_literal(key, "exp")) {
			zend_argument_value_error(4, "must have names as keys, and none of sub, iat and exp");
			return false;
		}
		ZVAL_DEREF(value);
		if (zend_string_equals_literal(key, "name") && (Z_TYPE_P(value) != IS_STRING || Z_STRLEN_P(value) > 128)) {
			zend_argument_value_error(4, "must have a string of at most 128 bytes as name");
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

/* The claims as JSON. NULL: thrown. */
static zend_string *encode_claims(zend_string *user, zend_long ttl, HashTable *claims)
{
	smart_str json = {0};
	zend_long now = (zend_long) time(NULL);
	zval all, value;

	ZVAL_ARR(&all, zend_array_dup(claims));
	ZVAL_STR_COPY(&value, user);
	zend_hash_str_update(Z_ARRVAL(all), ZEND_STRL("sub"), &value);
	ZVAL_LONG(&value, now);
	zend_hash_str_update(Z_ARRVAL(all), ZEND_STRL("iat"), &value);
	ZVAL_LONG(&value, now + ttl);
	zend_hash_str_update(Z_ARRVAL(all), ZEND_STRL("exp"), &value);
	int error = php_json_encode_ex(&json, &all, PHP_JSON_UNESCAPED_UNICODE | PHP_JSON_UNESCAPED_SLASHES, 30);

	zval_ptr_dtor(&all);
	smart_str_0(&json);
	/* as text it is to fit into CR_TICKET_MAX */
	bool bad = error != SUCCESS || JSON_G(error_code) != PHP_JSON_ERROR_NONE || !json.s || ZSTR_LEN(json.s) > 2900;

	if (EG(exception) || bad) {
		smart_str_free(&json);
		if (!EG(exception)) {
			zend_argument_value_error(4, "must be claims that JSON can hold in 2900 bytes");
		}
		return NULL;
	}
	return json.s;
}

PHP_METHOD(Chatroom, token)
{
	zend_string *user, *secret;
	zend_long ttl = 60;
	HashTable *claims = NULL;
	cr_buf out;

	ZEND_PARSE_PARAMETERS_START(2, 4)
		Z_PARAM_STR(user)
		Z_PARAM_STR(secret)
		Z_PARAM_OPTIONAL
		Z_PARAM_LONG(ttl)
		Z_PARAM_ARRAY_HT(claims)
	ZEND_PARSE_PARAMETERS_END();

	claims = claims ? claims : (HashTable *) &zend_empty_array;
	if (!check_claims(user, secret, ttl, claims)) {
		RETURN_THROWS();
	}
	zend_string *json = encode_claims(user, ttl, claims);
	if (!json) {
		RETURN_THROWS();
	}
	cr_buf_init(&out, 8192);
	if (cr_ticket_make(&out, chatroom_slice(json), chatroom_slice(secret)) == CR_OK) {
		RETVAL_STRINGL((const char *) out.data, out.len);
	} else {
		zend_throw_exception(chatroom_exception_ce, "cannot sign the ticket: out of memory", 0);
	}
	cr_buf_deinit(&out);
	zend_string_release(json);
}
