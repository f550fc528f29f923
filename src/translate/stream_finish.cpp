// The end of a translated answer: what is still to be written, why it ended, and what it cost.
#include "json/escape.h"
#include "translate/stream_translator.h"
#include "translate/usage.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::translate {

namespace {

constexpr std::size_t explanation_bytes = 400;

} // namespace

Result<void> StreamTranslator::finish()
{
    if (finished_)
        return {};
    if (auto checked = check_finish(); !checked)
        return checked;
    flush_text(is_cut_off());
    tools_.finish();
    Usage usage = final_usage();
    if (auto overflow = silent_overflow(usage))
        return Failure(std::move(*overflow));
    finished_ = true;
    blocks_.start();
    write_footer();
    blocks_.finish();
    write_search();
    if (searches_ > 0 && !usage.web_search_requests)
        usage.web_search_requests = searches_;
    facts_.usage = usage;
    anthropic::MessageEnd end = message_end(usage);
    facts_.stop_reason = end.stop_reason;
    blocks_.next_block().message_end(end);
    return {};
}

// The end of the connection alone proves nothing: it may have been cut.
Result<void> StreamTranslator::check_finish() const
{
    if (filter_.stopped() || finish_.seen())
        return {};
    if (!end_marker_)
        return Failure(Error::upstream_protocol(substance_ ? "the upstream's answer ended in the middle"
                                                           : "the upstream ended without an answer"));
    if (!substance_ && !usage_)
        return Failure(Error::upstream_protocol("the upstream's answer was empty"));
    return {};
}

Usage StreamTranslator::final_usage() const
{
    Usage estimate = estimate_usage(plan_.estimated_input, blocks_.output_bytes());
    if (!usage_ || (!usage_->prompt_tokens && !usage_->completion_tokens))
        return estimate;
    // A missing count must not look like zero: clients decide by it when to compact.
    Usage usage = to_usage(*usage_);
    usage.estimated = !usage_->prompt_tokens || !usage_->completion_tokens;
    if (!usage_->prompt_tokens && usage.prompt_tokens() == 0)
        usage.input_tokens = estimate.input_tokens;
    if (!usage_->completion_tokens && usage.output_tokens == 0)
        usage.output_tokens = estimate.output_tokens;
    return usage;
}

bool StreamTranslator::window_is_full(const Usage& usage) const
{
    return plan_.context_length && !usage.estimated
        && usage.prompt_tokens() + usage.output_tokens >= *plan_.context_length;
}

// Some upstreams take a prompt that does not fit, and then say nothing.
std::optional<Error> StreamTranslator::silent_overflow(const Usage& usage) const
{
    if (substance_ || blocks_.started() || !plan_.context_length || usage.estimated || plan_.prewarm)
        return std::nullopt;
    std::uint64_t window = *plan_.context_length;
    std::uint64_t prompt = usage.prompt_tokens();
    bool cut_off = is_cut_off() && usage.output_tokens == 0 && prompt >= window / 100 * 99;
    if (!cut_off && prompt <= window)
        return std::nullopt;
    Error error { .kind = Error::Kind::bad_request, .source = Error::Source::upstream };
    error.message =
        fmt::format("prompt is too long: {} tokens > {} maximum", std::max(prompt, window + 1), window);
    return error;
}

void StreamTranslator::write_footer()
{
    bool wanted = plan_.sources_footer && !plan_.web_search && !citations_.empty();
    if (!wanted || !blocks_.has_text() || blocks_.has_tools())
        return;
    std::string footer = citations_.footer();
    blocks_.text({ footer });
}

// A request that wants nothing but a search gets to know whether there was one.
void StreamTranslator::write_search()
{
    if (!plan_.web_search)
        return;
    bool only_search = plan_.declared_tools.size() <= 1 && !blocks_.has_tools();
    bool searched = usage_ && usage_->web_search_requests.value_or(0) > 0;
    if (!citations_.empty() || (searches_ == 0 && only_search && searched)) {
        citations_.write_search(blocks_.next_block(), ids_, search_query());
        ++searches_;
    } else if (searches_ == 0 && only_search) {
        write_failed_search(blocks_.next_block(), ids_, search_query());
    }
}

anthropic::MessageEnd StreamTranslator::message_end(const Usage& usage)
{
    anthropic::MessageEnd end { .stop_reason = stop_reason(usage),
        .usage = to_message_usage(usage, plan_.cache_ttl_1h) };
    if (service_tier_ == "priority")
        end.usage.service_tier = service_tier_;
    if (end.stop_reason == "stop_sequence") {
        stop_sequence_ = filter_.stopped();
        if (!stop_sequence_ && !finish_.matched_stop().empty())
            stop_sequence_ = finish_.matched_stop();
        if (!stop_sequence_ && plan_.stop_sequences.size() == 1)
            stop_sequence_ = plan_.stop_sequences.front();
        if (stop_sequence_)
            end.stop_sequence = *stop_sequence_;
    }
    if (end.stop_reason == "refusal") {
        if (refusal_.empty())
            refusal_ = json::escape(finish_.native().empty() ? "content_filter" : finish_.native());
        end.refusal_explanation = json::clip({ refusal_ }, explanation_bytes);
    }
    return end;
}

std::string_view StreamTranslator::stop_reason(const Usage& usage) const
{
    if (filter_.stopped())
        return "stop_sequence";
    if (plan_.prewarm)
        return "max_tokens";
    switch (finish_.kind()) {
    case FinishKind::length:
        return window_is_full(usage) ? "model_context_window_exceeded" : "max_tokens";
    case FinishKind::window_full:
        return "model_context_window_exceeded";
    case FinishKind::refusal:
        return "refusal";
    case FinishKind::malformed_call:
        return "tool_use"; // Without a block, this makes the client ask for the call again.
    default:
        break;
    }
    if (refused_)
        return "refusal";
    // Without any finish reason, half a call is none.
    if (blocks_.has_tools() && (finish_.seen() || tools_.has_complete_call()))
        return "tool_use";
    if (tools_.dropped_any() && !blocks_.has_text())
        return "tool_use";
    bool native = finish_.native() == "stop_sequence" && !plan_.stop_sequences.empty();
    bool named = std::find(plan_.stop_sequences.begin(), plan_.stop_sequences.end(), finish_.matched_stop())
        != plan_.stop_sequences.end();
    return native || named ? "stop_sequence" : "end_turn";
}

} // namespace dragoman::translate
