/* Which address has which certificates, and their reload. */
#include "ext/server/internal.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

cr_status cr_certs_add(cr_server *srv, size_t i, const cr_tls_config *config, char error[CR_ERROR_MAX])
{
	if (!srv->addresses[i].is_tls) {
		if (config) {
			snprintf(error, CR_ERROR_MAX, "must begin with wss:// to go with TLS settings");
		}
		return config ? CR_ERR_FORM : CR_OK;
	}
	if (!config && !srv->default_tls) {
		snprintf(error, CR_ERROR_MAX, "begins with wss:// and needs TLS settings, at least a certificate");
		return CR_ERR_FORM;
	}
	cr_tls *tls = config ? cr_tls_new(config) : srv->default_tls;
	if (!tls) {
		return CR_ERR_NOMEM;
	}
	srv->tls[i] = tls;
	if (cr_tls_is_loaded(tls)) {
		return CR_OK;
	}
	cr_status st = cr_tls_load(tls, error, CR_ERROR_MAX);
	if (st != CR_OK) {
		cr_certs_remove(srv, i);
		return st;
	}
	cr_tls_use(tls);
	return CR_OK;
}

void cr_certs_remove(cr_server *srv, size_t i)
{
	if (srv->tls[i] != srv->default_tls) {
		cr_tls_free(srv->tls[i]);
	}
	srv->tls[i] = NULL;
}

bool cr_certs_are_there(const cr_server *srv)
{
	for (size_t i = 0; i < srv->n_addresses; i++) {
		if (srv->tls[i]) {
			return true;
		}
	}
	return false;
}

/* All or none: half a renewal would be found out by the clients of the other half. */
cr_status cr_server_reload_tls(cr_server *srv, char error[CR_ERROR_MAX])
{
	cr_status st = CR_OK;

	for (size_t i = 0; st == CR_OK && i < srv->n_addresses; i++) {
		if (srv->tls[i]) {
			st = cr_tls_load(srv->tls[i], error, CR_ERROR_MAX);
		}
	}
	for (size_t i = 0; i < srv->n_addresses; i++) {
		if (srv->tls[i] && st == CR_OK) {
			cr_tls_use(srv->tls[i]);
		} else if (srv->tls[i]) {
			cr_tls_forget(srv->tls[i]);
		}
	}
	if (st == CR_ERR_NOMEM) {
		snprintf(error, CR_ERROR_MAX, "out of memory");
	}
	return st;
}

static void on_hangup(void *arg)
{
	cr_server *srv = arg;
	char error[CR_ERROR_MAX] = "";

	if (!cr_certs_are_there(srv)) {
		cr_log_write(&srv->config.log, CR_LOG_INFO, "SIGHUP: there are no certificates to read again");
	} else if (cr_server_reload_tls(srv, error) == CR_OK) {
		cr_log_write(&srv->config.log, CR_LOG_INFO, "the certificates were read again");
	} else {
		cr_log_write(&srv->config.log, CR_LOG_ERROR, "the certificates stay as they are: %s", error);
	}
}

bool cr_certs_open_signal(cr_server *srv)
{
	/* a terminal that is closed says the same: without certificates that is all it
	 * can mean there, while a supervisor's reload must not end anything */
	if (!cr_certs_are_there(srv) && isatty(STDIN_FILENO)) {
		return true;
	}
	srv->sighup = cr_loop_signal_new(&srv->loop, SIGHUP, on_hangup, srv);
	return srv->sighup != NULL;
}
