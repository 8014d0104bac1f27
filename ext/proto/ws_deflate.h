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

/* The end of a client's earlier messages, which its next one may refer to: all
 * that has to be remembered of it between two messages. Zeroed memory is an
 * empty one. Owns data. */
typedef struct cr_window {
	uint8_t *data;
	uint32_t len, cap;
} cr_window;

/* A whole message more; the last 2^bits bytes are kept. On CR_ERR_NOMEM nothing
 * changed, and the client's next message may not inflate. */
CR_MUST_CHECK cr_status cr_window_add(cr_window *w, unsigned bits, const uint8_t *data, size_t len);
void cr_window_deinit(cr_window *w);

/* One message's; serves any client's, one after another. */
typedef struct cr_inflater cr_inflater;
/* NULL: out of memory. zlib's own window comes with the first use. */
cr_inflater *cr_inflater_new(void);
void cr_inflater_free(cr_inflater *i);
/* Before a message; w may be NULL: it may refer to nothing earlier. */
CR_MUST_CHECK cr_status cr_inflater_begin(cr_inflater *i, const cr_window *w);
/* Inflates a piece of a message to the end of out, never past out->max:
 * CR_ERR_TOOBIG as soon as there would be one byte more. last: the message ends
 * with this piece. CR_ERR_DATA: not deflate, or cut off; CR_ERR_NOMEM. */
CR_MUST_CHECK cr_status cr_inflater_feed(cr_inflater *i, cr_buf *out, const uint8_t *in, size_t len, bool last);

/* Compressed bytes since cr_inflater_begin(). */
size_t cr_inflater_fed(const cr_inflater *i);

typedef struct cr_deflater cr_deflater;
/* bits 9 to 15, level and memory 1 to 9. NULL: out of memory. */
cr_deflater *cr_deflater_new(unsigned bits, int level, int memory);
void cr_deflater_free(cr_deflater *d);
/* Appends one message's payload to out, without the tail 00 00 ff ff. On an
 * error out is as it was. */
CR_MUST_CHECK cr_status cr_deflater_run(cr_deflater *d, cr_chunk *out, cr_slice in);

const char *cr_deflate_zlib_version(void);

#endif
