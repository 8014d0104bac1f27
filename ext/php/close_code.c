/* class Chatroom\CloseCode: names for numbers. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"
#include "ext/php/close_code_arginfo.h"

/* private: there are no objects of it */
PHP_METHOD(Chatroom_CloseCode, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

void chatroom_close_code_register(void)
{
	register_class_Chatroom_CloseCode();
}
