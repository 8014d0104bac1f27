/* From a callback's return value, or the Reject it threw, to a verdict. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/verdict.h"

#include "ext/json/php_json.h"
#include "zend_exceptions.h"
#include "zend_smart_str.h"

#include "ext/core/utf8.h"
#include "ext/php/call.h"

#define USER_ID_MAX 255
#define DATA_MAX    4096 /* bytes of data's JSON, the protocol's limit */
#define DATA_DEPTH  30

static bool is_utf8(const zend_string *s)
{
	return cr_utf8_is_valid((const uint8_t *) ZSTR_VAL(s), ZSTR_LEN(s));
}

/* Keeps s until the next question; returns it as the engine wants it. */
static cr_slice hold(chatroom_obj *room, zend_string *s)
{
	if (Z_TYPE(room->held) != IS_ARRAY) {
		zval_ptr_dtor(&room->held);
		array_init(&room->held);
	}
	add_next_index_str(&room->held, zend_string_copy(s));
	return chatroom_slice(s);
}

/* True when a Reject was thrown: kept, and no longer pending. */
static bool take_reject(chatroom_obj *room, cr_slice *code, cr_slice *reason)
{
	zend_object *reject = chatroom_take_reject();

	if (!reject) {
		return false;
	}
	*code = hold(room, chatroom_reject_code(reject));
	*reason = hold(room, chatroom_reject_reason(reject));
	OBJ_RELEASE(reject);
	return true;
}

/* The message of ["message" => string, "data" => mixed], or NULL and why not. */
static zend_string *array_message(const HashTable *array, const char **why)
{
	zval *message = zend_hash_str_find(array, ZEND_STRL("message"));
	uint32_t known = 1 + zend_hash_str_exists(array, ZEND_STRL("data"));

	if (!message) {
		*why = "must have the key \"message\"";
		return NULL;
	}
	ZVAL_DEREF(message);
	if (Z_TYPE_P(message) != IS_STRING) {
		*why = "must have a string under \"message\"";
		return NULL;
	}
	if (zend_hash_num_elements(array) != known) {
		*why = "must have no other keys than \"message\" and \"data\"";
		return NULL;
	}
	return Z_STR_P(message);
}

/* The JSON of ["data" => mixed]; what it is made of may be an object with a
 * method of its own. False: thrown. */
static bool encode_data(HashTable *array, uint32_t arg, zend_string **out)
{
	zval *data = zend_hash_str_find_deref(array, ZEND_STRL("data"));
	smart_str json = {0};

	*out = NULL;
	if (!data) {
		return true;
	}
	int error = php_json_encode_ex(&json, data, PHP_JSON_UNESCAPED_UNICODE | PHP_JSON_UNESCAPED_SLASHES, DATA_DEPTH);
	smart_str_0(&json);
	/* INF is an error that has not failed */
	if (EG(exception) || error != SUCCESS || JSON_G(error_code) != PHP_JSON_ERROR_NONE || !json.s
		|| ZSTR_LEN(json.s) > DATA_MAX) {
		smart_str_free(&json);
		if (!EG(exception)) {
			zend_argument_value_error(arg, "must have data that JSON can hold in %d bytes and %d levels", DATA_MAX,
				DATA_DEPTH);
		}
		return false;
	}
	*out = json.s;
	return true;
}

bool chatroom_said_init(chatroom_said *said, zend_string *string, HashTable *array, uint32_t arg)
{
	const char *why;
	zend_string *text = string ? string : array_message(array, &why);

	if (!text) {
		zend_argument_value_error(arg, "%s", why);
		return false;
	}
	if (!is_utf8(text)) {
		zend_argument_value_error(arg, "must be valid UTF-8");
		return false;
	}
	/* jsonSerialize() may change what the array refers to */
	said->text = zend_string_copy(text);
	said->data = NULL;
	if (array && !encode_data(array, arg, &said->data)) {
		zend_string_release(said->text);
		return false;
	}
	said->message.text = chatroom_slice(text);
	said->message.data = said->data ? chatroom_slice(said->data) : CR_SLICE_NONE;
	return true;
}

