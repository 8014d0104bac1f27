/* permessage-deflate in the server: who owns zlib's states.
 *
 * Inflating: a client borrows the server's inflater (40 KiB) for a message's
 * time, and gives it back; when it is lent already, another is made. One that
 * may refer to its earlier messages owns the end of those besides, and nothing
 * else of zlib's: at most its window, and no more than it has said.
 * Deflating: one deflater per window, used anew for each message. What cannot
 * be compressed, for want of memory too, is sent as it is.
 */
#include "ext/server/internal.h"

#define PACKED_KEPT 262144
#define FAIR_RATIO  30   /* texts become 3 to 10 times as long */
#define TOKEN_BYTES 8192 /* inflated beyond that, for a token; an eighth of a large max_message_size */

static unsigned bits_of_kind(unsigned kind)
{
	return (kind & 7) ? (kind & 7) + 8 : 0;
}

void cr_deflate_agree(cr_session *s, const cr_deflate_params *p)
{
	s->inflate_bits = p->client_bits;
	s->inflate_takeover = p->client_takeover;
	s->member.kind = (uint8_t) (p->server_bits ? p->server_bits - 8 : 0);
}

static cr_status take_inflater(cr_session *s)
{
	cr_inflater *i = s->srv->inflater;

	s->srv->inflater = NULL;
	s->inflater = i ? i : cr_inflater_new();
	return s->inflater ? cr_inflater_begin(s->inflater, &s->window) : CR_ERR_NOMEM;
}

static void give_inflater(cr_session *s)
{
	if (s->srv->inflater) {
		cr_inflater_free(s->inflater);
	} else {
		s->srv->inflater = s->inflater;
	}
	s->inflater = NULL;
}

/* What a message costs hangs on what it becomes, and a byte can become a
 * thousand: what it is over FAIR_RATIO is paid from the sender's rate_limit, so
 * that few bytes are not much work for long. */
static void charge(cr_session *s, size_t fed, size_t made)
{
	cr_server *srv = s->srv;
	size_t per_token = srv->config.max_message_size / 8;

	if (made / FAIR_RATIO > fed && s->state == CR_SESSION_OPEN) {
		per_token = per_token > TOKEN_BYTES ? per_token : TOKEN_BYTES;
		cr_rate_charge(&s->rate, &srv->rate_limit, cr_loop_now(&srv->loop),
			(float) (made - fed * FAIR_RATIO) / (float) per_token);
	}
}

cr_status cr_deflate_read(cr_session *s, cr_buf *out, const uint8_t *data, size_t len, bool last)
{
	cr_stats *stats = &s->srv->stats;
	size_t had = out->len;
	cr_status st = s->inflater ? CR_OK : take_inflater(s);

	if (st == CR_OK) {
		st = cr_inflater_feed(s->inflater, out, data, len, last);
	}
	if (st == CR_OK && last && s->inflate_takeover) {
		st = cr_window_add(&s->window, s->inflate_bits, out->data, out->len);
	}
	if (st == CR_OK && last) {
		charge(s, cr_inflater_fed(s->inflater), out->len);
	}
	stats->bytes_compressed_in += len;
	stats->bytes_inflated_in += out->len - had;
	if (st == CR_OK && last) {
		stats->messages_compressed_in++;
	}
	if ((last || st != CR_OK) && s->inflater) {
		give_inflater(s);
	}
	return st;
}

void cr_deflate_forget(cr_session *s)
{
	cr_inflater_free(s->inflater);
	s->inflater = NULL;
	cr_window_deinit(&s->window);
}

void cr_deflate_deinit(cr_server *srv)
{
	cr_inflater_free(srv->inflater);
	srv->inflater = NULL;
	for (size_t i = 0; i < 8; i++) {
		cr_deflater_free(srv->deflaters[i]);
		srv->deflaters[i] = NULL;
	}
	cr_chunk_unref(srv->packed);
	srv->packed = NULL;
}

static cr_deflater *deflater_of(cr_server *srv, unsigned bits)
{
	cr_deflater **d = &srv->deflaters[bits - 8];

	if (!*d) {
		*d = cr_deflater_new(bits, srv->config.compression_level, srv->config.compression_memory);
	}
	return *d;
}

/* The frame's payload, deflated into srv->packed; false: send it as it is. */
static bool pack(cr_server *srv, unsigned bits, cr_slice payload)
{
	if (payload.len < srv->config.compression_threshold) {
		return false;
	}
	if (!srv->packed) {
		srv->packed = cr_chunk_new(4096);
	}
	cr_deflater *d = deflater_of(srv, bits);
	if (!d || !srv->packed) {
		return false;
	}
	srv->packed->len = 0;
	return cr_deflater_run(d, srv->packed, payload) == CR_OK && srv->packed->len < payload.len;
}

static cr_status append(cr_chunk *out, cr_ws_opcode opcode, bool packed, cr_slice payload)
{
	cr_status st = cr_chunk_reserve(out, payload.len + CR_WS_OUT_HEAD_MAX);

	if (st == CR_OK) {
		out->len += cr_ws_head_write(out->data + out->len, opcode, packed, payload.len);
		if (payload.len) {
			memcpy(out->data + out->len, payload.ptr, payload.len);
		}
		out->len += payload.len;
	}
	return st;
}

/* A great one is not kept for ever. */
static void let_go_of_packed(cr_server *srv)
{
	if (srv->packed && srv->packed->cap > PACKED_KEPT) {
		cr_chunk_unref(srv->packed);
		srv->packed = NULL;
	}
}

cr_status cr_deflate_append(cr_server *srv, cr_chunk *out, unsigned kind, cr_ws_opcode opcode, cr_slice payload)
{
	unsigned bits = bits_of_kind(kind);
	bool packed = bits && pack(srv, bits, payload);
	cr_status st = append(out, opcode, packed, packed ? cr_slice_of(srv->packed->data, srv->packed->len) : payload);

	if (packed && st == CR_OK) {
		srv->stats.messages_compressed_out++;
		srv->stats.bytes_inflated_out += payload.len;
		srv->stats.bytes_compressed_out += srv->packed->len;
	}
	if (bits) {
		let_go_of_packed(srv);
	}
	return st;
}
