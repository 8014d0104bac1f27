/* The one zend_try, the calling of hooks and the reporting of what they throw. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/call.h"

#include <time.h>

#include "zend_exceptions.h"
#include "zend_interfaces.h"

static bool is_exit(void)
{
	return EG(exception)
		&& (zend_is_unwind_exit(EG(exception)) || zend_is_graceful_exit(EG(exception)));
}

static bool is_running(const chatroom_obj *room)
{
	return room->server && cr_server_is_running(room->server);
}

static void end_run(chatroom_obj *room)
{
	if (is_running(room) && !room->ended) {
		room->ended = true;
		cr_server_stop(room->server, CR_STOP_NOW);
	}
}

void chatroom_guard(chatroom_obj *room, chatroom_body body, void *frame)
{
	zend_try {
		body(room, frame);
	} zend_catch {
		room->bailed = true;
	} zend_end_try();

	/* a child forked in a hook must not go on serving its parent's clients */
	if (UNEXPECTED(room->bailed || EG(exception) || room->forks != chatroom_forks)) {
		end_run(room);
	}
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static void warn_slow(chatroom_obj *room, const char *name, uint64_t from, uint64_t to)
{
	uint64_t ms = (to - from) / 1000000, suppressed;

	if (ms > room->callback_warn_ms
		&& cr_log_allow(&room->slow_throttle, to / 1000000, &suppressed)) {
		cr_log_write(&room->log.log, CR_LOG_WARN,
			"%s took %llu ms, in which nobody was served (%llu more such lines left out)",
			name, (unsigned long long) ms, (unsigned long long) suppressed);
	}
}

bool chatroom_call(chatroom_obj *room, const char *name, const chatroom_handler *h,
	uint32_t argc, zval *argv, zval *retval)
{
	if (room->callback_warn_ms == 0) {
		chatroom_handler_call(h, argc, argv, retval);
	} else {
		uint64_t from = now_ns();

		chatroom_handler_call(h, argc, argv, retval);
		uint64_t to = now_ns();
		room->hook_end_ns = to;
		cr_server_hook_took(room->server, to - from);
		warn_slow(room, name, from, to);
	}
	return !EG(exception);
}

/* The exception's whole text, as PHP itself prints it. */
static zend_string *exception_text(zend_object *error)
{
	zval text;

	ZVAL_UNDEF(&text);
	if (error->ce->__tostring) {
		zend_call_known_instance_method_with_0_params(error->ce->__tostring, error, &text);
	}
	if (EG(exception) || Z_TYPE(text) != IS_STRING) {
		if (!is_exit()) {
			zend_clear_exception();
		}
		zval_ptr_dtor(&text);
		return zend_string_copy(error->ce->name);
	}
	return Z_STR(text);
}

static void warn_uncaught(const char *name, zend_object *error)
{
	zval rv_file, rv_line, handler;
	zend_class_entry *base = instanceof_function(error->ce, zend_ce_exception)
		? zend_ce_exception : zend_ce_error;
	zend_string *text = exception_text(error);
	zval *file = zend_read_property_ex(base, error, ZSTR_KNOWN(ZEND_STR_FILE), true, &rv_file);
	zval *line = zend_read_property_ex(base, error, ZSTR_KNOWN(ZEND_STR_LINE), true, &rv_line);
	zend_string *where = Z_TYPE_P(file) == IS_STRING ? Z_STR_P(file) : ZSTR_EMPTY_ALLOC();
	uint32_t at = Z_TYPE_P(line) == IS_LONG ? (uint32_t) Z_LVAL_P(line) : 0;

	if (EG(exception)) {
		goto end; /* exit() in a __toString() */
	}
	zend_error_at(E_WARNING, where, at, "%s: Uncaught %s\n  thrown", name, ZSTR_VAL(text));
	if (EG(exception) && !is_exit()) {
		/* an error handler that throws: nothing may get lost for that */
		zend_clear_exception();
		ZVAL_COPY_VALUE(&handler, &EG(user_error_handler));
		ZVAL_UNDEF(&EG(user_error_handler));
		zend_error_at(E_WARNING, where, at, "%s: Uncaught %s\n  thrown", name, ZSTR_VAL(text));
		ZVAL_COPY_VALUE(&EG(user_error_handler), &handler);
	}
end:
	zend_string_release(text);
}

void chatroom_report(chatroom_obj *room, const char *name, zend_object *client)
{
	zend_object *error = EG(exception);

	if (EXPECTED(!error) || is_exit()) {
		return;
	}
	GC_ADDREF(error);
	zend_clear_exception();
	if (chatroom_handler_is_set(&room->hooks[CHATROOM_ON_ERROR]) && !room->in_on_error) {
		zval argv[2], retval;

		ZVAL_OBJ_COPY(&argv[0], error);
		if (client) {
			ZVAL_OBJ_COPY(&argv[1], client);
		} else {
			ZVAL_NULL(&argv[1]);
		}
		room->in_on_error = true;
		chatroom_call(room, chatroom_hook_name(CHATROOM_ON_ERROR),
			&room->hooks[CHATROOM_ON_ERROR], 2, argv, &retval);
		zval_ptr_dtor(&retval);
		chatroom_report(room, chatroom_hook_name(CHATROOM_ON_ERROR), client);
		room->in_on_error = false;
	} else {
		warn_uncaught(name, error);
	}
	OBJ_RELEASE(error);
}

zend_object *chatroom_take_reject(void)
{
	zend_object *error = EG(exception);

	if (!error || !instanceof_function(error->ce, chatroom_reject_ce)) {
		return NULL;
	}
	GC_ADDREF(error);
	zend_clear_exception();
	return error;
}

static void release_body(chatroom_obj *room, void *frame)
{
	zval *value = frame;

	zval_ptr_dtor(value);
	if (is_running(room)) {
		/* otherwise some method or the VM is above us, and sees to it */
		chatroom_report(room, "Chatroom: a destructor", NULL);
	}
}

void chatroom_release_guarded(chatroom_obj *room, zval *value)
{
	chatroom_guard(room, release_body, value);
}
