/* Static files of the `public` folder.
 *
 * The path is decoded once and walked component by component with openat() and
 * O_NOFOLLOW from the folder's descriptor: no string is ever joined to a path,
 * no link is followed, dot files and ".." are not names. A file is read whole
 * when asked for; pages change while one works on them, and the kernel caches.
 */
#include "ext/server/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX      (16 * 1024 * 1024)
#define COMPONENT_MAX 255
#define ETAG_MAX      64

static const struct {
	const char *ending, *type;
} types[] = {
	{"html", "text/html; charset=utf-8"},
	{"htm", "text/html; charset=utf-8"},
	{"css", "text/css; charset=utf-8"},
	{"js", "text/javascript; charset=utf-8"},
	{"mjs", "text/javascript; charset=utf-8"},
	{"json", "application/json"},
	{"map", "application/json"},
	{"webmanifest", "application/manifest+json"},
	{"txt", "text/plain; charset=utf-8"},
	{"md", "text/plain; charset=utf-8"},
	{"svg", "image/svg+xml"},
	{"png", "image/png"},
	{"jpg", "image/jpeg"},
	{"jpeg", "image/jpeg"},
	{"gif", "image/gif"},
	{"webp", "image/webp"},
	{"avif", "image/avif"},
	{"ico", "image/x-icon"},
	{"woff", "font/woff"},
	{"woff2", "font/woff2"},
	{"mp3", "audio/mpeg"},
	{"ogg", "audio/ogg"},
	{"wav", "audio/wav"},
	{"mp4", "video/mp4"},
	{"wasm", "application/wasm"},
	{"pdf", "application/pdf"},
};

const char *cr_files_type(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcasecmp(dot + 1, types[i].ending) == 0) {
			return types[i].type;
		}
	}
	return "application/octet-stream";
}

/* Takes the next component of path into name. False: not a name we serve. */
static bool next_component(cr_slice *path, char name[COMPONENT_MAX + 1])
{
	size_t n = 0;

	while (n < path->len && path->ptr[n] != '/') {
		n++;
	}
	if (n == 0 || n > COMPONENT_MAX || path->ptr[0] == '.' || memchr(path->ptr, '\\', n)) {
		return false;
	}
	memcpy(name, path->ptr, n);
	name[n] = '\0';
	*path = cr_slice_of(path->ptr + n, path->len - n);
	return true;
}

/* The last component is opened as a file, or its index.html when the path ends
 * in '/'. Returns a descriptor or -1; *is_dir: it is a folder without the
 * slash; name is the file's. */
static int open_file(int root, cr_slice path, char name[COMPONENT_MAX + 1], bool *is_dir)
{
	int dir = dup(root);

	*is_dir = false;
	while (dir >= 0) {
		/* path begins with '/' */
		path = cr_slice_of(path.ptr + 1, path.len - 1);
		if (path.len == 0) {
			snprintf(name, COMPONENT_MAX + 1, "index.html");
		} else if (!next_component(&path, name)) {
			break;
		}
		bool last = path.len == 0;
		int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY);
		int fd = openat(dir, name, flags);

		close(dir);
		if (fd < 0 || !last) {
			dir = fd;
			continue;
		}
		struct stat st;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
			return fd;
		}
		*is_dir = S_ISDIR(st.st_mode);
		close(fd);
		return -1;
	}
	if (dir >= 0) {
		close(dir);
	}
	return -1;
}

static cr_chunk *read_whole(int fd, size_t size)
{
	cr_chunk *c = cr_chunk_new(size + 1);

	while (c && c->len < size) {
		ssize_t n = read(fd, c->data + c->len, size - c->len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) { /* shorter than it was a moment ago */
			cr_chunk_unref(c);
			return NULL;
		}
		c->len += (size_t) n;
	}
	return c;
}

void cr_files_forget(cr_server *srv)
{
	for (size_t i = 0; srv->files && i < CR_FILES; i++) {
		if (srv->files[i].chunk) {
			cr_chunk_unref(srv->files[i].chunk);
		}
	}
	cr_free(srv->files);
	srv->files = NULL;
}

/* A reference to the file's bytes: shared with whoever is being sent the same
 * file now. Slots whose readers are done are given up on the way. */
static cr_chunk *file_chunk(cr_server *srv, int fd, const struct stat *st, const char *etag)
{
	cr_file *slot = NULL;

	if (!srv->files && !(srv->files = cr_calloc(CR_FILES, sizeof(*srv->files)))) {
		return NULL;
	}
	for (size_t i = 0; i < CR_FILES; i++) {
		cr_file *f = &srv->files[i];

		if (f->chunk && f->dev == st->st_dev && f->ino == st->st_ino && strcmp(f->etag, etag) == 0) {
			return cr_chunk_ref(f->chunk);
		}
		if (f->chunk && f->chunk->refs == 1) {
			cr_chunk_unref(f->chunk);
			f->chunk = NULL;
		}
		slot = f->chunk ? slot : f;
	}
	cr_chunk *c = read_whole(fd, (size_t) st->st_size);
	if (c && slot) {
		*slot = (cr_file){.dev = st->st_dev, .ino = st->st_ino, .chunk = cr_chunk_ref(c)};
		snprintf(slot->etag, sizeof(slot->etag), "%s", etag);
	}
	return c;
}

