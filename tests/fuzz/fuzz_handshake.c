/* needs: ext/proto/ws_handshake.c ext/proto/ws_accept.c ext/proto/http_head.c */
/* needs: ext/server/proxies.c ext/core/mem.c */
/* From the bytes of a head to what is believed of it, against a reading of the
 * same bytes that shares nothing with it: 101 if and only if RFC 6455 4.2.1
 * holds, the elements of lists, the query, who is behind the proxies. And all
 * of it in linear time. Input: a byte of flags, then the head with LF for CR LF;
 * flags add what a right handshake has, or repeat the input as a header's value. */
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <time.h>

#include "ext/proto/ws_accept.h"
#include "ext/proto/ws_handshake.h"
#include "ext/server/proxies.h"
#include "reference.h"

#define MAX_VALUES CR_HTTP_MAX_HEADERS

enum {
	ADD_REQUEST_LINE = 1,
	ADD_KEY = 2,
	ADD_UPGRADE = 4,
	REPEAT = 8
};

/* the head as the reference reads it */
typedef struct ref_head {
	cr_slice method, target, version;
	size_t n;
	struct {
		cr_slice name, value;
	} field[CR_HTTP_MAX_HEADERS];
} ref_head;

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static cr_slice trimmed(const uint8_t *from, const uint8_t *to)
{
	for (; from < to && is_space(*from); from++) {
	}
	for (; to > from && is_space(to[-1]); to--) {
	}
	return cr_slice_of(from, (size_t) (to - from));
}

static void read_head(ref_head *r, const uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;

	memset(r, 0, sizeof(*r));
	while (*p == '\r') {
		p += 2;
	}
	for (bool first = true; p + 2 < end; first = false) {
		const uint8_t *cr = p;

		while (*cr != '\r') {
			cr++;
		}
		if (first) {
			const uint8_t *a = memchr(p, ' ', (size_t) (cr - p)), *b = cr;
			while (b[-1] != ' ') {
				b--;
			}
			r->method = cr_slice_of(p, (size_t) (a - p));
			r->target = cr_slice_of(a + 1, (size_t) (b - 1 - (a + 1)));
			r->version = cr_slice_of(b, (size_t) (cr - b));
		} else {
			const uint8_t *colon = memchr(p, ':', (size_t) (cr - p));
			r->field[r->n].name = cr_slice_of(p, (size_t) (colon - p));
			r->field[r->n++].value = trimmed(colon + 1, cr);
		}
		p = cr + 2;
	}
}

/* all values of the name; returns how many */
static size_t values(const ref_head *r, const char *lower, cr_slice *out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (ref_is(r->field[i].name, lower)) {
			out[n++] = r->field[i].value;
		}
	}
	return n;
}

typedef struct ref_list {
	size_t n;
	size_t n_empty;
	cr_slice element[CR_HTTP_MAX_HEAD];
} ref_list;

/* RFC 9110 5.6.1, a comma in a quoted string does not separate */
static const ref_list *elements(const ref_head *r, const char *lower)
{
	static ref_list list;
	cr_slice all[MAX_VALUES];
	size_t n = values(r, lower, all);

	list.n = list.n_empty = 0;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *from = all[i].ptr, *end = all[i].ptr + all[i].len;
		enum {
			PLAIN,
			QUOTED,
			ESCAPED
		} state = PLAIN;

		for (const uint8_t *p = from;; p++) {
			if (p == end || (state == PLAIN && *p == ',')) {
				cr_slice found = trimmed(from, p);
				if (found.len) {
					list.element[list.n++] = found;
				} else {
					list.n_empty++;
				}
				from = p + 1;
				if (p == end) {
					break;
				}
			} else if (state == ESCAPED) {
				state = QUOTED;
			} else if (*p == '"') {
				state = state == PLAIN ? QUOTED : PLAIN;
			} else if (*p == '\\' && state == QUOTED) {
				state = ESCAPED;
			}
		}
	}
	return &list;
}

static bool names(const ref_head *r, const char *header, const char *lower)
{
	const ref_list *list = elements(r, header);

	for (size_t i = 0; i < list->n; i++) {
		if (ref_is(list->element[i], lower)) {
			return true;
		}
	}
	return false;
}

