// Which certificates are believed: the system's, or those of SSL_CERT_FILE and SSL_CERT_DIR, as with every
// other program that uses OpenSSL. What was named is looked at when the program starts, because a broken
// bundle is better found then than at the first request; but a whole bundle takes 20 ms and 2 MB, so a
// folder with hashed names is preferred, of which only what is needed is read, and a long bundle is read for
// the first connection, in the background. TLS 1.2 is the least; the name is always checked; there is no
// switch to turn any of this off.
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "net/task.h"

#include <memory>

struct ssl_ctx_st;

namespace dragoman::net {

class TlsSessions;

// Shared by all workers, like a pointer.
class Trust {
public:
    // Fails when a file or folder was named that cannot be used, or when there is no certificate at all.
    static Result<Trust> load(const Environment& environment);
    static Trust none(); // for plain upstreams only: every certificate is refused

    Result<void> read() const; // all that there is to read, now; blocks

    // For connections, which must not outlive this. Reads what is still unread, off the loop.
    Task<Result<ssl_ctx_st*>> context() const;
    TlsSessions& sessions() const;

private:
    struct Store;
    explicit Trust(std::shared_ptr<Store> store);
    std::shared_ptr<Store> store_;
};

} // namespace dragoman::net
