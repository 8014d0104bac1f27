/* Plain HTTP: one request at a time on the connection that may become a
 * WebSocket. Files first, then onRequest, then 404.
 *
 * Every refusal closes the connection (Connection: close, FIN, and what was
 * pipelined behind it is never looked at): a second request after a refused
 * upgrade is how WebSocket smuggling works. Error bodies are fixed sentences
 * and never repeat what came in.
 */
#include "ext/server/internal.h"

#include <stdio.h>
#include <time.h>

#define RESPONSE_HEAD_MAX 65536
#define MAX_SERVED        1000 /* requests on one connection */
#define NAME_SHOWN        100  /* bytes of a header's name in an error */

static const struct {
	int status;
	const char *text;
} status_texts[] = {
	{101, "Switching Protocols"},
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{411, "Length Required"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{421, "Misdirected Request"},
	{422, "Unprocessable Content"},
	{426, "Upgrade Required"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

static const char *status_text(int status)
{
	for (size_t i = 0; i < sizeof(status_texts) / sizeof(status_texts[0]); i++) {
		if (status_texts[i].status == status) {
			return status_texts[i].text;
		}
	}
	return "Status"; /* a reason phrase may be anything, RFC 9112 4 */
}

bool cr_http_init(cr_session *s)
{
	s->http = cr_calloc(1, sizeof(*s->http));
	if (s->http) {
		cr_buf_init(&s->http->in, CR_HTTP_MAX_HEAD + CR_LOOP_READ_SIZE + s->srv->config.max_message_size);
	}
	return s->http != NULL;
}

void cr_http_free(cr_session *s)
{
	if (s->http) {
		cr_buf_deinit(&s->http->in);
		cr_free(s->http);
		s->http = NULL;
	}
}

/* Responses */

static void write_date(cr_buf *b)
{
	char text[40];
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0) {
		(void) !cr_buf_printf(b, "Date: %s\r\n", text);
	}
}

static bool is_bodyless(int status)
{
	return status == 204 || status == 304;
}

static cr_status write_head(cr_buf *b, const cr_response *r, bool keep_alive)
{
	cr_status st = cr_buf_printf(b, "HTTP/1.1 %d %s\r\n", r->status, status_text(r->status));

	write_date(b);
	for (size_t i = 0; st == CR_OK && i < r->n_headers; i++) {
		st = cr_buf_printf(b, "%.*s: %.*s\r\n", (int) r->headers[i].name.len, r->headers[i].name.ptr,
			(int) r->headers[i].value.len, r->headers[i].value.ptr);
	}
	if (st == CR_OK && !is_bodyless(r->status)) {
		st = cr_buf_printf(b, "Content-Length: %zu\r\n", r->body.len);
	}
	return st == CR_OK ? cr_buf_printf(b, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close") : st;
}

static void finish_http(cr_session *s)
{
	cr_session_end(s, 1006, NULL, 0);
	cr_conn_finish(&s->conn);
}

void cr_http_respond(cr_session *s, const cr_response *r, bool head_only, bool keep_alive)
{
	cr_http_respond_chunk(s, r, NULL, head_only, keep_alive);
}

void cr_http_respond_chunk(cr_session *s, const cr_response *r, cr_chunk *body, bool head_only, bool keep_alive)
{
	cr_buf b;

	cr_buf_init(&b, RESPONSE_HEAD_MAX);
	s->srv->stats.requests++;
	keep_alive = keep_alive && !s->srv->stopping && ++s->http->served < MAX_SERVED;
	bool ok = write_head(&b, r, keep_alive) == CR_OK && cr_conn_queue_copy(&s->conn, b.data, b.len);
	if (ok && !head_only && !is_bodyless(r->status) && r->body.len > 0) {
		ok = body ? cr_conn_queue(&s->conn, body, 0, body->len)
		          : cr_conn_queue_copy(&s->conn, r->body.ptr, r->body.len);
	}
	cr_buf_deinit(&b);
	if (!ok) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1006);
	} else if (!keep_alive) {
		s->http->queued_before = UINT32_MAX;
		finish_http(s);
		cr_deadline_arm(&s->life, &s->srv->on_response, &s->srv->loop);
	} else {
		s->http->queued_before = UINT32_MAX;
		s->conn.want_drained = true;
		cr_session_wait(s, CR_WAIT_OUTPUT);
		cr_deadline_arm(&s->life, &s->srv->on_response, &s->srv->loop);
	}
}

static void respond_text(cr_session *s, int status, const char *type, const char *body, const char *extra)
{
	cr_buf b;

	if (s->state != CR_SESSION_HTTP) {
		return;
	}
	cr_buf_init(&b, RESPONSE_HEAD_MAX);
	s->srv->stats.requests++;
	cr_status st = cr_buf_printf(&b, "HTTP/1.1 %d %s\r\n", status, status_text(status));
	write_date(&b);
	if (st == CR_OK) {
		st = cr_buf_printf(&b,
			"%sContent-Type: %s; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
			"Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'\r\n"
			"Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
			extra ? extra : "", type, strlen(body), s->http->head_only ? "" : body);
	}
	if (st == CR_OK && cr_conn_queue_copy(&s->conn, b.data, b.len)) {
		finish_http(s);
	} else {
		cr_session_abort(s, 1006);
	}
	cr_buf_deinit(&b);
}

void cr_http_refuse(cr_session *s, int status, const char *reason, const char *extra)
{
	char body[256];

	snprintf(body, sizeof(body), "%d %s\n%s\n", status, status_text(status), reason);
	respond_text(s, status, "text/plain", body, extra);
}

void cr_session_wait_in_http(cr_session *s)
{
	if (cr_uuid_set_add(&s->srv->waiting, &s->uid) != CR_OK) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1011);
		return;
	}
	cr_session_wait(s, CR_WAIT_VERDICT);
	cr_deadline_arm(&s->life, &s->srv->on_response, &s->srv->loop);
}

