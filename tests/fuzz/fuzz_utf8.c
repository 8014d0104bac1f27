/* needs: ext/core/utf8.c */
/* Against a decoder that works out code points: whole, cut anywhere, and byte
 * by byte, where a refusal must come with the first byte that nothing could
 * make good. Input: one byte that says where to cut, then the text. */
#include "ext/core/utf8.h"

#include <stdlib.h>
#include <string.h>

#define REQUIRE(truth) ((truth) ? (void) 0 : abort())

static bool is_tail(uint8_t c)
{
	return c >= 0x80 && c <= 0xbf;
}

/* RFC 3629 by arithmetic: the length of the character at p, 0 when there is
 * none, -1 when the n bytes are only the start of one. */
static int character(const uint8_t *p, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	int len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	uint32_t low = len == 1 ? p[0] : p[0] & (0x7fu >> len), high;

	if (len == 0) {
		return 0;
	}
	/* what the code point can still become: the bits not yet there all 0, or all 1 */
	int have = 1;
	for (; have < len && (size_t) have < n; have++) {
		if (!is_tail(p[have])) {
			return 0;
		}
		low = low << 6 | (p[have] & 0x3f);
	}
	high = low;
	for (int i = have; i < len; i++) {
		low <<= 6;
		high = high << 6 | 0x3f;
	}
	if (high < least[len] || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff)) {
		return 0;
	}
	return have == len ? len : -1;
}

/* What cr_utf8_feed() has to say of p: ACCEPT, REJECT, or 2 for midway. */
static unsigned expected(const uint8_t *p, size_t n)
{
	while (n > 0) {
		int len = character(p, n);

		if (len <= 0) {
			return len < 0 ? 2 : CR_UTF8_REJECT;
		}
		p += len;
		n -= (size_t) len;
	}
	return CR_UTF8_ACCEPT;
}

static unsigned said(cr_utf8_state state)
{
	return state > 1 ? 2 : state;
}

static void check_cut(const uint8_t *p, size_t len, size_t max)
{
	size_t want = 0, n = cr_utf8_cut(p, len, max);

	while (want < len) {
		size_t next = want + (size_t) character(p + want, len - want);
		if (next > max) {
			break;
		}
		want = next;
	}
	REQUIRE(n == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 300) {
		return 0;
	}
	size_t len = size - 1, cut = len ? data[0] % (len + 1) : 0;
	uint8_t *text = malloc(len ? len : 1); /* of its own length, for ASan */

	REQUIRE(text != NULL);
	memcpy(text, data + 1, len);

	unsigned want = expected(text, len);
	REQUIRE(said(cr_utf8_feed(CR_UTF8_ACCEPT, text, len)) == want);
	REQUIRE(cr_utf8_is_valid(text, len) == (want == CR_UTF8_ACCEPT));

	cr_utf8_state state = cr_utf8_feed(CR_UTF8_ACCEPT, text, cut);
	REQUIRE(said(cr_utf8_feed(state, text + cut, len - cut)) == want);

	state = CR_UTF8_ACCEPT;
	for (size_t i = 0; i < len; i++) {
		state = cr_utf8_feed(state, text + i, 1);
		REQUIRE(said(state) == expected(text, i + 1));
	}
	if (want == CR_UTF8_ACCEPT) {
		for (size_t max = 0; max <= len + 1; max++) {
			check_cut(text, len, max);
		}
	}
	free(text);
	return 0;
}