void chatroom_said_free(chatroom_said *said)
{
	zend_string_release(said->text);
	if (said->data) {
		zend_string_release(said->data);
	}
}

bool chatroom_check_room(const zend_string *name, uint32_t arg)
{
	if (!cr_server_is_room_name(chatroom_slice(name))) {
		zend_argument_value_error(arg, "must be 1 to 255 bytes of UTF-8 without control characters");
		return false;
	}
	return true;
}

bool chatroom_check_reason(zend_string *reason, uint32_t arg)
{
	if (ZSTR_LEN(reason) > 123) {
		zend_argument_value_error(arg, "must be at most 123 bytes long");
		return false;
	}
	if (!is_utf8(reason)) {
		zend_argument_value_error(arg, "must be valid UTF-8");
		return false;
	}
	return true;
}

/* addFilter, onMessage */

static void replace_text(chatroom_obj *room, const char *name, zend_string **text, zend_string *by)
{
	if (ZSTR_LEN(by) > room->max_message_size) {
		zend_value_error("%s: the text answered has %zu bytes, more than max_message_size", name, ZSTR_LEN(by));
	} else if (!is_utf8(by)) {
		zend_value_error("%s: the text answered is not valid UTF-8", name);
	} else {
		zend_string_addref(by);
		zend_string_release(*text);
		*text = by;
	}
}

void chatroom_verdict_message(chatroom_obj *room, const char *name, cr_verdict *verdict,
	const zval *retval, zend_string **text)
{
	const char *why;
	zend_string *by;

	verdict->kind = CR_VERDICT_DROP;
	switch (Z_TYPE_P(retval)) {
		case IS_NULL:
		case IS_TRUE:
			verdict->kind = CR_VERDICT_PASS;
			break;
		case IS_FALSE:
			break;
		case IS_STRING:
			verdict->kind = CR_VERDICT_PASS;
			replace_text(room, name, text, Z_STR_P(retval));
			break;
		case IS_ARRAY:
			verdict->kind = CR_VERDICT_PASS;
			by = array_message(Z_ARRVAL_P(retval), &why);
			if (by) {
				replace_text(room, name, text, by);
			} else {
				zend_value_error("%s: the array answered %s", name, why);
			}
			break;
		case IS_UNDEF:
			if (take_reject(room, &verdict->code, &verdict->reason)) {
				verdict->kind = CR_VERDICT_REJECT;
			}
			break;
		default:
			zend_type_error("%s: the answer must be of type null, bool, string or array, %s given",
				name, zend_zval_type_name(retval));
	}
}

/* onJoin, onSignal */

void chatroom_verdict_yes_no(chatroom_obj *room, const char *name, cr_verdict *verdict, const zval *retval)
{
	switch (Z_TYPE_P(retval)) {
		case IS_NULL:
		case IS_TRUE:
			verdict->kind = CR_VERDICT_PASS;
			break;
		case IS_FALSE:
			break;
		case IS_UNDEF:
			if (take_reject(room, &verdict->code, &verdict->reason)) {
				verdict->kind = CR_VERDICT_REJECT;
			}
			break;
		default:
			zend_type_error("%s: the answer must be of type null or bool, %s given", name,
				zend_zval_type_name(retval));
	}
}

/* onHandshake */

static bool check_identity(const char *what, const zend_string *s)
{
	if (ZSTR_LEN(s) == 0 || ZSTR_LEN(s) > USER_ID_MAX || !is_utf8(s)) {
		zend_value_error("Chatroom::onHandshake(): the %s answered must be 1 to %d bytes of UTF-8",
			what, USER_ID_MAX);
		return false;
	}
	return true;
}

