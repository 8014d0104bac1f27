/* UUIDs of version 4 (RFC 9562, section 5.4) and the kernel's randomness they
 * are made of. Nothing is kept between calls, so a fork() cannot hand out the
 * same bytes twice.
 */
#include "ext/core/uuid.h"

#include <errno.h>
#include <sys/random.h>

/* the text positions that hold a '-' instead of a digit */
static bool is_dash(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

cr_status cr_random(void *out, size_t len)
{
	uint8_t *p = out;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return CR_ERR_SYS;
		}
		p += n;
		len -= (size_t) n;
	}
	return CR_OK;
}

cr_status cr_uuid_make(cr_uuid *u)
{
	cr_uuid made;
	cr_status st = cr_random(made.bytes, sizeof(made.bytes));

	if (st == CR_OK) {
		made.bytes[6] = (made.bytes[6] & 0x0f) | 0x40; /* version 4 */
		made.bytes[8] = (made.bytes[8] & 0x3f) | 0x80; /* variant 10 */
		*u = made;
	}
	return st;
}

/* Eight digits at once, the first byte's first: every message that is sent on carries a uid. Nibbles are spread over
 * the bytes of a word; those above 9 are the ones that 6 more carries over. */
static void write_hex(char out[8], const uint8_t in[4])
{
	uint64_t v = (uint64_t) in[0] << 24 | (uint64_t) in[1] << 16 | (uint64_t) in[2] << 8 | in[3];

	v = (v << 16 | v) & 0x0000ffff0000ffffu;
	v = (v << 8 | v) & 0x00ff00ff00ff00ffu;
	v = (v << 4 | v) & 0x0f0f0f0f0f0f0f0fu;
	uint64_t letters = (v + 0x0606060606060606u) >> 4 & 0x0101010101010101u;

	v += 0x3030303030303030u + letters * ('a' - '9' - 1);
	for (size_t i = 0; i < 8; i++) {
		out[i] = (char) (v >> (56 - 8 * i));
	}
}

void cr_uuid_write(const cr_uuid *u, char out[CR_UUID_LEN])
{
	char digits[32];

	for (size_t i = 0; i < 4; i++) {
		write_hex(digits + 8 * i, u->bytes + 4 * i);
	}
	memcpy(out, digits, 8);
	memcpy(out + 9, digits + 8, 4);
	memcpy(out + 14, digits + 12, 4);
	memcpy(out + 19, digits + 16, 4);
	memcpy(out + 24, digits + 20, 12);
	out[8] = out[13] = out[18] = out[23] = '-';
}

cr_status cr_uuid_parse(cr_uuid *u, cr_slice text)
{
	cr_uuid parsed = {{0}};
	size_t nibble = 0;

	if (text.len != CR_UUID_LEN) {
		return CR_ERR_FORM;
	}
	for (size_t i = 0; i < CR_UUID_LEN; i++) {
		if (is_dash(i)) {
			if (text.ptr[i] != '-') {
				return CR_ERR_FORM;
			}
			continue;
		}
		int value = hex_value(text.ptr[i]);
		if (value < 0) {
			return CR_ERR_FORM;
		}
		parsed.bytes[nibble / 2] |= (uint8_t) (nibble % 2 ? value : value << 4);
		nibble++;
	}
	*u = parsed;
	return CR_OK;
}
