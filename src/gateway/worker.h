// What one worker answers its requests with: the handler that net calls, and the memory that requests reuse.
#pragma once

#include "base/id_source.h"
#include "gateway/endpoints.h"
#include "gateway/plan.h"
#include "gateway/respond.h"
#include "gateway/shared.h"
#include "json/document.h"
#include "net/server.h"

#include <memory>
#include <optional>
#include <string>

namespace dragoman::gateway {

class Worker final : public net::Handler {
public:
    Worker(net::WorkerContext& context, Shared& shared);

    std::optional<net::Refusal> admit(const net::RequestHead& head) override;
    net::Refusal refusal(int status, const Error& error, const net::RequestHead* head) override;
    net::Task<void> handle(net::ClientRequest& request, net::ResponseWriter& response) override;
    void rest() override;

    net::WorkerContext& context() { return context_; }
    Shared& shared() { return shared_; }
    const std::shared_ptr<const config::Config>& config() { return config_.get(); }
    const std::shared_ptr<const Catalogues>& catalogues() { return catalogues_.get(); }
    IdSource& ids() { return ids_; }
    json::Document& document() { return document_; } // for use between two awaits
    const std::shared_ptr<const Routing>& routing(const std::shared_ptr<const config::Config>& config);
    // What names led to with these two; another one when either is.
    const std::shared_ptr<Resolved>& resolved(const std::shared_ptr<const config::Config>& config,
        const std::shared_ptr<const Catalogues>& catalogues);

private:
    // What needs no upstream.
    net::Task<void> serve_here(net::ClientRequest& request, net::ResponseWriter& response);
    net::Task<net::Refusal> answer_here(const Route& route, net::ClientRequest& request);

    net::WorkerContext& context_;
    Shared& shared_;
    Published<config::Config>::Reader config_;
    Published<Catalogues>::Reader catalogues_;
    RandomIds ids_;
    json::Document document_;
    std::shared_ptr<const config::Config> routing_from_;
    std::shared_ptr<const Routing> routing_;
    std::shared_ptr<const Catalogues> resolved_from_; // and routing_from_; null: there is nothing yet
    std::shared_ptr<Resolved> resolved_;
};

} // namespace dragoman::gateway
