#include "route/resolve.h"

#include "route/model_pattern.h"
#include "route/model_quirks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace dragoman::route {

namespace {

using std::string_view;

constexpr std::size_t name_max = 256;
constexpr std::size_t suggestions = 3;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lower_case(string_view name)
{
    std::string result(name);
    std::transform(result.begin(), result.end(), result.begin(), lowered);
    return result;
}

constexpr bool is_name_character(char c)
{
    return is_digit(c) || (lowered(c) >= 'a' && lowered(c) <= 'z')
        || string_view("-_./:~@+=#").find(c) != string_view::npos;
}

Error hostile()
{
    auto error = Error::bad_request("model: this is not a name that a model could have");
    error.should_retry = false;
    return error;
}

std::vector<std::string> known_names(const Rules& rules, const Catalogue& catalogue)
{
    std::vector<std::string> names { rules.big, rules.middle, rules.small };
    for (const auto& mapping : rules.map)
        if (mapping.from.find('*') == std::string::npos)
            names.push_back(mapping.from);
    for (const auto& model : catalogue.models())
        names.push_back(model->id);
    names.insert(names.end(), rules.places.begin(), rules.places.end());
    return names;
}

Error unknown(string_view name, const Rules& rules, const Catalogue& catalogue)
{
    auto names = nearest(name, known_names(rules, catalogue), suggestions);
    const auto hint = names.empty() ? fmt::format("a model is named as vendor/model, such as {}", rules.big)
                                    : fmt::format("did you mean {}?", fmt::join(names, ", "));
    return { .kind = Error::Kind::not_found,
        .source = Error::Source::client,
        .message = fmt::format("model: {} is not known here; {}", name, hint),
        .should_retry = false };
}

const Mapping* mapping_for(string_view raw, string_view name, const Rules& rules)
{
    const auto found = std::find_if(rules.map.begin(), rules.map.end(),
        [&](const Mapping& mapping) { return matches(mapping.from, name) || matches(mapping.from, raw); });
    return found == rules.map.end() ? nullptr : &*found;
}

// A name in the notation of another program, as the slug it means: claude-code-router's "provider,model", and
// LiteLLM's "openrouter/vendor/model".
std::string without_foreign_notation(string_view name, const Rules& rules)
{
    std::string slug(name);
    if (const auto comma = slug.find(','); comma != std::string::npos)
        slug[comma] = '/';
    constexpr string_view own = "openrouter/";
    if (rules.openrouter && slug.starts_with(own) && slug.find('/', own.size()) != std::string::npos)
        slug.erase(0, own.size());
    return slug;
}

bool is_configured(string_view name, const Rules& rules)
{
    return name == rules.big || name == rules.middle || name == rules.small;
}

const ModelStatement* statement_about(string_view model, const Rules& rules)
{
    const auto own = std::ranges::find_if(
        rules.models, [&](const ModelStatement& entry) { return matches(entry.model, model); });
    return own == rules.models.end() ? nullptr : &*own;
}

// Lists of many servers say nothing of pictures: a model that is known not to see them would refuse each.
Catalogue::Facts with_known_blindness(Catalogue::Facts listed, const Target& target)
{
    if (listed->input_image || !is_known_blind(target))
        return listed;
    ModelFacts facts = *listed;
    facts.input_image = false;
    return std::make_shared<const ModelFacts>(std::move(facts));
}

template <class T> void take(const std::optional<T>& stated, std::optional<T>& fact)
{
    if (stated)
        fact = stated;
}

// A model that writes: lists of servers of one's own have those beside them that only measure texts.
bool can_answer(string_view id)
{
    const auto lower = lower_case(id);
    return lower.find("embed") == std::string::npos && lower.find("rerank") == std::string::npos;
}

Error nameless(string_view claude_name, const Rules& rules)
{
    return { .kind = Error::Kind::not_found,
        .source = Error::Source::client,
        .message = fmt::format("model: nothing says which model of {} answers for {}: name one in the "
                               "configuration ([models] big), or ask for one by its own name",
            rules.upstream.empty() ? "the upstream" : rules.upstream, claude_name),
        .should_retry = false };
}

// What a person states counts more than what the list says.
Catalogue::Facts with_statement(Catalogue::Facts listed, const ModelStatement& stated)
{
    ModelFacts facts = *listed;
    take(stated.context, facts.context_length);
    take(stated.output, facts.max_output);
    take(stated.images, facts.input_image);
    take(stated.files, facts.input_file);
    const auto parameters = [&](const std::optional<bool>& takes, std::initializer_list<string_view> names) {
        for (const string_view name : names) {
            if (takes == false)
                facts.refused_parameters.emplace_back(name);
            else if (takes == true && facts.supported_parameters && !facts.supports(name))
                facts.supported_parameters->emplace_back(name);
        }
    };
    parameters(stated.tools, { "tools", "tool_choice" });
    parameters(stated.thinking, { "reasoning", "include_reasoning" });
    if (stated.thinking)
        facts.has_reasoning = *stated.thinking;
    facts.known |= stated.thinking.has_value();
    return std::make_shared<const ModelFacts>(std::move(facts));
}

// What somebody has stated counts more than what is known of the upstream and of the model.
Quirks quirks_for(const Target& target, const Rules& rules, const ModelStatement* own)
{
    const Quirks quirks = (quirks_of_model(rules.quirks, target) | rules.stated).without(rules.not_stated);
    return own == nullptr ? quirks : (quirks | own->added).without(own->removed);
}

Target::Dialect dialect_for(const Target& target, const Rules& rules)
{
    if (rules.dialect == Rules::DialectChoice::chat)
        return Target::Dialect::chat;
    if (rules.dialect == Rules::DialectChoice::responses)
        return Target::Dialect::responses;
    if (rules.dialect == Rules::DialectChoice::messages || target.is_vendor("anthropic"))
        return Target::Dialect::messages;
    return Target::Dialect::chat;
}

} // namespace