/* Requests */

void cr_http_make_request(cr_session *s, const cr_http_head *head, cr_slice body, cr_request *r,
	cr_header *headers, char *ip, size_t ip_size)
{
	cr_session_ip(s, ip, ip_size);
	for (size_t i = 0; i < head->n_headers; i++) {
		headers[i] = (cr_header){.name = head->headers[i].name, .value = head->headers[i].value};
	}
	*r = (cr_request){
		.method = head->method,
		.target = head->target,
		.path = head->path,
		.query = head->query,
		.body = body,
		.ip = ip,
		.n_headers = head->n_headers,
		.headers = headers,
	};
}

static const char *no_upgrade_page =
	"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>WebSocket endpoint</title>\n"
	"<h1>This is a WebSocket endpoint</h1>\n"
	"<p>A chatroom server answers here, and a plain HTTP request reached it. What may be missing:</p>\n"
	"<ul>\n"
	"<li><b>A WebSocket client.</b> A browser's address bar cannot speak to this address; a page can:\n"
	"<pre>const ws = new WebSocket('ws://' + location.host + location.pathname)</pre></li>\n"
	"<li><b>The Upgrade header, lost in a proxy.</b> nginx needs, in the location that leads here:\n"
	"<pre>proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
	"proxy_set_header Connection \"upgrade\";\nproxy_set_header Host $host;</pre></li>\n"
	"<li><b>The right page.</b> A page of another origin is refused with 403 until its origin is in the\n"
	"<code>origins</code> option of the server.</li>\n"
	"<li><b>TLS.</b> A page that came over https must connect with wss://, to this server's wss:// port or to a\n"
	"proxy that ends TLS.</li>\n"
	"</ul>\n";

static const char *lost_upgrade_page =
	"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Upgrade header missing</title>\n"
	"<h1>The Upgrade header was lost on the way</h1>\n"
	"<p>A WebSocket client asked (there is a Sec-WebSocket-Key), but the request arrived without\n"
	"<code>Upgrade: websocket</code>: a proxy in between removed it, as hop-by-hop headers are unless it is told\n"
	"otherwise. nginx needs, in the location that leads here:</p>\n"
	"<pre>proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
	"proxy_set_header Connection \"upgrade\";\nproxy_set_header Host $host;</pre>\n";

static const char *foreign_origin_page =
	"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Origin not allowed</title>\n"
	"<h1>Pages of this origin may not connect</h1>\n"
	"<p>The request names an Origin that this chatroom server does not accept, and it is not a WebSocket handshake\n"
	"either. Pages that may connect are those of the server's own origin, and those that its PHP script lists:</p>\n"
	"<pre>new Chatroom($url, ['origins' => ['https://www.example.org']])</pre>\n"
	"<p>Then connect with <code>new WebSocket(...)</code>; fetch() cannot speak to this address.</p>\n";

