/* needs: ext/core/[a-z]*.c ext/proto/[a-z]*.c ext/chat/[a-z]*.c ext/net/[a-z]*.c ext/server/[a-z]*.c */
/* The whole engine without PHP: a server in a thread of its own, answered by
 * hooks in C. The point is the seam of hooks.h: verdicts that come later.
 * Client and server share no memory but what is set up before the thread
 * starts; the server's side is changed by its own hooks and timers only, and
 * looked at once its thread is over. */
#ifndef _GNU_SOURCE
# define _GNU_SOURCE /* memmem */
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext/server/server.h"

#define API_TOKEN "a-token-of-these-tests"
#define MAX_LATER 64
#define N_LATE    21 /* the last of them is delivered, so all verdicts are in when it comes */

typedef struct later {
	cr_uuid uid;
	cr_verdict_kind kind;
	char text[64];
	bool handshake, request;
} later;

typedef struct fixture {
	cr_server *srv;
	pthread_t thread;
	int ready[2]; /* the port, once it serves */
	cr_status status;
	char error[CR_ERROR_MAX];
	bool decide_later;
	int opened, closed, seen, answered;
	later queue[MAX_LATER];
	int n_queue;
	int max_waiting; /* most messages of one sender that waited at a time */
	int patience;    /* > 0: a handshake is answered after so many ticks of 3 ms, and twice */
	int ticks;
	int answers;
	bool accepted[8]; /* what the answers came to */
	char unix_url[100];
} fixture;

/* Instead of OpenSSL's: how secrets are compared. */
static struct {
	int calls, whole;
	size_t most_equal;
} compared;

int CRYPTO_memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;
	size_t equal = 0;

	while (equal < len && x[equal] == y[equal]) {
		equal++;
	}
	compared.calls++;
	compared.whole += len == 32;
	if (equal < len && equal > compared.most_equal) {
		compared.most_equal = equal;
	}
	return equal < len;
}

static void answer_one(void *arg)
{
	fixture *f = arg;

	if (f->n_queue == 0 || (f->patience && ++f->ticks < f->patience)) {
		return;
	}
	/* the newest first: order must come from the engine, not from us */
	later l = f->queue[--f->n_queue];
	cr_verdict v = {.kind = l.kind, .status = 403, .text = cr_slice_str(l.text), .reason = cr_slice_str("no")};
	cr_response r = {.kind = CR_VERDICT_REPLACE, .status = 200, .body = CR_SLICE("later\n")};

	cr_uuid nobody = {{0}};
	assert_false(cr_server_answer_message(f->srv, &nobody, &v));
	if (l.request) {
		assert_true(cr_server_answer_request(f->srv, &l.uid, &r));
	} else if (l.handshake && f->patience) {
		for (int i = 0; i < 2; i++) {
			f->accepted[f->answers++] = cr_server_answer_handshake(f->srv, &l.uid, &v);
		}
		f->ticks = 0;
	} else if (l.handshake) {
		assert_true(cr_server_answer_handshake(f->srv, &l.uid, &v));
	} else {
		f->answered += cr_server_answer_message(f->srv, &l.uid, &v);
	}
}

static void on_start(void *arg)
{
	fixture *f = arg;
	char url[256];

	assert_true(cr_server_address(f->srv, 0, url, sizeof(url)));
	int port = atoi(strrchr(url, ':') + 1);
	assert_int_equal(write(f->ready[1], &port, sizeof(port)), sizeof(port));
}

static cr_verdict on_handshake(void *arg, cr_session *s, const cr_request *r)
{
	fixture *f = arg;

	if (!f->decide_later) {
		return (cr_verdict){.kind = CR_VERDICT_PASS};
	}
	later *l = &f->queue[f->n_queue++];
	*l = (later){.uid = *cr_session_uid(s), .handshake = true, .kind = CR_VERDICT_PASS};
	if (r->query.ptr && memmem(r->query.ptr, r->query.len, "refuse", 6)) {
		l->kind = CR_VERDICT_REJECT;
	}
	return (cr_verdict){.kind = CR_VERDICT_LATER};
}

