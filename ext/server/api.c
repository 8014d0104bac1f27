/* The HTTP push API, for PHP-FPM, cron and other languages: /api/NAME, JSON in
 * and out, and /healthz and /metrics beside it.
 *
 * Off until there is a token. The token is asked for as soon as the head is
 * there, before a byte of the body is looked at; it is compared as a hash, in
 * constant time. Nothing of a request is repeated in an answer but where it is
 * escaped as JSON. */
#include "ext/server/api.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>

#define ANSWER_MAX   ((size_t) 64 * 1024 * 1024)
#define KEYS_MAX     10000
#define KEY_TTL_MS   300000
#define KEY_MAX      64
#define NAME_MAX_LEN 32 /* of a field that is repeated in an answer */

/* Answers */

static const cr_header json_headers[] = {
	{{(const uint8_t *) "Content-Type", 12}, {(const uint8_t *) "application/json", 16}},
	{{(const uint8_t *) "X-Content-Type-Options", 22}, {(const uint8_t *) "nosniff", 7}},
	{{(const uint8_t *) "Cache-Control", 13}, {(const uint8_t *) "no-store", 8}},
	{{(const uint8_t *) "WWW-Authenticate", 16}, {(const uint8_t *) "Bearer", 6}},
	{{(const uint8_t *) "Allow", 5}, {(const uint8_t *) "POST", 4}},
	{{(const uint8_t *) "Allow", 5}, {(const uint8_t *) "GET, HEAD", 9}},
};

static void respond(cr_session *s, int status, cr_slice body, bool keep_alive, bool post)
{
	cr_header headers[4];
	size_t n = 3;

	memcpy(headers, json_headers, 3 * sizeof(headers[0]));
	if (status == 401) {
		headers[n++] = json_headers[3];
	} else if (status == 405) {
		headers[n++] = post ? json_headers[4] : json_headers[5];
	}
	cr_response r = {.kind = CR_VERDICT_REPLACE, .status = status, .n_headers = n, .headers = headers, .body = body};
	cr_http_respond(s, &r, s->http->head_only, keep_alive);
}

/* Before the body was read: the connection cannot be used again. */
static void refuse(cr_session *s, int status, const char *code, const char *message, bool post)
{
	cr_server *srv = s->srv;
	cr_json_out o;

	srv->stats.api_errors++;
	srv->api_out.len = 0;
	cr_json_out_init(&o, &srv->api_out);
	cr_json_out_open(&o, NULL, '{');
	cr_json_out_open(&o, "error", '{');
	cr_json_out_cstr(&o, "code", code);
	cr_json_out_cstr(&o, "message", message);
	cr_json_out_close(&o, '}');
	cr_json_out_close(&o, '}');
	if (o.status != CR_OK) {
		cr_session_abort(s, 1006);
		return;
	}
	respond(s, status, cr_slice_of(srv->api_out.data, srv->api_out.len), false, post);
}

void cr_api_refuse_body(cr_session *s, int status, const char *reason)
{
	refuse(s, status, status == 413 ? "too_big" : "bad_request", reason, true);
}

void cr_api_wrong(cr_api_call *c, int status, const char *code, const char *fmt, ...)
{
	va_list ap;

	if (c->status != 200) {
		return; /* the first is what counts */
	}
	c->status = status;
	c->code = code;
	va_start(ap, fmt);
	vsnprintf(c->message, sizeof(c->message), fmt, ap);
	va_end(ap);
}

/* Who may */

static bool is_authorized(const cr_server *srv, const cr_http_head *head)
{
	static const char bearer[] = "Bearer ";
	const size_t n = sizeof(bearer) - 1;
	uint8_t given[SHA256_DIGEST_LENGTH], wanted[SHA256_DIGEST_LENGTH];
	size_t count;
	cr_slice field = cr_http_head_get(head, "Authorization", &count);

	if (count != 1 || field.len <= n || strncasecmp((const char *) field.ptr, bearer, n) != 0) {
		return false;
	}
	SHA256(field.ptr + n, field.len - n, given);
	SHA256(srv->config.api_token.ptr, srv->config.api_token.len, wanted);
	return CRYPTO_memcmp(given, wanted, sizeof(given)) == 0;
}

static const cr_api_route *find_route(cr_slice path)
{
	static const char prefix[] = "/api/";
	const size_t n = sizeof(prefix) - 1;

	if (path.len <= n || memcmp(path.ptr, prefix, n) != 0) {
		return NULL;
	}
	cr_slice name = cr_slice_of(path.ptr + n, path.len - n);
	for (const cr_api_route *r = cr_api_routes; r->name; r++) {
		if (cr_slice_eq(name, cr_slice_str(r->name))) {
			return r;
		}
	}
	return NULL;
}

