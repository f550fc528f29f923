#include "net/trust.h"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::shared_ptr<asio::ssl::context> make_context()
{
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
    // Buffers of idle connections are given back.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    static constexpr unsigned char http_1_1[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(native, http_1_1, sizeof http_1_1 - 1);
    return context;
}

Result<void> load_file(SSL_CTX* context, const std::string& file, std::string_view name)
{
    if (SSL_CTX_load_verify_file(context, file.c_str()) == 1)
        return {};
    ERR_clear_error();
    std::error_code error;
    std::string why = fs::exists(file, error) ? "holds no usable certificates" : "does not exist";
    return Failure(Error::internal(fmt::format("{} {}: {} {}", name, "cannot be used", file, why)));
}

bool is_folder_with_files(const std::string& path)
{
    std::error_code error;
    return fs::is_directory(path, error) && !fs::is_empty(path, error);
}

Result<void> load_system(SSL_CTX* context)
{
    std::string file = X509_get_default_cert_file();
    std::string folder = X509_get_default_cert_dir();
    // Debian's OpenSSL links both to /etc/ssl/certs; other systems keep one of these.
    std::error_code error;
    for (const std::string& bundle : { file, std::string("/etc/ssl/certs/ca-certificates.crt"),
             std::string("/etc/pki/tls/certs/ca-bundle.crt"), std::string("/etc/ssl/cert.pem") })
        if (fs::exists(bundle, error))
            return load_file(context, bundle, "the system's certificate bundle");
    if (is_folder_with_files(folder) && SSL_CTX_load_verify_dir(context, folder.c_str()) == 1)
        return {};
    return Failure(Error::internal("this machine has no certificates to check upstreams with: install"
                                   " ca-certificates, or set SSL_CERT_FILE"));
}

} // namespace

Trust::Trust(std::shared_ptr<asio::ssl::context> context)
    : context_(std::move(context))
{
}

Result<Trust> Trust::load(const Environment& environment)
{
    Trust trust(make_context());
    SSL_CTX* native = trust.context().native_handle();
    auto file = lookup(environment, "SSL_CERT_FILE");
    auto folder = lookup(environment, "SSL_CERT_DIR");
    Result<void> loaded;
    if (file)
        loaded = load_file(native, std::string(*file), "SSL_CERT_FILE");
    if (loaded && folder) {
        std::string path(*folder);
        if (!is_folder_with_files(path) || SSL_CTX_load_verify_dir(native, path.c_str()) != 1)
            loaded = Failure(Error::internal(fmt::format("SSL_CERT_DIR cannot be used: {} is no folder of"
                                                         " certificates",
                path)));
    }
    if (!file && !folder)
        loaded = load_system(native);
    if (!loaded)
        return Failure(loaded.error());
    return trust;
}

Trust Trust::none() { return Trust(make_context()); }

} // namespace dragoman::net
