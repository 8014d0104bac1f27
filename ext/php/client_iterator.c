/* class Chatroom\ClientIterator: clients() without making all Client objects.
 *
 * It holds uids, not sessions: who left meanwhile is simply not found.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"
#include "ext/php/client_iterator_arginfo.h"

#include "zend_interfaces.h"

typedef struct chatroom_iterator_obj {
	zend_object *room; /* owned */
	cr_uuid *uids;     /* owned, emalloc'd */
	size_t n, at;
	zend_object std;
} chatroom_iterator_obj;

zend_class_entry *chatroom_client_iterator_ce;
static zend_object_handlers iterator_handlers;

static inline chatroom_iterator_obj *iterator_from_obj(zend_object *obj)
{
	return (chatroom_iterator_obj *) ((char *) obj - offsetof(chatroom_iterator_obj, std));
}

void chatroom_client_iterator_new(zval *out, chatroom_obj *room, const zend_string *name)
{
	object_init_ex(out, chatroom_client_iterator_ce);
	chatroom_iterator_obj *it = iterator_from_obj(Z_OBJ_P(out));

	GC_ADDREF(&room->std);
	it->room = &room->std;
	cr_room_info info = {.members = 0};
	if (name) {
		(void) cr_server_room(room->server, chatroom_slice(name), &info);
	}
	it->n = name ? info.members : cr_server_count(room->server);
	if (it->n) {
		it->uids = safe_emalloc(it->n, sizeof(cr_uuid), 0);
		it->n = name ? cr_server_room_uids(room->server, chatroom_slice(name), it->uids, it->n)
		             : cr_server_uids(room->server, it->uids, it->n);
	}
}

/* The session at the first place from it->at on that is still open. */
static cr_session *find_current(chatroom_iterator_obj *it)
{
	for (; it->at < it->n; it->at++) {
		cr_session *s = cr_server_find(chatroom_from_obj(it->room)->server, &it->uids[it->at]);

		if (s) {
			return s;
		}
	}
	return NULL;
}

/* private: only Chatroom::clients() makes them */
PHP_METHOD(Chatroom_ClientIterator, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Chatroom_ClientIterator, current)
{
	chatroom_iterator_obj *it = iterator_from_obj(Z_OBJ_P(ZEND_THIS));

	ZEND_PARSE_PARAMETERS_NONE();

	cr_session *s = find_current(it);
	if (s) {
		RETURN_OBJ_COPY(chatroom_client_get(chatroom_from_obj(it->room), s));
	}
}

PHP_METHOD(Chatroom_ClientIterator, key)
{
	chatroom_iterator_obj *it = iterator_from_obj(Z_OBJ_P(ZEND_THIS));
	char uid[CR_UUID_LEN];

	ZEND_PARSE_PARAMETERS_NONE();

	if (it->at < it->n) {
		cr_uuid_write(&it->uids[it->at], uid);
		RETURN_STRINGL(uid, sizeof(uid));
	}
}

PHP_METHOD(Chatroom_ClientIterator, next)
{
	chatroom_iterator_obj *it = iterator_from_obj(Z_OBJ_P(ZEND_THIS));

	ZEND_PARSE_PARAMETERS_NONE();

	if (it->at < it->n) {
		it->at++;
	}
}

PHP_METHOD(Chatroom_ClientIterator, rewind)
{
	ZEND_PARSE_PARAMETERS_NONE();

	iterator_from_obj(Z_OBJ_P(ZEND_THIS))->at = 0;
}

PHP_METHOD(Chatroom_ClientIterator, valid)
{
	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_BOOL(find_current(iterator_from_obj(Z_OBJ_P(ZEND_THIS))) != NULL);
}

static zend_object *iterator_create_object(zend_class_entry *ce)
{
	chatroom_iterator_obj *it = zend_object_alloc(sizeof(*it), ce);

	zend_object_std_init(&it->std, ce);
	object_properties_init(&it->std, ce);
	it->std.handlers = &iterator_handlers;
	return &it->std;
}

static void iterator_free_obj(zend_object *obj)
{
	chatroom_iterator_obj *it = iterator_from_obj(obj);

	if (it->uids) {
		efree(it->uids);
	}
	if (it->room) {
		OBJ_RELEASE(it->room);
	}
	zend_object_std_dtor(obj);
}

static HashTable *iterator_get_gc(zend_object *obj, zval **table, int *n)
{
	chatroom_iterator_obj *it = iterator_from_obj(obj);
	zend_get_gc_buffer *buf = zend_get_gc_buffer_create();

	if (it->room) {
		zend_get_gc_buffer_add_obj(buf, it->room);
	}
	zend_get_gc_buffer_use(buf, table, n);
	return NULL;
}

void chatroom_client_iterator_register(void)
{
	chatroom_client_iterator_ce = register_class_Chatroom_ClientIterator(zend_ce_iterator);
	chatroom_client_iterator_ce->create_object = iterator_create_object;

	memcpy(&iterator_handlers, zend_get_std_object_handlers(), sizeof(zend_object_handlers));
	iterator_handlers.offset = offsetof(chatroom_iterator_obj, std);
	iterator_handlers.free_obj = iterator_free_obj;
	iterator_handlers.get_gc = iterator_get_gc;
	iterator_handlers.clone_obj = NULL;
}
