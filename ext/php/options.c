/* The constructor's options: one table says name, kind, place and range. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/options.h"

#include <math.h>
#include <sys/stat.h>

#include "zend_exceptions.h"

typedef enum option_kind {
	OPTION_SIZE,    /* int -> size_t */
	OPTION_UINT,    /* int -> uint32_t */
	OPTION_UINT64,  /* int -> uint64_t */
	OPTION_INT,     /* int -> int */
	OPTION_LONG,    /* int -> zend_long */
	OPTION_SECONDS, /* int|float seconds -> uint32_t ms; 0 allowed when min is 0 */
	OPTION_OTHER    /* has its own function */
} option_kind;

typedef struct option_row {
	const char *name;
	option_kind kind;
	size_t offset;
	double min, max;
	bool or_zero;   /* 0 is allowed below min: off */
	bool (*parse)(chatroom_options *o, const struct option_row *option, zval *value);
} option_row;

static bool parse_origins(chatroom_options *o, const option_row *option, zval *value);
static bool parse_hosts(chatroom_options *o, const option_row *option, zval *value);
static bool parse_proxies(chatroom_options *o, const option_row *option, zval *value);
static bool parse_tls(chatroom_options *o, const option_row *option, zval *value);
static bool parse_rate_limit(chatroom_options *o, const option_row *option, zval *value);
static bool parse_history_ttl(chatroom_options *o, const option_row *option, zval *value);
static bool parse_presence(chatroom_options *o, const option_row *option, zval *value);
static bool parse_guests(chatroom_options *o, const option_row *option, zval *value);
static bool parse_single_session(chatroom_options *o, const option_row *option, zval *value);
static bool parse_secret(chatroom_options *o, const option_row *option, zval *value);
static bool parse_api_token(chatroom_options *o, const option_row *option, zval *value);
static bool parse_demo(chatroom_options *o, const option_row *option, zval *value);
static bool parse_public(chatroom_options *o, const option_row *option, zval *value);
static bool parse_compression(chatroom_options *o, const option_row *option, zval *value);
static bool parse_log(chatroom_options *o, const option_row *option, zval *value);
static bool parse_log_level(chatroom_options *o, const option_row *option, zval *value);

#define AT(field)        offsetof(chatroom_options, field)
#define SECONDS(n, a, b) {#n, OPTION_SECONDS, AT(config.n), a, b, false, NULL}
#define OR_OFF(n, a, b)  {#n, OPTION_SECONDS, AT(config.n), a, b, true, NULL}
#define OTHER(n, fn)     {#n, OPTION_OTHER, 0, 0, 0, false, fn}

static const option_row options[] = {
	OTHER(origins, parse_origins),
	OTHER(allowed_hosts, parse_hosts),
	OTHER(trusted_proxies, parse_proxies),
	OTHER(tls, parse_tls),
	{"max_message_size", OPTION_SIZE, AT(config.max_message_size), 1, 64 << 20, false, NULL},
	{"max_fragments", OPTION_UINT, AT(config.max_fragments), 1, 1000000, false, NULL},
	{"max_connections", OPTION_UINT, AT(config.max_connections), 0, 10000000, false, NULL},
	{"max_connections_per_ip", OPTION_UINT, AT(config.max_connections_per_ip), 0, 10000000, false, NULL},
	SECONDS(handshake_timeout, 0.1, 3600),
	SECONDS(message_timeout, 0.1, 3600),
	OR_OFF(ping_interval, 0.1, 86400),
	SECONDS(ping_timeout, 0.1, 3600),
	OR_OFF(idle_timeout, 0.1, 604800),
	SECONDS(close_timeout, 0.1, 3600),
	SECONDS(drain_timeout, 0, 3600),
	OTHER(rate_limit, parse_rate_limit),
	{"send_queue_limit", OPTION_SIZE, AT(config.send_queue_limit), 1024, 1 << 30, false, NULL},
	{"mem_limit", OPTION_UINT64, AT(config.mem_limit), 1 << 20, 1099511627776, false, NULL},
	{"coalesce", OPTION_UINT, AT(config.coalesce), 0, 1000, false, NULL},
	{"rooms_per_client", OPTION_UINT, AT(config.rooms_per_client), 1, 100000, false, NULL},
	{"history_size", OPTION_UINT, AT(config.history_size), 0, 100000, false, NULL},
	OTHER(history_ttl, parse_history_ttl),
	{"history_memory", OPTION_SIZE, AT(config.history_memory), 1 << 20, (double) (1ULL << 40), false, NULL},
	SECONDS(resume_window, 0, 86400),
	OTHER(presence, parse_presence),
	SECONDS(presence_grace, 0, 3600),
	OTHER(single_session, parse_single_session),
	OTHER(guests, parse_guests),
	OTHER(secret, parse_secret),
	OTHER(api_token, parse_api_token),
	{"backlog", OPTION_INT, AT(config.backlog), 1, 65535, false, NULL},
	OTHER(compression, parse_compression),
	OTHER(public, parse_public),
	{"callback_warn_ms", OPTION_LONG, AT(callback_warn_ms), 0, 3600000, false, NULL},
	OTHER(demo, parse_demo),
	OTHER(log, parse_log),
	OTHER(log_level, parse_log_level),
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static bool is_named(const zend_string *s, const char *name)
{
	return ZSTR_LEN(s) == strlen(name) && memcmp(ZSTR_VAL(s), name, ZSTR_LEN(s)) == 0;
}

/* Levenshtein's distance over at most NAME_MAX_LEN bytes of each. */
#define NAME_MAX_LEN 32

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_LEN + 1];

	a_len = MIN(a_len, NAME_MAX_LEN);
	b_len = MIN(b_len, NAME_MAX_LEN);
	for (size_t j = 0; j <= b_len; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t up = row[j], best = MIN(up, row[j - 1]) + 1;

			row[j] = MIN(best, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = up;
		}
	}
	return row[b_len];
}

