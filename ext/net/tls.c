/* TLS contexts: certificates, names, reload.
 *
 * A cr_tls holds one SSL_CTX per certificate. Reloading makes new ones beside
 * the old; an SSL holds a reference to the SSL_CTX it began with, so
 * connections that are there keep theirs. Ticket keys are an SSL_CTX's own:
 * after a reload a ticket buys nothing but a full handshake, and no ticket
 * outlives the CA it was given under.
 */
#include "ext/net/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ext/core/mem.h"

typedef struct contexts {
	SSL_CTX *plain;  /* without a name, or with one that nobody claims */
	SSL_CTX **hosts; /* one per config.hosts */
} contexts;

struct cr_tls {
	cr_tls_config config; /* its strings are owned */
	cr_tls_host *hosts;
	contexts used, loaded;
};

/* The configuration's copy */

static bool dup_string(const char **out, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy = text ? cr_malloc(size) : NULL;

	if (copy) {
		memcpy(copy, text, size);
	}
	*out = copy;
	return !text || copy;
}

static void free_string(const char *text)
{
	cr_free((void *) (uintptr_t) text);
}

cr_tls *cr_tls_new(const cr_tls_config *config)
{
	cr_tls *tls = cr_calloc(1, sizeof(*tls));

	if (!tls) {
		return NULL;
	}
	tls->config.verify = config->verify;
	tls->config.min_version = config->min_version;
	tls->hosts = cr_calloc(config->n_hosts + 1, sizeof(*tls->hosts));
	bool ok = tls->hosts
	          && dup_string(&tls->config.cert, config->cert)
	          && dup_string(&tls->config.key, config->key ? config->key : config->cert)
	          && dup_string(&tls->config.passphrase, config->passphrase)
	          && dup_string(&tls->config.ca, config->ca);
	for (size_t i = 0; ok && i < config->n_hosts; i++) {
		const cr_tls_host *from = &config->hosts[i];
		cr_tls_host *to = &tls->hosts[tls->config.n_hosts++];

		ok = dup_string(&to->name, from->name)
		     && dup_string(&to->cert, from->cert)
		     && dup_string(&to->key, from->key ? from->key : from->cert);
	}
	if (!ok) {
		cr_tls_free(tls);
		return NULL;
	}
	return tls;
}

static void free_contexts(const cr_tls *tls, contexts *set)
{
	SSL_CTX_free(set->plain);
	for (size_t i = 0; set->hosts && i < tls->config.n_hosts; i++) {
		SSL_CTX_free(set->hosts[i]);
	}
	cr_free(set->hosts);
	*set = (contexts){0};
}

void cr_tls_free(cr_tls *tls)
{
	if (!tls) {
		return;
	}
	free_contexts(tls, &tls->used);
	free_contexts(tls, &tls->loaded);
	for (size_t i = 0; i < tls->config.n_hosts; i++) {
		free_string(tls->hosts[i].name);
		free_string(tls->hosts[i].cert);
		free_string(tls->hosts[i].key);
	}
	cr_free(tls->hosts);
	free_string(tls->config.cert);
	free_string(tls->config.key);
	if (tls->config.passphrase) {
		OPENSSL_cleanse((void *) (uintptr_t) tls->config.passphrase, strlen(tls->config.passphrase));
	}
	free_string(tls->config.passphrase);
	free_string(tls->config.ca);
	cr_free(tls);
}

/* Loading */

typedef struct failure {
	char *text;
	size_t size;
} failure;

/* Why OpenSSL's last call failed: the first thing it noted, what follows only says who called whom. */
static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());

	return text ? text : "no reason given";
}

/* Told apart here because OpenSSL words them badly, and would wait for ever on
 * a fifo. */
static bool check_file(const char *what, const char *path, failure *f)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		snprintf(f->text, f->size, "cannot read the %s %.130s: %s", what, path, strerror(errno));
		if (fd >= 0) {
			close(fd);
		}
		return false;
	}
	close(fd);
	if (!S_ISREG(st.st_mode)) {
		snprintf(f->text, f->size, "cannot read the %s %.130s: not a file", what, path);
		return false;
	}
	return true;
}

