#ifndef CR_PROTO_HTTP_CHUNKED_H
#define CR_PROTO_HTTP_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

#include "ext/core/status.h"

/* A request body in Transfer-Encoding: chunked (RFC 9112 7.1), decoded where it
 * lies: no allocation, linear in the bytes that came, however small the chunks.
 * Strict: CRLF only, no white space around a size, at most 16 digits. */

#define CR_HTTP_CHUNK_EXT_MAX  128  /* bytes of one chunk's extensions, from the ';' on: 400 */
#define CR_HTTP_TRAILER_MAX    4096 /* bytes of all trailer lines: 431 */
#define CR_HTTP_CHUNK_SIZE_MAX 16   /* digits, leading zeros too: 400 */

typedef struct cr_http_chunked {
	uint64_t left;  /* of the size being read, then of the chunk's data */
	uint64_t total; /* body bytes that all sizes so far promise */
	uint64_t max;
	uint32_t count; /* digits, bytes of extensions, or bytes of trailers */
	uint8_t state;
	int status;         /* on CR_ERR_*: the HTTP status to answer with */
	const char *reason; /* on CR_ERR_*: a fixed sentence, safe to show */
} cr_http_chunked;

/* max: of the decoded body */
void cr_http_chunked_init(cr_http_chunked *c, uint64_t max);

/* Feeds the next len bytes. The body bytes among them are moved to the front of
 * data; *out is how many they are, *used how many bytes were looked at.
 *   CR_OK          the body has ended; what lies behind *used is the next request
 *   CR_AGAIN       more bytes are needed; *used is len
 *   CR_ERR_PROTO   malformed; CR_ERR_TOOBIG a limit. Answer status and close.
 * Trailers are checked for their form and forgotten (RFC 9110 6.5.1). */
CR_MUST_CHECK cr_status cr_http_chunked_feed(cr_http_chunked *c, uint8_t *data, size_t len, size_t *used, size_t *out);

#endif
