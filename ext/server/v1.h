#ifndef CR_SERVER_V1_H
#define CR_SERVER_V1_H

/* What v1.c and v1_rooms.c share. */

#include "ext/server/chat.h"

/* A frame for one client: cr_v1_begin(), fields, cr_v1_end(). Out of memory ends
 * the client. The scratch buffer is in use between the two. */
void cr_v1_begin(cr_session *s, cr_json_out *o, const char *type, cr_slice id);
void cr_v1_end(cr_session *s, cr_json_out *o);
/* The frame holds a secret: it is never compressed. */
void cr_v1_end_secret(cr_session *s, cr_json_out *o);
void cr_v1_tell(cr_session *s, cr_json_out *o);
void cr_v1_error(cr_session *s, cr_slice id, const char *code, cr_slice reason, uint64_t retry_ms);
void cr_v1_refused(cr_session *s, cr_slice id, const cr_refusal *r);
/* room absent: the one it joined first. NULL: not in it. */
cr_membership *cr_membership_in(const cr_session *s, cr_slice room);

/* Behind those that wait already. NULL: out of memory. */
cr_join *cr_v1_queue_join(cr_peer *p, cr_slice room, cr_slice id);
/* The next joins, until one has to wait for its verdict. */
void cr_v1_run_joins(cr_session *s);
void cr_v1_join_error(cr_session *s, cr_slice id, cr_slice room, cr_slice code, cr_slice reason);
/* f NULL: no hello came. False: the connection is being ended. */
bool cr_v1_greet(cr_session *s, const cr_v1_frame *f);
void cr_v1_on_join(cr_session *s, const cr_v1_frame *f);
void cr_v1_on_leave(cr_session *s, const cr_v1_frame *f);
void cr_v1_on_members(cr_session *s, const cr_v1_frame *f);
void cr_v1_on_history(cr_session *s, const cr_v1_frame *f);

#endif
