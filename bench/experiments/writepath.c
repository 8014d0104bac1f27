/* One writer gives batches to many loopback sockets, in several ways by turns; a reader on the
 * other core drains them. CPU time is the writer's, user and kernel; over loopback a send()
 * carries the bytes into the receiver's queue, so that is in it too. See README.md here. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "writepath.h"

#define MAX_REPEATS 15
#define MAX_WAYS    32
#define CIPHER      "PSK-AES128-GCM-SHA256"

typedef struct {
	double cpu, wall, reader, softirq; /* ns per send */
	uint64_t reaped, copied;
	int error;
} figures;

static struct shared {
	_Atomic uint64_t drained;
	_Atomic int accepted;
	_Atomic int busy_poll_error;
} * shared;

static figures results[MAX_WAYS][MAX_REPEATS];
static figures neighbours[MAX_WAYS][MAX_REPEATS]; /* send(), right before */
static pid_t softirqd;
static const char *only;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static double clock_ns(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0) {
		fail("clock_gettime");
	}
	return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static void pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0) {
		fail("sched_setaffinity");
	}
}

/* The kernel's thread for what the network stack puts off on the writer's core; 0 if not found. */
static pid_t find_softirqd(void)
{
	for (int pid = 2; pid < 200; pid++) {
		char path[64], name[32] = "";
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		FILE *f = fopen(path, "r");
		bool found = f && fgets(name, sizeof(name), f) && strcmp(name, "ksoftirqd/0\n") == 0;

		if (f) {
			fclose(f);
		}
		if (found) {
			return pid;
		}
	}
	return 0;
}

static unsigned psk_client(SSL *ssl, const char *hint, char *name, unsigned name_size,
	unsigned char *key, unsigned key_size)
{
	(void) ssl;
	(void) hint;
	if (name_size < 2 || key_size < 16) {
		return 0;
	}
	name[0] = 'x';
	name[1] = '\0';
	memset(key, 7, 16);
	return 16;
}

static unsigned psk_server(SSL *ssl, const char *name, unsigned char *key, unsigned key_size)
{
	(void) ssl;
	(void) name;
	if (key_size < 16) {
		return 0;
	}
	memset(key, 7, 16);
	return 16;
}

/* A shared key instead of a certificate: only the records are measured. */
static SSL *handshake(int fd, bool server)
{
	static SSL_CTX *contexts[2];
	SSL_CTX *context = contexts[server];

	if (!context) {
		context = contexts[server] = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
		SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
		SSL_CTX_set_cipher_list(context, CIPHER);
		SSL_CTX_set_psk_client_callback(context, psk_client);
		SSL_CTX_set_psk_server_callback(context, psk_server);
	}
	SSL *ssl = SSL_new(context);
	SSL_set_fd(ssl, fd);
	if ((server ? SSL_accept(ssl) : SSL_connect(ssl)) != 1) {
		fprintf(stderr, "no TLS handshake\n");
		exit(2);
	}
	return ssl;
}

static void accept_all(int listener, int epoll, int n, const way *w)
{
	for (int i = 0; i < n; i++) {
		int fd = accept(listener, NULL, NULL), us = 50;

		if (fd < 0) {
			fail("accept");
		}
		if (w->tls) {
			SSL_free(handshake(fd, true));
		}
		if (w->busy_poll && setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &us, sizeof(us)) != 0) {
			shared->busy_poll_error = errno;
		}
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
			fail("epoll_ctl");
		}
		shared->accepted++;
	}
}

/* Until all writers have hung up. */
static void read_all(int listener, int n, const way *w)
{
	static char buf[1 << 18];
	struct epoll_event events[256];
	int epoll = epoll_create1(0), open = n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(1);
	accept_all(listener, epoll, n, w);
	while (open > 0) {
		int got = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < got; i++) {
			ssize_t size = recv(events[i].data.fd, buf, sizeof(buf), MSG_DONTWAIT);

			if (size > 0) {
				atomic_fetch_add(&shared->drained, (uint64_t) size);
			} else if (size == 0 || errno != EAGAIN) {
				close(events[i].data.fd);
				open--;
			}
		}
	}
	_exit(0);
}

