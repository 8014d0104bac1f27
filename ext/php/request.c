/* class Chatroom\Request: a copy of what the engine lends for the time of a hook.
 *
 * Headers are put into a PHP array once; cookies and the query are taken apart
 * when they are asked for. The engine has bounded the whole head already.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"
#include "ext/php/request_arginfo.h"
#include "ext/standard/url.h"

typedef struct chatroom_request_obj {
	zval headers;       /* lower-case name => value; owned */
	zend_string *query; /* NULL: none; owned */
	zend_object std;
} chatroom_request_obj;

/* in the order of the stub */
enum {
	PROP_METHOD,
	PROP_PATH,
	PROP_IP,
	PROP_BODY
};

zend_class_entry *chatroom_request_ce;
static zend_object_handlers request_handlers;

static inline chatroom_request_obj *request_from_obj(zend_object *obj)
{
	return (chatroom_request_obj *) ((char *) obj - offsetof(chatroom_request_obj, std));
}

static void set_slice(zval *slot, cr_slice s)
{
	if (s.len) {
		ZVAL_STRINGL(slot, (const char *) s.ptr, s.len);
	} else {
		ZVAL_EMPTY_STRING(slot);
	}
}

static void add_header(HashTable *headers, const cr_header *h)
{
	zend_string *raw = zend_string_init((const char *) h->name.ptr, h->name.len, 0);
	zend_string *name = zend_string_tolower(raw);
	zval *before = zend_symtable_find(headers, name), value;

	zend_string_release(raw);
	set_slice(&value, h->value);
	if (before) {
		const char *glue = zend_string_equals_literal(name, "cookie") ? "; " : ", ";
		zend_string *joined = zend_string_concat3(Z_STRVAL_P(before), Z_STRLEN_P(before),
			glue, 2, Z_STRVAL(value), Z_STRLEN(value));

		zval_ptr_dtor(&value);
		ZVAL_STR(&value, joined);
	}
	zend_symtable_update(headers, name, &value);
	zend_string_release(name);
}

void chatroom_request_new(zval *out, const cr_request *r)
{
	object_init_ex(out, chatroom_request_ce);
	zend_object *obj = Z_OBJ_P(out);
	chatroom_request_obj *request = request_from_obj(obj);

	set_slice(OBJ_PROP_NUM(obj, PROP_METHOD), r->method);
	set_slice(OBJ_PROP_NUM(obj, PROP_PATH), r->path);
	ZVAL_STRING(OBJ_PROP_NUM(obj, PROP_IP), r->ip);
	set_slice(OBJ_PROP_NUM(obj, PROP_BODY), r->body);
	if (r->query.ptr) {
		request->query = zend_string_init((const char *) r->query.ptr, r->query.len, 0);
	}
	array_init_size(&request->headers, (uint32_t) r->n_headers);
	for (size_t i = 0; i < r->n_headers; i++) {
		add_header(Z_ARRVAL(request->headers), &r->headers[i]);
	}
}

static zval *find_header(zend_object *obj, zend_string *name)
{
	zend_string *lower = zend_string_tolower(name);
	zval *value = zend_symtable_find(Z_ARRVAL(request_from_obj(obj)->headers), lower);

	zend_string_release(lower);
	return value;
}

static zval *find_known_header(zend_object *obj, const char *name, size_t len)
{
	return zend_hash_str_find(Z_ARRVAL(request_from_obj(obj)->headers), name, len);
}

static void return_header(zval *return_value, zval *value)
{
	if (value) {
		ZVAL_COPY(return_value, value);
	} else {
		ZVAL_NULL(return_value);
	}
}

/* private: only the server makes them */
PHP_METHOD(Chatroom_Request, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Chatroom_Request, header)
{
	zend_string *name;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	return_header(return_value, find_header(Z_OBJ_P(ZEND_THIS), name));
}

PHP_METHOD(Chatroom_Request, headers)
{
	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_COPY(&request_from_obj(Z_OBJ_P(ZEND_THIS))->headers);
}

PHP_METHOD(Chatroom_Request, origin)
{
	ZEND_PARSE_PARAMETERS_NONE();

	return_header(return_value, find_known_header(Z_OBJ_P(ZEND_THIS), ZEND_STRL("origin")));
}

typedef size_t (*decode_fn)(char *str, size_t len);

static zend_string *decoded(const char *from, size_t len, decode_fn decode)
{
	zend_string *s = zend_string_init(from, len, 0);

	if (decode) {
		ZSTR_LEN(s) = decode(ZSTR_VAL(s), len);
	}
	return s;
}

