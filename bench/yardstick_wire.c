#include "yardstick_wire.h"

#include <err.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

bool wire_deflates;

static SSL_CTX *ctx;

void wire_use_tls(const char *file)
{
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL || SSL_CTX_use_certificate_chain_file(ctx, file) != 1
		|| SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM) != 1) {
		errx(1, "%s holds no certificate and key", file);
	}
	SSL_CTX_set_mode(ctx,
		SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}

SSL *wire_accept(int fd)
{
	if (ctx == NULL) {
		return NULL;
	}
	SSL *ssl = SSL_new(ctx);
	if (ssl == NULL || !SSL_set_fd(ssl, fd)) {
		errx(1, "out of memory");
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

void wire_end(SSL *ssl)
{
	SSL_free(ssl);
}

static ssize_t result(SSL *ssl, int rc)
{
	if (rc > 0) {
		return rc;
	}
	int error = SSL_get_error(ssl, rc);
	errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
	return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

ssize_t wire_recv(SSL *ssl, int fd, void *buf, size_t len)
{
	ERR_clear_error();
	return ssl == NULL ? recv(fd, buf, len, 0) : result(ssl, SSL_read(ssl, buf, (int) len));
}

ssize_t wire_send(SSL *ssl, int fd, const void *buf, size_t len)
{
	ERR_clear_error();
	return ssl == NULL ? send(fd, buf, len, MSG_NOSIGNAL) : result(ssl, SSL_write(ssl, buf, (int) len));
}

uint8_t *wire_inflate(const uint8_t *deflated, size_t *len)
{
	static uint8_t room[128 * 1024];
	static z_stream z;

	if (z.state == NULL ? inflateInit2(&z, -15) != Z_OK : inflateReset(&z) != Z_OK) {
		errx(1, "zlib cannot be used");
	}
	z.next_in = (uint8_t *) (uintptr_t) deflated;
	z.avail_in = (uInt) *len;
	z.next_out = room;
	z.avail_out = sizeof(room);
	if (inflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_in > 0) {
		errx(1, "a message cannot be inflated");
	}
	*len = sizeof(room) - z.avail_out;
	return room;
}

void wire_store(uint8_t *p, size_t len)
{
	p[0] = 0;
	p[1] = (uint8_t) len;
	p[2] = (uint8_t) (len >> 8);
	p[3] = (uint8_t) ~len;
	p[4] = (uint8_t) (~len >> 8);
	p[WIRE_STORED_HEAD + len] = 0; /* begins the empty block whose other bytes are left out */
}
