#ifndef CHATROOM_SEND_H
#define CHATROOM_SEND_H

#include "ext/php/classes.h"

/* What the methods of Chatroom that send and ask do. A uid that is none, or
 * nobody's, is nobody: 0, false, NULL. */

cr_session *chatroom_find(chatroom_obj *room, const zend_string *uid);
/* except may be NULL */
zend_long chatroom_broadcast(chatroom_obj *room, const zend_string *text, HashTable *except);
zend_long chatroom_send_to(chatroom_obj *room, const zend_string *uid, const zend_string *text);
zend_long chatroom_send_to_all(chatroom_obj *room, HashTable *uids, const zend_string *text);
bool chatroom_kick(chatroom_obj *room, const zend_string *uid, const zend_string *reason);
void chatroom_stats(zval *out, chatroom_obj *room);

#endif