static bool is_token(cr_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", s.ptr[i])) {
			return false;
		}
	}
	return s.len > 0;
}

/* A key is what the base64 of 16 bytes looks like: reading and writing it again changes nothing. */
static bool is_key(cr_slice s)
{
	uint8_t bytes[20], text[32];

	return s.len == 24 && EVP_DecodeBlock(bytes, s.ptr, 24) == 18
	       && EVP_EncodeBlock(text, bytes, 16) == 24 && memcmp(text, s.ptr, 24) == 0;
}

static bool has_no_body(const ref_head *r)
{
	cr_slice v[MAX_VALUES];

	if (values(r, "transfer-encoding", v) > 0) {
		return false;
	}
	for (size_t i = 0, n = values(r, "content-length", v); i < n; i++) {
		for (size_t k = 0; k < v[i].len; k++) {
			if (v[i].ptr[k] != '0') {
				return false;
			}
		}
	}
	return true;
}

static bool are_protocols_right(const ref_head *r)
{
	cr_slice v[MAX_VALUES];
	size_t n = values(r, "sec-websocket-protocol", v);
	const ref_list *list = elements(r, "sec-websocket-protocol");

	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (cr_slice_eq(list->element[i], list->element[k])) {
				return false;
			}
		}
		if (!is_token(list->element[i])) {
			return false;
		}
	}
	return n == 0 || (list->n_empty == 0 && list->n <= 32);
}

/* Plainly in the grammar of section 9.1. What is not may be refused or ignored. */
static bool are_extensions_right(const ref_head *r)
{
#define TOKEN "[]A-Za-z0-9!#$%&'*+.^_`|~-]+"
#define PARAM "([ \t]*;[ \t]*" TOKEN "(=" TOKEN ")?)*"
	cr_slice v[MAX_VALUES];
	char text[200];
	regmatch_t m[REF_GROUPS];

	for (size_t i = 0, n = values(r, "sec-websocket-extensions", v); i < n; i++) {
		if (v[i].len >= sizeof(text) || memchr(v[i].ptr, ']', v[i].len)) {
			return false;
		}
		snprintf(text, sizeof(text), "%.*s", (int) v[i].len, (const char *) v[i].ptr);
		if (!REF_MATCH(text, "^" TOKEN PARAM "([ \t]*,[ \t]*" TOKEN PARAM ")*$", m)) {
			return false;
		}
	}
	return true;
}

static bool is_right(const ref_head *r)
{
	cr_slice v[MAX_VALUES], origin[MAX_VALUES];
	size_t n_origins = values(r, "origin", origin);

	for (size_t i = 0; n_origins == 1 && i < origin[0].len; i++) {
		if (origin[0].ptr[i] >= 0x80) {
			return false;
		}
	}
	return ref_is(r->version, "http/1.1") && cr_slice_eq(r->method, CR_SLICE("GET"))
	       && names(r, "upgrade", "websocket") && names(r, "connection", "upgrade")
	       && has_no_body(r) && values(r, "expect", v) == 0
	       && values(r, "sec-websocket-key1", v) == 0 && values(r, "sec-websocket-key2", v) == 0
	       && values(r, "sec-websocket-version", v) == 1 && ref_is(v[0], "13")
	       && values(r, "sec-websocket-key", v) == 1 && is_key(v[0])
	       && n_origins <= 1 && are_protocols_right(r);
}

static void check_accept(cr_slice key)
{
	char got[CR_WS_ACCEPT_LEN], text[128];
	uint8_t digest[SHA_DIGEST_LENGTH], want[64];

	int n = snprintf(text, sizeof(text), "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int) key.len,
		(const char *) key.ptr);
	SHA1((uint8_t *) text, (size_t) n, digest);
	EVP_EncodeBlock(want, digest, sizeof(digest));
	REQUIRE(cr_ws_accept(got, key) == CR_OK && memcmp(got, want, CR_WS_ACCEPT_LEN) == 0);
}

