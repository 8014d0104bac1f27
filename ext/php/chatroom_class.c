/* class Chatroom: configuration, callbacks and run().
 *
 * The engine never sees a zval: what it lends is copied into PHP values
 * (hooks.c), what it is given is copied by it. What the object sends and asks
 * is in send.c.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/call.h"
#include "ext/php/send.h"
#include "ext/php/timer.h"

#include "SAPI.h"
#include "zend_exceptions.h"
#include "zend_fibers.h"
#include "zend_interfaces.h"

#include "ext/php/chatroom_arginfo.h"

zend_class_entry *chatroom_ce;
unsigned chatroom_forks;
static zend_object_handlers class_handlers;
/* libevent has one place for signals per process: one server at a time */
ZEND_TLS bool somebody_runs;

void chatroom_on_fork(void)
{
	chatroom_forks++;
}

/* The object of a method call. NULL, thrown: only the backtrace of its own
 * constructor can show somebody an object without a server. */
chatroom_obj *chatroom_this(zval *this)
{
	chatroom_obj *room = chatroom_from_obj(Z_OBJ_P(this));

	if (UNEXPECTED(!room->server)) {
		zend_throw_error(NULL, "The Chatroom object has not been constructed");
		return NULL;
	}
	return room;
}

static bool add_address(cr_server *server, zend_string *url, const chatroom_tls *tls)
{
	char error[CR_ERROR_MAX] = "";

	switch (cr_server_listen_tls(server, chatroom_slice(url), tls ? &tls->config : NULL, error)) {
		case CR_OK:
			return true;
		case CR_ERR_FORM:
			zend_argument_value_error(1, "%s", error);
			return false;
		case CR_ERR_STATE:
			zend_throw_exception(chatroom_exception_ce, "an address cannot be added while running", 0);
			return false;
		case CR_ERR_SYS:
			zend_throw_exception(chatroom_exception_ce, error, 0);
			return false;
		default:
			zend_throw_exception(chatroom_exception_ce, "out of memory", 0);
			return false;
	}
}

static bool construct(chatroom_obj *room, zend_string *url, chatroom_options *o)
{
	if (!chatroom_log_open(&room->log, room, o)) {
		return false;
	}
	room->callback_warn_ms = (uint32_t) o->callback_warn_ms;
	room->max_message_size = o->config.max_message_size;
	o->config.log = room->log.log;
	o->config.heartbeat = zend_hash_str_exists(&module_registry, ZEND_STRL("pcntl"));

	cr_server *server = cr_server_new(&o->config, &chatroom_hooks, room);

	if (!server) {
		zend_throw_exception(chatroom_exception_ce, "cannot make the server: out of memory or of randomness", 0);
		return false;
	}
	if (!add_address(server, url, NULL)) {
		cr_server_free(server);
		return false;
	}
	room->server = server;
	return true;
}

PHP_METHOD(Chatroom, __construct)
{
	chatroom_obj *room = chatroom_from_obj(Z_OBJ_P(ZEND_THIS));
	zend_string *url = NULL;
	HashTable *array = NULL;
	chatroom_options o;

	ZEND_PARSE_PARAMETERS_START(0, 2)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(url)
		Z_PARAM_ARRAY_HT(array)
	ZEND_PARSE_PARAMETERS_END();

	if (room->log.room) {
		zend_throw_error(NULL, "Chatroom::__construct() cannot be called twice");
		RETURN_THROWS();
	}
	url = url ? zend_string_copy(url) : zend_string_init(ZEND_STRL("ws://127.0.0.1:8080/ws"), 0);
	if (chatroom_options_parse(&o, array ? array : (HashTable *) &zend_empty_array)) {
		construct(room, url, &o);
	}
	chatroom_options_free(&o);
	zend_string_release(url);
}

PHP_METHOD(Chatroom, listen)
{
	zend_string *url;
	HashTable *array = NULL;
	chatroom_tls *tls = NULL;

	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_STR(url)
		Z_PARAM_OPTIONAL
		Z_PARAM_ARRAY_HT(array)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	if (array && zend_hash_num_elements(array) && !(tls = chatroom_tls_parse(array))) {
		RETURN_THROWS();
	}
	bool ok = add_address(room->server, url, tls);

	chatroom_tls_free(tls);
	if (!ok) {
		RETURN_THROWS();
	}
	RETURN_OBJ_COPY(&room->std);
}

PHP_METHOD(Chatroom, reloadTls)
{
	char error[CR_ERROR_MAX] = "";

	ZEND_PARSE_PARAMETERS_NONE();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	if (cr_server_reload_tls(room->server, error) != CR_OK) {
		zend_throw_exception(chatroom_exception_ce, error, 0);
		RETURN_THROWS();
	}
}

