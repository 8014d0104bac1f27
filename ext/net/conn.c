/* One socket.
 *
 * Why neither bufferevent nor evbuffer: an idle client must cost little (a
 * bufferevent is 944 bytes in four blocks), and a broadcast must not copy
 * per recipient nor pay a KiB per reference. The queue holds (chunk, offset,
 * length) triples of 24 bytes from a free list; neighbours in one chunk merge,
 * so a batch is one entry however many messages it holds.
 *
 * Invariants: queued is the sum of the lengths in the queue, and the loop's
 * queued_bytes the sum over all connections; a CLOSED connection has no queue,
 * no event and no descriptor; a connection is on at most one of the loop's
 * lists, and on `dead` exactly once.
 */
#include "ext/net/conn.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ext/core/mem.h"

#define MAX_IOV       64
#define COPY_CHUNK    1024 /* small copies for a socket that is full share one of these */
#define SMALL_PIECE   256  /* so little is copied, for a socket that is full: a chunk alone takes some 100 bytes */
#define MAX_FREE_SEGS 65536

static cr_seg *seg_new(cr_loop *loop)
{
	cr_seg *seg = loop->free_segs;

	if (seg) {
		loop->free_segs = seg->next;
		loop->n_free_segs--;
		return seg;
	}
	return cr_malloc(sizeof(*seg));
}

static void seg_free(cr_loop *loop, cr_seg *seg)
{
	cr_chunk_unref(seg->chunk);
	if (loop->n_free_segs >= MAX_FREE_SEGS) {
		cr_free(seg);
		return;
	}
	seg->next = loop->free_segs;
	loop->free_segs = seg;
	loop->n_free_segs++;
}

static void pop_seg(cr_conn *c)
{
	cr_seg *seg = c->_head;

	c->_head = seg->next;
	if (!c->_head) {
		c->_tail = NULL;
	}
	seg_free(c->loop, seg);
}

static void count_queued(cr_conn *c, int64_t by)
{
	c->queued = (uint32_t) (c->queued + by);
	c->loop->queued_bytes = (uint64_t) ((int64_t) c->loop->queued_bytes + by);
}

static const cr_transport *transport_of(const cr_conn *c)
{
	return c->tls ? c->tls->transport : &cr_transport_plain;
}

static void drop_all(cr_conn *c)
{
	while (c->_head) {
		pop_seg(c);
	}
	count_queued(c, -(int64_t) c->queued);
}

static bool holds(const cr_conn *c)
{
	return c->tls && c->tls->held;
}

/* For the next turn, so that one connection cannot keep the others waiting. */
static void read_on(cr_conn *c)
{
	cr_loop *loop = c->loop;

	if (!c->tls->more || !cr_list_is_empty(&c->tls->unread)) {
		return;
	}
	if (cr_list_is_empty(&loop->unread)) {
		event_add(loop->again, &(struct timeval){0});
	}
	cr_list_append(&loop->unread, &c->tls->unread);
}

/* Of what epoll tells also when it is asked for nothing: asking for EPOLLERR
 * keeps the descriptor in the set, so that a reset is noticed while nobody reads. */
#define CR_CONN_IN_SET EPOLLERR

static uint32_t wanted_events(cr_conn *c)
{
	bool reading = c->_reading && !c->_eof, writing = c->_want_write, also_read = false, also_write = false;

	if (c->tls) {
		if (reading) {
			read_on(c);
			also_write = c->tls->read_wants_write;
		}
		if (writing && c->tls->write_wants_read) {
			writing = false;
			also_read = !c->_eof;
		}
	}
	uint32_t want = (reading || also_read ? EPOLLIN : 0u) | (writing || also_write ? EPOLLOUT : 0u);
	return want || !c->_hung_up ? want | CR_CONN_IN_SET : 0;
}

