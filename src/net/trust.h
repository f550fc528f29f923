// Which certificates are believed: the system's, or those of SSL_CERT_FILE and SSL_CERT_DIR, as with every
// other program that uses OpenSSL. Read once at the start, because a broken bundle is better found then than
// at the first request. TLS 1.2 is the least; the name is always checked; there is no switch to turn any of
// this off.
#pragma once

#include "base/environment.h"
#include "base/result.h"

#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace dragoman::net {

class Trust {
public:
    // Fails when a file or folder was named that cannot be used, or when there is no certificate at all.
    static Result<Trust> load(const Environment& environment);
    static Trust none(); // for plain upstreams only: every certificate is refused

    boost::asio::ssl::context& context() const { return *context_; } // shared by all workers, never changed

private:
    explicit Trust(std::shared_ptr<boost::asio::ssl::context> context);
    std::shared_ptr<boost::asio::ssl::context> context_;
};

} // namespace dragoman::net