/* "application/json", with no charset or utf-8. */
static bool is_json(const cr_http_head *head)
{
	cr_slice type = cr_http_head_get(head, "Content-Type", NULL);
	const cr_slice json = CR_SLICE("application/json");

	if (type.len < json.len || !cr_slice_ieq(cr_slice_of(type.ptr, json.len), json)) {
		return false;
	}
	size_t i = json.len;
	while (i < type.len && (type.ptr[i] == ' ' || type.ptr[i] == '\t')) {
		i++;
	}
	if (i == type.len) {
		return true;
	}
	if (type.ptr[i++] != ';') {
		return false;
	}
	while (i < type.len && (type.ptr[i] == ' ' || type.ptr[i] == '\t')) {
		i++;
	}
	cr_slice rest = cr_slice_of(type.ptr + i, type.len - i);
	return cr_slice_ieq(rest, CR_SLICE("charset=utf-8")) || cr_slice_ieq(rest, CR_SLICE("charset=\"utf-8\""));
}

static bool is_under_api(cr_slice path)
{
	return path.len >= 5 && memcmp(path.ptr, "/api/", 5) == 0;
}

bool cr_api_is_path(const cr_server *srv, cr_slice path)
{
	return cr_slice_eq(path, CR_SLICE("/healthz"))
	       || (srv->config.api_token.len && (is_under_api(path) || cr_slice_eq(path, CR_SLICE("/metrics"))));
}

static bool check_post(cr_session *s, const cr_http_head *head)
{
	if (!cr_http_head_get(head, "Content-Length", NULL).ptr && !cr_http_head_get(head, "Transfer-Encoding", NULL).ptr) {
		refuse(s, 411, "bad_request", "send Content-Length or Transfer-Encoding: chunked", true);
	} else if (!is_json(head)) {
		refuse(s, 415, "bad_request", "send Content-Type: application/json, in UTF-8", true);
	} else if (cr_http_head_get(head, "Content-Encoding", NULL).ptr) {
		refuse(s, 415, "bad_request", "Content-Encoding is not supported", true);
	} else {
		return true;
	}
	return false;
}

bool cr_api_check_head(cr_session *s, const cr_http_head *head)
{
	cr_server *srv = s->srv;
	bool get = cr_slice_eq(head->method, CR_SLICE("GET")) || s->http->head_only;
	const cr_api_route *r = find_route(head->path);

	if (!is_under_api(head->path)) { /* healthz, metrics */
		if (!get) {
			refuse(s, 405, "bad_request", "only GET and HEAD", false);
		} else if (head->path.ptr[1] == 'm' && !is_authorized(srv, head)) {
			srv->stats.api_unauthorized++;
			refuse(s, 401, "unauthorized", "send Authorization: Bearer and the api_token", false);
		} else {
			return true;
		}
	} else if (!is_authorized(srv, head)) {
		srv->stats.api_unauthorized++;
		refuse(s, 401, "unauthorized", "send Authorization: Bearer and the api_token", true);
	} else if (!r) {
		refuse(s, 404, "not_found", "there is no such call", true);
	} else if (r->post ? !cr_slice_eq(head->method, CR_SLICE("POST")) : !get) {
		refuse(s, 405, "bad_request", r->post ? "only POST" : "only GET and HEAD", r->post);
	} else if (r->post) {
		return check_post(s, head);
	} else {
		return true;
	}
	return false;
}

/* Calls */

/* The same call under the same key: the same answer, nothing done again. */
typedef struct cr_api_key {
	UT_hash_handle hh;
	cr_list link; /* srv->api_keys_order, oldest first */
	uint64_t at_ms;
	uint8_t hash[SHA256_DIGEST_LENGTH];
	size_t key_len, answer_len;
	char *answer;
	char key[];
} cr_api_key;

static void key_free(cr_server *srv, cr_api_key *k)
{
	HASH_DEL(srv->api_keys, k);
	cr_list_remove(&k->link);
	cr_free(k->answer);
	cr_free(k);
}

void cr_api_forget_keys(cr_server *srv, uint64_t before_ms)
{
	while (!cr_list_is_empty(&srv->api_keys_order)) {
		cr_api_key *k = cr_container_of(srv->api_keys_order.next, cr_api_key, link);

		if (k->at_ms >= before_ms && HASH_COUNT(srv->api_keys) < KEYS_MAX) {
			return;
		}
		key_free(srv, k);
	}
}

