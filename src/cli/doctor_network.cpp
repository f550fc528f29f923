// Names, sockets, certificates, proxies, and the clock.
#include "cli/doctor_checks.h"
#include "net/descriptor.h"
#include "net/proxies.h"
#include "net/trust.h"
#include "net/upstream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

namespace dragoman::cli {
namespace {

constexpr int connect_ms = 5000;
constexpr std::int64_t skew_max_s = 300;

struct Peer {
    std::string host {};
    std::uint16_t port = 0;
    std::string what {}; // "openrouter.ai", "the proxy http://…"
};

// Whom this machine talks to: the upstream, or the proxy in front of it.
Result<Peer> peer_of(const Examined& examined)
{
    ASSIGN_OR_RETURN(url, net::parse_url(examined.upstream.base_url));
    ASSIGN_OR_RETURN(proxies, net::Proxies::from(examined.environment()));
    if (const auto proxy = proxies.proxy_for(url.origin))
        return Peer { proxy->host, proxy->port, "the proxy " + proxy->describe() };
    return Peer { url.origin.host, url.origin.port, url.origin.text() };
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> look_up(const Peer& peer)
{
    addrinfo hints {};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(peer.host.c_str(), std::to_string(peer.port).c_str(), &hints, &list);
    if (code != 0)
        return Failure(Error::unreachable(::gai_strerror(code)));
    return Addresses(list);
}

// 0, or the error number.
int connect_to(const addrinfo& where)
{
    const net::Descriptor fd(
        ::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol));
    if (fd.get() < 0)
        return errno;
    if (::connect(fd.get(), where.ai_addr, where.ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    pollfd waiting { fd.get(), POLLOUT, 0 };
    if (::poll(&waiting, 1, connect_ms) <= 0)
        return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

void check_socket(const Examined& examined, const Peer& peer, const addrinfo* addresses)
{
    int error = 0;
    for (const addrinfo* one = addresses; one != nullptr; one = one->ai_next)
        if (error = connect_to(*one); error == 0)
            return examined.findings.ok("network", fmt::format("{} takes connections", peer.what));
    examined.findings.failure("network",
        fmt::format("{} takes no connections: {}", peer.what, std::strerror(error)),
        "a firewall, a proxy that is needed and not set (HTTPS_PROXY), or a server that is down");
}

} // namespace

void check_proxies(const Examined& examined)
{
    const auto proxies = net::Proxies::from(examined.environment());
    if (!proxies)
        return examined.findings.failure("proxy", proxies.error().message,
            "HTTPS_PROXY and ALL_PROXY are written as http://user:password@host:port");
    const std::string all = proxies->describe();
    if (all.empty())
        return examined.findings.ok("proxy", "none is set");
    std::string unused;
    for (const config::Upstream& upstream : examined.config.upstreams) {
        const auto url = net::parse_url(upstream.base_url);
        if (!url || !proxies->proxy_for(url->origin))
            unused += (unused.empty() ? "" : ", ") + upstream.name;
    }
    if (!unused.empty() && examined.config.upstreams.size() == 1)
        unused = "this upstream";
    examined.findings.ok("proxy",
        unused.empty() ? all
                       : fmt::format("{}; not for {} (NO_PROXY, or it is on this machine)", all, unused));
}

void check_certificates(const Examined& examined)
{
    if (std::ranges::none_of(examined.config.upstreams,
            [](const config::Upstream& one) { return one.base_url.starts_with("https://"); }))
        return;
    const auto trust = net::Trust::load(examined.environment());
    const auto usable = trust ? trust->read() : Failure(trust.error());
    if (!usable)
        return examined.findings.failure("certificates", usable.error().message,
            "install ca-certificates, or name a bundle with SSL_CERT_FILE");
    const auto file = lookup(examined.environment(), "SSL_CERT_FILE");
    const auto folder = lookup(examined.environment(), "SSL_CERT_DIR");
    examined.findings.ok("certificates",
        file         ? fmt::format("those of SSL_CERT_FILE={}", *file)
            : folder ? fmt::format("those of SSL_CERT_DIR={}", *folder)
                     : "the system's");
}

void check_reachable(const Examined& examined)
{
    const auto peer = peer_of(examined);
    if (!peer)
        return; // said by check_proxies, or by the configuration
    const auto addresses = look_up(*peer);
    if (!addresses)
        return examined.findings.failure("network",
            fmt::format("the name {} cannot be resolved: {}", peer->host, addresses.error().message),
            "no network, or a name server that does not answer (/etc/resolv.conf)");
    check_socket(examined, *peer, addresses->get());
}

void check_answers(const Examined& examined, const KeyReport& report)
{
    const std::string& base = examined.upstream.base_url;
    if (report.status != 0)
        return examined.findings.ok("network", fmt::format("{} answers", base));
    const bool tls = report.trouble.contains("certificate") || report.trouble.contains("TLS");
    examined.findings.failure("network", fmt::format("{} does not answer: {}", base, report.trouble),
        tls ? "a proxy that opens TLS, or an own certificate: name its bundle with SSL_CERT_FILE"
            : "the findings above say where it ends");
}

void check_clock(Findings& findings, std::string_view date, std::int64_t now)
{
    std::tm parts {};
    const std::string text(date);
    if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr)
        return;
    const std::int64_t ahead = now - ::timegm(&parts);
    if (std::abs(ahead) <= skew_max_s)
        return findings.ok("clock", "agrees with the upstream's");
    findings.warning("clock",
        fmt::format(
            "this machine's clock is {} {}", age_text(std::abs(ahead)), ahead > 0 ? "ahead" : "behind"),
        "set it (timedatectl set-ntp true): certificates are checked by it");
}

} // namespace dragoman::cli
