/* HTTP/1.x request heads, strictly (RFC 9110, RFC 9112, RFC 3986).
 *
 * Two passes. find_end() looks only at bytes that were not there the last time:
 * it finds the empty line, and on the way refuses what no head may contain (a
 * bare CR or LF, control characters) and what exceeds a limit. Its verdict
 * depends on positions in the stream alone, never on how the bytes were cut
 * into reads. Once the head is complete, the second pass reads it line by line
 * and needs no care for half lines.
 *
 * Whether a method, a path or a header is one the server serves is not decided
 * here; what a head means for a WebSocket is in ws_handshake.c.
 */
#include "ext/proto/http_head.h"

#include <arpa/inet.h>

#define METHOD_MAX  20
#define HOST_MAX    255
#define PORT_DIGITS 5

/* character classes */
#define C_TOKEN 1 /* RFC 9110, section 5.6.2 */
#define C_PATH  2 /* RFC 3986, pchar or '/', without '%' */
#define C_QUERY 4 /* the same with '?'; browsers do not escape '[' and ']' */
#define C_HOST  8 /* unreserved */
#define C_HEX   16

#define ALNUM (C_TOKEN | C_PATH | C_QUERY | C_HOST)
#define SUB   (C_PATH | C_QUERY)
#define DIGIT (ALNUM | C_HEX)

/* clang-format off */
static const uint8_t classes[256] = {
	['!'] = C_TOKEN | SUB, ['#'] = C_TOKEN, ['$'] = C_TOKEN | SUB, ['%'] = C_TOKEN,
	['&'] = C_TOKEN | SUB, ['\''] = C_TOKEN | SUB, ['('] = SUB, [')'] = SUB,
	['*'] = C_TOKEN | SUB, ['+'] = C_TOKEN | SUB, [','] = SUB, ['-'] = ALNUM, ['.'] = ALNUM,
	['/'] = SUB, ['0' ... '9'] = DIGIT, [':'] = SUB, [';'] = SUB, ['='] = SUB,
	['?'] = C_QUERY, ['@'] = SUB, ['A' ... 'F'] = DIGIT, ['G' ... 'Z'] = ALNUM,
	['['] = C_QUERY, [']'] = C_QUERY, ['^'] = C_TOKEN, ['_'] = ALNUM, ['`'] = C_TOKEN,
	['a' ... 'f'] = DIGIT, ['g' ... 'z'] = ALNUM, ['|'] = C_TOKEN, ['~'] = ALNUM,
};
/* clang-format on */

static bool is_class(uint8_t c, unsigned mask)
{
	return classes[c] & mask;
}

static bool is_all(cr_slice s, unsigned mask)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_class(s.ptr[i], mask)) {
			return false;
		}
	}
	return true;
}

static bool is_ows(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static cr_slice trim(cr_slice s)
{
	while (s.len > 0 && is_ows(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_ows(s.ptr[s.len - 1])) {
		s.len--;
	}
	return s;
}

static int hex_value(uint8_t c)
{
	if (!is_class(c, C_HEX)) {
		return -1;
	}
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static cr_status refuse(cr_http_head *head, int status, const char *reason)
{
	head->status = status;
	head->reason = reason;
	return CR_ERR_PROTO;
}

/* --- first pass --- */

/* Steps over the empty lines before the request line (RFC 9112, section 2.2).
 * On CR_OK the request line begins at *start. */
static cr_status skip_blank(cr_http_head *head, size_t *start, const uint8_t *buf, size_t len)
{
	size_t i = 0;

	for (; i < len && buf[i] == '\r'; i += 2) {
		if (i == 2 * CR_HTTP_MAX_BLANK) {
			return refuse(head, 400, "Too many empty lines before the request.");
		}
		if (i + 1 == len) {
			return CR_AGAIN;
		}
		if (buf[i + 1] != '\n') {
			return refuse(head, 400, "A line has a CR without LF.");
		}
	}
	if (i == len) {
		return CR_AGAIN;
	}
	*start = i;
	return CR_OK;
}

/* The method is looked at on every call, it is short: a peer that speaks TLS,
 * or anything else than HTTP, is recognised by its first bytes. */
static cr_status check_method(cr_http_head *head, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == ' ' && i > 0) {
			break;
		}
		if (!is_class(p[i], C_TOKEN)) {
			return refuse(head, 400, "This is not an HTTP request.");
		}
		if (i == METHOD_MAX) {
			return refuse(head, 501, "The method is not known.");
		}
	}
	return CR_OK;
}

/* Looks at the bytes from..to of a head that begins at start. */
static cr_status scan(cr_http_head *head, size_t *end,
	const uint8_t *buf, size_t start, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		uint8_t c = buf[i];
		bool after_cr = i > start && buf[i - 1] == '\r';

		if (CR_LIKELY(c >= 0x20 && c != 0x7f && !after_cr)) {
			continue;
		}
		if (after_cr != (c == '\n')) {
			return refuse(head, 400, "Lines must end with CR LF.");
		}
		if (c == '\n') {
			/* buf[start] is a letter of the method, so i - 2 is not before it */
			if (buf[i - 2] == '\n') {
				*end = i + 1;
				return CR_OK;
			}
		} else if (c != '\r' && c != '\t') {
			return refuse(head, 400, "The request contains a control character.");
		}
	}
	return CR_AGAIN;
}