/* The engine's loop, with whatever a fatal error or exit() left for later. */
static void serve(chatroom_obj *room)
{
	char error[CR_ERROR_MAX] = "";

	room->ended = room->bailed = false;
	room->forks = chatroom_forks;
	chatroom_update_wants(room);
	GC_ADDREF(&room->std);
	somebody_runs = true;
	/* a suspended callback would leave the loop open to be entered again */
	zend_fiber_switch_block();
	cr_status status = cr_server_run(room->server, error);
	zend_fiber_switch_unblock();
	somebody_runs = false;
	chatroom_drop_held(room);
	room->in_on_error = room->in_log = room->ended = false;

	bool forked = room->forks != chatroom_forks;
	bool bailed = room->bailed;

	room->forks = chatroom_forks;
	room->bailed = false;
	OBJ_RELEASE(&room->std);
	if (bailed) {
		zend_bailout();
	}
	if (EG(exception)) {
		return;
	}
	if (forked) {
		zend_throw_exception(chatroom_exception_ce,
			"a process forked in a callback must end there with exit(), it cannot serve its parent's clients", 0);
	} else if (status != CR_OK) {
		zend_throw_exception(chatroom_exception_ce, *error ? error : "the server failed", 0);
	}
}

PHP_METHOD(Chatroom, run)
{
	ZEND_PARSE_PARAMETERS_NONE();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	if (strcmp(sapi_module.name, "cli") != 0) {
		zend_throw_exception_ex(chatroom_exception_ce, 0,
			"Chatroom::run() works under PHP's command line only (SAPI cli, this is %s): a web request must not "
			"become a server", sapi_module.name);
		RETURN_THROWS();
	}
	if (cr_server_is_running(room->server)) {
		zend_throw_exception(chatroom_exception_ce, "Chatroom::run() is already running", 0);
		RETURN_THROWS();
	}
	if (somebody_runs) {
		zend_throw_exception(chatroom_exception_ce, "another Chatroom is running in this process", 0);
		RETURN_THROWS();
	}
	serve(room);
}

PHP_METHOD(Chatroom, stop)
{
	ZEND_PARSE_PARAMETERS_NONE();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	cr_server_stop(room->server, CR_STOP_DRAIN);
	chatroom_rebail(room);
}

PHP_METHOD(Chatroom, addFilter)
{
	zend_fcall_info fci;
	zend_fcall_info_cache fcc;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_FUNC(fci, fcc)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_handler_check(&fci, &fcc, 1)) {
		RETURN_THROWS();
	}
	if (room->n_filters == room->cap_filters) {
		uint32_t cap = room->cap_filters ? room->cap_filters * 2 : 4;

		room->filters = safe_erealloc(room->filters, cap, sizeof(chatroom_handler), 0);
		memset(room->filters + room->cap_filters, 0,
			(cap - room->cap_filters) * sizeof(chatroom_handler));
		room->cap_filters = cap;
	}
	chatroom_handler_set(&room->filters[room->n_filters++], &fci, &fcc);
	chatroom_update_wants(room);
	RETURN_OBJ_COPY(&room->std);
}

static void set_hook(INTERNAL_FUNCTION_PARAMETERS, chatroom_hook hook)
{
	zend_fcall_info fci;
	zend_fcall_info_cache fcc;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_FUNC_OR_NULL(fci, fcc)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room || !chatroom_handler_check(&fci, &fcc, 1)) {
		RETURN_THROWS();
	}
	chatroom_handler_set(&room->hooks[hook], &fci, &fcc);
	chatroom_update_wants(room);
	RETURN_OBJ_COPY(&room->std);
}

#define SETTER(method, hook) \
	PHP_METHOD(Chatroom, method) \
	{ \
		set_hook(INTERNAL_FUNCTION_PARAM_PASSTHRU, hook); \
	}

SETTER(onHandshake, CHATROOM_ON_HANDSHAKE)
SETTER(onOpen, CHATROOM_ON_OPEN)
SETTER(onMessage, CHATROOM_ON_MESSAGE)
SETTER(onText, CHATROOM_ON_TEXT)
SETTER(onBinary, CHATROOM_ON_BINARY)
SETTER(onClose, CHATROOM_ON_CLOSE)
SETTER(onRequest, CHATROOM_ON_REQUEST)
SETTER(onError, CHATROOM_ON_ERROR)
SETTER(onStart, CHATROOM_ON_START)
SETTER(onStop, CHATROOM_ON_STOP)
SETTER(onJoin, CHATROOM_ON_JOIN)
SETTER(onLeave, CHATROOM_ON_LEAVE)
SETTER(onOnline, CHATROOM_ON_ONLINE)
SETTER(onOffline, CHATROOM_ON_OFFLINE)
SETTER(onSignal, CHATROOM_ON_SIGNAL)