Target target_for(string_view slug, const Rules& rules, const Catalogue& catalogue)
{
    Target target;
    target.model = without_foreign_notation(without_window_mark(slug), rules);
    if (auto corrected = catalogue.corrected(target.model)) {
        target.note = fmt::format("{} was corrected to {}", target.model, *corrected);
        target.model = std::move(*corrected);
    }
    target.facts = with_known_blindness(catalogue.facts(target.model), target);
    target.dialect = dialect_for(target, rules);
    const ModelStatement* own = statement_about(target.model, rules);
    target.quirks = quirks_for(target, rules, own);
    if (own != nullptr)
        target.facts = with_statement(std::move(target.facts), *own);
    return target;
}

bool is_model_name(string_view name)
{
    if (name.empty() || name.size() > name_max || name.starts_with('/') || name.ends_with('/'))
        return false;
    if (!std::all_of(name.begin(), name.end(), is_name_character))
        return false;
    for (string_view rest = name; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('/'));
        if (part.empty() || part == "." || part == "..")
            return false;
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    return name.find("://") == string_view::npos;
}

string_view without_window_mark(string_view name)
{
    while (name.ends_with(']')) {
        const auto open = name.rfind('[');
        if (open == string_view::npos)
            return name;
        const auto mark = name.substr(open + 1, name.size() - open - 2);
        const bool is_size = mark.size() >= 2 && lowered(mark.back()) >= 'a' && lowered(mark.back()) <= 'z'
            && std::all_of(mark.begin(), mark.end() - 1, is_digit);
        if (!is_size)
            return name;
        name = name.substr(0, open);
    }
    return name;
}

// Also "us.anthropic.claude-sonnet-4-5-v1:0" and the like, as clients of other clouds spell them.
bool is_claude_name(string_view name)
{
    static constexpr std::array<string_view, 8> aliases { "opus", "sonnet", "haiku", "fable", "default",
        "best", "opusplan", "claude" };
    const auto lower = lower_case(without_window_mark(name));
    return lower.find("claude-") != std::string::npos
        || std::find(aliases.begin(), aliases.end(), lower) != aliases.end();
}

Result<std::string> family_model(string_view claude_name, const Rules& rules, const Catalogue& catalogue)
{
    const auto lower = lower_case(claude_name);
    const std::string& model = lower.find("haiku") != std::string::npos ? rules.small
        : lower.find("sonnet") != std::string::npos                     ? rules.middle
                                                                        : rules.big;
    if (!model.empty())
        return model;
    std::string first = first_model(catalogue);
    if (first.empty())
        return Failure(nameless(claude_name, rules));
    return first;
}

std::string first_model(const Catalogue& catalogue)
{
    const auto first =
        std::ranges::find_if(catalogue.models(), [](const auto& listed) { return can_answer(listed->id); });
    return first == catalogue.models().end() ? std::string() : (*first)->id;
}

bool is_known_name(string_view name, const Rules& rules, const Catalogue& catalogue)
{
    return mapping_for(name, name, rules) != nullptr || is_configured(name, rules)
        || catalogue.find(name) != nullptr;
}

string_view asked_model(string_view client_model)
{
    auto name = without_window_mark(client_model);
    if (name.starts_with(alias_prefix))
        name.remove_prefix(alias_prefix.size());
    return name;
}

Result<std::string> slug_of(string_view client_model, const Rules& rules, const Catalogue& catalogue)
{
    const auto name = asked_model(client_model);
    auto slug = without_foreign_notation(name, rules);
    if (!is_model_name(slug))
        return Failure(hostile());
    if (const auto* mapping = mapping_for(client_model, name, rules))
        return mapping->to;
    if (slug.find('/') != std::string::npos || is_configured(slug, rules) || catalogue.find(slug))
        return slug;
    if (is_claude_name(slug)) {
        const bool goes_through = rules.claude_names_go_through && lower_case(slug).starts_with("claude-");
        return goes_through ? slug : family_model(slug, rules, catalogue);
    }
    if (rules.slugs_have_vendor)
        return Failure(unknown(slug, rules, catalogue));
    return slug;
}

Result<Target> resolve(string_view client_model, const Rules& rules, const Catalogue& catalogue)
{
    ASSIGN_OR_RETURN(slug, slug_of(client_model, rules, catalogue));
    return target_for(slug, rules, catalogue);
}

} // namespace dragoman::route
