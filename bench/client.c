/* The load generator's side of a connection.
 *
 * It shares a small machine with the server, so receiving must cost next to
 * nothing: all clients read into one large buffer, one recv() per wake-up
 * takes whatever has gathered, and frames are looked at where they lie. Only
 * the beginning of a frame that was cut at the end of a read is copied. TLS
 * decrypts into that same buffer, and compressed text is handed out inflated.
 */
#include "client.h"
#include "client_tls.h"
#include "inflate.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE          (256 * 1024)
#define REST_MAX           (128 * 1024)                   /* a frame larger than this is an error */
#define KEY                "dGhlIHNhbXBsZSBub25jZQ=="     /* RFC 6455's own example, */
#define KEY_ACCEPT         "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" /* and the answer to it */
#define EXTENSION          "Sec-WebSocket-Extensions: permessage-deflate; "
#define OFFER              EXTENSION "server_no_context_takeover; client_no_context_takeover\r\n"
#define PROTOCOL           "Sec-WebSocket-Protocol: chatroom.v1\r\n"
#define OFFER_LIKE_BROWSER EXTENSION "server_no_context_takeover; client_max_window_bits\r\n"

enum { OPCODE_CONT = 0,
	OPCODE_TEXT = 1,
	OPCODE_CLOSE = 8,
	OPCODE_PING = 9,
	OPCODE_PONG = 10 };

enum { FIN = 0x80,
	COMPRESSED = 0x40,
	OPCODE_BITS = 0x7f /* with the reserved bits: what nobody asked for is an error */ };

/* the rest of the last read is put in front of the next one */
static uint8_t shared[REST_MAX + READ_SIZE];

static void watch(client *c, int epoll_fd, int op, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = c};

	if (epoll_ctl(epoll_fd, op, c->fd, &ev) < 0) {
		err(1, "epoll_ctl");
	}
}

void client_connect(client *c, const client_target *target, int epoll_fd)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		err(1, "socket (open files are limited by ulimit -n)");
	}
	/* the port is chosen at connect(), when the whole address pair is known */
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + c->id % target->sources);
	if (bind(c->fd, (struct sockaddr *) &from, sizeof(from)) < 0) {
		err(1, "bind");
	}
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(target->port);
	if (connect(c->fd, (struct sockaddr *) &to, sizeof(to)) < 0 && errno != EINPROGRESS) {
		err(1, "connect");
	}
	c->deflate = target->deflate;
	c->state = CLIENT_CONNECTING;
	watch(c, epoll_fd, EPOLL_CTL_ADD, EPOLLOUT);
}

static ssize_t receive(client *c, uint8_t *buf)
{
	return c->ssl ? client_tls_read(c, buf, READ_SIZE) : recv(c->fd, buf, READ_SIZE, 0);
}

static ssize_t transmit(client *c, const uint8_t *buf, size_t len)
{
	return c->ssl ? client_tls_write(c, buf, len) : send(c->fd, buf, len, MSG_NOSIGNAL);
}

static void send_upgrade(client *c, const client_target *target)
{
	const char *offer = target->like_browser ? OFFER_LIKE_BROWSER : OFFER;
	char head[512];
	int len = snprintf(head, sizeof(head),
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n%s%s\r\n",
		target->path, target->port, target->deflate ? offer : "",
		target->v1 ? PROTOCOL : "");

	if (len < 0 || (size_t) len >= sizeof(head)
		|| transmit(c, (const uint8_t *) head, (size_t) len) != len) {
		client_close(c);
		return;
	}
	c->state = CLIENT_UPGRADING;
}

static void shake_hands(client *c)
{
	ssize_t n = client_tls_read(c, shared, READ_SIZE);

	/* no server has anything to say before the request */
	if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
		client_close(c);
	}
}

void client_begin(client *c, const client_target *target, int epoll_fd)
{
	if (c->state == CLIENT_CONNECTING) {
		watch(c, epoll_fd, EPOLL_CTL_MOD, EPOLLIN);
		if (!target->tls) {
			send_upgrade(c, target);
			return;
		}
		c->state = CLIENT_SHAKING;
		if (!client_tls_start(c)) {
			client_close(c);
		}
		return;
	}
	shake_hands(c);
	if (c->state == CLIENT_SHAKING && client_tls_is_ready(c)) {
		send_upgrade(c, target);
	}
}

