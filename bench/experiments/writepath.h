/* What the write path's experiment consists of: see README.md here. */
#ifndef BENCH_WRITEPATH_H
#define BENCH_WRITEPATH_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_SOCKETS 1000

typedef struct run run;

typedef struct way {
	const char *name;
	/* once per set of sockets; 0 or an errno, and the way is left out */
	int (*prepare)(run *r);
	/* the batch to every socket; 0 or an errno */
	int (*round)(run *r);
	/* outside the round's wall time, inside its CPU time: completions */
	void (*reap)(run *r);
	void (*end)(run *r);
	int arg;
	bool tls, busy_poll;
} way;

struct run {
	const way *way;
	int n;
	size_t size;
	char *data; /* page-aligned */
	int fds[MAX_SOCKETS];
	SSL *ssl[MAX_SOCKETS];
	int pipe_in[2], pipe_out[2];
	uint64_t reaped, copied;
};

extern const way ways[];

/* io_uring by its system calls */
enum { RING_FIXED = 1,
	RING_SQPOLL = 2,
	RING_ZC = 4 };

int ring_prepare(run *r);
int ring_round(run *r);
void ring_reap(run *r);
void ring_end(run *r);

#endif