static const char *write_time(char *out, size_t size, const ASN1_TIME *t)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(t, &tm) || strftime(out, size, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0) {
		snprintf(out, size, "an unreadable date");
	}
	return out;
}

static bool check_dates(const X509 *cert, const char *path, failure *f)
{
	char when[40];

	if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0) {
		snprintf(f->text, f->size, "the certificate %.130s is not valid before %s", path,
			write_time(when, sizeof(when), X509_get0_notBefore(cert)));
		return false;
	}
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0) {
		snprintf(f->text, f->size, "the certificate %.130s has expired on %s", path,
			write_time(when, sizeof(when), X509_get0_notAfter(cert)));
		return false;
	}
	return true;
}

typedef struct passphrase {
	const char *text;
	bool asked;
} passphrase;

/* Always set: OpenSSL's own would ask at the terminal. */
static int on_passphrase(char *buf, int size, int writing, void *arg)
{
	passphrase *p = arg;
	size_t len = p->text ? strlen(p->text) : 0;

	(void) writing;
	p->asked = true;
	if (len == 0 || len > (size_t) size) {
		return -1;
	}
	memcpy(buf, p->text, len);
	return (int) len;
}

/* A key of the certificate's own kind does not match it; one of another kind finds no certificate. */
static bool is_mismatch(unsigned long e)
{
	int why = ERR_GET_REASON(e);

	return ERR_GET_LIB(e) == ERR_LIB_X509 ? why == X509_R_KEY_VALUES_MISMATCH || why == X509_R_KEY_TYPE_MISMATCH
	                                      : ERR_GET_LIB(e) == ERR_LIB_SSL && why == SSL_R_NO_CERTIFICATE_ASSIGNED;
}

static bool load_key(SSL_CTX *ctx, const char *cert, const char *key, const char *text, failure *f)
{
	passphrase p = {.text = text};

	SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, &p);
	bool ok = SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(ctx) == 1;
	SSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
	SSL_CTX_set_default_passwd_cb(ctx, NULL);
	if (ok) {
		return true;
	}
	if (is_mismatch(ERR_peek_last_error())) {
		snprintf(f->text, f->size, "the key %.90s does not belong to the certificate %.90s", key, cert);
	} else if (p.asked) {
		snprintf(f->text, f->size, "the key %.130s is encrypted and %s", key,
			text ? "the passphrase does not open it" : "there is no passphrase");
	} else {
		snprintf(f->text, f->size, "the file %.130s holds no private key in PEM form", key);
	}
	return false;
}

static bool load_pair(SSL_CTX *ctx, const char *cert, const char *key, const char *text, failure *f)
{
	if (!check_file("certificate", cert, f) || !check_file("key", key, f)) {
		return false;
	}
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1) {
		snprintf(f->text, f->size, "the file %.130s holds no usable certificate in PEM form (%.60s)", cert, reason());
		return false;
	}
	return load_key(ctx, cert, key, text, f) && check_dates(SSL_CTX_get0_certificate(ctx), cert, f);
}

static bool load_ca(SSL_CTX *ctx, const cr_tls_config *config, failure *f)
{
	STACK_OF(X509_NAME) * names;
	int mode = SSL_VERIFY_PEER | (config->verify == CR_TLS_VERIFY_REQUIRED ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);

	if (!check_file("CA file", config->ca, f)) {
		return false;
	}
	ERR_clear_error();
	names = SSL_load_client_CA_file(config->ca);
	if (!names || SSL_CTX_load_verify_locations(ctx, config->ca, NULL) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		snprintf(f->text, f->size, "the file %.130s holds no usable CA certificate in PEM form (%.60s)",
			config->ca, reason());
		return false;
	}
	SSL_CTX_set_client_CA_list(ctx, names); /* takes names over */
	SSL_CTX_set_verify(ctx, mode, NULL);
	return true;
}

