#ifndef CR_PROTO_WS_DEFLATE_H
#define CR_PROTO_WS_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/buf.h"
#include "ext/core/chunk.h"
#include "ext/core/slice.h"
#include "ext/proto/http_head.h"

/* permessage-deflate (RFC 7692). We compress every message by itself (server
 * without context takeover), so that one compression serves all who agreed on
 * the same window. */

typedef struct cr_deflate_policy {
	unsigned client_bits; /* largest window a client may use, 8 to 15 */
	bool client_takeover; /* a client may refer to its earlier messages */
} cr_deflate_policy;

typedef struct cr_deflate_params {
	uint8_t server_bits; /* 9 to 15; 0: nothing was agreed */
	uint8_t client_bits; /* 8 to 15 */
	bool client_takeover;
} cr_deflate_params;

#define CR_DEFLATE_ANSWER_MAX 160

/* Looks through the offers of Sec-WebSocket-Extensions and takes the first that
 * can be kept. CR_OK: answer is the header's value, "" when none was taken (then
 * server_bits is 0). CR_ERR_FORM: the header breaks RFC 6455 9.1. */
CR_MUST_CHECK cr_status cr_deflate_negotiate(cr_deflate_params *agreed, char answer[CR_DEFLATE_ANSWER_MAX],
	const cr_http_head *head, const cr_deflate_policy *policy);

typedef struct cr_inflater cr_inflater;
/* bits: the client's window. NULL: out of memory. zlib's window is allocated
 * with the first message that does not inflate in one go. */
cr_inflater *cr_inflater_new(unsigned bits);
void cr_inflater_free(cr_inflater *i);
/* Forgets everything earlier: between messages without takeover. */
void cr_inflater_reset(cr_inflater *i);
/* Inflates a piece of a message to the end of out, never past out->max:
 * CR_ERR_TOOBIG as soon as there would be one byte more. last: the message ends
 * with this piece. CR_ERR_DATA: not deflate, or cut off; CR_ERR_NOMEM. */
CR_MUST_CHECK cr_status cr_inflater_feed(cr_inflater *i, cr_buf *out, const uint8_t *in, size_t len, bool last);

typedef struct cr_deflater cr_deflater;
/* bits 9 to 15, level and memory 1 to 9. NULL: out of memory. */
cr_deflater *cr_deflater_new(unsigned bits, int level, int memory);
void cr_deflater_free(cr_deflater *d);
/* Appends one message's payload to out, without the tail 00 00 ff ff. On an
 * error out is as it was. */
CR_MUST_CHECK cr_status cr_deflater_run(cr_deflater *d, cr_chunk *out, cr_slice in);

const char *cr_deflate_zlib_version(void);

#endif