const char *chatroom_nearest(const zend_string *name, const char *(*name_of)(size_t i), size_t n)
{
	const char *nearest = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		const char *other = name_of(i);
		size_t d = distance(ZSTR_VAL(name), ZSTR_LEN(name), other, strlen(other));

		if (d < least) {
			least = d;
			nearest = other;
		}
	}
	return nearest;
}

static const char *option_name(size_t i)
{
	return options[i].name;
}

static void throw_unknown(zend_string *name)
{
	zend_value_error("unknown option \"%s\", did you mean \"%s\"?", ZSTR_VAL(name),
		chatroom_nearest(name, option_name, N_OPTIONS));
}

static bool wrong_type(const option_row *option, const char *expected, const zval *value)
{
	zend_type_error("option \"%s\" must be of type %s, %s given",
		option->name, expected, zend_zval_type_name(value));
	return false;
}

static bool out_of_range(const option_row *option)
{
	zend_value_error("option \"%s\" must be %sbetween %.15g and %.15g", option->name,
		option->or_zero ? "0 or " : "", option->min, option->max);
	return false;
}

static bool parse_number(chatroom_options *o, const option_row *option, zval *value)
{
	char *at = (char *) o + option->offset;
	bool seconds = option->kind == OPTION_SECONDS;

	if (Z_TYPE_P(value) != IS_LONG && !(seconds && Z_TYPE_P(value) == IS_DOUBLE)) {
		return wrong_type(option, seconds ? "int or float" : "int", value);
	}
	double n = zval_get_double(value);
	/* written so that NAN does not pass */
	if (!(n >= option->min && n <= option->max) && !(option->or_zero && n == 0)) {
		return out_of_range(option);
	}
	switch (option->kind) {
		case OPTION_SIZE:
			*(size_t *) at = (size_t) Z_LVAL_P(value);
			break;
		case OPTION_UINT:
			*(uint32_t *) at = (uint32_t) Z_LVAL_P(value);
			break;
		case OPTION_UINT64:
			*(uint64_t *) at = (uint64_t) Z_LVAL_P(value);
			break;
		case OPTION_INT:
			*(int *) at = (int) Z_LVAL_P(value);
			break;
		case OPTION_LONG:
			*(zend_long *) at = Z_LVAL_P(value);
			break;
		case OPTION_SECONDS:
			*(uint32_t *) at = (uint32_t) ceil(n * 1000);
			break;
		case OPTION_OTHER:
			break;
	}
	return true;
}

/* A list of strings, borrowed. */
static bool parse_list(const option_row *option, zval *value,
	bool (*is_valid)(const zend_string *), const char *what, cr_slice **out, size_t *n)
{
	zval *one;

	if (Z_TYPE_P(value) != IS_ARRAY) {
		return wrong_type(option, "array", value);
	}
	*n = 0;
	*out = safe_erealloc(*out, zend_hash_num_elements(Z_ARRVAL_P(value)) + 1, sizeof(cr_slice), 0);
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), one) {
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) != IS_STRING) {
			return wrong_type(option, "list of strings", one);
		}
		if (!is_valid(Z_STR_P(one))) {
			zend_value_error("option \"%s\": \"%s\" is not %s", option->name, Z_STRVAL_P(one), what);
			return false;
		}
		(*out)[(*n)++] = cr_slice_of(Z_STRVAL_P(one), Z_STRLEN_P(one));
	} ZEND_HASH_FOREACH_END();
	return true;
}