static void check_handshake(const cr_http_head *h, const ref_head *r)
{
	cr_slice v[MAX_VALUES];
	cr_ws_handshake hs;
	bool right = is_right(r);

	memset(&hs, 0x5a, sizeof(hs));
	cr_ws_handshake_check(&hs, h);
	REQUIRE(hs.asked == (ref_is(r->version, "http/1.1") && names(r, "upgrade", "websocket")));
	REQUIRE(hs.status != 101 || right);
	REQUIRE(hs.status == 101 || !right || !are_extensions_right(r));
	if (hs.status != 101) {
		REQUIRE(hs.status == 400 || hs.status == 405 || hs.status == 417 || hs.status == 426);
		REQUIRE(hs.reason && *hs.reason);
		return;
	}
	REQUIRE(values(r, "sec-websocket-key", v) == 1 && cr_slice_eq(hs.key, v[0]));
	REQUIRE(hs.has_protocols == (values(r, "sec-websocket-protocol", v) > 0));
	bool there = values(r, "origin", v) == 1;
	REQUIRE(there == (hs.origin.ptr != NULL) && (!there || cr_slice_eq(hs.origin, v[0])));
	check_accept(hs.key);
}

static void check_list(const cr_http_head *h, const ref_head *r, const char *name, const char *lower)
{
	const ref_list *want = elements(r, lower);
	cr_http_list_iter it = {0};
	cr_slice element;
	size_t n = 0;

	while (cr_http_list_next(h, name, &it, &element)) {
		REQUIRE(n < want->n && cr_slice_eq(element, want->element[n]));
		n++;
	}
	REQUIRE(n == want->n);
}

/* Whose page: against Host as a browser would read both. */
static void check_origin(const cr_http_head *h, const ref_head *r)
{
	static ref_text text;
	cr_slice v[MAX_VALUES], host;
	unsigned port;
	cr_origin o;
	ref_origin want;

	if (values(r, "origin", v) == 0 || !h->host.ptr) {
		return;
	}
	ref_copy(&text, v[0]);
	bool good = ref_origin_parse(&want, &text, false);
	cr_status st = cr_origin_parse(&o, v[0]);
	/* longer schemes than the reference reads exist nowhere */
	REQUIRE((st == CR_OK) == good || strcspn(text.s, ":") > 63);
	if (!good || st != CR_OK) {
		return;
	}
	ref_copy(&text, h->host);
	REQUIRE(ref_host(text.s, &host, &port));
	for (int tls = 0; tls < 2; tls++) {
		bool web = strcmp(want.scheme, "http") == 0 || strcmp(want.scheme, "https") == 0
		           || strcmp(want.scheme, "ws") == 0 || strcmp(want.scheme, "wss") == 0;
		bool secure = strcmp(want.scheme, "https") == 0 || strcmp(want.scheme, "wss") == 0;
		unsigned host_port = port ? port : tls ? 443 : 80;
		REQUIRE(cr_origin_is_host(&o, h->host, tls)
			== (web && secure == (tls != 0) && want.port == host_port && ref_is(host, want.host)));
	}
}

/* percent-decodes; -1: cannot */
static long decoded(char *out, cr_slice s, bool plus)
{
	long n = 0;

	for (size_t i = 0; i < s.len; i++) {
		char hex[3] = "";
		unsigned c = s.ptr[i];

		if (c == '%') {
			for (int k = 0; k < 2 && i + 1 < s.len && isxdigit(s.ptr[i + 1]); k++) {
				hex[k] = (char) s.ptr[++i];
			}
			if (!hex[1]) {
				return -1;
			}
			c = (unsigned) strtoul(hex, NULL, 16);
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == 0) {
			return -1;
		}
		out[n++] = (char) c;
	}
	return n;
}

static void check_decode(cr_slice s, bool plus)
{
	static char want[CR_HTTP_MAX_HEAD], escaped[3 * CR_HTTP_MAX_HEAD + 1];
	static uint8_t got[CR_HTTP_MAX_HEAD];
	long n = decoded(want, s, plus);

	REQUIRE(cr_http_decode(got, s, plus) == n);
	REQUIRE(n <= 0 || memcmp(got, want, (size_t) n) == 0);
	/* escaped in full it comes back */
	for (long i = 0; i < n; i++) {
		snprintf(escaped + 3 * i, 4, "%%%02x", (uint8_t) want[i]);
	}
	if (n > 0) {
		REQUIRE(cr_http_decode(got, cr_slice_of(escaped, 3 * (size_t) n), plus) == n);
		REQUIRE(memcmp(got, want, (size_t) n) == 0);
	}
}