static void on_open(void *arg, cr_session *s, const cr_request *r)
{
	(void) s;
	(void) r;
	((fixture *) arg)->opened++;
}

static void on_close(void *arg, cr_session *s, unsigned code, cr_slice reason)
{
	fixture *f = arg;

	(void) code;
	(void) reason;
	assert_false(cr_session_is_open(s));
	f->closed++;
}

static cr_verdict on_message(void *arg, cr_session *s, const cr_message *m)
{
	cr_slice text = m->text;
	fixture *f = arg;
	int mine = 1;

	f->seen++;
	if (!f->decide_later) {
		return (cr_verdict){.kind = CR_VERDICT_PASS};
	}
	for (int i = 0; i < f->n_queue; i++) {
		mine += memcmp(&f->queue[i].uid, cr_session_uid(s), sizeof(cr_uuid)) == 0;
	}
	f->max_waiting = mine > f->max_waiting ? mine : f->max_waiting;
	later *l = &f->queue[f->n_queue++];
	*l = (later){.uid = *cr_session_uid(s), .kind = CR_VERDICT_PASS};
	if (text.len && text.ptr[0] == 'd') {
		l->kind = CR_VERDICT_DROP;
	} else if (text.len && text.ptr[0] == 'r') {
		l->kind = CR_VERDICT_REPLACE;
		snprintf(l->text, sizeof(l->text), "R%.*s", (int) text.len - 1, (const char *) text.ptr + 1);
	}
	return (cr_verdict){.kind = CR_VERDICT_LATER};
}

static cr_response on_request(void *arg, cr_session *s, const cr_request *r)
{
	fixture *f = arg;

	(void) r;
	f->queue[f->n_queue++] = (later){.uid = *cr_session_uid(s), .request = true};
	return (cr_response){.kind = CR_VERDICT_LATER};
}

static const cr_hooks hooks = {
	.on_start = on_start,
	.on_handshake = on_handshake,
	.on_open = on_open,
	.on_close = on_close,
	.on_message = on_message,
	.on_request = on_request,
};

static void stop_if_asked(void *arg)
{
	fixture *f = arg;
	char byte;

	if (recv(f->ready[1], &byte, 1, MSG_DONTWAIT) == 1) {
		cr_server_stop(f->srv, CR_STOP_DRAIN);
	}
}

static void *serve(void *arg)
{
	fixture *f = arg;

	f->status = cr_server_run(f->srv, f->error);
	return NULL;
}

static int start_patient(fixture *f, bool decide_later, uint32_t wanted, int patience)
{
	cr_server_config config;
	char error[CR_ERROR_MAX];
	int port;

	*f = (fixture){.decide_later = decide_later, .patience = patience};
	cr_server_config_init(&config);
	config.rate_messages = 0;
	config.handle_signals = false;
	config.drain_timeout = 2000;
	config.handshake_timeout = 200;
	config.api_token = CR_SLICE(API_TOKEN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->ready), 0);
	f->srv = cr_server_new(&config, &hooks, f);
	assert_non_null(f->srv);
	assert_int_equal(cr_server_listen(f->srv, CR_SLICE("ws://127.0.0.1:0/ws"), error), CR_OK);
	snprintf(f->unix_url, sizeof(f->unix_url), "unix://" P_tmpdir "/chatroom-unit-%d.sock", (int) getpid());
	assert_int_equal(cr_server_listen(f->srv, cr_slice_str(f->unix_url), error), CR_OK);
	cr_server_want(f->srv, wanted | CR_HOOK_START);
	assert_true(cr_server_timer_add(f->srv, 3, true, answer_one, NULL, f) > 0);
	assert_true(cr_server_timer_add(f->srv, 5, true, stop_if_asked, NULL, f) > 0);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	assert_int_equal(read(f->ready[0], &port, sizeof(port)), sizeof(port));
	return port;
}

