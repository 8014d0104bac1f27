/* needs: ext/proto/ticket.c ext/proto/chat_json.c ext/proto/json_in.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ext/core/mem.h"
#include "ext/proto/ticket.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define SECRET CR_SLICE("0123456789abcdef0123456789abcdef")
#define NOW    1000

static cr_chat_json *parser;

/* By OpenSSL's base64, not by ours. */
static size_t encode(char *out, const void *p, size_t len)
{
	size_t n = (size_t) EVP_EncodeBlock((unsigned char *) out, p, (int) len);

	for (size_t i = 0; i < n; i++) {
		out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
	}
	while (n > 0 && out[n - 1] == '=') {
		n--;
	}
	out[n] = '\0';
	return n;
}

static void make(char *out, const char *header, const char *claims)
{
	unsigned char mac[32];
	size_t n = encode(out, header, strlen(header));

	out[n++] = '.';
	n += encode(out + n, claims, strlen(claims));
	HMAC(EVP_sha256(), SECRET.ptr, (int) SECRET.len, (unsigned char *) out, n, mac, NULL);
	out[n++] = '.';
	encode(out + n, mac, sizeof(mac));
}

/* From an exact-size copy. */
static cr_status check(cr_ticket *t, const char *text, size_t len, cr_slice secret)
{
	uint8_t *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	cr_status st = cr_ticket_check(parser, t, cr_slice_of(copy, len), secret, NOW);
	free(copy);
	return st;
}

static cr_status check_claims(const char *header, const char *claims)
{
	char text[8192];
	cr_ticket t;

	make(text, header, claims);
	return check(&t, text, strlen(text), SECRET);
}

#define HS256 "{\"alg\":\"HS256\"}"

static void good(void **state)
{
	char text[1024], long_name[200], claims[512];
	cr_ticket t;

	(void) state;
	make(text, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"x\"}",
		"{\"sub\":\"zo\\u00eb\",\"name\":\"Z\",\"exp\":1000.5,\"nbf\":1000}");
	assert_int_equal(check(&t, text, strlen(text), SECRET), CR_OK);
	assert_int_equal(t.user_len, 4);
	assert_memory_equal(t.user, "zo\xc3\xab", 4);
	assert_int_equal(t.name_len, 1);
	make(text, HS256, "{\"sub\":\"u\",\"exp\":1001}");
	assert_int_equal(check(&t, text, strlen(text), SECRET), CR_OK);
	assert_int_equal(t.name_len, 0);
	for (int n = 128; n <= 129; n++) {
		memset(long_name, 'x', (size_t) n);
		long_name[n] = '\0';
		snprintf(claims, sizeof(claims), "{\"sub\":\"%s\",\"exp\":1001}", long_name);
		assert_int_equal(check_claims(HS256, claims), n == 128 ? CR_OK : CR_ERR_FORM);
		snprintf(claims, sizeof(claims), "{\"sub\":\"u\",\"name\":\"%s\",\"exp\":1001}", long_name);
		assert_int_equal(check_claims(HS256, claims), n == 128 ? CR_OK : CR_ERR_FORM);
	}
}

static void times(void **state)
{
	(void) state;
	assert_int_equal(check_claims(HS256, "{\"sub\":\"u\",\"exp\":1000}"), CR_ERR_STATE);
	assert_int_equal(check_claims(HS256, "{\"sub\":\"u\",\"exp\":-1}"), CR_ERR_STATE);
	assert_int_equal(check_claims(HS256, "{\"sub\":\"u\",\"exp\":1001,\"nbf\":1000.5}"), CR_ERR_STATE);
	assert_int_equal(check_claims(HS256, "{\"sub\":\"u\",\"exp\":1e300}"), CR_OK);
}

static void claims_missing(void **state)
{
	static const char *const wrong[] = {"{\"exp\":1001}", "{\"sub\":\"u\"}", "{\"sub\":\"\",\"exp\":1001}",
		"{\"sub\":5,\"exp\":1001}", "{\"sub\":\"u\",\"exp\":\"1001\"}", "{\"sub\":\"u\",\"exp\":null}",
		"{\"sub\":\"u\",\"exp\":1001,\"nbf\":\"x\"}", "{\"sub\":\"u\",\"exp\":1001,\"name\":5}", "[]", "x",
		"{\"sub\":\"u\",\"exp\":1001}x"};
	static const char *const headers[] = {"{}", "{\"alg\":\"none\"}", "{\"alg\":\"HS512\"}",
		"{\"alg\":\"hs256\"}", "{\"alg\":5}", "[]", "x", "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"RS256\"}", "{\"alg\":\"HS256\",\"alg\":\"none\"}"};

	(void) state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(check_claims(HS256, wrong[i]), CR_ERR_FORM);
	}
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		assert_int_equal(check_claims(headers[i], "{\"sub\":\"u\",\"exp\":1001}"), CR_ERR_FORM);
	}
}