static void check_query(cr_slice query)
{
	static char name[CR_HTTP_MAX_HEAD];
	cr_slice want = CR_SLICE_NONE;

	for (size_t from = 0, to; query.ptr && from <= query.len; from = to + 1) {
		size_t eq = from;

		for (to = from; to < query.len && query.ptr[to] != '&'; to++) {
		}
		while (eq < to && query.ptr[eq] != '=') {
			eq++;
		}
		long n = decoded(name, cr_slice_of(query.ptr + from, eq - from), true);
		if (n == 4 && memcmp(name, "room", 4) == 0) {
			want = eq < to ? cr_slice_of(query.ptr + eq + 1, to - eq - 1) : cr_slice_of(query.ptr + to, 0);
			break;
		}
	}
	cr_slice got = cr_http_query_get(query, "room");
	REQUIRE(got.ptr == want.ptr && got.len == want.len);
	if (got.ptr) {
		check_decode(got, true);
	}
}

static bool ref_forwarded(uint8_t ip[16], cr_slice s)
{
	const uint8_t *end = NULL;

	if (s.len && s.ptr[0] == '[') {
		end = memchr(s.ptr, ']', s.len);
		return end && ref_ip(ip, cr_slice_of(s.ptr + 1, (size_t) (end - s.ptr - 1)));
	}
	if (ref_ip(ip, s)) {
		return true;
	}
	end = s.len ? memchr(s.ptr, ':', s.len) : NULL;
	return end && ref_ip(ip, cr_slice_of(s.ptr, (size_t) (end - s.ptr))) == 4;
}

