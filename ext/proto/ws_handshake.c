/* The opening handshake as a server reads it (RFC 6455, section 4.2.1), and
 * origins (RFC 6454).
 *
 * Lists are compared element by element, never searched for a substring:
 * "xUpgrade" is not "Upgrade", and "http://example.org.evil" is not ours.
 */
#include "ext/proto/ws_handshake.h"

#include "ext/proto/ws_accept.h"

#define MAX_PROTOCOLS 32

static bool has_element(const cr_http_head *head, const char *name, cr_slice wanted)
{
	cr_http_list_iter it = {0};
	cr_slice element;

	while (cr_http_list_next(head, name, &it, &element)) {
		if (cr_slice_ieq(element, wanted)) {
			return true;
		}
	}
	return false;
}

static bool has_header(const cr_http_head *head, const char *name)
{
	return cr_http_head_get(head, name, NULL).ptr != NULL;
}

static bool has_body(const cr_http_head *head)
{
	return has_header(head, "Transfer-Encoding") || cr_http_content_length(head) > 0;
}

static bool is_ascii(cr_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

static void refuse(cr_ws_handshake *hs, int status, const char *reason)
{
	hs->status = status;
	hs->reason = reason;
}

/* 1#token without empty elements and without a repetition (section 4.1, point
 * 10), over all headers of that name. */
static bool are_protocols_valid(const cr_http_head *head)
{
	static const char name[] = "Sec-WebSocket-Protocol";
	cr_slice seen[MAX_PROTOCOLS], element;
	size_t n = 0, wanted = 0;
	cr_http_list_iter it = {0};

	while (cr_http_list_next(head, name, &it, &element)) {
		if (!cr_http_is_token(element) || n == MAX_PROTOCOLS) {
			return false;
		}
		for (size_t i = 0; i < n; i++) {
			if (cr_slice_eq(seen[i], element)) {
				return false;
			}
		}
		seen[n++] = element;
	}

	/* the walk skips empty elements; the commas tell whether there were any */
	for (size_t i = 0; i < head->n_headers; i++) {
		if (cr_slice_ieq(head->headers[i].name, cr_slice_str(name))) {
			cr_slice value = head->headers[i].value;

			wanted++;
			for (size_t k = 0; k < value.len; k++) {
				wanted += value.ptr[k] == ',';
			}
		}
	}
	return n == wanted;
}

/* Reading a header's value from left to right. */
typedef struct cursor {
	cr_slice text;
	size_t pos;
} cursor;

static uint8_t peek(const cursor *c)
{
	return c->pos < c->text.len ? c->text.ptr[c->pos] : 0;
}

static void skip_spaces(cursor *c)
{
	while (peek(c) == ' ' || peek(c) == '\t') {
		c->pos++;
	}
}

static bool skip_char(cursor *c, uint8_t wanted)
{
	skip_spaces(c);
	if (peek(c) != wanted) {
		return false;
	}
	c->pos++;
	skip_spaces(c);
	return true;
}

static bool skip_token(cursor *c)
{
	size_t start = c->pos;

	while (c->pos < c->text.len && cr_http_is_token(cr_slice_of(c->text.ptr + c->pos, 1))) {
		c->pos++;
	}
	return c->pos > start;
}

/* Section 4.3: what stands between the quotes must be a token once unescaped. */
static bool skip_value(cursor *c)
{
	size_t start;

	if (peek(c) != '"') {
		return skip_token(c);
	}
	c->pos++;
	for (start = c->pos; peek(c) != '"'; c->pos++) {
		c->pos += peek(c) == '\\';
		if (c->pos >= c->text.len || !cr_http_is_token(cr_slice_of(c->text.ptr + c->pos, 1))) {
			return false;
		}
	}
	return c->pos++ > start;
}

/* extension-list of section 4.3; RFC 2616's lists may have empty elements */
static bool is_extension_list(cr_slice text)
{
	cursor c = {.text = text};

	while (skip_char(&c, ',')) {
	}
	while (c.pos < text.len) {
		if (!skip_token(&c)) {
			return false;
		}
		while (skip_char(&c, ';')) {
			if (!skip_token(&c) || (skip_char(&c, '=') && !skip_value(&c))) {
				return false;
			}
		}
		if (!skip_char(&c, ',') && c.pos < text.len) {
			return false;
		}
		while (skip_char(&c, ',')) {
		}
	}
	return true;
}

static bool are_extensions_valid(const cr_http_head *head)
{
	for (size_t i = 0; i < head->n_headers; i++) {
		if (cr_slice_ieq(head->headers[i].name, CR_SLICE("Sec-WebSocket-Extensions"))
			&& !is_extension_list(head->headers[i].value)) {
			return false;
		}
	}
	return true;
}

/* Is this request one to upgrade at all? false: hs says what to answer. */
static bool check_request(cr_ws_handshake *hs, const cr_http_head *head)
{
	if (head->minor == 0) {
		/* RFC 9110, section 7.8: Upgrade in HTTP/1.0 must be ignored */
		refuse(hs, 426, "HTTP/1.0 cannot be upgraded to WebSocket.");
		return false;
	}
	hs->asked = has_element(head, "Upgrade", CR_SLICE("websocket"));
	if (!hs->asked) {
		refuse(hs, 426, "This address speaks WebSocket.");
		if (has_header(head, "Sec-WebSocket-Key")) {
			hs->reason = "The Upgrade header was lost on the way, perhaps in a proxy.";
		}
		return false;
	}
	if (!cr_slice_eq(head->method, CR_SLICE("GET"))) {
		refuse(hs, 405, "A WebSocket is opened with GET.");
		return false;
	}
	if (has_body(head)) {
		refuse(hs, 400, "A WebSocket handshake has no body.");
		return false;
	}
	if (has_header(head, "Expect")) {
		refuse(hs, 417, "A WebSocket handshake cannot expect anything.");
		return false;
	}
	if (!has_element(head, "Connection", CR_SLICE("upgrade"))) {
		refuse(hs, 400, "The Connection header does not name Upgrade.");
		return false;
	}
	return true;
}

static bool check_version(cr_ws_handshake *hs, const cr_http_head *head)
{
	size_t count;
	cr_slice version = cr_http_head_get(head, "Sec-WebSocket-Version", &count);

	if (has_header(head, "Sec-WebSocket-Key1") || has_header(head, "Sec-WebSocket-Key2")) {
		refuse(hs, 400, "This is a draft of WebSocket that is no longer spoken.");
	} else if (count > 1) {
		refuse(hs, 400, "There is more than one Sec-WebSocket-Version.");
	} else if (!cr_slice_eq(version, CR_SLICE("13"))) {
		refuse(hs, 426, "Only version 13 of WebSocket is spoken here.");
	} else {
		return true;
	}
	return false;
}

void cr_ws_handshake_check(cr_ws_handshake *hs, const cr_http_head *head)
{
	size_t n_keys, n_origins;
	cr_slice key = cr_http_head_get(head, "Sec-WebSocket-Key", &n_keys);
	cr_slice origin = cr_http_head_get(head, "Origin", &n_origins);

	*hs = (cr_ws_handshake){.status = 101};
	if (!check_request(hs, head) || !check_version(hs, head)) {
		return;
	}
	if (n_keys > 1) {
		refuse(hs, 400, "There is more than one Sec-WebSocket-Key.");
	} else if (!cr_ws_key_is_valid(key)) {
		refuse(hs, 400, "Sec-WebSocket-Key is missing or malformed.");
	} else if (n_origins > 1 || !is_ascii(origin)) {
		refuse(hs, 400, "The Origin header is malformed or there is more than one.");
	} else if (!are_protocols_valid(head)) {
		refuse(hs, 400, "Sec-WebSocket-Protocol is malformed.");
	} else if (!are_extensions_valid(head)) {
		refuse(hs, 400, "Sec-WebSocket-Extensions is malformed.");
	} else {
		hs->key = key;
		hs->origin = origin;
		hs->has_protocols = has_header(head, "Sec-WebSocket-Protocol");
	}
}

static bool is_secure(cr_slice scheme)
{
	return cr_slice_ieq(scheme, CR_SLICE("https")) || cr_slice_ieq(scheme, CR_SLICE("wss"));
}

/* 0: the scheme has no port of its own */
static unsigned default_port(cr_slice scheme)
{
	if (cr_slice_ieq(scheme, CR_SLICE("http")) || cr_slice_ieq(scheme, CR_SLICE("ws"))) {
		return 80;
	}
	if (is_secure(scheme)) {
		return 443;
	}
	return 0;
}

static bool is_scheme(cr_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i], lower = c | 0x20;
		bool letter = lower >= 'a' && lower <= 'z';

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))) {
			return false;
		}
	}
	return s.len > 0;
}