static cr_slice key_of(cr_api_call *c)
{
	cr_json *value;

	if (!cr_json_has(c->in, "idempotency_key", &value)) {
		return CR_SLICE_NONE;
	}
	cr_slice key = cr_json_string(value);
	if (key.len == 0 || key.len > KEY_MAX) {
		cr_api_wrong(c, 400, "bad_request", "idempotency_key must be a string of 1 to %d bytes", KEY_MAX);
		return CR_SLICE_NONE;
	}
	return key;
}

static cr_api_key *find_key(cr_server *srv, cr_slice key)
{
	cr_api_key *k = NULL;

	HASH_FIND(hh, srv->api_keys, key.ptr, key.len, k);
	return k;
}

static void remember(cr_api_call *c, cr_slice key)
{
	cr_server *srv = c->srv;
	cr_api_key *k = cr_calloc(1, sizeof(*k) + key.len);

	if (k) {
		k->answer = cr_malloc(srv->api_out.len + 1);
	}
	if (!k || !k->answer) {
		srv->stats.out_of_memory++; /* a repetition will be done again: as without a key */
		cr_free(k);
		return;
	}
	cr_list_init(&k->link);
	memcpy(k->answer, srv->api_out.data, srv->api_out.len);
	k->answer_len = srv->api_out.len;
	k->at_ms = cr_loop_now(&srv->loop);
	memcpy(k->hash, c->hash, sizeof(k->hash));
	memcpy(k->key, key.ptr, key.len);
	k->key_len = key.len;
	HASH_ADD_KEYPTR(hh, srv->api_keys, k->key, k->key_len, k);
	if (!CR_MAP_IS_IN(k)) {
		cr_free(k->answer);
		cr_free(k);
		return;
	}
	cr_list_append(&srv->api_keys_order, &k->link);
}

/* The body alone is not enough: ban and unban take the same. */
static void hash_call(cr_api_call *c, const cr_api_route *r)
{
	uint8_t text[SHA256_DIGEST_LENGTH + 32];
	size_t n = strlen(r->name);

	CR_ASSERT(n <= sizeof(text) - SHA256_DIGEST_LENGTH);
	SHA256(c->body.ptr, c->body.len, text);
	memcpy(text + SHA256_DIGEST_LENGTH, r->name, n);
	SHA256(text, SHA256_DIGEST_LENGTH + n, c->hash);
}

/* True when the key was met before: the answer is in out, or it is wrong. */
static bool repeat(cr_api_call *c, cr_slice key)
{
	cr_server *srv = c->srv;
	uint64_t now = cr_loop_now(&srv->loop);

	cr_api_forget_keys(srv, now > KEY_TTL_MS ? now - KEY_TTL_MS : 0);
	const cr_api_key *k = find_key(srv, key);
	if (!k) {
		return false;
	}
	if (memcmp(c->hash, k->hash, sizeof(c->hash)) != 0) {
		cr_api_wrong(c, 409, "conflict", "this idempotency_key came with another call or body before");
		return true;
	}
	srv->api_out.len = 0;
	c->out.status = cr_buf_append(&srv->api_out, k->answer, k->answer_len);
	return true;
}

/* Members of an object that is known to be JSON, repeated keys too. */
static size_t count_members(cr_slice text)
{
	size_t n = 0, depth = 0;
	bool inside = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t b = text.ptr[i];

		if (inside) {
			i += b == '\\';
			inside = b != '"';
		} else if (b == '"') {
			inside = true;
		} else if (b == '{' || b == '[') {
			depth++;
		} else if (b == '}' || b == ']') {
			depth--;
		} else {
			n += b == ':' && depth == 1;
		}
	}
	return n;
}

static bool read_body(cr_api_call *c)
{
	switch (cr_chat_json_parse_object(c->srv->json_inside, &c->in, c->body.ptr, c->body.len)) {
		case CR_OK:
			if (count_members(c->body) == cr_json_count(c->in)) {
				return true;
			}
			/* which of the two was meant is a guess, and a check in front of us may have guessed otherwise */
			cr_api_wrong(c, 400, "bad_request", "a key comes twice");
			break;
		case CR_ERR_UTF8:
			cr_api_wrong(c, 400, "bad_json", "the body is not UTF-8");
			break;
		case CR_ERR_FORM:
			cr_api_wrong(c, 400, "bad_request", "the body must be a JSON object");
			break;
		case CR_ERR_NOMEM:
			cr_api_wrong(c, 503, "internal", "out of memory");
			break;
		default:
			cr_api_wrong(c, 400, "bad_json", "the body is not JSON, or has over 32 levels or 64 keys");
			break;
	}
	return false;
}

