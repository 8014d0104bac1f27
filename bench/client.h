/* One WebSocket client of the load generator: connecting, the upgrade, and
 * cutting what arrives into frames. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum client_state {
	CLIENT_CONNECTING,
	CLIENT_SHAKING, /* hands, with TLS */
	CLIENT_UPGRADING,
	CLIENT_OPEN,
	CLIENT_CLOSED
} client_state;

typedef struct client {
	int fd;
	uint32_t id;
	client_state state;
	bool wants_write;   /* EPOLLOUT is asked for */
	bool again;         /* v1: it is to connect anew */
	uint32_t joined;    /* v1: rooms */
	bool deflate;       /* text must come compressed */
	struct ssl_st *ssl; /* NULL: plain */
	uint64_t received;  /* bytes of WebSocket, the upgrade too */
	uint8_t *rest;      /* a frame of which only the beginning has arrived */
	uint32_t rest_len, rest_capacity;
	uint8_t *parts; /* the fragments of a message that is not complete yet */
	uint32_t parts_len;
	uint8_t *out; /* what is to be written */
	size_t out_len, out_sent, out_capacity;
} client;

typedef struct client_target {
	const char *path;
	uint16_t port;
	uint32_t sources; /* source addresses 127.0.0.1 .. to spread over: each has its own ports */
	bool tls, deflate;
	bool v1;           /* asks for chatroom.v1 */
	bool like_browser; /* offers to keep the compressor of what it sends */
} client_target;

/* Called for each text, with its payload. seen: the very same bytes were handed out not long
 * ago; only known of compressed ones. */
typedef void (*client_on_text)(void *arg, client *c, const uint8_t *payload, size_t len, bool seen);

/* Starts connecting and adds the socket to the epoll set, with the client as its data. */
void client_connect(client *c, const client_target *target, int epoll_fd);

/* For what comes before the client is open: the socket is connected, or has something to read. */
void client_begin(client *c, const client_target *target, int epoll_fd);

/* Reads once and hands out the frames; pings are answered. The state tells afterwards
 * whether the client is open, or was closed. */
void client_read(client *c, int epoll_fd, client_on_text on_text, void *arg);

/* Makes room for len more bytes to write and returns where they go; the caller fills them all. */
uint8_t *client_reserve(client *c, size_t len);

/* Writes what there is; asks for EPOLLOUT when the socket does not take all. */
void client_flush(client *c, int epoll_fd);

/* With data. Over loopback and without Nagle's algorithm, each write of the server is one, or
 * a few for more than 64 KiB: so this counts its writes, without looking into it. */
uint64_t client_segments(const client *c);

void client_close(client *c);

#endif
