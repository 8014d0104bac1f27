/* needs: ext/proto/ws_accept.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/evp.h>

#include "ext/proto/ws_accept.h"

static void test_rfc_example(void **state)
{
	(void) state;
	char out[CR_WS_ACCEPT_LEN];
	cr_slice key = CR_SLICE("dGhlIHNhbXBsZSBub25jZQ==");

	assert_true(cr_ws_key_is_valid(key));
	assert_int_equal(cr_ws_accept(out, key), CR_OK);
	assert_memory_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", CR_WS_ACCEPT_LEN);
}

static void test_random_keys(void **state)
{
	(void) state;
	for (int i = 0; i < 1000; i++) {
		uint8_t nonce[16], text[61], digest[20], encoded[29], key[25];
		char out[CR_WS_ACCEPT_LEN];

		assert_int_equal(RAND_bytes(nonce, sizeof(nonce)), 1);
		assert_int_equal(EVP_EncodeBlock(key, nonce, sizeof(nonce)), 24);
		assert_int_equal(snprintf((char *) text, sizeof(text), "%s%s", (char *) key,
			"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"), 60);
		SHA1(text, 60, digest);
		assert_int_equal(EVP_EncodeBlock(encoded, digest, sizeof(digest)), 28);
		assert_true(cr_ws_key_is_valid(cr_slice_of(key, 24)));
		assert_int_equal(cr_ws_accept(out, cr_slice_of(key, 24)), CR_OK);
		assert_memory_equal(out, encoded, CR_WS_ACCEPT_LEN);
	}
}

static void test_bad_keys(void **state)
{
	static const char *const bad[] = {
		"", "=", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ===",
		"dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZWE=", /* 15 and 17 bytes */
		"dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZf==", /* pad bits */
		"dGhlIHNhbXBsZSBub25jZQ=A", "dGhlIHNhbXBsZSBub25jZQA=",
		"dGhlIHNhbXBs=SBub25jZQ==", "dGhlIHNhbXBs SBub25jZQ==", "-_hlIHNhbXBsZSBub25jZQ==",
		"*GhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j\xc3\xbc==",
	};
	char out[CR_WS_ACCEPT_LEN];
	(void) state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (cr_ws_key_is_valid(cr_slice_str(bad[i]))) {
			print_error("accepted: %s\n", bad[i]);
			fail();
		}
	}
	assert_false(cr_ws_key_is_valid(CR_SLICE_NONE));
	assert_int_equal(cr_ws_accept(out, CR_SLICE_NONE), CR_ERR_FORM);
	assert_int_equal(cr_ws_accept(out, CR_SLICE("dGhlIHNhbXBsZSBub25jZQ=")), CR_ERR_FORM);
}

/* Every byte at every digit: as libcrypto decodes it, only stricter at the end. */
static void test_every_byte(void **state)
{
	(void) state;
	for (size_t at = 0; at < 24; at++) {
		unsigned good = 0;

		for (int c = 0; c < 256; c++) {
			char key[] = "dGhlIHNhbXBsZSBub25jZQ==";
			key[at] = (char) c;
			good += cr_ws_key_is_valid(cr_slice_of(key, 24));
		}
		assert_int_equal(good, at < 21 ? 64 : (at == 21 ? 4 : 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_example),
		cmocka_unit_test(test_random_keys),
		cmocka_unit_test(test_bad_keys),
		cmocka_unit_test(test_every_byte),
	};
	return cmocka_run_group_tests_name("ws_accept", tests, NULL, NULL);
}
