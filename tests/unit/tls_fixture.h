/* test_tls.c's server, in a thread of its own, and its client. One test file alone includes this. */
static struct {
	cr_server *srv;
	pthread_t thread;
	int ready[2];
	int port;
	cr_status status, reloaded;
	char error[CR_ERROR_MAX];
	int opened, closed;
	cr_stats stats;
} f;

static void on_start(void *arg)
{
	char url[256];

	(void) arg;
	assert_true(cr_server_address(f.srv, 0, url, sizeof(url)));
	assert_memory_equal(url, "wss://127.0.0.1:", 16);
	int port = atoi(strrchr(url, ':') + 1);
	assert_int_equal(write(f.ready[1], &port, sizeof(port)), sizeof(port));
}

static void on_open(void *arg, cr_session *s, const cr_request *r)
{
	(void) arg;
	(void) s;
	(void) r;
	f.opened++;
}

static void on_close(void *arg, cr_session *s, unsigned code, cr_slice reason)
{
	(void) arg;
	(void) s;
	(void) code;
	(void) reason;
	f.closed++;
}

static const cr_hooks hooks = {.on_start = on_start, .on_open = on_open, .on_close = on_close};

static void on_tick(void *arg)
{
	char byte;

	(void) arg;
	if (recv(f.ready[1], &byte, 1, MSG_DONTWAIT) != 1) {
		return;
	}
	if (byte == 'r') {
		f.reloaded = cr_server_reload_tls(f.srv, f.error);
	} else if (byte == 's') {
		cr_server_stop(f.srv, CR_STOP_DRAIN);
	}
	cr_server_stats(f.srv, &f.stats);
	assert_int_equal(write(f.ready[1], "k", 1), 1);
}

static void ask(char what)
{
	char answer;

	assert_int_equal(write(f.ready[0], &what, 1), 1);
	assert_int_equal(read(f.ready[0], &answer, 1), 1);
}

static void *serve(void *arg)
{
	(void) arg;
	f.status = cr_server_run(f.srv, f.error);
	return NULL;
}

static void configure(cr_server_config *config)
{
	cr_server_config_init(config);
	config->rate_messages = 0;
	config->handle_signals = false;
	config->drain_timeout = 1000;
	config->close_timeout = 1000;
	config->max_message_size = 4 << 20;
	config->send_queue_limit = 64 << 20;
}

static void begin(const cr_server_config *config, const cr_tls_config *tls)
{
	memset(&f, 0, sizeof(f));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f.ready), 0);
	f.srv = cr_server_new(config, &hooks, NULL);
	assert_non_null(f.srv);
	assert_int_equal(cr_server_listen_tls(f.srv, CR_SLICE("wss://127.0.0.1:0/ws"), tls, f.error), CR_OK);
	cr_server_want(f.srv, CR_HOOK_START | CR_HOOK_OPEN | CR_HOOK_CLOSE);
	assert_true(cr_server_timer_add(f.srv, 3, true, on_tick, NULL, NULL) > 0);
	assert_int_equal(pthread_create(&f.thread, NULL, serve, NULL), 0);
	assert_int_equal(read(f.ready[0], &f.port, sizeof(f.port)), sizeof(f.port));
}

static cr_tls_config good(char cert[128], char key[128])
{
	return (cr_tls_config){
		.cert = in_folder(cert, "good.crt"), .key = in_folder(key, "good.key"), .min_version = 12};
}

static void begin_good(void)
{
	char cert[128], key[128];
	cr_server_config config;
	cr_tls_config tls = good(cert, key);

	configure(&config);
	config.handshake_timeout = 300;
	begin(&config, &tls);
}

static void finish(void)
{
	ask('s');
	pthread_join(f.thread, NULL);
	assert_int_equal(f.status, CR_OK);
	assert_int_equal(f.opened, f.closed);
	cr_server_free(f.srv);
	close(f.ready[0]);
	close(f.ready[1]);
}

/* The client */

static int dial(int receive_buffer)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t) f.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval tv = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (receive_buffer) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	assert_int_equal(connect(fd, (struct sockaddr *) &sa, sizeof(sa)), 0);
	return fd;
}

typedef struct client_options {
	int version; /* 0: any */
	int receive_buffer;
	const char *name, *cert, *key;
} client_options;

