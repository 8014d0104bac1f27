/* TLS over a socket, as a second way for conn.c's bytes.
 *
 * Reading fills the loop's buffer from as many records as there are; what is
 * left over when it is full, epoll does not know of (cr_conn_tls.more).
 *
 * Writing gathers small pieces into records of at most 16 KiB, in a buffer
 * that all connections share. A record that OpenSSL has encrypted but the
 * socket did not take counts as sent: its bytes cannot be taken back, whatever
 * happens to the queue (cr_conn_tls.held). OpenSSL wants to be called again
 * with the same bytes but does not look at them again; any will do.
 *
 * The BIO is our own, since OpenSSL's write() raises SIGPIPE, and since in a
 * forked child nothing may reach the parent's peers: not even the answer to a
 * handshake that becomes readable before the loop has noticed the fork.
 */
#include "ext/net/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "ext/core/mem.h"
#include "ext/net/conn.h"

#define RECORD_MAX 16384
/* below that a piece goes into a record with its neighbours */
#define GATHER_MAX 8192

typedef struct tls_conn {
	cr_conn_tls base; /* first: conn.c looks at it */
	SSL *ssl;
	unsigned forks;
	bool spoke;          /* the first byte was a TLS record's */
	bool ended;          /* FIN without close_notify */
	bool broken;         /* after a fatal error OpenSSL must not be called again */
	uint16_t handshakes; /* messages of the handshake protocol that came */
} tls_conn;

/* After its handshake a client has little to say of that kind: a KeyUpdate now
 * and then. OpenSSL goes on reading such messages inside one SSL_read() for as
 * long as there are any, so a flood of them would stop the loop. */
#define HANDSHAKES_MAX 1000

static const cr_transport transport_tls;

/* The engine has one thread per process that does this. */
static _Thread_local uint8_t record[RECORD_MAX];

static pthread_once_t once = PTHREAD_ONCE_INIT;
static BIO_METHOD *bio_method;
static unsigned forks;

static tls_conn *of(const cr_conn *c)
{
	return (tls_conn *) c->tls;
}

/* BIO */

static bool is_ours(const cr_conn *c)
{
	return !c->loop->forked && of(c)->forks == forks;
}

static int bio_result(BIO *bio, ssize_t n, bool reading)
{
	BIO_clear_retry_flags(bio);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
		if (reading) {
			BIO_set_retry_read(bio);
		} else {
			BIO_set_retry_write(bio);
		}
	}
	return (int) n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	const cr_conn *c = BIO_get_data(bio);

	if (!is_ours(c)) {
		errno = EPIPE;
		return bio_result(bio, -1, false);
	}
	return bio_result(bio, send(c->fd, data, (size_t) len, MSG_NOSIGNAL), false);
}

static int bio_read(BIO *bio, char *data, int len)
{
	const cr_conn *c = BIO_get_data(bio);

	if (!is_ours(c)) {
		errno = EPIPE;
		return bio_result(bio, -1, true);
	}
	if (((const tls_conn *) (const void *) c->tls)->handshakes > HANDSHAKES_MAX) {
		errno = EPROTO;
		return bio_result(bio, -1, true);
	}
	ssize_t n = recv(c->fd, data, (size_t) len, 0);
	if (n == 0) {
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	}
	return bio_result(bio, n, true);
}

static long bio_ctrl(BIO *bio, int command, long n, void *ptr)
{
	(void) n;
	(void) ptr;
	switch (command) {
		case BIO_CTRL_FLUSH:
			return 1;
		case BIO_CTRL_EOF:
			return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
		default:
			return 0;
	}
}

static void on_protocol_message(int outgoing, int version, int type, const void *buf, size_t len, SSL *ssl, void *arg)
{
	tls_conn *t = arg;

	(void) version;
	(void) buf;
	(void) len;
	(void) ssl;
	if (!outgoing && type == SSL3_RT_HANDSHAKE && t->handshakes < UINT16_MAX) {
		t->handshakes++;
	}
}

static void on_fork(void)
{
	forks++;
}

static void init_once(void)
{
	bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "chatroom socket");
	if (bio_method
		&& (!BIO_meth_set_write(bio_method, bio_write) || !BIO_meth_set_read(bio_method, bio_read)
			|| !BIO_meth_set_ctrl(bio_method, bio_ctrl) || pthread_atfork(NULL, NULL, on_fork) != 0)) {
		BIO_meth_free(bio_method);
		bio_method = NULL;
	}
}

/* The module may be unloaded, and OpenSSL stay. */
static void __attribute__((destructor)) free_method(void)
{
	BIO_meth_free(bio_method);
	bio_method = NULL;
}

bool cr_tls_accept(const cr_tls *tls, cr_conn *c)
{
	tls_conn *t = cr_calloc(1, sizeof(*t));

	pthread_once(&once, init_once);
	BIO *bio = bio_method ? BIO_new(bio_method) : NULL;
	SSL *ssl = cr_tls_session_new(tls);
	if (!t || !bio || !ssl) {
		cr_free(t);
		BIO_free(bio);
		SSL_free(ssl);
		ERR_clear_error();
		return false;
	}
	BIO_set_data(bio, c);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_accept_state(ssl);
	SSL_set_msg_callback(ssl, on_protocol_message);
	SSL_set_msg_callback_arg(ssl, t);
	cr_list_init(&t->base.unread);
	t->base.transport = &transport_tls;
	t->base.conn = c;
	t->ssl = ssl;
	t->forks = forks;
	c->tls = &t->base;
	return true;
}

/* Transport */

