/* needs: ext/core/[a-z]*.c ext/proto/[a-z]*.c ext/chat/[a-z]*.c ext/net/[a-z]*.c ext/server/[a-z]*.c */
/* wss: a server in a thread of its own, OpenSSL as the client. The reload and
 * the end are asked for over a socketpair, since all calls belong to the
 * server's thread. */
#ifndef _GNU_SOURCE
# define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext/server/server.h"
#include "tests/unit/certs.h"
#include "tests/unit/tls_fixture.h"

/* Tests */

static void chat_in_both_versions(void **state)
{
	static const client_options versions[] = {{.version = TLS1_2_VERSION}, {.version = TLS1_3_VERSION}};
	const uint8_t *alpn;
	unsigned alpn_len;
	SSL *ssl[2];

	(void) state;
	begin_good();
	for (int i = 0; i < 2; i++) {
		ssl[i] = open_ws(&versions[i]);
		assert_non_null(ssl[i]);
		assert_int_equal(SSL_version(ssl[i]), versions[i].version);
		SSL_get0_alpn_selected(ssl[i], &alpn, &alpn_len);
		assert_int_equal(alpn_len, 8);
		assert_memory_equal(alpn, "http/1.1", 8);
	}
	for (unsigned n = 0; n < 4; n++) {
		say(ssl[n % 2], n, n * 100);
		assert_int_equal(hear(ssl[1 - n % 2], NULL), n);
	}
	/* D37: TLS 1.2 may ask for another handshake, and is not given one */
	SSL_renegotiate(ssl[0]);
	assert_int_not_equal(SSL_do_handshake(ssl[0]), 1);
	/* 1.3 may change keys, and wants an answer */
	assert_int_equal(SSL_key_update(ssl[1], SSL_KEY_UPDATE_REQUESTED), 1);
	SSL *other = open_ws(&any);
	say(ssl[1], 7, 1);
	assert_int_equal(hear(other, NULL), 7);
	say(other, 8, 1);
	assert_int_equal(hear(ssl[1], NULL), 8);
	hang_up(ssl[0]);
	hang_up(ssl[1]);
	hang_up(other);
	finish();
}

/* D37: made in advance, such messages never end, and OpenSSL reads on as long as
 * there are any: the connection is ended, its neighbour is served. */
static void a_flood_of_key_updates_ends(void **state)
{
	static const client_options newest = {.version = TLS1_3_VERSION};
	bool ended = false;

	(void) state;
	begin_good();
	SSL *flood = open_ws(&newest), *other = open_ws(&any), *third = open_ws(&any);
	for (int i = 0; i < 20000 && !ended; i++) {
		ended = SSL_key_update(flood, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 || SSL_do_handshake(flood) != 1;
	}
	assert_true(ended);
	say(other, 5, 1);
	assert_int_equal(hear(third, NULL), 5);
	hang_up(flood);
	hang_up(other);
	hang_up(third);
	finish();
}

static void old_versions_are_refused(void **state)
{
	char cert[128], key[128];
	cr_server_config config;
	cr_tls_config tls = good(cert, key);

	(void) state;
	begin_good();
	assert_null(shake(&(client_options){.version = TLS1_VERSION}));
	assert_null(shake(&(client_options){.version = TLS1_1_VERSION}));
	ask('?');
	assert_int_equal(f.stats.tls_errors, 2);
	finish();
	configure(&config);
	tls.min_version = 13;
	begin(&config, &tls);
	assert_null(shake(&(client_options){.version = TLS1_2_VERSION}));
	SSL *ssl = open_ws(&any);
	assert_non_null(ssl);
	hang_up(ssl);
	finish();
}

#define N_BURST 4000

typedef struct reader {
	SSL *ssl;
	int until;
	long pause; /* ms after every 500th */
	pthread_t thread;
} reader;

static void *read_in_order(void *arg)
{
	reader *r = arg;

	for (int i = 0; i < r->until; i++) {
		assert_int_equal(hear(r->ssl, NULL), i);
		if (r->pause && i % 500 == 0) {
			nap(r->pause);
		}
	}
	return NULL;
}

/* Thousands of small messages at once, to one that reads slowly through a
 * small window: records of many pieces, sent in parts. */
static void bursts_arrive_whole_and_in_order(void **state)
{
	reader slow = {.until = N_BURST, .pause = 20}, quick = {.until = N_BURST};
	size_t total = 0;

	(void) state;
	begin_good();
	SSL *from = open_ws(&any);
	slow.ssl = open_ws(&(client_options){.receive_buffer = 32768});
	quick.ssl = open_ws(&any);
	assert_int_equal(pthread_create(&slow.thread, NULL, read_in_order, &slow), 0);
	assert_int_equal(pthread_create(&quick.thread, NULL, read_in_order, &quick), 0);
	uint8_t *all = malloc(N_BURST * 700);
	for (unsigned i = 0; i < N_BURST; i++) {
		size_t size;
		uint8_t *frame = make_frame(i, i * 7 % 500, &size);

		memcpy(all + total, frame, size);
		total += size;
		free(frame);
	}
	for (size_t at = 0; at < total;) {
		int n = SSL_write(from, all + at, (int) (total - at));

		assert_true(n > 0);
		at += (size_t) n;
	}
	free(all);
	pthread_join(quick.thread, NULL);
	pthread_join(slow.thread, NULL);
	hang_up(from);
	hang_up(slow.ssl);
	hang_up(quick.ssl);
	finish();
}

static void large_messages(void **state)
{
	static const size_t sizes[] = {16000, 16384, 16385, 65535, 65536, 300000, 3000000};
	size_t len;

	(void) state;
	begin_good();
	SSL *a = open_ws(&any), *b = open_ws(&(client_options){.receive_buffer = 32768});
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		say(a, i, sizes[i]);
		assert_int_equal(hear(b, &len), i);
		assert_int_equal(len, sizes[i]);
	}
	hang_up(a);
	hang_up(b);
	finish();
}

