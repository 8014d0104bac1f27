/* TLS under a client of the load generator. Nothing is verified: the certificate is the
 * benchmark's own, of a minute ago. */
#ifndef BENCH_CLIENT_TLS_H
#define BENCH_CLIENT_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "client.h"

/* The socket is connected: says hello. False: the server is not there any more. */
bool client_tls_start(client *c);
bool client_tls_is_ready(const client *c);

/* Like recv() and send(): 0 is the end, -1 with errno; EAGAIN: not now. Reading shakes hands too.
 * size must be CLIENT_TLS_READ_MIN at least. */
ssize_t client_tls_read(client *c, uint8_t *buf, size_t size);
ssize_t client_tls_write(client *c, const uint8_t *buf, size_t len);

void client_tls_end(client *c);

#define CLIENT_TLS_READ_MIN (256 * 1024)

#endif