static int start(fixture *f, bool decide_later, uint32_t wanted)
{
	return start_patient(f, decide_later, wanted, 0);
}

static void stop(fixture *f)
{
	assert_int_equal(write(f->ready[0], "x", 1), 1);
	pthread_join(f->thread, NULL);
	assert_int_equal(f->status, CR_OK);
	assert_int_equal(f->opened, f->closed);
	cr_server_free(f->srv);
	close(f->ready[0]);
	close(f->ready[1]);
}

static int dial(int port)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};

	struct timeval tv = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *) &sa, sizeof(sa)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return fd;
}

/* Reads until the text ends with end, or size. */
static void read_until(int fd, char *out, size_t size, const char *end)
{
	size_t n = 0;

	while (n + 1 < size && (n < strlen(end) || memcmp(out + n - strlen(end), end, strlen(end)) != 0)) {
		ssize_t got = recv(fd, out + n, 1, 0);

		if (got <= 0) {
			break;
		}
		n++;
	}
	out[n] = '\0';
}

static int open_ws(int port, const char *query, int *status)
{
	char text[512];
	int fd = dial(port);
	int n = snprintf(text, sizeof(text),
		"GET /ws%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
		query);

	assert_int_equal(send(fd, text, (size_t) n, 0), n);
	read_until(fd, text, sizeof(text), "\r\n\r\n");
	assert_int_equal(sscanf(text, "HTTP/1.1 %d", status), 1);
	return fd;
}

static size_t frame(char *out, const char *text)
{
	char json[100];
	int n = snprintf(json, sizeof(json), "{\"message\":\"%s\"}", text);

	out[0] = (char) 0x81;
	out[1] = (char) (0x80 | n);
	memset(out + 2, 0, 4);
	memcpy(out + 6, json, (size_t) n);
	return (size_t) n + 6;
}

/* One frame's "message", short texts only. */
static void receive(int fd, char *text, size_t size)
{
	unsigned char head[2];
	char json[200];

	assert_int_equal(recv(fd, head, 2, MSG_WAITALL), 2);
	assert_int_equal(head[0], 0x81);
	assert_true(head[1] < 126);
	assert_int_equal(recv(fd, json, head[1], MSG_WAITALL), head[1]);
	char *from = json + strlen("{\"message\":\"");
	char *to = memchr(from, '"', (size_t) (json + head[1] - from));
	assert_non_null(to);
	snprintf(text, size, "%.*s", (int) (to - from), from);
}

static void late_verdicts_keep_order(void **state)
{
	fixture f;
	char buf[4096], got[64], want[64];
	size_t n = 0;
	int status;
	int port = start(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_MESSAGE | CR_HOOK_OPEN | CR_HOOK_CLOSE);
	int a = open_ws(port, "", &status), b = open_ws(port, "", &status);

	(void) state;
	assert_int_equal(status, 101);
	/* all in one packet: the engine must hold the rest back while one waits */
	for (int i = 0; i < N_LATE; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%c%d", "pdr"[i % 3], i);
		n += frame(buf + n, text);
	}
	assert_int_equal(send(a, buf, n, 0), n);
	for (int i = 0; i < N_LATE; i++) {
		if (i % 3 == 1) {
			continue; /* dropped */
		}
		snprintf(want, sizeof(want), "%c%d", i % 3 == 2 ? 'R' : 'p', i);
		receive(b, got, sizeof(got));
		assert_string_equal(got, want);
	}
	close(a);
	close(b);
	stop(&f);
	assert_int_equal(f.seen, N_LATE);
	assert_int_equal(f.answered, N_LATE);
	assert_int_equal(f.max_waiting, 1);
}

