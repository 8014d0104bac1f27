/* needs: ext/proto/ws_handshake.c ext/proto/ws_accept.c ext/proto/http_head.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "ext/proto/ws_handshake.h"

#define UP    "Upgrade: websocket\r\n"
#define CONN  "Connection: Upgrade\r\n"
#define KEY   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VER   "Sec-WebSocket-Version: 13\r\n"
#define B     UP CONN KEY VER
#define PROTO "Sec-WebSocket-Protocol: "
#define EXT   "Sec-WebSocket-Extensions: "
#define WITH_KEY(k) UP CONN VER "Sec-WebSocket-Key: " k "\r\n"
#define WITH_VER(v) UP CONN KEY "Sec-WebSocket-Version: " v "\r\n"

typedef struct row {
	const char *name;
	const char *method; /* "GET", or another; with a '0' behind it HTTP/1.0 */
	const char *headers; /* behind Host */
	bool asked;
	int status;
} row;

static const row rows[] = {
	{"B", "GET", B, true, 101},
	{"H01 POST", "POST", B, true, 405},
	{"H02 get", "get", B, true, 405},
	{"H03 HEAD", "HEAD", B, true, 405},
	{"H04 HTTP/1.0", "GET0", B, false, 426},
	{"H18 key", "GET", WITH_KEY("dGhlIHNhbXBsZSBub25j\xc3\xbc=="), true, 400},
	{"H18 origin", "GET", B "Origin: http://\xc3\xbc.test\r\n", true, 400},
	{"H38 no Upgrade", "GET", CONN KEY VER, false, 426},
	{"H38 plain", "GET", "", false, 426},
	{"H38 plain POST", "POST", "Content-Length: 3\r\n", false, 426},
	{"H39 WebSocket", "GET", "Upgrade: WebSocket\r\n" CONN KEY VER, true, 101},
	{"H40 h2c, websocket", "GET", "Upgrade: h2c, websocket\r\n" CONN KEY VER, true, 101},
	{"H40 two lines", "GET", "Upgrade: h2c\r\n" UP CONN KEY VER, true, 101},
	{"H40 quoted", "GET", "Upgrade: \"x, websocket, y\"\r\n" CONN KEY VER, false, 426},
	{"H41 websocketx", "GET", "Upgrade: websocketx\r\n" CONN KEY VER, false, 426},
	{"H41 web socket", "GET", "Upgrade: web socket\r\n" CONN KEY VER, false, 426},
	{"H41 websocket/13", "GET", "Upgrade: websocket/13\r\n" CONN KEY VER, false, 426},
	{"H41 h2c", "GET", "Upgrade: h2c\r\n" CONN KEY VER, false, 426},
	{"H41 empty", "GET", "Upgrade:\r\n" CONN KEY VER, false, 426},
	{"H42 no Connection", "GET", UP KEY VER, true, 400},
	{"H43 keep-alive, Upgrade", "GET", UP "Connection: keep-alive, Upgrade\r\n" KEY VER, true, 101},
	{"H43 upgrade", "GET", UP "Connection: upgrade\r\n" KEY VER, true, 101},
	{"H43 two lines", "GET", UP "Connection: keep-alive\r\n" CONN KEY VER, true, 101},
	{"H44 xUpgrade", "GET", UP "Connection: xUpgrade\r\n" KEY VER, true, 400},
	{"H44 Upgradex", "GET", UP "Connection: Upgradex\r\n" KEY VER, true, 400},
	{"H44 close", "GET", UP "Connection: close\r\n" KEY VER, true, 400},
	{"H45 no key", "GET", UP CONN VER, true, 400},
	{"H45 empty key", "GET", UP CONN VER "Sec-WebSocket-Key:\r\n", true, 400},
	{"H46 15 bytes", "GET", WITH_KEY("dGhlIHNhbXBsZSBub25j"), true, 400},
	{"H46 17 bytes", "GET", WITH_KEY("dGhlIHNhbXBsZSBub25jZWE="), true, 400},
	{"H46 23 characters", "GET", WITH_KEY("dGhlIHNhbXBsZSBub25jZQ="), true, 400},
	{"H46 no ==", "GET", WITH_KEY("dGhlIHNhbXBsZSBub25jZQ"), true, 400},
	{"H47 url alphabet", "GET", WITH_KEY("-_hlIHNhbXBsZSBub25jZQ=="), true, 400},
	{"H47 star", "GET", WITH_KEY("*GhlIHNhbXBsZSBub25jZQ=="), true, 400},
	{"H47 space", "GET", WITH_KEY("dGhlIHNhbXBs SBub25jZQ=="), true, 400},
	{"H48 pad bits", "GET", WITH_KEY("dGhlIHNhbXBsZSBub25jZR=="), true, 400},
	{"H49 two keys", "GET", B KEY, true, 400},
	{"H51 no version", "GET", UP CONN KEY, true, 426},
	{"H52 0", "GET", WITH_VER("0"), true, 426},
	{"H52 7", "GET", WITH_VER("7"), true, 426},
	{"H52 8", "GET", WITH_VER("8"), true, 426},
	{"H52 12", "GET", WITH_VER("12"), true, 426},
	{"H52 14", "GET", WITH_VER("14"), true, 426},
	{"H52 255", "GET", WITH_VER("255"), true, 426},
	{"H52 256", "GET", WITH_VER("256"), true, 426},
	{"H52 4294967309", "GET", WITH_VER("4294967309"), true, 426},
	{"H53 0xd", "GET", WITH_VER("0xd"), true, 426},
	{"H53 1.3e1", "GET", WITH_VER("1.3e1"), true, 426},
	{"H53 013", "GET", WITH_VER("013"), true, 426},
	{"H53 +13", "GET", WITH_VER("+13"), true, 426},
	{"H53 13abc", "GET", WITH_VER("13abc"), true, 426},
	{"H53 13, 8", "GET", WITH_VER("13, 8"), true, 426},
	{"H53 empty", "GET", UP CONN KEY "Sec-WebSocket-Version:\r\n", true, 426},
	{"H54 two versions", "GET", B "Sec-WebSocket-Version: 8\r\n", true, 400},
	{"H55 Hixie-76", "GET", UP CONN "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
		"Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n", true, 400},
	{"H56 body", "GET", B "Content-Length: 6\r\n", true, 400},
	{"H57 chunked", "GET", B "Transfer-Encoding: chunked\r\n", true, 400},
	{"H58 Content-Length 0", "GET", B "Content-Length: 0\r\n", true, 101},
	{"H62 Expect", "GET", B "Expect: 100-continue\r\n", true, 417},
	{"H63 protocols", "GET", B PROTO "chat, chat.v2\r\n", true, 101},
	{"H64 a,,b", "GET", B PROTO "a,,b\r\n", true, 400},
	{"H64 comma", "GET", B PROTO ", \r\n", true, 400},
	{"H64 trailing comma", "GET", B PROTO "a,\r\n", true, 400},
	{"H64 a b", "GET", B PROTO "a b\r\n", true, 400},
	{"H64 quoted", "GET", B PROTO "\"a\"\r\n", true, 400},
	{"H64 quoted comma", "GET", B PROTO "\"a,b\"\r\n", true, 400},
	{"H64 a;b", "GET", B PROTO "a;b\r\n", true, 400},
	{"H64 empty", "GET", B PROTO "\r\n", true, 400},
	{"H64 second empty", "GET", B PROTO "a\r\n" PROTO "\r\n", true, 400},
	{"H65 chat, chat", "GET", B PROTO "chat, chat\r\n", true, 400},
	{"H65 across lines", "GET", B PROTO "a, chat\r\n" PROTO "chat\r\n", true, 400},
	{"H66 two lines", "GET", B PROTO "a\r\n" PROTO "b, c\r\n", true, 101},
	{"H70 a", "GET", B EXT "a\r\n", true, 101},
	{"H70 a, b; x=1", "GET", B EXT "a, b; x=1\r\n", true, 101},
	{"H70 a;b ; c = d;e=\"f\"", "GET", B EXT "a;b ; c = d;e=\"f\"\r\n", true, 101},
	{"H70 a; b=\"\\c\"", "GET", B EXT "a; b=\"\\c\"\r\n", true, 101},
	{"H70 , a,, b,", "GET", B EXT ", a,, b,\r\n", true, 101},
	{"H70 window bits", "GET", B EXT "permessage-deflate; client_max_window_bits\r\n", true, 101},
	{"H69 ;", "GET", B EXT ";\r\n", true, 400},
	{"H69 a;", "GET", B EXT "a;\r\n", true, 400},
	{"H69 a;=1", "GET", B EXT "a;=1\r\n", true, 400},
	{"H69 a;b=", "GET", B EXT "a;b=\r\n", true, 400},
	{"H69 a;b=\"x", "GET", B EXT "a;b=\"x\r\n", true, 400},
	{"H69 a;b=\"\"", "GET", B EXT "a;b=\"\"\r\n", true, 400},
	{"H69 a;b=\"c d\"", "GET", B EXT "a;b=\"c d\"\r\n", true, 400},
	{"H69 a;b=\"c\\", "GET", B EXT "a;b=\"c\\\r\n", true, 400},
	{"H69 a b", "GET", B EXT "a b\r\n", true, 400},
	{"H69 a; b c", "GET", B EXT "a; b c\r\n", true, 400},
	{"H69 a=1", "GET", B EXT "a=1\r\n", true, 400},
	{"H69 @", "GET", B EXT "@\r\n", true, 400},
	{"H69 a;b=\"c\"d", "GET", B EXT "a;b=\"c\"d\r\n", true, 400},
	{"H69 a;b=\xc3\xa9", "GET", B EXT "a;b=\xc3\xa9\r\n", true, 400},
	{"H69 second line", "GET", B EXT "a\r\n" EXT "b;\r\n", true, 400},
	{"H74 empty origin", "GET", B "Origin:\r\n", true, 101}, /* refused by the server */
	{"H76 two origins", "GET", B "Origin: http://a.test\r\nOrigin: http://a.test\r\n", true, 400},
};

