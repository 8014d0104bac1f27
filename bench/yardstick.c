/* The yardstick: the least C over epoll that does the chat's exchange.
 *
 * Every message of one wake-up is encoded once, into one batch; then each
 * member gets the batch with a single system call, its own stretch left out.
 * That is as few system calls as the socket API allows, so a real server can
 * come near this one but hardly pass it.
 *
 * It is a measure, not a server: it takes the text from where the load
 * generator puts it, believes lengths that fit a buffer, and checks nothing else.
 *
 * Built with YARDSTICK_FAULTS it can be told to lose, swap, double or echo
 * every n-th message, or to change its text; over TLS and compressed too. So is
 * shown that the load generator would notice.
 */
#include "yardstick_wire.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define GUID       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define EVENTS_MAX 4096
#define READ_SIZE  (64 * 1024)
#define REST_MAX   (80 * 1024)
#define UUID_LEN   36

typedef struct bytes {
	uint8_t *data;
	size_t len, capacity;
} bytes;

typedef struct member {
	int fd;
	uint32_t index; /* in members */
	bool open;
	char uuid[UUID_LEN + 1];
	uint64_t spoke_in;         /* the turn in which the hole was made */
	size_t hole_from, hole_to; /* its own stretch of the batch */
	bytes rest;                /* a frame of which only the beginning has arrived */
	bytes pending;             /* what the socket did not take */
	size_t pending_sent;
	struct ssl_st *ssl; /* NULL: plain, which it always is when measured */
} member;

static const char before_text[] = "{\"message\":\"", before_uid[] = "\",\"uid\":\"", end[] = "\"}";

enum { BEFORE_TEXT = sizeof(before_text) - 1,
	BEFORE_UID = sizeof(before_uid) - 1,
	END = 2 };

static int epoll_fd, listen_fd;
static member **members, *listener_mark;
static uint32_t member_count, member_capacity;
static bytes batch;
static uint64_t turn;
static uint8_t shared[REST_MAX + READ_SIZE];

#ifdef YARDSTICK_FAULTS
static struct {
	unsigned drop, swap, dup, echo, change;
	unsigned long messages;
	member *held_by;
	bytes held;
} fault;
#endif

static uint8_t *bytes_extend(bytes *b, size_t len)
{
	if (b->len + len > b->capacity) {
		while (b->len + len > b->capacity) {
			b->capacity = b->capacity ? b->capacity * 2 : 256;
		}
		b->data = realloc(b->data, b->capacity);
		if (b->data == NULL) {
			err(1, "realloc");
		}
	}
	b->len += len;
	return b->data + b->len - len;
}

static void bytes_free(bytes *b)
{
	free(b->data);
	*b = (bytes){0};
}

static void watch(int fd, void *mark, int op, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = mark};

	if (epoll_ctl(epoll_fd, op, fd, &ev) < 0) {
		err(1, "epoll_ctl");
	}
}