/* The close frame of 4101 comes at a frame's border, whatever was encrypted
 * and not sent when the queue was dropped. */
static void slow_consumer_gets_its_close(void **state)
{
	char cert[128], key[128];
	cr_server_config config;
	cr_tls_config tls = good(cert, key);
	int n, last = -1;

	(void) state;
	configure(&config);
	config.send_queue_limit = 100000;
	begin(&config, &tls);
	SSL *a = open_ws(&any), *b = open_ws(&(client_options){.receive_buffer = 32768});
	for (unsigned i = 0; i < 60000 && f.stats.slow_consumers == 0; i++) {
		say(a, i, 900);
		if (i % 500 == 0) {
			ask('?');
		}
	}
	assert_int_equal(f.stats.slow_consumers, 1);
	while ((n = hear(b, NULL)) >= 0) {
		assert_int_equal(n, last + 1);
		last = n;
	}
	assert_int_equal(n, -4101);
	hang_up(a);
	hang_up(b);
	finish();
}

/* Every record one byte at a time. */
static void split_records(void **state)
{
	char record[2048];
	size_t size;

	(void) state;
	begin_good();
	SSL *other = open_ws(&any), *ssl = shake(&any);
	int fd = SSL_get_fd(ssl);
	BIO *out = BIO_new(BIO_s_mem());
	SSL_set0_wbio(ssl, out);
	assert_true(SSL_write(ssl, upgrade, sizeof(upgrade) - 1) > 0);
	uint8_t *frame = make_frame(5, 100, &size);
	assert_true(SSL_write(ssl, frame, (int) size) > 0);
	free(frame);
	int n = BIO_read(out, record, sizeof(record));
	assert_true(n > 300 && n < (int) sizeof(record));
	for (int i = 0; i < n; i++) {
		assert_int_equal(send(fd, record + i, 1, 0), 1);
		if (i % 50 == 0) {
			nap(1);
		}
	}
	assert_int_equal(hear(other, NULL), 5);
	assert_true(read_101(ssl));
	close(fd); /* K72: without close_notify */
	SSL_free(ssl);
	say(other, 1, 1);
	hang_up(other);
	finish();
	assert_int_equal(f.opened, 2);
}

static size_t read_to_end(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n + 1 < size && (got = recv(fd, out + n, size - n - 1, 0)) > 0) {
		n += (size_t) got;
	}
	out[n] = '\0';
	return n;
}