static void check(cr_ws_handshake *hs, cr_http_head *head, const char *method, const char *headers)
{
	static char text[20000];
	size_t len = strlen(method), consumed = 0;
	bool old = method[len - 1] == '0';
	int n = snprintf(text, sizeof(text), "%.*s /chat HTTP/1.%d\r\nHost: a.test\r\n%s\r\n",
		(int) (old ? len - 1 : len), method, old ? 0 : 1, headers);

	assert_in_range(n, 1, sizeof(text) - 1);
	cr_status st = cr_http_head_parse(head, &consumed, (const uint8_t *) text, (size_t) n, 0);
	assert_int_equal(st, CR_OK);
	assert_int_equal(consumed, n);
	memset(hs, 0xa5, sizeof(*hs)); /* it must fill everything */
	cr_ws_handshake_check(hs, head);
}

static void test_row(void **state)
{
	const row *r = *state;
	cr_http_head head;
	cr_ws_handshake hs;

	check(&hs, &head, r->method, r->headers);
	assert_int_equal(hs.status, r->status);
	assert_int_equal(hs.asked, r->asked);
	if (r->status == 101) {
		assert_null(hs.reason);
		assert_true(cr_slice_eq(hs.key, CR_SLICE("dGhlIHNhbXBsZSBub25jZQ==")));
		assert_int_equal(hs.has_protocols, strstr(r->headers, PROTO) != NULL);
		assert_int_equal(hs.origin.ptr != NULL, strstr(r->headers, "Origin:") != NULL);
	} else {
		assert_non_null(hs.reason);
		assert_null(hs.key.ptr);
	}
}

