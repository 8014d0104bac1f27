/* TLS for many clients on half a small machine.
 *
 * As without TLS one recv() per wake-up takes whatever has gathered, into a
 * buffer that all clients share, and OpenSSL is fed from it through a BIO: a
 * record costs no system call, and no more than its decryption. OpenSSL takes
 * the beginning of a record that was cut into a buffer of its own, so
 * between two wake-ups the shared one is empty.
 *
 * The cipher is the server's choice out of OpenSSL's, as with most clients.
 */
#include "client_tls.h"

#include <err.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

/* what OpenSSL may hold of a record that was cut comes out with the next bytes */
#define RECORD_MAX (17 * 1024)

static uint8_t cipher[CLIENT_TLS_READ_MIN - RECORD_MAX];
static size_t cipher_at, cipher_len;

static SSL_CTX *ctx;
static BIO_METHOD *method;

static int bio_read(BIO *bio, char *out, int size)
{
	size_t n = cipher_len - cipher_at;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	n = n < (size_t) size ? n : (size_t) size;
	memcpy(out, cipher + cipher_at, n);
	cipher_at += n;
	return (int) n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	const client *c = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	do {
		n = send(c->fd, data, (size_t) len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) {
		BIO_set_retry_write(bio);
	}
	return (int) n;
}

static long bio_ctrl(BIO *bio, int command, long n, void *ptr)
{
	(void) bio;
	(void) n;
	(void) ptr;
	return command == BIO_CTRL_FLUSH;
}

static void prepare(void)
{
	ctx = SSL_CTX_new(TLS_client_method());
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench");
	if (ctx == NULL || method == NULL || !BIO_meth_set_read(method, bio_read)
		|| !BIO_meth_set_write(method, bio_write) || !BIO_meth_set_ctrl(method, bio_ctrl)
		|| !SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION)) {
		errx(1, "OpenSSL cannot be used");
	}
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}

/* Like a system call's result, for what an SSL call said. */
static ssize_t result(const client *c, int rc)
{
	const char *reason;

	if (rc > 0) {
		return rc;
	}
	switch (SSL_get_error(c->ssl, rc)) {
		case SSL_ERROR_WANT_READ:
		case SSL_ERROR_WANT_WRITE:
			errno = EAGAIN;
			return -1;
		case SSL_ERROR_ZERO_RETURN:
			return 0;
		default:
			reason = ERR_reason_error_string(ERR_peek_last_error());
			warnx("client %u: TLS: %s", c->id, reason ? reason : "the connection broke");
			ERR_clear_error();
			errno = EPROTO;
			return -1;
	}
}

bool client_tls_start(client *c)
{
	if (ctx == NULL) {
		prepare();
	}
	BIO *bio = BIO_new(method);
	c->ssl = SSL_new(ctx);
	if (bio == NULL || c->ssl == NULL) {
		errx(1, "out of memory");
	}
	BIO_set_data(bio, c);
	BIO_set_init(bio, 1);
	SSL_set_bio(c->ssl, bio, bio);
	SSL_set_connect_state(c->ssl);
	ERR_clear_error();
	return result(c, SSL_do_handshake(c->ssl)) < 0 && errno == EAGAIN;
}

bool client_tls_is_ready(const client *c)
{
	return SSL_is_init_finished(c->ssl);
}

ssize_t client_tls_read(client *c, uint8_t *buf, size_t size)
{
	ssize_t n = recv(c->fd, cipher, sizeof(cipher), 0), rc = 0;
	size_t done = 0;

	if (n <= 0) {
		return n;
	}
	cipher_at = 0;
	cipher_len = (size_t) n;
	ERR_clear_error();
	while (done < size && (rc = result(c, SSL_read(c->ssl, buf + done, (int) (size - done)))) > 0) {
		done += (size_t) rc;
	}
	/* an end behind the bytes is met again by the next recv() */
	if (done == 0 || (rc < 0 && errno != EAGAIN)) {
		return rc;
	}
	return (ssize_t) done;
}

ssize_t client_tls_write(client *c, const uint8_t *buf, size_t len)
{
	ERR_clear_error();
	return result(c, SSL_write(c->ssl, buf, (int) len));
}

void client_tls_end(client *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
}
