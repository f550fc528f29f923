#include "translate/tool_ids.h"

#include "base/encoding.h"
#include "json/escape.h"
#include "translate/word_characters.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace dragoman::translate {

namespace {

constexpr std::size_t client_id_max = 64;
constexpr std::size_t short_id_max = 40;
constexpr std::size_t id_of_9_size = 9;
constexpr std::size_t digest_characters = 24;

constexpr std::string_view wrap_prefix = "toolu_";
constexpr std::size_t wrap_random = 10;
constexpr std::size_t wrap_head = wrap_prefix.size() + wrap_random + 1;
constexpr char name_mark = '\0'; // stands for the tool's name in an original

bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_id(std::string_view id, std::size_t size_max) { return id.size() <= size_max && is_word(id); }

bool is_id_of_9(std::string_view id)
{
    return id.size() == id_of_9_size && std::ranges::all_of(id, is_alphanumeric);
}

// An upstream's id that is surely its own: a known prefix and something behind it that is hardly a counter.
bool is_trustworthy(std::string_view id)
{
    constexpr std::array prefixes =
        std::to_array<std::string_view>({ "call_", "toolu_", "chatcmpl-tool-", "fc_" });
    constexpr std::size_t random_characters = 8;
    return is_id(id, client_id_max) && std::ranges::any_of(prefixes, [&](std::string_view prefix) {
        return id.starts_with(prefix) && id.size() >= prefix.size() + random_characters;
    });
}

// And the result of each.
template <class Use> void for_each_call(const anthropic::MessagesRequest& request, const Use& use)
{
    for (const anthropic::Message& message : request.messages)
        for (const anthropic::Block& block : message.blocks)
            if (block.type == anthropic::BlockType::tool_use
                || block.type == anthropic::BlockType::tool_result)
                use(block);
}

// A digest of the id; further attempts, after a collision, give others.
std::string digest(std::string_view id, unsigned attempt, std::size_t characters)
{
    std::string source(id);
    if (attempt > 0)
        source.append(1, '\0').append(std::to_string(attempt));
    return base62_of_sha256(source, characters);
}

// "functions.Read:0" without "Read"; empty where the name does not stand in it.
std::string without_name(std::string_view id, std::string_view name)
{
    const std::size_t at = name.empty() ? id.npos : id.find(name);
    if (at == id.npos)
        return {};
    return std::string(id).replace(at, name.size(), 1, name_mark);
}

} // namespace

ToolIds::ToolIds(const anthropic::MessagesRequest& request, const route::Target& target)
    : rule_(rule_of(target))
    , request_(request)
    , all_stay_(true)
{
    for_each_call(
        request, [this](const anthropic::Block& call) { all_stay_ = all_stay_ && stays(call.id.escaped); });
    if (!all_stay_)
        for_each_call(request, [this](const anthropic::Block& call) { add(call.id, call.name); });
}

// Whether the best form of the id is itself. (One with a backslash is none of these.)
bool ToolIds::stays(std::string_view client_id) const
{
    if (rule_ != Rule::any && rule_ != Rule::of_40)
        return false;
    return is_id(client_id, rule_ == Rule::of_40 ? short_id_max : client_id_max);
}

ToolIds::Rule ToolIds::rule_of(const route::Target& target)
{
    if (target.has(route::Quirk::own_ids))
        return Rule::own;
    if (target.has(route::Quirk::ids_of_9))
        return Rule::of_9;
    return target.has(route::Quirk::ids_of_40) && !target.is_responses() ? Rule::of_40 : Rule::any;
}

std::string_view ToolIds::upstream(json::RawString client_id) const
{
    if (all_stay_)
        return client_id.escaped;
    const bool plain = client_id.escaped.find('\\') == std::string_view::npos;
    const auto known = plain ? upstream_by_client_.find(client_id.escaped)
                             : upstream_by_client_.find(json::unescape(client_id));
    return known == upstream_by_client_.end() ? client_id.escaped : known->second;
}

void ToolIds::write(json::Writer& json, json::RawString client_id) const
{
    if (all_stay_) // and need no escape
        json.word(client_id.escaped);
    else
        json.text(upstream(client_id));
}

