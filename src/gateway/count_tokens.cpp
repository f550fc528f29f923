#include "gateway/count_tokens.h"

#include "anthropic/decode_request.h"
#include "base/limits.h"
#include "gateway/plan.h"
#include "json/escape.h"
#include "json/writer.h"
#include "net/background.h"
#include "tokens/request_count.h"

#include <optional>

namespace dragoman::gateway {

namespace {

// What of a count is still to be done: by our own vocabulary, of what the target is shown. A name that no
// model answers to is counted all the same.
struct Counting {
    anthropic::MessagesRequest request;
    Result<route::Target> target;

    tokens::Sent sent() const { return { .pictures = !target || target->facts->takes_images() }; }
    std::uint64_t billed(const Shared& shared, const tokens::RequestCount& count) const
    {
        return target ? shared.calibration.correct(target->model, count.total()) : count.total();
    }
};

Result<Counting> begin_counting(const Shared& shared, json::Document& document, std::string_view body)
{
    ASSIGN_OR_RETURN(request, anthropic::decode_request(document, body));
    auto target = resolve_target(json::unescape(request.model), *shared.live.get(), *shared.catalogues.get());
    return Counting { .request = std::move(request), .target = std::move(target) };
}

Result<std::uint64_t> count(Shared& shared, std::string_view body)
{
    json::Document document;
    ASSIGN_OR_RETURN(counting, begin_counting(shared, document, body));
    return counting.billed(
        shared, tokens::count_request(counting.request, counting.sent(), shared.counted_parts));
}

struct Counted {
    Result<std::uint64_t> tokens;
    std::string body; // goes back to the worker, which uses its memory again
};

// nullopt when too much of it is new to keep other requests waiting for it.
std::optional<Result<std::uint64_t>> count_if_short(Worker& worker, std::string_view body)
{
    if (body.size() > limits::counted_body_on_the_loop)
        return std::nullopt;
    Shared& shared = worker.shared();
    auto counting = begin_counting(shared, worker.document(), body);
    if (!counting)
        return Failure(std::move(counting).error());
    auto counted = tokens::count_if_short(
        counting->request, counting->sent(), shared.counted_parts, limits::counted_on_the_loop);
    if (!counted)
        return std::nullopt;
    return counting->billed(shared, *counted);
}

void learn(Shared& shared, const route::Target& target, std::uint64_t billed_tokens, std::string_view body)
{
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    if (!request)
        return;
    tokens::Sent sent { .pictures = target.facts->takes_images() };
    auto estimated = tokens::count_request(*request, sent, shared.counted_parts).total();
    shared.calibration.learn(target.model, estimated, billed_tokens);
}

} // namespace

net::Task<net::Refusal> count_tokens(Worker& worker, net::ClientRequest& request)
{
    std::string request_id = worker.ids().with_prefix("req_");
    std::optional<Result<std::uint64_t>> at_once = count_if_short(worker, request.body);
    Result<std::uint64_t> counted = 0;
    if (at_once) {
        counted = std::move(*at_once);
    } else {
        auto counting = [&shared = worker.shared(), body = std::move(request.body)]() mutable {
            return Counted { .tokens = count(shared, body), .body = std::move(body) };
        };
        Counted done = co_await net::in_background(counting);
        counted = std::move(done.tokens);
        request.body = std::move(done.body);
    }
    if (!counted)
        co_return render(counted.error(), request_id);
    worker.shared().metrics.counted_tokens();
    std::string body;
    json::Writer json(body);
    json.begin_object().key("input_tokens");
    json.integer(static_cast<std::int64_t>(*counted)).end_object();
    co_return render_json(200, std::move(body), request_id);
}

void learn_in_background(Shared& shared, route::Target target, std::uint64_t billed_tokens, std::string body)
{
    net::post_to_background([&shared, target = std::move(target), billed_tokens, body = std::move(body)] {
        learn(shared, target, billed_tokens, body);
    });
}

} // namespace dragoman::gateway