static void test_h50_long_key(void **state)
{
	static char headers[6000];
	cr_http_head head;
	cr_ws_handshake hs;
	(void) state;

	int n = snprintf(headers, sizeof(headers), UP CONN VER "Sec-WebSocket-Key: ");
	memset(headers + n, 'A', 4000);
	memcpy(headers + n + 3998, "==\r\n", 5);
	check(&hs, &head, "GET", headers);
	assert_int_equal(hs.status, 400);
}

static void test_many_protocols(void **state)
{
	static char headers[16000];
	cr_http_head head;
	cr_ws_handshake hs;
	(void) state;

	for (int many = 32; many <= 33; many++) {
		int n = snprintf(headers, sizeof(headers), B PROTO "p0");
		for (int i = 1; i < many; i++) {
			n += snprintf(headers + n, sizeof(headers) - (size_t) n, ",p%d", i);
		}
		memcpy(headers + n, "\r\n", 3);
		check(&hs, &head, "GET", headers);
		assert_int_equal(hs.status, many == 32 ? 101 : 400);
	}
}

static void test_fields(void **state)
{
	cr_http_head head;
	cr_ws_handshake hs;
	(void) state;

	check(&hs, &head, "GET", B "Origin: http://a.test\r\n" PROTO "chat\r\n");
	assert_true(cr_slice_eq(hs.origin, CR_SLICE("http://a.test")));
	assert_true(hs.has_protocols);
	check(&hs, &head, "GET", B);
	assert_null(hs.origin.ptr);
	assert_false(hs.has_protocols);
	check(&hs, &head, "GET", CONN KEY VER);
	assert_non_null(strstr(hs.reason, "proxy"));
}

