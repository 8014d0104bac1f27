/* WebSocket frame headers as a server reads and writes them (RFC 6455, 5.2).
 *
 * Pure: no I/O, no allocation, no state. A client's header has 14 bytes at
 * most, so after CR_AGAIN the caller just calls again with more of them;
 * starting over is cheaper than reasoning about a half-parsed header.
 *
 * Only what a single header can prove wrong is rejected here. The order of
 * fragments, UTF-8 and the closing handshake belong to ws_session.c.
 */
#include "ext/proto/ws_head.h"

#include <string.h>

#define BIT_FIN    0x80
#define BIT_RSV1   0x40
#define BITS_RSV23 0x30 /* no extension of ours uses them */
#define BIT_MASK   0x80

#define LEN_16 126 /* the length is in the next two bytes */
#define LEN_64 127 /* ... eight bytes */

static bool is_known_opcode(unsigned opcode)
{
	return opcode <= CR_WS_BINARY || (opcode >= CR_WS_CLOSE && opcode <= CR_WS_PONG);
}

static uint64_t read_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		v = v << 8 | p[i];
	}
	return v;
}

static bool is_first_byte_ok(uint8_t b, bool allow_rsv1)
{
	unsigned opcode = b & 0x0f;
	bool control = opcode >= CR_WS_CLOSE;

	if (!is_known_opcode(opcode) || (b & BITS_RSV23) || (control && !(b & BIT_FIN))) {
		return false;
	}
	/* RFC 7692 6.1: only the first frame of a data message carries RSV1 */
	return !(b & BIT_RSV1) || (allow_rsv1 && !control && opcode != CR_WS_CONT);
}

/* A length takes the fewest bytes that hold it, and its top bit is zero. p is
 * what has arrived of the extended length; false once that proves it wrong. */
static bool is_length_ok(unsigned len7, const uint8_t *p, size_t n)
{
	if (len7 == LEN_16) {
		return n < 2 || read_be(p, 2) >= LEN_16;
	}
	if (n > 0 && (p[0] & 0x80)) {
		return false;
	}
	return n < 6 || read_be(p, 6) != 0;
}

cr_status cr_ws_head_parse(cr_ws_head *head, size_t *head_len,
	const uint8_t *buf, size_t len, bool allow_rsv1)
{
	if (len == 0) {
		return CR_AGAIN;
	}
	if (!is_first_byte_ok(buf[0], allow_rsv1)) {
		return CR_ERR_PROTO;
	}
	if (len == 1) {
		return CR_AGAIN;
	}

	unsigned opcode = buf[0] & 0x0f, len7 = buf[1] & 0x7f;
	if (!(buf[1] & BIT_MASK) || (opcode >= CR_WS_CLOSE && len7 > CR_WS_CONTROL_MAX)) {
		return CR_ERR_PROTO;
	}

	size_t extra = len7 < LEN_16 ? 0 : (len7 == LEN_16 ? 2 : 8);
	size_t total = 2 + extra + sizeof(head->mask);
	if (extra && !is_length_ok(len7, buf + 2, len - 2)) {
		return CR_ERR_PROTO;
	}
	if (len < total) {
		return CR_AGAIN;
	}

	head->opcode = (cr_ws_opcode) opcode;
	head->fin = buf[0] & BIT_FIN;
	head->rsv1 = buf[0] & BIT_RSV1;
	head->payload_len = extra ? read_be(buf + 2, extra) : len7;
	memcpy(head->mask, buf + 2 + extra, sizeof(head->mask));
	*head_len = total;
	return CR_OK;
}

size_t cr_ws_head_size(uint64_t payload_len)
{
	return payload_len < LEN_16 ? 2 : (payload_len <= UINT16_MAX ? 4 : 10);
}

size_t cr_ws_head_write(uint8_t *out, cr_ws_opcode opcode, bool rsv1, uint64_t payload_len)
{
	size_t size = cr_ws_head_size(payload_len);

	out[0] = (uint8_t) (BIT_FIN | (rsv1 ? BIT_RSV1 : 0) | opcode);
	if (size == 2) {
		out[1] = (uint8_t) payload_len;
		return size;
	}
	out[1] = size == 4 ? LEN_16 : LEN_64;
	for (size_t i = size; i > 2; i--) {
		out[i - 1] = (uint8_t) payload_len;
		payload_len >>= 8;
	}
	return size;
}

void cr_ws_unmask(uint8_t *p, size_t len, const uint8_t mask[4], size_t offset)
{
	uint8_t key[8];
	uint64_t k, w[4];

	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = mask[(offset + i) & 3];
	}
	memcpy(&k, key, sizeof(k));

	/* memcpy because p has no alignment; both compilers make it plain loads */
	for (; len >= sizeof(w); len -= sizeof(w), p += sizeof(w)) {
		memcpy(w, p, sizeof(w));
		w[0] ^= k;
		w[1] ^= k;
		w[2] ^= k;
		w[3] ^= k;
		memcpy(p, w, sizeof(w));
	}
	for (; len >= sizeof(k); len -= sizeof(k), p += sizeof(k)) {
		memcpy(w, p, sizeof(k));
		w[0] ^= k;
		memcpy(p, w, sizeof(k));
	}
	/* every step above was a multiple of four, so the key is in phase */
	for (size_t i = 0; i < len; i++) {
		p[i] ^= key[i];
	}
}

bool cr_ws_close_code_is_valid(unsigned code)
{
	if (code >= 3000) {
		return code <= 4999; /* registered with IANA, and private */
	}
	/* 1004 is reserved; 1005, 1006 and 1015 only ever describe a connection */
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}