TakenIds ToolIds::used() const
{
    TakenIds used;
    if (all_stay_) {
        for_each_call(request_, [&used](const anthropic::Block& call) { used.insert(call.id.escaped); });
        return used;
    }
    for (const auto& [client, upstream] : upstream_by_client_) {
        used.insert(client);
        if (upstream != client)
            used.insert(upstream);
    }
    return used;
}

// Attempt 0 is the best form of an id, later ones are for when another id of the history has taken it.
std::string ToolIds::map(std::string_view client_id, json::RawString name, unsigned attempt) const
{
    const auto original = wrapped_tool_id(client_id, name);
    if (rule_ == Rule::of_9) {
        if (attempt == 0 && is_id_of_9(client_id))
            return std::string(client_id);
        if (attempt == 0 && original && is_id_of_9(*original))
            return *original;
        return digest(client_id, attempt, id_of_9_size);
    }
    if (rule_ == Rule::own && attempt == 0 && original)
        return *original;
    const bool first_choice = attempt == 0 || (rule_ == Rule::own && attempt == 1);
    if (first_choice && is_id(client_id, rule_ == Rule::of_40 ? short_id_max : client_id_max))
        return std::string(client_id);
    return "call_" + digest(client_id, attempt, digest_characters);
}

// The same as map(), but an id that stays as it is stays where it is.
std::string_view ToolIds::best(std::string_view client_id, json::RawString name, unsigned attempt)
{
    if (attempt == 0 && stays(client_id))
        return client_id;
    return changed_.emplace_back(map(client_id, name, attempt));
}

bool ToolIds::is_shown(std::string_view upstream_id) const
{
    if (!shown_changed_.empty() && shown_changed_.contains(upstream_id))
        return true;
    const auto as_itself = upstream_by_client_.find(upstream_id);
    return as_itself != upstream_by_client_.end() && as_itself->second == upstream_id;
}

void ToolIds::add(json::RawString client_id, json::RawString name)
{
    std::string_view id = client_id.escaped;
    if (id.find('\\') != std::string_view::npos)
        id = changed_.emplace_back(json::unescape(client_id));
    auto [place, is_new] = upstream_by_client_.try_emplace(id);
    for (unsigned attempt = 0; is_new; ++attempt) {
        const std::string_view candidate = best(id, name, attempt);
        if (is_shown(candidate))
            continue;
        place->second = candidate;
        if (candidate != id)
            shown_changed_.insert(candidate);
        return;
    }
}

std::string client_tool_id(
    std::string_view upstream_id, const TakenIds& used, IdSource& ids, std::string_view name)
{
    const bool wrapped = wrapped_tool_id(upstream_id).has_value();
    if (is_trustworthy(upstream_id) && !used.contains(upstream_id) && !wrapped)
        return std::string(upstream_id);
    std::string original = base64url_encode(upstream_id);
    if (wrap_head + original.size() > client_id_max)
        original = base64url_encode(without_name(upstream_id, name));
    const bool has_mark = upstream_id.find(name_mark) != upstream_id.npos;
    if (!original.empty() && !has_mark && wrap_head + original.size() <= client_id_max)
        return std::string(wrap_prefix) + ids.next(wrap_random) + "_" + original;
    // Too long to be wrapped, but fit as it is: a fresh id would lose what the upstream knows it by.
    const bool fit = is_id(upstream_id, client_id_max) && !used.contains(upstream_id) && !wrapped;
    return fit ? std::string(upstream_id) : ids.with_prefix(wrap_prefix);
}

std::optional<std::string> wrapped_tool_id(std::string_view client_id, json::RawString name)
{
    if (!client_id.starts_with(wrap_prefix) || client_id.size() <= wrap_head
        || client_id[wrap_head - 1] != '_'
        || !std::ranges::all_of(client_id.substr(wrap_prefix.size(), wrap_random), is_alphanumeric))
        return std::nullopt;
    auto original = base64url_decode(client_id.substr(wrap_head));
    if (!original || original->empty())
        return std::nullopt;
    const std::size_t mark = original->find(name_mark);
    if (mark == std::string::npos)
        return original;
    if (name.empty())
        return std::nullopt;
    return original->replace(mark, 1, json::unescape(name));
}

} // namespace dragoman::translate
