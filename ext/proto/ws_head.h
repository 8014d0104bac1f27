#ifndef CR_PROTO_WS_HEAD_H
#define CR_PROTO_WS_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/status.h"

typedef enum cr_ws_opcode {
	CR_WS_CONT = 0x0,
	CR_WS_TEXT = 0x1,
	CR_WS_BINARY = 0x2,
	CR_WS_CLOSE = 0x8, /* 0x8 and above: control frames */
	CR_WS_PING = 0x9,
	CR_WS_PONG = 0xa
} cr_ws_opcode;

#define CR_WS_HEAD_MAX     14  /* bytes of a client's longest frame header */
#define CR_WS_OUT_HEAD_MAX 10  /* bytes of a server's longest frame header */
#define CR_WS_CONTROL_MAX  125 /* payload bytes of a control frame, RFC 6455 5.5 */

/* One frame header as it came off the wire. A plain value. */
typedef struct cr_ws_head {
	cr_ws_opcode opcode;
	bool fin;
	bool rsv1; /* the message is compressed, RFC 7692 */
	uint8_t mask[4];
	uint64_t payload_len;
} cr_ws_head;

/* Parses the client frame header at the start of buf (RFC 6455 5.2). On CR_OK
 * fills *head and sets *head_len to the bytes it took. CR_AGAIN asks for more
 * bytes and changes nothing. CR_ERR_PROTO: close with 1002; said as soon as
 * the bytes at hand prove it. */
CR_MUST_CHECK cr_status cr_ws_head_parse(cr_ws_head *head, size_t *head_len,
	const uint8_t *buf, size_t len, bool allow_rsv1);

/* Writes a server's (unmasked, FIN) header in its shortest form; returns its
 * length, 2 to CR_WS_OUT_HEAD_MAX. */
size_t cr_ws_head_write(uint8_t *out, cr_ws_opcode opcode, bool rsv1, uint64_t payload_len);
/* The same length without writing. */
size_t cr_ws_head_size(uint64_t payload_len);

/* XORs p with the mask, the first byte with mask[offset % 4] (RFC 6455 5.3).
 * A word at a time. */
void cr_ws_unmask(uint8_t *p, size_t len, const uint8_t mask[4], size_t offset);

/* A code that may stand in a Close frame, RFC 6455 7.4 and the IANA registry. */
bool cr_ws_close_code_is_valid(unsigned code);

#endif
