/* TLS settings: the array of the option "tls" and of listen().
 *
 * Here is checked what can be wrong with an array; what can be wrong with a
 * file the engine says.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/options.h"

#include "main/fopen_wrappers.h"

typedef struct key_row {
	const char *name;
	bool (*parse)(chatroom_tls *tls, const char *name, zval *value);
} key_row;

static bool wrong_type(const char *name, const char *expected, const zval *value)
{
	zend_type_error("tls key \"%s\" must be of type %s, %s given", name, expected, zend_zval_type_name(value));
	return false;
}

/* Kept in tls->paths. NULL: thrown. */
static const char *path_of(chatroom_tls *tls, const char *name, const zval *value)
{
	if (Z_TYPE_P(value) != IS_STRING) {
		wrong_type(name, "string", value);
		return NULL;
	}
	if (Z_STRLEN_P(value) == 0 || strlen(Z_STRVAL_P(value)) != Z_STRLEN_P(value)) {
		zend_value_error("tls key \"%s\" must be the path of a PEM file", name);
		return NULL;
	}
	char *absolute = expand_filepath(Z_STRVAL_P(value), NULL);
	if (!absolute) {
		zend_value_error("tls key \"%s\": the path is too long", name);
		return NULL;
	}
	if (php_check_open_basedir(absolute)) {
		zend_value_error("tls key \"%s\" must be a file within open_basedir", name);
		efree(absolute);
		return NULL;
	}
	tls->paths = safe_erealloc(tls->paths, tls->n_paths + 1, sizeof(*tls->paths), 0);
	tls->paths[tls->n_paths] = zend_string_init(absolute, strlen(absolute), 0);
	efree(absolute);
	return ZSTR_VAL(tls->paths[tls->n_paths++]);
}

static bool parse_cert(chatroom_tls *tls, const char *name, zval *value)
{
	return (tls->config.cert = path_of(tls, name, value)) != NULL;
}

static bool parse_key(chatroom_tls *tls, const char *name, zval *value)
{
	return (tls->config.key = path_of(tls, name, value)) != NULL;
}

static bool parse_ca(chatroom_tls *tls, const char *name, zval *value)
{
	return (tls->config.ca = path_of(tls, name, value)) != NULL;
}

static bool parse_passphrase(chatroom_tls *tls, const char *name, zval *value)
{
	if (Z_TYPE_P(value) != IS_STRING) {
		return wrong_type(name, "string", value);
	}
	if (strlen(Z_STRVAL_P(value)) != Z_STRLEN_P(value)) {
		zend_value_error("tls key \"%s\" must not contain a NUL byte", name);
		return false;
	}
	tls->config.passphrase = Z_STRVAL_P(value);
	return true;
}

/* Which of the two values it is: 0 or 1; -1: thrown. */
static int one_of(const char *name, const zval *value, const char *first, const char *second)
{
	if (Z_TYPE_P(value) != IS_STRING) {
		wrong_type(name, "string", value);
		return -1;
	}
	if (zend_string_equals_cstr(Z_STR_P(value), first, strlen(first))) {
		return 0;
	}
	if (zend_string_equals_cstr(Z_STR_P(value), second, strlen(second))) {
		return 1;
	}
	zend_value_error("tls key \"%s\" must be \"%s\" or \"%s\"", name, first, second);
	return -1;
}

static bool parse_verify(chatroom_tls *tls, const char *name, zval *value)
{
	int which = one_of(name, value, "optional", "required");

	tls->config.verify = which == 1 ? CR_TLS_VERIFY_REQUIRED : CR_TLS_VERIFY_OPTIONAL;
	return which >= 0;
}

static bool parse_min_version(chatroom_tls *tls, const char *name, zval *value)
{
	int which = one_of(name, value, "1.2", "1.3");

	tls->config.min_version = which == 1 ? 13 : 12;
	return which >= 0;
}

