/* needs: ext/core/buf.c ext/core/chunk.c ext/core/hash.c ext/core/log.c ext/core/mem.c */
/* needs: ext/core/utf8.c ext/core/uuid.c ext/proto/http_head.c ext/proto/ws_accept.c */
/* needs: ext/proto/ws_handshake.c ext/proto/ws_head.c ext/proto/ws_session.c */
/* needs: ext/proto/chat_json.c ext/chat/limits.c ext/chat/room.c ext/net/loop.c */
/* needs: ext/net/listener.c ext/net/conn.c ext/net/transport_plain.c ext/server/address.c */
/* needs: ext/server/broadcast.c ext/server/files.c ext/server/http.c ext/server/server.c */
/* needs: ext/server/session.c ext/server/timers.c ext/server/upgrade.c ext/server/ws.c */
/* needs: ext/net/tls.c ext/net/transport_tls.c ext/server/certs.c ext/server/forwarded.c ext/server/proxies.c */
/* Fails the first allocation, then the second, and so on until a run needs no
 * further one: of a decoder, and (K53) of a whole server with its listeners,
 * TLS, rooms, messages, files and closes. ASAN counts what leaks. */
#ifndef _GNU_SOURCE
# define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext/core/mem.h"
#include "ext/proto/ws_session.h"
#include "ext/server/server.h"
#include "tests/unit/certs.h"

typedef struct seen {
	unsigned messages, pings, closes;
} seen;

static cr_ws_flow on_message(void *arg, cr_ws_opcode opcode, uint8_t *data, size_t len)
{
	assert_int_equal(opcode, CR_WS_TEXT);
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(data[i], 'a');
	}
	((seen *) arg)->messages++;
	return CR_WS_GO_ON;
}

static cr_ws_flow on_ping(void *arg, const uint8_t *data, size_t len)
{
	assert_int_equal(len, 3);
	assert_memory_equal(data, "aaa", 3);
	((seen *) arg)->pings++;
	return CR_WS_GO_ON;
}

static cr_ws_flow on_pong(void *arg, const uint8_t *data, size_t len)
{
	return on_ping(arg, data, len);
}

static void on_close(void *arg, unsigned code, const uint8_t *reason, size_t len)
{
	(void) reason;
	assert_int_equal(code, 1000);
	assert_int_equal(len, 0);
	((seen *) arg)->closes++;
}

/* Two messages in fragments of 300 bytes with a ping after each, then Close.
 * The mask is zero; masks are not what is tried here. */
static size_t build(uint8_t *out)
{
	static const uint8_t opcodes[] = {0x01, 0x00, 0x80, 0x01, 0x80};
	static const uint8_t ping[] = {0x89, 0x83, 0, 0, 0, 0, 'a', 'a', 'a'};
	static const uint8_t close[] = {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8};
	uint8_t *o = out;

	for (size_t i = 0; i < sizeof(opcodes); i++) {
		const uint8_t head[] = {opcodes[i], 0xfe, 300 >> 8, 300 & 255, 0, 0, 0, 0};
		memcpy(o, head, sizeof(head));
		memset(o + sizeof(head), 'a', 300);
		o += sizeof(head) + 300;
		memcpy(o, ping, sizeof(ping));
		o += sizeof(ping);
	}
	memcpy(o, close, sizeof(close));
	return (size_t) (o + sizeof(close) - out);
}

