/* /metrics: what is counted, as Prometheus reads it (text format 0.0.4). */
#include "ext/server/api.h"

/* upper bounds of the buckets, in microseconds */
static const uint64_t bounds[CR_HOOK_BUCKETS] = {10, 50, 100, 500, 1000, 5000, 10000, 100000, 1000000};

void cr_server_hook_took(cr_server *srv, uint64_t ns)
{
	size_t i = 0;

	while (i < CR_HOOK_BUCKETS && ns > bounds[i] * 1000) {
		i++;
	}
	srv->hook_counts[i]++;
	srv->hook_ns += ns;
}

static cr_status field(cr_buf *out, const char *name, bool gauge, const char *help, uint64_t value)
{
	const char *total = gauge ? "" : "_total";

	cr_status st = cr_buf_printf(out, "# HELP chatroom_%s%s %s\n", name, total, help);

	if (st == CR_OK) {
		st = cr_buf_printf(out, "# TYPE chatroom_%s%s %s\n", name, total, gauge ? "gauge" : "counter");
	}
	return st == CR_OK ? cr_buf_printf(out, "chatroom_%s%s %llu\n", name, total, (unsigned long long) value) : st;
}

static cr_status hooks(const cr_server *srv, cr_buf *out)
{
	uint64_t total = 0;
	cr_status st = cr_buf_append_str(out,
		"# HELP chatroom_hook_seconds how long calls of PHP took\n# TYPE chatroom_hook_seconds histogram\n");

	for (size_t i = 0; i < CR_HOOK_BUCKETS && st == CR_OK; i++) {
		total += srv->hook_counts[i];
		st = cr_buf_printf(out, "chatroom_hook_seconds_bucket{le=\"%g\"} %llu\n", (double) bounds[i] / 1e6,
			(unsigned long long) total);
	}
	total += srv->hook_counts[CR_HOOK_BUCKETS];
	return st == CR_OK ? cr_buf_printf(out,
			   "chatroom_hook_seconds_bucket{le=\"+Inf\"} %llu\n"
			   "chatroom_hook_seconds_sum %.9f\nchatroom_hook_seconds_count %llu\n",
			   (unsigned long long) total, (double) srv->hook_ns / 1e9, (unsigned long long) total)
	                   : st;
}

cr_status cr_metrics_write(cr_server *srv, cr_buf *out)
{
	cr_status st = CR_OK;
	cr_stats s;

	cr_server_stats(srv, &s);
#define FIELD(name, gauge, help) st = st == CR_OK ? field(out, #name, gauge, help, s.name) : st;
	CR_STATS_FIELDS(FIELD)
#undef FIELD
	return st == CR_OK ? hooks(srv, out) : st;
}
