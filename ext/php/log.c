/* Where the engine's lines go: stderr, a file or a callable.
 *
 * A line is written with one write(), so that lines of several processes do
 * not mix. The callable may be called in the depth of the engine: under a
 * guard, and never from within itself.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/call.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "zend_exceptions.h"

#define LINE_SIZE 1200 /* cr_log_write()'s 1,024 and what stands before */

static const char *const level_names[] = {
	[CR_LOG_DEBUG] = "debug",
	[CR_LOG_INFO] = "info",
	[CR_LOG_WARN] = "warning",
	[CR_LOG_ERROR] = "error",
};

static void write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return; /* nobody left to tell */
		}
		p += n;
		len -= (size_t) n;
	}
}

static void on_line(void *arg, cr_log_level level, const char *line, size_t len)
{
	chatroom_log_target *target = arg;
	char out[LINE_SIZE], when[32] = "";
	struct tm tm;
	time_t now = time(NULL);

	if (gmtime_r(&now, &tm)) {
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	int n = snprintf(out, sizeof(out), "%s chatroom %s: ", when, level_names[level]);

	if (n < 0 || (size_t) n + 1 >= sizeof(out)) {
		return;
	}
	/* PHP's snprintf() looks for a NUL even with a precision, and line has none */
	size_t cut = MIN(len, sizeof(out) - (size_t) n - 1);
	memcpy(out + n, line, cut);
	out[(size_t) n + cut] = '\n';
	write_all(target->fd >= 0 ? target->fd : STDERR_FILENO, out, (size_t) n + cut + 1);
}

typedef struct line_frame {
	cr_log_level level;
	const char *line;
	size_t len;
} line_frame;

static void line_body(chatroom_obj *room, void *arg)
{
	line_frame *f = arg;
	zval argv[2], retval;

	ZVAL_STRING(&argv[0], level_names[f->level]);
	ZVAL_STRINGL(&argv[1], f->line, f->len);
	chatroom_handler_call(&room->log.callable, 2, argv, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, "Chatroom: the log callable", NULL);
}

static void on_line_callable(void *arg, cr_log_level level, const char *line, size_t len)
{
	chatroom_log_target *target = arg;
	chatroom_obj *room = target->room;
	line_frame f = {level, line, len};

	/* with an exception pending nothing can be called */
	if (!room->ended && !room->bailed && !room->in_log && !EG(exception)) {
		room->in_log = true;
		chatroom_guard(room, line_body, &f);
		room->in_log = false;
	}
}

bool chatroom_log_open(chatroom_log_target *target, struct chatroom_obj *room,
	const chatroom_options *o)
{
	target->fd = -1;
	target->room = room;
	target->log = (cr_log) {.sink = on_line, .arg = target, .min = o->log_level};
	if (o->log_off) {
		target->log.sink = NULL;
	} else if (ZEND_FCI_INITIALIZED(o->log_fci)) {
		chatroom_handler_set(&target->callable, &o->log_fci, &o->log_fcc);
		target->log.sink = on_line_callable;
	} else if (o->log_path) {
		if (!php_check_open_basedir(ZSTR_VAL(o->log_path))) {
			target->fd = VCWD_OPEN_MODE(ZSTR_VAL(o->log_path),
				O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
		}
		if (target->fd < 0) {
			zend_throw_exception_ex(chatroom_exception_ce, 0, "cannot open the log file \"%s\": %s",
				ZSTR_VAL(o->log_path), strerror(errno));
			return false;
		}
	}
	return true;
}

void chatroom_log_close(chatroom_log_target *target)
{
	if (target->fd >= 0) {
		close(target->fd);
		target->fd = -1;
	}
	target->log.sink = NULL;
	chatroom_handler_clear(&target->callable);
}