static bool is_printable(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] <= 0x20 || p[i] >= 0x7f) {
			return false;
		}
	}
	return len > 0;
}

static bool is_origin(const zend_string *s)
{
	return cr_origin_is_valid(cr_slice_of(ZSTR_VAL(s), ZSTR_LEN(s)));
}

static bool is_host(const zend_string *s)
{
	return cr_host_is_valid(cr_slice_of(ZSTR_VAL(s), ZSTR_LEN(s)));
}

static bool parse_origins(chatroom_options *o, const option_row *option, zval *value)
{
	bool ok = parse_list(option, value, is_origin, "an origin such as https://example.com, or *",
		&o->origins, &o->config.n_origins);

	o->config.origins = o->origins;
	return ok;
}

static bool parse_hosts(chatroom_options *o, const option_row *option, zval *value)
{
	bool ok = parse_list(option, value, is_host, "a host such as example.com or example.com:8080",
		&o->hosts, &o->config.n_allowed_hosts);

	o->config.allowed_hosts = o->hosts;
	return ok;
}

static bool is_proxy(const zend_string *s)
{
	return cr_trusted_proxy_is_valid(cr_slice_of(ZSTR_VAL(s), ZSTR_LEN(s)));
}

static bool parse_proxies(chatroom_options *o, const option_row *option, zval *value)
{
	bool ok = parse_list(option, value, is_proxy, "an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix",
		&o->proxies, &o->config.n_trusted_proxies);

	o->config.trusted_proxies = o->proxies;
	return ok;
}

static bool parse_tls(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return wrong_type(option, "array", value);
	}
	o->tls = chatroom_tls_parse(Z_ARRVAL_P(value));
	o->config.tls = o->tls ? &o->tls->config : NULL;
	return o->tls != NULL;
}

static bool parse_rate_limit(chatroom_options *o, const option_row *option, zval *value)
{
	static const struct option_row parts[] = {
		{"rate_limit: messages", OPTION_UINT, AT(config.rate_messages), 1, 1000000, false, NULL},
		{"rate_limit: seconds", OPTION_SECONDS, AT(config.rate_window), 0.001, 3600, false, NULL},
		{"rate_limit: burst", OPTION_UINT, AT(config.rate_burst), 1, 1000000, false, NULL},
	};

	if (Z_TYPE_P(value) == IS_NULL) {
		o->config.rate_messages = 0;
		return true;
	}
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return wrong_type(option, "array or null", value);
	}
	if (zend_hash_num_elements(Z_ARRVAL_P(value)) != 3) {
		zend_value_error("option \"rate_limit\" must be [messages, seconds, burst]");
		return false;
	}
	for (zend_ulong i = 0; i < 3; i++) {
		zval *part = zend_hash_index_find_deref(Z_ARRVAL_P(value), i);

		if (!part) {
			zend_value_error("option \"rate_limit\" must be [messages, seconds, burst]");
			return false;
		}
		if (!parse_number(o, &parts[i], part)) {
			return false;
		}
	}
	return true;
}

/* What a header can carry as it is. */
static bool parse_api_token(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) != IS_STRING) {
		return wrong_type(option, "string", value);
	}
	if (Z_STRLEN_P(value) < CR_API_TOKEN_MIN || Z_STRLEN_P(value) > CR_SECRET_MAX
		|| !is_printable(Z_STRVAL_P(value), Z_STRLEN_P(value))) {
		zend_value_error("option \"api_token\" must be %d to %d printable ASCII characters without spaces",
			CR_API_TOKEN_MIN, CR_SECRET_MAX);
		return false;
	}
	o->config.api_token = cr_slice_of(Z_STRVAL_P(value), Z_STRLEN_P(value));
	return true;
}

/* Wider than the other times: a year. */
static bool parse_history_ttl(chatroom_options *o, const option_row *option, zval *value)
{
	static const struct option_row range = {"history_ttl", OPTION_SECONDS, 0, 1, 31536000, false, NULL};

	if (Z_TYPE_P(value) != IS_LONG && Z_TYPE_P(value) != IS_DOUBLE) {
		return wrong_type(option, "int or float", value);
	}
	double n = zval_get_double(value);
	if (!(n >= range.min && n <= range.max)) {
		return out_of_range(&range);
	}
	o->config.history_ttl = (uint64_t) ceil(n * 1000);
	return true;
}