/* With wildcard, "*." may stand before the host and is left out of o->host. */
static cr_status split_origin(cr_origin *o, cr_slice text, bool *wildcard)
{
	cr_origin found;
	const uint8_t *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
	size_t n = colon ? (size_t) (colon - text.ptr) : 0;

	if (text.len < n + 3 || memcmp(text.ptr + n, "://", 3) != 0) {
		return CR_ERR_FORM;
	}
	found.scheme = cr_slice_of(text.ptr, n);
	if (!is_scheme(found.scheme) || cr_slice_ieq(found.scheme, CR_SLICE("file"))) {
		return CR_ERR_FORM;
	}

	cr_slice rest = cr_slice_of(text.ptr + n + 3, text.len - n - 3);
	if (wildcard) {
		*wildcard = rest.len >= 2 && memcmp(rest.ptr, "*.", 2) == 0;
		if (*wildcard) {
			rest = cr_slice_of(rest.ptr + 2, rest.len - 2);
			if (rest.len > 0 && rest.ptr[0] == '[') {
				return CR_ERR_FORM; /* an address has no subdomains */
			}
		}
	}
	if (!cr_http_host_split(rest, &found.host, &found.port)) {
		return CR_ERR_FORM;
	}
	if (found.port == 0) {
		found.port = default_port(found.scheme);
	}
	*o = found;
	return CR_OK;
}

