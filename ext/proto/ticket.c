/* Tickets: JWT with HS256 alone. The header is compared in its meaning (alg
 * must be HS256), never obeyed. */
#include "ext/proto/ticket.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "ext/proto/json_in.h"

#define MAC_LEN 32

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* base64url without padding, RFC 7515 2 */
static cr_status encode(cr_buf *out, const uint8_t *p, size_t len)
{
	cr_status st = cr_buf_reserve(out, (len * 4 + 2) / 3);

	if (st != CR_OK) {
		return st;
	}
	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i > 2 ? 4 : len - i + 1;
		uint32_t bits = (uint32_t) p[i] << 16;

		bits |= n > 2 ? (uint32_t) p[i + 1] << 8 : 0;
		bits |= n > 3 ? p[i + 2] : 0;

		for (size_t k = 0; k < n; k++) {
			out->data[out->len++] = (uint8_t) alphabet[bits >> (18 - 6 * k) & 63];
		}
	}
	return CR_OK;
}

static int value_of(uint8_t c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int) (at - alphabet) : -1;
}

/* Into out, which has room for 3/4 of it. -1: not base64url. */
static long decode(uint8_t *out, cr_slice text)
{
	uint32_t bits = 0;
	unsigned n = 0;
	long len = 0;

	if (text.len % 4 == 1) {
		return -1;
	}
	for (size_t i = 0; i < text.len; i++) {
		int v = value_of(text.ptr[i]);

		if (v < 0) {
			return -1;
		}
		bits = bits << 6 | (uint32_t) v;
		n += 6;
		if (n >= 8) {
			n -= 8;
			out[len++] = (uint8_t) (bits >> n);
		}
	}
	/* one text for one value: what is left over must be zero */
	return (bits & ((1u << n) - 1)) == 0 ? len : -1;
}

static bool sign(uint8_t mac[MAC_LEN], cr_slice text, cr_slice secret)
{
	unsigned len = 0;

	return HMAC(EVP_sha256(), secret.ptr, (int) secret.len, text.ptr, text.len, mac, &len) && len == MAC_LEN;
}

static bool is_signed(cr_slice text, cr_slice signature, cr_slice secret)
{
	uint8_t mac[MAC_LEN], given[MAC_LEN + 3];

	return signature.len == 43 && decode(given, signature) == MAC_LEN && sign(mac, text, secret)
	       && CRYPTO_memcmp(mac, given, MAC_LEN) == 0;
}

static cr_status check_header(cr_chat_json *j, const uint8_t *json, size_t len)
{
	cr_json *top, *crit;
	cr_status st = cr_chat_json_parse_object(j, &top, json, len);

	if (st == CR_ERR_NOMEM) {
		return st;
	}
	return st == CR_OK && cr_slice_eq(cr_json_string(cr_json_get(top, "alg")), CR_SLICE("HS256"))
	               && !cr_json_has(top, "crit", &crit)
	           ? CR_OK
	           : CR_ERR_FORM;
}

static bool take_string(cr_json *top, const char *key, char out[CR_TICKET_FIELD_MAX], uint8_t *len)
{
	cr_json *value;

	*len = 0;
	if (!cr_json_has(top, key, &value)) {
		return true;
	}
	cr_slice s = cr_json_string(value);
	if (!s.ptr || s.len > CR_TICKET_FIELD_MAX) {
		return false;
	}
	memcpy(out, s.ptr, s.len);
	*len = (uint8_t) s.len;
	return true;
}

static cr_status check_claims(cr_chat_json *j, cr_ticket *t, const uint8_t *json, size_t len, uint64_t now)
{
	cr_json *top, *nbf;
	double expires, begins = 0;
	cr_status st = cr_chat_json_parse_object(j, &top, json, len);

	if (st != CR_OK) {
		return st == CR_ERR_NOMEM ? st : CR_ERR_FORM;
	}
	if (!take_string(top, "sub", t->user, &t->user_len) || t->user_len == 0
		|| !take_string(top, "name", t->name, &t->name_len) || !cr_json_number(cr_json_get(top, "exp"), &expires)
		|| (cr_json_has(top, "nbf", &nbf) && !cr_json_number(nbf, &begins))) {
		return CR_ERR_FORM;
	}
	return (double) now < expires && (double) now >= begins ? CR_OK : CR_ERR_STATE;
}

cr_status cr_ticket_check(cr_chat_json *j, cr_ticket *t, cr_slice text, cr_slice secret, uint64_t now)
{
	uint8_t json[CR_TICKET_MAX];
	const uint8_t *dot = text.len ? memchr(text.ptr, '.', text.len) : NULL;
	const uint8_t *end = text.ptr + text.len;
	const uint8_t *second = dot ? memchr(dot + 1, '.', (size_t) (end - dot - 1)) : NULL;

	if (!second || text.len > CR_TICKET_MAX) {
		return CR_ERR_FORM;
	}
	cr_slice header = cr_slice_of(text.ptr, (size_t) (dot - text.ptr));
	cr_slice claims = cr_slice_of(dot + 1, (size_t) (second - dot - 1));
	cr_slice signature = cr_slice_of(second + 1, (size_t) (end - second - 1));

	/* nothing is parsed that we did not sign */
	if (!is_signed(cr_slice_of(text.ptr, (size_t) (second - text.ptr)), signature, secret)) {
		return CR_ERR_PROTO;
	}
	long n = decode(json, header);
	cr_status st = n > 0 ? check_header(j, json, (size_t) n) : CR_ERR_FORM;
	if (st != CR_OK) {
		return st;
	}
	n = decode(json, claims);
	return n > 0 ? check_claims(j, t, json, (size_t) n, now) : CR_ERR_FORM;
}

cr_status cr_ticket_make(cr_buf *out, cr_slice claims, cr_slice secret)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	uint8_t mac[MAC_LEN];
	size_t start = out->len;

	cr_status st = encode(out, (const uint8_t *) header, sizeof(header) - 1);
	if (st == CR_OK) {
		st = cr_buf_append(out, ".", 1);
	}
	if (st == CR_OK) {
		st = encode(out, claims.ptr, claims.len);
	}
	if (st != CR_OK) {
		return st;
	}
	if (!sign(mac, cr_slice_of(out->data + start, out->len - start), secret)) {
		return CR_ERR_NOMEM;
	}
	st = cr_buf_append(out, ".", 1);
	return st == CR_OK ? encode(out, mac, sizeof(mac)) : st;
}
