/* permessage-deflate (RFC 7692) on zlib.
 *
 * What is chosen where the RFC leaves it open:
 * - Names are tokens and compared without regard to case.
 * - A block with BFINAL ends nothing: what follows it in the message is
 *   inflated as further blocks, with the window kept. A message that ends
 *   exactly with such a block is whole (7.2.3.4).
 * - A compressed message of no bytes at all is not deflate (7.2.2): an empty
 *   one is the byte 00.
 * - A client that agreed on a smaller window and reaches further back is in
 *   error beyond its message's beginning, and let be within it: zlib looks at
 *   distances only as far as a buffer's end, and what a message means must not
 *   hang on how it was cut up.
 * - windowBits=8 is declined for us, since zlib cannot compress with it.
 *
 * zlib reads each input byte once, and a message's bytes are limited before
 * they come here, so blocks without output cost linear time at most.
 */
#include "ext/proto/ws_deflate.h"

#include <limits.h>
#include <stdio.h>
#include <zlib.h>

#include "ext/core/mem.h"

#define STEP_MIN    512
#define STEP_MAX    (16 * 1024)
#define VALUE_MAX   8   /* characters of a parameter that matter */
#define WINDOW_STEP 256 /* a window grows by so much at a time */

static const uint8_t tail[4] = {0x00, 0x00, 0xff, 0xff};

/* ---- negotiation ---- */

typedef struct offer {
	bool usable;   /* permessage-deflate, and nothing in it that we cannot keep */
	unsigned seen; /* PARAM_* */
	unsigned server_bits, client_bits;
} offer;

enum {
	PARAM_SERVER_NO = 1,
	PARAM_CLIENT_NO = 2,
	PARAM_SERVER_BITS = 4,
	PARAM_CLIENT_BITS = 8
};

typedef struct reader {
	const uint8_t *p, *end;
} reader;

static void skip_space(reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t')) {
		r->p++;
	}
}

static void skip_blanks(reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == ',')) {
		r->p++;
	}
}

static bool read_token(reader *r, cr_slice *out)
{
	const uint8_t *start = r->p;

	while (r->p < r->end && cr_http_is_token(cr_slice_of(r->p, 1))) {
		r->p++;
	}
	*out = cr_slice_of(start, (size_t) (r->p - start));
	return out->len > 0;
}

/* A token, or a quoted one: RFC 6455 9.1 wants a token inside the quotes, once
 * it is unescaped. What is longer than buf is nothing we know, and cut off. */
static bool read_value(reader *r, char buf[VALUE_MAX], cr_slice *out)
{
	size_t n = 0;

	if (r->p == r->end || *r->p != '"') {
		return read_token(r, out);
	}
	for (r->p++; r->p < r->end && *r->p != '"'; r->p++) {
		if (*r->p == '\\' && ++r->p == r->end) {
			return false;
		}
		if (!cr_http_is_token(cr_slice_of(r->p, 1))) {
			return false;
		}
		if (n < VALUE_MAX) {
			buf[n++] = (char) *r->p;
		}
	}
	*out = cr_slice_of(buf, n);
	return n > 0 && r->p++ < r->end;
}

/* 8 to 15 in decimal without a leading zero; 0: anything else */
static unsigned bits_of(cr_slice v)
{
	if (v.len == 1 && (v.ptr[0] == '8' || v.ptr[0] == '9')) {
		return v.ptr[0] - '0';
	}
	if (v.len == 2 && v.ptr[0] == '1' && v.ptr[1] >= '0' && v.ptr[1] <= '5') {
		return 10 + v.ptr[1] - '0';
	}
	return 0;
}

static unsigned param_of(cr_slice name)
{
	static const struct {
		const char *name;
		unsigned param;
	} known[] = {
		{"server_no_context_takeover", PARAM_SERVER_NO},
		{"client_no_context_takeover", PARAM_CLIENT_NO},
		{"server_max_window_bits", PARAM_SERVER_BITS},
		{"client_max_window_bits", PARAM_CLIENT_BITS},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (cr_slice_ieq(name, cr_slice_str(known[i].name))) {
			return known[i].param;
		}
	}
	return 0;
}

static bool take_param(offer *o, cr_slice name, cr_slice value)
{
	unsigned param = param_of(name), bits = bits_of(value);

	if (!param || (o->seen & param)) {
		return false;
	}
	o->seen |= param;
	switch (param) {
		case PARAM_SERVER_BITS:
			o->server_bits = bits;
			return bits >= 9;
		case PARAM_CLIENT_BITS:
			o->client_bits = value.ptr ? bits : 15;
			return o->client_bits != 0;
		default:
			return !value.ptr;
	}
}