static void make_uuid(char *out)
{
	uint8_t r[16];

	if (getrandom(r, sizeof(r), 0) != sizeof(r)) {
		err(1, "getrandom");
	}
	r[6] = (r[6] & 0x0f) | 0x40;
	r[8] = (r[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++) {
		const char *dash = i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
		out += snprintf(out, 4, "%s%02x", dash, r[i]);
	}
}

/* Like the system calls. */
static ssize_t member_recv(member *m, void *buf, size_t len)
{
	return wire_recv(m->ssl, m->fd, buf, len);
}

static ssize_t member_send(member *m, const void *buf, size_t len)
{
	return wire_send(m->ssl, m->fd, buf, len);
}

static ssize_t member_send_two(member *m, struct iovec *iov)
{
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

	if (m->ssl == NULL) {
		return sendmsg(m->fd, &msg, MSG_NOSIGNAL);
	}
	ssize_t first = member_send(m, iov[0].iov_base, iov[0].iov_len);
	if (first != (ssize_t) iov[0].iov_len) {
		return first;
	}
	ssize_t second = member_send(m, iov[1].iov_base, iov[1].iov_len);
	return second < 0 && errno != EAGAIN ? second : first + (second > 0 ? second : 0);
}

/* Closed members stay until no event of this wake-up can point to them: see sweep(). */
static void member_close(member *m)
{
	if (m->fd >= 0) {
		wire_end(m->ssl);
		close(m->fd);
		m->fd = -1;
		m->open = false;
	}
}

static void sweep(void)
{
	for (uint32_t i = 0; i < member_count;) {
		member *m = members[i];
		if (m->fd >= 0) {
			i++;
			continue;
		}
		members[i] = members[--member_count];
		members[i]->index = i;
		bytes_free(&m->rest);
		bytes_free(&m->pending);
		free(m);
	}
}

static void accept_all(void)
{
	int fd, one = 1;

	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		member *m = calloc(1, sizeof(*m));
		if (member_count == member_capacity) {
			member_capacity = member_capacity ? member_capacity * 2 : 1024;
			members = realloc(members, member_capacity * sizeof(*members));
		}
		if (m == NULL || members == NULL) {
			err(1, "out of memory");
		}
		m->fd = fd;
		m->ssl = wire_accept(fd);
		m->index = member_count;
		members[member_count++] = m;
		watch(fd, m, EPOLL_CTL_ADD, EPOLLIN);
	}
}

/* Returns the length of the request's head, 0 while it is incomplete. */
static size_t upgrade(member *m, const uint8_t *buf, size_t len)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	const uint8_t *stop = memmem(buf, len, "\r\n\r\n", 4);
	const uint8_t *key = memmem(buf, len, name, sizeof(name) - 1);
	char text[128];
	uint8_t hash[SHA_DIGEST_LENGTH], accept[32], answer[512];

	if (stop == NULL) {
		return 0;
	}
	if (key == NULL || stop - key < (long) sizeof(name) - 1 + 24) {
		member_close(m);
		return 0;
	}
	int n = snprintf(text, sizeof(text), "%.24s" GUID, key + sizeof(name) - 1);
	SHA1((const uint8_t *) text, (size_t) n, hash);
	EVP_EncodeBlock(accept, hash, sizeof(hash));
	n = snprintf((char *) answer, sizeof(answer),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
		accept, wire_deflates ? WIRE_EXTENSION : "");
	if (member_send(m, answer, (size_t) n) != n) {
		member_close(m);
		return 0;
	}
	make_uuid(m->uuid);
	m->open = true;
	return (size_t) (stop - buf) + 4;
}

static void append_to(bytes *b, const member *m, const uint8_t *text, size_t len)
{
	size_t payload_len = BEFORE_TEXT + len + BEFORE_UID + UUID_LEN + END;
	size_t json_len = payload_len;
	payload_len += wire_deflates ? WIRE_STORED_HEAD + WIRE_STORED_END : 0;
	size_t head = payload_len < 126 ? 2 : payload_len < 65536 ? 4
	                                                          : 10;
	uint8_t *p = bytes_extend(b, head + payload_len);

	p[0] = wire_deflates ? 0xc1 : 0x81;
	if (head == 2) {
		p[1] = (uint8_t) payload_len;
	} else {
		p[1] = head == 4 ? 126 : 127;
		for (size_t i = 2; i < head; i++) {
			p[i] = (uint8_t) ((uint64_t) payload_len >> 8 * (head - 1 - i));
		}
	}
	p += head;
	if (wire_deflates) {
		wire_store(p, json_len);
		p += WIRE_STORED_HEAD;
	}
	memcpy(p, before_text, BEFORE_TEXT);
	memcpy(p + BEFORE_TEXT, text, len);
#ifdef YARDSTICK_FAULTS
	if (fault.change && fault.messages % fault.change == 0) {
		p[BEFORE_TEXT + len - 1] ^= 1;
	}
#endif
	p += BEFORE_TEXT + len;
	memcpy(p, before_uid, BEFORE_UID);
	memcpy(p + BEFORE_UID, m->uuid, UUID_LEN);
	memcpy(p + BEFORE_UID + UUID_LEN, end, END);
}

