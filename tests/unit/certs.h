/* Certificates made on the spot, as PEM files in a folder of the test's own. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define DAY 86400L

static char folder[] = "/tmp/chatroom-tls-XXXXXX";

static const char *in_folder(char out[128], const char *name)
{
	snprintf(out, 128, "%s/%s", folder, name);
	return out;
}

static FILE *create(const char *name)
{
	char path[128];
	FILE *f = fopen(in_folder(path, name), "w");

	assert_non_null(f);
	return f;
}

static EVP_PKEY *make_key(const char *name, const char *passphrase)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	FILE *f = create(name);

	assert_non_null(key);
	assert_int_equal(PEM_write_PrivateKey(f, key, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
		(void *) (uintptr_t) passphrase), 1);
	fclose(f);
	return key;
}

/* Signed by issuer, or by itself. from and to are seconds from now. */
static X509 *make_cert(const char *name, const char *cn, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
	long from, long to)
{
	static long serial = 1;
	X509 *cert = X509_new();
	FILE *f = create(name);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(cert), from);
	X509_gmtime_adj(X509_getm_notAfter(cert), to);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const uint8_t *) cn, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer : cert));
	if (!issuer) {
		X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

		X509_add_ext(cert, ca, -1);
		X509_EXTENSION_free(ca);
	}
	assert_true(X509_sign(cert, issuer_key ? issuer_key : key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509(f, cert), 1);
	fclose(f);
	return cert;
}

static void make_pair(const char *cert, const char *key, const char *cn, long from, long to)
{
	EVP_PKEY *k = make_key(key, NULL);

	X509_free(make_cert(cert, cn, k, NULL, NULL, from, to));
	EVP_PKEY_free(k);
}