/* From the right, as the rule is told: over the proxies we trust to the first stranger. */
static void check_proxies(const cr_http_head *h, const ref_head *r)
{
	static const cr_slice texts[] = {
		{(const uint8_t *) "10.0.0.0/8", 10}, {(const uint8_t *) "::1", 3}};
	static cr_proxies p;
	static bool ready;
	struct in6_addr got;
	uint8_t want[16], ip[16];
	bool told = false;

	if (!ready) {
		REQUIRE(cr_proxies_init(&p, texts, 2) == CR_OK);
		ready = true;
	}
	const ref_list *list = elements(r, "x-forwarded-for");
	for (size_t i = list->n; i-- > 0 && ref_forwarded(ip, list->element[i]);) {
		told = true;
		memcpy(want, ip, 16);
		if (memcmp(ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a", 13) != 0
			&& memcmp(ip, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16) != 0) {
			break;
		}
	}
	REQUIRE(cr_proxies_client(&p, h, &got) == told);
	REQUIRE(!told || memcmp(&got, want, 16) == 0);

	list = elements(r, "x-forwarded-proto");
	for (int otherwise = 0; otherwise < 2; otherwise++) {
		bool https = list->n == 0 ? otherwise : ref_is(list->element[list->n - 1], "https")
		                                            || ref_is(list->element[list->n - 1], "wss");
		REQUIRE(cr_proxies_is_https(h, otherwise) == https);
	}
}

static void check_all(const cr_http_head *h, const uint8_t *buf, size_t len)
{
	static ref_head r;
	cr_slice v[MAX_VALUES];

	read_head(&r, buf, len);
	REQUIRE(r.n == h->n_headers && cr_slice_eq(r.method, h->method) && cr_slice_eq(r.target, h->target));
	check_handshake(h, &r);
	check_list(h, &r, "Connection", "connection");
	check_list(h, &r, "Sec-WebSocket-Protocol", "sec-websocket-protocol");
	check_list(h, &r, "Sec-WebSocket-Extensions", "sec-websocket-extensions");
	check_list(h, &r, "X-Forwarded-For", "x-forwarded-for");
	check_origin(h, &r);
	check_proxies(h, &r);
	check_query(h->query);
	check_decode(h->path, false);
	/* as a query, and to be decoded, anything may come: of a body, of a header */
	for (size_t i = 0, n = values(&r, "x", v); i < n; i++) {
		check_query(v[i]);
		check_decode(v[i], false);
	}
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* What the server itself does, on a head of full size. */
static void work(const uint8_t *buf, size_t len)
{
	static cr_http_head h;
	static uint8_t out[CR_HTTP_MAX_HEAD];
	size_t consumed;
	cr_ws_handshake hs;
	cr_proxies nobody = {0};
	struct in6_addr ip;

	if (cr_http_head_parse(&h, &consumed, buf, len, 0) != CR_OK) {
		return;
	}
	cr_ws_handshake_check(&hs, &h);
	(void) cr_proxies_client(&nobody, &h, &ip);
	(void) cr_proxies_is_https(&h, false);
	(void) cr_http_keep_alive(&h);
	for (size_t i = 0; i < h.n_headers; i++) {
		(void) cr_http_query_get(h.headers[i].value, "room");
		(void) cr_http_decode(out, h.headers[i].value, true);
		(void) cr_origin_matches(h.headers[i].value, CR_SLICE("https://*.a.test"));
	}
}

/* Six times what the slowest takes with the sanitizers. It is processor time, and the best of several attempts, so that
 * a busy machine does not matter. */
static void check_time(const uint8_t *buf, size_t len)
{
	double least = 1;

	for (int i = 0; i < 5 && least > 0.03; i++) {
		double start = cpu_seconds(), took;

		work(buf, len);
		took = cpu_seconds() - start;
		least = took < least ? took : least;
	}
	REQUIRE(least <= 0.03);
}

static size_t append(uint8_t *buf, size_t len, const char *text)
{
	size_t n = strlen(text);

	memcpy(buf + len, text, n);
	return len + n;
}

/* The input again and again, as the values of two headers that fill the head. */
static size_t repeated(uint8_t *buf, size_t len, uint8_t which, const uint8_t *data, size_t size)
{
	static const char *const headers[] = {"Connection: ", "Upgrade: ", "Sec-WebSocket-Protocol: ",
		"Sec-WebSocket-Extensions: ", "X-Forwarded-For: ", "Origin: ", "Cookie: ", "X-Forwarded-Proto: "};

	for (int i = 0; i < 2 && size > 0; i++) {
		len = append(buf, len, headers[which % 8]);
		for (size_t k = 0; k < 7900; k++) {
			uint8_t c = data[k % size];
			buf[len++] = c == '\n' || c == '\r' ? ' ' : c;
		}
		len = append(buf, len, "\r\n");
	}
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buf[3 * CR_HTTP_MAX_HEAD];
	static cr_http_head h;
	size_t len = 0, consumed = 0;

	if (size < 1 || size > 4096) {
		return 0;
	}
	uint8_t flags = *data++;
	size--;
	if (flags & ADD_REQUEST_LINE) {
		len = append(buf, len, "GET /ws HTTP/1.1\r\nHost: a.test\r\n");
	}
	if (flags & ADD_KEY) {
		len = append(buf, len, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
	}
	if (flags & ADD_UPGRADE) {
		len = append(buf, len, "Upgrade: websocket\r\nConnection: Upgrade\r\n");
	}
	/* a full head takes long: of short inputs only, in which there is all that is worth repeating */
	if ((flags & REPEAT) && size <= 16) {
		len = repeated(buf, len, flags >> 4, data, size);
		len = append(buf, len, "\r\n");
		check_time(buf, len);
		return 0;
	}
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n') {
			buf[len++] = '\r';
		}
		buf[len++] = data[i];
	}
	len = append(buf, len, "\r\n\r\n");

	uint8_t *copy = malloc(len); /* of its own length, for ASan */
	REQUIRE(copy != NULL);
	memcpy(copy, buf, len);
	if (cr_http_head_parse(&h, &consumed, copy, len, 0) == CR_OK) {
		check_all(&h, copy, consumed);
	}
	free(copy);
	return 0;
}