/* What -1 with errno says after an SSL call that returned rc; 0: the end. */
static ssize_t failed(tls_conn *t, int rc, bool reading)
{
	switch (SSL_get_error(t->ssl, rc)) {
		case SSL_ERROR_WANT_READ:
			t->base.write_wants_read = !reading;
			errno = EAGAIN;
			return -1;
		case SSL_ERROR_WANT_WRITE:
			t->base.read_wants_write = reading;
			errno = EAGAIN;
			return -1;
		case SSL_ERROR_ZERO_RETURN:
			return 0;
		case SSL_ERROR_SYSCALL:
			if (ERR_peek_error() == 0 && errno == 0) { /* OpenSSL 1.1.1 has no option for it */
				t->ended = true;
				return 0;
			}
			t->broken = true;
			errno = errno ? errno : EPROTO;
			break;
		default:
			t->broken = true;
			errno = EPROTO;
			break;
	}
	int saved = errno;
	ERR_clear_error();
	errno = saved;
	return -1;
}

static void end(cr_conn *c)
{
	tls_conn *t = of(c);

	cr_list_remove(&t->base.unread);
	SSL_free(t->ssl);
	cr_free(t);
	c->tls = NULL;
}

/* No record begins with a letter, and every HTTP request does. */
static bool speaks_plainly(cr_conn *c)
{
	uint8_t first;

	if (of(c)->spoke || recv(c->fd, &first, 1, MSG_PEEK) != 1) {
		return false;
	}
	of(c)->spoke = true;
	return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
}

static ssize_t tls_read(cr_conn *c, void *buf, size_t len)
{
	tls_conn *t = of(c);
	size_t done = 0;

	if (speaks_plainly(c)) {
		end(c);
		return cr_transport_plain.read(c, buf, len);
	}
	if (t->ended) {
		return 0;
	}
	if (t->broken) {
		errno = EPROTO;
		return -1;
	}
	t->base.more = t->base.read_wants_write = false;
	ERR_clear_error();
	while (done < len) {
		errno = 0;
		int n = SSL_read(t->ssl, (uint8_t *) buf + done, (int) (len - done));

		if (n <= 0) {
			ssize_t rc = failed(t, n, true);

			if (done == 0) {
				return rc;
			}
			/* the end, or the error, is met again by the next read */
			t->base.more = rc == 0 || errno != EAGAIN;
			return (ssize_t) done;
		}
		done += (size_t) n;
	}
	t->base.more = true;
	return (ssize_t) done;
}

/* The next record's bytes, from at bytes behind iov's beginning; *len of them. */
static const void *gather(const struct iovec *iov, int n, size_t at, size_t *len)
{
	int i = 0;

	while (at >= iov[i].iov_len) {
		at -= iov[i++].iov_len;
	}
	const uint8_t *from = (const uint8_t *) iov[i].iov_base + at;
	size_t left = iov[i].iov_len - at;
	if (left >= GATHER_MAX || i + 1 == n) {
		*len = left < RECORD_MAX ? left : RECORD_MAX;
		return from;
	}
	*len = 0;
	for (;;) {
		size_t fits = left < RECORD_MAX - *len ? left : RECORD_MAX - *len;

		memcpy(record + *len, from, fits);
		*len += fits;
		if (*len == RECORD_MAX || ++i == n) {
			return record;
		}
		from = iov[i].iov_base;
		left = iov[i].iov_len;
	}
}

/* Sends the record that is encrypted already. */
static ssize_t send_held(tls_conn *t)
{
	if (t->base.held == 0) {
		return 0;
	}
	int n = SSL_write(t->ssl, record, (int) t->base.held);

	if (n <= 0) {
		return failed(t, n, false) == 0 ? (errno = EPIPE, -1) : -1;
	}
	t->base.held = 0;
	return 0;
}

static ssize_t tls_writev(cr_conn *c, const struct iovec *iov, int n)
{
	tls_conn *t = of(c);
	size_t total = 0, done = 0;

	if (t->broken) {
		errno = EPROTO;
		return -1;
	}
	if (!SSL_is_init_finished(t->ssl)) { /* reading shakes hands */
		t->base.write_wants_read = true;
		errno = EAGAIN;
		return -1;
	}
	for (int i = 0; i < n; i++) {
		total += iov[i].iov_len;
	}
	t->base.write_wants_read = false;
	ERR_clear_error();
	errno = 0;
	if (send_held(t) != 0) {
		return -1;
	}
	while (done < total) {
		size_t len;
		const void *bytes = gather(iov, n, done, &len);

		errno = 0;
		int sent = SSL_write(t->ssl, bytes, (int) len);
		if (sent > 0) {
			done += (size_t) sent;
			continue;
		}
		if (failed(t, sent, false) == 0) {
			errno = EPIPE;
		} else if (errno == EAGAIN && !t->base.write_wants_read) {
			t->base.held = (uint16_t) len;
			return (ssize_t) (done + len);
		}
		return done > 0 ? (ssize_t) done : -1;
	}
	return (ssize_t) done;
}

static void tls_shutdown(cr_conn *c)
{
	tls_conn *t = of(c);

	if (!is_ours(c)) {
		return;
	}
	if (!t->broken && SSL_is_init_finished(t->ssl)) {
		ERR_clear_error();
		(void) SSL_shutdown(t->ssl);
		ERR_clear_error();
	}
	shutdown(c->fd, SHUT_WR);
}

static const cr_transport transport_tls = {
	.read = tls_read,
	.writev = tls_writev,
	.shutdown = tls_shutdown,
	.close = end,
};
