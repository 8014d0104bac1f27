/* One WebSocket client of the load generator: connecting, the upgrade, and
 * cutting what arrives into frames. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum client_state {
	CLIENT_CONNECTING,
	CLIENT_UPGRADING,
	CLIENT_OPEN,
	CLIENT_CLOSED
} client_state;

typedef struct client {
	int fd;
	uint32_t id;
	client_state state;
	bool wants_write; /* EPOLLOUT is asked for */
	uint8_t *rest;    /* a frame of which only the beginning has arrived */
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
} client_target;

/* Called for each text frame, with its payload. */
typedef void (*client_on_text)(void *arg, client *c, const uint8_t *payload, size_t len);

/* Starts connecting and adds the socket to the epoll set, with the client as its data. */
void client_connect(client *c, const client_target *target, int epoll_fd);

/* The socket became writable for the first time: sends the upgrade request. */
void client_send_upgrade(client *c, const client_target *target, int epoll_fd);

/* Reads once and hands out the frames; pings are answered. The state tells afterwards
 * whether the client is open, or was closed. */
void client_read(client *c, int epoll_fd, client_on_text on_text, void *arg);

/* Makes room for len more bytes to write and returns where they go; the caller fills them all. */
uint8_t *client_reserve(client *c, size_t len);

/* Writes what there is; asks for EPOLLOUT when the socket does not take all. */
void client_flush(client *c, int epoll_fd);

void client_close(client *c);

#endif
