// OpenSSL 3 for Swift: the headers, and as functions what they offer only as macros or with variable
// arguments.
#pragma once

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// MARK: keys and certificates

/// A new key on the curve P-256; NULL where it fails.
static inline EVP_PKEY *copenssl_new_p256_key(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

/// A new Ed25519 key; NULL where it fails.
static inline EVP_PKEY *copenssl_new_ed25519_key(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/// What a memory BIO holds; `data` is good until the BIO is written or freed.
static inline long copenssl_bio_contents(BIO *bio, char **data) {
    return BIO_get_mem_data(bio, data);
}

/// Adds the extension `nid` with the value `value` in OpenSSL's configuration syntax; 1 for success.
static inline int copenssl_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (!extension) return 0;
    int status = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return status;
}

/// The `index`th DNS name among the certificate's alternative names, as UTF-8 that the caller frees with
/// copenssl_free; NULL past the last one.
static inline unsigned char *copenssl_dns_name(const X509 *certificate, int index, int *length) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    unsigned char *result = NULL;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS || index-- > 0) continue;
        *length = ASN1_STRING_to_UTF8(&result, name->d.dNSName);
        if (*length < 0) result = NULL;
        break;
    }
    GENERAL_NAMES_free(names);
    return result;
}

/// Whether the first of `certificates` is good for `purpose` by a chain that ends in `store`, with the help of those
/// behind it, whatever the time is; X509_V_OK, or what is wrong.
static inline int copenssl_verify(X509_STORE *store, X509 **certificates, int count, int purpose) {
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *others = sk_X509_new_null();
    int status = X509_V_ERR_OUT_OF_MEM;
    if (context && others) {
        for (int i = 1; i < count; i++) sk_X509_push(others, certificates[i]);
        if (X509_STORE_CTX_init(context, store, certificates[0], others)) {
            X509_STORE_CTX_set_purpose(context, purpose);
            X509_STORE_CTX_set_flags(context, X509_V_FLAG_NO_CHECK_TIME);
            status = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
        }
    }
    sk_X509_free(others);
    X509_STORE_CTX_free(context);
    return status;
}

/// Frees what OpenSSL allocated.
static inline void copenssl_free(void *pointer) {
    OPENSSL_free(pointer);
}

// MARK: TLS

/// Speaks TLS 1.3 and nothing else; 1 for success.
static inline int copenssl_only_tls13(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
        && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
}

/// Gives record buffers back between records, takes a moved or partly sent write buffer, and neither
/// compresses nor renegotiates.
static inline void copenssl_set_modes(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(
        context,
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
            | SSL_MODE_AUTO_RETRY
    );
}

/// Keeps no session on the server's side and offers none on the client's.
static inline void copenssl_no_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

/// Names the server that the client wants; 1 for success.
static inline int copenssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// Marks that the BIO has nothing now and may have something later.
static inline void copenssl_bio_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

/// Forgets copenssl_bio_retry_read.
static inline void copenssl_bio_clear_retry(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

/// The reason of an error of OpenSSL's TLS library, an SSL_R number; 0 for an error of another library.
static inline int copenssl_error_reason(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
}
