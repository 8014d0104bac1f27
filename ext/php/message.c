/* class Chatroom\Message: what onMessage() looks at. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"
#include "ext/php/message_arginfo.h"

#include "ext/json/php_json.h"

typedef struct chatroom_message_obj {
	zend_object *client; /* the sender; owned */
	zend_object std;
} chatroom_message_obj;

/* in the order of the stub */
enum {
	PROP_TEXT,
	PROP_UID,
	PROP_ROOM,
	PROP_TO,
	PROP_ID,
	PROP_DATA,
	PROP_EDITS
};

zend_class_entry *chatroom_message_ce;
static zend_object_handlers message_handlers;

static inline chatroom_message_obj *message_from_obj(zend_object *obj)
{
	return (chatroom_message_obj *) ((char *) obj - offsetof(chatroom_message_obj, std));
}

static void set_string(zval *property, cr_slice s)
{
	if (s.ptr) {
		ZVAL_STRINGL(property, (const char *) s.ptr, s.len);
	} else {
		ZVAL_NULL(property);
	}
}

/* JSON that the engine has checked. PHP's decoder reads up to a NUL behind it. */
void chatroom_decode_json(zval *property, cr_slice json)
{
	ZVAL_NULL(property);
	if (json.ptr) {
		zend_string *text = zend_string_init((const char *) json.ptr, json.len, 0);

		if (php_json_decode_ex(property, ZSTR_VAL(text), ZSTR_LEN(text), PHP_JSON_OBJECT_AS_ARRAY, 512) != SUCCESS) {
			ZVAL_NULL(property);
		}
		zend_string_release(text);
	}
}

void chatroom_message_new(zval *out, zend_object *client, const cr_message *m, zend_string *text)
{
	object_init_ex(out, chatroom_message_ce);
	zend_object *obj = Z_OBJ_P(out);

	GC_ADDREF(client);
	message_from_obj(obj)->client = client;
	ZVAL_STR_COPY(OBJ_PROP_NUM(obj, PROP_TEXT), text);
	ZVAL_COPY(OBJ_PROP_NUM(obj, PROP_UID), OBJ_PROP_NUM(client, 0));
	set_string(OBJ_PROP_NUM(obj, PROP_ROOM), m->room);
	set_string(OBJ_PROP_NUM(obj, PROP_TO), m->to);
	chatroom_decode_json(OBJ_PROP_NUM(obj, PROP_ID), m->id);
	chatroom_decode_json(OBJ_PROP_NUM(obj, PROP_DATA), m->data);
	if (m->edits) {
		ZVAL_LONG(OBJ_PROP_NUM(obj, PROP_EDITS), (zend_long) m->edits);
	} else {
		ZVAL_NULL(OBJ_PROP_NUM(obj, PROP_EDITS));
	}
}

/* private: only the server makes them */
PHP_METHOD(Chatroom_Message, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Chatroom_Message, reply)
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
	bool sent = chatroom_client_send(message_from_obj(Z_OBJ_P(ZEND_THIS))->client, &said.message);

	chatroom_said_free(&said);
	RETURN_BOOL(sent);
}

static zend_object *message_create_object(zend_class_entry *ce)
{
	chatroom_message_obj *message = zend_object_alloc(sizeof(*message), ce);

	zend_object_std_init(&message->std, ce);
	object_properties_init(&message->std, ce);
	message->std.handlers = &message_handlers;
	return &message->std;
}

static void message_free_obj(zend_object *obj)
{
	chatroom_message_obj *message = message_from_obj(obj);

	if (message->client) {
		OBJ_RELEASE(message->client);
	}
	zend_object_std_dtor(obj);
}

static HashTable *message_get_gc(zend_object *obj, zval **table, int *n)
{
	chatroom_message_obj *message = message_from_obj(obj);
	zend_get_gc_buffer *buf = zend_get_gc_buffer_create();

	for (int i = 0; i < obj->ce->default_properties_count; i++) {
		zend_get_gc_buffer_add_zval(buf, OBJ_PROP_NUM(obj, i));
	}
	if (message->client) {
		zend_get_gc_buffer_add_obj(buf, message->client);
	}
	zend_get_gc_buffer_use(buf, table, n);
	return obj->properties;
}

void chatroom_message_register(void)
{
	chatroom_message_ce = register_class_Chatroom_Message();
	chatroom_message_ce->create_object = message_create_object;

	memcpy(&message_handlers, zend_get_std_object_handlers(), sizeof(zend_object_handlers));
	message_handlers.offset = offsetof(chatroom_message_obj, std);
	message_handlers.free_obj = message_free_obj;
	message_handlers.get_gc = message_get_gc;
	message_handlers.clone_obj = NULL;
}
