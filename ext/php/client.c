/* class Chatroom\Client: a session as PHP sees it.
 *
 * The engine's session holds one reference to the object (its application
 * pointer), so it stays the same from first use to the session's end. Then the
 * pointers here become NULL, and what the script kept is a record of the past.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/call.h"
#include "ext/php/client_arginfo.h"

#include "zend_exceptions.h"

#define KICKED 4000

/* in the order of the stub */
enum {
	PROP_UID,
	PROP_USER_ID,
	PROP_NAME,
	PROP_IP,
	PROP_CONNECTED_AT,
	PROP_REQUEST,
	PROP_DATA
};

zend_class_entry *chatroom_client_ce;
static zend_object_handlers client_handlers;

static void set_string(zval *property, cr_slice s)
{
	/* first, since memory_limit may end it */
	zend_string *str = s.ptr ? zend_string_init((const char *) s.ptr, s.len, 0) : NULL;

	zval_ptr_dtor(property);
	if (str) {
		ZVAL_STR(property, str);
	} else {
		ZVAL_NULL(property);
	}
}

/* What may change until the client is open: a hello brings a ticket, or a uid to
 * come back under. */
static void set_who(zend_object *obj, cr_session *s)
{
	char uid[CR_UUID_LEN];

	cr_uuid_write(cr_session_uid(s), uid);
	set_string(OBJ_PROP_NUM(obj, PROP_UID), cr_slice_of(uid, sizeof(uid)));
	set_string(OBJ_PROP_NUM(obj, PROP_USER_ID), cr_session_user(s));
	set_string(OBJ_PROP_NUM(obj, PROP_NAME), cr_session_name(s));
	ZVAL_LONG(OBJ_PROP_NUM(obj, PROP_CONNECTED_AT), (zend_long) cr_session_opened_at(s));
}

zend_object *chatroom_client_get(chatroom_obj *room, cr_session *s)
{
	zend_object *obj = cr_session_app(s);
	char ip[64];
	zval made;

	if (EXPECTED(obj)) {
		/* it may have been made by onHandshake(), before the client was open */
		if (UNEXPECTED((uint64_t) Z_LVAL_P(OBJ_PROP_NUM(obj, PROP_CONNECTED_AT)) != cr_session_opened_at(s))) {
			set_who(obj, s);
		}
		return obj;
	}
	object_init_ex(&made, chatroom_client_ce);
	obj = Z_OBJ(made);
	cr_session_ip(s, ip, sizeof(ip));
	set_who(obj, s);
	ZVAL_STRING(OBJ_PROP_NUM(obj, PROP_IP), ip);
	ZVAL_NULL(OBJ_PROP_NUM(obj, PROP_REQUEST));

	chatroom_client_obj *client = chatroom_client_from_obj(obj);
	client->room = room;
	client->session = s;
	cr_session_set_app(s, obj);
	return obj;
}

void chatroom_client_identify(zend_object *client, zend_string *user_id, zend_string *name,
	zval *data)
{
	/* a ticket may have said both already */
	if (user_id) {
		zval_ptr_dtor(OBJ_PROP_NUM(client, PROP_USER_ID));
		ZVAL_STR_COPY(OBJ_PROP_NUM(client, PROP_USER_ID), user_id);
	}
	if (name) {
		zval_ptr_dtor(OBJ_PROP_NUM(client, PROP_NAME));
		ZVAL_STR_COPY(OBJ_PROP_NUM(client, PROP_NAME), name);
	}
	if (data) {
		ZVAL_COPY_DEREF(OBJ_PROP_NUM(client, PROP_DATA), data);
	}
}

void chatroom_client_identity(zend_object *client, cr_slice *user_id, cr_slice *name)
{
	const zval *u = OBJ_PROP_NUM(client, PROP_USER_ID), *n = OBJ_PROP_NUM(client, PROP_NAME);

	*user_id = Z_TYPE_P(u) == IS_STRING ? chatroom_slice(Z_STR_P(u)) : CR_SLICE_NONE;
	*name = Z_TYPE_P(n) == IS_STRING ? chatroom_slice(Z_STR_P(n)) : CR_SLICE_NONE;
}

void chatroom_client_set_request(zend_object *client, zval *request)
{
	ZVAL_COPY(OBJ_PROP_NUM(client, PROP_REQUEST), request);
}

zval *chatroom_client_request(zend_object *client)
{
	return OBJ_PROP_NUM(client, PROP_REQUEST);
}

zval *chatroom_client_data(zend_object *client)
{
	return OBJ_PROP_NUM(client, PROP_DATA);
}

void chatroom_client_forget(zend_object *obj)
{
	chatroom_client_obj *client = chatroom_client_from_obj(obj);

	client->room = NULL;
	client->session = NULL;
}

/* Sending may fail for want of memory: that costs the client, as everywhere. */
bool chatroom_client_send(zend_object *obj, const cr_own_message *message)
{
	chatroom_client_obj *client = chatroom_client_from_obj(obj);
	chatroom_obj *room = client->room;

	if (!client->session) {
		return false;
	}
	cr_status status = cr_session_send(client->session, message);

	chatroom_rebail(room);
	return status == CR_OK;
}