/* NULL: the handshake failed */
static SSL *shake(const client_options *o)
{
	static const uint8_t alpn[] = "\x02h2\x08http/1.1";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;

	if (o->version) {
		SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
		SSL_CTX_set_min_proto_version(ctx, o->version);
		SSL_CTX_set_max_proto_version(ctx, o->version);
	}
	SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1);
	if (o->cert) {
		assert_int_equal(SSL_CTX_use_certificate_file(ctx, o->cert, SSL_FILETYPE_PEM), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM), 1);
	}
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(ssl, dial(o->receive_buffer));
	if (o->name) {
		SSL_set_tlsext_host_name(ssl, o->name);
	}
	if (SSL_connect(ssl) == 1) {
		return ssl;
	}
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

static void hang_up(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(fd);
}

static bool read_all(SSL *ssl, void *out, size_t len)
{
	for (size_t n = 0; n < len;) {
		int got = SSL_read(ssl, (char *) out + n, (int) (len - n));

		if (got <= 0) {
			return false;
		}
		n += (size_t) got;
	}
	return true;
}

static const char upgrade[] = "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

static bool read_101(SSL *ssl)
{
	char text[512] = "";
	size_t n = 0;

	while (n + 1 < sizeof(text) && !strstr(text, "\r\n\r\n") && SSL_read(ssl, text + n, 1) == 1) {
		n++;
	}
	return strncmp(text, "HTTP/1.1 101 ", 13) == 0;
}

static SSL *open_ws(const client_options *o)
{
	SSL *ssl = shake(o);

	if (ssl && (SSL_write(ssl, upgrade, sizeof(upgrade) - 1) != sizeof(upgrade) - 1 || !read_101(ssl))) {
		hang_up(ssl);
		return NULL;
	}
	return ssl;
}

static const client_options any;

/* A chat message whose text is a number and then len bytes; malloc'd. */
static uint8_t *make_frame(unsigned number, size_t len, size_t *size)
{
	uint8_t *out = malloc(len + 64);
	size_t n = len + 8 + strlen("{\"message\":\"\"}"), head = n < 126 ? 2 : n < 65536 ? 4 : 10;

	out[0] = 0x81;
	out[1] = (uint8_t) (0x80 | (n < 126 ? n : n < 65536 ? 126 : 127));
	for (size_t i = 0; i < head - 2; i++) {
		out[2 + i] = (uint8_t) (n >> (8 * (head - 3 - i)));
	}
	memset(out + head, 0, 4);
	int at = snprintf((char *) out + head + 4, 32, "{\"message\":\"%08u", number);
	memset(out + head + 4 + at, 'x', len);
	memcpy(out + head + 4 + at + len, "\"}", 2);
	*size = head + 4 + n;
	return out;
}

static void say(SSL *ssl, unsigned number, size_t len)
{
	size_t size;
	uint8_t *frame = make_frame(number, len, &size);

	assert_int_equal(SSL_write(ssl, frame, (int) size), size);
	free(frame);
}

/* The next frame: a message's number, or what a Close says, negative. */
static int hear(SSL *ssl, size_t *len)
{
	uint8_t head[2], more[8];
	size_t n;
	int number;

	assert_true(read_all(ssl, head, 2));
	assert_int_equal(head[1] & 0x80, 0);
	n = head[1];
	if (n > 125) {
		size_t bytes = n == 126 ? 2 : 8;

		assert_true(read_all(ssl, more, bytes));
		n = 0;
		for (size_t i = 0; i < bytes; i++) {
			n = n << 8 | more[i];
		}
	}
	char *text = malloc(n + 1);
	assert_true(read_all(ssl, text, n));
	text[n] = '\0';
	if (head[0] == 0x88) {
		number = -((uint8_t) text[0] << 8 | (uint8_t) text[1]);
	} else {
		assert_int_equal(head[0], 0x81);
		assert_int_equal(sscanf(text, "{\"message\":\"%8d", &number), 1);
		size_t x = strspn(text + 20, "x");
		assert_memory_equal(text + 20 + x, "\",\"uid\":\"", 9);
		if (len) {
			*len = x;
		}
	}
	free(text);
	return number;
}

static void nap(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}
