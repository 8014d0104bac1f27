#ifndef PHP_CHATROOM_H
#define PHP_CHATROOM_H

#include "php.h"

#if defined(ZTS) && defined(COMPILE_DL_CHATROOM)
ZEND_TSRMLS_CACHE_EXTERN()
#endif

extern zend_module_entry chatroom_module_entry;
#define phpext_chatroom_ptr &chatroom_module_entry

#define PHP_CHATROOM_VERSION "0.1.0"

#endif