static cr_status find_end(cr_http_head *head, size_t *end,
	const uint8_t *buf, size_t start, size_t len, size_t seen)
{
	/* A request line within its limit has its LF before line_edge. The check
	 * is made once, when the stream first reaches that byte. */
	size_t line_edge = start + CR_HTTP_MAX_LINE + 2, head_edge = start + CR_HTTP_MAX_HEAD;
	size_t to = len < head_edge ? len : head_edge, from = seen > start ? seen : start;

	if (from < line_edge && to >= line_edge) {
		cr_status st = scan(head, end, buf, start, from, line_edge);
		if (st != CR_AGAIN) {
			return st;
		}
		if (!memchr(buf + start, '\n', line_edge - start)) {
			return refuse(head, 414, "The request line is too long.");
		}
		from = line_edge;
	}

	cr_status st = scan(head, end, buf, start, from, to);
	if (st == CR_AGAIN && to == head_edge) {
		return refuse(head, 431, "The request head is too large.");
	}
	return st;
}

/* --- second pass --- */

/* of characters of the class and well-formed percent-escapes */
static bool is_uri_part(cr_slice s, unsigned mask)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_class(s.ptr[i], mask)) {
			continue;
		}
		if (s.ptr[i] != '%' || s.len - i < 3) {
			return false;
		}
		if (hex_value(s.ptr[i + 1]) < 0 || hex_value(s.ptr[i + 2]) < 0) {
			return false;
		}
	}
	return true;
}

static cr_status parse_path_query(cr_http_head *head, cr_slice s)
{
	const uint8_t *mark = s.len ? memchr(s.ptr, '?', s.len) : NULL;

	head->path = s;
	if (mark) {
		head->path.len = (size_t) (mark - s.ptr);
		head->query = cr_slice_of(mark + 1, s.len - head->path.len - 1);
	}
	if (!is_uri_part(head->path, C_PATH) || !is_uri_part(head->query, C_QUERY)) {
		return refuse(head, 400, "The request target contains a character it may not.");
	}
	if (head->path.len == 0) {
		head->path = CR_SLICE("/"); /* http://host and http://host?query */
	}
	return CR_OK;
}

/* The length of "http://" and the like at the start of s, 0 without. */
static size_t scheme_len(cr_slice s, unsigned *port)
{
	static const struct {
		cr_slice text;
		unsigned port;
	} schemes[] = {
		{{(const uint8_t *) "http://", 7}, 80},
		{{(const uint8_t *) "https://", 8}, 443},
		{{(const uint8_t *) "ws://", 5}, 80},
		{{(const uint8_t *) "wss://", 6}, 443},
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = schemes[i].text.len;

		if (s.len >= len && cr_slice_ieq(cr_slice_of(s.ptr, len), schemes[i].text)) {
			*port = schemes[i].port;
			return len;
		}
	}
	return 0;
}

