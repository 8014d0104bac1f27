/* The ways to give one batch to many sockets. */
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "writepath.h"

#define MAX_PIECES 16

static int send_all(int fd, const char *data, size_t size, int flags)
{
	while (size > 0) {
		ssize_t n = send(fd, data, size, flags | MSG_NOSIGNAL);

		if (n < 0) {
			return errno;
		}
		data += n;
		size -= (size_t) n;
	}
	return 0;
}

static int set_all(run *r, int level, int name, int value)
{
	for (int i = 0; i < r->n; i++) {
		if (setsockopt(r->fds[i], level, name, &value, sizeof(value)) != 0) {
			return errno;
		}
	}
	return 0;
}

static int round_send(run *r)
{
	int error = 0;

	for (int i = 0; i < r->n && error == 0; i++) {
		error = send_all(r->fds[i], r->data, r->size, 0);
	}
	return error;
}

static int prepare_nagle(run *r)
{
	return set_all(r, IPPROTO_TCP, TCP_NODELAY, 0);
}

static int prepare_sndbuf(run *r)
{
	return set_all(r, SOL_SOCKET, SO_SNDBUF, r->way->arg);
}

static int pieces(run *r, struct iovec *iov)
{
	size_t each = r->size / (size_t) r->way->arg;

	for (int i = 0; i < r->way->arg; i++) {
		iov[i] = (struct iovec){r->data + (size_t) i * each, each};
	}
	return r->way->arg;
}

static int round_sendmsg(run *r)
{
	struct iovec iov[MAX_PIECES];
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = (size_t) pieces(r, iov)};

	for (int i = 0; i < r->n; i++) {
		if (sendmsg(r->fds[i], &msg, MSG_NOSIGNAL) != (ssize_t) r->size) {
			return errno;
		}
	}
	return 0;
}

static int round_writev(run *r)
{
	struct iovec iov[MAX_PIECES];
	int n = pieces(r, iov);

	for (int i = 0; i < r->n; i++) {
		if (writev(r->fds[i], iov, n) != (ssize_t) r->size) {
			return errno;
		}
	}
	return 0;
}

static int halves(int fd, run *r, int flags)
{
	int error = send_all(fd, r->data, r->size / 2, flags);

	return error ? error : send_all(fd, r->data + r->size / 2, r->size / 2, 0);
}

static int round_halves(run *r)
{
	int error = 0;

	for (int i = 0; i < r->n && error == 0; i++) {
		error = halves(r->fds[i], r, r->way->arg);
	}
	return error;
}

