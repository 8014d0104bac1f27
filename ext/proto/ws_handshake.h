#ifndef CR_PROTO_WS_HANDSHAKE_H
#define CR_PROTO_WS_HANDSHAKE_H

#include <stdbool.h>

#include "ext/proto/http_head.h"

/* Is this request an upgrade to WebSocket, and a right one? RFC 6455 4.2.1.
 * Pure: the origin and the path are the server's business. */
typedef struct cr_ws_handshake {
	bool asked;         /* the request names websocket in Upgrade: otherwise a plain request */
	int status;         /* 101, or what to refuse with: 400, 405, 417, 426 */
	const char *reason; /* a fixed sentence when refused */
	cr_slice key;
	cr_slice origin; /* absent when there is none */
	/* Sec-WebSocket-Protocol is well-formed (tokens, no repetition); walk it
	 * with cr_http_list_next() */
	bool has_protocols;
} cr_ws_handshake;

/* Fills *hs. A GET with neither Upgrade nor Sec-WebSocket-Key has asked ==
 * false and status 426. Also refused: a body (Content-Length other than 0,
 * Transfer-Encoding), HTTP/1.0, a method other than GET, two Key or Version or
 * Origin headers, Hixie-76. */
void cr_ws_handshake_check(cr_ws_handshake *hs, const cr_http_head *head);

/* RFC 6454: a serialised origin (scheme "://" host [":" port]) split up;
 * CR_ERR_FORM for anything else (null, file://, userinfo, a path, ...). host
 * is as sent; port is the scheme's default when not given. */
typedef struct cr_origin {
	cr_slice scheme, host;
	unsigned port;
} cr_origin;
CR_MUST_CHECK cr_status cr_origin_parse(cr_origin *o, cr_slice text);
/* Same host and port as the Host header of the request, and the scheme that tls says (as does the default port). */
bool cr_origin_is_host(const cr_origin *o, cr_slice host, bool tls);
/* pattern is an origin of the allow-list: "https://example.org",
 * "https://example.org:8443", "https:" "//" "*.example.org" (any depth of
 * subdomains, not example.org itself), or "*" (any, also none). */
bool cr_origin_matches(cr_slice origin, cr_slice pattern);
/* pattern is usable with cr_origin_matches(). */
bool cr_origin_pattern_is_valid(cr_slice pattern);

#endif
