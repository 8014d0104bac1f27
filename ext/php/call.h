#ifndef CHATROOM_CALL_H
#define CHATROOM_CALL_H

#include "ext/php/classes.h"

/* The way from the engine into PHP. No longjmp crosses the engine, and none of
 * PHP's exceptions stays pending while its loop turns: whatever the engine
 * calls does its work in a body that runs under chatroom_guard().
 *
 * exit() and a fatal error end the run: the engine is told to stop at once, no
 * more PHP code is called, and run() lets them go on. */

typedef void (*chatroom_body)(chatroom_obj *room, void *frame);

/* Runs body(room, frame); afterwards room->ended says whether the run ends. */
void chatroom_guard(chatroom_obj *room, chatroom_body body, void *frame);

/* A bailout caught in a body that the engine called while a method called the
 * engine: to be called by methods after any engine call that may log or free. */
static inline void chatroom_rebail(chatroom_obj *room)
{
	if (UNEXPECTED(room->bailed)) {
		room->bailed = false;
		zend_bailout();
	}
}

/* In a body: calls the handler (see chatroom_handler_call) and watches how
 * long it takes. False: EG(exception) is set. */
bool chatroom_call(chatroom_obj *room, const char *name, const chatroom_handler *h,
	uint32_t argc, zval *argv, zval *retval);
/* In a body: hands a pending exception to onError(), or makes it a warning
 * that begins with name. Leaves an exit() alone, and does nothing when there
 * is no exception. client may be NULL. */
void chatroom_report(chatroom_obj *room, const char *name, zend_object *client);
/* In a body, with an exception pending: the Reject, which is no longer pending
 * and now the caller's, or NULL. */
zend_object *chatroom_take_reject(void);

/* Frees a zval or a callable from inside the engine: destructors may run. */
void chatroom_release_guarded(chatroom_obj *room, zval *value);

extern const cr_hooks chatroom_hooks;
const char *chatroom_hook_name(chatroom_hook hook);
/* Tells the engine which hooks are set. */
void chatroom_update_wants(chatroom_obj *room);
void chatroom_drop_held(chatroom_obj *room);

#endif
