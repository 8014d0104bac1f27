#ifndef CR_CORE_LOG_H
#define CR_CORE_LOG_H

#include "ext/core/slice.h"
#include "ext/core/status.h"

typedef enum cr_log_level {
	CR_LOG_DEBUG,
	CR_LOG_INFO,
	CR_LOG_WARN,
	CR_LOG_ERROR
} cr_log_level;

/* Where lines go. Nothing in the engine prints by itself. line has no newline
 * and no control characters: cr_log() escapes them as \xNN, so one record is
 * one line whatever a peer sent. */
typedef void (*cr_log_sink)(void *arg, cr_log_level level, const char *line, size_t len);

typedef struct cr_log {
	cr_log_sink sink; /* NULL: silent */
	void *arg;
	cr_log_level min;
} cr_log;

/* Formats one record of at most 1,024 bytes; a longer one is cut. */
void cr_log_write(const cr_log *log, cr_log_level level, const char *fmt, ...) CR_PRINTF(3, 4);

/* A line that may come in floods: at most one per 10 s and kind, with the
 * number left out. Zeroed memory is a fresh throttle. */
typedef struct cr_log_throttle {
	uint64_t next_ms;
	uint64_t suppressed;
} cr_log_throttle;

/* True when the line may be written now; *suppressed says how many were not
 * since the last one. */
bool cr_log_allow(cr_log_throttle *t, uint64_t now_ms, uint64_t *suppressed);

#endif
