/* class Chatroom\Exception */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"

#include "zend_exceptions.h"

#include "ext/php/exception_arginfo.h"

zend_class_entry *chatroom_exception_ce;

void chatroom_exception_register(void)
{
	chatroom_exception_ce = register_class_Chatroom_Exception(zend_ce_exception);
}
