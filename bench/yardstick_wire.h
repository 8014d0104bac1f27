/* What the yardstick of the selftest speaks besides: TLS, and permessage-deflate; enough of both
 * for the load generator, and no more. The one that is measured knows neither. */
#ifndef BENCH_YARDSTICK_WIRE_H
#define BENCH_YARDSTICK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct ssl_st;

/* What stands before and after bytes that are "compressed" as they are. */
enum { WIRE_STORED_HEAD = 5,
	WIRE_STORED_END = 1 };

#define WIRE_EXTENSION \
 "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; " \
 "client_no_context_takeover\r\n"

#ifdef YARDSTICK_FAULTS

extern bool wire_deflates;

/* From now on. One file with certificate and key, or the process ends. */
void wire_use_tls(const char *file);

/* NULL: plain. */
struct ssl_st *wire_accept(int fd);
void wire_end(struct ssl_st *ssl);

/* Like recv() and send(). */
ssize_t wire_recv(struct ssl_st *ssl, int fd, void *buf, size_t len);
ssize_t wire_send(struct ssl_st *ssl, int fd, const void *buf, size_t len);

/* Until the next call; a message that is none ends the process. */
uint8_t *wire_inflate(const uint8_t *deflated, size_t *len);
/* What stands around len bytes that come to stand WIRE_STORED_HEAD behind p. */
void wire_store(uint8_t *p, size_t len);

#else

# define wire_deflates false

static inline struct ssl_st *wire_accept(int fd)
{
	(void) fd;
	return NULL;
}

static inline void wire_end(struct ssl_st *ssl)
{
	(void) ssl;
}

static inline ssize_t wire_recv(struct ssl_st *ssl, int fd, void *buf, size_t len)
{
	(void) ssl;
	return recv(fd, buf, len, 0);
}

static inline ssize_t wire_send(struct ssl_st *ssl, int fd, const void *buf, size_t len)
{
	(void) ssl;
	return send(fd, buf, len, MSG_NOSIGNAL);
}

static inline uint8_t *wire_inflate(uint8_t *deflated, size_t *len)
{
	(void) len;
	return deflated;
}

static inline void wire_store(uint8_t *p, size_t len)
{
	(void) p;
	(void) len;
}

#endif

#endif