static void garbage_is_turned_away(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} garbage[] = {
		{"\x16\x03\x01\x00\x1fgarbage garbage garbage garbage", 36},
		{"\x16\x03\x01\xff\xff\x01", 6},
		{"\x15\x03\x03\x00\x02\x02\x28", 7},
		{"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80\x02\x00\x80", 17},
		{"\0\0\0\0\0\0\0\0\0\0\0", 11},
		{"\xff\xff\xff\xff\xff\xff\xff\xff", 8},
	};
	const size_t n = sizeof(garbage) / sizeof(garbage[0]);
	char text[2048];

	(void) state;
	begin_good();
	for (size_t i = 0; i < n; i++) {
		int fd = dial(0);

		assert_int_equal(send(fd, garbage[i].bytes, garbage[i].len, 0), garbage[i].len);
		read_to_end(fd, text, sizeof(text));
		assert_null(strstr(text, "HTTP"));
		close(fd);
	}
	ask('?');
	/* who ends in the middle of a record has the handshake's deadline */
	assert_int_equal(f.stats.tls_errors, n - 1);
	assert_int_equal(f.stats.timeouts_handshake, 1);
	SSL *ssl = open_ws(&any);
	assert_non_null(ssl);
	hang_up(ssl);
	finish();
}

static void plain_http_is_told(void **state)
{
	char text[2048];
	int fd;

	(void) state;
	begin_good();
	fd = dial(0);
	assert_int_equal(send(fd, upgrade, sizeof(upgrade) - 1, 0), sizeof(upgrade) - 1);
	read_to_end(fd, text, sizeof(text));
	assert_memory_equal(text, "HTTP/1.1 400 Bad Request\r\n", 26);
	assert_non_null(strstr(text, "Content-Type: text/plain"));
	assert_non_null(strstr(text, "This port speaks TLS: use https:// or wss://."));
	close(fd);
	fd = dial(0);
	assert_int_equal(send(fd, "G", 1, 0), 1);
	read_to_end(fd, text, sizeof(text));
	assert_memory_equal(text, "HTTP/1.1 400 Bad Request\r\n", 26);
	close(fd);
	finish();
	assert_int_equal(f.opened, 0);
}

static void stalled_handshakes_end(void **state)
{
	static const char *const beginnings[] = {"", "\x16", "\x16\x03\x01\x02"};
	struct timespec t0, t1;
	char text[64];

	(void) state;
	begin_good();
	for (size_t i = 0; i < 3; i++) {
		int fd = dial(0);

		clock_gettime(CLOCK_MONOTONIC, &t0);
		assert_int_equal(send(fd, beginnings[i], strlen(beginnings[i]), 0), strlen(beginnings[i]));
		read_to_end(fd, text, sizeof(text));
		clock_gettime(CLOCK_MONOTONIC, &t1);
		long ms = (t1.tv_sec - t0.tv_sec) * 1000 + (t1.tv_nsec - t0.tv_nsec) / 1000000;
		assert_in_range(ms, 250, 2000);
		close(fd);
	}
	/* the deadline holds from accept to the end of the head, not of the handshake */
	SSL *ssl = shake(&any);
	assert_int_equal(SSL_read(ssl, text, 1), 0);
	hang_up(ssl);
	ask('?');
	assert_int_equal(f.stats.timeouts_handshake, 4);
	finish();
}

static void subject(SSL *ssl, char *out, size_t size)
{
	X509 *cert = SSL_get1_peer_certificate(ssl);

	X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, out, (int) size);
	X509_free(cert);
}

static void expect_subject(const char *server_name, const char *expected)
{
	SSL *ssl = shake(&(client_options){.name = server_name});
	char text[64];

	assert_non_null(ssl);
	subject(ssl, text, sizeof(text));
	assert_string_equal(text, expected);
	hang_up(ssl);
}

static void names_and_reload(void **state)
{
	char path[6][128];
	cr_server_config config;
	cr_tls_config tls = good(path[0], path[1]);

	(void) state;
	make_pair("a.crt", "a.key", "a", -DAY, DAY);
	make_pair("w.crt", "w.key", "w", -DAY, DAY);
	cr_tls_host hosts[] = {
		{"a.example.com", in_folder(path[2], "a.crt"), in_folder(path[3], "a.key")},
		{"*.example.com", in_folder(path[4], "w.crt"), in_folder(path[5], "w.key")},
	};
	tls.hosts = hosts;
	tls.n_hosts = 2;
	configure(&config);
	begin(&config, &tls);
	expect_subject(NULL, "good");
	expect_subject("example.com", "good");
	expect_subject("a.example.com", "a");
	expect_subject("A.Example.COM", "a");
	expect_subject("b.example.com", "w");
	expect_subject("a.b.example.com", "good");

	SSL *old = open_ws(&any);
	make_pair("a.crt", "a.key", "a renewed", -DAY, DAY);
	ask('r');
	assert_int_equal(f.reloaded, CR_OK);
	expect_subject("a.example.com", "a renewed");
	/* half a renewal: all stay as they are */
	make_pair("a.crt", "a.key", "a again", -DAY, DAY);
	make_pair("w.crt", "w.key", "w expired", -2 * DAY, -DAY);
	ask('r');
	assert_int_equal(f.reloaded, CR_ERR_SYS);
	assert_non_null(strstr(f.error, "has expired on"));
	expect_subject("a.example.com", "a renewed");
	expect_subject("b.example.com", "w");
	SSL *new = open_ws(&any);
	say(new, 3, 10);
	assert_int_equal(hear(old, NULL), 3);
	hang_up(old);
	hang_up(new);
	finish();
}