static bool parse_presence(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) != IS_TRUE && Z_TYPE_P(value) != IS_FALSE) {
		return wrong_type(option, "bool", value);
	}
	o->config.presence = Z_TYPE_P(value) == IS_TRUE;
	return true;
}

static bool parse_guests(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) != IS_TRUE && Z_TYPE_P(value) != IS_FALSE) {
		return wrong_type(option, "bool", value);
	}
	o->config.guests = Z_TYPE_P(value) == IS_TRUE;
	return true;
}

static bool parse_demo(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) != IS_TRUE && Z_TYPE_P(value) != IS_FALSE && Z_TYPE_P(value) != IS_NULL) {
		return wrong_type(option, "bool or null", value);
	}
	o->config.demo = Z_TYPE_P(value) == IS_NULL ? CR_DEMO_AUTO : Z_TYPE_P(value) == IS_TRUE ? CR_DEMO_ON : CR_DEMO_OFF;
	return true;
}

static bool parse_single_session(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) == IS_FALSE) {
		o->config.single_session = CR_SINGLE_OFF;
		return true;
	}
	if (Z_TYPE_P(value) != IS_STRING) {
		return wrong_type(option, "string or false", value);
	}
	if (is_named(Z_STR_P(value), "kick_old")) {
		o->config.single_session = CR_SINGLE_KICK_OLD;
	} else if (is_named(Z_STR_P(value), "reject_new")) {
		o->config.single_session = CR_SINGLE_REJECT_NEW;
	} else {
		zend_value_error("option \"single_session\" must be false, \"kick_old\" or \"reject_new\"");
		return false;
	}
	return true;
}

static bool parse_secret(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) != IS_STRING) {
		return wrong_type(option, "string", value);
	}
	if (Z_STRLEN_P(value) < CR_SECRET_MIN || Z_STRLEN_P(value) > CR_SECRET_MAX) {
		zend_value_error("option \"secret\" must be %d to %d bytes long", CR_SECRET_MIN, CR_SECRET_MAX);
		return false;
	}
	o->config.secret = cr_slice_of(Z_STRVAL_P(value), Z_STRLEN_P(value));
	return true;
}

static const option_row compression_keys[] = {
	{"level", OPTION_INT, AT(config.compression_level), 1, 9, false, NULL},
	{"threshold", OPTION_SIZE, AT(config.compression_threshold), 0, 64 << 20, false, NULL},
	{"memory", OPTION_INT, AT(config.compression_memory), 1, 9, false, NULL},
	{"client_window_bits", OPTION_INT, AT(config.compression_client_bits), 9, 15, false, NULL},
	{"client_takeover", OPTION_OTHER, 0, 0, 0, false, NULL}, /* a bool */
};

#define N_COMPRESSION_KEYS (sizeof(compression_keys) / sizeof(compression_keys[0]))

static const char *compression_key_name(size_t i)
{
	return compression_keys[i].name;
}

static bool parse_compression_key(chatroom_options *o, const zend_string *name, zval *value)
{
	for (size_t i = 0; i < N_COMPRESSION_KEYS; i++) {
		const option_row *key = &compression_keys[i];

		if (!is_named(name, key->name)) {
			continue;
		}
		if (key->kind != OPTION_OTHER) {
			if (Z_TYPE_P(value) != IS_LONG) {
				zend_type_error("compression key \"%s\" must be of type int, %s given",
					key->name, zend_zval_type_name(value));
				return false;
			}
			if (Z_LVAL_P(value) < key->min || Z_LVAL_P(value) > key->max) {
				zend_value_error("compression key \"%s\" must be between %.12g and %.12g",
					key->name, key->min, key->max);
				return false;
			}
			return parse_number(o, key, value);
		}
		if (Z_TYPE_P(value) != IS_TRUE && Z_TYPE_P(value) != IS_FALSE) {
			zend_type_error("compression key \"%s\" must be of type bool, %s given",
				key->name, zend_zval_type_name(value));
			return false;
		}
		o->config.compression_client_takeover = Z_TYPE_P(value) == IS_TRUE;
		return true;
	}
	zend_value_error("unknown compression key \"%s\", did you mean \"%s\"?", ZSTR_VAL(name),
		chatroom_nearest(name, compression_key_name, N_COMPRESSION_KEYS));
	return false;
}