static void connect_all(run *r, const struct sockaddr_in *to)
{
	int on = 1;
	struct linger reset = {1, 0}; /* no TIME_WAIT: there are many */

	for (int i = 0; i < r->n; i++) {
		r->fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (r->fds[i] < 0 || connect(r->fds[i], (const void *) to, sizeof(*to)) != 0) {
			fail("connect");
		}
		setsockopt(r->fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(r->fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		r->ssl[i] = r->way->tls ? handshake(r->fds[i], false) : NULL;
	}
	while (shared->accepted < r->n) {
		usleep(100);
	}
}

/* A TLS 1.2 record of AES-GCM: 5 bytes of header, 8 of nonce, 16 of tag, for 16 KiB at most. */
static uint64_t on_the_wire(const run *r)
{
	uint64_t records = (r->size + 16383) / 16384;

	return (uint64_t) r->n * (r->size + (r->way->tls ? records * 29 : 0));
}

static void measure(run *r, pid_t reader, int rounds, figures *f)
{
	clockid_t reader_clock, softirq_clock = CLOCK_REALTIME;
	double reader_before = 0, softirq_before = 0, cpu = 0, wall = 0;
	int warm = 2 + rounds / 10;

	clock_getcpuclockid(reader, &reader_clock);
	if (softirqd) {
		clock_getcpuclockid(softirqd, &softirq_clock);
	}
	shared->drained = 0;
	for (int i = -warm; i < rounds; i++) {
		if (i == 0) {
			reader_before = clock_ns(reader_clock);
			softirq_before = clock_ns(softirq_clock);
			cpu = wall = 0;
			r->reaped = r->copied = 0;
		}
		double cpu_before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		double before = clock_ns(CLOCK_MONOTONIC);

		f->error = r->way->round(r);
		wall += clock_ns(CLOCK_MONOTONIC) - before;
		cpu += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
		if (f->error) {
			return;
		}
		while (shared->drained < on_the_wire(r) * (uint64_t) (i + warm + 1)) {
			usleep(20);
		}
		if (r->way->reap) {
			cpu_before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
			r->way->reap(r);
			cpu += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
		}
	}
	double sends = (double) rounds * r->n;
	f->cpu = cpu / sends;
	f->wall = wall / sends;
	f->reader = (clock_ns(reader_clock) - reader_before) / sends;
	f->softirq = softirqd ? (clock_ns(softirq_clock) - softirq_before) / sends : 0;
	f->reaped = r->reaped;
	f->copied = r->copied;
}

static void run_way(const way *w, int n, size_t size, int sends, figures *f)
{
	static run r;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t to_size = sizeof(to);
	char *data = r.data;
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	r = (run){.way = w, .n = n, .size = size, .data = data};
	if (!data && posix_memalign((void **) &r.data, 4096, 1 << 16) != 0) {
		fail("posix_memalign");
	}
	memset(r.data, 'x', size);
	if (bind(listener, (void *) &to, sizeof(to)) != 0 || listen(listener, 1024) != 0
		|| getsockname(listener, (void *) &to, &to_size) != 0) {
		fail("listen");
	}
	shared->accepted = 0;
	pid_t reader = fork();
	if (reader < 0) {
		fail("fork");
	}
	if (reader == 0) {
		read_all(listener, n, w);
	}
	connect_all(&r, &to);
	*f = (figures){.error = w->prepare ? w->prepare(&r) : 0};
	if (f->error == 0) {
		measure(&r, reader, sends / n, f);
	}
	if (w->end) {
		w->end(&r);
	}
	for (int i = 0; i < n; i++) {
		SSL_free(r.ssl[i]);
		close(r.fds[i]);
	}
	close(listener);
	waitpid(reader, NULL, 0);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, (size_t) n, sizeof(*values), by_value);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void print_way(int w, int repeats)
{
	double cpu[MAX_REPEATS], wall[MAX_REPEATS], reader[MAX_REPEATS], softirq[MAX_REPEATS], to_send[MAX_REPEATS],
		wall_to_send[MAX_REPEATS];

	for (int i = 0; i < repeats; i++) {
		const figures *f = &results[w][i], *plain = &neighbours[w][i];

		if (f->error) {
			printf("| %s | errno %d: %s | | | | | |\n", ways[w].name, f->error, strerror(f->error));
			return;
		}
		cpu[i] = f->cpu;
		wall[i] = f->wall;
		reader[i] = f->reader;
		softirq[i] = f->softirq;
		to_send[i] = f->cpu / plain->cpu;
		wall_to_send[i] = f->wall / plain->wall;
	}
	printf("| %s | %.0f | %.2f | %.0f | %.2f | %.0f | %.0f |", ways[w].name, median(cpu, repeats),
		median(to_send, repeats), median(wall, repeats), median(wall_to_send, repeats),
		median(reader, repeats), median(softirq, repeats));
	if (results[w][0].reaped) {
		printf(" <!-- %llu completions, %llu said: copied -->",
			(unsigned long long) results[w][0].reaped, (unsigned long long) results[w][0].copied);
	}
	printf("\n");
}

static bool is_wanted(const way *w)
{
	return !only || strcmp(only, w->name) == 0;
}

static void compare(int n, size_t size, int repeats)
{
	int sends = size >= 65536 ? 2000 : 8000;

	for (int i = 0; i < repeats; i++) {
		for (int w = 0; ways[w].name; w++) {
			if (!is_wanted(&ways[w])) {
				continue;
			}
			run_way(&ways[0], n, size, sends, &neighbours[w][i]);
			run_way(&ways[w], n, size, sends, &results[w][i]);
		}
	}
	printf("\n%zu B to %d sockets\n\n", size, n);
	printf("| way | ns CPU | to send() | ns wall | to send() | ns CPU, reader | ksoftirqd |\n");
	printf("|---|--:|--:|--:|--:|--:|--:|\n");
	for (int w = 0; ways[w].name; w++) {
		if (is_wanted(&ways[w])) {
			print_way(w, repeats);
		}
	}
	if (shared->busy_poll_error) {
		printf("SO_BUSY_POLL: %s\n", strerror(shared->busy_poll_error));
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int repeats = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 5;

	if (repeats < 1 || repeats > MAX_REPEATS) {
		fprintf(stderr, "usage: writepath [REPEATS, 1 to %d [WAY]]\n", MAX_REPEATS);
		return 2;
	}
	only = argc > 2 ? argv[2] : NULL;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		fail("mmap");
	}
	signal(SIGPIPE, SIG_IGN);
	pin(0);
	softirqd = find_softirqd();
	const size_t sizes[] = {256, 4096, 65536};
	for (int i = 0; i < 3; i++) {
		compare(100, sizes[i], repeats);
		compare(1000, sizes[i], repeats);
	}
	return 0;
}
