/* The load generator's command line. */
#ifndef BENCH_LOADGEN_H
#define BENCH_LOADGEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum loadgen_mode {
	MODE_CLOSED,
	MODE_OPEN,
	MODE_IDLE
} loadgen_mode;

typedef struct loadgen_options {
	loadgen_mode mode;
	const char *path;
	uint16_t port;
	uint32_t clients, senders;
	uint32_t window; /* messages in flight, mode closed */
	double rate;     /* messages a second, mode open */
	uint32_t size;   /* bytes of a text */
	double warmup, seconds;
	uint32_t pace;    /* connections under way at once */
	uint32_t sources; /* source addresses */
	bool tls, deflate;
	bool greet;              /* mode idle: everybody says something once */
	bool json;               /* texts like an application's, not all x */
	bool v1;                 /* chatroom.v1: rooms, and what the server says of itself */
	bool ids;                /* v1: messages ask for an ack */
	uint32_t rooms, members; /* v1: members of each room; 1 and all clients without */
	pid_t pid;               /* the server's, 0: unknown */
} loadgen_options;

/* Ends the process with a usage text when the arguments make no sense. */
loadgen_options loadgen_options_parse(int argc, char **argv);

#endif
