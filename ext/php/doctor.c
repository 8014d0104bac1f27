/* Chatroom::doctor(): what would keep this machine from serving. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"

#include "SAPI.h"
#include "zend_exceptions.h"

#define SMALL_MEMORY (32 << 20)

static void add_line(void *arg, const char *line)
{
	add_next_index_string(arg, line);
}

static void look_at_php(zval *lines)
{
	if (strcmp(sapi_module.name, "cli") != 0) {
		add_next_index_str(lines, strpprintf(0, "error: run() works under PHP's command line only, this is SAPI %s",
			sapi_module.name));
	} else {
		add_next_index_str(lines, strpprintf(0, "ok: PHP is %s, chatroom is %s", PHP_VERSION, PHP_CHATROOM_VERSION));
	}
	if (zend_hash_str_exists(&module_registry, ZEND_STRL("xdebug"))) {
		add_next_index_string(lines, "warning: Xdebug is loaded, callbacks take several times as long; "
			"php -n -d extension=chatroom leaves it out");
	}
	if (PG(memory_limit) > 0 && PG(memory_limit) < SMALL_MEMORY) {
		add_next_index_str(lines, strpprintf(0,
			"warning: memory_limit is " ZEND_LONG_FMT " bytes; clients do not count, but what callbacks keep does",
			(zend_long) PG(memory_limit)));
	}
}

/* What the constructor has thrown, as a line. */
static void add_thrown(zval *lines)
{
	zend_object *error = EG(exception);
	zval rv;

	GC_ADDREF(error);
	zend_clear_exception();
	zend_class_entry *base = instanceof_function(error->ce, zend_ce_exception) ? zend_ce_exception : zend_ce_error;
	zend_string *text = zval_get_string(zend_read_property_ex(base, error, ZSTR_KNOWN(ZEND_STR_MESSAGE), true, &rv));

	add_next_index_str(lines, strpprintf(0, "error: %s", ZSTR_VAL(text)));
	zend_string_release(text);
	OBJ_RELEASE(error);
}

PHP_METHOD(Chatroom, doctor)
{
	zend_string *url = NULL;
	zval *options = NULL, object, argv[2], retval;

	ZEND_PARSE_PARAMETERS_START(0, 2)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(url)
		Z_PARAM_ARRAY(options)
	ZEND_PARSE_PARAMETERS_END();

	array_init(return_value);
	look_at_php(return_value);
	object_init_ex(&object, chatroom_ce);
	if (url) {
		ZVAL_STR(&argv[0], url);
	} else {
		ZVAL_STRING(&argv[0], "ws://127.0.0.1:8080/ws");
	}
	if (options) {
		ZVAL_COPY_VALUE(&argv[1], options); /* a literal array is not counted, and may not be written */
	} else {
		ZVAL_EMPTY_ARRAY(&argv[1]);
	}
	zend_call_known_function(chatroom_ce->constructor, Z_OBJ(object), chatroom_ce, &retval, 2, argv, NULL);
	zval_ptr_dtor(&retval);
	if (!url) {
		zval_ptr_dtor(&argv[0]);
	}
	if (!EG(exception)) {
		cr_server_examine(chatroom_from_obj(Z_OBJ(object))->server, add_line, return_value);
	} else if (!zend_is_unwind_exit(EG(exception))) {
		add_thrown(return_value);
	}
	zval_ptr_dtor(&object);
}
