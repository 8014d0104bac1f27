#ifndef CR_PROTO_TICKET_H
#define CR_PROTO_TICKET_H

#include <stddef.h>
#include <stdint.h>

#include "ext/core/buf.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/proto/chat_json.h"

/* Tickets: who somebody is, said by the application and signed with a secret
 * that it shares with the server. JSON Web Tokens (RFC 7519) with HS256 and
 * nothing else: "none" and other algorithms are refused. */

#define CR_TICKET_MAX 4096 /* bytes as text */

#define CR_TICKET_FIELD_MAX 128 /* bytes of sub and of name */

typedef struct cr_ticket {
	char user[CR_TICKET_FIELD_MAX]; /* "sub" */
	char name[CR_TICKET_FIELD_MAX]; /* "name", or empty */
	uint8_t user_len, name_len;
} cr_ticket;

/* Checks signature, "exp" (required) and "nbf" against now (Unix seconds), and
 * takes "sub" (1 to 128 bytes, required) and "name" (at most 128 bytes).
 *   CR_OK
 *   CR_ERR_FORM   not a ticket, or a claim is missing
 *   CR_ERR_STATE  expired, or not valid yet
 *   CR_ERR_PROTO  the signature is wrong
 *   CR_ERR_NOMEM */
CR_MUST_CHECK cr_status cr_ticket_check(cr_chat_json *j, cr_ticket *t, cr_slice text, cr_slice secret, uint64_t now);
/* Appends a ticket of these claims (JSON of an object) to out. */
CR_MUST_CHECK cr_status cr_ticket_make(cr_buf *out, cr_slice claims, cr_slice secret);

#endif