/* What to say to a plain request for the endpoint: the likeliest thing that is
 * missing, judged by what is there. */
static const char *missing_page(const cr_session *s, const cr_http_head *head)
{
	if (cr_http_head_get(head, "Sec-WebSocket-Key", NULL).ptr) {
		return lost_upgrade_page;
	}
	if (!cr_is_allowed_origin(s, cr_http_head_get(head, "Origin", NULL), head->host)) {
		return foreign_origin_page;
	}
	return no_upgrade_page;
}

/* The path of the endpoint, compared after at most one decoding. */
static bool is_ws_path(cr_session *s, cr_slice path, bool *bad)
{
	uint8_t decoded[CR_HTTP_MAX_LINE];
	long n = path.len <= sizeof(decoded) ? cr_http_decode(decoded, path, false) : -1;
	const char *want = s->srv->addresses[s->listener].path;

	*bad = n < 0;
	return n >= 0 && (size_t) n == strlen(want) && memcmp(decoded, want, (size_t) n) == 0;
}

static bool is_method(const cr_http_head *head, const char *name)
{
	return cr_slice_eq(head->method, cr_slice_str(name));
}

static void ask_application(cr_session *s, const cr_http_head *head, cr_slice body)
{
	cr_server *srv = s->srv;
	cr_header headers[CR_HTTP_MAX_HEADERS];
	char ip[INET6_ADDRSTRLEN];
	cr_request r;

	if (!cr_server_wants(srv, CR_HOOK_REQUEST)) {
		cr_http_refuse(s, is_method(head, "GET") || s->http->head_only ? 404 : 405,
			"There is nothing here.", is_method(head, "GET") || s->http->head_only ? NULL : "Allow: GET, HEAD\r\n");
		return;
	}
	if (cr_uuid_make(&s->uid) != CR_OK) {
		cr_http_refuse(s, 500, "No randomness.", NULL);
		return;
	}
	cr_http_make_request(s, head, body, &r, headers, ip, sizeof(ip));
	cr_response answer = srv->hooks->on_request(srv->hooks_arg, s, &r);
	if (s->state != CR_SESSION_HTTP || srv->abandoned) {
		return;
	}
	if (answer.kind == CR_VERDICT_LATER) {
		cr_session_wait_in_http(s);
	} else if (answer.kind == CR_VERDICT_REPLACE) {
		cr_http_respond(s, &answer, s->http->head_only, s->http->keep_alive);
	} else {
		cr_http_refuse(s, 404, "There is nothing here.", NULL);
	}
}

/* The request has been answered: what follows it is the next one. */
static void forget_request(cr_http *h)
{
	cr_buf_consume(&h->in, h->head_len + (size_t) h->body_len);
	h->head_len = h->scanned = 0;
	h->body_len = 0;
	h->has_chunks = h->has_body = false;
}

bool cr_server_answer_request(cr_server *srv, const cr_uuid *uid, const cr_response *r)
{
	cr_session *s = cr_session_waiting(srv, uid);

	if (!s || r->kind == CR_VERDICT_LATER || s->http->body_len == UINT64_MAX) {
		return false;
	}
	cr_uuid_set_remove(&srv->waiting, &s->uid);
	s->waits &= (uint8_t) ~CR_WAIT_VERDICT;
	if (r->kind == CR_VERDICT_REPLACE) {
		cr_http_respond(s, r, s->http->head_only, s->http->keep_alive);
	} else {
		cr_http_refuse(s, 404, "There is nothing here.", NULL);
	}
	if (s->state == CR_SESSION_HTTP) {
		forget_request(s->http);
	}
	return true;
}

static void dispatch(cr_session *s, const cr_http_head *head)
{
	cr_http *h = s->http;
	cr_slice body = cr_slice_of(h->in.data + h->head_len, (size_t) h->body_len);

	if (cr_api_is_path(s->srv, head->path)) {
		cr_api_serve(s, head, body);
		return;
	}
	if ((is_method(head, "GET") || h->head_only) && cr_files_serve(s, head, h->keep_alive)) {
		return;
	}
	if ((is_method(head, "GET") || h->head_only) && cr_demo_serve(s, head, h->keep_alive)) {
		return;
	}
	ask_application(s, head, body);
}

