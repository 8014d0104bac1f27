/* What a process and its children use, as Linux's /proc tells it. 0 for a process that is not
 * there, and for number 0. */
#ifndef BENCH_PROCINFO_H
#define BENCH_PROCINFO_H

#include <stdint.h>
#include <sys/types.h>

/* CPU time, user and system, since the processes started, in nanoseconds. Threads
 * and living descendants count. */
uint64_t procinfo_cpu_ns(pid_t pid);

/* The same of this process alone. */
uint64_t procinfo_own_cpu_ns(void);

/* Resident bytes of the process and its living descendants. */
uint64_t procinfo_rss(pid_t pid);

/* Bytes of the kernel's own objects, the whole machine's: sockets, files and their names, epoll's items. */
uint64_t procinfo_slab(void);

/* As many files as allowed; ends the process when that is too few for so many sockets. */
void procinfo_raise_file_limit(uint32_t clients);

#endif