/* One extension with its parameters. False: malformed. */
static bool read_offer(reader *r, offer *o)
{
	cr_slice name, value;
	char buf[VALUE_MAX];

	if (!read_token(r, &name)) {
		return false;
	}
	*o = (offer){.usable = cr_slice_ieq(name, CR_SLICE("permessage-deflate")), .server_bits = 15, .client_bits = 15};
	for (skip_space(r); r->p < r->end && *r->p == ';'; skip_space(r)) {
		r->p++;
		skip_space(r);
		if (!read_token(r, &name)) {
			return false;
		}
		value = CR_SLICE_NONE;
		skip_space(r);
		if (r->p < r->end && *r->p == '=') {
			r->p++;
			skip_space(r);
			if (!read_value(r, buf, &value)) {
				return false;
			}
		}
		o->usable = o->usable && take_param(o, name, value);
	}
	return r->p == r->end || *r->p == ',';
}

static void agree(cr_deflate_params *agreed, char *answer, const offer *o, const cr_deflate_policy *policy)
{
	char server[40] = "", client[40] = "";
	unsigned bits = 15;

	agreed->server_bits = (uint8_t) o->server_bits;
	agreed->client_takeover = policy->client_takeover && !(o->seen & PARAM_CLIENT_NO);
	if (o->seen & PARAM_SERVER_BITS) {
		snprintf(server, sizeof(server), "; server_max_window_bits=%u", o->server_bits);
	}
	if (o->seen & PARAM_CLIENT_BITS) {
		bits = o->client_bits < policy->client_bits ? o->client_bits : policy->client_bits;
		if (bits < 15) {
			snprintf(client, sizeof(client), "; client_max_window_bits=%u", bits);
		}
	}
	agreed->client_bits = (uint8_t) bits;
	snprintf(answer, CR_DEFLATE_ANSWER_MAX, "permessage-deflate; server_no_context_takeover%s%s%s",
		agreed->client_takeover ? "" : "; client_no_context_takeover", server, client);
}

cr_status cr_deflate_negotiate(cr_deflate_params *agreed, char answer[CR_DEFLATE_ANSWER_MAX],
	const cr_http_head *head, const cr_deflate_policy *policy)
{
	*agreed = (cr_deflate_params){0};
	answer[0] = '\0';
	for (size_t i = 0; i < head->n_headers; i++) {
		cr_slice v = head->headers[i].value;
		reader r = {v.ptr, v.ptr + v.len};
		offer o;

		if (!cr_slice_ieq(head->headers[i].name, CR_SLICE("Sec-WebSocket-Extensions"))) {
			continue;
		}
		/* RFC 2616's lists, which RFC 6455 means, may have empty elements */
		for (skip_blanks(&r); r.p < r.end; skip_blanks(&r)) {
			if (!read_offer(&r, &o)) {
				*agreed = (cr_deflate_params){0};
				answer[0] = '\0';
				return CR_ERR_FORM;
			}
			if (o.usable && agreed->server_bits == 0) {
				agree(agreed, answer, &o, policy);
			}
		}
	}
	return CR_OK;
}

/* ---- zlib ---- */

static void *zlib_alloc(void *arg, unsigned n, unsigned size)
{
	(void) arg;
	return cr_calloc(n, size);
}

static void zlib_free(void *arg, void *p)
{
	(void) arg;
	cr_free(p);
}

struct cr_inflater {
	z_stream z;
	bool at_end; /* right after a block with BFINAL */
	size_t fed;  /* bytes of the message so far */
};

cr_status cr_window_add(cr_window *w, unsigned bits, const uint8_t *data, size_t len)
{
	size_t size = (size_t) 1 << bits, kept = w->len;

	if (len > size) {
		data += len - size;
		len = size;
	}
	if (kept > size - len) {
		kept = size - len;
	}
	if (kept + len > w->cap) {
		size_t cap = (kept + len + WINDOW_STEP - 1) / WINDOW_STEP * WINDOW_STEP;
		uint8_t *grown = cr_realloc(w->data, cap);

		if (!grown) {
			return CR_ERR_NOMEM;
		}
		w->data = grown;
		w->cap = (uint32_t) cap;
	}
	if (len > 0) {
		memmove(w->data, w->data + w->len - kept, kept);
		memcpy(w->data + kept, data, len);
		w->len = (uint32_t) (kept + len);
	}
	return CR_OK;
}

void cr_window_deinit(cr_window *w)
{
	cr_free(w->data);
	*w = (cr_window){0};
}

cr_inflater *cr_inflater_new(void)
{
	cr_inflater *i = cr_calloc(1, sizeof(*i));

	if (!i) {
		return NULL;
	}
	i->z.zalloc = zlib_alloc;
	i->z.zfree = zlib_free;
	if (inflateInit2(&i->z, -MAX_WBITS) != Z_OK) {
		cr_free(i);
		return NULL;
	}
	return i;
}

void cr_inflater_free(cr_inflater *i)
{
	if (i) {
		(void) inflateEnd(&i->z);
		cr_free(i);
	}
}

