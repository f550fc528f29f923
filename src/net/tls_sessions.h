// What servers gave us to come back with: a later handshake on it needs no certificates and half the work.
// Shared by all workers, looked at once a connection. Bounded; a ticket of TLS 1.3 is used once, so that
// nobody who watches can tell that two connections are of the same client.
// https://www.rfc-editor.org/rfc/rfc8446#appendix-C.4
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct ssl_session_st;

namespace dragoman::net {

class TlsSessions {
public:
    struct Free {
        void operator()(ssl_session_st* session) const;
    };
    using Session = std::unique_ptr<ssl_session_st, Free>;
    struct Kept {
        Session session;
        std::chrono::seconds verified {}; // boot_time() of the handshake that looked at the certificate
    };

    // `server`: the name that was verified, and its port.
    void keep(const std::string& server, Kept kept);
    std::optional<Kept> take(const std::string& server); // the newest that is still good
    void forget(const std::string& server);

private:
    std::mutex mutex_;
    std::map<std::string, std::vector<Kept>, std::less<>> all_;
};

} // namespace dragoman::net
