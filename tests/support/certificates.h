// Certificates made for one test: an authority, and leaves that are wrong in one way each.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>

namespace dragoman::testing {

struct FreeOpenssl {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeOpenssl>;
using Certificate = std::unique_ptr<X509, FreeOpenssl>;

struct Identity {
    Key key;
    Certificate certificate;
};

struct Leaf {
    std::string names = "DNS:localhost,IP:127.0.0.1"; // subjectAltName; empty: none
    std::string common_name = "localhost";
    long from_s = -3600; // relative to now
    long until_s = 3600;
    std::string usage = "serverAuth";
    bool self_signed = false;
};

inline void add_extension(X509* certificate, int kind, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

inline Certificate make_certificate(EVP_PKEY* key, const std::string& name, long from_s, long until_s)
{
    static long serial = 1;
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until_s);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0);
    return certificate;
}

inline Identity make_authority()
{
    Identity authority { Key(EVP_EC_gen("P-256")), nullptr };
    authority.certificate = make_certificate(authority.key.get(), "Test Authority", -7200, 7200);
    X509* certificate = authority.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(certificate, authority.key.get(), EVP_sha256());
    return authority;
}

inline Identity make_leaf(const Identity& authority, const Leaf& leaf = {})
{
    Identity made { Key(EVP_EC_gen("P-256")), nullptr };
    made.certificate = make_certificate(made.key.get(), leaf.common_name, leaf.from_s, leaf.until_s);
    X509* certificate = made.certificate.get();
    X509* issuer = leaf.self_signed ? certificate : authority.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    if (!leaf.names.empty())
        add_extension(certificate, NID_subject_alt_name, leaf.names);
    add_extension(certificate, NID_ext_key_usage, leaf.usage);
    X509_sign(certificate, leaf.self_signed ? made.key.get() : authority.key.get(), EVP_sha256());
    return made;
}

inline std::string as_pem(X509* certificate)
{
    std::unique_ptr<BIO, FreeOpenssl> memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(memory.get(), certificate);
    char* text = nullptr;
    long size = BIO_get_mem_data(memory.get(), &text);
    return { text, static_cast<std::size_t>(size) };
}

} // namespace dragoman::testing