/* Every other byte in every place, every length, another secret. */
static void tampered(void **state)
{
	char text[512], other[520];
	cr_ticket t;

	(void) state;
	make(text, HS256, "{\"sub\":\"u\",\"exp\":1001}");
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		for (int c = 0; c < 256; c += i + 3 < len ? 37 : 1) {
			memcpy(other, text, len);
			other[i] = (char) c;
			if (other[i] != text[i]) {
				assert_int_not_equal(check(&t, other, len, SECRET), CR_OK);
			}
		}
		assert_int_not_equal(check(&t, text, i, SECRET), CR_OK);
	}
	snprintf(other, sizeof(other), "%s=", text);
	assert_int_equal(check(&t, other, len + 1, SECRET), CR_ERR_PROTO);
	snprintf(other, sizeof(other), "%s.x", text);
	assert_int_equal(check(&t, other, len + 2, SECRET), CR_ERR_PROTO);
	assert_int_equal(check(&t, text, len, CR_SLICE("0123456789abcdef0123456789abcdeF")), CR_ERR_PROTO);
	assert_int_equal(check(&t, "", 0, SECRET), CR_ERR_FORM);
	assert_int_equal(check(&t, ".", 1, SECRET), CR_ERR_FORM);
	assert_int_equal(check(&t, "..", 2, SECRET), CR_ERR_PROTO);
	char *big = malloc(CR_TICKET_MAX + 1);
	memset(big, '.', CR_TICKET_MAX + 1);
	assert_int_equal(check(&t, big, CR_TICKET_MAX, SECRET), CR_ERR_PROTO);
	assert_int_equal(check(&t, big, CR_TICKET_MAX + 1, SECRET), CR_ERR_FORM);
	free(big);
}

/* Instead of OpenSSL's: what is compared without a shortcut, and how much of it is equal up to the first difference. */
static struct {
	int calls;
	size_t len, equal;
} compared;

int CRYPTO_memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;

	compared.calls++;
	compared.len = len;
	for (compared.equal = 0; compared.equal < len && x[compared.equal] == y[compared.equal]; compared.equal++) {
	}
	return compared.equal < len;
}

/* However much of a signature is right, all of it is compared, and once; a clock would see less than the noise. */
static void test_D77_signatures_are_compared_whole(void **state)
{
	char text[512];
	cr_ticket t;

	(void) state;
	for (size_t right = 0; right <= 43; right++) {
		make(text, HS256, "{\"sub\":\"u\",\"exp\":1001}");
		char *signature = strrchr(text, '.') + 1;
		if (right < 43) {
			signature[right] = signature[right] == 'A' ? 'g' : 'A'; /* differ in their first bit, or in a later one */
		}
		compared.calls = 0;
		assert_int_equal(check(&t, text, strlen(text), SECRET), right == 43 ? CR_OK : CR_ERR_PROTO);
		if (right == 42 && compared.calls == 0) {
			continue; /* the last one has bits to spare: it was refused as base64 */
		}
		assert_int_equal(compared.calls, 1);
		assert_int_equal(compared.len, 32);
		assert_in_range(compared.equal, right * 6 / 8, right * 6 / 8 + 1);
	}
}

static void made_by_us(void **state)
{
	char claims[64] = "{\"sub\":\"u\",\"exp\":1001}", text[256];
	cr_buf out;
	cr_ticket t;

	(void) state;
	for (size_t pad = 0; pad < 3; pad++) { /* all remainders of base64 */
		cr_buf_init(&out, 4096);
		assert_int_equal(cr_ticket_make(&out, cr_slice_str(claims), SECRET), CR_OK);
		assert_int_equal(check(&t, (char *) out.data, out.len, SECRET), CR_OK);
		make(text, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims);
		assert_int_equal(out.len, strlen(text));
		assert_memory_equal(out.data, text, out.len);
		cr_buf_deinit(&out);
		memcpy(claims + strlen(claims), " ", 2);
	}
	for (uint64_t n = 1;; n++) {
		cr_buf_init(&out, 4096);
		cr_mem_fail_at(n);
		cr_status st = cr_ticket_make(&out, cr_slice_str(claims), SECRET);
		if (st == CR_OK) {
			st = cr_ticket_check(parser, &t, cr_slice_of(out.data, out.len), SECRET, NOW);
		}
		bool failed = cr_mem_calls() >= n;

		cr_mem_fail_at(0);
		cr_buf_deinit(&out);
		assert_int_equal(st, failed ? CR_ERR_NOMEM : CR_OK);
		if (!failed) {
			break;
		}
	}
}

static int set_up(void **state)
{
	(void) state;
	parser = cr_chat_json_new();
	return parser ? 0 : -1;
}

static int tear_down(void **state)
{
	(void) state;
	cr_chat_json_free(parser);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(times),
		cmocka_unit_test(claims_missing),
		cmocka_unit_test(tampered),
		cmocka_unit_test(test_D77_signatures_are_compared_whole),
		cmocka_unit_test(made_by_us),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
