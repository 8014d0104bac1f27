#ifndef CHATROOM_SEND_H
#define CHATROOM_SEND_H

#include "ext/php/classes.h"

/* NULL: not a uid, or nobody's. */
cr_session *chatroom_find(chatroom_obj *room, const zend_string *uid);
void chatroom_stats(zval *out, chatroom_obj *room);

#endif