static int round_cork(run *r)
{
	int on = 1, off = 0, error = 0;

	for (int i = 0; i < r->n && error == 0; i++) {
		setsockopt(r->fds[i], IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
		error = halves(r->fds[i], r, 0);
		setsockopt(r->fds[i], IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
	}
	return error;
}

static int prepare_zerocopy(run *r)
{
	return set_all(r, SOL_SOCKET, SO_ZEROCOPY, 1);
}

static int round_zerocopy(run *r)
{
	int error = 0;

	for (int i = 0; i < r->n && error == 0; i++) {
		error = send_all(r->fds[i], r->data, r->size, MSG_ZEROCOPY);
	}
	return error;
}

static void reap_zerocopy(run *r)
{
	for (int i = 0; i < r->n; i++) {
		char control[128];
		struct msghdr msg = {.msg_control = control, .msg_controllen = sizeof(control)};

		if (recvmsg(r->fds[i], &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
			continue;
		}
		struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
		if (head) {
			const struct sock_extended_err *said = (const void *) CMSG_DATA(head);

			r->reaped++;
			r->copied += (said->ee_code & SO_EE_CODE_ZEROCOPY_COPIED) ? 1 : 0;
		}
	}
}

static int prepare_ktls(run *r)
{
	return setsockopt(r->fds[0], IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) ? errno : 0;
}

static int round_ssl(run *r)
{
	for (int i = 0; i < r->n; i++) {
		if (SSL_write(r->ssl[i], r->data, (int) r->size) != (int) r->size) {
			return EIO;
		}
	}
	return 0;
}

static int prepare_pipes(run *r)
{
	struct iovec iov = {r->data, r->size};

	if (pipe(r->pipe_in) != 0 || pipe(r->pipe_out) != 0) {
		return errno;
	}
	fcntl(r->pipe_in[1], F_SETPIPE_SZ, 1 << 17);
	fcntl(r->pipe_out[1], F_SETPIPE_SZ, 1 << 17);
	return vmsplice(r->pipe_in[1], &iov, 1, 0) == (ssize_t) r->size ? 0 : errno;
}

static int drain_pipe(run *r, int fd)
{
	for (size_t left = r->size; left > 0;) {
		ssize_t n = splice(r->pipe_out[0], NULL, fd, NULL, left, 0);

		if (n <= 0) {
			return n < 0 ? errno : EIO;
		}
		left -= (size_t) n;
	}
	return 0;
}

static int round_tee(run *r)
{
	int error = 0;

	for (int i = 0; i < r->n && error == 0; i++) {
		if (tee(r->pipe_in[0], r->pipe_out[1], r->size, 0) != (ssize_t) r->size) {
			return errno ? errno : EIO;
		}
		error = drain_pipe(r, r->fds[i]);
	}
	return error;
}

static int round_vmsplice(run *r)
{
	struct iovec iov = {r->data, r->size};
	int error = 0;

	for (int i = 0; i < r->n && error == 0; i++) {
		if (vmsplice(r->pipe_out[1], &iov, 1, 0) != (ssize_t) r->size) {
			return errno;
		}
		error = drain_pipe(r, r->fds[i]);
	}
	return error;
}

static void end_pipes(run *r)
{
	for (int i = 0; i < 2; i++) {
		close(r->pipe_in[i]);
		close(r->pipe_out[i]);
	}
}

#define RING .prepare = ring_prepare, .round = ring_round, .reap = ring_reap, .end = ring_end

const way ways[] = {
	{.name = "send()", .round = round_send}, /* first: the others' measure, and its own */
	{.name = "Nagle (no TCP_NODELAY)", .prepare = prepare_nagle, .round = round_send},
	{.name = "sendmsg, 1 piece", .round = round_sendmsg, .arg = 1},
	{.name = "sendmsg, 4 pieces", .round = round_sendmsg, .arg = 4},
	{.name = "sendmsg, 16 pieces", .round = round_sendmsg, .arg = 16},
	{.name = "writev, 4 pieces", .round = round_writev, .arg = 4},
	{.name = "two send()", .round = round_halves},
	{.name = "two send(), MSG_MORE", .round = round_halves, .arg = MSG_MORE},
	{.name = "two send(), TCP_CORK", .round = round_cork},
	{.name = "SO_SNDBUF 16 KiB", .prepare = prepare_sndbuf, .round = round_send, .arg = 16384},
	{.name = "SO_SNDBUF 1 MiB", .prepare = prepare_sndbuf, .round = round_send, .arg = 1 << 20},
	{.name = "MSG_ZEROCOPY",
		.prepare = prepare_zerocopy,
		.round = round_zerocopy,
		.reap = reap_zerocopy},
	{.name = "io_uring SEND", RING},
	{.name = "io_uring SEND, fixed files", RING, .arg = RING_FIXED},
	{.name = "io_uring SEND, SQPOLL", RING, .arg = RING_SQPOLL | RING_FIXED},
	{.name = "io_uring SEND_ZC", RING, .arg = RING_ZC | RING_FIXED},
	{.name = "tee + splice", .prepare = prepare_pipes, .round = round_tee, .end = end_pipes},
	{.name = "vmsplice + splice",
		.prepare = prepare_pipes,
		.round = round_vmsplice,
		.end = end_pipes},
	{.name = "SO_BUSY_POLL at the reader", .round = round_send, .busy_poll = true},
	{.name = "OpenSSL SSL_write", .round = round_ssl, .tls = true},
	{.name = "kTLS", .prepare = prepare_ktls, .round = round_send},
	{.name = NULL},
};
