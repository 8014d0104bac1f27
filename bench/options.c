/* The load generator's command line. */
#include "loadgen.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MIN      16    /* the digits that tell messages apart */
#define SIZE_MAX_TEXT 65000 /* one 16-bit frame length, with the JSON around it */

static const char usage[] =
	"usage: loadgen closed|open|idle --port N [options]\n"
	"  --path /ws       where the WebSocket is\n"
	"  --clients 100    connections\n"
	"  --senders 10     how many of them send\n"
	"  --window 64      closed: messages in flight\n"
	"  --rate 100       open: messages a second, all senders together\n"
	"  --size 32        bytes of a text, 16 to 65000\n"
	"  --warmup 1       seconds before measuring\n"
	"  --seconds 5      seconds of measuring\n"
	"  --pace 128       connections under way at once\n"
	"  --sources 16     source addresses, from 127.0.0.1 on\n"
	"  --tls            wss, whatever the certificate\n"
	"  --deflate        permessage-deflate, both ways, without context takeover\n"
	"  --greet          idle: everybody says one thing first, and has offered to compress like a\n"
	"                   browser, with a memory that the server then keeps too\n"
	"  --json           texts are JSON, not x\n"
	"  --v1             the dialect chatroom.v1\n"
	"  --ids            v1: messages carry an id, and must be acknowledged\n"
	"  --rooms 1        v1: how many; sender n is a member of room n, round the rooms\n"
	"  --members N      v1: of each room; all clients\n"
	"  --pid N          the server's process: report its CPU and memory\n";

static double number(const char *text, const char *name, double min, double max)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !(v >= min && v <= max)) {
		errx(2, "--%s must be between %g and %g", name, min, max);
	}
	return v;
}

static void set(loadgen_options *opt, const char *name, const char *text)
{
	if (strcmp(name, "path") == 0) {
		opt->path = text;
	} else if (strcmp(name, "port") == 0) {
		opt->port = (uint16_t) number(text, name, 1, 65535);
	} else if (strcmp(name, "clients") == 0) {
		opt->clients = (uint32_t) number(text, name, 1, 1000000);
	} else if (strcmp(name, "senders") == 0) {
		opt->senders = (uint32_t) number(text, name, 1, 1000000);
	} else if (strcmp(name, "window") == 0) {
		opt->window = (uint32_t) number(text, name, 1, 1000000);
	} else if (strcmp(name, "rate") == 0) {
		opt->rate = number(text, name, 0.1, 1e7);
	} else if (strcmp(name, "size") == 0) {
		opt->size = (uint32_t) number(text, name, SIZE_MIN, SIZE_MAX_TEXT);
	} else if (strcmp(name, "warmup") == 0) {
		opt->warmup = number(text, name, 0, 3600);
	} else if (strcmp(name, "seconds") == 0) {
		opt->seconds = number(text, name, 0.1, 3600);
	} else if (strcmp(name, "pace") == 0) {
		opt->pace = (uint32_t) number(text, name, 1, 100000);
	} else if (strcmp(name, "sources") == 0) {
		opt->sources = (uint32_t) number(text, name, 1, 250);
	} else if (strcmp(name, "tls") == 0) {
		opt->tls = true;
	} else if (strcmp(name, "deflate") == 0) {
		opt->deflate = true;
	} else if (strcmp(name, "greet") == 0) {
		opt->greet = true;
	} else if (strcmp(name, "json") == 0) {
		opt->json = true;
	} else if (strcmp(name, "v1") == 0) {
		opt->v1 = true;
	} else if (strcmp(name, "ids") == 0) {
		opt->ids = true;
	} else if (strcmp(name, "rooms") == 0) {
		opt->rooms = (uint32_t) number(text, name, 1, 1000000);
	} else if (strcmp(name, "members") == 0) {
		opt->members = (uint32_t) number(text, name, 2, 1000000);
	} else {
		opt->pid = (pid_t) number(text, name, 1, 1 << 30);
	}
}

static const struct option names[] = {
	{"path", required_argument, NULL, 0}, {"port", required_argument, NULL, 0},
	{"clients", required_argument, NULL, 0}, {"senders", required_argument, NULL, 0},
	{"window", required_argument, NULL, 0}, {"rate", required_argument, NULL, 0},
	{"size", required_argument, NULL, 0}, {"warmup", required_argument, NULL, 0},
	{"seconds", required_argument, NULL, 0}, {"pace", required_argument, NULL, 0},
	{"sources", required_argument, NULL, 0}, {"tls", no_argument, NULL, 0},
	{"deflate", no_argument, NULL, 0}, {"json", no_argument, NULL, 0},
	{"greet", no_argument, NULL, 0}, {"v1", no_argument, NULL, 0}, {"ids", no_argument, NULL, 0},
	{"rooms", required_argument, NULL, 0}, {"members", required_argument, NULL, 0},
	{"pid", required_argument, NULL, 0}, {0}};

/* Every client in as many rooms, and no member twice. */
static void check_rooms(const loadgen_options *opt)
{
	if (!opt->v1 && (opt->rooms > 1 || opt->members != opt->clients || opt->ids)) {
		errx(2, "--rooms, --members and --ids are of --v1");
	}
	if (opt->v1 && (opt->deflate || opt->greet)) {
		errx(2, "--v1 goes with neither --deflate nor --greet");
	}
	if (opt->clients % opt->members != 0 || opt->rooms % (opt->clients / opt->members) != 0) {
		errx(2, "clients must be a multiple of members, and rooms of clients to members");
	}
}

loadgen_options loadgen_options_parse(int argc, char **argv)
{
	loadgen_options opt = {
		.path = "/ws",
		.clients = 100,
		.senders = 10,
		.window = 64,
		.rate = 100,
		.size = 32,
		.warmup = 1,
		.seconds = 5,
		.pace = 128,
		.sources = 16,
		.rooms = 1,
	};
	int at, c;

	while ((c = getopt_long(argc, argv, "", names, &at)) != -1) {
		if (c != 0) {
			fputs(usage, stderr);
			exit(2);
		}
		set(&opt, names[at].name, optarg);
	}

	const char *mode = optind == argc - 1 ? argv[optind] : "";
	if (strcmp(mode, "closed") == 0) {
		opt.mode = MODE_CLOSED;
	} else if (strcmp(mode, "open") == 0) {
		opt.mode = MODE_OPEN;
	} else if (strcmp(mode, "idle") == 0) {
		opt.mode = MODE_IDLE;
	}
	if (opt.port == 0 || (opt.mode == MODE_CLOSED && strcmp(mode, "closed") != 0)) {
		fputs(usage, stderr);
		exit(2);
	}
	opt.members = opt.members ? opt.members : opt.clients;
	check_rooms(&opt);
	if (opt.mode == MODE_IDLE) {
		opt.senders = opt.greet ? opt.clients : 1;
	} else if (opt.senders > opt.clients * opt.rooms || opt.clients < 2) {
		errx(2, "senders are clients, and it takes two to talk");
	}
	return opt;
}