cr_status cr_inflater_begin(cr_inflater *i, const cr_window *w)
{
	(void) inflateReset(&i->z);
	i->at_end = false;
	i->fed = 0;
	if (w && w->len > 0 && inflateSetDictionary(&i->z, w->data, w->len) != Z_OK) {
		return CR_ERR_NOMEM;
	}
	return CR_OK;
}

/* Points zlib at room to write into: out's, or one byte that must stay unused. */
static cr_status give_room(cr_inflater *i, cr_buf *out, uint8_t *probe)
{
	size_t left = out->max - out->len, step = i->z.avail_in * (size_t) 4;

	if (left == 0) {
		i->z.next_out = probe;
		i->z.avail_out = 1;
		return CR_OK;
	}
	step = step < STEP_MIN ? STEP_MIN : (step > STEP_MAX ? STEP_MAX : step);
	step = step < left ? step : left;
	cr_status st = cr_buf_reserve(out, step);
	if (st != CR_OK) {
		return st;
	}
	i->z.next_out = out->data + out->len;
	i->z.avail_out = (uInt) step;
	return CR_OK;
}

static cr_status inflate_all(cr_inflater *i, cr_buf *out, const uint8_t *in, size_t len)
{
	bool full = false; /* zlib may hold more than there was room for */

	if (len > UINT_MAX) {
		return CR_ERR_TOOBIG;
	}
	i->z.next_in = (uint8_t *) in;
	i->z.avail_in = (uInt) len;
	while (i->z.avail_in > 0 || full) {
		uint8_t probe;
		size_t had = out->len;

		if (i->at_end) {
			if (i->z.avail_in == 0) {
				break;
			}
			(void) inflateResetKeep(&i->z); /* the window stays */
			i->at_end = false;
		}
		cr_status st = give_room(i, out, &probe);
		if (st != CR_OK) {
			return st;
		}
		uInt room = i->z.avail_out;
		int result = inflate(&i->z, Z_SYNC_FLUSH);
		uInt made = room - i->z.avail_out;

		if (made > 0 && had == out->max) {
			return CR_ERR_TOOBIG;
		}
		out->len += made;
		full = i->z.avail_out == 0;
		i->at_end = result == Z_STREAM_END;
		if (result == Z_MEM_ERROR) {
			return CR_ERR_NOMEM;
		}
		if (result == Z_BUF_ERROR && made == 0) {
			break; /* nothing was left */
		}
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
			return CR_ERR_DATA;
		}
	}
	return CR_OK;
}

cr_status cr_inflater_feed(cr_inflater *i, cr_buf *out, const uint8_t *in, size_t len, bool last)
{
	cr_status st = inflate_all(i, out, in, len);

	i->fed += len;
	if (st != CR_OK || !last || i->at_end) {
		return st;
	}
	st = inflate_all(i, out, tail, sizeof(tail));
	/* 128: between two blocks; the low bits: of a byte begun. A block cut off
	 * has taken the tail for its own. */
	if (st == CR_OK && (i->at_end || !(i->z.data_type & 128) || (i->z.data_type & 63))) {
		return CR_ERR_DATA;
	}
	return st;
}

size_t cr_inflater_fed(const cr_inflater *i)
{
	return i->fed;
}

struct cr_deflater {
	z_stream z;
};

cr_deflater *cr_deflater_new(unsigned bits, int level, int memory)
{
	cr_deflater *d = cr_calloc(1, sizeof(*d));

	if (!d) {
		return NULL;
	}
	d->z.zalloc = zlib_alloc;
	d->z.zfree = zlib_free;
	if (deflateInit2(&d->z, level, Z_DEFLATED, -(int) bits, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
		cr_free(d);
		return NULL;
	}
	return d;
}

void cr_deflater_free(cr_deflater *d)
{
	if (d) {
		(void) deflateEnd(&d->z);
		cr_free(d);
	}
}

cr_status cr_deflater_run(cr_deflater *d, cr_chunk *out, cr_slice in)
{
	if (in.len > UINT_MAX / 2) {
		return CR_ERR_TOOBIG;
	}
	(void) deflateReset(&d->z);
	size_t room = deflateBound(&d->z, (uLong) in.len) + 16; /* 16: the flush */
	cr_status st = cr_chunk_reserve(out, room);

	if (st != CR_OK) {
		return st;
	}
	d->z.next_in = (uint8_t *) in.ptr;
	d->z.avail_in = (uInt) in.len;
	d->z.next_out = out->data + out->len;
	d->z.avail_out = (uInt) room;
	int result = deflate(&d->z, Z_SYNC_FLUSH);
	size_t made = room - d->z.avail_out;

	if (result != Z_OK || d->z.avail_in > 0 || d->z.avail_out == 0 || made < sizeof(tail)) {
		return CR_ERR_NOMEM;
	}
	out->len += made - sizeof(tail);
	return CR_OK;
}

const char *cr_deflate_zlib_version(void)
{
	return zlibVersion();
}