/* Names */

static bool is_for(const char *pattern, const char *name)
{
	if (pattern[0] == '*' && pattern[1] == '.') {
		const char *dot = strchr(name, '.');

		return dot && dot > name && strcasecmp(pattern + 1, dot) == 0;
	}
	return strcasecmp(pattern, name) == 0;
}

/* A name that nobody claims gets the listener's own certificate: the client
 * judges it, and says more about it than an alert could. */
static int on_server_name(SSL *ssl, int *alert, void *arg)
{
	const cr_tls *tls = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void) alert;
	for (size_t i = 0; name && i < tls->config.n_hosts; i++) {
		if (is_for(tls->hosts[i].name, name)) {
			return SSL_set_SSL_CTX(ssl, tls->used.hosts[i]) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
		}
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
	unsigned in_len, void *arg)
{
	static const unsigned char http11[] = "\x08http/1.1";

	(void) ssl;
	(void) arg;
	/* out must lead into static memory, which in is not */
	for (unsigned i = 0; i < in_len && in[i] < in_len - i; i += 1u + in[i]) {
		if (in[i] == http11[0] && memcmp(in + i + 1, http11 + 1, http11[0]) == 0) {
			*out = http11 + 1;
			*out_len = http11[0];
			return SSL_TLSEXT_ERR_OK;
		}
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static cr_status make_context(SSL_CTX **out, cr_tls *tls, const char *cert, const char *key, failure *f)
{
	static const unsigned char id[] = "chatroom";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx) {
		return CR_ERR_NOMEM;
	}
	*out = ctx;
	SSL_CTX_set_min_proto_version(ctx, tls->config.min_version == 13 ? TLS1_3_VERSION : TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
	/* WebSocket has an end of its own, and Content-Length: nothing can be cut off unnoticed */
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS); /* modes add up */
	SSL_CTX_set_read_ahead(ctx, 1);
	/* tickets keep the session on the client's side */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_tlsext_servername_callback(ctx, on_server_name);
	SSL_CTX_set_tlsext_servername_arg(ctx, tls);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	if (SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1) != 1) {
		return CR_ERR_NOMEM;
	}
	bool ok = load_pair(ctx, cert, key, tls->config.passphrase, f)
	          && (tls->config.verify == CR_TLS_VERIFY_NONE || load_ca(ctx, &tls->config, f));
	return ok ? CR_OK : CR_ERR_SYS;
}

cr_status cr_tls_load(cr_tls *tls, char *error, size_t size)
{
	failure f = {error, size};

	cr_tls_forget(tls);
	tls->loaded.hosts = cr_calloc(tls->config.n_hosts + 1, sizeof(SSL_CTX *));
	if (!tls->loaded.hosts) {
		return CR_ERR_NOMEM;
	}
	cr_status st = make_context(&tls->loaded.plain, tls, tls->config.cert, tls->config.key, &f);
	for (size_t i = 0; st == CR_OK && i < tls->config.n_hosts; i++) {
		st = make_context(&tls->loaded.hosts[i], tls, tls->hosts[i].cert, tls->hosts[i].key, &f);
	}
	if (st != CR_OK) {
		cr_tls_forget(tls);
	}
	ERR_clear_error(); /* PHP's openssl functions look at the same queue */
	return st;
}

void cr_tls_use(cr_tls *tls)
{
	if (tls->loaded.plain) {
		free_contexts(tls, &tls->used);
		tls->used = tls->loaded;
		tls->loaded = (contexts){0};
	}
}

void cr_tls_forget(cr_tls *tls)
{
	free_contexts(tls, &tls->loaded);
}

bool cr_tls_is_loaded(const cr_tls *tls)
{
	return tls->used.plain != NULL;
}

SSL *cr_tls_session_new(const cr_tls *tls)
{
	return SSL_new(tls->used.plain);
}
