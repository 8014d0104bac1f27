#ifndef CHATROOM_OPTIONS_H
#define CHATROOM_OPTIONS_H

#include "php_chatroom.h"

#include "ext/php/handler.h"
#include "ext/server/server.h"

struct chatroom_obj;

/* Where the log goes. */
typedef struct chatroom_log_target {
	cr_log log;                /* with the target as its sink's argument */
	int fd;                    /* of a file; -1: stderr or the callable */
	chatroom_handler callable;
	struct chatroom_obj *room; /* borrowed */
} chatroom_log_target;

/* The constructor's options, checked and turned into the engine's terms. */
typedef struct chatroom_options {
	cr_server_config config;   /* its pointers lead into this struct and into the array */
	cr_slice *origins, *hosts, *proxies; /* emalloc'd */
	struct chatroom_tls *tls;  /* NULL: not given */
	zend_string *public_dir;   /* absolute */
	zend_long callback_warn_ms;
	/* the log: a callable, else a path, else stderr, unless it is off */
	bool log_off;
	zend_string *log_path;     /* borrowed from the array */
	zend_fcall_info log_fci;
	zend_fcall_info_cache log_fcc;
	cr_log_level log_level;
} chatroom_options;

/* The one of n names that looks most like name. */
const char *chatroom_nearest(const zend_string *name, const char *(*name_of)(size_t i), size_t n);

/* TLS settings, of the option "tls" or of listen(). Relative paths are made
 * absolute, since the script may change its folder before run(). */
typedef struct chatroom_tls {
	cr_tls_config config; /* its pointers lead into this struct and into the array */
	cr_tls_host *hosts;   /* emalloc'd */
	zend_string **paths;  /* emalloc'd, as the strings */
	size_t n_paths;
} chatroom_tls;
/* NULL: thrown. */
chatroom_tls *chatroom_tls_parse(HashTable *array);
void chatroom_tls_free(chatroom_tls *tls);

/* False: thrown. Free in either case. */
bool chatroom_options_parse(chatroom_options *o, HashTable *array);
void chatroom_options_free(chatroom_options *o);

/* False: thrown. */
bool chatroom_log_open(chatroom_log_target *target, struct chatroom_obj *room,
	const chatroom_options *o);
void chatroom_log_close(chatroom_log_target *target);

#endif