static void clients_certificates(void **state)
{
	char path[8][128];
	cr_server_config config;
	cr_tls_config tls = good(path[0], path[1]);
	EVP_PKEY *ca_key = make_key("ca.key", NULL), *key = make_key("client.key", NULL);
	X509 *ca = make_cert("ca.crt", "ca", ca_key, NULL, NULL, -DAY, DAY);

	(void) state;
	X509_free(make_cert("client.crt", "client", key, ca, ca_key, -DAY, DAY));
	make_pair("stranger.crt", "stranger.key", "client", -DAY, DAY);
	client_options known = {.cert = in_folder(path[2], "client.crt"), .key = in_folder(path[3], "client.key")};
	client_options stranger = {.cert = in_folder(path[4], "stranger.crt"), .key = in_folder(path[5], "stranger.key")};
	tls.ca = in_folder(path[6], "ca.crt");
	configure(&config);
	for (tls.verify = CR_TLS_VERIFY_OPTIONAL; tls.verify <= CR_TLS_VERIFY_REQUIRED; tls.verify++) {
		begin(&config, &tls);
		SSL *ssl = open_ws(&known);
		assert_non_null(ssl);
		hang_up(ssl);
		assert_null(open_ws(&stranger));
		ssl = open_ws(&any);
		if (tls.verify == CR_TLS_VERIFY_OPTIONAL) {
			assert_non_null(ssl);
			hang_up(ssl);
		} else {
			assert_null(ssl);
		}
		finish();
	}
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	X509_free(ca);
}

/* Not even root reads it once it is nobody. */
static void unreadable_file(void **state)
{
	char cert[128], key[128], error[CR_ERROR_MAX], expected[CR_ERROR_MAX];
	cr_tls_config tls = good(cert, key);
	cr_server_config config;
	bool root = geteuid() == 0;

	(void) state;
	configure(&config);
	cr_server *srv = cr_server_new(&config, &hooks, NULL);
	assert_int_equal(chmod(cert, 0), 0);
	assert_int_equal(root ? seteuid(65534) : 0, 0);
	cr_status st = cr_server_listen_tls(srv, CR_SLICE("wss://127.0.0.1:0"), &tls, error);
	assert_int_equal(root ? seteuid(0) : 0, 0);
	assert_int_equal(chmod(cert, 0600), 0);
	assert_int_equal(st, CR_ERR_SYS);
	snprintf(expected, sizeof(expected), "cannot read the certificate %s/good.crt: Permission denied", folder);
	assert_string_equal(error, expected);
	cr_server_free(srv);
}

