#ifndef CR_PROTO_WS_ACCEPT_H
#define CR_PROTO_WS_ACCEPT_H

#include <stdbool.h>

#include "ext/core/slice.h"
#include "ext/core/status.h"

#define CR_WS_ACCEPT_LEN 28

/* A Sec-WebSocket-Key is the base64 of 16 bytes: 24 characters ending in ==
 * (RFC 6455 4.1 point 7). Non-zero pad bits are refused. */
bool cr_ws_key_is_valid(cr_slice key);
/* base64(SHA-1(key + GUID)), RFC 6455 4.2.2 point 5.4. No NUL.
 * CR_ERR_SYS when libcrypto refuses. */
CR_MUST_CHECK cr_status cr_ws_accept(char out[CR_WS_ACCEPT_LEN], cr_slice key);

#endif