/* Feeds it in pieces with the n-th allocation failing; true when there was one. */
static bool run(uint64_t n, size_t piece)
{
	static const cr_ws_limits limits = {65536, 1024};
	static const cr_ws_callbacks cb = {on_message, on_ping, on_pong, on_close, NULL};
	uint8_t bytes[2048];
	size_t len = build(bytes), used;
	cr_ws_session s;
	seen saw = {0, 0, 0};
	cr_status status = CR_OK;

	cr_ws_session_init(&s);
	cr_mem_fail_at(n);
	for (size_t pos = 0; pos < len; pos += piece) {
		size_t some = len - pos < piece ? len - pos : piece;
		cr_status got = cr_ws_session_feed(&s, &used, bytes + pos, some, &limits, &cb, &saw);

		assert_int_equal(used, some);
		cr_ws_session_check(&s);
		if (got != CR_OK) {
			/* said once; what follows is swallowed */
			assert_int_equal(got, CR_ERR_NOMEM);
			assert_int_equal(status, CR_OK);
			assert_null(s.message.data);
			assert_null(s.control);
			status = got;
		}
	}
	bool failed = cr_mem_calls() >= n;
	cr_mem_fail_at(0);
	cr_ws_session_deinit(&s);

	assert_int_equal(status, failed ? CR_ERR_NOMEM : CR_OK);
	assert_int_equal(saw.closes, failed ? 0 : 1);
	if (!failed) {
		assert_int_equal(saw.messages, 2);
		assert_int_equal(saw.pings, 5);
	}
	return failed;
}

static void test_session(void **state)
{
	static const size_t pieces[] = {1, 2, 7, 100, 309, 2048};

	(void) state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		uint64_t n = 1;

		while (run(n, pieces[i])) {
			n++;
		}
		/* a message in fragments needs memory, so does a ping in pieces */
		assert_true(n > (pieces[i] == 1 ? 4 : 2));
	}
}

/* The whole server, in a thread of its own. Orders come over a socketpair, since
 * the hook that counts allocations is the server's thread's. */

static struct {
	cr_server *srv;
	pthread_t thread;
	int orders[2];
	int ports[2]; /* plain, TLS */
	cr_status status;
	char error[CR_ERROR_MAX];
	int opened, closed;
	uint64_t fail_at, calls;
} f;

static void on_start(void *arg)
{
	char url[256];

	(void) arg;
	for (size_t i = 0; i < 2; i++) {
		if (cr_server_address(f.srv, i, url, sizeof(url))) {
			f.ports[i] = atoi(strrchr(url, ':') + 1);
		}
	}
	(void) !write(f.orders[1], "r", 1);
}

static void on_open(void *arg, cr_session *s, const cr_request *r)
{
	(void) arg;
	(void) s;
	(void) r;
	f.opened++;
}

static void on_end(void *arg, cr_session *s, unsigned code, cr_slice reason)
{
	(void) arg;
	(void) s;
	(void) code;
	(void) reason;
	f.closed++;
}

static const cr_hooks hooks = {.on_start = on_start, .on_open = on_open, .on_close = on_end};

static void on_tick(void *arg)
{
	char byte;

	(void) arg;
	if (recv(f.orders[1], &byte, 1, MSG_DONTWAIT) != 1) {
		return;
	}
	if (byte == 'a') {
		cr_mem_fail_at(f.fail_at);
	} else if (byte == 'd') {
		f.calls = cr_mem_calls();
		cr_mem_fail_at(0);
	} else {
		cr_server_stop(f.srv, CR_STOP_DRAIN);
	}
	(void) !write(f.orders[1], "k", 1);
}

static void order(char what)
{
	char answer;

	assert_int_equal(write(f.orders[0], &what, 1), 1);
	assert_int_equal(read(f.orders[0], &answer, 1), 1);
}

static void *serve(void *arg)
{
	(void) arg;
	f.status = cr_server_run(f.srv, f.error);
	if (f.status != CR_OK) {
		(void) !write(f.orders[1], "f", 1);
	}
	return NULL;
}

