#include "translate/tool_names.h"

#include "base/encoding.h"
#include "json/escape.h"
#include "translate/deferred_tools.h"
#include "translate/word_characters.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace dragoman::translate {

namespace {

constexpr std::size_t name_max = 64;
constexpr std::size_t kept_characters = 55;
constexpr std::size_t digest_digits = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool may_begin(char c, bool letter_first)
{
    return letter_first ? is_letter(c) || c == '_' : is_word_character(c);
}

bool is_name(std::string_view name, bool letter_first)
{
    return name.size() <= name_max && is_word(name) && may_begin(name.front(), letter_first);
}

// One underscore for each character, not for each of its bytes.
std::string readable_part(std::string_view name, bool letter_first)
{
    std::string part;
    if (name.empty() || !may_begin(is_word_character(name.front()) ? name.front() : '_', letter_first))
        part += '_';
    for (char c : name) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        if (!continues)
            part += is_word_character(c) ? c : '_';
        if (part.size() == kept_characters)
            break;
    }
    return part;
}

enum class Mention : std::uint8_t { declared, called };

// Every name that the request declares or its history calls, in order.
template <class Use> void for_each_name(const anthropic::MessagesRequest& request, const Use& use)
{
    const auto declare = [&use](const anthropic::Tool& tool) {
        if (!tool.name.empty() && !is_placeholder(tool))
            use(tool.name, Mention::declared);
    };
    for (const anthropic::Tool& tool : request.tools)
        declare(tool);
    for (const anthropic::Message& message : request.messages)
        for (const anthropic::Block& block : message.blocks) {
            if (block.type == anthropic::BlockType::tool_use)
                use(block.name, Mention::called);
            for (const anthropic::Tool& tool : block.details->definition)
                declare(tool);
        }
}

} // namespace

ToolNames::ToolNames(const anthropic::MessagesRequest& request, const route::Target& target)
    : letter_first_(target.has(route::Quirk::letter_names))
{
    declared_.reserve(request.tools.size());
    for_each_name(request, [this](json::RawString name, Mention mention) {
        all_stay_ = all_stay_ && is_name(name.escaped, letter_first_); // One with an escape is not fine.
        if (mention == Mention::declared)
            declare(name);
    });
    if (!all_stay_)
        for_each_name(request, [this](json::RawString name, Mention) { add(name); });
}

void ToolNames::declare(json::RawString client_name)
{
    std::string name = json::unescape(client_name);
    if (std::ranges::find(declared_, name) == declared_.end())
        declared_.push_back(std::move(name));
}

std::string ToolNames::upstream(json::RawString client_name) const
{
    if (all_stay_ && is_name(client_name.escaped, letter_first_))
        return std::string(client_name.escaped);
    const auto spelled = upstream_by_spelling_.find(client_name.escaped);
    if (spelled != upstream_by_spelling_.end())
        return std::string(spelled->second);
    std::string name = json::unescape(client_name);
    const auto known = upstream_by_client_.find(name);
    return known == upstream_by_client_.end() ? map(name, 0) : known->second;
}

std::string ToolNames::map(std::string_view client_name, unsigned attempt) const
{
    if (is_name(client_name, letter_first_))
        return std::string(client_name);
    std::string source(client_name);
    if (attempt > 0)
        source.append(1, '\0').append(std::to_string(attempt));
    return readable_part(client_name, letter_first_) + "_" + sha256_hex(source).substr(0, digest_digits);
}

void ToolNames::add(json::RawString client_name)
{
    auto [spelled, is_new_spelling] = upstream_by_spelling_.try_emplace(client_name.escaped);
    if (!is_new_spelling)
        return;
    auto [place, is_new] = upstream_by_client_.try_emplace(json::unescape(client_name));
    for (unsigned attempt = 0; is_new; ++attempt) {
        place->second = map(place->first, attempt);
        // A name that needs no change is nobody else's: the digests make sure of that.
        is_new = !client_by_upstream_.try_emplace(place->second, place->first).second
            && place->second != place->first;
    }
    spelled->second = place->second; // which does not move
}

void ToolNames::describe(AnswerPlan& plan) &&
{
    plan.declared_tools = std::move(declared_);
    for (const auto& [upstream, client] : client_by_upstream_)
        if (upstream != client)
            plan.client_tool_names.emplace(upstream, client);
}

} // namespace dragoman::translate