static bool parse_compression(chatroom_options *o, const option_row *option, zval *value)
{
	zend_string *name;
	zend_ulong index;
	zval *one;

	if (Z_TYPE_P(value) == IS_TRUE || Z_TYPE_P(value) == IS_FALSE) {
		o->config.compression = Z_TYPE_P(value) == IS_TRUE;
		return true;
	}
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return wrong_type(option, "bool or array", value);
	}
	o->config.compression = true;
	ZEND_HASH_FOREACH_KEY_VAL(Z_ARRVAL_P(value), index, name, one) {
		if (!name) {
			zend_value_error("unknown compression key " ZEND_LONG_FMT ", keys have names", (zend_long) index);
			return false;
		}
		ZVAL_DEREF(one);
		if (!parse_compression_key(o, name, one)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

static bool has_nul(const zval *value)
{
	return strlen(Z_STRVAL_P(value)) != Z_STRLEN_P(value);
}

static bool parse_public(chatroom_options *o, const option_row *option, zval *value)
{
	char path[MAXPATHLEN];
	zend_stat_t st;

	if (Z_TYPE_P(value) != IS_STRING) {
		return wrong_type(option, "string", value);
	}
	/* absolute, since the script may change its folder before run() */
	if (has_nul(value) || Z_STRLEN_P(value) == 0 || !VCWD_REALPATH(Z_STRVAL_P(value), path)
		|| VCWD_STAT(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		zend_value_error("option \"public\" must be a folder that exists, \"%s\" is not", Z_STRVAL_P(value));
		return false;
	}
	if (php_check_open_basedir(path)) {
		zend_value_error("option \"public\" must be a folder within open_basedir");
		return false;
	}
	if (o->public_dir) {
		zend_string_release(o->public_dir);
	}
	o->public_dir = zend_string_init(path, strlen(path), 0);
	o->config.public_dir = ZSTR_VAL(o->public_dir);
	return true;
}

static bool parse_log(chatroom_options *o, const option_row *option, zval *value)
{
	if (Z_TYPE_P(value) == IS_NULL) {
		o->log_off = true;
		return true;
	}
	if (Z_TYPE_P(value) == IS_STRING) {
		/* a string is never a function's name here: that would be a file's */
		if (Z_STRLEN_P(value) == 0 || has_nul(value)) {
			zend_value_error("option \"log\" must be \"stderr\", the path of a file, a callable or null");
			return false;
		}
		o->log_path = zend_string_equals_literal(Z_STR_P(value), "stderr") ? NULL : Z_STR_P(value);
		return true;
	}
	char *error = NULL;
	bool ok = zend_fcall_info_init(value, 0, &o->log_fci, &o->log_fcc, NULL, &error) == SUCCESS;

	if (error) {
		efree(error);
	}
	if (ok) {
		/* a trampoline is looked up again for each call */
		zend_release_fcall_info_cache(&o->log_fcc);
	}
	return ok || wrong_type(option, "string, callable or null", value);
}

static bool parse_log_level(chatroom_options *o, const option_row *option, zval *value)
{
	static const struct {
		const char *name;
		cr_log_level level;
	} levels[] = {
		{"debug", CR_LOG_DEBUG},
		{"info", CR_LOG_INFO},
		{"warning", CR_LOG_WARN},
		{"error", CR_LOG_ERROR},
	};

	if (Z_TYPE_P(value) != IS_STRING) {
		return wrong_type(option, "string", value);
	}
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (is_named(Z_STR_P(value), levels[i].name)) {
			o->log_level = levels[i].level;
			return true;
		}
	}
	zend_value_error("option \"log_level\" must be one of \"debug\", \"info\", \"warning\", \"error\"");
	return false;
}

static const option_row *find_option(const zend_string *name)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (is_named(name, options[i].name)) {
			return &options[i];
		}
	}
	return NULL;
}

bool chatroom_options_parse(chatroom_options *o, HashTable *array)
{
	zend_string *name;
	zend_ulong index;
	zval *value;

	memset(o, 0, sizeof(*o));
	cr_server_config_init(&o->config);
	o->callback_warn_ms = 100;
	o->log_level = CR_LOG_INFO;

	ZEND_HASH_FOREACH_KEY_VAL(array, index, name, value) {
		if (!name) {
			zend_value_error("unknown option " ZEND_LONG_FMT ", options have names", (zend_long) index);
			return false;
		}
		const option_row *option = find_option(name);

		if (!option) {
			throw_unknown(name);
			return false;
		}
		ZVAL_DEREF(value);
		if (option->parse ? !option->parse(o, option, value) : !parse_number(o, option, value)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

void chatroom_options_free(chatroom_options *o)
{
	if (o->origins) {
		efree(o->origins);
	}
	if (o->hosts) {
		efree(o->hosts);
	}
	if (o->proxies) {
		efree(o->proxies);
	}
	chatroom_tls_free(o->tls);
	if (o->public_dir) {
		zend_string_release(o->public_dir);
	}
}
