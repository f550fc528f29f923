// [upstreams.NAME]: what is said of one server. What depends on other layers, keys and URLs, is settled
// later.
#include "config/draft.h"
#include "config/presets.h"
#include "config/toml_reader.h"

#include <algorithm>
#include <array>

namespace dragoman::config {
namespace {

constexpr int weight_max = 1000;
constexpr int parallel_max = 100'000;

std::vector<std::string_view> names_of_presets()
{
    std::vector<std::string_view> names;
    for (const Preset& preset : presets())
        names.push_back(preset.name);
    return names;
}

void take_no_preset(Upstream& upstream)
{
    upstream.preset.clear();
    upstream.title = upstream.name;
    upstream.dialect = Upstream::Dialect::chat;
    using enum route::Quirk;
    upstream.quirks = { reasoning_content_back, vendor_messages, keep_thinking };
    upstream.vendor_in_slugs = false;
    upstream.key_required = false;
    upstream.key_name.clear();
}

class UpstreamReader {
public:
    UpstreamReader(Draft& draft, const toml::table& table, const std::string& path)
        : mistakes_(draft.mistakes)
        , upstream_(draft.config.upstreams.back())
        , draft_(draft.upstreams.back())
        , reader_(draft.mistakes, table, path, "upstreams." + upstream_.name)
    {
    }

    void read();

private:
    void read_kind();
    void read_key();
    static bool take_variable(const TomlReader& reader, std::string_view key,
        const std::optional<std::string>& given, std::string& out);
    void check_literal(TomlReader& reader, const Placed& key);
    void read_pool();
    void read_times();
    void read_headers();
    void read_inline_think();
    void read_quirks(TomlReader& reader, route::Quirks& added, route::Quirks& removed);
    void read_models();
    void read_statement(std::string_view name, const toml::table& table);
    void read_header_text(std::string_view key, std::string& out);

