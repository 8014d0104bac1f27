/* The module: registration and phpinfo(). What it does is in ext/. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "php_chatroom.h"

#include <pthread.h>

#include "ext/php/classes.h"
#include "ext/server/server.h"
#include "ext/standard/info.h"

static PHP_MINIT_FUNCTION(chatroom)
{
	chatroom_exception_register();
	chatroom_reject_register();
	chatroom_close_code_register();
	chatroom_request_register();
	chatroom_client_register();
	chatroom_message_register();
	chatroom_client_iterator_register();
	chatroom_class_register();

	/* undone by the C library when the module is unloaded */
	return pthread_atfork(NULL, NULL, chatroom_on_fork) == 0 ? SUCCESS : FAILURE;
}

static PHP_RINIT_FUNCTION(chatroom)
{
#if defined(ZTS) && defined(COMPILE_DL_CHATROOM)
	ZEND_TSRMLS_CACHE_UPDATE();
#endif

	return SUCCESS;
}

static PHP_MINFO_FUNCTION(chatroom)
{
	cr_versions versions;

	cr_server_versions(&versions);
	php_info_print_table_start();
	php_info_print_table_row(2, "chatroom support", "enabled");
	php_info_print_table_row(2, "chatroom version", PHP_CHATROOM_VERSION);
	php_info_print_table_row(2, "libevent", versions.libevent);
	php_info_print_table_row(2, "json-c", versions.json_c);
	php_info_print_table_row(2, "OpenSSL", versions.openssl);
	php_info_print_table_row(2, "zlib", versions.zlib);
	php_info_print_table_row(2, "uthash", versions.uthash);
	php_info_print_table_end();
}

static const zend_module_dep chatroom_deps[] = {
	ZEND_MOD_REQUIRED("standard")
	ZEND_MOD_END
};

zend_module_entry chatroom_module_entry = {
	STANDARD_MODULE_HEADER_EX,
	NULL,
	chatroom_deps,
	"chatroom",
	NULL,                   /* functions: everything is a method */
	PHP_MINIT(chatroom),
	NULL,                   /* MSHUTDOWN */
	PHP_RINIT(chatroom),
	NULL,                   /* RSHUTDOWN: objects are freed after it */
	PHP_MINFO(chatroom),
	PHP_CHATROOM_VERSION,
	STANDARD_MODULE_PROPERTIES
};

#ifdef COMPILE_DL_CHATROOM
# ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
# endif
ZEND_GET_MODULE(chatroom)
#endif
