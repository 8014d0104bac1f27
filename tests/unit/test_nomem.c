/* needs: ext/proto/ws_session.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/mem.c ext/core/utf8.c */
/* Fails the first allocation, then the second, and so on until a run needs no
 * further one. ASAN counts what leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ext/core/mem.h"
#include "ext/proto/ws_session.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_session)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
