/* The two strings that prove a WebSocket handshake was understood (RFC 6455,
 * sections 4.1 and 4.2.2). SHA-1 and base64 are libcrypto's.
 */
#include "ext/proto/ws_accept.h"

#include <openssl/evp.h>

#define KEY_LEN  24
#define SHA1_LEN 20

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static bool is_base64(uint8_t c)
{
	uint8_t lower = c | 0x20;

	if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) {
		return true;
	}
	return c == '+' || c == '/';
}

bool cr_ws_key_is_valid(cr_slice key)
{
	if (key.len != KEY_LEN || key.ptr[22] != '=' || key.ptr[23] != '=') {
		return false;
	}
	for (size_t i = 0; i < 22; i++) {
		if (!is_base64(key.ptr[i])) {
			return false;
		}
	}
	/* 22 digits carry 132 bits: the last four must be the zeros of padding */
	return key.ptr[21] == 'A' || key.ptr[21] == 'Q' || key.ptr[21] == 'g' || key.ptr[21] == 'w';
}

cr_status cr_ws_accept(char out[CR_WS_ACCEPT_LEN], cr_slice key)
{
	uint8_t text[KEY_LEN + sizeof(guid) - 1], digest[EVP_MAX_MD_SIZE];
	uint8_t encoded[CR_WS_ACCEPT_LEN + 1]; /* EVP_EncodeBlock() adds a NUL */

	if (key.len != KEY_LEN) {
		return CR_ERR_FORM;
	}
	memcpy(text, key.ptr, KEY_LEN);
	memcpy(text + KEY_LEN, guid, sizeof(guid) - 1);
	if (EVP_Digest(text, sizeof(text), digest, NULL, EVP_sha1(), NULL) != 1) {
		return CR_ERR_SYS;
	}
	(void) EVP_EncodeBlock(encoded, digest, SHA1_LEN);
	memcpy(out, encoded, CR_WS_ACCEPT_LEN);
	return CR_OK;
}