/* RFC 9112, section 3.2 */
static cr_status parse_target(cr_http_head *head)
{
	cr_slice t = head->target;
	unsigned port;

	if (t.len > 0 && t.ptr[0] == '/') {
		return parse_path_query(head, t);
	}
	if (cr_slice_eq(head->method, CR_SLICE("CONNECT"))) {
		return refuse(head, 501, "This server is not a proxy.");
	}
	if (cr_slice_eq(t, CR_SLICE("*")) && cr_slice_eq(head->method, CR_SLICE("OPTIONS"))) {
		head->path = t;
		return CR_OK;
	}

	size_t skip = scheme_len(t, &port);
	if (skip == 0) {
		return refuse(head, 400, "The request target is malformed.");
	}

	cr_slice rest = cr_slice_of(t.ptr + skip, t.len - skip);
	size_t n = 0;
	while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?') {
		n++;
	}
	head->authority = cr_slice_of(rest.ptr, n);
	return parse_path_query(head, cr_slice_of(rest.ptr + n, rest.len - n));
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static cr_status parse_request_line(cr_http_head *head, cr_slice line)
{
	/* check_method() has found the first SP, or the line is one token */
	const uint8_t *sp1 = memchr(line.ptr, ' ', line.len), *end = line.ptr + line.len;
	const uint8_t *sp2 = sp1 ? memchr(sp1 + 1, ' ', (size_t) (end - sp1 - 1)) : NULL;

	if (!sp2) {
		return refuse(head, 400, "The request line is malformed.");
	}
	head->method = cr_slice_of(line.ptr, (size_t) (sp1 - line.ptr));
	head->target = cr_slice_of(sp1 + 1, (size_t) (sp2 - sp1 - 1));

	cr_slice v = cr_slice_of(sp2 + 1, (size_t) (end - sp2 - 1));
	if (v.len != 8 || memcmp(v.ptr, "HTTP/", 5) != 0
		|| !is_digit(v.ptr[5]) || v.ptr[6] != '.' || !is_digit(v.ptr[7])) {
		return refuse(head, 400, "The request line is malformed.");
	}

	cr_status st = parse_target(head);
	if (st != CR_OK) {
		return st;
	}
	if (v.ptr[5] != '1' || v.ptr[7] > '1') {
		return refuse(head, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
	}
	head->minor = v.ptr[7] - '0';
	return CR_OK;
}

static cr_status parse_header_line(cr_http_head *head, cr_slice line)
{
	if (line.len > CR_HTTP_MAX_LINE) {
		return refuse(head, 431, "A header is too long.");
	}
	if (head->n_headers == CR_HTTP_MAX_HEADERS) {
		return refuse(head, 431, "There are too many headers.");
	}
	/* Also a folded line: it begins with white space, which no token does. */
	const uint8_t *colon = memchr(line.ptr, ':', line.len);
	if (!colon) {
		return refuse(head, 400, "A header has no colon.");
	}

	cr_slice name = cr_slice_of(line.ptr, (size_t) (colon - line.ptr));
	if (!cr_http_is_token(name)) {
		return refuse(head, 400, "A header name is malformed.");
	}

	cr_http_header *h = &head->headers[head->n_headers++];
	h->name = name;
	h->value = trim(cr_slice_of(colon + 1, line.len - name.len - 1));
	return CR_OK;
}

static cr_status check_host(cr_http_head *head)
{
	size_t count;
	cr_slice text = cr_http_head_get(head, "Host", &count), host, a_host;
	unsigned port, a_port, a_default = 80;

	if (count > 1) {
		return refuse(head, 400, "There is more than one Host header.");
	}
	if (head->authority.ptr && !cr_http_host_split(head->authority, &a_host, &a_port)) {
		return refuse(head, 400, "The authority of the request target is malformed.");
	}
	if (count == 0) {
		return head->minor == 0 ? CR_OK : refuse(head, 400, "The Host header is missing.");
	}
	if (!cr_http_host_split(text, &host, &port)) {
		return refuse(head, 400, "The Host header is malformed.");
	}
	head->host = text;

	if (head->authority.ptr) {
		/* RFC 9112, section 3.2.2 would have Host ignored. A client sends both
		 * alike; two names are an attempt to have two readers disagree. */
		(void) scheme_len(head->target, &a_default);
		if (!cr_slice_ieq(host, a_host)
			|| (port ? port : a_default) != (a_port ? a_port : a_default)) {
			return refuse(head, 400, "The request target names another host than Host.");
		}
	}
	return CR_OK;
}

/* What decides where the body ends must have one reading only (RFC 9112,
 * sections 6.1 to 6.3). */
static cr_status check_framing(cr_http_head *head)
{
	size_t n_len, n_te, n_codings = 0, n_chunked = 0;
	cr_slice len = cr_http_head_get(head, "Content-Length", &n_len), coding;
	cr_http_list_iter it = {0};

	(void) cr_http_head_get(head, "Transfer-Encoding", &n_te);
	if (n_len > 1) {
		return refuse(head, 400, "There is more than one Content-Length.");
	}
	for (size_t i = 0; i < len.len; i++) {
		if (!is_digit(len.ptr[i])) {
			return refuse(head, 400, "Content-Length is not a number.");
		}
	}
	if (n_len == 1 && len.len == 0) {
		return refuse(head, 400, "Content-Length is not a number.");
	}
	if (n_te == 0) {
		return CR_OK;
	}
	if (n_len > 0 || head->minor == 0) {
		return refuse(head, 400, "Transfer-Encoding does not fit this request.");
	}

	while (cr_http_list_next(head, "Transfer-Encoding", &it, &coding)) {
		n_codings++;
		n_chunked += cr_slice_ieq(coding, CR_SLICE("chunked"));
	}
	if (n_chunked != 1) {
		return refuse(head, 400, "Transfer-Encoding is malformed.");
	}
	return n_codings == 1 ? CR_OK : refuse(head, 501, "Only the chunked coding is known.");
}

static cr_status parse_complete(cr_http_head *head, const uint8_t *p, const uint8_t *end)
{
	for (bool first = true; p < end; first = false) {
		const uint8_t *lf = memchr(p, '\n', (size_t) (end - p));
		cr_slice line = cr_slice_of(p, (size_t) (lf - p) - 1);
		cr_status st = first ? parse_request_line(head, line) : parse_header_line(head, line);

		if (st != CR_OK) {
			return st;
		}
		p = lf + 1;
	}

	cr_status st = check_host(head);
	return st == CR_OK ? check_framing(head) : st;
}

cr_status cr_http_head_parse(cr_http_head *head, size_t *consumed,
	const uint8_t *buf, size_t len, size_t prev_len)
{
	size_t start, end;
	cr_status st = skip_blank(head, &start, buf, len);

	if (st == CR_OK) {
		st = check_method(head, buf + start, len - start);
	}
	if (st == CR_OK) {
		st = find_end(head, &end, buf, start, len, prev_len);
	}
	if (st != CR_OK) {
		return st;
	}

	/* everything but the header array, of which n_headers says what counts */
	head->method = head->target = head->path = CR_SLICE_NONE;
	head->query = head->authority = head->host = CR_SLICE_NONE;
	head->minor = head->status = 0;
	head->n_headers = 0;
	head->reason = NULL;

	/* the empty line has no part in the second pass */
	st = parse_complete(head, buf + start, buf + end - 2);
	if (st == CR_OK) {
		*consumed = end;
	}
	return st;
}

cr_slice cr_http_head_get(const cr_http_head *head, const char *name, size_t *count)
{
	cr_slice wanted = cr_slice_str(name), found = CR_SLICE_NONE;
	size_t n = 0;

	for (size_t i = 0; i < head->n_headers; i++) {
		if (cr_slice_ieq(head->headers[i].name, wanted) && n++ == 0) {
			found = head->headers[i].value;
			if (!count) {
				break;
			}
		}
	}
	if (count) {
		*count = n;
	}
	return found;
}

/* The end of the list element at s: a comma outside of quotes, or the end. */
static size_t element_len(cr_slice s)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < s.len && (quoted || s.ptr[i] != ','); i++) {
		if (s.ptr[i] == '"') {
			quoted = !quoted;
		} else if (quoted && s.ptr[i] == '\\' && i + 1 < s.len) {
			i++;
		}
	}
	return i;
}

