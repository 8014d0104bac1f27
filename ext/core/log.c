/* Log records: formatting, escaping and throttling. The sink does the writing.
 *
 * What a peer sent may end up in a record, so nothing may break out of the
 * line, reach a terminal as a command, or show in another order than it was
 * written: C0 controls, DEL, the C1 controls (U+0080 to U+009F), what breaks
 * lines or turns the direction of text, and bytes that are not UTF-8 become
 * \xNN.
 */
#include "ext/core/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "ext/core/utf8.h"

#define LINE_MAX_LEN 1024
#define CHAR_MAX_LEN 4 /* of one UTF-8 character, and of one \xNN */
#define THROTTLE_MS  10000

/* C1 controls; U+061C, U+200E, U+200F and U+2028 to U+202E; U+2066 to U+2069. */
static bool is_command(const uint8_t *p, size_t n)
{
	if (n == 2) {
		return (p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xd8 && p[1] == 0x9c);
	}
	return n == 3 && p[0] == 0xe2
	       && ((p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae)))
			   || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* The bytes of the character at p that may be shown as they are, 0 if none. */
static size_t shown_len(const uint8_t *p, size_t len)
{
	if (*p < 0x80) {
		return *p >= 0x20 && *p != 0x7f;
	}

	cr_utf8_state state = CR_UTF8_ACCEPT;
	for (size_t n = 1; n <= len && n <= CHAR_MAX_LEN; n++) {
		state = cr_utf8_feed(state, p + n - 1, 1);
		if (state == CR_UTF8_ACCEPT) {
			return is_command(p, n) ? 0 : n;
		}
		if (state == CR_UTF8_REJECT) {
			return 0;
		}
	}
	return 0;
}

static size_t escape(char out[LINE_MAX_LEN], const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t o = 0;

	for (size_t i = 0; i < len;) {
		size_t n = shown_len(p + i, len - i), need = n ? n : CHAR_MAX_LEN;

		if (o + need > LINE_MAX_LEN) {
			break;
		}
		if (n) {
			memcpy(out + o, p + i, n);
		} else {
			out[o] = '\\';
			out[o + 1] = 'x';
			out[o + 2] = digits[p[i] >> 4];
			out[o + 3] = digits[p[i] & 15];
		}
		o += need;
		i += n ? n : 1;
	}
	return o;
}

void cr_log_write(const cr_log *log, cr_log_level level, const char *fmt, ...)
{
	if (!log->sink || level < log->min) {
		return;
	}

	/* A character that the cut leaves in pieces does no harm: there is no room
	 * left for the escape of its first byte. */
	char raw[LINE_MAX_LEN + 1], line[LINE_MAX_LEN];
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	if (n < 0) {
		return;
	}

	size_t len = (size_t) n < sizeof(raw) ? (size_t) n : sizeof(raw) - 1;
	log->sink(log->arg, level, line, escape(line, (const uint8_t *) raw, len));
}

bool cr_log_allow(cr_log_throttle *t, uint64_t now_ms, uint64_t *suppressed)
{
	if (now_ms < t->next_ms) {
		t->suppressed++;
		return false;
	}
	*suppressed = t->suppressed;
	t->suppressed = 0;
	t->next_ms = now_ms + THROTTLE_MS;
	return true;
}