static const struct {
	const char *text, *scheme, *host;
	unsigned port;
} origins[] = {
	{"http://a.test", "http", "a.test", 80},
	{"HTTPS://A.TEST", "HTTPS", "A.TEST", 443},
	{"http://a.test:8080", "http", "a.test", 8080},
	{"wss://a.test", "wss", "a.test", 443},
	{"http://127.0.0.1:80", "http", "127.0.0.1", 80},
	{"http://[::1]:8080", "http", "[::1]", 8080},
	{"http://[2001:db8::1]", "http", "[2001:db8::1]", 80},
	{"chrome-extension://abcdef", "chrome-extension", "abcdef", 0},
};

static void test_origin_parse(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		cr_origin o;

		assert_int_equal(cr_origin_parse(&o, cr_slice_str(origins[i].text)), CR_OK);
		assert_true(cr_slice_eq(o.scheme, cr_slice_str(origins[i].scheme)));
		assert_true(cr_slice_eq(o.host, cr_slice_str(origins[i].host)));
		assert_int_equal(o.port, origins[i].port);
	}
}

/* H74, H77, H80 and relatives: not origins at all */
static void test_origin_malformed(void **state)
{
	static const char *const bad[] = {
		"", "null", "file://", "file://a.test", "http://", "http:", "http", "://a.test", "a.test",
		"//a.test",
		"http:/a.test", "http:a.test", "1http://a.test", "ht tp://a.test", "http://a:b", "http://[",
		"http://[::1", "http://[::g]", "http://[]", "http://a.test:", "http://a.test:0",
		"http://a.test:65536", "http://a.test:99999999999999999999", "http://a.test/",
		"http://a.test/x",
		"http://evil/#a.test", "http://a.test@evil", "http://a.test?x", "http://a b",
		"http://.a.test",
		"http://a..test", "http://a.test http://b.test", "http://*.a.test", "*", "http://a\\b",
		"http://a.test:80:80", "http://[::1]x", "http://a.test\x01", "http://\xc3\xbc.test",
		"http://a%2etest",
	};
	char text[5001];
	cr_origin o, before;
	(void) state;

	memset(&before, 0x5a, sizeof(before));
	o = before;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (cr_origin_parse(&o, cr_slice_str(bad[i])) != CR_ERR_FORM) {
			print_error("taken for an origin: %s\n", bad[i]);
			fail();
		}
	}
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://", 7);
	assert_int_equal(cr_origin_parse(&o, cr_slice_of(text, 5000)), CR_ERR_FORM);
	assert_int_equal(cr_origin_parse(&o, CR_SLICE_NONE), CR_ERR_FORM);
	assert_int_equal(cr_origin_parse(&o, CR_SLICE("http://[::1\0x]:80")), CR_ERR_FORM);
	assert_memory_equal(&o, &before, sizeof(o));
}

static void test_origin_is_host(void **state)
{
	static const struct {
		const char *origin, *host;
		bool tls, want;
	} cases[] = {
		{"http://a.test", "a.test", false, true},
		{"HTTP://A.TEST", "a.test", false, true},      /* H78 */
		{"http://a.test:80", "a.test", false, true},   /* H78 */
		{"http://a.test", "a.test:80", false, true},
		{"http://a.test:8080", "a.test:8080", false, true},
		{"http://[::1]:8080", "[::1]:8080", false, true},
		{"https://a.test", "a.test", true, true},
		{"https://a.test", "a.test:443", true, true},
		{"http://b.test", "a.test", false, false},     /* H73 */
		{"http://a.test.evil", "a.test", false, false}, /* H77 */
		{"http://evila.test", "a.test", false, false},
		{"https://a.test", "a.test", false, false},    /* H79 */
		{"https://a.test:8080", "a.test:8080", false, false}, /* H79 */
		{"http://a.test", "a.test", true, false},
		{"http://a.test:8443", "a.test:8443", true, false}, /* a plain page is anybody's on the way */
		{"https://a.test:8443", "a.test:8443", true, true},
		{"http://a.test", "a.test:8080", false, false},
		{"http://a.test:8080", "a.test", false, false},
		{"http://a.test", "", false, false},
		{"http://a.test", "a.test:x", false, false},
		{"app://a.test:80", "a.test", false, false},
	};
	(void) state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_origin o;

		assert_int_equal(cr_origin_parse(&o, cr_slice_str(cases[i].origin)), CR_OK);
		if (cr_origin_is_host(&o, cr_slice_str(cases[i].host), cases[i].tls) != cases[i].want) {
			print_error("%s and Host %s\n", cases[i].origin, cases[i].host);
			fail();
		}
	}
	cr_origin o;
	assert_int_equal(cr_origin_parse(&o, CR_SLICE("http://a.test")), CR_OK);
	assert_false(cr_origin_is_host(&o, CR_SLICE_NONE, false));
}

