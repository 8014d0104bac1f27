/* Preloaded into the server: a wall clock that jumps, and a heap that refuses the n-th allocation of the
 * extension and its libraries. The page named by FAULTS_CONTROL says which; faults.py writes it.
 *
 * PHP's own allocations are left alone: PHP ends itself when it has no memory, and that is not what is tried.
 * PHP loads extensions so that they find their own libc's names before ours (RTLD_DEEPBIND): not here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef struct page {
	volatile int64_t clock_ns; /* added to the wall clock */
	volatile int64_t fail_at;  /* 0: none */
	volatile int64_t calls;    /* since fail_at was set */
} page;

typedef struct range {
	uintptr_t from, to;
} range;

static page nothing, *control = &nothing;
static range ranges[16];
static size_t n_ranges;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

__attribute__((constructor)) static void open_page(void)
{
	const char *path = getenv("FAULTS_CONTROL");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd >= 0) {
		void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (p != MAP_FAILED) {
			control = p;
		}
		close(fd);
	}
	unsetenv("LD_PRELOAD"); /* not for what the server starts */
}

static int on_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	static const char *const names[] = {
		"/chatroom.so", "/libjson-c.", "/libevent_core-", "/libssl.", "/libcrypto.", "/libz."};

	(void) size;
	(void) arg;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strstr(info->dlpi_name, names[i])) {
			continue;
		}
		for (int h = 0; h < info->dlpi_phnum && n_ranges < sizeof(ranges) / sizeof(ranges[0]); h++) {
			const ElfW(Phdr) *p = &info->dlpi_phdr[h];

			if (p->p_type == PT_LOAD && (p->p_flags & PF_X)) {
				uintptr_t from = info->dlpi_addr + p->p_vaddr;
				ranges[n_ranges++] = (range){from, from + p->p_memsz};
			}
		}
	}
	return 0;
}

static bool is_refused(void *caller)
{
	if (control->fail_at == 0) {
		return false;
	}
	if (n_ranges == 0) {
		dl_iterate_phdr(on_object, NULL);
	}
	for (size_t i = 0; i < n_ranges; i++) {
		if ((uintptr_t) caller >= ranges[i].from && (uintptr_t) caller < ranges[i].to) {
			return ++control->calls == control->fail_at;
		}
	}
	return false;
}

void *malloc(size_t size)
{
	if (is_refused(__builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	if (is_refused(__builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

void *realloc(void *ptr, size_t size)
{
	if (is_refused(__builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(ptr, size);
}

void *dlopen(const char *file, int mode)
{
	static void *(*real)(const char *, int);

	if (!real) {
		*(void **) &real = dlsym(RTLD_NEXT, "dlopen");
	}
	return real(file, mode & ~RTLD_DEEPBIND);
}

/* The clock. The kernel is asked, since what these names hide is libc's. */

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int) syscall(SYS_clock_gettime, id, ts);

	if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
		int64_t ns = ts->tv_sec * INT64_C(1000000000) + ts->tv_nsec + control->clock_ns;

		ts->tv_sec = ns / 1000000000;
		ts->tv_nsec = ns % 1000000000;
	}
	return rc;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void) zone;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
		return -1;
	}
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
		return -1;
	}
	if (out) {
		*out = ts.tv_sec;
	}
	return ts.tv_sec;
}
