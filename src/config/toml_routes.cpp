// [[routes]] and [limits]. Whether the upstreams that a route names are there is settled later.
#include "config/draft.h"
#include "config/toml_reader.h"
#include "json/escape.h"
#include "json/writer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dragoman::config {
namespace {

using route::Route;
using route::RouteTarget;
using route::Scenario;

constexpr std::array<std::string_view, 4> families { "opus", "sonnet", "haiku", "fable" };

void append_json(json::Writer& json, const toml::node& node)
{
    if (const auto* table = node.as_table()) {
        json.begin_object();
        for (const auto& [key, value] : in_order_of_file(*table)) {
            const std::string name = json::escape(key->str());
            json.key(json::RawString { name });
            append_json(json, *value);
        }
        json.end_object();
    } else if (const auto* array = node.as_array()) {
        json.begin_array();
        for (const toml::node& element : *array)
            append_json(json, element);
        json.end_array();
    } else if (const auto* string = node.as_string()) {
        json.text(string->get());
    } else if (const auto* boolean = node.as_boolean()) {
        json.boolean(boolean->get());
    } else if (const auto* whole = node.as_integer()) {
        json.integer(whole->get());
    } else if (const auto* number = node.as_floating_point()) {
        json.raw({ fmt::format("{}", number->get()) });
    }
}

// TOML has dates and times, infinity, and what is no number.
bool fits_json(const toml::node& node)
{
    if (const auto* table = node.as_table())
        return std::ranges::all_of(*table, [](const auto& member) { return fits_json(member.second); });
    if (const auto* array = node.as_array())
        return std::ranges::all_of(*array, fits_json);
    if (const auto* number = node.as_floating_point())
        return std::isfinite(number->get());
    return node.is_string() || node.is_boolean() || node.is_integer();
}

class RouteReader {
public:
    RouteReader(Draft& draft, const toml::table& table, const std::string& path)
        : mistakes_(draft.mistakes)
        , reader_(draft.mistakes, table, path, "routes")
    {
    }

    Route read();
    std::vector<std::string> target_places {};
    std::string name_place {};

private:
    void read_when();
    void read_targets();
    void read_target(const toml::node& node);
    std::string json_of(TomlReader& reader, std::string_view key, bool wants_array);