static void update_events(cr_conn *c)
{
	uint32_t want = wanted_events(c), have = c->_watched;

	c->_watched = (uint8_t) want;
	if (!cr_poll_watch(c->loop, c->fd, c, have, want)) {
		cr_conn_close(c); /* it is deaf */
	}
}

static void mark_dirty(cr_conn *c)
{
	if (cr_list_is_empty(&c->_link) && c->state != CR_CONN_CLOSED) {
		cr_list_append(&c->loop->dirty, &c->_link);
	}
}

static void broken(cr_conn *c, int error)
{
	drop_all(c);
	c->_want_write = false;
	c->_eof = true;
	if (c->state == CR_CONN_OPEN) {
		update_events(c);
		c->loop->callbacks->on_eof(c, error);
	} else {
		cr_conn_close(c);
	}
}

static void sent(cr_conn *c, size_t n)
{
	count_queued(c, -(int64_t) n);
	c->loop->bytes_out += n;
	while (n > 0) {
		cr_seg *seg = c->_head;

		if (n < seg->len) {
			seg->off += (uint32_t) n;
			seg->len -= (uint32_t) n;
			return;
		}
		n -= seg->len;
		pop_seg(c);
	}
}

/* One system call. False: the socket is full or broken. */
static bool write_some(cr_conn *c)
{
	struct iovec iov[MAX_IOV];
	int n = 0;
	size_t total = 0;

	for (cr_seg *seg = c->_head; seg && n < MAX_IOV; seg = seg->next) {
		iov[n].iov_base = seg->chunk->data + seg->off;
		iov[n].iov_len = seg->len;
		total += seg->len;
		n++;
	}
	ssize_t done = transport_of(c)->writev(c, iov, n);
	if (done < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
			broken(c, errno);
			return false;
		}
		c->_want_write = true;
		return false;
	}
	sent(c, (size_t) done);
	c->_want_write = (size_t) done < total || holds(c);
	return !c->_want_write;
}

static void all_sent(cr_conn *c)
{
	c->_want_write = c->_slow = false;
	if (c->state == CR_CONN_FINISHING) {
		transport_of(c)->shutdown(c);
		c->state = CR_CONN_LINGERING;
		if (c->_eof) {
			cr_conn_close(c);
		} else {
			c->_reading = true;
		}
	} else if (c->want_drained) {
		c->want_drained = false;
		c->loop->callbacks->on_drained(c);
	}
}

void cr_conn_flush(cr_conn *c)
{
	if (c->state == CR_CONN_CLOSED || c->state == CR_CONN_LINGERING) {
		return;
	}
	while ((c->_head || holds(c)) && write_some(c)) {
	}
	if (c->state == CR_CONN_CLOSED) {
		return;
	}
	if (!c->_head && !holds(c)) {
		all_sent(c);
	}
	if (c->state == CR_CONN_OPEN && c->queued > c->loop->send_queue_limit && !c->_slow) {
		c->_slow = true; /* once: what the owner queues to say goodbye must pass */
		c->loop->callbacks->on_slow(c);
	}
	if (c->state != CR_CONN_CLOSED) {
		update_events(c);
	}
}

bool cr_conn_is_blocked(const cr_conn *c)
{
	return c->_want_write;
}

void cr_conn_swallow(cr_conn *c, size_t n)
{
	c->_swallowed += (uint32_t) n;
	if (c->_swallowed > CR_CONN_LINGER_MAX) {
		cr_conn_close(c);
	}
}

static void read_once(cr_conn *c)
{
	ssize_t n = transport_of(c)->read(c, c->loop->read_buf, CR_LOOP_READ_SIZE);

	if (n > 0) {
		c->loop->bytes_in += (uint64_t) n;
		if (c->state == CR_CONN_OPEN) {
			c->loop->callbacks->on_read(c, c->loop->read_buf, (size_t) n);
		} else {
			cr_conn_swallow(c, (size_t) n);
		}
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
		return;
	}
	if (n < 0) {
		broken(c, errno);
		return;
	}
	c->_eof = true; /* level-triggered: stop asking or the loop spins */
	if (c->state == CR_CONN_LINGERING) {
		cr_conn_close(c);
		return;
	}
	update_events(c);
	if (c->state == CR_CONN_OPEN) {
		c->loop->callbacks->on_eof(c, 0);
	}
}

