#ifndef CHATROOM_VERDICT_H
#define CHATROOM_VERDICT_H

#include "ext/php/classes.h"

/* What a callback answered, in the engine's terms. All of them: when the call
 * threw, a Reject is taken as the answer it is and any other exception stays
 * pending; an answer of another form throws. retval stays the caller's. What
 * the answer borrows is kept in room->held. */

/* Untouched (refused) when EG(exception) is set; may identify the client. */
void chatroom_verdict_handshake(chatroom_obj *room, cr_verdict *verdict, const zval *retval,
	zend_object *client);
/* PASS, or REJECT as it was. */
void chatroom_verdict_yes_no(chatroom_obj *room, const char *name, cr_verdict *verdict, const zval *retval);
/* PASS, DROP or REJECT; PASS may replace *text (owned). */
void chatroom_verdict_message(chatroom_obj *room, const char *name, cr_verdict *verdict,
	const zval *retval, zend_string **text);
/* Untouched when EG(exception) is set. */
void chatroom_verdict_response(chatroom_obj *room, cr_response *response, zval *retval);

/* A short answer in text/plain; body is borrowed. */
void chatroom_response_plain(cr_response *response, int status, cr_slice body);

#endif
