/* io_uring as far as a batch of sends needs it: by system calls, so that no library is needed. */
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "writepath.h"

#define ENTRIES 1024

static struct {
	int fd;
	unsigned *sq_tail, *sq_flags, *cq_head, *cq_tail;
	unsigned sq_mask, cq_mask, notices;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	void *rings;
	size_t rings_size, sqes_size;
} ring;

static int map_rings(const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned);
	size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	int prot = PROT_READ | PROT_WRITE, how = MAP_SHARED | MAP_POPULATE;

	ring.rings_size = sq > cq ? sq : cq;
	ring.sqes_size = p->sq_entries * sizeof(struct io_uring_sqe);
	ring.rings = mmap(NULL, ring.rings_size, prot, how, ring.fd, IORING_OFF_SQ_RING);
	ring.sqes = mmap(NULL, ring.sqes_size, prot, how, ring.fd, IORING_OFF_SQES);
	if (ring.rings == MAP_FAILED || (void *) ring.sqes == MAP_FAILED) {
		return errno;
	}
	char *at = ring.rings;
	unsigned *array = (unsigned *) (at + p->sq_off.array);

	for (unsigned i = 0; i < p->sq_entries; i++) {
		array[i] = i;
	}
	ring.sq_tail = (unsigned *) (at + p->sq_off.tail);
	ring.sq_flags = (unsigned *) (at + p->sq_off.flags);
	ring.sq_mask = *(unsigned *) (at + p->sq_off.ring_mask);
	ring.cq_head = (unsigned *) (at + p->cq_off.head);
	ring.cq_tail = (unsigned *) (at + p->cq_off.tail);
	ring.cq_mask = *(unsigned *) (at + p->cq_off.ring_mask);
	ring.cqes = (struct io_uring_cqe *) (at + p->cq_off.cqes);
	return 0;
}

static int enter(unsigned submit, unsigned wait, unsigned flags)
{
	return (int) syscall(SYS_io_uring_enter, ring.fd, submit, wait, flags, NULL, 0);
}

int ring_prepare(run *r)
{
	bool polled = r->way->arg & RING_SQPOLL;
	struct io_uring_params p = {
		.flags = polled ? IORING_SETUP_SQPOLL | IORING_SETUP_SINGLE_ISSUER
	                    : IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
		.sq_thread_idle = 50,
	};

	ring.notices = 0;
	ring.fd = (int) syscall(SYS_io_uring_setup, ENTRIES, &p);
	if (ring.fd < 0) {
		return errno;
	}
	int error = map_rings(&p);
	if (error == 0 && (r->way->arg & RING_FIXED)
		&& syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, r->fds, r->n) != 0) {
		error = errno;
	}
	return error;
}

/* What has come; the number of sends among it, or minus an errno. */
static int take(run *r)
{
	unsigned head = *ring.cq_head, tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
	int sends = 0, error = 0;

	for (; head != tail; head++) {
		const struct io_uring_cqe *cqe = &ring.cqes[head & ring.cq_mask];

		if (cqe->flags & IORING_CQE_F_NOTIF) {
			ring.notices--;
			r->reaped++;
			continue;
		}
		sends++;
		ring.notices += (cqe->flags & IORING_CQE_F_MORE) ? 1 : 0;
		if (cqe->res != (int) r->size) {
			error = cqe->res < 0 ? -cqe->res : EMSGSIZE;
		}
	}
	__atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
	return error ? -error : sends;
}

static int submit(run *r)
{
	if (r->way->arg & RING_SQPOLL) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n(ring.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP) {
			return enter((unsigned) r->n, 0, IORING_ENTER_SQ_WAKEUP) < 0 ? errno : 0;
		}
		return 0;
	}
	return enter((unsigned) r->n, (unsigned) r->n, IORING_ENTER_GETEVENTS) < 0 ? errno : 0;
}

int ring_round(run *r)
{
	unsigned tail = *ring.sq_tail;

	for (int i = 0; i < r->n; i++, tail++) {
		struct io_uring_sqe *sqe = &ring.sqes[tail & ring.sq_mask];

		memset(sqe, 0, sizeof(*sqe));
		sqe->opcode = (r->way->arg & RING_ZC) ? IORING_OP_SEND_ZC : IORING_OP_SEND;
		sqe->flags = (r->way->arg & RING_FIXED) ? IOSQE_FIXED_FILE : 0;
		sqe->fd = (r->way->arg & RING_FIXED) ? i : r->fds[i];
		sqe->addr = (uintptr_t) r->data;
		sqe->len = (unsigned) r->size;
		sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
	}
	__atomic_store_n(ring.sq_tail, tail, __ATOMIC_RELEASE);
	int error = submit(r);
	for (int done = 0; error == 0 && done < r->n;) {
		int got = take(r);

		if (got < 0) {
			return -got;
		}
		done += got;
		if (got == 0 && enter(0, 1, IORING_ENTER_GETEVENTS) < 0 && errno != EINTR) {
			error = errno;
		}
	}
	return error;
}

void ring_reap(run *r)
{
	while (ring.notices > 0) {
		if (take(r) == 0 && ring.notices > 0 && enter(0, 1, IORING_ENTER_GETEVENTS) < 0) {
			return;
		}
	}
}

void ring_end(run *r)
{
	(void) r;
	if (ring.fd >= 0) {
		munmap(ring.rings, ring.rings_size);
		munmap(ring.sqes, ring.sqes_size);
		close(ring.fd);
	}
}