/* *out is borrowed or NULL. False: thrown. */
static bool identity_field(const zval *value, const char *what, bool may_be_int,
	zend_string **out, zend_string **tmp)
{
	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_NULL) {
		return true;
	}
	if (Z_TYPE_P(value) == IS_LONG && may_be_int) {
		*tmp = *out = zend_long_to_str(Z_LVAL_P(value));
		return true;
	}
	if (Z_TYPE_P(value) != IS_STRING) {
		zend_type_error("Chatroom::onHandshake(): the %s answered must be of type string%s, %s given",
			what, may_be_int ? " or int" : " or null", zend_zval_type_name(value));
		return false;
	}
	*out = Z_STR_P(value);
	return check_identity(what, *out);
}

static bool identify_by_array(HashTable *array, zend_object *client)
{
	zend_string *key, *user_id = NULL, *name = NULL, *tmp = NULL;
	zval *value, *data = NULL;
	bool ok = true;

	ZEND_HASH_FOREACH_STR_KEY_VAL(array, key, value) {
		if (key && zend_string_equals_literal(key, "user_id")) {
			ok = identity_field(value, "user_id", true, &user_id, &tmp);
		} else if (key && zend_string_equals_literal(key, "name")) {
			ok = identity_field(value, "name", false, &name, &tmp);
		} else if (key && zend_string_equals_literal(key, "data")) {
			data = value;
		} else {
			zend_value_error("Chatroom::onHandshake(): the array answered must have no other keys than "
				"\"user_id\", \"name\" and \"data\"");
			ok = false;
		}
		if (!ok) {
			break;
		}
	} ZEND_HASH_FOREACH_END();
	if (ok) {
		chatroom_client_identify(client, user_id, name, data);
	}
	if (tmp) {
		zend_string_release(tmp);
	}
	return ok;
}

void chatroom_verdict_handshake(chatroom_obj *room, cr_verdict *verdict, const zval *retval,
	zend_object *client)
{
	cr_slice code;
	bool in = false;

	switch (Z_TYPE_P(retval)) {
		case IS_NULL:
		case IS_TRUE:
			in = true;
			break;
		case IS_FALSE:
			verdict->status = 403;
			break;
		case IS_LONG:
			if ((Z_LVAL_P(retval) < 400 || Z_LVAL_P(retval) > 499) && Z_LVAL_P(retval) != 503) {
				zend_value_error("Chatroom::onHandshake(): the status answered must be 503 or between 400 and 499");
			} else {
				verdict->status = (int) Z_LVAL_P(retval);
			}
			break;
		case IS_STRING:
			in = check_identity("user id", Z_STR_P(retval));
			if (in) {
				chatroom_client_identify(client, Z_STR_P(retval), NULL, NULL);
			}
			break;
		case IS_ARRAY:
			in = identify_by_array(Z_ARRVAL_P(retval), client);
			break;
		case IS_UNDEF:
			if (take_reject(room, &code, &verdict->reason)) {
				verdict->status = 403;
			}
			break;
		default:
			zend_type_error("Chatroom::onHandshake(): the answer must be of type null, bool, int, string or array, "
				"%s given", zend_zval_type_name(retval));
	}
	if (in) {
		verdict->kind = CR_VERDICT_PASS;
		chatroom_client_identity(client, &verdict->user, &verdict->name);
	}
}

/* onRequest */

static const cr_header plain_header = {
	{(const uint8_t *) "Content-Type", 12}, {(const uint8_t *) "text/plain; charset=utf-8", 25},
};
static const cr_header html_header = {
	{(const uint8_t *) "Content-Type", 12}, {(const uint8_t *) "text/html; charset=utf-8", 24},
};

void chatroom_response_plain(cr_response *response, int status, cr_slice body)
{
	*response = (cr_response) {
		.kind = CR_VERDICT_REPLACE, .status = status,
		.n_headers = 1, .headers = &plain_header, .body = body,
	};
}

