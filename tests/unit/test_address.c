/* needs: ext/server/address.c ext/core/mem.c */
/* Listen URLs: what is understood, what is refused, and that a URL survives
 * being written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ext/core/mem.h"
#include "ext/server/address.h"

static const struct {
	const char *url, *host, *path, *again; /* host NULL: refused */
	unsigned port;
} rows[] = {
	{"ws://127.0.0.1:8080/ws", "127.0.0.1", "/ws", "ws://127.0.0.1:8080/ws", 8080},
	{"WS://localhost", "localhost", "/ws", "ws://localhost:80/ws", 80},
	{"ws://localhost:0/", "localhost", "/", "ws://localhost:0/", 0},
	{"ws://[::1]:9/a/b", "::1", "/a/b", "ws://[::1]:9/a/b", 9},
	{"ws://[fe80::1%eth0]:9/", "fe80::1%eth0", "/", "ws://[fe80::1%eth0]:9/", 9},
	{"ws://0.0.0.0:65535", "0.0.0.0", "/ws", "ws://0.0.0.0:65535/ws", 65535},
	{"unix:///run/chat.sock", "/run/chat.sock", "/ws", "unix:///run/chat.sock", 0},
	{"unix:///a?path=/chat", "/a", "/chat", "unix:///a?path=/chat", 0},
	{"", NULL, NULL, NULL, 0},
	{"ws://", NULL, NULL, NULL, 0},
	{"ws://:80/ws", NULL, NULL, NULL, 0},
	{"ws://a:65536", NULL, NULL, NULL, 0},
	{"ws://a:-1", NULL, NULL, NULL, 0},
	{"ws://a:", NULL, NULL, NULL, 0},
	{"ws://a:8x", NULL, NULL, NULL, 0},
	{"ws://a b", NULL, NULL, NULL, 0},
	{"ws://u@a", NULL, NULL, NULL, 0},
	{"ws://[::1", NULL, NULL, NULL, 0},
	{"ws://[::1]9", NULL, NULL, NULL, 0},
	{"ws://[fe%eth0]/", NULL, NULL, NULL, 0},
	{"ws://[localhost]/", NULL, NULL, NULL, 0},
	{"ws://[::1%]/", NULL, NULL, NULL, 0},
	{"ws://a/w?x=1", NULL, NULL, NULL, 0},
	{"ws://a/w#f", NULL, NULL, NULL, 0},
	{"ws://a/w w", NULL, NULL, NULL, 0},
	{"http://a", NULL, NULL, NULL, 0},
	{"127.0.0.1:8080", NULL, NULL, NULL, 0},
	{"unix://relative.sock", NULL, NULL, NULL, 0},
	{"unix:///", NULL, NULL, NULL, 0},
	{"unix:///a?path=b", NULL, NULL, NULL, 0},
	{"unix:///a?mode=1", NULL, NULL, NULL, 0},
};

static void urls(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char error[CR_ERROR_MAX] = "", text[600];
		cr_address a;
		cr_status st = cr_address_parse(&a, cr_slice_str(rows[i].url), error);

		if (!rows[i].host) {
			if (st != CR_ERR_FORM || !error[0]) {
				fail_msg("%s was not refused with a reason", rows[i].url);
			}
			continue;
		}
		assert_int_equal(st, CR_OK);
		assert_string_equal(a.host, rows[i].host);
		assert_string_equal(a.path, rows[i].path);
		assert_int_equal(a.port, rows[i].port);
		cr_address_write(&a, a.port, text, sizeof(text));
		assert_string_equal(text, rows[i].again);
		cr_address_deinit(&a);
	}
}

/* What stands before the NUL is an address, the whole is not. */
static void with_nul(void **state)
{
	static const cr_slice urls[] = {{(const uint8_t *) "ws://[::1\0x]/", 13}, {(const uint8_t *) "ws://a\0b/", 9},
		{(const uint8_t *) "ws://a/b\0c", 10}, {(const uint8_t *) "unix:///a\0b", 11}};

	(void) state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		char error[CR_ERROR_MAX] = "";
		cr_address a;

		assert_int_equal(cr_address_parse(&a, urls[i], error), CR_ERR_FORM);
		assert_true(error[0]);
	}
}

static void out_of_memory(void **state)
{
	(void) state;
	for (uint64_t n = 1; n <= 2; n++) {
		char error[CR_ERROR_MAX];
		cr_address a;

		cr_mem_fail_at(n);
		assert_int_equal(cr_address_parse(&a, CR_SLICE("ws://a:1/b"), error), CR_ERR_NOMEM);
		cr_mem_fail_at(0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_nul),
		cmocka_unit_test(urls),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