    Mistakes& mistakes_;
    TomlReader reader_;
    Route route_;
};

Route RouteReader::read()
{
    static constexpr std::array<std::string_view, 2> ends { "error", "resume" };
    if (const auto name = reader_.placed("name")) {
        if (is_header_word(name->text) && !name->text.contains('/'))
            route_.name = name->text;
        else
            reader_.complain("name", "must be one word of ASCII without /");
        name_place = name->place;
    }
    read_when();
    read_targets();
    if (const auto midstream = reader_.choice("midstream", ends))
        route_.resume = *midstream == 1;
    reader_.finish();
    return std::move(route_);
}

void RouteReader::read_when()
{
    const toml::table* table = reader_.table("when");
    if (table == nullptr)
        return;
    TomlReader when(mistakes_, *table, reader_.path(), "routes.when");
    if (const auto model = when.text("model")) {
        if (is_header_word(*model)) {
            route_.model = *model;
            check_pattern(mistakes_, { *model, when.place_of("model") }, "routes.when.model");
        } else
            when.complain("model",
                model->empty() ? "is empty: leave it out where every model fits"
                               : "is no name of a model: one word of ASCII, in which * is any text");
    }
    if (const auto family = when.choice("family", families))
        route_.family = families[*family];
    if (const auto scenario = when.choice("scenario", route::scenario_names()))
        route_.scenario = static_cast<Scenario>(*scenario + 1);
    if (when.get("tokens_over") != nullptr) {
        int tokens = 0;
        when.whole("tokens_over", tokens, 1, 1'000'000'000);
        route_.tokens_over = static_cast<std::uint64_t>(tokens);
        if (route_.scenario == Scenario::any)
            route_.scenario = Scenario::long_context;
        else if (route_.scenario != Scenario::long_context)
            when.complain("tokens_over", R"(belongs to scenario = "long_context")");
    }
    when.finish();
}

void RouteReader::read_targets()
{
    const toml::node* node = reader_.get("targets");
    const toml::array* entries = node != nullptr ? node->as_array() : nullptr;
    if (entries == nullptr || entries->empty())
        return reader_.complain(node == nullptr ? "" : "targets",
            R"(needs targets, such as ["home/qwen3-coder", "openrouter/openai/gpt-oss-20b"])");
    for (const toml::node& entry : *entries) {
        const std::size_t before = route_.targets.size();
        read_target(entry);
        if (route_.targets.size() > before)
            target_places.push_back(reader_.place_of(entry.source()));
    }
}

// "upstream/model", or a table with it and what only it is asked for. The name is taken apart once all
// upstreams are known.
void RouteReader::read_target(const toml::node& node)
{
    if (const auto* text = node.as_string()) {
        route_.targets.push_back({ .model = text->get() });
        return;
    }
    const toml::table* table = node.as_table();
    if (table == nullptr)
        return mistakes_.add(reader_.place_of(node.source()), "routes.targets holds what is no target");
    TomlReader reader(mistakes_, *table, reader_.path(), "routes.targets");
    RouteTarget target;
    if (const auto name = reader.placed("target"))
        target.model = name->text;
    else
        reader.complain("", R"(needs target = "upstream/model" in each table)");
    target.models = json_of(reader, "models", true);
    target.provider = json_of(reader, "provider", false);
    target.plugins = json_of(reader, "plugins", true);
    const auto time = [&](std::string_view key, std::optional<Milliseconds>& out) {
        Milliseconds value {};
        reader.duration(key, value);
        if (value.count() > 0)
            out = value;
    };
    time("first_byte", target.first_byte);
    time("idle", target.idle);
    reader.finish();
    route_.targets.push_back(std::move(target));
}

std::string RouteReader::json_of(TomlReader& reader, std::string_view key, bool wants_array)
{
    const toml::node* node = reader.get(key);
    if (node == nullptr)
        return {};
    if (wants_array ? !node->is_array() : !node->is_table()) {
        reader.complain(key, wants_array ? "must be an array" : "must be a table");
        return {};
    }
    if (!fits_json(*node)) {
        reader.complain(key, "holds what JSON has no word for: a date, a time, inf or nan");
        return {};
    }
    std::string text;
    json::Writer json(text);
    append_json(json, *node);
    return text;
}

void read_allowance(Mistakes& mistakes, TomlReader& limits, std::string_view key, Allowance& out)
{
    const toml::table* table = limits.table(key);
    if (table == nullptr)
        return;
    constexpr int most = 1'000'000'000;
    TomlReader reader(mistakes, *table, limits.path(), limits.full_name(key));
    constexpr std::string_view unlimited = "; leave it out where there shall be no limit";
    reader.whole("requests", out.requests, 1, most, unlimited);
    reader.whole("requests_a_minute", out.requests_a_minute, 1, most, unlimited);
    reader.size("body_bytes", out.body_bytes, limits::KiB, std::size_t { 1 } << 40U);
    reader.finish();
}

} // namespace

void read_routes(Draft& draft, TomlReader& file)
{
    const toml::node* node = file.get("routes");
    if (node == nullptr)
        return;
    const toml::array* entries = node->as_array();
    if (entries == nullptr
        || !std::ranges::all_of(*entries, [](const auto& entry) { return entry.is_table(); }))
        return file.complain("routes", "must be written as [[routes]] with when and targets");
    for (const toml::node& entry : *entries) {
        RouteReader reader(draft, *entry.as_table(), file.path());
        draft.config.routes.push_back(reader.read());
        draft.route_places.push_back(
            { file.place_of(entry.source()), std::move(reader.name_place), std::move(reader.target_places) });
    }
}

void read_limits(Draft& draft, TomlReader& file)
{
    const toml::table* table = file.table("limits");
    if (table == nullptr)
        return;
    draft.limits_place = file.place_of("limits");
    TomlReader reader(draft.mistakes, *table, file.path(), "limits");
    read_allowance(draft.mistakes, reader, "each", draft.config.limits.each);
    read_allowance(draft.mistakes, reader, "all", draft.config.limits.all);
    reader.finish();
}

} // namespace dragoman::config
