#include "gateway/count_tokens.h"

#include "anthropic/decode_request.h"
#include "gateway/targets.h"
#include "json/escape.h"
#include "json/writer.h"
#include "net/background.h"
#include "tokens/request_count.h"

namespace dragoman::gateway {

namespace {

constexpr std::size_t counted_on_the_loop = 8 * limits::KiB; // takes less time than a hand-off
constexpr std::uint64_t samples_of_a_known_model = 20;
constexpr std::uint64_t sample_every = 16;

// By our own vocabulary, of what the target is shown.
std::uint64_t estimate(const anthropic::MessagesRequest& request, const route::Target& target)
{
    return tokens::count_request(request, { .pictures = target.facts->takes_images() }).total();
}

// What the upstream model that would answer would bill. A name that no model answers to is counted all the
// same.
Result<std::uint64_t> count(const Shared& shared, std::string_view body)
{
    json::Document document;
    ASSIGN_OR_RETURN(request, anthropic::decode_request(document, body));
    auto target = resolve_target(json::unescape(request.model), *shared.live.get(), *shared.catalogue.get());
    if (!target)
        return tokens::count_request(request).total();
    return shared.calibration.correct(target->model, estimate(request, *target));
}

void learn(Shared& shared, const route::Target& target, std::uint64_t billed_tokens, std::string_view body)
{
    json::Document document;
    if (auto request = anthropic::decode_request(document, body))
        shared.calibration.learn(target.model, estimate(*request, target), billed_tokens);
}

} // namespace

net::Task<net::Refusal> count_tokens(Worker& worker, net::ClientRequest& request)
{
    std::string request_id = worker.ids().with_prefix("req_");
    const Shared& shared = worker.shared();
    bool counting_is_short = request.body.size() <= counted_on_the_loop;
    Result<std::uint64_t> counted = 0;
    auto counting = [&shared, body = std::move(request.body)] { return count(shared, body); };
    if (counting_is_short)
        counted = counting();
    else
        counted = co_await net::in_background(counting);
    if (!counted)
        co_return render(counted.error(), request_id);
    worker.shared().metrics.counted_tokens();
    std::string body;
    json::Writer json(body);
    json.begin_object().key("input_tokens");
    json.integer(static_cast<std::int64_t>(*counted)).end_object();
    co_return render_json(200, std::move(body), request_id);
}

bool wants_sample(Shared& shared, std::string_view model)
{
    std::uint64_t known = shared.calibration.samples(model);
    std::uint64_t now = shared.requests.load(std::memory_order_relaxed);
    return known < samples_of_a_known_model || now % sample_every == 0;
}

void learn_in_background(Shared& shared, route::Target target, std::uint64_t billed_tokens, std::string body)
{
    net::post_to_background([&shared, target = std::move(target), billed_tokens, body = std::move(body)] {
        learn(shared, target, billed_tokens, body);
    });
}

} // namespace dragoman::gateway