static bool etag_matches(const cr_http_head *head, const char *etag)
{
	cr_http_list_iter it = {0};
	cr_slice e;

	while (cr_http_list_next(head, "If-None-Match", &it, &e)) {
		if (e.len > 2 && e.ptr[0] == 'W') {
			e = cr_slice_of(e.ptr + 2, e.len - 2);
		}
		if (cr_slice_eq(e, cr_slice_str(etag)) || cr_slice_eq(e, CR_SLICE("*"))) {
			return true;
		}
	}
	return false;
}

/* Whoever asks for it again and again writes no more into the log. */
static void log_too_large(cr_server *srv, const char *name)
{
	uint64_t left_out;

	if (cr_log_allow(&srv->throttle_file, cr_loop_now(&srv->loop), &left_out)) {
		cr_log_write(&srv->config.log, CR_LOG_WARN,
			"%s is larger than 16 MiB and is not served, %llu more since the last line", name,
			(unsigned long long) left_out);
	}
}

static void send_file(cr_session *s, const cr_http_head *head, int fd, const char *name, bool keep_alive)
{
	struct stat st;
	char etag[ETAG_MAX];
	cr_chunk *data;

	if (fstat(fd, &st) != 0 || st.st_size > FILE_MAX) {
		log_too_large(s->srv, name);
		cr_http_refuse(s, 404, "There is nothing here.", NULL);
		return;
	}
	snprintf(etag, sizeof(etag), "\"%llx-%llx\"", (unsigned long long) st.st_size,
		(unsigned long long) st.st_mtim.tv_sec * 1000000000ULL + (unsigned long long) st.st_mtim.tv_nsec);
	cr_header headers[] = {
		{CR_SLICE("Content-Type"), cr_slice_str(cr_files_type(name))},
		{CR_SLICE("X-Content-Type-Options"), CR_SLICE("nosniff")},
		{CR_SLICE("Cache-Control"), CR_SLICE("no-cache")},
		{CR_SLICE("ETag"), cr_slice_str(etag)},
	};
	cr_response r = {.status = 200, .n_headers = sizeof(headers) / sizeof(headers[0]), .headers = headers};

	if (etag_matches(head, etag)) {
		r.status = 304;
		cr_http_respond(s, &r, s->http->head_only, keep_alive);
		return;
	}
	data = file_chunk(s->srv, fd, &st, etag);
	if (!data) {
		cr_http_refuse(s, 500, "The file could not be read.", NULL);
		return;
	}
	r.body = cr_slice_of(data->data, data->len);
	cr_http_respond_chunk(s, &r, data, s->http->head_only, keep_alive);
	cr_chunk_unref(data);
}

static void redirect_to_folder(cr_session *s, const cr_http_head *head, bool keep_alive)
{
	char location[CR_HTTP_MAX_LINE + 2];
	cr_header h = {CR_SLICE("Location"), CR_SLICE_NONE};
	cr_response r = {.status = 301, .n_headers = 1, .headers = &h};

	/* the path was checked by the parser: printable, no CR, LF; not "//host" */
	int n = snprintf(location, sizeof(location), "%.*s/", (int) head->path.len, (const char *) head->path.ptr);
	h.value = cr_slice_of(location, (size_t) n);
	cr_http_respond(s, &r, s->http->head_only, keep_alive);
}

bool cr_files_serve(cr_session *s, const cr_http_head *head, bool keep_alive)
{
	uint8_t decoded[CR_HTTP_MAX_LINE];
	char name[COMPONENT_MAX + 1];
	bool is_dir = false;

	if (s->srv->public_fd < 0 || head->path.len == 0 || head->path.len > sizeof(decoded)) {
		return false;
	}
	long n = cr_http_decode(decoded, head->path, false);
	if (n <= 0 || decoded[0] != '/') {
		return false;
	}
	errno = 0;
	int fd = open_file(s->srv->public_fd, cr_slice_of(decoded, (size_t) n), name, &is_dir);
	if (fd < 0 && !is_dir && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
		/* it may well be there: not the 404 that a browser or a proxy remembers */
		cr_http_refuse(s, 503, "The file cannot be opened now.", "Retry-After: 1\r\n");
		return true;
	}
	if (fd >= 0) {
		send_file(s, head, fd, name, keep_alive);
		close(fd);
	} else if (is_dir) {
		redirect_to_folder(s, head, keep_alive);
	}
	return fd >= 0 || is_dir;
}