void client_close(client *c)
{
	if (c->state != CLIENT_CLOSED) {
		client_tls_end(c);
		close(c->fd);
		c->state = CLIENT_CLOSED;
		free(c->rest);
		free(c->parts);
		free(c->out);
		c->rest = c->parts = c->out = NULL;
		c->rest_len = c->rest_capacity = c->parts_len = 0;
		c->out_len = c->out_sent = c->out_capacity = 0;
	}
}

uint8_t *client_reserve(client *c, size_t len)
{
	if (c->out_capacity - c->out_len < len) {
		if (c->out_sent > 0) {
			memmove(c->out, c->out + c->out_sent, c->out_len - c->out_sent);
			c->out_len -= c->out_sent;
			c->out_sent = 0;
		}
		while (c->out_capacity - c->out_len < len) {
			c->out_capacity = c->out_capacity ? c->out_capacity * 2 : 512;
		}
		c->out = realloc(c->out, c->out_capacity);
		if (c->out == NULL) {
			err(1, "realloc");
		}
	}
	c->out_len += len;
	return c->out + c->out_len - len;
}

void client_flush(client *c, int epoll_fd)
{
	while (c->out_sent < c->out_len) {
		ssize_t n = transmit(c, c->out + c->out_sent, c->out_len - c->out_sent);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0 && errno != EAGAIN) {
			client_close(c);
			return;
		}
		if (n < 0) {
			break;
		}
		c->out_sent += (size_t) n;
	}

	bool unsent = c->out_sent < c->out_len;
	if (!unsent) {
		c->out_len = c->out_sent = 0;
	}
	if (unsent != c->wants_write) {
		c->wants_write = unsent;
		watch(c, epoll_fd, EPOLL_CTL_MOD, unsent ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

/* What inflates each message by itself needs more than the extension. */
static bool agrees_to_deflate(const uint8_t *head, size_t len)
{
	static const char name[] = "permessage-deflate", needed[] = "server_no_context_takeover";

	return memmem(head, len, name, strlen(name)) != NULL
	       && memmem(head, len, needed, strlen(needed)) != NULL;
}

/* The length of the answer's head, 0 while it is incomplete; closes on a refusal. */
static size_t finish_upgrade(client *c, const uint8_t *buf, size_t len)
{
	const uint8_t *end = memmem(buf, len, "\r\n\r\n", 4);

	if (end == NULL) {
		return 0;
	}
	size_t head_len = (size_t) (end - buf) + 4;
	if (head_len < 12 || memcmp(buf, "HTTP/1.1 101", 12) != 0
		|| memmem(buf, head_len, KEY_ACCEPT, strlen(KEY_ACCEPT)) == NULL
		|| agrees_to_deflate(buf, head_len) != c->deflate) {
		warnx("the server refused the upgrade: %.*s", (int) strcspn((const char *) buf, "\r"), buf);
		client_close(c);
		return 0;
	}
	c->state = CLIENT_OPEN;
	return head_len;
}

static void answer_ping(client *c, int epoll_fd, const uint8_t *payload, size_t len)
{
	uint8_t *p = client_reserve(c, 6 + len);

	p[0] = FIN | OPCODE_PONG;
	p[1] = (uint8_t) (0x80 | len);
	memset(p + 2, 0, 4); /* a mask of zeros leaves the payload as it is */
	memcpy(p + 6, payload, len);
	client_flush(c, epoll_fd);
}

/* A fragment; some servers cut long messages. Returns false when it fits nothing. */
static bool take_part(client *c, uint8_t first, const uint8_t *p, size_t len,
	client_on_text on_text, void *arg)
{
	bool starts = (first & OPCODE_BITS) == OPCODE_TEXT;

	if (starts != (c->parts == NULL) || c->parts_len + len > REST_MAX) {
		return false;
	}
	if (starts) {
		c->parts_len = 0;
		c->parts = malloc(REST_MAX);
		if (c->parts == NULL) {
			err(1, "malloc");
		}
	}
	memcpy(c->parts + c->parts_len, p, len);
	c->parts_len += (uint32_t) len;
	if (first & FIN) {
		on_text(arg, c, c->parts, c->parts_len, false);
		free(c->parts);
		c->parts = NULL;
	}
	return true;
}

static void take_compressed(client *c, const uint8_t *p, size_t len, client_on_text on_text,
	void *arg)
{
	inflated text;

	if (!inflate_message(p, len, &text)) {
		warnx("client %u got a message that cannot be inflated", c->id);
		client_close(c);
		return;
	}
	on_text(arg, c, text.payload, text.len, !text.is_new);
}

/* Anything but text. A load generator has no mercy: what it does not know is an error. */
static void take_control(client *c, int epoll_fd, unsigned opcode, const uint8_t *p, size_t len)
{
	if (opcode == OPCODE_PING && len <= 125) {
		answer_ping(c, epoll_fd, p, len);
	} else if (opcode != OPCODE_PONG) {
		if (opcode == OPCODE_CLOSE && len >= 2) {
			warnx("client %u was closed: %d %.*s", c->id, p[0] << 8 | p[1], (int) len - 2, p + 2);
		}
		client_close(c);
	}
}

/* Hands out the whole frames; returns how many bytes they took. */
static size_t take_frames(client *c, int epoll_fd, const uint8_t *buf, size_t len,
	client_on_text on_text, void *arg)
{
	size_t at = 0;

	while (len - at >= 2) {
		const uint8_t *p = buf + at;
		size_t head = 2, payload_len = p[1]; /* a masked frame looks too long: it is an error */
		if (payload_len == 126) {
			if (len - at < 4) {
				break;
			}
			head = 4;
			payload_len = (size_t) p[2] << 8 | p[3];
		} else if (payload_len == 127) {
			if (len - at < 10) {
				break;
			}
			head = 10;
			payload_len = (size_t) p[6] << 24 | (size_t) p[7] << 16 | (size_t) p[8] << 8 | p[9];
		}
		if (payload_len > REST_MAX - 16 || p[1] & 0x80) {
			warnx("client %u got a frame no server sends", c->id);
			client_close(c);
			return len;
		}
		if (len - at - head < payload_len) {
			break;
		}
		if (__builtin_expect(p[0] == (FIN | OPCODE_TEXT), 1) && !c->deflate) {
			on_text(arg, c, p + head, payload_len, false);
		} else if (p[0] == (FIN | COMPRESSED | OPCODE_TEXT) && c->deflate) {
			take_compressed(c, p + head, payload_len, on_text, arg);
		} else if (c->deflate || (p[0] & OPCODE_BITS) > OPCODE_TEXT
				   || !take_part(c, p[0], p + head, payload_len, on_text, arg)) {
			take_control(c, epoll_fd, p[0] & OPCODE_BITS, p + head, payload_len);
		}
		if (c->state == CLIENT_CLOSED) {
			return len;
		}
		at += head + payload_len;
	}
	return at;
}

static void keep_rest(client *c, const uint8_t *p, size_t len)
{
	if (len > c->rest_capacity) {
		free(c->rest);
		c->rest_capacity = len < 256 ? 256 : (uint32_t) len;
		c->rest = malloc(c->rest_capacity);
		if (c->rest == NULL) {
			err(1, "malloc");
		}
	}
	memcpy(c->rest, p, len);
	c->rest_len = (uint32_t) len;
}

void client_read(client *c, int epoll_fd, client_on_text on_text, void *arg)
{
	uint8_t *buf = shared + REST_MAX - c->rest_len;
	ssize_t n = receive(c, shared + REST_MAX);

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n <= 0) {
		client_close(c);
		return;
	}
	c->received += (uint64_t) n;
	if (c->rest_len > 0) {
		memcpy(buf, c->rest, c->rest_len);
	}

	size_t len = c->rest_len + (size_t) n, taken = 0;
	c->rest_len = 0;
	if (c->state == CLIENT_UPGRADING) {
		taken = finish_upgrade(c, buf, len);
	}
	if (c->state == CLIENT_OPEN) {
		taken += take_frames(c, epoll_fd, buf + taken, len - taken, on_text, arg);
	}
	if (c->state == CLIENT_CLOSED || taken == len) {
		return;
	}
	if (len - taken > REST_MAX) {
		client_close(c);
		return;
	}
	keep_rest(c, buf + taken, len - taken);
}

uint64_t client_segments(const client *c)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	return getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 ? info.tcpi_data_segs_in : 0;
}