/* False: out of memory before it served. */
static bool begin(void)
{
	char cert[128], key[128], ready = 0;
	cr_server_config config;
	cr_tls_config tls = {
		.cert = in_folder(cert, "one.crt"), .key = in_folder(key, "one.key"), .min_version = 12};

	cr_server_config_init(&config);
	config.rate_messages = 0;
	config.handle_signals = false;
	config.drain_timeout = config.close_timeout = 1000;
	config.public_dir = "tests/unit";
	config.max_connections_per_ip = 100;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f.orders), 0);
	f.srv = cr_server_new(&config, &hooks, NULL);
	bool ok = f.srv && cr_server_listen(f.srv, CR_SLICE("ws://127.0.0.1:0/ws"), f.error) == CR_OK
	          && cr_server_listen_tls(f.srv, CR_SLICE("wss://127.0.0.1:0/ws"), &tls, f.error) == CR_OK
	          && cr_server_timer_add(f.srv, 1, true, on_tick, NULL, NULL) > 0;
	if (ok) {
		cr_server_want(f.srv, CR_HOOK_START | CR_HOOK_OPEN | CR_HOOK_CLOSE);
		assert_int_equal(pthread_create(&f.thread, NULL, serve, NULL), 0);
		assert_int_equal(read(f.orders[0], &ready, 1), 1);
		ok = ready == 'r';
		if (!ok) {
			pthread_join(f.thread, NULL);
			assert_true(strlen(f.error) > 0);
		}
	}
	if (!ok) {
		cr_server_free(f.srv);
		close(f.orders[0]);
		close(f.orders[1]);
	}
	return ok;
}

static void finish(void)
{
	order('s');
	pthread_join(f.thread, NULL);
	assert_int_equal(f.status, CR_OK);
	assert_int_equal(f.opened, f.closed);
	cr_server_free(f.srv);
	close(f.orders[0]);
	close(f.orders[1]);
}

/* A client that never blocks for long, and notices that it was closed. */

typedef struct peer {
	int fd;
	SSL *ssl;
	bool ended;
	size_t n;
	char in[65536];
} peer;

static void hang_up(peer *p)
{
	SSL_free(p->ssl);
	close(p->fd);
	p->ssl = NULL;
	p->fd = -1;
	p->ended = true;
	ERR_clear_error();
}

static void dial(peer *p, bool tls)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t) f.ports[tls]),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval tv = {.tv_sec = 3};

	p->ended = false;
	p->n = 0;
	p->ssl = NULL;
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(p->fd, (struct sockaddr *) &sa, sizeof(sa)), 0);
	setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (tls) {
		SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

		p->ssl = SSL_new(ctx);
		SSL_CTX_free(ctx);
		SSL_set_fd(p->ssl, p->fd);
		p->ended = SSL_connect(p->ssl) != 1;
	}
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
}

static void say(peer *p, const void *data, size_t len)
{
	if (!p->ended && (p->ssl ? SSL_write(p->ssl, data, (int) len) : send(p->fd, data, len, MSG_NOSIGNAL)) <= 0) {
		p->ended = true;
	}
}

static void pump(peer *p)
{
	while (!p->ended && p->n < sizeof(p->in)) {
		char *to = p->in + p->n;
		size_t room = sizeof(p->in) - p->n;
		ssize_t got = p->ssl ? SSL_read(p->ssl, to, (int) room) : recv(p->fd, to, room, 0);

		if (got <= 0) {
			bool later = p->ssl ? SSL_get_error(p->ssl, (int) got) == SSL_ERROR_WANT_READ
			                    : got < 0 && (errno == EAGAIN || errno == EINTR);

			p->ended = !later;
			return;
		}
		p->n += (size_t) got;
		/* short texts only here: a byte like this begins a Close */
		p->ended = memchr(p->in, 0x88, p->n) != NULL;
	}
}

/* Whether what comes to p; false: it or other was closed. That neither happens must not be. */
static bool hears(peer *p, peer *other, const char *what, size_t len)
{
	for (int tries = 0; tries < 300; tries++) {
		pump(p);
		if (memmem(p->in, p->n, what, len)) {
			p->n = 0;
			return true;
		}
		pump(other);
		if (p->ended || other->ended) {
			return false;
		}
		struct pollfd fds[] = {{.fd = p->fd, .events = POLLIN}, {.fd = other->fd, .events = POLLIN}};
		(void) poll(fds, 2, 10);
	}
	fail_msg("%.*s did not come, and nobody was closed for it", (int) len, what);
	return false;
}

#define HEARS(p, other, what) hears(p, other, what, sizeof(what) - 1)

static bool join(peer *p, bool tls, const char *query)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
		"GET /ws%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
		query);

	dial(p, tls);
	say(p, head, (size_t) n);
	return HEARS(p, p, "HTTP/1.1 101 ");
}

