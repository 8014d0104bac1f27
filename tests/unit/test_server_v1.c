/* needs: ext/core/buf.c ext/core/chunk.c ext/core/hash.c ext/core/log.c ext/core/mem.c */
/* needs: ext/core/utf8.c ext/core/uuid.c ext/proto/http_head.c ext/proto/ws_accept.c */
/* needs: ext/proto/ws_handshake.c ext/proto/ws_head.c ext/proto/ws_session.c */
/* needs: ext/proto/chat_json.c ext/chat/limits.c ext/chat/room.c ext/net/loop.c */
/* needs: ext/net/listener.c ext/net/conn.c ext/net/transport_plain.c ext/server/address.c */
/* needs: ext/server/broadcast.c ext/server/files.c ext/server/http.c ext/server/server.c */
/* needs: ext/server/session.c ext/server/timers.c ext/server/upgrade.c ext/server/ws.c */
/* needs: ext/proto/chat_v1.c ext/proto/json_out.c ext/proto/ticket.c ext/chat/timeline.c ext/chat/presence.c */
/* needs: ext/chat/moderation.c ext/server/peers.c ext/server/policy.c ext/server/rooms.c ext/server/room_api.c */
/* needs: ext/server/send.c ext/server/v1.c ext/server/v1_greet.c ext/server/v1_rooms.c */
/* needs: ext/net/tls.c ext/net/transport_tls.c ext/server/certs.c ext/server/forwarded.c ext/server/proxies.c */
/* chatroom.v1 in a whole server without PHP: verdicts that come later, and
 * every allocation of a conversation failing in its turn. */
#include <arpa/inet.h>
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
#include <unistd.h>

#include <cmocka.h>

#include "ext/core/mem.h"
#include "ext/server/server.h"

#define MAX_LATER 64
#define V1        "Sec-WebSocket-Protocol: chatroom.v1\r\n"

typedef struct later {
	cr_uuid uid;
	bool join, pass;
} later;

typedef struct fixture {
	cr_server *srv;
	pthread_t thread;
	int ready[2];
	cr_status status;
	char error[CR_ERROR_MAX];
	bool decide_later;
	int opened, closed, joins, left, kept, dropped;
	later queue[MAX_LATER];
	int n_queue;
} fixture;