static void late_handshake_is_refused(void **state)
{
	fixture f;
	int status;
	int port = start(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_OPEN | CR_HOOK_CLOSE);

	(void) state;
	close(open_ws(port, "?refuse", &status));
	assert_int_equal(status, 403);
	close(open_ws(port, "", &status));
	assert_int_equal(status, 101);
	stop(&f);
	assert_int_equal(f.opened, 1);
}

#define HANDSHAKE \
	"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

static bool says_nothing(int fd, long ms)
{
	struct timeval tv = {.tv_usec = ms * 1000};
	char byte;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return recv(fd, &byte, 1, 0) == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* The client has reset the connection when the decision comes. The server does not read meanwhile, so it may still have
 * the descriptor, but nobody else has it: what is written goes to no other client, and onClose follows onOpen. */
static void test_D55_handshake_decided_after_its_end(void **state)
{
	fixture f;
	int port = start_patient(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_OPEN | CR_HOOK_CLOSE, 30);
	struct linger hard = {.l_onoff = 1};
	int a = dial(port);

	(void) state;
	assert_int_equal(send(a, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0), sizeof(HANDSHAKE) - 1);
	usleep(20000); /* until it is asked about */
	setsockopt(a, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(a); /* RST */
	usleep(20000);
	int b = dial(port);
	assert_true(says_nothing(b, 150));
	close(b);
	stop(&f);
	assert_int_equal(f.answers, 2);
	assert_false(f.accepted[1]);
	assert_int_equal(f.opened, f.accepted[0]);
}

/* The server ends while it is being decided: at once refused when the decision comes, or never. */
static void test_D55_handshake_decided_while_stopping(void **state)
{
	fixture f;
	char text[512];

	(void) state;
	for (int patience = 30; patience < 10000; patience *= 100) {
		int port = start_patient(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_OPEN | CR_HOOK_CLOSE, patience);
		int a = dial(port);

		assert_int_equal(send(a, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0), sizeof(HANDSHAKE) - 1);
		usleep(20000);
		stop(&f);
		read_until(a, text, sizeof(text), "\r\n\r\n");
		assert_true(text[0] == '\0' || strstr(text, "HTTP/1.1 503 "));
		assert_int_equal(f.answers, patience == 30 && text[0] ? 2 : 0);
		assert_int_equal(f.opened, 0);
		close(a);
	}
}

static void test_D55_handshake_decided_twice(void **state)
{
	fixture f;
	char text[512];
	int port = start_patient(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_OPEN | CR_HOOK_CLOSE, 1);
	int a = dial(port);

	(void) state;
	assert_int_equal(send(a, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0), sizeof(HANDSHAKE) - 1);
	read_until(a, text, sizeof(text), "\r\n\r\n");
	assert_non_null(strstr(text, "HTTP/1.1 101 "));
	assert_true(says_nothing(a, 50));
	close(a);
	stop(&f);
	assert_int_equal(f.answers, 2);
	assert_true(f.accepted[0]);
	assert_false(f.accepted[1]);
	assert_int_equal(f.opened, 1);
}

/* handshake_timeout is what the peer may take, not what the answer may. */
static void test_D55_handshake_decided_after_the_timeout(void **state)
{
	fixture f;
	char text[512];
	int port = start_patient(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_OPEN | CR_HOOK_CLOSE, 150);
	int a = dial(port), b = dial(port);

	(void) state;
	assert_int_equal(send(a, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0), sizeof(HANDSHAKE) - 1);
	read_until(b, text, sizeof(text), "\r\n\r\n"); /* it was silent: closed without a word */
	assert_string_equal(text, "");
	read_until(a, text, sizeof(text), "\r\n\r\n");
	assert_non_null(strstr(text, "HTTP/1.1 101 "));
	close(a);
	close(b);
	stop(&f);
	assert_int_equal(f.answers, 2);
	assert_true(f.accepted[0]);
	assert_int_equal(f.opened, 1);
}

/* However much of the token is right, two digests are compared, whole; a clock would see less than the noise. */
static void test_D77_tokens_are_compared_as_digests(void **state)
{
	fixture f;
	char text[512];
	int port = start(&f, false, 0), tries = 0;
	const size_t len = strlen(API_TOKEN);

	(void) state;
	for (size_t right = 0; right <= len + 1; right++, tries++) {
		char token[64];
		int fd = dial(port);

		snprintf(token, sizeof(token), "%s!", API_TOKEN);
		token[right <= len ? right : len] = right <= len ? '?' : '\0';
		int n = snprintf(text, sizeof(text),
			"GET /api/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n", token);
		assert_int_equal(send(fd, text, (size_t) n, 0), n);
		read_until(fd, text, sizeof(text), "\r\n\r\n");
		assert_non_null(strstr(text, right <= len ? "HTTP/1.1 401 " : "HTTP/1.1 200 "));
		close(fd);
	}
	stop(&f);
	assert_int_equal(compared.calls, tries);
	assert_int_equal(compared.whole, tries);
	assert_true(compared.most_equal < 3);
}

static void late_answers_to_requests(void **state)
{
	fixture f;
	char text[512];
	int port = start(&f, true, CR_HOOK_REQUEST);
	int fd = dial(port);
	static const char two[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
							  "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

	(void) state;
	assert_int_equal(send(fd, two, sizeof(two) - 1, 0), sizeof(two) - 1);
	for (int i = 0; i < 2; i++) {
		read_until(fd, text, sizeof(text), "later\n");
		assert_non_null(strstr(text, "HTTP/1.1 200 OK"));
		assert_non_null(strstr(text, i ? "Connection: close" : "Connection: keep-alive"));
	}
	assert_int_equal(recv(fd, text, 1, 0), 0);
	close(fd);
	stop(&f);
}

static void client_gone_before_its_verdict(void **state)
{
	fixture f;
	char buf[128];
	int status;
	int port = start(&f, true, CR_HOOK_MESSAGE | CR_HOOK_OPEN | CR_HOOK_CLOSE);
	int a = open_ws(port, "", &status);
	struct linger hard = {.l_onoff = 1};
	size_t n = frame(buf, "p");

	(void) state;
	assert_int_equal(send(a, buf, n, 0), n);
	setsockopt(a, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(a); /* RST */
	stop(&f);
}

/* A figure of /api/stats. */
static long figure(int port, const char *name)
{
	char text[8192], quoted[40];
	int fd = dial(port);
	static const char ask[] = "GET /api/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
							  "Authorization: Bearer " API_TOKEN "\r\n\r\n";

	assert_int_equal(send(fd, ask, sizeof(ask) - 1, 0), sizeof(ask) - 1);
	read_until(fd, text, sizeof(text), "loop_lag_ms\":");
	close(fd);
	snprintf(quoted, sizeof(quoted), "\"%s\":", name);
	const char *at = strstr(text, quoted);
	assert_non_null(at);
	return strtol(at + strlen(quoted), NULL, 10);
}

static void wait_for(int port, const char *name, long want)
{
	long have = -1;

	for (int i = 0; i < 400 && have != want; i++) {
		have = figure(port, name);
		usleep(have == want ? 0 : 5000);
	}
	assert_int_equal(have, want);
}

/* Nobody reads who waits for a verdict, and this one never comes. */
static void a_reset_is_noticed_while_a_verdict_is_due(void **state)
{
	fixture f;
	struct linger hard = {.l_onoff = 1};
	char buf[128];

	(void) state;
	for (int what = 0; what < 3; what++) {
		static const uint32_t asks[] = {CR_HOOK_HANDSHAKE, CR_HOOK_REQUEST, CR_HOOK_MESSAGE};
		static const char request[] = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
		int port = start_patient(&f, true, asks[what] | CR_HOOK_OPEN | CR_HOOK_CLOSE, 1000000), status;
		int a = what == 2 ? open_ws(port, "", &status) : dial(port);
		size_t n = frame(buf, "p");

		if (what == 2) {
			assert_int_equal(send(a, buf, n, 0), n);
		} else if (what == 1) {
			assert_int_equal(send(a, request, sizeof(request) - 1, 0), sizeof(request) - 1);
		} else {
			assert_int_equal(send(a, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0), sizeof(HANDSHAKE) - 1);
		}
		wait_for(port, "connections", 2); /* one is who asks for it */
		usleep(20000);
		shutdown(a, SHUT_WR); /* it may still want to read what it gets */
		usleep(20000);
		wait_for(port, "connections", 2);
		setsockopt(a, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(a);
		wait_for(port, "connections", 1);
		wait_for(port, "clients", 0);
		stop(&f);
		assert_int_equal(f.closed, what == 2);
	}
}

/* A unix socket tells at once that the peer is gone: what it said is heard all
 * the same, and until then nobody spins on the news. */
static void a_hang_up_waits_for_the_verdict(void **state)
{
	fixture f;
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct timespec before, after;
	char buf[256], text[512];
	int port = start_patient(&f, true, CR_HOOK_MESSAGE | CR_HOOK_OPEN | CR_HOOK_CLOSE, 150);
	int a = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t n = frame(buf, "first");

	(void) state;
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", f.unix_url + strlen("unix://"));
	assert_int_equal(connect(a, (struct sockaddr *) &sa, sizeof(sa)), 0);
	assert_int_equal(send(a, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0), sizeof(HANDSHAKE) - 1);
	read_until(a, text, sizeof(text), "\r\n\r\n");
	assert_non_null(strstr(text, "HTTP/1.1 101 "));
	assert_int_equal(send(a, buf, n, 0), n);
	wait_for(port, "messages_in", 1);
	n = frame(buf, "second");
	assert_int_equal(send(a, buf, n, 0), n);
	close(a);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	usleep(200000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	long ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	assert_true(ms < 100);
	wait_for(port, "messages_in", 2);
	wait_for(port, "clients", 0);
	stop(&f);
	assert_int_equal(f.seen, 2);
	assert_int_equal(f.closed, 1);
}

static void without_hooks_nobody_is_asked(void **state)
{
	fixture f;
	char buf[128], got[64];
	int status;
	int port = start(&f, false, 0);
	int a = open_ws(port, "", &status), b = open_ws(port, "", &status), c = open_ws(port, "?room=other", &status);
	size_t n = frame(buf, "hello");

	(void) state;
	assert_int_equal(send(a, buf, n, 0), n);
	receive(b, got, sizeof(got));
	assert_string_equal(got, "hello");
	n = frame(buf, "back");
	assert_int_equal(send(b, buf, n, 0), n);
	receive(a, got, sizeof(got));
	assert_string_equal(got, "back"); /* and not its own hello */
	struct timeval tv = {.tv_usec = 50000};
	setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	assert_int_equal(recv(c, got, 1, 0), -1); /* another room hears nothing */
	close(a);
	close(b);
	close(c);
	stop(&f);
	assert_int_equal(f.seen + f.opened, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_verdicts_keep_order),
		cmocka_unit_test(late_handshake_is_refused),
		cmocka_unit_test(test_D55_handshake_decided_after_its_end),
		cmocka_unit_test(test_D55_handshake_decided_while_stopping),
		cmocka_unit_test(test_D55_handshake_decided_twice),
		cmocka_unit_test(test_D55_handshake_decided_after_the_timeout),
		cmocka_unit_test(test_D77_tokens_are_compared_as_digests),
		cmocka_unit_test(late_answers_to_requests),
		cmocka_unit_test(client_gone_before_its_verdict),
		cmocka_unit_test(a_reset_is_noticed_while_a_verdict_is_due),
		cmocka_unit_test(a_hang_up_waits_for_the_verdict),
		cmocka_unit_test(without_hooks_nobody_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
