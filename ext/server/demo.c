/* The page that is compiled in: what a server without any page of its own shows
 * on the first day, so that there is a chat to look at after one line of PHP. */
#include "ext/server/internal.h"

#include "ext/server/demo_data.h"

#define N_FILES (sizeof(demo_files) / sizeof(demo_files[0]))

/* The same as in examples/web, where the folder is served by files.c. */
static const char *policy =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool cr_demo_is_on(const cr_server *srv, size_t listener)
{
	if (srv->config.demo != CR_DEMO_AUTO) {
		return srv->config.demo == CR_DEMO_ON;
	}
	return srv->public_fd < 0 && !cr_server_wants(srv, CR_HOOK_REQUEST)
	       && cr_address_is_loopback(&srv->addresses[listener]);
}

bool cr_demo_serve(cr_session *s, const cr_http_head *head, bool keep_alive)
{
	cr_slice name = head->path;

	if (!cr_demo_is_on(s->srv, s->listener) || name.len == 0) {
		return false;
	}
	name = name.len == 1 ? CR_SLICE("index.html") : cr_slice_of(name.ptr + 1, name.len - 1);
	for (size_t i = 0; i < N_FILES; i++) {
		if (!cr_slice_eq(name, cr_slice_str(demo_files[i].name))) {
			continue;
		}
		cr_header headers[] = {
			{CR_SLICE("Content-Type"), cr_slice_str(cr_files_type(demo_files[i].name))},
			{CR_SLICE("X-Content-Type-Options"), CR_SLICE("nosniff")},
			{CR_SLICE("Cache-Control"), CR_SLICE("no-cache")},
			{CR_SLICE("Content-Security-Policy"), cr_slice_str(policy)},
		};
		cr_response r = {
			.status = 200,
			.n_headers = sizeof(headers) / sizeof(headers[0]),
			.headers = headers,
			.body = cr_slice_of(demo_files[i].bytes, demo_files[i].len),
		};

		cr_http_respond(s, &r, s->http->head_only, keep_alive);
		return true;
	}
	return false;
}
