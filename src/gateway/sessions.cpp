#include "gateway/sessions.h"

#include <algorithm>

namespace dragoman::gateway {

namespace {

void add(std::uint64_t& sum, std::optional<std::int64_t> number)
{
    if (number && *number > 0)
        sum += static_cast<std::uint64_t>(*number);
}

void note_answering(std::vector<SessionFigures::Answering>& all, SessionFigures::Answering now)
{
    std::erase_if(all, [&](const auto& known) { return known.client_model == now.client_model; });
    if (all.size() == Sessions::names_max)
        all.pop_back();
    all.insert(all.begin(), std::move(now));
}

} // namespace

bool Sessions::is_id(std::string_view id)
{
    return !id.empty() && id.size() <= id_max && std::ranges::all_of(id, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'
            || c == '_' || c == '.';
    });
}

void Sessions::note(
    const std::string& id, const RequestRecord& record, std::optional<std::uint64_t> context_window)
{
    if (!is_id(id))
        return;
    const bool answered = record.outcome == RequestRecord::Outcome::ok && record.upstream_status != 0
        && record.client_model.size() <= name_max && record.upstream_model.size() <= name_max;
    const std::scoped_lock lock(mutex_);
    SessionFigures& figures = figures_of(id);
    ++figures.requests;
    add(figures.input_tokens, record.input_tokens);
    add(figures.cached_tokens, record.cached_tokens);
    add(figures.output_tokens, record.output_tokens);
    if (record.cost_usd_micros)
        figures.cost_usd_micros = figures.cost_usd_micros.value_or(0)
            + static_cast<std::uint64_t>(std::max<std::int64_t>(*record.cost_usd_micros, 0));
    if (answered)
        note_answering(figures.answering,
            { .client_model = record.client_model,
                .model = record.upstream_model,
                .provider = record.provider,
                .context_window = context_window });
}

SessionFigures& Sessions::figures_of(const std::string& id)
{
    if (const auto known = by_id_.find(id); known != by_id_.end()) {
        order_.splice(order_.begin(), order_, known->second);
        return order_.front().figures;
    }
    if (order_.size() == kept_max) {
        by_id_.erase(order_.back().id);
        order_.pop_back();
    }
    order_.push_front({ .id = id });
    by_id_.emplace(order_.front().id, order_.begin());
    return order_.front().figures;
}

std::optional<SessionFigures> Sessions::find(std::string_view id) const
{
    const std::scoped_lock lock(mutex_);
    const auto known = by_id_.find(id);
    return known == by_id_.end() ? std::nullopt : std::optional(known->second->figures);
}

std::size_t Sessions::size() const
{
    const std::scoped_lock lock(mutex_);
    return order_.size();
}

} // namespace dragoman::gateway
