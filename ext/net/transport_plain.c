/* Plain TCP and unix sockets. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ext/net/conn.h"

static ssize_t plain_read(cr_conn *c, void *buf, size_t len)
{
	return recv(c->fd, buf, len, 0);
}

static ssize_t plain_writev(cr_conn *c, const struct iovec *iov, int n)
{
	/* send() and sendmsg() instead of writev(): only they take MSG_NOSIGNAL */
	if (n == 1) {
		return send(c->fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL);
	}
	struct msghdr msg = {.msg_iov = (struct iovec *) iov, .msg_iovlen = (size_t) n};

	return sendmsg(c->fd, &msg, MSG_NOSIGNAL);
}

static void plain_shutdown(cr_conn *c)
{
	shutdown(c->fd, SHUT_WR);
}

static void plain_close(cr_conn *c)
{
	(void) c;
}

const cr_transport cr_transport_plain = {
	.read = plain_read,
	.writev = plain_writev,
	.shutdown = plain_shutdown,
	.close = plain_close,
};
