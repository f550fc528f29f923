#include "net/trust.h"

#include "base/limits.h"
#include "net/background.h"
#include "net/tls_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace dragoman::net {

int on_new_session(SSL* ssl, SSL_SESSION* session); // tls_connection.cpp

namespace {

namespace fs = std::filesystem;
constexpr std::uintmax_t short_file = 64 * limits::KiB; // is read at once
constexpr long read_buffer = 64 * limits::KiB; // there while something is in it

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

// AES with the shorter key is as good as any, and a quarter cheaper; OpenSSL offers the longer one first.
void prefer_short_keys(SSL_CTX* context)
{
    constexpr std::string_view preferred = "TLS_AES_128_GCM_SHA256";
    std::string names;
    bool is_known = false;
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
        const std::string_view name = SSL_CIPHER_get_name(cipher);
        if (name == preferred)
            is_known = true;
        else if (std::string_view(SSL_CIPHER_get_version(cipher)) == "TLSv1.3")
            names.append(":").append(name);
    }
    if (is_known)
        SSL_CTX_set_ciphersuites(context, (std::string(preferred) + names).c_str());
}

Context make_context()
{
    Context context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* native = context.get();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
    prefer_short_keys(native);
    // Buffers of idle connections are given back.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(native, 1);
    SSL_CTX_set_default_read_buffer_len(native, read_buffer);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(native, on_new_session);
    static constexpr unsigned char http_1_1[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(native, http_1_1, sizeof http_1_1 - 1);
    return context;
}

Error unusable(std::string_view name, const std::string& file)
{
    ERR_clear_error();
    std::error_code error;
    std::string_view why = fs::exists(file, error) ? "holds no usable certificates" : "does not exist";
    return Error::internal(fmt::format("{} cannot be used: {} {}", name, file, why));
}

bool begins_with_a_certificate(const std::string& file)
{
    std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_file(file.c_str(), "r"), BIO_free);
    if (!in)
        return false;
    std::unique_ptr<X509, decltype(&X509_free)> first(
        PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr), X509_free);
    return first != nullptr;
}

bool is_folder_with_files(const std::string& path)
{
    std::error_code error;
    return fs::is_directory(path, error) && !fs::is_empty(path, error);
}

// "5ad8a5d6.0", as OpenSSL looks for the certificate of a subject.
bool is_hashed(std::string_view name)
{
    auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
    return name.size() == 10 && name[8] == '.' && std::ranges::all_of(name.substr(0, 8), is_hex);
}

std::size_t count_hashed(const std::string& folder)
{
    std::error_code error;
    std::size_t count = 0;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        count += is_hashed(entry->path().filename().native()) ? 1 : 0;
    return count;
}

std::size_t count_certificates(const std::string& file)
{
    std::size_t count = 0;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        count += line.starts_with("-----BEGIN ") ? 1 : 0;
    return count;
}

// The system's own. Debian's OpenSSL links both to /etc/ssl/certs; other systems keep one of these.
std::string system_bundle()
{
    std::error_code error;
    for (const char* bundle : { X509_get_default_cert_file(), "/etc/ssl/certs/ca-certificates.crt",
             "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" })
        if (fs::exists(bundle, error))
            return bundle;
    return {};
}

} // namespace

// What is to be believed, and, once that was read, the context that does.
struct Trust::Store {
    std::string file, folder; // empty: none
    std::string name_of_file; // for people
    bool is_systems = false; // then the folder alone will do if it holds as many as the file
    TlsSessions sessions;
    std::mutex reading;
    Context owned;
    std::atomic<SSL_CTX*> context = nullptr;

    Result<void> read()
    {
        std::lock_guard lock(reading);
        if (context)
            return {};
        Context made = make_context();
        bool folder_alone = is_systems && !folder.empty() && count_hashed(folder) >= count_certificates(file);
        if (!file.empty() && !folder_alone && SSL_CTX_load_verify_file(made.get(), file.c_str()) != 1)
            return Failure(unusable(name_of_file, file));
        if (!folder.empty())
            SSL_CTX_load_verify_dir(made.get(), folder.c_str());
        owned = std::move(made);
        context = owned.get();
        return {};
    }

    Result<void> look() const
    {
        if (!file.empty() && !begins_with_a_certificate(file))
            return Failure(unusable(name_of_file, file));
        if (!folder.empty() && !is_folder_with_files(folder))
            return Failure(Error::internal(
                fmt::format("SSL_CERT_DIR cannot be used: {} is no folder of certificates", folder)));
        return {};
    }
};

Trust::Trust(std::shared_ptr<Store> store)
    : store_(std::move(store))
{
}

Result<Trust> Trust::load(const Environment& environment)
{
    auto store = std::make_shared<Store>();
    store->file = lookup(environment, "SSL_CERT_FILE").value_or("");
    store->folder = lookup(environment, "SSL_CERT_DIR").value_or("");
    store->name_of_file = "SSL_CERT_FILE";
    store->is_systems = store->file.empty() && store->folder.empty();
    Trust trust(store);
    if (store->is_systems) {
        store->file = system_bundle();
        store->name_of_file = "the system's certificate bundle";
        if (std::string folder = X509_get_default_cert_dir(); is_folder_with_files(folder))
            store->folder = folder;
        if (store->file.empty() && store->folder.empty())
            return Failure(Error::internal("this machine has no certificates to check upstreams with: install"
                                           " ca-certificates, or set SSL_CERT_FILE"));
        return trust;
    }
    if (auto looked = store->look(); !looked)
        return Failure(looked.error());
    std::error_code error;
    if (!store->file.empty() && fs::file_size(store->file, error) <= short_file)
        if (auto all = store->read(); !all)
            return Failure(all.error());
    return trust;
}

Trust Trust::none() { return Trust(std::make_shared<Store>()); }

Result<void> Trust::read() const { return store_->read(); }

Task<Result<ssl_ctx_st*>> Trust::context() const
{
    if (!store_->context) {
        auto reading = [store = store_] { return store->read(); };
        Result<void> all = co_await in_background(reading);
        if (!all)
            co_return Failure(all.error());
    }
    co_return store_->context.load();
}

TlsSessions& Trust::sessions() const { return store_->sessions; }

} // namespace dragoman::net