static size_t text_frame(char out[128], uint8_t first, const char *text)
{
	size_t n = strlen(text);

	out[0] = (char) first;
	out[1] = (char) (0x80 | n);
	memset(out + 2, 0, 4);
	memcpy(out + 6, text, n);
	return n + 6;
}

/* Connect, join, message (in pieces and in fragments, with a ping between), broadcast, close. */
static bool chat(peer *a, peer *b, bool tls)
{
	static const char bye[] = {(char) 0x88, (char) 0x82, 0, 0, 0, 0, 0x03, (char) 0xe8};
	char frame[128];
	size_t n;

	if (!join(a, tls, "?room=here") || !join(b, !tls, "?room=here")) {
		return false;
	}
	n = text_frame(frame, 0x81, "{\"message\":\"whole\"}");
	say(a, frame, 9);
	poll(NULL, 0, 1);
	say(a, frame + 9, n - 9);
	if (!HEARS(b, a, "\"whole\"")) {
		return false;
	}
	say(a, frame, text_frame(frame, 0x01, "{\"message\":"));
	say(a, frame, text_frame(frame, 0x89, "ping"));
	say(a, frame, text_frame(frame, 0x80, "\"parts\"}"));
	if (!HEARS(b, a, "\"parts\"") || !HEARS(a, b, "ping")) {
		return false;
	}
	say(b, frame, text_frame(frame, 0x81, "{\"message\":\"back\"}"));
	if (!HEARS(a, b, "\"back\"")) {
		return false;
	}
	say(a, bye, sizeof(bye));
	while (!a->ended) {
		poll(&(struct pollfd){.fd = a->fd, .events = POLLIN}, 1, 3000);
		pump(a);
	}
	return memmem(a->in, a->n, "\x88\x02\x03\xe8", 4) != NULL;
}

static bool page(peer *p)
{
	static const char get[] = "GET /run.sh HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

	dial(p, false);
	say(p, get, sizeof(get) - 1);
	return HEARS(p, p, "200 OK");
}

/* With the n-th allocation failing; true when it was reached. Whether it is one
 * of the start's or one of the service's makes no difference to what must hold. */
static bool server_with_failure(uint64_t n, bool start_too)
{
	static peer a, b, c;

	memset(&f, 0, sizeof(f));
	f.fail_at = n;
	cr_mem_fail_at(start_too ? n : 0);
	if (!begin()) {
		assert_true(start_too);
		cr_mem_fail_at(0);
		return true;
	}
	if (!start_too) {
		order('a');
	}
	a.fd = b.fd = c.fd = -1;
	bool good = chat(&a, &b, n & 1);
	good = page(&c) && good;
	order('d');
	assert_true(good || f.calls >= n); /* nothing goes wrong by itself */
	for (peer *p = NULL; p != &c; ) {
		p = p == NULL ? &a : p == &a ? &b : &c;
		if (p->fd >= 0) {
			hang_up(p);
		}
	}
	/* and it serves as ever */
	assert_true(chat(&a, &b, false));
	hang_up(&a);
	hang_up(&b);
	finish();
	return f.calls >= n;
}

static void sweep(bool start_too, uint64_t least)
{
	uint64_t n = 1;

	/* one more, since the parity of n says who speaks TLS */
	while (server_with_failure(n, start_too) || server_with_failure(n + 1, start_too)) {
		n++;
		assert_true(n < 2000);
	}
	assert_in_range(n, least, 2000);
}

static void test_server(void **state)
{
	(void) state;
	sweep(false, 20);
}

static void test_server_from_its_start(void **state)
{
	(void) state;
	sweep(true, 40);
}

static int make_folder(void **state)
{
	(void) state;
	if (!mkdtemp(folder)) {
		return -1;
	}
	signal(SIGPIPE, SIG_IGN); /* the clients write to who has gone */
	make_pair("one.crt", "one.key", "one", -DAY, DAY);
	return 0;
}

static int remove_folder(void **state)
{
	char path[128];

	(void) state;
	unlink(in_folder(path, "one.crt"));
	unlink(in_folder(path, "one.key"));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_server_from_its_start),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
