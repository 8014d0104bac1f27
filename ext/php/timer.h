#ifndef CHATROOM_TIMER_H
#define CHATROOM_TIMER_H

#include "ext/php/classes.h"

/* The body of every() and after(). 0: thrown. */
zend_long chatroom_timer_add(chatroom_obj *room, double seconds, bool repeat,
	const zend_fcall_info *fci, const zend_fcall_info_cache *fcc);
/* Shows the callables to the GC. */
void chatroom_timers_get_gc(chatroom_obj *room, zend_get_gc_buffer *buf);

#endif