static void unusable_files(void **state)
{
	static const struct {
		const char *cert, *key, *passphrase, *error; /* FOLDER: the folder */
	} rows[] = {
		{"none.crt", "good.key", NULL, "cannot read the certificate FOLDER/none.crt: No such file or directory"},
		{"good.crt", "none.key", NULL, "cannot read the key FOLDER/none.key: No such file or directory"},
		{"", "good.key", NULL, "cannot read the certificate FOLDER/: not a file"},
		{"fifo", "good.key", NULL, "cannot read the certificate FOLDER/fifo: not a file"},
		{"good.key", "good.key", NULL, "the file FOLDER/good.key holds no usable certificate in PEM form"},
		{"empty", "good.key", NULL, "the file FOLDER/empty holds no usable certificate in PEM form (no start line)"},
		{"good.crt", "good.crt", NULL, "the file FOLDER/good.crt holds no private key in PEM form"},
		{"good.crt", "other.key", NULL, "the key FOLDER/other.key does not belong to the certificate FOLDER/good.crt"},
		{"good.crt", "rsa.key", NULL, "the key FOLDER/rsa.key does not belong to the certificate FOLDER/good.crt"},
		{"good.crt", "locked.key", NULL, "the key FOLDER/locked.key is encrypted and there is no passphrase"},
		{"good.crt", "locked.key", "wrong",
			"the key FOLDER/locked.key is encrypted and the passphrase does not open it"},
		{"past.crt", "past.key", NULL, "the certificate FOLDER/past.crt has expired on 20"},
		{"future.crt", "future.key", NULL, "the certificate FOLDER/future.crt is not valid before 20"},
		{"good.crt", "good.key", "unneeded", NULL},
		{"locked.crt", "locked.key", "secret", NULL},
	};
	char cert[128], key[128], error[CR_ERROR_MAX], expected[CR_ERROR_MAX];
	cr_server_config config;

	(void) state;
	make_pair("past.crt", "past.key", "past", -2 * DAY, -DAY);
	make_pair("future.crt", "future.key", "future", DAY, 2 * DAY);
	EVP_PKEY *locked = make_key("locked.key", "secret");
	X509_free(make_cert("locked.crt", "locked", locked, NULL, NULL, -DAY, DAY));
	EVP_PKEY_free(locked);
	EVP_PKEY_free(make_key("other.key", NULL));
	EVP_PKEY *rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) 2048);
	FILE *file = create("rsa.key");
	assert_int_equal(PEM_write_PrivateKey(file, rsa, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
	EVP_PKEY_free(rsa);
	fclose(create("empty"));
	assert_int_equal(mkfifo(in_folder(cert, "fifo"), 0600), 0);
	configure(&config);
	cr_server *srv = cr_server_new(&config, &hooks, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_tls_config tls = {.cert = in_folder(cert, rows[i].cert), .key = in_folder(key, rows[i].key),
			.passphrase = rows[i].passphrase, .min_version = 12};
		cr_status st = cr_server_listen_tls(srv, CR_SLICE("wss://127.0.0.1:0"), &tls, error);

		if (!rows[i].error) {
			assert_int_equal(st, CR_OK);
			continue;
		}
		assert_int_equal(st, CR_ERR_SYS);
		size_t n = 0;
		for (const char *p = rows[i].error; *p; p++) {
			if (strncmp(p, "FOLDER", 6) == 0) {
				n += (size_t) snprintf(expected + n, sizeof(expected) - n, "%s", folder);
				p += 5;
			} else {
				expected[n++] = *p;
			}
		}
		expected[n] = '\0';
		error[n < sizeof(error) ? n : 0] = '\0';
		assert_string_equal(error, expected);
	}
	assert_int_equal(cr_server_listen(srv, CR_SLICE("wss://127.0.0.1"), error), CR_ERR_FORM);
	cr_tls_config tls = good(cert, key);
	assert_int_equal(cr_server_listen_tls(srv, CR_SLICE("ws://127.0.0.1"), &tls, error), CR_ERR_FORM);
	/* what has become unusable since is found before anything is bound */
	assert_int_equal(unlink(in_folder(cert, "locked.crt")), 0);
	assert_int_equal(cr_server_run(srv, error), CR_ERR_SYS);
	assert_non_null(strstr(error, "locked.crt: No such file"));
	cr_server_free(srv);
}

static int make_folder(void **state)
{
	(void) state;
	signal(SIGPIPE, SIG_IGN); /* of the client's SSL_write() */
	if (!mkdtemp(folder)) {
		return -1;
	}
	make_pair("good.crt", "good.key", "good", -DAY, DAY);
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const files[] = {"good", "a", "w", "ca", "client", "stranger", "past", "future", "locked"};
	char path[128], name[32];

	(void) state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(name, sizeof(name), "%s.crt", files[i]);
		unlink(in_folder(path, name));
		snprintf(name, sizeof(name), "%s.key", files[i]);
		unlink(in_folder(path, name));
	}
	unlink(in_folder(path, "other.key"));
	unlink(in_folder(path, "rsa.key"));
	unlink(in_folder(path, "empty"));
	unlink(in_folder(path, "fifo"));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chat_in_both_versions),
		cmocka_unit_test(a_flood_of_key_updates_ends),
		cmocka_unit_test(old_versions_are_refused),
		cmocka_unit_test(bursts_arrive_whole_and_in_order),
		cmocka_unit_test(large_messages),
		cmocka_unit_test(slow_consumer_gets_its_close),
		cmocka_unit_test(split_records),
		cmocka_unit_test(garbage_is_turned_away),
		cmocka_unit_test(plain_http_is_told),
		cmocka_unit_test(stalled_handshakes_end),
		cmocka_unit_test(names_and_reload),
		cmocka_unit_test(clients_certificates),
		cmocka_unit_test(unreadable_file),
		cmocka_unit_test(unusable_files),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