bool cr_http_list_next(const cr_http_head *head, const char *name, cr_http_list_iter *it,
	cr_slice *element)
{
	cr_slice wanted = cr_slice_str(name);

	for (; it->header < head->n_headers; it->header++, it->inside = false) {
		const cr_http_header *h = &head->headers[it->header];

		if (!it->inside) {
			if (!cr_slice_ieq(h->name, wanted)) {
				continue;
			}
			it->inside = true;
			it->offset = 0;
		}
		while (it->offset < h->value.len) {
			cr_slice rest = cr_slice_of(h->value.ptr + it->offset, h->value.len - it->offset);
			size_t n = element_len(rest);

			it->offset += n + 1; /* past the comma */
			cr_slice found = trim(cr_slice_of(rest.ptr, n));
			if (found.len > 0) {
				*element = found;
				return true;
			}
		}
	}
	return false;
}

uint64_t cr_http_content_length(const cr_http_head *head)
{
	cr_slice s = cr_http_head_get(head, "Content-Length", NULL);
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t) (s.ptr[i] - '0');

		if (n > (UINT64_MAX - digit) / 10) {
			return UINT64_MAX;
		}
		n = n * 10 + digit;
	}
	return n;
}

bool cr_http_keep_alive(const cr_http_head *head)
{
	bool keep = head->minor >= 1;
	cr_http_list_iter it = {0};
	cr_slice option;

	while (cr_http_list_next(head, "Connection", &it, &option)) {
		if (cr_slice_ieq(option, CR_SLICE("close"))) {
			return false;
		}
		if (cr_slice_ieq(option, CR_SLICE("keep-alive"))) {
			keep = true;
		}
	}
	return keep;
}