/* private: only the server makes them */
PHP_METHOD(Chatroom_Client, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Chatroom_Client, send)
{
	zend_string *string;
	HashTable *array;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_ARRAY_HT_OR_STR(array, string)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_said said;
	if (!chatroom_said_init(&said, string, array, 1)) {
		RETURN_THROWS();
	}
	bool sent = chatroom_client_send(Z_OBJ_P(ZEND_THIS), &said.message);

	chatroom_said_free(&said);
	RETURN_BOOL(sent);
}

PHP_METHOD(Chatroom_Client, sendRaw)
{
	chatroom_client_obj *client = chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS));
	chatroom_obj *room = client->room;
	zend_string *bytes;
	bool binary = false;

	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_STR(bytes)
		Z_PARAM_OPTIONAL
		Z_PARAM_BOOL(binary)
	ZEND_PARSE_PARAMETERS_END();

	if (!client->session) {
		RETURN_FALSE;
	}
	cr_status status = cr_session_send_raw(client->session, binary, chatroom_slice(bytes));

	chatroom_rebail(room);
	if (status == CR_ERR_UTF8) {
		zend_argument_value_error(1, "must be valid UTF-8 in a text frame");
		RETURN_THROWS();
	}
	RETURN_BOOL(status == CR_OK);
}

static bool close_client(chatroom_client_obj *client, unsigned code, zend_string *reason, bool kick)
{
	chatroom_obj *room = client->room;

	if (!client->session) {
		return false;
	}
	bool done = cr_session_is_open(client->session);
	if (kick) { /* in onClose() it may have gone, and be about to come back */
		done = cr_server_kick(room->server, cr_session_uid(client->session), code, chatroom_slice(reason));
	} else if (done) {
		cr_session_close(client->session, code, chatroom_slice(reason));
	}
	chatroom_rebail(room);
	return done;
}

PHP_METHOD(Chatroom_Client, close)
{
	zend_long code = 1000;
	zend_string *reason = ZSTR_EMPTY_ALLOC();

	ZEND_PARSE_PARAMETERS_START(0, 2)
		Z_PARAM_OPTIONAL
		Z_PARAM_LONG(code)
		Z_PARAM_STR(reason)
	ZEND_PARSE_PARAMETERS_END();

	if (code < 0 || code > 4999 || !cr_close_code_is_sendable((unsigned) code)) {
		zend_argument_value_error(1, "must be between 1000 and 1003, 1007 and 1014, or 3000 and 4999");
		RETURN_THROWS();
	}
	if (!chatroom_check_reason(reason, 2)) {
		RETURN_THROWS();
	}
	RETURN_BOOL(close_client(
		chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS)), (unsigned) code, reason, false));
}

PHP_METHOD(Chatroom_Client, kick)
{
	zend_string *reason = ZSTR_EMPTY_ALLOC();

	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(reason)
	ZEND_PARSE_PARAMETERS_END();

	if (!chatroom_check_reason(reason, 1)) {
		RETURN_THROWS();
	}
	RETURN_BOOL(close_client(chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS)), KICKED, reason, true));
}

PHP_METHOD(Chatroom_Client, join)
{
	chatroom_client_obj *client = chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS));
	chatroom_obj *room = client->room;
	zend_string *name;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	if (!chatroom_check_room(name, 1)) {
		RETURN_THROWS();
	}
	if (!client->session) {
		RETURN_FALSE;
	}
	cr_status status = cr_session_join(client->session, chatroom_slice(name));

	chatroom_rebail(room);
	RETURN_BOOL(status == CR_OK);
}

PHP_METHOD(Chatroom_Client, leave)
{
	chatroom_client_obj *client = chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS));
	chatroom_obj *room = client->room;
	zend_string *name;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	if (!client->session) {
		RETURN_FALSE;
	}
	bool was_in = cr_session_leave(client->session, chatroom_slice(name));

	chatroom_rebail(room);
	RETURN_BOOL(was_in);
}

PHP_METHOD(Chatroom_Client, rooms)
{
	chatroom_client_obj *client = chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS));
	cr_slice name;

	ZEND_PARSE_PARAMETERS_NONE();

	array_init(return_value);
	for (size_t i = 0; client->session && (name = cr_session_room_at(client->session, i)).ptr; i++) {
		add_next_index_stringl(return_value, (const char *) name.ptr, name.len);
	}
}

PHP_METHOD(Chatroom_Client, isOpen)
{
	chatroom_client_obj *client = chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS));

	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_BOOL(client->session && cr_session_is_open(client->session));
}

PHP_METHOD(Chatroom_Client, queuedBytes)
{
	chatroom_client_obj *client = chatroom_client_from_obj(Z_OBJ_P(ZEND_THIS));

	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_LONG(client->session ? (zend_long) cr_session_queued(client->session) : 0);
}

static zend_object *client_create_object(zend_class_entry *ce)
{
	chatroom_client_obj *client = zend_object_alloc(sizeof(*client), ce);

	zend_object_std_init(&client->std, ce);
	object_properties_init(&client->std, ce);
	client->std.handlers = &client_handlers;
	return &client->std;
}

void chatroom_client_register(void)
{
	chatroom_client_ce = register_class_Chatroom_Client();
	chatroom_client_ce->create_object = client_create_object;

	memcpy(&client_handlers, zend_get_std_object_handlers(), sizeof(zend_object_handlers));
	client_handlers.offset = offsetof(chatroom_client_obj, std);
	client_handlers.clone_obj = NULL;
}
