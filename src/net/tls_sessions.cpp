#include "net/tls_sessions.h"

#include "net/upstream_connection.h"

#include <openssl/ssl.h>

namespace dragoman::net {
namespace {

constexpr std::size_t per_server_max = 8; // a server gives two with each handshake
constexpr std::size_t servers_max = 32;
constexpr std::chrono::hours verified_for { 1 }; // then a certificate that was withdrawn is noticed

bool is_good(const TlsSessions::Kept& kept)
{
    return boot_time() - kept.verified < verified_for && SSL_SESSION_is_resumable(kept.session.get()) == 1;
}

} // namespace

void TlsSessions::Free::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }

void TlsSessions::keep(const std::string& server, Kept kept)
{
    std::lock_guard lock(mutex_);
    if (!all_.contains(server) && all_.size() >= servers_max)
        all_.clear();
    std::vector<Kept>& own = all_[server];
    if (own.size() >= per_server_max)
        own.erase(own.begin());
    own.push_back(std::move(kept));
}

std::optional<TlsSessions::Kept> TlsSessions::take(const std::string& server)
{
    std::lock_guard lock(mutex_);
    auto found = all_.find(server);
    if (found == all_.end())
        return std::nullopt;
    std::vector<Kept>& own = found->second;
    std::erase_if(own, [](const Kept& kept) { return !is_good(kept); });
    if (own.empty())
        return std::nullopt;
    SSL_SESSION* newest = own.back().session.get();
    if (SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION) { // made to be used again
        SSL_SESSION_up_ref(newest);
        return Kept { .session = Session(newest), .verified = own.back().verified };
    }
    std::optional<Kept> taken(std::move(own.back()));
    own.pop_back();
    return taken;
}

void TlsSessions::forget(const std::string& server)
{
    std::lock_guard lock(mutex_);
    if (auto found = all_.find(server); found != all_.end())
        all_.erase(found);
}

} // namespace dragoman::net