bool cr_http_is_token(cr_slice s)
{
	return s.len > 0 && is_all(s, C_TOKEN);
}

static bool is_ipv6(cr_slice s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	if (s.len >= sizeof(text) || memchr(s.ptr, '\0', s.len)) {
		return false;
	}
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	return inet_pton(AF_INET6, text, &addr) == 1;
}

static bool is_host_name(cr_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '.' && (i == 0 || s.ptr[i - 1] == '.')) {
			return false; /* an empty label */
		}
	}
	return s.len > 0 && is_all(s, C_HOST);
}

bool cr_http_host_split(cr_slice text, cr_slice *host, unsigned *port)
{
	bool literal = text.len > 0 && text.ptr[0] == '[';
	size_t n = 0;
	unsigned number = 0;

	if (text.len > HOST_MAX + 1 + PORT_DIGITS) {
		return false;
	}
	while (n < text.len && text.ptr[n] != (literal ? ']' : ':')) {
		n++;
	}
	if (literal) {
		if (n == text.len || !is_ipv6(cr_slice_of(text.ptr + 1, n - 1))) {
			return false;
		}
		n++; /* the bracket belongs to the host */
	} else if (!is_host_name(cr_slice_of(text.ptr, n))) {
		return false;
	}

	if (n > HOST_MAX) {
		return false;
	}
	if (n < text.len) {
		size_t digits = text.len - n - 1;

		if (text.ptr[n] != ':' || digits > PORT_DIGITS) {
			return false;
		}
		for (size_t i = n + 1; i < text.len; i++) {
			if (!is_digit(text.ptr[i])) {
				return false;
			}
			number = number * 10 + (unsigned) (text.ptr[i] - '0');
		}
		if (number == 0 || number > UINT16_MAX) {
			return false;
		}
	}
	*host = cr_slice_of(text.ptr, n);
	*port = number;
	return true;
}

/* The decoded byte at *i, which moves behind it; -1 for a bad escape or a NUL. */
static int decode_at(cr_slice s, size_t *i, bool plus)
{
	uint8_t c = s.ptr[(*i)++];

	if (c == '+' && plus) {
		return ' ';
	}
	if (c == '%') {
		if (s.len - *i < 2) {
			return -1;
		}
		int high = hex_value(s.ptr[*i]), low = hex_value(s.ptr[*i + 1]);
		if (high < 0 || low < 0) {
			return -1;
		}
		*i += 2;
		c = (uint8_t) (high << 4 | low);
	}
	return c ? c : -1;
}

long cr_http_decode(uint8_t *out, cr_slice s, bool plus)
{
	long n = 0;

	for (size_t i = 0; i < s.len;) {
		int c = decode_at(s, &i, plus);

		if (c < 0) {
			return -1;
		}
		out[n++] = (uint8_t) c;
	}
	return n;
}

static bool is_key(cr_slice raw, cr_slice key)
{
	size_t n = 0;

	for (size_t i = 0; i < raw.len; n++) {
		int c = decode_at(raw, &i, true);

		if (c < 0 || n == key.len || c != key.ptr[n]) {
			return false;
		}
	}
	return n == key.len;
}

cr_slice cr_http_query_get(cr_slice query, const char *key)
{
	cr_slice wanted = cr_slice_str(key);
	const uint8_t *p = query.ptr, *end = query.len ? p + query.len : p;

	while (p < end) {
		const uint8_t *amp = memchr(p, '&', (size_t) (end - p)), *stop = amp ? amp : end;
		const uint8_t *eq = memchr(p, '=', (size_t) (stop - p)), *name_end = eq ? eq : stop;

		if (stop > p && is_key(cr_slice_of(p, (size_t) (name_end - p)), wanted)) {
			const uint8_t *value = eq ? eq + 1 : stop;
			return cr_slice_of(value, (size_t) (stop - value));
		}
		p = amp ? amp + 1 : end;
	}
	return CR_SLICE_NONE;
}
