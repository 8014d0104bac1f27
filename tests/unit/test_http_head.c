/* needs: ext/proto/http_head.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "ext/proto/http_head.h"
#include "tests/unit/split.h"

#define S(lit) (lit), sizeof(lit) - 1
#define LINE   "GET /chat HTTP/1.1\r\n"
#define HOST   "Host: a.test\r\n"
#define REST   "Upgrade: websocket\r\nConnection: Upgrade\r\n" \
			   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define B      LINE HOST REST "\r\n"
/* the base request with another target, another Host value, another header */
#define TARGET(t) S("GET " t " HTTP/1.1\r\n" HOST REST "\r\n")
#define WITH_HOST(h) S(LINE "Host:" h "\r\n" REST "\r\n")
#define WITH(line) S(LINE HOST line "\r\n" REST "\r\n")

typedef struct row {
	const char *name;
	const char *text;
	size_t len;
	int status; /* 0: accepted, and all of it consumed; AGAIN: wants more */
} row;

#define AGAIN 1

static const row rows[] = {
	{"B", S(B), 0},
	{"H01 POST is a token", S("POST /chat HTTP/1.1\r\n" HOST "\r\n"), 0},
	{"H02 get is a token", S("get /chat HTTP/1.1\r\n" HOST "\r\n"), 0},
	{"H02 twenty bytes", S("ABCDEFGHIJABCDEFGHIJ / HTTP/1.1\r\n" HOST "\r\n"), 0},
	{"H02 twenty-one bytes", S("ABCDEFGHIJABCDEFGHIJK / HTTP/1.1\r\n" HOST "\r\n"), 501},
	{"H04 HTTP/1.0", S("GET /chat HTTP/1.0\r\n" HOST "\r\n"), 0},
	{"H05 HTTP/2.0", S("GET /chat HTTP/2.0\r\n" HOST "\r\n"), 505},
	{"H05 HTTP/0.9", S("GET /chat HTTP/0.9\r\n" HOST "\r\n"), 505},
	{"H06 http/1.1", S("GET /chat http/1.1\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/1.10", S("GET /chat HTTP/1.10\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/01.1", S("GET /chat HTTP/01.1\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/1.1x", S("GET /chat HTTP/1.1x\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/9999999999.1", S("GET /chat HTTP/9999999999.1\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/1", S("GET /chat HTTP/1\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/1,1", S("GET /chat HTTP/1,1\r\n" HOST "\r\n"), 400},
	{"H06 HTTP/a.1", S("GET /chat HTTP/a.1\r\n" HOST "\r\n"), 400},
	{"H07 HTTP/1.2", S("GET /chat HTTP/1.2\r\n" HOST "\r\n"), 505},
	{"H07 HTTP/1.9", S("GET /chat HTTP/1.9\r\n" HOST "\r\n"), 505},
	{"H08 no version", S("GET /chat\r\n\r\n"), 400},
	{"H09 two SP", S("GET  /chat HTTP/1.1\r\n" HOST "\r\n"), 400},
	{"H09 two SP behind", S("GET /chat  HTTP/1.1\r\n" HOST "\r\n"), 400},
	{"H09 TAB", S("GET\t/chat HTTP/1.1\r\n" HOST "\r\n"), 400},
	{"H09 TAB behind", S("GET /chat\tHTTP/1.1\r\n" HOST "\r\n"), 400},
	{"H09 trailing SP", S("GET /chat HTTP/1.1 \r\n" HOST "\r\n"), 400},
	{"H10 one empty line", S("\r\n" B), 0},
	{"H10 five empty lines", S("\r\n\r\n\r\n\r\n\r\n" B), 0},
	{"H11 six empty lines", S("\r\n\r\n\r\n\r\n\r\n\r\n" B), 400},
	{"H12 SP first", S(" " B), 400},
	{"H13 LF only", S("GET /chat HTTP/1.1\nHost: a.test\n\n"), 400},
	{"H13 LF after request line", S("GET /chat HTTP/1.1\n" HOST "\r\n"), 400},
	{"H13 LF after a header", S(LINE "Host: a.test\n\r\n"), 400},
	{"H13 LF as the end", S(LINE HOST "\n"), 400},
	{"H13 LF first", S("\n" B), 400},
	{"H14 CR in value", S(LINE HOST "X: a\rb\r\n\r\n"), 400},
	{"H14 CR CR LF", S(LINE HOST "X: a\r\r\n\r\n"), 400},
	{"H14 CR in request line", S("GET /ch\rat HTTP/1.1\r\n" HOST "\r\n"), 400},
	{"H14 CR first", S("\r" B), 400},
	{"H14 CR in place of the end", S(LINE HOST "\rX"), 400},
	{"H15 NUL in value", S(LINE HOST "X: a\0b\r\n\r\n"), 400},
	{"H15 NUL in name", S(LINE HOST "X\0Y: a\r\n\r\n"), 400},
	{"H15 NUL in target", S("GET /ch\0at HTTP/1.1\r\n" HOST "\r\n"), 400},
	{"H17 obs-text in value", S(LINE HOST "X: \x80\xff\xc3\xbc\r\n\r\n"), 0},
	{"H18 obs-text in Host", WITH_HOST(" \xc3\xbc.test"), 400},
	{"H18 obs-text in target", TARGET("/\xc3\xbc"), 400},
	{"H19 SP before the colon", S(LINE "Host : a.test\r\n\r\n"), 400},
	{"H19 TAB before the colon", S(LINE HOST "Upgrade\t: x\r\n\r\n"), 400},
	{"H20 obs-fold SP", S(LINE HOST "X: a\r\n b\r\n\r\n"), 400},
	{"H20 obs-fold TAB", S(LINE HOST "X: a\r\n\tb: c\r\n\r\n"), 400},
	{"H21 no colon", WITH("Xyz"), 400},
	{"H22 empty name", WITH(": v"), 400},
	{"H23 SP before the first header", S(LINE " " HOST "\r\n"), 400},
	{"H23 TAB before the first header", S(LINE "\t" HOST "\r\n"), 400},
	{"H24 SP in name", WITH("X Y: a"), 400},
	{"H25 fragment", TARGET("/chat#frag"), 400},
	{"H25 fragment in query", TARGET("/chat?a#frag"), 400},
	{"H26 absolute-form", TARGET("http://a.test/chat"), 0},
	{"H26 no path", TARGET("http://a.test"), 0},
	{"H26 no path but query", TARGET("http://a.test?x=1"), 0},
	{"H26 default port", TARGET("http://A.TEST:80/chat"), 0},
	{"H26 upper case scheme", TARGET("HTTP://a.test/chat"), 0},
	{"H26 ws", TARGET("ws://a.test/chat"), 0},
	{"H27 another host", TARGET("http://b.test/chat"), 400},
	{"H27 another port", TARGET("http://a.test:81/chat"), 400},
	{"H27 https default port", TARGET("https://a.test:80/chat"), 400},
	{"H27 userinfo", TARGET("http://u@a.test/chat"), 400},
	{"H27 no authority", TARGET("http:///chat"), 400},
	{"H27 no Host", S("GET http://a.test/ HTTP/1.1\r\n\r\n"), 400},
	{"H28 authority-form", TARGET("a.test:80"), 400},
	{"H28 asterisk-form", TARGET("*"), 400},
	{"H28 empty target", TARGET(""), 400},
	{"H28 no slash", TARGET("chat"), 400},
	{"H28 other scheme", TARGET("ftp://a.test/"), 400},
	{"H28 OPTIONS *", S("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 0},
	{"H31 %zz", TARGET("/%zz"), 400},
	{"H31 %", TARGET("/%"), 400},
	{"H31 %4", TARGET("/%4"), 400},
	{"H31 % over the path's end", TARGET("/%4?1"), 400},
	{"H31 %zz in query", TARGET("/?%zz"), 400},
	{"H31 ..%2f stays raw", TARGET("/..%2fchat"), 0},
	{"H31 //chat stays raw", TARGET("//chat"), 0},
	{"H32 CONNECT", S("CONNECT a.test:443 HTTP/1.1\r\n" HOST "\r\n"), 501},
	{"H32 TRACE is a token", S("TRACE / HTTP/1.1\r\n" HOST "\r\n"), 0},
	{"H32 PRI", S("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400},
	{"H33 no Host", S(LINE "\r\n"), 400},
	{"H33 HTTP/1.0 without", S("GET / HTTP/1.0\r\n\r\n"), 0},
	{"H34 same Host twice", S(LINE HOST HOST "\r\n"), 400},
	{"H34 two Hosts", S(LINE HOST "host: b.test\r\n\r\n"), 400},
	{"H34 HTTP/1.0", S("GET / HTTP/1.0\r\n" HOST HOST "\r\n"), 400},
	{"H35 u@a.test", WITH_HOST(" u@a.test"), 400},
	{"H35 a b", WITH_HOST(" a b"), 400},
	{"H35 a,b", WITH_HOST(" a,b"), 400},
	{"H35 a/b", WITH_HOST(" a/b"), 400},
	{"H35 [::1", WITH_HOST(" [::1"), 400},
	{"H35 a:99999", WITH_HOST(" a:99999"), 400},
	{"H35 a:65536", WITH_HOST(" a:65536"), 400},
	{"H35 a:-1", WITH_HOST(" a:-1"), 400},
	{"H35 a:", WITH_HOST(" a:"), 400},
	{"H35 a:0", WITH_HOST(" a:0"), 400},
	{"H35 a:000080", WITH_HOST(" a:000080"), 400},
	{"H35 a:80x", WITH_HOST(" a:80x"), 400},
	{"H35 a:b:80", WITH_HOST(" a:b:80"), 400},
	{"H35 :80", WITH_HOST(" :80"), 400},
	{"H35 []", WITH_HOST(" []"), 400},
	{"H35 [a.test]", WITH_HOST(" [a.test]"), 400},
	{"H35 [::1]80", WITH_HOST(" [::1]80"), 400},
	{"H35 [::1%25eth0]", WITH_HOST(" [::1%25eth0]"), 400},
	{"H35 long literal", WITH_HOST(" [0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"), 400},
	{"H35 .a", WITH_HOST(" .a"), 400},
	{"H35 a..b", WITH_HOST(" a..b"), 400},
	{"H35 a%2eb", WITH_HOST(" a%2eb"), 400},
	{"H35 good: port", WITH_HOST(" a.test:65535"), 0},
	{"H35 good: IPv6", WITH_HOST(" [::1]:8080"), 0},
	{"H35 good: IPv4", WITH_HOST("127.0.0.1\t "), 0},
	{"H35 good: trailing dot", WITH_HOST(" a.test."), 0},
	{"H36 empty", WITH_HOST(""), 400},
	{"H36 white space", WITH_HOST("  \t"), 400},
	{"H56 Content-Length", WITH("Content-Length: 6"), 0},
	{"H56 two, different", WITH("Content-Length: 6\r\nContent-Length: 7"), 400},
	{"H56 two, same", WITH("Content-Length: 6\r\nContent-Length: 6"), 400},
	{"H56 list", WITH("Content-Length: 6, 6"), 400},
	{"H56 sign", WITH("Content-Length: +6"), 400},
	{"H56 minus", WITH("Content-Length: -6"), 400},
	{"H56 hex", WITH("Content-Length: 0x6"), 400},
	{"H56 empty", WITH("Content-Length:"), 400},
	{"H56 inner SP", WITH("Content-Length: 6 6"), 400},
	{"H56 decimal", WITH("Content-Length: 6.0"), 400},
	{"H57 chunked", WITH("Transfer-Encoding: chunked"), 0},
	{"H57 Chunked", WITH("Transfer-Encoding: Chunked"), 0},
	{"H57 and Content-Length", WITH("Transfer-Encoding: chunked\r\nContent-Length: 6"), 400},
	{"H57 and Content-Length 0", WITH("Content-Length: 0\r\nTransfer-Encoding: chunked"), 400},
	{"H57 HTTP/1.0", S("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
	{"H57 gzip, chunked", WITH("Transfer-Encoding: gzip, chunked"), 501},
	{"H57 gzip", WITH("Transfer-Encoding: gzip"), 400},
	{"H57 twice", WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
	{"H57 empty", WITH("Transfer-Encoding:"), 400},
	{"H57 xchunked", WITH("Transfer-Encoding: xchunked"), 400},
	{"H57 chunked;q=1", WITH("Transfer-Encoding: chunked;q=1"), 400},
	{"H58 Content-Length 0", WITH("Content-Length: 0"), 0},
	{"H89 ClientHello", S("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400},
	{"H89 its first byte", S("\x16"), 400},
	{"H90 zeros", S("\0\0\0\0\0\0\0\0"), 400},
	{"H90 SSH", S("SSH-2.0-x\r\n"), 400},
	{"H97 PROXY v1", S("PROXY TCP4 10.0.0.1 10.0.0.2 1234 80\r\n" B), 400},
	{"H97 PROXY v2", S("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"), 400},
	{"H99 status-line", S("HTTP/1.1 200 OK\r\n\r\n"), 400},
	{"nothing", S(""), AGAIN},
	{"half a method", S("GE"), AGAIN},
	{"half an empty line", S("\r"), AGAIN},
	{"H88 no last LF", S(LINE HOST "\r"), AGAIN},
};

/* A parser's run over one input, as split.h wants it. */
typedef struct run {
	cr_http_head head;
	cr_status st;
	size_t consumed;
	char text[4096];
	size_t n;
	const uint8_t *base;
} run;

static void reset(void *arg)
{
	run *r = arg;

	memset(&r->head, 0xa5, sizeof(r->head));
	r->consumed = 12345;
	r->n = 0;
}

static void note(run *r, cr_slice s)
{
	int n = snprintf(r->text + r->n, sizeof(r->text) - r->n, "%td+%zu ",
		s.ptr >= r->base && s.ptr <= r->base + 65536 ? s.ptr - r->base : -1, s.len);

	assert_in_range(n, 1, sizeof(r->text) - r->n - 1);
	r->n += (size_t) n;
}

/* Writes down where every slice lies, while the input is still there. */
static bool feed(void *arg, const uint8_t *p, size_t seen, size_t len)
{
	run *r = arg;
	cr_http_head *h = &r->head;

	r->st = cr_http_head_parse(h, &r->consumed, p, len, seen);
	if (r->st == CR_AGAIN) {
		return true;
	}
	r->base = p;
	if (r->st == CR_OK) {
		assert_in_range(r->consumed, 1, len);
		note(r, h->method);
		note(r, h->target);
		note(r, h->path);
		note(r, h->query);
		note(r, h->authority);
		note(r, h->host);
		for (size_t i = 0; i < h->n_headers; i++) {
			note(r, h->headers[i].name);
			note(r, h->headers[i].value);
			assert_non_null(h->headers[i].value.ptr);
		}
	}
	return false;
}

static size_t outcome(void *arg, char *out, size_t size)
{
	run *r = arg;
	const cr_http_head *h = &r->head;
	int n;

	if (r->st == CR_AGAIN) {
		n = snprintf(out, size, "again");
	} else if (r->st == CR_OK) {
		n = snprintf(out, size, "ok %zu 1.%d %zu: %.*s", r->consumed, h->minor, h->n_headers,
			(int) r->n, r->text);
	} else {
		assert_int_equal(r->st, CR_ERR_PROTO);
		n = snprintf(out, size, "%d %s", h->status, h->reason);
	}
	/* *consumed is set with CR_OK and never else */
	assert_true((r->consumed == 12345) == (r->st != CR_OK));
	return (size_t) n;
}

static void expect(const char *text, size_t len, int status)
{
	static run got;
	const split_target target = {reset, feed, outcome, &got};

	reset(&got);
	(void) feed(&got, (const uint8_t *) text, 0, len);
	if (status == AGAIN) {
		assert_int_equal(got.st, CR_AGAIN);
	} else if (status) {
		assert_int_equal(got.st, CR_ERR_PROTO);
		assert_int_equal(got.head.status, status);
		assert_non_null(got.head.reason);
	} else {
		if (got.st != CR_OK) {
			print_error("%d %s\n", got.head.status, got.st < 0 ? got.head.reason : "again");
		}
		assert_int_equal(got.st, CR_OK);
		assert_int_equal(got.consumed, len);
	}
	split_check(&target, text, len);
}

static void test_row(void **state)
{
	const row *r = *state;

	expect(r->text, r->len, r->status);
}

static char big[SPLIT_MAX_INPUT];
static size_t big_len;

static void add(const char *text)
{
	size_t n = strlen(text);

	assert_true(n <= sizeof(big) - big_len);
	memcpy(big + big_len, text, n);
	big_len += n;
}

static void add_many(char c, size_t n)
{
	assert_true(n <= sizeof(big) - big_len);
	memset(big + big_len, c, n);
	big_len += n;
}

/* H16, H24, H30: what each byte does at one place of the request. */
static void expect_bytes(const char *before, const char *after, const char *good, bool high_is_good)
{
	for (int c = 0; c < 256; c++) {
		char text[256];
		size_t n = strlen(before), rest = strlen(after), len = n + 1 + rest;
		uint8_t byte = (uint8_t) c;
		cr_http_head head;
		size_t consumed;
		bool want = c >= 0x80 ? high_is_good : c != 0 && strchr(good, c) != NULL;

		memcpy(text, before, n);
		memcpy(text + n, &byte, 1);
		memcpy(text + n + 1, after, rest);
		cr_status st = cr_http_head_parse(&head, &consumed, (uint8_t *) text, len, 0);
		if ((st == CR_OK) != want || (st != CR_OK && (st != CR_ERR_PROTO || head.status != 400))) {
			print_error("byte %02x between \"%s\" and \"%s\"\n", byte, before, after);
			fail();
		}
	}
}

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void test_h16_value_bytes(void **state)
{
	(void) state;
	expect_bytes(LINE HOST "X: a", "b\r\n\r\n",
		"\t !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" ALNUM, true);
}

static void test_h24_name_bytes(void **state)
{
	(void) state;
	/* ':' ends the name, which is then "X" */
	expect_bytes(LINE HOST "X", "Y: b\r\n\r\n", ":!#$%&'*+-.^_`|~" ALNUM, false);
}

static void test_h30_target_bytes(void **state)
{
	(void) state;
	/* ' ' would make "b" part of the version; '?' begins the query */
	expect_bytes("GET /a", "b HTTP/1.1\r\n" HOST "\r\n", "?/:@!$&'()*+,;=-._~" ALNUM, false);
	expect_bytes("GET /a?c", "b HTTP/1.1\r\n" HOST "\r\n", "?/:@!$&'()*+,;=-._~[]" ALNUM, false);
}

static void test_method_bytes(void **state)
{
	(void) state;
	expect_bytes("G", "T / HTTP/1.1\r\n" HOST "\r\n", "!#$%&'*+-.^_`|~" ALNUM, false);
}

static void test_h35_host_bytes(void **state)
{
	(void) state;
	expect_bytes(LINE "Host: a", "b\r\n\r\n", "-._~" ALNUM, false);
}

static void test_h29_target_length(void **state)
{
	(void) state;
	/* "GET " and " HTTP/1.1" take 13 bytes of the line */
	for (size_t extra = 0; extra <= 1; extra++) {
		big_len = 0;
		add("GET /");
		add_many('a', CR_HTTP_MAX_LINE - 14 + extra);
		add(" HTTP/1.1\r\n" HOST "\r\n");
		expect(big, big_len, extra ? 414 : 0);
	}
	big_len = 0;
	add("GET /");
	add_many('a', 8192);
	add(" HTTP/1.1\r\n" HOST "\r\n");
	expect(big, big_len, 414);

	/* it need not be complete to be known */
	big_len = 0;
	add("GET /");
	add_many('a', CR_HTTP_MAX_LINE - 5 + 1);
	expect(big, big_len, AGAIN);
	add("a");
	expect(big, big_len, 414);
}

static void test_h35_host_length(void **state)
{
	(void) state;
	for (size_t n = 255; n <= 256; n++) {
		big_len = 0;
		add(LINE "Host: ");
		add_many('a', n);
		add(":8080\r\n\r\n");
		expect(big, big_len, n == 255 ? 0 : 400);
	}
}

static void add_headers(size_t n)
{
	char line[64];

	for (size_t i = 0; i < n; i++) {
		(void) snprintf(line, sizeof(line), "X-%zu: %zu\r\n", i, i);
		add(line);
	}
}

static void test_h82_headers(void **state)
{
	(void) state;
	for (size_t n = 99; n <= 100; n++) {
		big_len = 0;
		add(LINE HOST);
		add_headers(n);
		add("\r\n");
		expect(big, big_len, n == 99 ? 0 : 431);
	}
}

static void test_h83_2001_headers(void **state)
{
	(void) state;
	big_len = 0;
	add(LINE HOST);
	add_headers(1999);
	add("Upgrade: websocket\r\n\r\n");
	expect(big, big_len, 431);
}

static void test_h84_header_line(void **state)
{
	(void) state;
	for (size_t extra = 0; extra <= 1; extra++) {
		big_len = 0;
		add(LINE HOST "X: ");
		add_many('a', CR_HTTP_MAX_LINE - 3 + extra);
		add("\r\n\r\n");
		expect(big, big_len, extra ? 431 : 0);
	}
}

static void add_head_of(size_t size)
{
	size_t begin = big_len;

	add(LINE HOST "X: ");
	add_many('a', 8180);
	add("\r\nY: ");
	add_many('b', size - (big_len - begin) - 4);
	add("\r\n\r\n");
}

static void test_h84_head(void **state)
{
	(void) state;
	for (size_t extra = 0; extra <= 1; extra++) {
		big_len = 0;
		add_head_of(CR_HTTP_MAX_HEAD - extra);
		assert_int_equal(big_len, CR_HTTP_MAX_HEAD - extra);
		expect(big, big_len, 0);
	}
	big_len = 0;
	add_head_of(CR_HTTP_MAX_HEAD + 1);
	expect(big, big_len, 431);
	/* it need not be complete to be known */
	expect(big, CR_HTTP_MAX_HEAD - 1, AGAIN);
	expect(big, CR_HTTP_MAX_HEAD, 431);
	/* empty lines before it are not part of it */
	big_len = 0;
	add("\r\n\r\n\r\n\r\n\r\n");
	add_head_of(CR_HTTP_MAX_HEAD);
	expect(big, big_len, 0);
}

static double seconds(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* H85: a head byte by byte. One that is looked at from its start each time
 * costs 134 million steps, under the sanitizers far more than the bound. */
static void test_h85_linear(void **state)
{
	cr_http_head head;
	size_t consumed;
	(void) state;

	big_len = 0;
	add_head_of(CR_HTTP_MAX_HEAD);
	double begin = seconds();
	for (size_t len = 1; len <= big_len; len++) {
		cr_status st = cr_http_head_parse(&head, &consumed, (uint8_t *) big, len, len - 1);
		assert_int_equal(st, len < big_len ? CR_AGAIN : CR_OK);
	}
	assert_true(seconds() - begin < 0.2);
}

/* The same by counting: the bytes seen before are behind a fence, all but the
 * few that are looked at every time. */
static void test_h85_does_not_look_back(void **state)
{
	cr_http_head head;
	size_t consumed, page = (size_t) sysconf(_SC_PAGESIZE);
	(void) state;

	if (page != 4096) {
		skip(); /* the fence would not lie between the two */
	}
	uint8_t *area = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(area != MAP_FAILED);
	memset(area, 'a', 4 * page);
	memcpy(area, LINE HOST "X: ", sizeof(LINE HOST "X: ") - 1);
	assert_int_equal(mprotect(area + page, page, PROT_NONE), 0);
	for (size_t len = 2 * page + 4; len < 4 * page; len++) {
		assert_int_equal(cr_http_head_parse(&head, &consumed, area, len, len - 1), CR_AGAIN);
	}
	assert_int_equal(munmap(area, 4 * page), 0);
}

static void test_h90_random(void **state)
{
	uint8_t first[256] = {0};
	(void) state;

	srand(90);
	for (int round = 0; round < 200; round++) {
		cr_http_head head;
		size_t consumed;

		for (size_t i = 0; i < 65536; i++) {
			big[i] = (char) rand();
		}
		big[0] = (char) round; /* also those that begin like a token */
		cr_status st = cr_http_head_parse(&head, &consumed, (uint8_t *) big, 65536, 0);
		assert_int_equal(st, CR_ERR_PROTO);
		assert_true(head.status == 400);
		first[(uint8_t) big[0]] = 1;
	}
	assert_int_equal(first['G'], 1);
	memset(big, 0, 65536);
	big_len = 65536;
	expect(big, big_len, 400);
}

/* Any one byte of the base request changed to anything: no outcome but these. */
static void test_mutations(void **state)
{
	static const char base[] = "\r\n" LINE HOST "Content-Length: 6\r\nX: y\r\n\r\n";
	static const uint8_t bytes[] = {0, '\t', '\n', '\r', ' ', '"', '%', ',', '/', '0', ':', '?',
		'A', 0x7f, 0x80, 0xff};
	static run got;
	const split_target target = {reset, feed, outcome, &got};
	(void) state;

	for (size_t i = 0; i < sizeof(base) - 1; i++) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			char text[sizeof(base)];

			memcpy(text, base, sizeof(base));
			text[i] = (char) bytes[k];
			split_check(&target, text, sizeof(base) - 1);
			assert_true(got.st == CR_OK || got.st == CR_AGAIN || got.head.status == 400
				|| got.head.status == 505);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_h16_value_bytes),
		cmocka_unit_test(test_h24_name_bytes),
		cmocka_unit_test(test_h29_target_length),
		cmocka_unit_test(test_h30_target_bytes),
		cmocka_unit_test(test_h35_host_bytes),
		cmocka_unit_test(test_h35_host_length),
		cmocka_unit_test(test_h82_headers),
		cmocka_unit_test(test_h83_2001_headers),
		cmocka_unit_test(test_h84_header_line),
		cmocka_unit_test(test_h84_head),
		cmocka_unit_test(test_h85_linear),
		cmocka_unit_test(test_h85_does_not_look_back),
		cmocka_unit_test(test_h90_random),
		cmocka_unit_test(test_method_bytes),
		cmocka_unit_test(test_mutations),
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
	return cmocka_run_group_tests_name("http_head", tests, NULL, NULL);
}
