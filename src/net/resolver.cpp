#include "net/resolver.h"

#include "base/limits.h"
#include "net/background.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <netdb.h>
#include <optional>
#include <utility>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
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
    Name name { std::move(host), port };
    auto known = all_->known.find(name);
    if (known == all_->known.end() || known->second.is_doubtful
        || Clock::now() - known->second.since >= times_.stale) {
        Result<Addresses> found = co_await look_up(all_, std::move(name), times_.stale);
        co_return found;
    }
    Addresses addresses = known->second.addresses;
    if (Clock::now() - known->second.since >= times_.fresh
        && !std::exchange(known->second.is_renewed, true)) {
        auto worker = co_await asio::this_coro::executor;
        asio::co_spawn(worker, renew(all_, std::move(name), times_.stale), asio::detached);
    }
    co_return addresses;
}

bool Resolver::doubt(const std::string& host, std::uint16_t port)
{
    auto known = all_->known.find(Name { host, port });
    if (known == all_->known.end() || Clock::now() - known->second.since < times_.beyond_doubt)
        return false;
    known->second.is_doubtful = true;
    return true;
}

Task<void> Resolver::renew(std::shared_ptr<All> all, Name name, Clock::duration stale)
{
    (void)co_await look_up(all, name, stale);
    if (auto known = all->known.find(name); known != all->known.end())
        known->second.is_renewed = false;
}

Task<Result<Addresses>> Resolver::look_up(std::shared_ptr<All> all, Name name, Clock::duration stale)
{
    TimePoint now = Clock::now();
    auto looked_up = std::make_shared<LookedUp>();
    std::function<void()> work = [looked_up, lookup = all->lookup, name] {
        looked_up->result.emplace(lookup(name.host, name.port));
    };
    bool ended = co_await detail::run_on_own_thread(std::move(work), now + limits::resolve_time);
    bool in_time = ended && looked_up->result;
    if (in_time && *looked_up->result && !(*looked_up->result)->empty()) {
        Addresses addresses = take_turns(**looked_up->result);
        if (all->known.size() >= names_max)
            all->known.clear();
        all->known.insert_or_assign(name, Known { addresses, now });
        co_return addresses;
    }
    if (auto known = all->known.find(name); known != all->known.end() && now - known->second.since < stale)
        co_return known->second.addresses;
    std::string why = "the name servers did not answer in time";
    if (in_time)
        why = *looked_up->result ? "the name has no address" : looked_up->result->error().message;
    co_return Failure(Error::unreachable(std::move(why)));
}

} // namespace dragoman::net