/* A message of m goes into the batch. All messages of one member in a turn come from one
 * read, so its stretch is in one piece. */
static void broadcast(member *m, const uint8_t *text, size_t len)
{
	if (m->spoke_in != turn) {
		m->spoke_in = turn;
		m->hole_from = m->hole_to = batch.len;
	}
#ifdef YARDSTICK_FAULTS
	fault.messages++;
	if (fault.drop && fault.messages % fault.drop == 0) {
		return;
	}
	if (fault.swap && fault.held_by == NULL && fault.messages % fault.swap == 0) {
		fault.held_by = m;
		fault.held.len = 0;
		append_to(&fault.held, m, text, len);
		return;
	}
	if (fault.dup && fault.messages % fault.dup == 0) {
		append_to(&batch, m, text, len);
	}
#endif
	append_to(&batch, m, text, len);
#ifdef YARDSTICK_FAULTS
	if (fault.held_by == m) {
		memcpy(bytes_extend(&batch, fault.held.len), fault.held.data, fault.held.len);
		fault.held_by = NULL;
	}
	if (fault.echo && fault.messages % fault.echo == 0) {
		return;
	}
#endif
	m->hole_to = batch.len;
}

/* Decodes the whole frames in place; returns how many bytes they took. */
static size_t take_frames(member *m, uint8_t *buf, size_t len)
{
	size_t at = 0;

	while (len - at >= 2) {
		uint8_t *p = buf + at;
		size_t head = 6, payload_len = p[1] & 0x7f;
		if (payload_len == 126 && len - at >= 4) {
			head = 8;
			payload_len = (size_t) p[2] << 8 | p[3];
		} else if (payload_len == 126) {
			break;
		}
		if (payload_len == 127 || (p[0] & 0x0f) == 8) {
			member_close(m);
			return len;
		}
		if (len - at < head + payload_len) {
			break;
		}
		uint8_t *mask = p + head - 4, *payload = p + head;
		for (size_t i = 0; i < payload_len; i++) {
			payload[i] ^= mask[i & 3];
		}
		at += head + payload_len;
		if (wire_deflates && p[0] == 0xc1) {
			payload = wire_inflate(payload, &payload_len);
		}
		if ((p[0] & ~0x40) == 0x81 && payload_len >= BEFORE_TEXT + END) {
			broadcast(m, payload + BEFORE_TEXT, payload_len - BEFORE_TEXT - END);
		}
	}
	return at;
}

static void member_read(member *m)
{
	uint8_t *buf = shared + REST_MAX - m->rest.len;
	ssize_t n = member_recv(m, shared + REST_MAX, READ_SIZE);

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n <= 0) {
		member_close(m);
		return;
	}
	if (m->rest.len > 0) {
		memcpy(buf, m->rest.data, m->rest.len);
	}
	size_t len = m->rest.len + (size_t) n, taken = 0;
	m->rest.len = 0;
	if (!m->open) {
		taken = upgrade(m, buf, len);
	}
	if (m->open) {
		taken += take_frames(m, buf + taken, len - taken);
	}
	if (m->fd >= 0 && taken < len) {
		if (len - taken > REST_MAX) {
			member_close(m);
			return;
		}
		memcpy(bytes_extend(&m->rest, len - taken), buf + taken, len - taken);
	}
}