static void on_readable(cr_conn *c)
{
	bool wanted_write = c->tls && c->tls->read_wants_write;

	read_once(c);
	/* a connection that is closed now, or plain now, has no tls */
	if (c->tls && (c->tls->more || c->tls->read_wants_write != wanted_write)) {
		update_events(c);
	}
}

void cr_conn_read_unread(cr_loop *loop)
{
	cr_list list;

	cr_list_init(&list);
	cr_list_splice(&list, &loop->unread);
	while (!cr_list_is_empty(&list) && !loop->cut) {
		cr_conn *c = cr_container_of(list.next, cr_conn_tls, unread)->conn;

		cr_list_remove(&c->tls->unread);
		if (c->_reading && !c->_eof) {
			on_readable(c);
		}
	}
	if (!cr_list_is_empty(&list)) { /* the turn was cut short */
		cr_list_splice(&list, &loop->unread);
		cr_list_splice(&loop->unread, &list);
		event_add(loop->again, &(struct timeval){0});
	}
}

static void on_ready_of_tls(cr_conn *c, uint32_t events)
{
	if (c->_reading && !c->_eof && ((events & EPOLLIN) || c->tls->read_wants_write)) {
		on_readable(c);
	}
	if (c->state == CR_CONN_CLOSED) {
		return;
	}
	if ((events & EPOLLOUT) || (c->tls && c->tls->write_wants_read)) {
		mark_dirty(c);
	}
}

static int error_of(const cr_conn *c)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error ? error : ECONNRESET;
}

/* Nobody reads or writes. A reset ends it. A hang-up does not, since what the
 * peer said before (a unix socket tells of it at once) is still to be read; but
 * epoll would tell of it for ever. */
static void on_ready_for_nothing(cr_conn *c, uint32_t events)
{
	if (events & EPOLLERR) {
		broken(c, error_of(c));
	} else if (events & EPOLLHUP) {
		c->_hung_up = true;
		update_events(c);
	}
}

void cr_conn_on_ready(cr_conn *c, uint32_t events)
{
	uint32_t asked = c->_watched & (EPOLLIN | EPOLLOUT);

	if (!asked) {
		on_ready_for_nothing(c, events);
		return;
	}
	/* an end or an error is told to whoever asks for anything */
	events = (events & (EPOLLHUP | EPOLLERR) ? EPOLLIN | EPOLLOUT : events) & asked;
	if (c->tls) {
		if (events) {
			on_ready_of_tls(c, events);
		}
		return;
	}
	if (events & EPOLLIN) {
		on_readable(c);
	}
	if ((events & EPOLLOUT) && c->state != CR_CONN_CLOSED) {
		mark_dirty(c);
	}
}

cr_status cr_conn_init(cr_conn *c, cr_loop *loop, int fd)
{
	cr_list_init(&c->_link);
	c->loop = loop;
	c->tls = NULL;
	c->_head = c->_tail = NULL;
	c->queued = c->_swallowed = 0;
	c->fd = fd;
	c->state = CR_CONN_OPEN;
	c->_reading = true;
	c->_want_write = c->_eof = c->_slow = c->_hung_up = c->want_drained = false;
	c->_watched = EPOLLIN | CR_CONN_IN_SET;
	if (!cr_poll_watch(loop, fd, c, 0, c->_watched)) {
		close(fd);
		return CR_ERR_SYS;
	}
	return CR_OK;
}

static void count_more(cr_conn *c, size_t len)
{
	count_queued(c, (int64_t) len);
	if (!c->_want_write || c->queued > c->loop->send_queue_limit) {
		mark_dirty(c);
	}
}

