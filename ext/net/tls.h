#ifndef CR_NET_TLS_H
#define CR_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "ext/core/status.h"
#include "ext/net/tls_config.h"

/* Certificates and settings of TLS listeners, in OpenSSL's terms. Handshakes
 * and bytes are transport_tls.c's. */

typedef struct cr_tls cr_tls;
struct cr_conn;
struct ssl_st;

/* Copies the configuration; reads no file. NULL: out of memory. */
cr_tls *cr_tls_new(const cr_tls_config *config);
/* Connections that were made with it keep what they need. NULL is fine. */
void cr_tls_free(cr_tls *tls);

/* Reads and checks all its files: every certificate is in force now and every
 * key belongs to its certificate. What was loaded before stays in use until
 * cr_tls_use(). CR_ERR_SYS with a text of at most size bytes, CR_ERR_NOMEM. */
CR_MUST_CHECK cr_status cr_tls_load(cr_tls *tls, char *error, size_t size);
/* From now on handshakes use what cr_tls_load() has read. */
void cr_tls_use(cr_tls *tls);
/* Forgets what cr_tls_load() has read, if cr_tls_use() has not come yet. */
void cr_tls_forget(cr_tls *tls);
bool cr_tls_is_loaded(const cr_tls *tls);

/* Turns a new connection, of which nothing was read yet, into a TLS one. A
 * peer whose first byte is a letter speaks plain HTTP: its connection becomes
 * a plain one again (c->tls NULL), so that it can be told. False: out of
 * memory. */
CR_MUST_CHECK bool cr_tls_accept(const cr_tls *tls, struct cr_conn *c);

/* For transport_tls.c. NULL: out of memory. */
struct ssl_st *cr_tls_session_new(const cr_tls *tls);

#endif