static void test_origin_matches(void **state)
{
	static const struct {
		const char *origin, *pattern;
		bool want;
	} cases[] = {
		{"https://x.test", "https://x.test", true},
		{"HTTPS://X.TEST:443", "https://x.test", true},
		{"https://x.test:8443", "https://x.test:8443", true},
		{"https://x.test:8443", "https://x.test", false},
		{"https://x.test", "https://x.test:8443", false},
		{"http://x.test", "https://x.test", false},
		{"http://x.test:443", "https://x.test", false},
		{"https://x.test.evil", "https://x.test", false},
		{"https://evilx.test", "https://*.x.test", false}, /* H81 */
		{"https://x.test", "https://*.x.test", false},     /* H81 */
		{"https://a.b.x.test", "https://*.x.test", true},  /* H81 */
		{"https://a.x.test", "https://*.x.test", true},
		{"https://A.X.TEST", "https://*.x.test", true},
		{"https://a.x.test.evil", "https://*.x.test", false},
		{"https://.x.test", "https://*.x.test", false},
		{"http://a.x.test", "https://*.x.test", false},
		{"https://a.x.test:8443", "https://*.x.test", false},
		{"https://a.x.test:8443", "https://*.x.test:8443", true},
		{"https://x.test@evil", "https://*.x.test", false},
		{"null", "https://x.test", false},
		{"null", "null", false},
		{"https://x.test", "", false},
		{"https://x.test", "https://*", false},
		{"https://x.test", "*.test", false},
		{"null", "*", true},
		{"", "*", true},
	};
	(void) state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_slice origin = cr_slice_str(cases[i].origin), pattern = cr_slice_str(cases[i].pattern);

		if (cr_origin_matches(origin, pattern) != cases[i].want) {
			print_error("%s against %s\n", cases[i].origin, cases[i].pattern);
			fail();
		}
	}
	assert_true(cr_origin_matches(CR_SLICE_NONE, CR_SLICE("*")));
	assert_false(cr_origin_matches(CR_SLICE_NONE, CR_SLICE("https://x.test")));
}

static void test_origin_patterns(void **state)
{
	static const char *const good[] = {"*", "https://example.org", "https://example.org:8443",
		"https://*.example.org", "https://*.example.org:8443", "http://[::1]:8080",
		"app://localhost"};
	static const char *const bad[] = {"", "null", "example.org", "*.example.org", "https://",
		"https://*",
		"https://*.", "https://*.*.org", "https://a.*.org", "https://*example.org",
		"https://*.[::1]",
		"https://example.org/", "https://example.org:0", "**", "* ", " https://example.org"};
	(void) state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(cr_origin_pattern_is_valid(cr_slice_str(good[i])));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (cr_origin_pattern_is_valid(cr_slice_str(bad[i]))) {
			print_error("taken for a pattern: %s\n", bad[i]);
			fail();
		}
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_h50_long_key),
		cmocka_unit_test(test_many_protocols),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_origin_parse),
		cmocka_unit_test(test_origin_malformed),
		cmocka_unit_test(test_origin_is_host),
		cmocka_unit_test(test_origin_matches),
		cmocka_unit_test(test_origin_patterns),
	};
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		OTHERS = sizeof(others) / sizeof(others[0])
	};
	struct CMUnitTest tests[ROWS + OTHERS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *) &rows[i]};
	}
	memcpy(tests + ROWS, others, sizeof(others));
	return cmocka_run_group_tests_name("ws_handshake", tests, NULL, NULL);
}