static void add_timer(INTERNAL_FUNCTION_PARAMETERS, bool repeat)
{
	double seconds;
	zend_fcall_info fci;
	zend_fcall_info_cache fcc;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_DOUBLE(seconds)
		Z_PARAM_FUNC(fci, fcc)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	zend_long id = room ? chatroom_timer_add(room, seconds, repeat, &fci, &fcc) : 0;

	if (id == 0) {
		RETURN_THROWS();
	}
	RETURN_LONG(id);
}

PHP_METHOD(Chatroom, every)
{
	add_timer(INTERNAL_FUNCTION_PARAM_PASSTHRU, true);
}

PHP_METHOD(Chatroom, after)
{
	add_timer(INTERNAL_FUNCTION_PARAM_PASSTHRU, false);
}

PHP_METHOD(Chatroom, cancel)
{
	zend_long timer;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_LONG(timer)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	bool found = cr_server_timer_cancel(room->server, timer);

	chatroom_rebail(room);
	RETURN_BOOL(found);
}

PHP_METHOD(Chatroom, client)
{
	zend_string *uid;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(uid)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	cr_session *s = chatroom_find(room, uid);
	if (s) {
		RETURN_OBJ_COPY(chatroom_client_get(room, s));
	}
}

PHP_METHOD(Chatroom, clients)
{
	zend_string *name = NULL;

	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(name)
	ZEND_PARSE_PARAMETERS_END();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	chatroom_client_iterator_new(return_value, room, name);
}

PHP_METHOD(Chatroom, count)
{
	ZEND_PARSE_PARAMETERS_NONE();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	RETURN_LONG((zend_long) cr_server_count(room->server));
}

PHP_METHOD(Chatroom, stats)
{
	ZEND_PARSE_PARAMETERS_NONE();

	chatroom_obj *room = chatroom_this(ZEND_THIS);
	if (!room) {
		RETURN_THROWS();
	}
	chatroom_stats(return_value, room);
}

static zend_object *class_create_object(zend_class_entry *ce)
{
	chatroom_obj *room = zend_object_alloc(sizeof(*room), ce);

	zend_object_std_init(&room->std, ce);
	object_properties_init(&room->std, ce);
	room->std.handlers = &class_handlers;
	room->log.fd = -1;
	room->forks = chatroom_forks;
	cr_list_init(&room->timers);
	return &room->std;
}

static void class_free_obj(zend_object *obj)
{
	chatroom_obj *room = chatroom_from_obj(obj);

	cr_server_free(room->server);
	room->server = NULL;
	chatroom_log_close(&room->log);
	for (size_t i = 0; i < CHATROOM_N_HOOKS; i++) {
		chatroom_handler_clear(&room->hooks[i]);
	}
	for (uint32_t i = 0; i < room->n_filters; i++) {
		chatroom_handler_clear(&room->filters[i]);
	}
	if (room->filters) {
		efree(room->filters);
	}
	chatroom_drop_held(room);
	zend_object_std_dtor(obj);
	chatroom_rebail(room);
}

/* A callback often captures the room itself; unseen, that cycle would leak. */
static HashTable *class_get_gc(zend_object *obj, zval **table, int *n)
{
	chatroom_obj *room = chatroom_from_obj(obj);
	zend_get_gc_buffer *buf = zend_get_gc_buffer_create();

	for (size_t i = 0; i < CHATROOM_N_HOOKS; i++) {
		zend_get_gc_buffer_add_zval(buf, &room->hooks[i].callable);
	}
	for (uint32_t i = 0; i < room->n_filters; i++) {
		zend_get_gc_buffer_add_zval(buf, &room->filters[i].callable);
	}
	zend_get_gc_buffer_add_zval(buf, &room->log.callable.callable);
	chatroom_timers_get_gc(room, buf);
	zend_get_gc_buffer_use(buf, table, n);
	return NULL;
}

void chatroom_class_register(void)
{
	chatroom_ce = register_class_Chatroom(zend_ce_countable);
	chatroom_ce->create_object = class_create_object;

	memcpy(&class_handlers, zend_get_std_object_handlers(), sizeof(zend_object_handlers));
	class_handlers.offset = offsetof(chatroom_obj, std);
	class_handlers.free_obj = class_free_obj;
	class_handlers.get_gc = class_get_gc;
	class_handlers.clone_obj = NULL;
}
