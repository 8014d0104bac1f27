#ifndef CR_PROTO_WS_SESSION_H
#define CR_PROTO_WS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/buf.h"
#include "ext/core/utf8.h"
#include "ext/proto/ws_head.h"

/* The server's half of one WebSocket: bytes in, events out (RFC 6455 5 to 8).
 * Knows no socket, no clock and does not write: what has to be answered is
 * told to the callbacks. */

typedef enum cr_ws_flow {
	CR_WS_GO_ON,
	CR_WS_PAUSE /* stop after this event; the rest of the bytes stays unread */
} cr_ws_flow;

typedef struct cr_ws_callbacks {
	/* A whole message. data is borrowed, writable, and may lie in the bytes
	 * being fed; text is valid UTF-8. opcode is CR_WS_TEXT or CR_WS_BINARY. */
	cr_ws_flow (*on_message)(void *arg, cr_ws_opcode opcode, uint8_t *data, size_t len);
	/* Answer with a pong of the same payload (at most 125 bytes). */
	cr_ws_flow (*on_ping)(void *arg, const uint8_t *data, size_t len);
	cr_ws_flow (*on_pong)(void *arg, const uint8_t *data, size_t len);
	/* The peer's Close. code is 1005 when it carried none. Nothing follows:
	 * later bytes are swallowed. */
	void (*on_close)(void *arg, unsigned code, const uint8_t *reason, size_t len);
	/* Inflates a piece of a compressed message to the end of out, at most to
	 * out->max; last: the message ends here. NULL: permessage-deflate was not
	 * agreed on, and RSV1 is an error. */
	cr_status (*on_deflated)(void *arg, cr_buf *out, const uint8_t *data, size_t len, bool last);
} cr_ws_callbacks;

typedef struct cr_ws_limits {
	size_t max_message;     /* bytes of a whole message, inflated, default 64 KiB */
	uint32_t max_fragments; /* frames of one message, empty ones included, default 1,024 */
} cr_ws_limits;

typedef enum cr_ws_state {
	CR_WS_READ_HEAD,
	CR_WS_READ_PAYLOAD,
	CR_WS_CLOSED, /* Close seen, or failed: everything further is swallowed */
} cr_ws_state;

typedef struct cr_ws_session {
	uint8_t state;    /* cr_ws_state; only set_state() writes it */
	uint8_t head_len; /* bytes in head_buf while a header is incomplete */
	bool in_message;  /* a data message has begun and its FIN is not yet done */
	bool deflated;    /* ... and it is compressed */
	uint8_t message_opcode;
	uint8_t head_buf[CR_WS_HEAD_MAX];
	uint32_t fragments;
	size_t wire; /* payload bytes of the message's frames so far, the current one's included */
	cr_utf8_state utf8;
	cr_ws_head head; /* of the frame whose payload is being read */
	uint64_t payload_read;
	cr_buf message;   /* unfinished data message; empty and unallocated when idle */
	uint8_t *control; /* unfinished control payload, allocated only while needed */
} cr_ws_session;

void cr_ws_session_init(cr_ws_session *s);
void cr_ws_session_deinit(cr_ws_session *s);

/* Feeds bytes, unmasking them in place. Returns
 *   CR_OK         *consumed bytes were used: all of them, or fewer after a
 *                 callback said CR_WS_PAUSE (feed the rest later)
 *   CR_ERR_PROTO  close 1002      CR_ERR_UTF8  close 1007 (as soon as certain)
 *   CR_ERR_TOOBIG close 1009 (at the header that exceeds max_message)
 *   CR_ERR_FORM   close 1008 (more than max_fragments)
 *   CR_ERR_DATA   close 1007 (on_deflated said so)
 *   CR_ERR_NOMEM  close 1011
 * After an error, or the peer's Close, every further byte is swallowed.
 * A message that lies whole in buf is handed over in place, uncopied.
 * Callbacks may not free s; the owner does that at the end of the turn. */
CR_MUST_CHECK cr_status cr_ws_session_feed(cr_ws_session *s, size_t *consumed, uint8_t *buf, size_t len,
	const cr_ws_limits *limits, const cr_ws_callbacks *cb, void *arg);

/* A data message or a frame has begun and is not complete: the owner runs the
 * unfinished-message deadline while this holds. */
bool cr_ws_session_is_midway(const cr_ws_session *s);
/* The invariants, checked in debug builds. */
void cr_ws_session_check(const cr_ws_session *s);

#endif
