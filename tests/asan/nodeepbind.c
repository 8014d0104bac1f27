/* PHP loads its modules with RTLD_DEEPBIND, which ASan refuses: its own malloc would not be theirs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

void *dlopen(const char *file, int flags)
{
	void *(*next)(const char *, int) = (void *(*) (const char *, int)) dlsym(RTLD_NEXT, "dlopen");

	if (!next) {
		abort();
	}
	return next(file, flags & ~RTLD_DEEPBIND);
}
