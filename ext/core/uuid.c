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

void cr_uuid_write(const cr_uuid *u, char out[CR_UUID_LEN])
{
	static const char digits[] = "0123456789abcdef";
	size_t nibble = 0;

	for (size_t i = 0; i < CR_UUID_LEN; i++) {
		if (is_dash(i)) {
			out[i] = '-';
			continue;
		}
		uint8_t byte = u->bytes[nibble / 2];
		out[i] = digits[nibble % 2 ? byte & 15 : byte >> 4];
		nibble++;
	}
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
