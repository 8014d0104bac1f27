#include "ext/proto/http_chunked.h"

#include <stdbool.h>
#include <string.h>

enum {
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER, /* at a line's beginning */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	END_LF,
	ENDED
};

void cr_http_chunked_init(cr_http_chunked *c, uint64_t max)
{
	*c = (cr_http_chunked){.max = max, .state = SIZE};
}

static cr_status refuse(cr_http_chunked *c, int status, const char *reason)
{
	c->status = status;
	c->reason = reason;
	return status == 400 ? CR_ERR_PROTO : CR_ERR_TOOBIG;
}

static int hex_value(uint8_t b)
{
	if (b >= '0' && b <= '9') {
		return b - '0';
	}
	b |= 0x20;
	return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
}

/* RFC 9110 5.6.2 */
static bool is_tchar(uint8_t b)
{
	return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z')
	       || (b && strchr("!#$%&'*+-.^_`|~", b) != NULL);
}

static bool is_text(uint8_t b)
{
	return b == '\t' || (b >= 0x20 && b != 0x7f);
}

/* The size's digits are over. Only here is it judged, so that pieces and the whole come to the same. */
static cr_status on_size(cr_http_chunked *c)
{
	if (c->count == 0) {
		return refuse(c, 400, "A chunk has no size.");
	}
	if (c->left > c->max - c->total) {
		return refuse(c, 413, "The body is too large.");
	}
	c->total += c->left;
	c->count = 0;
	return CR_AGAIN;
}

static cr_status on_size_byte(cr_http_chunked *c, uint8_t b)
{
	int digit = hex_value(b);

	if (digit >= 0) {
		if (++c->count > CR_HTTP_CHUNK_SIZE_MAX) {
			return refuse(c, 400, "A chunk's size is too long.");
		}
		c->left = c->left << 4 | (uint64_t) digit;
		return CR_AGAIN;
	}
	if (b != '\r' && b != ';') {
		return refuse(c, 400, "A chunk's size is malformed.");
	}
	c->state = b == '\r' ? SIZE_LF : EXTENSION;
	cr_status st = on_size(c);
	c->count = b == ';';
	return st;
}

static cr_status on_trailer_byte(cr_http_chunked *c, uint8_t b)
{
	if (++c->count > CR_HTTP_TRAILER_MAX) {
		return refuse(c, 431, "The trailers are too large.");
	}
	if (c->state == TRAILER && b == '\r') {
		c->state = END_LF;
	} else if (c->state != TRAILER_VALUE && is_tchar(b)) {
		c->state = TRAILER_NAME;
	} else if (c->state == TRAILER_NAME && b == ':') {
		c->state = TRAILER_VALUE;
	} else if (c->state == TRAILER_VALUE && b == '\r') {
		c->state = TRAILER_LF;
	} else if (c->state != TRAILER_VALUE || !is_text(b)) {
		return refuse(c, 400, "A trailer is malformed.");
	}
	return CR_AGAIN;
}

static cr_status on_lf(cr_http_chunked *c, uint8_t b)
{
	if (b != '\n') {
		return refuse(c, 400, "A line of the chunked body does not end with CRLF.");
	}
	switch (c->state) {
		case SIZE_LF:
			c->state = c->left ? DATA : TRAILER;
			break;
		case DATA_LF:
			c->state = SIZE;
			break;
		case TRAILER_LF:
			c->state = TRAILER;
			return CR_AGAIN; /* count goes on */
		default:
			c->state = ENDED;
			return CR_OK;
	}
	c->count = 0;
	return CR_AGAIN;
}

static cr_status on_byte(cr_http_chunked *c, uint8_t b)
{
	switch (c->state) {
		case SIZE:
			return on_size_byte(c, b);
		case EXTENSION:
			if (b == '\r') {
				c->state = SIZE_LF;
			} else if (!is_text(b)) {
				return refuse(c, 400, "A chunk's extension is malformed.");
			} else if (++c->count > CR_HTTP_CHUNK_EXT_MAX) {
				return refuse(c, 400, "A chunk's extension is too long.");
			}
			return CR_AGAIN;
		case DATA_CR:
			c->state = DATA_LF;
			return b == '\r' ? CR_AGAIN : refuse(c, 400, "A chunk is longer than its size.");
		case TRAILER:
		case TRAILER_NAME:
		case TRAILER_VALUE:
			return on_trailer_byte(c, b);
		default:
			return on_lf(c, b);
	}
}

cr_status cr_http_chunked_feed(cr_http_chunked *c, uint8_t *data, size_t len, size_t *used, size_t *out)
{
	size_t at = 0;
	cr_status st = c->state == ENDED ? CR_OK : CR_AGAIN;

	*out = 0;
	while (at < len && st == CR_AGAIN) {
		if (c->state == DATA) {
			size_t n = c->left < len - at ? (size_t) c->left : len - at;

			memmove(data + *out, data + at, n);
			*out += n;
			at += n;
			c->left -= n;
			if (c->left == 0) {
				c->state = DATA_CR;
			}
		} else {
			st = on_byte(c, data[at++]);
		}
	}
	*used = at;
	return st;
}
