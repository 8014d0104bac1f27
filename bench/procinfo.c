/* Reading /proc/<pid>/.
 *
 * Memory comes from smaps_rollup: since Linux 6.2 the counter behind statm is
 * summed lazily over the CPUs and may be a quarter of a megabyte off, which is
 * 25 bytes for each of 10,000 connections.
 */
#include "procinfo.h"

#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef uint64_t (*measure)(pid_t pid);

static bool read_file(char *buf, size_t size, pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return false;
	}
	ssize_t len = read(fd, buf, size - 1);
	close(fd);
	if (len <= 0) {
		return false;
	}
	buf[len] = '\0';
	return true;
}

static uint64_t cpu_of_one(pid_t pid)
{
	char buf[1024];
	unsigned long utime = 0, stime = 0;

	if (!read_file(buf, sizeof(buf), pid, "stat")) {
		return 0;
	}
	/* the name in parentheses may itself hold spaces and parentheses */
	char *after_name = strrchr(buf, ')');
	if (after_name == NULL
		|| sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			   &utime, &stime)
			   != 2) {
		return 0;
	}
	return (uint64_t) (utime + stime) * (1000000000u / (uint64_t) sysconf(_SC_CLK_TCK));
}

static uint64_t rss_of_one(pid_t pid)
{
	char buf[4096];

	if (read_file(buf, sizeof(buf), pid, "smaps_rollup")) {
		char *line = strstr(buf, "\nRss:");
		if (line != NULL) {
			return strtoull(line + 5, NULL, 10) * 1024;
		}
	}
	unsigned long long pages = 0;
	if (!read_file(buf, sizeof(buf), pid, "statm") || sscanf(buf, "%*u %llu", &pages) != 1) {
		return 0;
	}
	return pages * (uint64_t) sysconf(_SC_PAGESIZE);
}

static uint64_t sum_tree(pid_t pid, measure of_one)
{
	char name[64], buf[4096];
	uint64_t sum = of_one(pid);

	/* the servers measured fork from their first thread only */
	snprintf(name, sizeof(name), "task/%d/children", (int) pid);
	if (!read_file(buf, sizeof(buf), pid, name)) {
		return sum;
	}
	char *at = buf, *end;
	for (;;) {
		long child = strtol(at, &end, 10);
		if (end == at) {
			return sum;
		}
		sum += sum_tree((pid_t) child, of_one);
		at = end;
	}
}

uint64_t procinfo_cpu_ns(pid_t pid)
{
	return sum_tree(pid, cpu_of_one);
}

uint64_t procinfo_own_cpu_ns(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return (uint64_t) (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000000
	       + (uint64_t) (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) * 1000;
}

uint64_t procinfo_rss(pid_t pid)
{
	return sum_tree(pid, rss_of_one);
}

uint64_t procinfo_slab(void)
{
	char buf[8192];
	FILE *file = fopen("/proc/meminfo", "re");
	if (file == NULL) {
		return 0;
	}
	size_t len = fread(buf, 1, sizeof(buf) - 1, file);
	fclose(file);
	buf[len] = '\0';
	char *line = strstr(buf, "\nSlab:");
	return line == NULL ? 0 : strtoull(line + 6, NULL, 10) * 1024;
}

void procinfo_raise_file_limit(uint32_t clients)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
		if (lim.rlim_max < (rlim_t) clients + 16) {
			errx(2, "%u clients need more open files than ulimit -Hn allows (%llu)", clients,
				(unsigned long long) lim.rlim_max);
		}
	}
}