    Mistakes& mistakes_;
    Upstream& upstream_;
    UpstreamDraft& draft_;
    TomlReader reader_;
};

void UpstreamReader::read()
{
    static constexpr std::array<std::string_view, 2> absent { "omit", "off" };
    read_kind();
    read_key();
    read_pool();
    read_times();
    read_headers();
    read_models();
    read_header_text("site_url", upstream_.site_url);
    read_header_text("site_name", upstream_.site_name);
    if (const auto thinking = reader_.choice("absent_thinking", absent))
        upstream_.absent_thinking = static_cast<Upstream::AbsentThinking>(*thinking);
    read_inline_think();
    reader_.flag("sources_footer", upstream_.sources_footer);
    reader_.finish();
}

void UpstreamReader::read_kind()
{
    static constexpr std::array<std::string_view, 4> dialects { "auto", "chat", "messages", "responses" };
    static constexpr std::array<std::string_view, 3> auths { "bearer", "x-api-key", "api-key" };
    draft_.base_url = reader_.placed("base_url");
    draft_.messages_url = reader_.placed("messages_url");
    draft_.responses_url = reader_.placed("responses_url");
    draft_.models_url = reader_.placed("models_url");
    const auto names = names_of_presets();
    const Preset* preset = preset_of(upstream_.name);
    if (const auto chosen = reader_.choice("preset", names))
        preset = &presets()[*chosen];
    if (preset != nullptr)
        apply_preset(upstream_, *preset);
    else
        take_no_preset(upstream_);
    const bool is_said =
        preset == nullptr && reader_.get("preset") != nullptr; // that there is none of the name
    if (!draft_.base_url && !is_said && (preset == nullptr || preset->base_url.empty()))
        reader_.complain("",
            preset == nullptr ? R"(needs a preset, such as preset = "openrouter", or a base_url)"
                              : "needs a base_url: everybody has another");
    if (const auto dialect = reader_.choice("dialect", dialects)) {
        upstream_.dialect = static_cast<Upstream::Dialect>(*dialect);
        draft_.dialect = Placed { std::string(dialects[*dialect]), reader_.place_of("dialect") };
    }
    if (const auto auth = reader_.choice("auth", auths))
        upstream_.auth = static_cast<Upstream::Auth>(*auth);
    read_quirks(reader_, upstream_.stated, upstream_.not_stated);
}

// A setting of its own, and the same as the quirk: false takes away what a preset has, and is never learned.
void UpstreamReader::read_inline_think()
{
    bool splits = false;
    if (!reader_.flag("inline_think", splits))
        return;
    (splits ? upstream_.stated : upstream_.not_stated).add(route::Quirk::inline_think);
    (splits ? upstream_.not_stated : upstream_.stated).remove(route::Quirk::inline_think);
}

// "-name" takes away what the preset has.
void UpstreamReader::read_quirks(TomlReader& reader, route::Quirks& added, route::Quirks& removed)
{
    const auto all = reader.texts("quirks");
    if (!all)
        return;
    for (const Placed& one : *all) {
        const bool takes_away = one.text.starts_with('-');
        const std::string_view name = std::string_view(one.text).substr(takes_away ? 1 : 0);
        if (const auto quirk = route::quirk_of(name)) {
            if ((takes_away ? added : removed).has(*quirk))
                mistakes_.add(one.place,
                    fmt::format("{} both adds and takes away {}", reader.full_name("quirks"), name));
            (takes_away ? removed : added).add(*quirk);
        } else {
            const std::string near = TomlReader::suggestion(name, route::quirk_names());
            mistakes_.add(one.place,
                fmt::format("{}: {} is no quirk{} docs/providers.md lists them", reader.full_name("quirks"),
                    one.text, near.empty() ? ";" : near));
        }
    }
}

void UpstreamReader::read_key()
{
    draft_.key = reader_.placed("key");
    draft_.key_file = reader_.placed("key_file");
    take_variable(reader_, "key_env", reader_.text("key_env"), draft_.key_env);
    if (draft_.key && draft_.key_file)
        reader_.complain("key_file", "and key cannot both be given; keep the one that holds");
    if (draft_.key)
        check_literal(reader_, *draft_.key);
    upstream_.key_required |= draft_.key || draft_.key_file || !draft_.key_env.empty();
}

// People write what their shell, or another program, would have replaced.
void UpstreamReader::check_literal(TomlReader& reader, const Placed& key)
{
    constexpr std::string_view of_litellm = "os.environ/";
    const std::string_view text = key.text;
    if (!text.starts_with('$') && !text.starts_with(of_litellm))
        return;
    std::string_view name = text.substr(text.starts_with('$') ? 1 : of_litellm.size());
    if (name.starts_with('{') && name.ends_with('}'))
        name = name.substr(1, name.size() - 2);
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    const bool in_pool = &reader != &reader_;
    reader.complain("key",
        fmt::format("names a variable where the key itself belongs; write {} = \"{}\"",
            in_pool ? "env" : "key_env", is_name ? name : "NAME"));
}

// People write the key where its name belongs, and it would be shown. False: that has been said.
bool UpstreamReader::take_variable(
    const TomlReader& reader, std::string_view key, const std::optional<std::string>& given, std::string& out)
{
    const std::string name = given.value_or("");
    const auto has = [&](int (*is)(int)) {
        return std::ranges::any_of(name, [&](unsigned char c) { return is(c) != 0; });
    };
    constexpr std::size_t keys_are_longer = 31;
    const bool is_variable =
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    const bool looks_like_key =
        name.size() > keys_are_longer && has(std::isupper) && has(std::islower) && has(std::isdigit);
    if (is_variable && !looks_like_key) {
        out = name;
        return true;
    }
    reader.complain(key,
        name.starts_with('$') ? "is the name of a variable: write it without $"
                              : "is no name of a variable; the key itself belongs into a file, that key_file "
                                "(of keys: file) names");
    return false;
}

// keys = [{ env = "A", weight = 2 }, { file = "/run/secrets/b" }]
void UpstreamReader::read_pool()
{
    const toml::node* node = reader_.get("keys");
    if (node == nullptr)
        return;
    const toml::array* entries = node->as_array();
    if (entries == nullptr || entries->empty()
        || !std::ranges::all_of(*entries, [](const auto& entry) { return entry.is_table(); }))
        return reader_.complain("keys", R"(must be written as [{ env = "NAME" }, { file = "/path" }])");
    if (draft_.key || draft_.key_file || !draft_.key_env.empty())
        reader_.complain("keys", "and key, key_file or key_env cannot both be given; put it into keys, too");
    for (const toml::node& entry : *entries) {
        TomlReader one(mistakes_, *entry.as_table(), reader_.path(), reader_.full_name("keys"));
        KeyDraft key { .key = one.placed("key"), .file = one.placed("file") };
        const bool said = !take_variable(one, "env", one.text("env"), key.env);
        one.whole("weight", key.weight, 1, weight_max);
        one.finish();
        key.place = one.place_of(entry.source());
        if (key.key)
            check_literal(one, *key.key);
        const bool twice = std::ranges::any_of(draft_.pool, [&](const KeyDraft& other) {
            return (!key.env.empty() && key.env == other.env)
                || (key.key && other.key && key.key->text == other.key->text)
                || (key.file && other.file && key.file->text == other.file->text);
        });
        if (twice)
            mistakes_.add(key.place,
                reader_.full_name("keys") + " has this key twice; weight says that one gets more sessions");
        if (said)
            continue;
        if (int(key.key.has_value()) + int(key.file.has_value()) + int(!key.env.empty()) != 1)
            mistakes_.add(
                key.place, reader_.full_name("keys") + " needs one of env, file and key in each entry");
        else if (key.key && !is_header_word(key.key->text))
            one.complain("key", "is no key: a key is one word of ASCII");
        else
            draft_.pool.push_back(std::move(key));
    }
    upstream_.key_required = true;
}

void UpstreamReader::read_times()
{
    reader_.duration("connect", upstream_.connect);
    reader_.duration("first_byte", upstream_.first_byte);
    reader_.duration("idle", upstream_.idle);
    reader_.duration("stream_total", upstream_.stream_total);
    reader_.size("whole_answer", upstream_.whole_answer, limits::KiB, 1024 * limits::MiB);
    reader_.whole("parallel", upstream_.parallel, 0, parallel_max);
    reader_.whole("breaker_failures", upstream_.breaker_failures, 0, 1000);
    reader_.duration("breaker_rest", upstream_.breaker_rest);
}

void UpstreamReader::read_header_text(std::string_view key, std::string& out)
{
    const auto value = reader_.text(key);
    if (value && !is_header_text(*value))
        reader_.complain(key, "must be printable ASCII, since it is sent as a header");
    else if (value)
        out = *value;
}

void UpstreamReader::read_headers()
{
    const toml::table* table = reader_.table("headers");
    if (table == nullptr)
        return;
    static constexpr std::array<std::string_view, 9> ours { "accept-encoding", "authorization", "connection",
        "content-length", "content-type", "host", "transfer-encoding", "x-api-key", "api-key" };
    TomlReader reader(mistakes_, *table, reader_.path(), reader_.full_name("headers"));
    for (const auto& [key, node] : *table) {
        std::string name(key.str());
        std::ranges::transform(name, name.begin(),
            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        const auto value = reader.text(key.str());
        if (!is_field_name(name))
            reader.complain(key.str(), "is no name of a header");
        else if (std::ranges::find(ours, name) != ours.end())
            reader.complain(key.str(),
                "cannot be set here: it is the program's own; leave it out (a key belongs into key, key_file "
                "or "
                "key_env)");
        else if (value && !is_header_text(*value))
            reader.complain(key.str(), "must be printable ASCII");
        else if (value)
            upstream_.headers.emplace_back(std::move(name), *value);
    }
}

// [upstreams.NAME.models."qwen3-*"], in the order of the file.
void UpstreamReader::read_models()
{
    const toml::table* table = reader_.table("models");
    if (table == nullptr)
        return;
    for (const auto& [key, node] : in_order_of_file(*table)) {
        if (const toml::table* statement = node->as_table())
            read_statement(key->str(), *statement);
        else
            mistakes_.add(reader_.place_of(key->source()),
                fmt::format("{}.{} must be a table", reader_.full_name("models"), key->str()));
    }
}

void UpstreamReader::read_statement(std::string_view name, const toml::table& table)
{
    ModelStatement statement { .model = std::string(name) };
    TomlReader reader(
        mistakes_, table, reader_.path(), fmt::format("{}.{}", reader_.full_name("models"), name));
    const auto tokens = [&](std::string_view key, std::optional<std::uint64_t>& out) {
        int value = 0;
        reader.whole(key, value, 1, 1'000'000'000);
        if (value > 0)
            out = static_cast<std::uint64_t>(value);
    };
    const auto flag = [&](std::string_view key, std::optional<bool>& out) {
        bool value = false;
        if (reader.flag(key, value))
            out = value;
    };
    tokens("context", statement.context);
    tokens("output", statement.output);
    if (statement.context && statement.output && *statement.output > *statement.context)
        reader.complain("output", "cannot be more than context, of which an answer is a part");
    flag("images", statement.images);
    flag("files", statement.files);
    flag("tools", statement.tools);
    flag("thinking", statement.thinking);
    read_quirks(reader, statement.quirks, statement.not_quirks);
    reader.finish();
    upstream_.models.push_back(std::move(statement));
}

bool is_name_of_upstream(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'
            || c == '_' || c == '.';
    });
}

} // namespace

void read_upstreams(Draft& draft, TomlReader& file)
{
    if (const toml::node* node = file.get("upstreams"); node != nullptr && node->is_array()) {
        file.complain("upstreams", "are tables with names: write [upstreams.NAME] instead of [[upstreams]]");
        return;
    }
    const toml::table* table = file.table("upstreams");
    if (table == nullptr || table->empty())
        return;
    draft.config.upstreams.clear();
    draft.upstreams.clear();
    for (const auto& [key, node] : in_order_of_file(*table)) {
        const std::string place = file.place_of(key->source());
        if (!node->is_table()) {
            draft.mistakes.add(place, fmt::format("upstreams.{} must be a table", key->str()));
            continue;
        }
        if (!is_name_of_upstream(key->str()))
            draft.mistakes.add(place,
                fmt::format(
                    "upstreams.\"{}\": the name of an upstream is made of letters, digits, -, _ and .",
                    key->str()));
        draft.config.upstreams.push_back({ .name = std::string(key->str()) });
        draft.upstreams.push_back({ .place = place });
        UpstreamReader(draft, *node->as_table(), file.path()).read();
    }
    if (draft.config.upstreams.empty()) {
        draft.config.upstreams.emplace_back();
        draft.upstreams.emplace_back();
    }
}

} // namespace dragoman::config