static bool is_known_method(const cr_http_head *head)
{
	static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (is_method(head, known[i])) {
			return true;
		}
	}
	return false;
}

static void refuse_body(cr_session *s, bool is_api, int status, const char *reason)
{
	if (is_api) {
		cr_api_refuse_body(s, status, reason);
	} else {
		cr_http_refuse(s, status, reason, NULL);
	}
}

/* A plain request; true when its body may come. */
static bool begin_body(cr_session *s, const cr_http_head *head)
{
	cr_http *h = s->http;
	bool is_api = cr_api_is_path(s->srv, head->path);
	size_t n_expect;
	cr_slice expect = cr_http_head_get(head, "Expect", &n_expect);

	if (is_api && !cr_api_check_head(s, head)) {
		return false;
	}
	if (head->minor > 0 && n_expect && (n_expect > 1 || !cr_slice_ieq(expect, CR_SLICE("100-continue")))) {
		refuse_body(s, is_api, 417, "Only Expect: 100-continue is known.");
	} else if (cr_http_content_length(head) > s->srv->config.max_message_size) {
		refuse_body(s, is_api, 413, "The body is too large.");
	} else {
		h->has_chunks = cr_http_head_get(head, "Transfer-Encoding", NULL).ptr != NULL;
		h->has_body = false;
		h->body_len = cr_http_content_length(head);
		cr_http_chunked_init(&h->chunked, s->srv->config.max_message_size);
		return true;
	}
	return false;
}

/* Decides what a complete head is; true when a plain request goes on. */
static bool on_head(cr_session *s, const cr_http_head *head)
{
	cr_server *srv = s->srv;
	cr_ws_handshake hs;
	bool bad, ws_path = is_ws_path(s, head->path, &bad);

	s->http->keep_alive = cr_http_keep_alive(head);
	s->http->head_only = is_method(head, "HEAD");
	cr_ws_handshake_check(&hs, head);
	cr_forwarded_apply(s, head);
	if (s->over) {
		cr_http_refuse(s, 503, "The server is full.", "Retry-After: 10\r\n");
	} else if (srv->stopping) {
		cr_http_refuse(s, 503, "The server is stopping.", "Retry-After: 5\r\n");
	} else if (!cr_is_allowed_host(srv, head->host)) {
		srv->stats.refused_hosts++;
		cr_http_refuse(s, 421, "This server does not answer for that host (option allowed_hosts).", NULL);
	} else if (!is_known_method(head)) {
		cr_http_refuse(s, 501, "This method is not known here.", NULL);
	} else if (bad) {
		cr_http_refuse(s, 400, "The path is not valid.", NULL);
	} else if (hs.asked) {
		if (ws_path) {
			cr_upgrade_begin(s, head, &hs);
		} else {
			cr_http_refuse(s, 404, "There is no WebSocket endpoint here.", NULL);
		}
	} else if (ws_path) {
		respond_text(s, 426, "text/html", missing_page(s, head),
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
	} else {
		return begin_body(s, head);
	}
	return false;
}

/* The body's next bytes, if it is chunked. False: it has been refused. */
static bool decode_chunks(cr_session *s, bool is_api)
{
	cr_http *h = s->http;
	size_t start = h->head_len + (size_t) h->body_len, used, out;

	if (!h->has_chunks || h->has_body) {
		return true;
	}
	cr_status st = cr_http_chunked_feed(&h->chunked, h->in.data + start, h->in.len - start, &used, &out);
	if (st != CR_OK && st != CR_AGAIN) {
		s->srv->stats.protocol_errors += st == CR_ERR_PROTO;
		refuse_body(s, is_api, h->chunked.status, h->chunked.reason);
		return false;
	}
	memmove(h->in.data + start + out, h->in.data + start + used, h->in.len - start - used);
	h->in.len -= used - out;
	h->body_len += out;
	h->has_body = st == CR_OK;
	return true;
}

/* The head is complete and was let in: is the body, too? It has as long as the head had. */
static bool take_body(cr_session *s, const cr_http_head *head, bool fresh)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	cr_http *h = s->http;
	bool is_alone = h->in.len == h->head_len;

	if (!decode_chunks(s, cr_api_is_path(s->srv, head->path))) {
		return false;
	}
	if (!h->has_chunks) {
		h->has_body = h->in.len - h->head_len >= h->body_len;
	}
	if (h->has_body || !fresh) {
		return h->has_body;
	}
	cr_deadline_arm(&s->life, &s->srv->on_handshake, &s->srv->loop);
	/* HTTP/1.0 knows no 100, and who sends already does not wait for it: RFC 9110 10.1.1 */
	if (head->minor > 0 && is_alone && cr_http_head_get(head, "Expect", NULL).ptr
		&& !cr_conn_queue_copy(&s->conn, go_on, sizeof(go_on) - 1)) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1006);
	}
	return false;
}

