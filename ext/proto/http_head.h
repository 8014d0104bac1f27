#ifndef CR_PROTO_HTTP_HEAD_H
#define CR_PROTO_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/slice.h"
#include "ext/core/status.h"

/* An HTTP/1.x request head, parsed strictly (RFC 9112; CRLF only, no obs-fold,
 * no white space before the colon) in place: no allocation, every slice points
 * into the caller's bytes. */

#define CR_HTTP_MAX_HEADERS 100   /* more: 431 */
#define CR_HTTP_MAX_LINE    8192  /* request line (414) or one header line (431), bytes without CRLF */
#define CR_HTTP_MAX_HEAD    16384 /* whole head with the empty line: 431 */
#define CR_HTTP_MAX_BLANK   5     /* CRLFs tolerated before the request line */

typedef struct cr_http_header {
	cr_slice name;  /* as sent */
	cr_slice value; /* without surrounding SP and HTAB; may be empty, never absent */
} cr_http_header;

typedef struct cr_http_head {
	cr_slice method;
	cr_slice target;    /* as sent */
	cr_slice path;      /* of origin-form or absolute-form; raw, not percent-decoded */
	cr_slice query;     /* after '?'; absent when there is none */
	cr_slice authority; /* of absolute-form; absent otherwise */
	cr_slice host;      /* the one Host header, checked: non-empty, RFC 3986 host[:port] */
	int minor;          /* 0 or 1 */
	size_t n_headers;
	cr_http_header headers[CR_HTTP_MAX_HEADERS];
	int status;         /* on CR_ERR_*: the HTTP status to answer with */
	const char *reason; /* on CR_ERR_*: a fixed sentence, safe to show */
} cr_http_head;

/* Parses the head at the start of buf.
 *   CR_OK         *head is filled, *consumed is the length through the empty line
 *   CR_AGAIN      more bytes are needed; nothing else is set
 *   CR_ERR_PROTO  answer head->status (400, 405, 414, 421, 426, 431, 501 or 505) and close
 * Checked here: everything RFC 9112 makes a syntax error, exactly one valid
 * Host (HTTP/1.0 may lack it), absolute-form agrees with Host, no fragment, no
 * raw bytes outside RFC 3986 in the target, valid percent-escapes, no
 * Transfer-Encoding next to Content-Length, one well-formed Content-Length.
 * A peer that is clearly not speaking HTTP (a TLS ClientHello) is refused at
 * its first bytes. prev_len is how many bytes of buf an earlier CR_AGAIN call
 * has seen (0 at first): the search for the end resumes there, so that a head
 * that arrives byte by byte costs linear time. */
CR_MUST_CHECK cr_status cr_http_head_parse(cr_http_head *head, size_t *consumed,
	const uint8_t *buf, size_t len, size_t prev_len);

/* The value of the first header of that name (case-insensitive); absent when
 * there is none. *count (may be NULL) gets how many there are. */
cr_slice cr_http_head_get(const cr_http_head *head, const char *name, size_t *count);

/* Walks the comma-separated elements of all headers of that name, RFC 9110
 * 5.6.1 (empty elements skipped, OWS trimmed, quoted strings respected).
 * Start with a zeroed iterator; false at the end. */
typedef struct cr_http_list_iter {
	size_t header;
	size_t offset;
	bool inside;
} cr_http_list_iter;
bool cr_http_list_next(const cr_http_head *head, const char *name, cr_http_list_iter *it, cr_slice *element);

/* Content-Length as a number; 0 when absent (already validated). Saturates. */
uint64_t cr_http_content_length(const cr_http_head *head);
/* After this request the connection may be used again (RFC 9112 9.3). */
bool cr_http_keep_alive(const cr_http_head *head);

bool cr_http_is_token(cr_slice s);
/* text is host[":" port] with a port of 1 to 65535 and a host that is a name
 * (letters, digits, - . _ ~), an IPv4 address or an IPv6 address in brackets,
 * of at most 255 bytes. Then *host is the part before the colon and *port the
 * port, 0 when there is none. */
bool cr_http_host_split(cr_slice text, cr_slice *host, unsigned *port);

/* Percent-decodes s (and '+' to SP when plus) into out, which has room for
 * s.len bytes. Returns the length, or -1 for a bad escape or a NUL. */
long cr_http_decode(uint8_t *out, cr_slice s, bool plus);
/* The raw value of key in a query string (RFC 1866 form: a=b&c=d), compared
 * after decoding; absent when there is none, the first of several. */
cr_slice cr_http_query_get(cr_slice query, const char *key);

#endif
