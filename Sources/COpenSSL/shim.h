#pragma once
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

// What OpenSSL spells as function-like macros, which Swift does not import, and callbacks that would only juggle pointers.

/// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption; no compression, no renegotiation. 1 on success.
static inline int openssl_harden(SSL_CTX *context)
{
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) &&
           SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                            "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                            "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305") &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
}

/// The protocols that ALPN may choose, the preferred one first, each behind its length.
#define OPENSSL_PROTOCOLS "\x02h2\x08http/1.1"

static int openssl_choose_protocol(SSL *session, const unsigned char **chosen, unsigned char *length,
                                   const unsigned char *offered, unsigned int offered_length, void *argument)
{
    (void)session, (void)argument;
    int result = SSL_select_next_proto((unsigned char **)chosen, length, (const unsigned char *)OPENSSL_PROTOCOLS,
                                       sizeof OPENSSL_PROTOCOLS - 1, offered, offered_length);
    // A client that speaks something else only is told so: RFC 7301, section 3.2.
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Makes a server choose h2, else http/1.1, from what a client offers.
static inline void openssl_choose_protocols(SSL_CTX *context)
{
    SSL_CTX_set_alpn_select_cb(context, openssl_choose_protocol, NULL);
}

/// Appends a certificate to the chain that is sent, taking it over. 1 on success.
static inline int openssl_add_chain_certificate(SSL_CTX *context, X509 *certificate)
{
    return (int)SSL_CTX_add0_chain_cert(context, certificate);
}

static int openssl_password(char *buffer, int size, int writing, void *password)
{
    (void)writing;
    size_t length = password ? strlen(password) : 0;
    if (length == 0 || length > (size_t)size)
        return -1;
    memcpy(buffer, password, length);
    return (int)length;
}

/// Reads a private key in PEM. An encrypted one fails without a password: the terminal is never asked.
static inline EVP_PKEY *openssl_read_key(BIO *source, const char *password)
{
    return PEM_read_bio_PrivateKey(source, NULL, openssl_password, (void *)password);
}

/// Whether the newest error says that a PEM file has no further block of the wanted kind.
static inline int openssl_is_at_end(void)
{
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/// Keys HMAC-SHA256, which signs session tickets. 1 on success.
static inline int openssl_key_ticket_signature(EVP_MAC_CTX *signature, const unsigned char *key, size_t length)
{
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, length),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(signature, parameters);
}

/// Names the server that a client wants (SNI). 1 on success.
static inline int openssl_name_server(SSL *session, const char *host)
{
    return (int)SSL_set_tlsext_host_name(session, host);
}