cr_status cr_origin_parse(cr_origin *o, cr_slice text)
{
	return split_origin(o, text, NULL);
}

bool cr_origin_is_host(const cr_origin *o, cr_slice host, bool tls)
{
	cr_slice name;
	unsigned port;

	if (default_port(o->scheme) == 0) {
		return false; /* an app's or an extension's, never a page of this server */
	}
	if (is_secure(o->scheme) != tls) {
		return false; /* whoever sits on the line makes pages of http:// and this port */
	}
	if (!cr_http_host_split(host, &name, &port)) {
		return false;
	}
	if (port == 0) {
		port = tls ? 443 : 80;
	}
	return port == o->port && cr_slice_ieq(name, o->host);
}

/* name ends in "." suffix and has something before it */
static bool is_subdomain(cr_slice name, cr_slice suffix)
{
	if (name.len < suffix.len + 2) {
		return false;
	}
	const uint8_t *dot = name.ptr + name.len - suffix.len - 1;
	return *dot == '.' && cr_slice_ieq(cr_slice_of(dot + 1, suffix.len), suffix);
}

bool cr_origin_matches(cr_slice origin, cr_slice pattern)
{
	cr_origin o, p;
	bool wildcard;

	if (cr_slice_eq(pattern, CR_SLICE("*"))) {
		return true;
	}
	if (split_origin(&p, pattern, &wildcard) != CR_OK || cr_origin_parse(&o, origin) != CR_OK) {
		return false;
	}
	if (!cr_slice_ieq(o.scheme, p.scheme) || o.port != p.port) {
		return false;
	}
	return wildcard ? is_subdomain(o.host, p.host) : cr_slice_ieq(o.host, p.host);
}

bool cr_origin_pattern_is_valid(cr_slice pattern)
{
	cr_origin p;
	bool wildcard;

	return cr_slice_eq(pattern, CR_SLICE("*")) || split_origin(&p, pattern, &wildcard) == CR_OK;
}
