#include "net/resolver.h"

#include "base/limits.h"
#include "net/background.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <netdb.h>
#include <optional>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
constexpr auto fresh_for =
    std::chrono::seconds(30); // getaddrinfo() does not tell how long a name server meant
constexpr auto stale_for = std::chrono::hours(1);
constexpr std::size_t names_max = 256;

Addresses take_turns(const Addresses& addresses)
{
    Addresses first, second, all;
    for (const auto& address : addresses)
        (address.protocol() == addresses.front().protocol() ? first : second).push_back(address);
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            all.push_back(first[i]);
        if (i < second.size())
            all.push_back(second[i]);
    }
    return all;
}

struct LookedUp {
    std::optional<Result<Addresses>> result;
};

} // namespace

Result<Addresses> system_lookup(const std::string& host, std::uint16_t port)
{
    addrinfo hints {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    if (host == "localhost")
        hints.ai_flags = AI_NUMERICSERV; // A machine without a network still has itself.
    addrinfo* list = nullptr;
    int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (code != 0)
        return Failure(Error::unreachable(gai_strerror(code)));
    Addresses addresses;
    for (addrinfo* entry = list; entry; entry = entry->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (entry->ai_addrlen > endpoint.capacity())
            continue;
        std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
            reinterpret_cast<char*>(endpoint.data()));
        endpoint.resize(entry->ai_addrlen);
        addresses.push_back(endpoint);
    }
    freeaddrinfo(list);
    return addresses;
}

Task<Result<Addresses>> Resolver::resolve(std::string host, std::uint16_t port)
{
    boost::system::error_code not_numeric;
    auto literal = asio::ip::make_address(host, not_numeric);
    if (!not_numeric)
        co_return Addresses { { literal, port } };
    std::string key = fmt::format("{}:{}", host, port);
    TimePoint now = Clock::now();
    if (auto known = known_.find(key); known != known_.end() && now - known->second.since < fresh_for)
        co_return known->second.addresses;

    auto looked_up = std::make_shared<LookedUp>();
    std::function<void()> work = [looked_up, lookup = lookup_, host, port] {
        looked_up->result.emplace(lookup(host, port));
    };
    bool ended = co_await detail::run_on_own_thread(std::move(work), now + limits::resolve_time);
    bool in_time = ended && looked_up->result;
    if (in_time && *looked_up->result && !(*looked_up->result)->empty()) {
        Addresses addresses = take_turns(**looked_up->result);
        if (known_.size() >= names_max)
            known_.clear();
        known_.insert_or_assign(key, Known { addresses, now });
        co_return addresses;
    }
    if (auto known = known_.find(key); known != known_.end() && now - known->second.since < stale_for)
        co_return known->second.addresses;
    std::string why = "the name servers did not answer in time";
    if (in_time)
        why = *looked_up->result ? "the name has no address" : looked_up->result->error().message;
    co_return Failure(Error::unreachable(std::move(why)));
}

} // namespace dragoman::net