static bool append_seg(cr_conn *c, cr_chunk *chunk, size_t off, size_t len)
{
	cr_seg *seg = seg_new(c->loop);

	if (!seg) {
		return false;
	}
	*seg = (cr_seg){.chunk = cr_chunk_ref(chunk), .off = (uint32_t) off, .len = (uint32_t) len};
	if (c->_tail) {
		c->_tail->next = seg;
	} else {
		c->_head = seg;
	}
	c->_tail = seg;
	count_more(c, len);
	return true;
}

/* Behind what nobody else refers to, when there is room. */
static bool copy_to_tail(cr_conn *c, const void *ptr, size_t len)
{
	cr_seg *tail = c->_tail;

	if (!tail || tail->chunk->refs > 1 || (size_t) tail->off + tail->len != tail->chunk->len
		|| tail->chunk->cap - tail->chunk->len < len) {
		return false;
	}
	memcpy(tail->chunk->data + tail->chunk->len, ptr, len);
	tail->chunk->len += len;
	tail->len += (uint32_t) len;
	count_more(c, len);
	return true;
}

bool cr_conn_queue(cr_conn *c, cr_chunk *chunk, size_t off, size_t len)
{
	cr_seg *tail = c->_tail;

	if (c->state != CR_CONN_OPEN) {
		return false;
	}
	if (len == 0) {
		return true;
	}
	if (tail && tail->chunk == chunk && (size_t) tail->off + tail->len == off) {
		tail->len += (uint32_t) len;
		count_more(c, len);
		return true;
	}
	return (c->_want_write && len <= SMALL_PIECE && copy_to_tail(c, chunk->data + off, len))
	       || append_seg(c, chunk, off, len);
}

bool cr_conn_queue_copy(cr_conn *c, const void *ptr, size_t len)
{
	if (c->state != CR_CONN_OPEN) {
		return false;
	}
	if (copy_to_tail(c, ptr, len)) {
		return true;
	}
	cr_chunk *chunk = cr_chunk_new(c->_want_write && len < COPY_CHUNK ? COPY_CHUNK : len);

	if (!chunk) {
		return false;
	}
	memcpy(chunk->data, ptr, len);
	chunk->len = len;
	bool ok = len == 0 || append_seg(c, chunk, 0, len);
	cr_chunk_unref(chunk);
	return ok;
}

bool cr_conn_queue_message(cr_conn *c, cr_chunk *chunk)
{
	return c->_want_write && chunk->len <= SMALL_PIECE ? cr_conn_queue_copy(c, chunk->data, chunk->len)
	                                                   : cr_conn_queue(c, chunk, 0, chunk->len);
}

void cr_conn_drop_queue(cr_conn *c)
{
	cr_seg *first = c->_head;

	if (!first) {
		return;
	}
	while (first->next) {
		cr_seg *seg = first->next;

		first->next = seg->next;
		count_queued(c, -(int64_t) seg->len);
		seg_free(c->loop, seg);
	}
	c->_tail = first;
}

void cr_conn_set_reading(cr_conn *c, bool on)
{
	if (c->_reading != on && c->state == CR_CONN_OPEN) {
		c->_reading = on;
		update_events(c);
	}
}

void cr_conn_finish(cr_conn *c)
{
	if (c->state == CR_CONN_OPEN) {
		c->state = CR_CONN_FINISHING;
		c->_reading = true; /* to see the peer go, and to swallow */
		update_events(c);
		mark_dirty(c);
	}
}

void cr_conn_close(cr_conn *c)
{
	if (c->state == CR_CONN_CLOSED) {
		return;
	}
	c->state = CR_CONN_CLOSED;
	c->_want_write = c->_reading = false;
	cr_poll_forget(c->loop, c->fd, c, c->_watched);
	c->_watched = 0;
	drop_all(c);
	transport_of(c)->close(c);
	close(c->fd);
	c->fd = -1;
	cr_list_remove(&c->_link);
	cr_list_append(&c->loop->dead, &c->_link);
}
