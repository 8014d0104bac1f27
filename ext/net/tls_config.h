#ifndef CR_NET_TLS_CONFIG_H
#define CR_NET_TLS_CONFIG_H

#include <stddef.h>

/* What a TLS listener is made of. All strings are file names or text ending in
 * NUL; cr_tls_new() copies them. */

typedef enum cr_tls_verify {
	CR_TLS_VERIFY_NONE,
	CR_TLS_VERIFY_OPTIONAL, /* a client may come without a certificate, but not with a wrong one */
	CR_TLS_VERIFY_REQUIRED
} cr_tls_verify;

/* The certificate for one name, or for "*.example.com": one label more. */
typedef struct cr_tls_host {
	const char *name;
	const char *cert;
	const char *key; /* NULL: in the file of cert */
} cr_tls_host;

typedef struct cr_tls_config {
	const char *cert;       /* PEM: the certificate, then its chain */
	const char *key;        /* PEM; NULL: in the file of cert */
	const char *passphrase; /* of all the keys; NULL: none */
	const char *ca;         /* PEM: who signs clients' certificates; NULL unless verify */
	cr_tls_verify verify;
	int min_version; /* 12 or 13 */
	const cr_tls_host *hosts;
	size_t n_hosts;
} cr_tls_config;

#endif
