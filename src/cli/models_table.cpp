#include "cli/models_table.h"

#include "cli/catalogue.h"
#include "gateway/plan.h"
#include "gateway/targets.h"
#include "json/writer.h"
#include "route/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

namespace dragoman::cli {
namespace {

using route::ModelFacts;

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(
        out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// What a conversation with an agent costs by and large: far more is read than written.
double blended(const ModelFacts& model)
{
    if (!model.prices.prompt || !model.prices.completion)
        return std::numeric_limits<double>::infinity();
    return 3 * *model.prices.prompt + *model.prices.completion;
}

bool is_wanted(const ModelFacts& model, const ModelsOptions& options)
{
    return matches(model, options.words) && (!options.free || is_free(model))
        && (!options.tools || model.supports("tools"))
        && (options.context == 0 || !model.context_length || *model.context_length >= options.context);
}

std::string modalities(const ModelFacts& model, std::string_view between)
{
    std::string out = "text";
    const auto add = [&](const std::optional<bool>& taken, std::string_view name) {
        if (taken.value_or(false))
            out.append(between).append(name);
    };
    add(model.input_image, "image");
    add(model.input_file, "file");
    add(model.input_audio, "audio");
    return out;
}

std::string tools_text(const ModelFacts& model)
{
    return !model.supported_parameters ? "?" : model.supports("tools") ? "yes" : "no";
}

enum class Side : std::uint8_t { left, right };

struct Column {
    std::string title;
    Side side = Side::left;
    std::vector<std::string> cells {};
    std::size_t width = 0;
};

template <class Cell>
void add_column(std::vector<Column>& columns, const Models& models, std::string title, Side side, Cell cell)
{
    Column column { std::move(title), side };
    column.width = columns_of(column.title);
    bool empty = true;
    for (const auto& model : models) {
        column.cells.push_back(plain(cell(*model)));
        column.width = std::max(column.width, columns_of(column.cells.back()));
        empty = empty && column.cells.back().empty();
    }
    if (!empty)
        columns.push_back(std::move(column));
}

std::vector<Column> columns_for(const Models& models, const Roles& roles)
{
    std::vector<Column> columns;
    add_column(columns, models, "model", Side::left, [](const ModelFacts& m) { return m.id; });
    add_column(columns, models, "used as", Side::left, [&](const ModelFacts& m) { return roles.of(m); });
    add_column(columns, models, "window", Side::right,
        [](const ModelFacts& m) { return m.context_length ? window_text(*m.context_length) : ""; });
    add_column(columns, models, "in $/M", Side::right,
        [](const ModelFacts& m) { return m.prices.prompt ? price_text(*m.prices.prompt) : ""; });
    add_column(columns, models, "out $/M", Side::right,
        [](const ModelFacts& m) { return m.prices.completion ? price_text(*m.prices.completion) : ""; });
    add_column(columns, models, "tools", Side::left, tools_text);
    add_column(columns, models, "reads", Side::left, [](const ModelFacts& m) { return modalities(m, " "); });
    add_column(columns, models, "name", Side::left,
        [](const ModelFacts& m) { return m.name == m.id ? std::string() : m.name; });
    return columns;
}

std::size_t width_of(const std::vector<Column>& columns)
{
    std::size_t width = 0;
    for (const Column& column : columns)
        width += column.width + 2;
    return width < 2 ? 0 : width - 2;
}

// The last column may be cut, then goes; the id, its use and the prices stay, whatever the width.
void fit_columns(std::vector<Column>& columns, std::size_t width)
{
    constexpr std::size_t least = 12;
    constexpr std::size_t kept = 5;
    while (columns.size() > kept && width_of(columns) > width) {
        Column& last = columns.back();
        const std::size_t over = width_of(columns) - width;
        if (last.title == "name" && last.width >= over + least) {
            last.width -= over;
            return;
        }
        columns.pop_back();
    }
}

std::string line_of(const std::vector<Column>& columns, auto&& cell)
{
    std::string line;
    for (const Column& column : columns) {
        if (!line.empty())
            line += "  ";
        const std::string text = fit(cell(column), column.width);
        line += column.side == Side::left ? pad_right(text, column.width) : pad_left(text, column.width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

void append_price(json::Writer& json, std::string_view name, const std::optional<double>& price)
{
    json.key(name);
    if (price)
        json.raw({ fmt::format("{:.10g}", *price * 1e6) });
    else
        json.null();
}

void append_count(json::Writer& json, std::string_view name, const std::optional<std::uint64_t>& count)
{
    json.key(name);
    if (count)
        json.integer(static_cast<std::int64_t>(*count));
    else
        json.null();
}

void append_words(json::Writer& json, std::string_view name, std::string_view words, char between)
{
    json.key(name).begin_array();
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(between), words.size());
        json.text(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    json.end_array();
}

void append_model(json::Writer& json, const ModelFacts& model, const Roles& roles)
{
    json.begin_object().key("id").text(model.id).key("name").text(model.name);
    append_count(json, "context_length", model.context_length);
    append_count(json, "max_output", model.max_output);
    append_price(json, "input_per_million", model.prices.prompt);
    append_price(json, "output_per_million", model.prices.completion);
    append_price(json, "cache_read_per_million", model.prices.cache_read);
    append_price(json, "cache_write_per_million", model.prices.cache_write);
    json.key("free").boolean(is_free(model));
    append_words(json, "reads", modalities(model, " "), ' ');
    json.key("tools");
    if (model.supported_parameters)
        json.boolean(model.supports("tools"));
    else
        json.null();
    json.key("thinks").boolean(model.thinks());
    append_words(json, "used_as", roles.of(model), ',');
    json.key("created");
    if (model.created)
        json.integer(*model.created);
    else
        json.null();
    json.key("expires");
    if (model.expires.empty())
        json.null();
    else
        json.text(model.expires);
    json.end_object();
}

// As the list spells it.
std::string id_in_list(const std::string& configured, const route::Catalogue& catalogue)
{
    if (configured.empty())
        return route::first_model(catalogue);
    std::string meant = catalogue.corrected(configured).value_or(configured);
    for (const auto& model : catalogue.models())
        if (model->id == meant || model->canonical_slug == meant)
            return model->id;
    return meant;
}

} // namespace

bool is_free(const ModelFacts& model)
{
    return model.prices.prompt == 0.0 && model.prices.completion == 0.0
        && model.prices.request.value_or(0) == 0.0;
}

bool matches(const ModelFacts& model, const std::vector<std::string>& words)
{
    const std::string text = lower(model.id + "\n" + model.name);
    return std::ranges::all_of(words, [&](const std::string& word) { return text.contains(lower(word)); });
}

Models models_of(const config::Config& config, const std::vector<KnownUpstream>& known)
{
    Models all;
    for (const KnownUpstream& one : known) {
        const route::Catalogue none;
        const route::Catalogue& catalogue = one.models ? one.models->catalogue : none;
        const route::Rules rules = gateway::rules_of(config, *one.upstream);
        const auto add = [&](const ModelFacts& listed, std::string_view id) {
            auto facts = std::make_shared<ModelFacts>(listed);
            facts->id =
                config.upstreams.size() > 1 ? fmt::format("{}/{}", one.upstream->name, id) : std::string(id);
            if (facts->name.empty() || facts->name == id)
                facts->name = facts->id;
            all.push_back(std::move(facts));
        };
        for (const auto& model : catalogue.models())
            add(*route::target_for(model->id, rules, catalogue).facts, model->id);
        for (const config::ModelStatement& stated : one.upstream->models)
            if (!stated.model.contains('*') && catalogue.find(stated.model) == nullptr)
                add(*route::target_for(stated.model, rules, catalogue).facts, stated.model);
    }
    return all;
}

Models chosen_models(const route::Catalogue& catalogue, const ModelsOptions& options)
{
    return chosen_models(Models(catalogue.models().begin(), catalogue.models().end()), options);
}

Models chosen_models(const Models& all, const ModelsOptions& options)
{
    Models models;
    std::ranges::copy_if(
        all, std::back_inserter(models), [&](const auto& model) { return is_wanted(*model, options); });
    std::ranges::sort(models, {}, [](const auto& model) { return lower(model->id); });
    if (options.sort == ModelsOptions::Sort::price)
        std::ranges::stable_sort(models, {}, [](const auto& model) { return blended(*model); });
    if (options.sort == ModelsOptions::Sort::context)
        std::ranges::stable_sort(models, std::ranges::greater(),
            [](const auto& model) { return model->context_length.value_or(0); });
    return models;
}

std::string Roles::of(const ModelFacts& model) const
{
    std::string out;
    const auto add = [&](const std::string& id, std::string_view role) {
        if (id == model.id)
            out.append(out.empty() ? "" : ",").append(role);
    };
    add(big, "big");
    add(middle, "middle");
    add(small, "small");
    return out;
}

Roles roles_of(const config::Models& models, const route::Catalogue& catalogue)
{
    return { id_in_list(models.big, catalogue), id_in_list(models.middle, catalogue),
        id_in_list(models.small, catalogue) };
}

Roles roles_of(const config::Config& config, const std::vector<KnownUpstream>& known)
{
    const route::Catalogue none;
    const auto id_of = [&](const std::string& configured) {
        const gateway::NamedModel named = gateway::named_model(configured, config);
        const KnownUpstream& from = known[named.upstream];
        std::string id = id_in_list(std::string(named.model), from.models ? from.models->catalogue : none);
        return known.size() > 1 ? fmt::format("{}/{}", from.upstream->name, id) : id;
    };
    return { id_of(config.models.big), id_of(config.models.middle), id_of(config.models.small) };
}

std::string models_table(const Models& models, const Roles& roles, const TableStyle& table)
{
    std::vector<Column> columns = columns_for(models, roles);
    if (table.width > 0)
        fit_columns(columns, table.width);
    std::string out = table.style.bold(line_of(columns, [](const Column& c) { return c.title; })) + "\n";
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::string line = line_of(columns, [&](const Column& c) { return c.cells[i]; });
        out += (roles.of(*models[i]).empty() ? line : table.style.green(line)) + "\n";
    }
    return out;
}

std::string models_json(const Models& models, const Roles& roles)
{
    std::string out;
    json::Writer json(out);
    json.begin_array();
    for (const auto& model : models)
        append_model(json, *model, roles);
    json.end_array();
    return out + "\n";
}

} // namespace dragoman::cli