static void answer_one(void *arg)
{
	fixture *f = arg;
	cr_uuid nobody = {{0}};

	if (f->n_queue == 0) {
		return;
	}
	later l = f->queue[--f->n_queue];
	cr_verdict v = {.kind = l.pass ? CR_VERDICT_PASS : CR_VERDICT_REJECT, .reason = CR_SLICE("late no")};
	assert_false(cr_server_answer_join(f->srv, &nobody, &v));
	if (l.join) {
		assert_false(cr_server_answer_message(f->srv, &l.uid, &v));
		cr_server_answer_join(f->srv, &l.uid, &v);
	} else {
		assert_false(cr_server_answer_join(f->srv, &l.uid, &v));
		cr_server_answer_message(f->srv, &l.uid, &v);
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

static void on_open(void *arg, cr_session *s, const cr_request *r)
{
	(void) r;
	cr_session_set_app(s, arg);
	((fixture *) arg)->opened++;
}

static void on_close(void *arg, cr_session *s, unsigned code, cr_slice reason)
{
	(void) s;
	(void) code;
	(void) reason;
	((fixture *) arg)->closed++;
}

static cr_verdict ask_later(fixture *f, cr_session *s, bool join, cr_slice name)
{
	bool pass = !(name.len > 1 && memcmp(name.ptr, "no", 2) == 0);

	if (!f->decide_later || f->n_queue == MAX_LATER) {
		return (cr_verdict){.kind = CR_VERDICT_PASS};
	}
	f->queue[f->n_queue++] = (later){.uid = *cr_session_uid(s), .join = join, .pass = pass};
	return (cr_verdict){.kind = CR_VERDICT_LATER};
}

static cr_verdict on_join(void *arg, cr_session *s, cr_slice room)
{
	((fixture *) arg)->joins++;
	return ask_later(arg, s, true, room);
}

static cr_verdict on_message(void *arg, cr_session *s, const cr_message *m)
{
	return ask_later(arg, s, false, m->text);
}

static void on_leave(void *arg, cr_session *s, cr_slice room)
{
	(void) s;
	(void) room;
	((fixture *) arg)->left++;
}

static void on_user(void *arg, cr_slice user, bool online)
{
	(void) arg;
	(void) user;
	(void) online;
}

static cr_verdict on_handshake(void *arg, cr_session *s, const cr_request *r)
{
	(void) arg;
	(void) s;
	return (cr_verdict){.kind = CR_VERDICT_PASS,
		.user = r->query.len > 2 ? CR_SLICE("ann") : CR_SLICE_NONE,
		.name = CR_SLICE("Ann")};
}

static void on_forget(void *arg, cr_session *s, void *app)
{
	(void) arg;
	(void) s;
	(void) app;
}

static void *on_park(void *arg, cr_session *s)
{
	fixture *f = arg;

	(void) s;
	f->kept++;
	return malloc(8);
}

static void on_unpark(void *arg, cr_session *s, void *kept)
{
	fixture *f = arg;

	(void) s;
	f->dropped++;
	free(kept);
}

static void on_drop_parked(void *arg, void *kept)
{
	on_unpark(arg, NULL, kept);
}

static const cr_hooks hooks = {
	.on_start = on_start,
	.on_handshake = on_handshake,
	.on_open = on_open,
	.on_close = on_close,
	.on_join = on_join,
	.on_leave = on_leave,
	.on_user = on_user,
	.on_message = on_message,
	.on_forget = on_forget,
	.on_park = on_park,
	.on_unpark = on_unpark,
	.on_drop_parked = on_drop_parked,
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

static int start(fixture *f, bool decide_later, uint32_t wanted)
{
	cr_server_config config;
	char error[CR_ERROR_MAX];
	int port;

	*f = (fixture){.decide_later = decide_later};
	cr_server_config_init(&config);
	config.rate_messages = 0;
	config.handle_signals = false;
	config.drain_timeout = 500;
	config.presence = true;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->ready), 0);
	f->srv = cr_server_new(&config, &hooks, f);
	assert_non_null(f->srv);
	assert_int_equal(cr_server_listen(f->srv, CR_SLICE("ws://127.0.0.1:0/ws"), error), CR_OK);
	cr_server_want(f->srv, wanted | CR_HOOK_START | CR_HOOK_OPEN | CR_HOOK_CLOSE);
	assert_true(cr_server_timer_add(f->srv, 3, true, answer_one, NULL, f) > 0);
	assert_true(cr_server_timer_add(f->srv, 5, true, stop_if_asked, NULL, f) > 0);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	assert_int_equal(read(f->ready[0], &port, sizeof(port)), sizeof(port));
	return port;
}

static void stop(fixture *f)
{
	assert_int_equal(write(f->ready[0], "x", 1), 1);
	pthread_join(f->thread, NULL);
	assert_int_equal(f->status, CR_OK);
	assert_int_equal(f->opened, f->closed);
	assert_int_equal(f->kept, f->dropped);
	cr_server_free(f->srv);
	close(f->ready[0]);
	close(f->ready[1]);
}

/* -1: not upgraded. */
static int open_ws(int port, const char *query, const char *headers)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
	struct timeval tv = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char text[512];
	size_t got = 0;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *) &sa, sizeof(sa)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	int n = snprintf(text, sizeof(text),
		"GET /ws%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
		query, headers);
	assert_int_equal(send(fd, text, (size_t) n, MSG_NOSIGNAL), n);
	while (got < 4 || memcmp(text + got - 4, "\r\n\r\n", 4) != 0) {
		if (got == sizeof(text) - 1 || recv(fd, text + got, 1, 0) != 1) {
			close(fd);
			return -1;
		}
		got++;
	}
	if (memcmp(text, "HTTP/1.1 101", 12) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void say(int fd, const char *json)
{
	unsigned char frame[600] = {0x81};
	size_t n = strlen(json), head = n < 126 ? 2 : 4;

	assert_true(n < 500);
	frame[1] = (unsigned char) (0x80 | (n < 126 ? n : 126));
	if (n >= 126) {
		frame[2] = (unsigned char) (n >> 8);
		frame[3] = (unsigned char) n;
	}
	memcpy(frame + head + 4, json, n); /* the mask is zero */
	(void) !send(fd, frame, head + 4 + n, MSG_NOSIGNAL);
}

/* The next text; false: closed. */
static bool hear(int fd, char *out, size_t size)
{
	unsigned char head[4];

	for (;;) {
		if (fd < 0 || recv(fd, head, 2, MSG_WAITALL) != 2) {
			return false;
		}
		size_t n = head[1];
		if (n == 126) {
			if (recv(fd, head + 2, 2, MSG_WAITALL) != 2) {
				return false;
			}
			n = (size_t) head[2] << 8 | head[3];
		}
		assert_true(n < size);
		if (n > 0 && recv(fd, out, n, MSG_WAITALL) != (ssize_t) n) {
			return false;
		}
		out[n] = '\0';
		if (head[0] != 0x81) {
			return false;
		}
		return true;
	}
}

/* Up to the text that contains what; false: closed before. */
static bool hear_until(int fd, const char *what, char *out, size_t size)
{
	while (hear(fd, out, size)) {
		if (strstr(out, what)) {
			return true;
		}
	}
	return false;
}

static void expect(int fd, const char *what)
{
	char text[4096] = "closed";

	(void) hear(fd, text, sizeof(text));
	if (!strstr(text, what)) {
		print_error("got %s\n", text);
	}
	assert_non_null(strstr(text, what));
}

static void late_joins_keep_order(void **state)
{
	fixture f;
	int port = start(&f, true, CR_HOOK_JOIN | CR_HOOK_LEAVE);
	int a = open_ws(port, "", V1);

	(void) state;
	say(a, "{\"type\":\"hello\",\"join\":[\"one\",\"no\",\"three\"]}");
	/* comes while the first verdict waits, and is looked at after the last */
	say(a, "{\"type\":\"ping\",\"id\":1}");
	say(a, "{\"message\":\"x\",\"id\":2,\"room\":\"three\"}");
	say(a, "{\"type\":\"join\",\"room\":\"four\",\"id\":3}");
	say(a, "{\"type\":\"ping\",\"id\":4}");
	expect(a, "\"welcome\"");
	expect(a, "\"joined\",\"room\":\"one\"");
	expect(a, "\"late no\",\"room\":\"no\"");
	expect(a, "\"joined\",\"room\":\"three\"");
	expect(a, "\"pong\",\"id\":1");
	/* the ack comes with the turn's end, or before what is for one alone */
	char first[512], second[512];
	assert_true(hear(a, first, sizeof(first)) && hear(a, second, sizeof(second)));
	assert_non_null(strstr(first, "\"ack\",\"id\":2"));
	assert_non_null(strstr(second, "\"joined\",\"id\":3,\"room\":\"four\""));
	expect(a, "\"pong\",\"id\":4");
	close(a);
	stop(&f);
	assert_int_equal(f.joins, 4);
	assert_int_equal(f.left, 3);
}

static void late_joins_of_an_implicit_hello(void **state)
{
	fixture f;
	int port = start(&f, true, CR_HOOK_JOIN);
	int a = open_ws(port, "", V1), b = open_ws(port, "?room=no", V1), c = open_ws(port, "", V1);

	(void) state;
	/* the first frame is kept until the join it waits for is answered */
	say(a, "{\"message\":\"x\",\"id\":1}");
	say(a, "{\"type\":\"ping\",\"id\":2}");
	expect(a, "\"welcome\"");
	expect(a, "\"joined\",\"room\":\"lobby\"");
	char first[512], second[512];
	assert_true(hear(a, first, sizeof(first)) && hear(a, second, sizeof(second)));
	assert_true(strstr(first, "\"ack\",\"id\":1") || strstr(second, "\"ack\",\"id\":1"));
	say(b, "{\"message\":\"x\",\"id\":1}");
	expect(b, "\"welcome\"");
	expect(b, "\"late no\"");
	expect(b, "\"not_joined\"");
	say(c, "not json");
	expect(c, "\"welcome\"");
	expect(c, "\"joined\"");
	expect(c, "\"bad_json\"");
	close(a);
	close(b);
	close(c);
	stop(&f);
}

static void late_joins_of_basic(void **state)
{
	fixture f;
	char text[512];
	int port = start(&f, true, CR_HOOK_JOIN);
	int b = open_ws(port, "?room=yes", ""), c = open_ws(port, "?room=no", "");

	(void) state;
	usleep(50000); /* until b is in */
	int a = open_ws(port, "?room=yes", "");
	say(a, "{\"message\":\"waits for the room\"}");
	say(c, "{\"message\":\"never\"}");
	assert_false(hear(c, text, sizeof(text))); /* 1008 */
	expect(b, "\"waits for the room\"");
	close(a);
	close(b);
	close(c);
	stop(&f);
}

static void late_messages_and_edits(void **state)
{
	fixture f;
	int port = start(&f, true, CR_HOOK_MESSAGE);
	int a = open_ws(port, "", V1), b = open_ws(port, "", V1);

	(void) state;
	say(b, "{\"type\":\"hello\"}");
	expect(b, "\"welcome\"");
	expect(b, "\"joined\"");
	say(a, "{\"message\":\"first\",\"id\":1}");
	say(a, "{\"message\":\"no\",\"id\":2}");
	say(a, "{\"type\":\"edit\",\"room\":\"lobby\",\"seq\":1,\"text\":\"no\",\"id\":3}");
	say(a, "{\"type\":\"edit\",\"room\":\"lobby\",\"seq\":1,\"text\":\"edited\",\"id\":4}");
	say(a, "{\"message\":\"psst\",\"to\":\"nobody\",\"id\":5}");
	expect(a, "\"welcome\"");
	expect(a, "\"joined\"");
	expect(a, "\"ack\",\"id\":1");
	expect(a, "\"error\",\"id\":2,\"code\":\"filtered\",\"reason\":\"late no\"");
	expect(a, "\"error\",\"id\":3");
	expect(a, "\"ack\",\"id\":4");
	expect(a, "\"no_such_client\"");
	expect(b, "\"join\"");
	expect(b, "\"message\":\"first\"");
	expect(b, "\"text\":\"edited\"");
	close(a);
	close(b);
	stop(&f);
}

/* One that is gone, or stopped, before its verdict. */
static void gone_before_a_verdict(void **state)
{
	fixture f;
	struct linger hard = {.l_onoff = 1};
	int port = start(&f, true, CR_HOOK_JOIN | CR_HOOK_MESSAGE);

	(void) state;
	for (int i = 0; i < 8; i++) {
		int a = open_ws(port, i % 2 ? "" : "?x=1", i % 3 ? V1 : "");

		say(a, "{\"type\":\"hello\",\"join\":[\"a\",\"b\"]}");
		say(a, "{\"message\":\"x\",\"id\":1}");
		if (i % 4 < 2) {
			setsockopt(a, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		}
		close(a);
	}
	int b = open_ws(port, "", V1);
	say(b, "{\"message\":\"waits\"}");
	stop(&f);
	close(b);
}

/* Memory */

static void copy_secret(char out[40], const char *welcome)
{
	const char *at = strstr(welcome, "\"session\":\"");

	assert_non_null(at);
	memcpy(out, at + strlen("\"session\":\""), 32);
	out[32] = '\0';
}

/* What clients do, whatever of it fails. True: nothing failed. */
static bool conversation(int port)
{
	static const char *const frames[] = {
		"{\"type\":\"join\",\"room\":\"second\",\"id\":1,\"history\":5}",
		"{\"message\":\"with id\",\"id\":2,\"data\":{\"a\":[1]}}",
		"{\"message\":\"with id\",\"id\":2}",
		"{\"message\":\"to a user\",\"to\":\"user:ann\",\"id\":3}",
		"{\"type\":\"history\",\"room\":\"lobby\",\"id\":4}",
		"{\"type\":\"members\",\"room\":\"lobby\",\"id\":5}",
		"{\"type\":\"edit\",\"room\":\"lobby\",\"seq\":1,\"text\":\"edited\",\"id\":6}",
		"{\"type\":\"typing\",\"room\":\"lobby\"}",
		"{\"type\":\"signal\",\"room\":\"lobby\",\"name\":\"n\",\"data\":1,\"id\":7}",
		"{\"type\":\"nonsense\",\"id\":8}",
		"{\"type\":\"delete\",\"room\":\"lobby\",\"seq\":1,\"id\":9}",
		"{\"type\":\"leave\",\"room\":\"second\",\"id\":10}",
		"{\"type\":\"ping\",\"id\":\"end\"}",
	};
	char text[8192], secret[40], resume[200];
	bool all = true;
	int basic = open_ws(port, "", "");
	int b = open_ws(port, "?u=ann", V1);
	int a = open_ws(port, "?u=ann", V1);

	say(b, "{\"type\":\"hello\"}");
	say(a, "{\"type\":\"hello\",\"join\":[\"lobby\"]}");
	all &= hear_until(b, "\"welcome\"", text, sizeof(text));
	bool welcomed = hear_until(a, "\"welcome\"", text, sizeof(text));
	if (welcomed) {
		copy_secret(secret, text);
		for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
			say(a, frames[i]);
		}
		all &= hear_until(a, "\"end\"", text, sizeof(text));
		say(basic, "{\"message\":\"basic\"}");
		/* as if the tunnel began: the old socket is open still */
		int r = open_ws(port, "?u=ann", V1);
		snprintf(resume, sizeof(resume),
			"{\"type\":\"hello\",\"resume\":{\"session\":\"%s\",\"seq\":{\"lobby\":0}}}", secret);
		say(r, resume);
		say(r, "{\"message\":\"back\",\"id\":11}");
		say(r, "{\"type\":\"ping\",\"id\":\"end\"}");
		all &= hear_until(r, "\"end\"", text, sizeof(text));
		if (r >= 0) {
			close(r);
		}
	}
	if (basic >= 0) {
		say(basic, "{\"message\":\"last\"}");
		close(basic);
	}
	if (b >= 0) {
		close(b);
	}
	if (a >= 0) {
		close(a);
	}
	return all && welcomed;
}

static void every_allocation_fails(fixture *f, int port)
{
	uint64_t n = 1, calls;

	assert_true(conversation(port));
	do {
		cr_mem_fail_at(n);
		(void) conversation(port);
		usleep(1000); /* what the server does once the sockets are closed */
		calls = cr_mem_calls();
		cr_mem_fail_at(0);
		/* and it has cost no more than a connection: others are served */
		if (n % 10 == 0) {
			assert_true(conversation(port));
		}
		n++;
	} while (n <= calls && n < 5000);
	assert_true(n > 100 && n < 5000);
	assert_true(conversation(port));
	stop(f);
}

static void nomem_without_hooks(void **state)
{
	fixture f;

	(void) state;
	every_allocation_fails(&f, start(&f, false, CR_HOOK_HANDSHAKE));
}

static void nomem_with_hooks(void **state)
{
	fixture f;

	(void) state;
	every_allocation_fails(&f, start(&f, false,
								   CR_HOOK_HANDSHAKE | CR_HOOK_JOIN | CR_HOOK_LEAVE | CR_HOOK_MESSAGE
									   | CR_HOOK_ONLINE | CR_HOOK_OFFLINE));
}

static void nomem_with_late_verdicts(void **state)
{
	fixture f;

	(void) state;
	every_allocation_fails(
		&f, start(&f, true, CR_HOOK_HANDSHAKE | CR_HOOK_JOIN | CR_HOOK_LEAVE | CR_HOOK_MESSAGE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_joins_keep_order),
		cmocka_unit_test(late_joins_of_an_implicit_hello),
		cmocka_unit_test(late_joins_of_basic),
		cmocka_unit_test(late_messages_and_edits),
		cmocka_unit_test(gone_before_a_verdict),
		cmocka_unit_test(nomem_without_hooks),
		cmocka_unit_test(nomem_with_hooks),
		cmocka_unit_test(nomem_with_late_verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
