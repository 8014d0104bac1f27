#ifndef CHATROOM_HANDLER_H
#define CHATROOM_HANDLER_H

#include "php_chatroom.h"

/* A PHP callable kept for later: the zval owns it and shows it to the GC,
 * the cache spares looking it up again. Zeroed memory is "not set".
 *
 * PHP 8.3 has zend_fcc_dup() and friends for this; 8.2 does not (its cache
 * has no closure member), so this is the one file that knows. */
typedef struct chatroom_handler {
	zval callable;
	zend_fcall_info_cache fcc;
} chatroom_handler;

static inline bool chatroom_handler_is_set(const chatroom_handler *h)
{
	return !Z_ISUNDEF(h->callable);
}

/* False, with a ValueError thrown for argument number arg, when the callable
 * cannot serve as a callback. An uninitialized fci (null) passes. */
bool chatroom_handler_check(const zend_fcall_info *fci, const zend_fcall_info_cache *fcc,
	uint32_t arg);
/* fci as Z_PARAM_FUNC_OR_NULL left it; an uninitialized one clears the handler. */
void chatroom_handler_set(chatroom_handler *h, const zend_fcall_info *fci,
	const zend_fcall_info_cache *fcc);
void chatroom_handler_clear(chatroom_handler *h);

/* Calls the handler and takes over argv: its values are released here. retval
 * is the caller's to release, UNDEF when EG(exception) is set. h may be
 * replaced, cleared or moved meanwhile. */
void chatroom_handler_call(const chatroom_handler *h, uint32_t argc, zval *argv, zval *retval);

#endif