void cr_http_process(cr_session *s)
{
	while (s->state == CR_SESSION_HTTP && s->waits == 0 && s->conn.state == CR_CONN_OPEN && !s->srv->abandoned) {
		cr_http *h = s->http;
		cr_http_head head;
		size_t consumed = 0;
		bool fresh = h->head_len == 0;

		if (h->in.len == 0 || (!fresh && !h->has_chunks && h->in.len - h->head_len < h->body_len)) {
			return;
		}
		cr_status st = cr_http_head_parse(&head, &consumed, h->in.data, h->in.len, fresh ? h->scanned : 0);
		if (st == CR_AGAIN) {
			h->scanned = h->in.len;
			return;
		}
		if (st != CR_OK) {
			s->srv->stats.protocol_errors++;
			s->srv->stats.refused_heads += head.status == 414 || head.status == 431;
			cr_http_refuse(s, head.status, head.reason, NULL);
			return;
		}
		h->head_len = consumed;
		if (fresh && !on_head(s, &head)) {
			return;
		}
		if (!take_body(s, &head, fresh)) {
			return;
		}
		dispatch(s, &head);
		if (s->state == CR_SESSION_HTTP && !(s->waits & CR_WAIT_VERDICT)) {
			forget_request(h);
		}
	}
}

void cr_http_on_bytes(cr_session *s, uint8_t *data, size_t len)
{
	if (s->srv->tls[s->listener] && !s->conn.tls) {
		s->srv->stats.protocol_errors++;
		cr_http_refuse(s, 400, "This port speaks TLS: use https:// or wss://.", NULL);
		return;
	}
	if (cr_buf_append(&s->http->in, data, len) != CR_OK) {
		s->srv->stats.out_of_memory++;
		cr_session_abort(s, 1006);
		return;
	}
	cr_http_process(s);
}

void cr_http_on_drained(cr_session *s)
{
	if (s->waits & CR_WAIT_OUTPUT) {
		cr_deadline_arm(&s->life, &s->srv->on_handshake, &s->srv->loop);
		cr_session_go_on(s, CR_WAIT_OUTPUT);
	}
}

static bool is_ours(cr_slice name)
{
	static const char *const ours[] = {
		"Connection", "Content-Length", "Date", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (cr_slice_ieq(name, cr_slice_str(ours[i]))) {
			return true;
		}
	}
	return false;
}

static bool is_field_value(cr_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((s.ptr[i] < 0x20 && s.ptr[i] != '\t') || s.ptr[i] == 0x7f) {
			return false;
		}
	}
	return true;
}

bool cr_response_is_valid(const cr_response *r, char error[CR_ERROR_MAX])
{
	if (r->status < 200 || r->status > 599) {
		snprintf(error, CR_ERROR_MAX, "the status answered must be between 200 and 599");
		return false;
	}
	for (size_t i = 0; i < r->n_headers; i++) {
		cr_slice name = r->headers[i].name;
		int shown = name.len < NAME_SHOWN ? (int) name.len : NAME_SHOWN;

		if (!cr_http_is_token(name) || is_ours(name)) {
			snprintf(error, CR_ERROR_MAX, "\"%.*s\" is not a header name that an answer may have", shown, name.ptr);
			return false;
		}
		if (!is_field_value(r->headers[i].value)) {
			snprintf(error, CR_ERROR_MAX, "the header \"%.*s\" must not contain control characters", shown, name.ptr);
			return false;
		}
	}
	return true;
}
