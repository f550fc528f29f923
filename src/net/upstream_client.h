// The upstream connections of one worker: dialled when needed, kept while they are good, one request at a
// time.
#pragma once

#include "net/proxies.h"
#include "net/resolver.h"
#include "net/trust.h"
#include "net/upstream.h"
#include "net/upstream_answer.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace dragoman::net {

class UpstreamClient final : public Upstream {
public:
    UpstreamClient(Trust trust, Proxies proxies, Lookup lookup = system_lookup);
    ~UpstreamClient() override;

    Task<Result<std::unique_ptr<UpstreamAnswer>>> send(const UpstreamRequest& request) override;
    Task<void> warm_up(Origin origin, Clock::duration connect_time) override;

    void sweep(); // closes what was idle for too long or was closed by the other side; once a second
    void clear();
    std::size_t idle_connections() const;

private:
    Connection take_idle(const Origin& origin);
    void keep(Connection connection);
    Task<Result<Connection>> connect(const UpstreamRequest& request, const std::optional<Proxy>& proxy);
    Task<Result<Socket>> reach(std::string host, std::uint16_t port, Clock::duration connect_time);
    ArrivingAnswer::Keep keep_here() const;

    Trust trust_;
    Proxies proxies_;
    Resolver resolver_;
    std::shared_ptr<UpstreamClient*> self_; // null inside when gone: answers may outlive this
    std::map<Origin, std::vector<Connection>> idle_;
    std::set<Origin> warming_; // to which connections are being opened ahead of requests
};

} // namespace dragoman::net
