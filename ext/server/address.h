#ifndef CR_SERVER_ADDRESS_H
#define CR_SERVER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/server/server.h"

/* What a ws://, wss:// or unix:// URL says. Owns its strings. */
typedef struct cr_address {
	bool is_unix;
	bool is_tls; /* wss:// */
	char *host;  /* name, IPv4, or IPv6 without brackets; the file of a unix socket */
	uint16_t port;
	char *path; /* of the WebSocket endpoint, begins with '/' */
} cr_address;

/* CR_ERR_FORM with a text in error, CR_ERR_NOMEM. */
CR_MUST_CHECK cr_status cr_address_parse(cr_address *a, cr_slice url, char error[CR_ERROR_MAX]);
void cr_address_deinit(cr_address *a);
/* The URL again, with port instead of the one in a. */
void cr_address_write(const cr_address *a, uint16_t port, char *out, size_t size);

/* 127.0.0.0/8, ::1 or localhost; a unix socket is not. */
bool cr_address_is_loopback(const cr_address *a);

#endif
