#include "tokens/calibration.h"

#include "base/limits.h"
#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dragoman::tokens {

namespace {

constexpr std::uint64_t tokens_min = 64; // below, frames weigh more than text
constexpr double absurd_min = 0.1; // no tokenizer differs as much: another prompt was billed
constexpr double absurd_max = 10;
constexpr double newest_weight = 0.15; // once there are enough samples
constexpr std::size_t name_max = 256;
constexpr std::size_t depth_max = 8;

// "openai/gpt-oss-120b" of "openai/gpt-oss-120b:free": the same weights, the same tokenizer.
std::string_view key_of(std::string_view model)
{
    return model.substr(0, std::min(model.find(':'), name_max));
}

// Claude's tokenizer makes more of the same text than o200k does.
double starting_ratio(std::string_view model)
{
    return model.starts_with("anthropic/") || model.starts_with("~anthropic/") ? 1.2 : 1.0;
}

double bounded(double ratio) { return std::clamp(ratio, Calibration::ratio_min, Calibration::ratio_max); }

} // namespace

void Calibration::learn(std::string_view model, std::uint64_t estimated, std::uint64_t billed)
{
    if (model.empty() || estimated < tokens_min || billed < tokens_min)
        return;
    const double sample = static_cast<double>(billed) / static_cast<double>(estimated);
    if (sample < absurd_min || sample > absurd_max)
        return;
    const std::scoped_lock lock(mutex_);
    const auto key = key_of(model);
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        make_room();
        found = entries_.emplace(key, Entry {}).first;
    }
    auto& entry = found->second;
    const double weight = std::max(newest_weight, 1.0 / static_cast<double>(entry.samples + 1));
    entry.ratio += weight * (bounded(sample) - entry.ratio);
    ++entry.samples;
    entry.heard_at = ++samples_;
}

void Calibration::make_room()
{
    if (entries_.size() < models_max)
        return;
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.heard_at < b.second.heard_at; }));
}

double Calibration::ratio(std::string_view model) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key_of(model));
    return found == entries_.end() ? starting_ratio(model) : found->second.ratio;
}

std::uint64_t Calibration::correct(std::string_view model, std::uint64_t estimated) const
{
    const double corrected = std::ceil(static_cast<double>(estimated) * ratio(model));
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(corrected));
}

std::uint64_t Calibration::samples(std::string_view model) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key_of(model));
    return found == entries_.end() ? 0 : found->second.samples;
}

std::uint64_t Calibration::samples() const
{
    const std::scoped_lock lock(mutex_);
    return samples_;
}

std::string Calibration::save() const
{
    const std::scoped_lock lock(mutex_);
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("version").integer(1).key("models").begin_object();
    for (const auto& [model, entry] : entries_) {
        const auto ratio = fmt::format("{:.4f}", entry.ratio);
        const auto name = json::escape(model);
        writer.key(json::RawString { name }).begin_object().key("ratio").raw({ ratio });
        writer.key("samples").integer(static_cast<std::int64_t>(entry.samples)).end_object();
    }
    writer.end_object().end_object();
    return out + "\n";
}

Result<void> Calibration::load(std::string_view text)
{
    json::Document document;
    ASSIGN_OR_RETURN(root, document.parse(text, depth_max));
    const auto object = root.object();
    const auto version = object ? object->find("version") : std::nullopt;
    const auto found = object ? object->find("models") : std::nullopt;
    const auto models = found ? found->object() : std::nullopt;
    if (!version || version->integer() != 1 || !models)
        return Failure(Error::bad_request("not a calibration of version 1"));
    Entries entries;
    for (const auto field : *models) {
        const auto entry = field.value.object();
        const auto ratio = entry ? entry->find("ratio") : std::nullopt;
        const auto samples = entry ? entry->find("samples") : std::nullopt;
        const auto name = json::unescape(field.key);
        if (!ratio || !ratio->number() || !samples || samples->integer().value_or(0) < 1 || name.empty()
            || name.size() > name_max || entries.size() == models_max)
            continue;
        entries[name] = { .ratio = bounded(*ratio->number()),
            .samples = static_cast<std::uint64_t>(*samples->integer()) };
    }
    const std::scoped_lock lock(mutex_);
    entries_ = std::move(entries);
    return {};
}

} // namespace dragoman::tokens