/* name=value pairs between separators, into an array. */
static void parse_pairs(HashTable *into, const char *p, size_t len, char separator,
	decode_fn decode_name, decode_fn decode_value, bool first_wins)
{
	const char *end = p + len;

	while (p < end) {
		const char *stop = memchr(p, separator, (size_t) (end - p));
		const char *next = stop ? stop + 1 : end;

		stop = stop ? stop : end;
		while (p < stop && *p == ' ') {
			p++;
		}
		if (p < stop) {
			const char *equals = memchr(p, '=', (size_t) (stop - p));
			const char *name_end = equals ? equals : stop, *from = equals ? equals + 1 : stop;
			zend_string *name = decoded(p, (size_t) (name_end - p), decode_name);
			zval value;

			if (!first_wins || !zend_symtable_exists(into, name)) {
				ZVAL_STR(&value, decoded(from, (size_t) (stop - from), decode_value));
				zend_symtable_update(into, name, &value);
			}
			zend_string_release(name);
		}
		p = next;
	}
}

static void parse_cookies(zend_object *obj, zval *into)
{
	zval *cookie = find_known_header(obj, ZEND_STRL("cookie"));

	array_init(into);
	if (cookie) {
		parse_pairs(Z_ARRVAL_P(into), Z_STRVAL_P(cookie), Z_STRLEN_P(cookie), ';',
			NULL, php_raw_url_decode, true);
	}
}

static void parse_query(zend_object *obj, zval *into)
{
	zend_string *query = request_from_obj(obj)->query;

	array_init(into);
	if (query) {
		parse_pairs(Z_ARRVAL_P(into), ZSTR_VAL(query), ZSTR_LEN(query), '&',
			php_url_decode, php_url_decode, false);
	}
}

PHP_METHOD(Chatroom_Request, cookie)
{
	zend_string *name;
	zval all;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	parse_cookies(Z_OBJ_P(ZEND_THIS), &all);
	return_header(return_value, zend_symtable_find(Z_ARRVAL(all), name));
	zval_ptr_dtor(&all);
}

PHP_METHOD(Chatroom_Request, cookies)
{
	ZEND_PARSE_PARAMETERS_NONE();

	parse_cookies(Z_OBJ_P(ZEND_THIS), return_value);
}

PHP_METHOD(Chatroom_Request, query)
{
	zend_string *name = NULL;
	zval all;

	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(name)
	ZEND_PARSE_PARAMETERS_END();

	parse_query(Z_OBJ_P(ZEND_THIS), &all);
	if (!name) {
		RETURN_COPY_VALUE(&all);
	}
	return_header(return_value, zend_symtable_find(Z_ARRVAL(all), name));
	zval_ptr_dtor(&all);
}

PHP_METHOD(Chatroom_Request, protocols)
{
	zval *header;

	ZEND_PARSE_PARAMETERS_NONE();

	array_init(return_value);
	header = find_known_header(Z_OBJ_P(ZEND_THIS), ZEND_STRL("sec-websocket-protocol"));
	if (!header) {
		return;
	}
	const char *p = Z_STRVAL_P(header), *end = p + Z_STRLEN_P(header);
	while (p < end) {
		size_t n = strcspn(p, ", \t");

		if (n > 0) {
			add_next_index_stringl(return_value, p, n);
		}
		p += n + 1;
	}
}

static zend_object *request_create_object(zend_class_entry *ce)
{
	chatroom_request_obj *request = zend_object_alloc(sizeof(*request), ce);

	zend_object_std_init(&request->std, ce);
	object_properties_init(&request->std, ce);
	request->std.handlers = &request_handlers;
	ZVAL_EMPTY_ARRAY(&request->headers);
	return &request->std;
}

static void request_free_obj(zend_object *obj)
{
	chatroom_request_obj *request = request_from_obj(obj);

	zval_ptr_dtor(&request->headers);
	if (request->query) {
		zend_string_release(request->query);
	}
	zend_object_std_dtor(obj);
}

/* no get_gc: nothing in it can be part of a cycle */
void chatroom_request_register(void)
{
	chatroom_request_ce = register_class_Chatroom_Request();
	chatroom_request_ce->create_object = request_create_object;

	memcpy(&request_handlers, zend_get_std_object_handlers(), sizeof(zend_object_handlers));
	request_handlers.offset = offsetof(chatroom_request_obj, std);
	request_handlers.free_obj = request_free_obj;
	request_handlers.clone_obj = NULL;
}