/* Levenshtein's, over at most NAME_MAX_LEN bytes of each. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_LEN + 1];

	a_len = a_len < NAME_MAX_LEN ? a_len : NAME_MAX_LEN;
	b_len = b_len < NAME_MAX_LEN ? b_len : NAME_MAX_LEN;
	for (size_t j = 0; j <= b_len; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t up = row[j], best = (up < row[j - 1] ? up : row[j - 1]) + 1;
			size_t swap = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = best < swap ? best : swap;
			diagonal = up;
		}
	}
	return row[b_len];
}

/* A misspelt one must not do something else than was meant: "secconds" would ban for good. */
static bool check_fields(cr_api_call *c, const cr_api_route *r)
{
	const char *key = cr_json_other_key(c->in, r->fields), *nearest = r->fields;
	size_t least = SIZE_MAX;

	if (!key) {
		return true;
	}
	for (const char *at = r->fields; *at;) {
		size_t n = strcspn(at, " "), d = distance(key, strlen(key), at, n);

		if (d < least) {
			least = d;
			nearest = at;
		}
		at += n + (at[n] == ' ');
	}
	/* what is repeated is short, and escaped as JSON */
	if (strlen(key) <= NAME_MAX_LEN) {
		cr_api_wrong(c, 400, "bad_request", "unknown field \"%s\", did you mean \"%.*s\"?", key,
			(int) strcspn(nearest, " "), nearest);
	} else {
		cr_api_wrong(c, 400, "bad_request", "a field with a name of over %d bytes is unknown", NAME_MAX_LEN);
	}
	return false;
}

static void run(cr_api_call *c, const cr_api_route *r)
{
	cr_slice key = CR_SLICE_NONE;

	if (r->post && (!read_body(c) || !check_fields(c, r))) {
		return;
	}
	key = key_of(c);
	if (key.ptr) {
		hash_call(c, r);
	}
	if (c->status != 200 || (key.ptr && repeat(c, key))) {
		return;
	}
	cr_json_out_open(&c->out, NULL, '{');
	r->call(c);
	cr_json_out_close(&c->out, '}');
	if (c->out.status != CR_OK) {
		cr_api_wrong(c, 503, "internal", "out of memory");
	}
	if (key.ptr && c->status == 200) {
		remember(c, key);
	}
}

static void respond_metrics(cr_session *s)
{
	static const cr_header header = {{(const uint8_t *) "Content-Type", 12},
		{(const uint8_t *) "text/plain; version=0.0.4; charset=utf-8", 40}};
	cr_server *srv = s->srv;

	srv->api_out.len = 0;
	if (cr_metrics_write(srv, &srv->api_out) != CR_OK) {
		refuse(s, 503, "internal", "out of memory", false);
		return;
	}
	cr_response r = {.kind = CR_VERDICT_REPLACE, .status = 200, .n_headers = 1, .headers = &header};
	r.body = cr_slice_of(srv->api_out.data, srv->api_out.len);
	cr_http_respond(s, &r, s->http->head_only, s->http->keep_alive);
}

void cr_api_serve(cr_session *s, const cr_http_head *head, cr_slice body)
{
	cr_server *srv = s->srv;
	const cr_api_route *r = find_route(head->path);
	cr_api_call c = {.srv = srv, .body = body, .query = head->query, .status = 200};

	srv->api_out.max = ANSWER_MAX;
	if (!is_under_api(head->path)) {
		if (head->path.ptr[1] == 'm') {
			respond_metrics(s);
		} else {
			respond(s, 200, CR_SLICE("{\"status\":\"ok\"}"), s->http->keep_alive, false);
		}
		return;
	}
	srv->stats.api_calls++;
	srv->api_out.len = 0;
	cr_json_out_init(&c.out, &srv->api_out);
	run(&c, r);
	if (s->state != CR_SESSION_HTTP || srv->abandoned) {
		return; /* a hook that the call led to has ended it all */
	}
	if (c.status != 200) {
		bool keep_alive = s->http->keep_alive && c.status < 500;

		srv->stats.api_errors++;
		srv->api_out.len = 0;
		cr_json_out_init(&c.out, &srv->api_out);
		cr_json_out_open(&c.out, NULL, '{');
		cr_json_out_open(&c.out, "error", '{');
		cr_json_out_cstr(&c.out, "code", c.code);
		cr_json_out_cstr(&c.out, "message", c.message);
		cr_json_out_close(&c.out, '}');
		cr_json_out_close(&c.out, '}');
		respond(s, c.status, cr_slice_of(srv->api_out.data, srv->api_out.len), keep_alive, true);
	} else {
		respond(s, 200, cr_slice_of(srv->api_out.data, srv->api_out.len), s->http->keep_alive, true);
	}
	if (srv->api_out.cap > 1048576) {
		cr_buf_deinit(&srv->api_out);
	}
}
