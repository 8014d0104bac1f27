/* The methods of Chatroom that send, and stats(). A uid, user or room that is
 * none, or nobody's, is nobody: 0, false, NULL. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/send.h"

#include "ext/php/call.h"

#define KICKED 4000

cr_session *chatroom_find(chatroom_obj *room, const zend_string *uid)
{
	cr_uuid u;

	return cr_uuid_parse(&u, chatroom_slice(uid)) == CR_OK ? cr_server_find(room->server, &u) : NULL;
}

/* The uids among an array's strings. emalloc'd, NULL: none. */
static cr_uuid *uids_of(HashTable *array, size_t *n)
{
	cr_uuid *uids;
	zval *value;

	*n = 0;
	if (!array || zend_hash_num_elements(array) == 0) {
		return NULL;
	}
	uids = safe_emalloc(zend_hash_num_elements(array), sizeof(*uids), 0);
	ZEND_HASH_FOREACH_VAL(array, value) {
		ZVAL_DEREF(value);
		if (Z_TYPE_P(value) == IS_STRING && cr_uuid_parse(&uids[*n], chatroom_slice(Z_STR_P(value))) == CR_OK) {
			(*n)++;
		}
	} ZEND_HASH_FOREACH_END();
	return uids;
}

/* One receiver. How many connections it was queued for. */
typedef struct receiver {
	chatroom_obj *room;
	const cr_own_message *message;
	const cr_uuid *except;
	size_t n_except;
} receiver;

typedef zend_long (*send_fn)(const receiver *to, const zend_string *name);

static zend_long send_to_uid(const receiver *to, const zend_string *uid)
{
	cr_session *s = chatroom_find(to->room, uid);

	return s && cr_session_send(s, to->message) == CR_OK;
}

static zend_long send_to_user(const receiver *to, const zend_string *user)
{
	size_t queued = 0;

	/* the form was checked; without memory it reaches fewer, which queued says */
	(void) !cr_server_send_to_user(to->room->server, chatroom_slice(user), to->message, &queued);
	return (zend_long) queued;
}

static zend_long send_to_room(const receiver *to, const zend_string *name)
{
	size_t queued = 0;
	uint64_t seq;

	(void) !cr_server_send_to_room(to->room->server, chatroom_slice(name), to->message, to->except, to->n_except,
		&queued, &seq);
	return (zend_long) queued;
}

/* One name, or those of an array: strings, and ints, which PHP makes of names like "42" that were keys. */
static zend_long send_to_each(const receiver *to, const zend_string *name, HashTable *names, send_fn send)
{
	zend_long sent = 0;
	zval *one;

	if (name) {
		sent = send(to, name);
		chatroom_rebail(to->room);
		return sent;
	}
	/* sending may call the log's callable, and that the array's owner */
	GC_TRY_ADDREF(names);
	ZEND_HASH_FOREACH_VAL(names, one) {
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) == IS_STRING) {
			sent += send(to, Z_STR_P(one));
		} else if (Z_TYPE_P(one) == IS_LONG) {
			zend_string *digits = zend_long_to_str(Z_LVAL_P(one));

			sent += send(to, digits);
			zend_string_release(digits);
		}
	} ZEND_HASH_FOREACH_END();
	zend_array_release(names);
	chatroom_rebail(to->room);
	return sent;
}

PHP_METHOD(Chatroom, broadcast)
{
	zend_string *string;
	HashTable *array, *except = NULL;
	chatroom_said said;
	size_t n, queued = 0;

	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_ARRAY_HT_OR_STR(array, string)
		Z_PARAM_OPTIONAL
		Z_PARAM_ARRAY_HT(except)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_said_init(&said, string, array, 1)) {
		RETURN_THROWS();
	}
	cr_uuid *uids = uids_of(except, &n);
	(void) !cr_server_broadcast(room->server, &said.message, uids, n, &queued);

	if (uids) {
		efree(uids);
	}
	chatroom_said_free(&said);
	chatroom_rebail(room);
	RETURN_LONG((zend_long) queued);
}

static void send_to(INTERNAL_FUNCTION_PARAMETERS, send_fn send)
{
	zend_string *name, *string;
	HashTable *names, *array;
	chatroom_said said;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_ARRAY_HT_OR_STR(names, name)
		Z_PARAM_ARRAY_HT_OR_STR(array, string)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_said_init(&said, string, array, 2)) {
		RETURN_THROWS();
	}
	RETVAL_LONG(send_to_each(&(receiver) {.room = room, .message = &said.message}, name, names, send));
	chatroom_said_free(&said);
}

PHP_METHOD(Chatroom, sendTo)
{
	send_to(INTERNAL_FUNCTION_PARAM_PASSTHRU, send_to_uid);
}

PHP_METHOD(Chatroom, sendToUser)
{
	send_to(INTERNAL_FUNCTION_PARAM_PASSTHRU, send_to_user);
}

static bool are_rooms(const zend_string *name, HashTable *names)
{
	zval *one;

	if (name) {
		return chatroom_check_room(name, 1);
	}
	ZEND_HASH_FOREACH_VAL(names, one) {
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) == IS_LONG) {
			continue; /* its digits are a name */
		}
		if (Z_TYPE_P(one) != IS_STRING) {
			zend_argument_value_error(1, "must be a list of strings");
			return false;
		}
		if (!chatroom_check_room(Z_STR_P(one), 1)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

PHP_METHOD(Chatroom, sendToRoom)
{
	zend_string *name, *string;
	HashTable *names, *array, *except = NULL;
	chatroom_said said;
	receiver to;

	ZEND_PARSE_PARAMETERS_START(2, 3)
		Z_PARAM_ARRAY_HT_OR_STR(names, name)
		Z_PARAM_ARRAY_HT_OR_STR(array, string)
		Z_PARAM_OPTIONAL
		Z_PARAM_ARRAY_HT(except)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !are_rooms(name, names) || !chatroom_said_init(&said, string, array, 2)) {
		RETURN_THROWS();
	}
	to.room = room;
	to.message = &said.message;
	cr_uuid *uids = uids_of(except, &to.n_except);
	to.except = uids;
	RETVAL_LONG(send_to_each(&to, name, names, send_to_room));
	if (uids) {
		efree(uids);
	}
	chatroom_said_free(&said);
}

PHP_METHOD(Chatroom, kick)
{
	zend_string *uid, *reason = ZSTR_EMPTY_ALLOC();

	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_STR(uid)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(reason)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_check_reason(reason, 2)) {
		RETURN_THROWS();
	}
	cr_uuid id;
	bool kicked = cr_uuid_parse(&id, chatroom_slice(uid)) == CR_OK
		&& cr_server_kick(room->server, &id, KICKED, chatroom_slice(reason));

	chatroom_rebail(room);
	RETURN_BOOL(kicked);
}

static void add_addresses(zval *out, chatroom_obj *room)
{
	char url[512];
	zval list;

	array_init(&list);
	for (size_t i = 0; cr_server_address(room->server, i, url, sizeof(url)); i++) {
		add_next_index_string(&list, url);
	}
	add_assoc_zval(out, "listen", &list);
}

void chatroom_stats(zval *out, chatroom_obj *room)
{
	cr_stats s;

	cr_server_stats(room->server, &s);
	array_init(out);
	add_assoc_string(out, "version", PHP_CHATROOM_VERSION);
	add_addresses(out, room);
	add_assoc_long(out, "memory", (zend_long) zend_memory_usage(false));
#define ADD(name, gauge, help) add_assoc_long(out, #name, (zend_long) s.name);
	CR_STATS_FIELDS(ADD)
#undef ADD
}