static bool parse_host(chatroom_tls *tls, cr_tls_host *host, zend_string *name, zval *value)
{
	const char *at = name ? ZSTR_VAL(name) : "";

	if (*at == '\0' || strlen(at) != ZSTR_LEN(name) || strpbrk(at, "/: \t\r\n")
		|| strchr(at + 1, '*') || (at[0] == '*' && at[1] != '.')) {
		zend_value_error("tls key \"sni\" must have host names as keys, such as example.com or *.example.com");
		return false;
	}
	host->name = at;
	if (Z_TYPE_P(value) == IS_STRING) {
		return (host->cert = path_of(tls, "sni", value)) != NULL;
	}
	zval *cert = Z_TYPE_P(value) == IS_ARRAY ? zend_hash_index_find_deref(Z_ARRVAL_P(value), 0) : NULL;
	zval *key = cert ? zend_hash_index_find_deref(Z_ARRVAL_P(value), 1) : NULL;

	if (!key || zend_hash_num_elements(Z_ARRVAL_P(value)) != 2) {
		zend_value_error("tls key \"sni\": \"%s\" must have [cert, key], or the path of a file with both", at);
		return false;
	}
	host->cert = path_of(tls, "sni", cert);
	host->key = host->cert ? path_of(tls, "sni", key) : NULL;
	return host->key != NULL;
}

static bool parse_sni(chatroom_tls *tls, const char *name, zval *value)
{
	zend_string *host;
	zval *pair;

	if (Z_TYPE_P(value) != IS_ARRAY) {
		return wrong_type(name, "array", value);
	}
	tls->hosts = ecalloc(zend_hash_num_elements(Z_ARRVAL_P(value)) + 1, sizeof(*tls->hosts));
	ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL_P(value), host, pair) {
		ZVAL_DEREF(pair);
		if (!parse_host(tls, &tls->hosts[tls->config.n_hosts], host, pair)) {
			return false;
		}
		tls->config.n_hosts++;
	} ZEND_HASH_FOREACH_END();
	tls->config.hosts = tls->hosts;
	return true;
}

static const key_row keys[] = {
	{"cert", parse_cert},
	{"key", parse_key},
	{"passphrase", parse_passphrase},
	{"sni", parse_sni},
	{"ca", parse_ca},
	{"verify_peer", parse_verify},
	{"min_version", parse_min_version},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static const char *key_name(size_t i)
{
	return keys[i].name;
}

static bool parse_one(chatroom_tls *tls, zend_string *name, zend_ulong index, zval *value)
{
	if (!name) {
		zend_value_error("unknown tls key " ZEND_LONG_FMT ", tls keys have names", (zend_long) index);
		return false;
	}
	for (size_t i = 0; i < N_KEYS; i++) {
		if (zend_string_equals_cstr(name, keys[i].name, strlen(keys[i].name))) {
			return keys[i].parse(tls, keys[i].name, value);
		}
	}
	zend_value_error("unknown tls key \"%s\", did you mean \"%s\"?", ZSTR_VAL(name),
		chatroom_nearest(name, key_name, N_KEYS));
	return false;
}

static bool is_whole(chatroom_tls *tls)
{
	if (!tls->config.cert) {
		zend_value_error("tls key \"cert\" is missing: the path of a PEM file with the certificate");
		return false;
	}
	if (tls->config.verify != CR_TLS_VERIFY_NONE && !tls->config.ca) {
		zend_value_error("tls key \"verify_peer\" needs \"ca\": who signs the clients' certificates");
		return false;
	}
	if (tls->config.ca && tls->config.verify == CR_TLS_VERIFY_NONE) {
		tls->config.verify = CR_TLS_VERIFY_OPTIONAL;
	}
	return true;
}

chatroom_tls *chatroom_tls_parse(HashTable *array)
{
	chatroom_tls *tls = ecalloc(1, sizeof(*tls));
	zend_string *name;
	zend_ulong index;
	zval *value;

	tls->config.min_version = 12;
	ZEND_HASH_FOREACH_KEY_VAL(array, index, name, value) {
		ZVAL_DEREF(value);
		if (!parse_one(tls, name, index, value)) {
			chatroom_tls_free(tls);
			return NULL;
		}
	} ZEND_HASH_FOREACH_END();
	if (!is_whole(tls)) {
		chatroom_tls_free(tls);
		return NULL;
	}
	return tls;
}

void chatroom_tls_free(chatroom_tls *tls)
{
	if (!tls) {
		return;
	}
	for (size_t i = 0; i < tls->n_paths; i++) {
		zend_string_release(tls->paths[i]);
	}
	if (tls->paths) {
		efree(tls->paths);
	}
	if (tls->hosts) {
		efree(tls->hosts);
	}
	efree(tls);
}
