#ifndef CR_SERVER_API_H
#define CR_SERVER_API_H

/* The HTTP push API: what api.c, api_calls.c and metrics.c share. */

#include "ext/proto/json_in.h"
#include "ext/server/chat.h"

/* One call. out is the answer's JSON object, opened already. */
typedef struct cr_api_call {
	cr_server *srv;
	cr_json *in;   /* the body; NULL of a GET */
	cr_slice body; /* its text */
	cr_slice query;
	uint8_t hash[32]; /* of the call's name and its body: what an idempotency_key stands for */
	cr_json_out out;
	int status;        /* 200 unless something is wrong */
	const char *code;  /* then: an error code, */
	char message[200]; /* and what to do about it */
} cr_api_call;

typedef void (*cr_api_fn)(cr_api_call *c);

typedef struct cr_api_route {
	const char *name;
	bool post;
	cr_api_fn call;
	const char *fields; /* of the body, separated by spaces */
} cr_api_route;

/* api_calls.c; ends with a row without a name */
extern const cr_api_route cr_api_routes[];

/* Fails the call. */
void cr_api_wrong(cr_api_call *c, int status, const char *code, const char *fmt, ...) CR_PRINTF(4, 5);

/* metrics.c: Prometheus' text format 0.0.4 */
CR_MUST_CHECK cr_status cr_metrics_write(cr_server *srv, cr_buf *out);

#endif
