/* Incremental UTF-8 validation (RFC 3629).
 *
 * Between two bytes of a character the state holds how many bytes are still to
 * come and the range of the next one: need | low << 8 | high << 16. Only the
 * second byte has a range of its own (Unicode, table 3-7); that is what keeps
 * out overlong forms, surrogates and everything above U+10FFFF. A table-driven
 * automaton is no faster on text that is mostly ASCII and cannot be read.
 */
#include "ext/core/utf8.h"

#include <string.h>

#include "ext/core/status.h"

#define EXPECT(need, low, high) ((need) | (uint32_t) (low) << 8 | (uint32_t) (high) << 16)
#define HIGH_BITS               0x8080808080808080u

static cr_utf8_state after_lead(uint8_t c)
{
	if (c < 0xc2) {
		return CR_UTF8_REJECT; /* a continuation byte, or an overlong form */
	}
	if (c < 0xe0) {
		return EXPECT(1, 0x80, 0xbf);
	}
	if (c < 0xf0) {
		return EXPECT(2, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf);
	}
	if (c < 0xf5) {
		return EXPECT(3, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf);
	}
	return CR_UTF8_REJECT;
}

static const uint8_t *skip_ascii(const uint8_t *p, const uint8_t *end)
{
	for (uint64_t w[8]; end - p >= (ptrdiff_t) sizeof(w); p += sizeof(w)) {
		memcpy(w, p, sizeof(w));
		if ((w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) & HIGH_BITS) {
			break;
		}
	}
	while (end - p >= 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		if (word & HIGH_BITS) {
			break;
		}
		p += sizeof(word);
	}
	while (p < end && *p < 0x80) {
		p++;
	}
	return p;
}

cr_utf8_state cr_utf8_feed(cr_utf8_state state, const uint8_t *p, size_t len)
{
	if (len == 0) {
		return state; /* p may be NULL then */
	}

	const uint8_t *end = p + len;
	while (state != CR_UTF8_REJECT) {
		if (state == CR_UTF8_ACCEPT) {
			p = skip_ascii(p, end);
			if (p == end) {
				break;
			}
			state = after_lead(*p++);
			continue;
		}
		if (p == end) {
			break;
		}

		uint8_t c = *p++;
		uint32_t need = (state & 0xff) - 1;
		if (c < (state >> 8 & 0xff) || c > state >> 16) {
			return CR_UTF8_REJECT;
		}
		state = need ? EXPECT(need, 0x80, 0xbf) : CR_UTF8_ACCEPT;
	}
	return state;
}

bool cr_utf8_is_valid(const uint8_t *p, size_t len)
{
	return cr_utf8_feed(CR_UTF8_ACCEPT, p, len) == CR_UTF8_ACCEPT;
}

size_t cr_utf8_cut(const uint8_t *p, size_t len, size_t max)
{
	if (len <= max) {
		return len;
	}
	while (max > 0 && (p[max] & 0xc0) == 0x80) {
		max--;
	}
	return max;
}
