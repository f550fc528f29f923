#include "cli/model_choice.h"

#include "cli/catalogue.h"
#include "cli/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace dragoman::cli {
namespace {

using route::ModelFacts;

constexpr std::array<std::string_view, 10> vendors { "anthropic", "openai", "google", "z-ai", "moonshotai",
    "qwen", "deepseek", "minimax", "x-ai", "mistralai" };
constexpr std::uint64_t least_window = 100000; // an agent's prompt and tools take thirty thousand
constexpr double dearest_big = 30e-6; // dollars for a token written
constexpr double dearest_small = 2.5e-6;
constexpr std::size_t recent = 4;
constexpr std::size_t shown = 9;

bool can_be_agent(const ModelFacts& model, Size size)
{
    const double bound = size == Size::big ? dearest_big : dearest_small;
    return model.supported_parameters && model.supports("tools") && model.expires.empty()
        && model.context_length.value_or(0) >= least_window && !model.id.contains(':')
        && model.prices.completion.value_or(bound + 1) <= bound && model.prices.completion.value_or(0) > 0;
}

// The dearest of a vendor's latest few: vendors price by how much a model can do.
route::Catalogue::Facts best_of(const route::Catalogue& catalogue, std::string_view vendor, Size size)
{
    Models own;
    for (const auto& model : catalogue.models())
        if (model->id.starts_with(std::string(vendor) + "/") && can_be_agent(*model, size))
            own.push_back(model);
    std::ranges::stable_sort(
        own, std::ranges::greater(), [](const auto& model) { return model->created.value_or(0); });
    own.resize(std::min(own.size(), recent));
    const auto best = std::ranges::max_element(
        own, {}, [](const auto& model) { return model->prices.completion.value_or(0); });
    return best == own.end() ? nullptr : *best;
}

std::string facts_line(const ModelFacts& model)
{
    std::string line;
    if (model.context_length)
        line += window_text(*model.context_length);
    if (model.prices.prompt && model.prices.completion)
        line += fmt::format(
            "  {} in, {} out", price_text(*model.prices.prompt), price_text(*model.prices.completion));
    if (!model.supports("tools"))
        line += "  no tools";
    return line;
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        if (end > 0)
            words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// The dialogue about one model.
class Chooser {
public:
    Chooser(const Question& question, const route::Catalogue& catalogue, const Style& style)
        : question_(question)
        , catalogue_(catalogue)
        , style_(style)
        , offered_(suggested_models(catalogue, question.size, question.standard, shown))
    {
    }

    std::optional<std::string> run()
    {
        print(numbered_models(offered_, question_.standard, style_));
        for (;;) {
            const auto typed = ask(fmt::format(
                "{} (a number, an id, or words to search) [{}]: ", question_.what, question_.standard));
            if (!typed)
                return std::nullopt;
            if (typed->empty())
                return std::string(question_.standard);
            if (auto chosen = meant(*typed); chosen && is_fine(*chosen))
                return chosen;
        }
    }

private:
    // nullopt: something else was shown instead.
    std::optional<std::string> meant(const std::string& typed)
    {
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
        if (error == std::errc {} && end == typed.data() + typed.size()) {
            if (number >= 1 && number <= offered_.size())
                return offered_[number - 1]->id;
            print(fmt::format("  There are {} in the list.\n", offered_.size()));
            return std::nullopt;
        }
        if (!typed.contains(' ') && (catalogue_.empty() || is_listed(typed, catalogue_)))
            return typed;
        if (auto corrected = catalogue_.corrected(typed))
            return corrected;
        search(typed);
        return std::nullopt;
    }

    void search(const std::string& typed)
    {
        Models found = chosen_models(catalogue_, { .words = words_of(typed) });
        if (found.empty()) {
            const std::string near = nearest_ids(typed, catalogue_, 3);
            print(fmt::format("  Nothing matches {}.{}\n", plain(typed),
                near.empty() ? "" : " The nearest are " + near + "."));
            return;
        }
        std::ranges::stable_sort(
            found, std::ranges::greater(), [](const auto& model) { return model->supports("tools"); });
        const std::size_t all = found.size();
        found.resize(std::min(all, shown));
        offered_ = std::move(found);
        print(numbered_models(offered_, question_.standard, style_));
        if (all > shown)
            print(fmt::format("  and {} more; another word makes them fewer\n", all - shown));
    }

    bool is_fine(const std::string& id) const
    {
        if (catalogue_.facts(id)->supports("tools"))
            return true;
        print(fmt::format("  {} cannot call tools: Claude Code could talk to it, and do nothing.\n", id));
        return confirm("  Take it all the same?", Answer::no);
    }

    Question question_;
    const route::Catalogue& catalogue_;
    Style style_;
    Models offered_;
};

} // namespace

Models suggested_models(
    const route::Catalogue& catalogue, Size size, std::string_view standard, std::size_t count)
{
    Models models;
    const auto add = [&](const route::Catalogue::Facts& model) {
        const bool there = std::ranges::any_of(models, [&](const auto& one) { return one->id == model->id; });
        if (!there && models.size() < count)
            models.push_back(model);
    };
    if (auto known = catalogue.find(standard))
        add(known);
    bool known_vendors = false;
    for (const std::string_view vendor : vendors) {
        if (auto best = best_of(catalogue, vendor, size)) {
            known_vendors = true;
            add(best);
        }
    }
    // A server with models of its own: whatever it has.
    if (!known_vendors)
        for (const auto& model : catalogue.models())
            add(model);
    return models;
}

Result<std::string> checked_model(std::string_view id, const route::Catalogue& catalogue)
{
    if (catalogue.empty() || is_listed(id, catalogue))
        return std::string(id);
    if (auto corrected = catalogue.corrected(id))
        return *corrected;
    const std::string near = nearest_ids(id, catalogue, 3);
    return Failure(Error::bad_request(fmt::format("the upstream has no model {}{}", plain(id),
        near.empty() ? "; `dragoman models WORDS` finds one" : "; the nearest are " + near)));
}

std::string numbered_models(const Models& models, std::string_view standard, const Style& style)
{
    std::size_t width = 0;
    for (const auto& model : models)
        width = std::max(width, columns_of(model->id));
    std::string text;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::string line = fmt::format(
            "  {}  {}  {}", i + 1, pad_right(plain(models[i]->id), width), facts_line(*models[i]));
        text += (models[i]->id == standard ? style.bold(line) : line) + "\n";
    }
    return text;
}

std::optional<std::string> choose_model(
    const Question& question, const route::Catalogue& catalogue, const Style& style)
{
    return Chooser(question, catalogue, style).run();
}

} // namespace dragoman::cli