static void keep_pending(member *m, const struct iovec *iov, int count, size_t skip)
{
	bool waited = m->pending.len > 0;

	for (int i = 0; i < count; i++) {
		size_t from = skip < iov[i].iov_len ? skip : iov[i].iov_len, len = iov[i].iov_len - from;
		skip -= from;
		if (len > 0) {
			memcpy(bytes_extend(&m->pending, len), (uint8_t *) iov[i].iov_base + from, len);
		}
	}
	if (!waited && m->pending.len > 0) {
		watch(m->fd, m, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
	}
}

/* The batch to one member: two pieces when it spoke itself. */
static void member_send_batch(member *m)
{
	struct iovec iov[2] = {{batch.data, batch.len}, {0}};
	int count = 1;
	ssize_t n = 0;

	if (m->spoke_in == turn) {
		iov[0].iov_len = m->hole_from;
		iov[1] = (struct iovec){batch.data + m->hole_to, batch.len - m->hole_to};
		count = 2;
	}
	size_t len = iov[0].iov_len + iov[1].iov_len;
	if (len == 0) {
		return;
	}
	if (m->pending.len == 0) {
		if (iov[0].iov_len == 0) {
			n = member_send(m, iov[1].iov_base, len);
		} else if (iov[1].iov_len == 0) {
			n = member_send(m, iov[0].iov_base, len);
		} else {
			n = member_send_two(m, iov);
		}
		if (n < 0 && errno != EAGAIN) {
			member_close(m);
			return;
		}
		n = n < 0 ? 0 : n;
	}
	if ((size_t) n < len) {
		keep_pending(m, iov, count, (size_t) n);
	}
}

static void member_send_pending(member *m)
{
	ssize_t n = member_send(m, m->pending.data + m->pending_sent,
		m->pending.len - m->pending_sent);

	if (n < 0 && errno != EAGAIN) {
		member_close(m);
		return;
	}
	m->pending_sent += n > 0 ? (size_t) n : 0;
	if (m->pending_sent == m->pending.len) {
		bytes_free(&m->pending);
		m->pending_sent = 0;
		watch(m->fd, m, EPOLL_CTL_MOD, EPOLLIN);
	}
}

static void serve(void)
{
	static struct epoll_event events[EVENTS_MAX];

	for (;;) {
		int n = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
		bool closed = false;

		turn++;
		batch.len = 0;
		for (int i = 0; i < n; i++) {
			member *m = events[i].data.ptr;
			if (m == listener_mark) {
				accept_all();
				continue;
			}
			if (events[i].events & EPOLLOUT) {
				member_send_pending(m);
			}
			if (m->fd >= 0 && events[i].events & ~(uint32_t) EPOLLOUT) {
				member_read(m);
			}
			closed |= m->fd < 0;
		}
		for (uint32_t i = 0; batch.len > 0 && i < member_count; i++) {
			if (members[i]->open) {
				member_send_batch(members[i]);
			}
			closed |= members[i]->fd < 0;
		}
		if (closed) {
			sweep();
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct rlimit lim;
	int one = 1;

	unsigned long port = argc < 2 ? 0 : strtoul(argv[1], NULL, 10);
	if (port == 0 || port > UINT16_MAX) {
		fputs("usage: yardstick PORT\n", stderr);
		return 2;
	}
#ifdef YARDSTICK_FAULTS
	for (int i = 2; i + 1 < argc; i += 2) {
		unsigned every = (unsigned) strtoul(argv[i + 1], NULL, 10);
		fault.drop = strcmp(argv[i], "--drop-every") == 0 ? every : fault.drop;
		fault.swap = strcmp(argv[i], "--swap-every") == 0 ? every : fault.swap;
		fault.dup = strcmp(argv[i], "--dup-every") == 0 ? every : fault.dup;
		fault.echo = strcmp(argv[i], "--echo-every") == 0 ? every : fault.echo;
		fault.change = strcmp(argv[i], "--change-every") == 0 ? every : fault.change;
		wire_deflates |= strcmp(argv[i], "--speak") == 0 && strcmp(argv[i + 1], "deflate") == 0;
		if (strcmp(argv[i], "--certificate") == 0) {
			wire_use_tls(argv[i + 1]);
		}
	}
#endif
	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	addr.sin_port = htons((uint16_t) port);
	listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listen_fd, (struct sockaddr *) &addr, sizeof(addr)) < 0
		|| listen(listen_fd, 4096) < 0) {
		err(1, "port %s", argv[1]);
	}
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	listener_mark = calloc(1, sizeof(*listener_mark));
	watch(listen_fd, listener_mark, EPOLL_CTL_ADD, EPOLLIN);
	serve();
}