static bool add_header(chatroom_obj *room, size_t *n, zend_string *name, const zval *value)
{
	zend_string *s;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_LONG) {
		s = zend_long_to_str(Z_LVAL_P(value));
	} else if (Z_TYPE_P(value) == IS_STRING) {
		s = zend_string_copy(Z_STR_P(value));
	} else {
		zend_type_error("Chatroom::onRequest(): the header \"%s\" must be of type string, int or a list of strings, "
			"%s given", ZSTR_VAL(name), zend_zval_type_name(value));
		return false;
	}
	room->held_headers[(*n)++] = (cr_header) {hold(room, name), hold(room, s)};
	zend_string_release(s);
	return true;
}

/* A value, or a list of them: as many header lines. */
static bool add_header_lines(chatroom_obj *room, size_t *n, zend_string *name, const zval *value)
{
	zval *one;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return add_header(room, n, name, value);
	}
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), one) {
		if (!add_header(room, n, name, one)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

static bool add_headers(chatroom_obj *room, cr_response *response, HashTable *headers)
{
	zend_string *name;
	zend_ulong index;
	zval *value;
	size_t n = 0, max = 0;

	ZEND_HASH_FOREACH_VAL(headers, value) {
		ZVAL_DEREF(value);
		max += Z_TYPE_P(value) == IS_ARRAY ? zend_hash_num_elements(Z_ARRVAL_P(value)) : 1;
	} ZEND_HASH_FOREACH_END();
	room->held_headers = max ? safe_emalloc(max, sizeof(cr_header), 0) : NULL;

	ZEND_HASH_FOREACH_KEY_VAL(headers, index, name, value) {
		if (!name) {
			zend_value_error("Chatroom::onRequest(): \"" ZEND_LONG_FMT "\" is not a header name "
				"that an answer may have", (zend_long) index);
			return false;
		}
		if (!add_header_lines(room, &n, name, value)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	response->headers = room->held_headers;
	response->n_headers = n;
	return true;
}

static void response_by_array(chatroom_obj *room, cr_response *response, HashTable *array)
{
	zval *status = zend_hash_index_find_deref(array, 0);
	zval *headers = zend_hash_index_find_deref(array, 1);
	zval *body = zend_hash_index_find_deref(array, 2);
	cr_response made = {.kind = CR_VERDICT_REPLACE};
	char error[CR_ERROR_MAX];

	if (zend_hash_num_elements(array) != 3 || !status || Z_TYPE_P(status) != IS_LONG || !headers
		|| Z_TYPE_P(headers) != IS_ARRAY || !body || Z_TYPE_P(body) != IS_STRING) {
		zend_type_error("Chatroom::onRequest(): the array answered must be "
			"[int $status, array $headers, string $body]");
		return;
	}
	made.status = (int) MAX(0, MIN(Z_LVAL_P(status), 1000));
	made.body = hold(room, Z_STR_P(body));
	if (!add_headers(room, &made, Z_ARRVAL_P(headers))) {
		return;
	}
	if (!cr_response_is_valid(&made, error)) {
		zend_value_error("Chatroom::onRequest(): %s", error);
		return;
	}
	*response = made;
}

void chatroom_verdict_response(chatroom_obj *room, cr_response *response, zval *retval)
{
	cr_slice code, reason;

	switch (Z_TYPE_P(retval)) {
		case IS_NULL:
			response->kind = CR_VERDICT_PASS;
			break;
		case IS_STRING:
			*response = (cr_response) {
				.kind = CR_VERDICT_REPLACE, .status = 200, .n_headers = 1, .headers = &html_header,
				.body = hold(room, Z_STR_P(retval)),
			};
			break;
		case IS_ARRAY:
			response_by_array(room, response, Z_ARRVAL_P(retval));
			break;
		case IS_UNDEF:
			if (take_reject(room, &code, &reason)) {
				chatroom_response_plain(response, 403, reason);
			}
			break;
		default:
			zend_type_error("Chatroom::onRequest(): the answer must be of type null, string or array, %s given",
				zend_zval_type_name(retval));
	}
}
