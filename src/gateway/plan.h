// Where one request may go: its targets, in the order in which they are tried.
//
// A client's own word counts first (a route or a target in x-dragoman-route, "upstream/model" as the model),
// then the first route that fits, then the model's name alone. A target is worked out when its turn comes, so
// that a request whose first target answers pays for one.
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "config/config.h"
#include "gateway/catalogues.h"
#include "gateway/resolved.h"
#include "gateway/upstream_urls.h"
#include "route/model_facts.h"
#include "route/models_list.h"
#include "route/resolve.h"
#include "route/route_table.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::gateway {

// What a configuration says about names, routes and addresses, made once for each.
struct Routing {
    std::vector<route::Rules> rules; // of each upstream, in the configuration's order
    std::vector<route::Rules>
        alone; // the same where an upstream is named without a model: only models of its own
    std::vector<UpstreamUrls> urls; // likewise
    bool weighs = false; // a route looks at the length of a conversation
    bool looks_for_media = false;
};
Routing routing_of(const config::Config& config);

// What a client says about where its request shall go, besides its model.
struct Wish {
    std::string_view route {}; // x-dragoman-route
    std::string_view agent_id {}; // x-claude-code-agent-id
};

// One target, ready to be asked.
struct Place {
    std::size_t upstream = 0; // of the configuration's
    Resolved::Target target {}; // null while nothing was chosen
    const route::RouteTarget* asked = nullptr; // what the route asks of this place only; null: nothing
};

class Plan {
public:
    // The configuration, the catalogues and the name that is chosen by must outlive the plan. Errors are the
    // client's. What is `resolved` belongs to this configuration and these catalogues.
    Plan(const config::Config& config, std::shared_ptr<const Routing> routing, const Catalogues& catalogues,
        std::shared_ptr<Resolved> resolved = std::make_shared<Resolved>())
        : config_(config)
        , routing_(std::move(routing))
        , catalogues_(catalogues)
        , resolved_(std::move(resolved))
    {
    }
    Result<void> choose(
        std::string_view client_model, const Wish& wish, const anthropic::MessagesRequest& request);
    Result<void> choose(std::string_view client_model, const route::Aspects& aspects); // of what kind it is
    Result<void> choose(std::string_view client_model); // by the name alone, as for a request without content

    std::size_t size() const { return route_ != nullptr ? route_->targets.size() : 1; }
    Result<Place> place(std::size_t position) const;
    const route::Route* route() const { return route_; } // null: the model's name decides
    bool is_by_name() const { return by_name_; } // the client's model is the name of a route or an upstream

    // Where its requests go; valid as long as the plan.
    const Result<net::Url>& url(const Place& place) const
    {
        return routing_->urls[place.upstream].of(*place.target);
    }

private:
    bool looks_at_routes() const;
    Result<bool> take_wish(std::string_view wanted);
    Result<bool> take_place_of_name();
    Result<void> take_name();
    Result<std::string> slug_of_main() const; // of the client's model
    Result<std::string> model_alone(std::size_t upstream) const; // where only the upstream is named
    Place settle(std::size_t upstream, std::string_view model, const route::RouteTarget* asked) const;

    const config::Config& config_;
    std::shared_ptr<const Routing> routing_;
    const Catalogues& catalogues_;
    std::shared_ptr<Resolved> resolved_;
    const route::Route* route_ = nullptr;
    std::string_view client_model_ {};
    bool by_name_ = false;
    std::size_t upstream_ = 0; // without a route
    std::string model_ {};
};

// What a model's name alone leads to first.
Result<route::Target> resolve_target(
    std::string_view client_model, const config::Config& config, const Catalogues& catalogues);

// The same for lists of models: those of other upstreams than the first have the upstream's name in front.
// Everything it is made of must outlive it.
route::Lookup lookup_of(const config::Config& config, const Catalogues& catalogues);
std::vector<std::string> models_of_other_upstreams(
    const config::Config& config, const Catalogues& catalogues);

// "home/qwen3-coder" is qwen3-coder at home if there is an upstream of that name, and otherwise, as it is, a
// model of the first one. OpenRouter's own slugs ("openrouter/auto") stay whole.
struct NamedModel {
    std::size_t upstream = 0;
    std::string_view model {}; // a part of what was given
    bool names_upstream = false;
};
NamedModel named_model(std::string_view slug, const config::Config& config);

} // namespace dragoman::gateway
