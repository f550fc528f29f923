#include "cli/client_models.h"

#include "cli/catalogue.h"
#include "gateway/plan.h"
#include "gateway/targets.h"
#include "json/entry.h"
#include "net/fetch.h"
#include "route/catalogue.h"
#include "route/models_list.h"
#include "route/readable_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <memory>

namespace dragoman::cli {
namespace {

constexpr auto patience = std::chrono::seconds(4); // a start waits two seconds for its first catalogue
constexpr auto catalogue_time = std::chrono::seconds(2);

std::string percent_encoded(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-_.~/").contains(c))
            out += c;
        else
            out += fmt::format("%{:02X}", byte);
    }
    return out;
}

Error not_found(std::string message)
{
    return { .kind = Error::Kind::not_found, .source = Error::Source::client, .message = std::move(message) };
}

// The sentence inside an error's body.
std::string message_of(const std::string& body)
{
    json::Document document;
    const auto root = document.parse(body);
    const auto entry = json::Entry(root ? root->object() : std::nullopt).entry("error");
    return entry.text("message").value_or("it gave an answer that cannot be read");
}

// Lists on the disk will do, however old; only for the first upstream's is anybody asked, since a start
// waits.
gateway::Catalogues catalogues_at_hand(
    const config::Config& config, const Environment& environment, const std::string& version)
{
    std::vector<KnownUpstream> known;
    if (!config.catalogue.enabled || config.demo)
        return {};
    for (const config::Upstream& upstream : config.upstreams)
        known.push_back({ &upstream,
            known_models(config, upstream, environment, version,
                &upstream == &config.main() ? Network::asked_for_what_is_missing : Network::left_alone,
                catalogue_time) });
    return catalogues_of(known);
}

Result<ClientModel> model_of(const std::string& body)
{
    json::Document document;
    const auto root = document.parse(body);
    const json::Entry entry(root ? root->object() : std::nullopt);
    auto id = entry.text("answered_by");
    if (!id)
        id = entry.text("id");
    if (!id || id->empty())
        return Failure(Error::internal("the list of models cannot be read"));
    ClientModel model { .id = std::move(*id),
        .name = entry.text("display_name").value_or(""),
        .description = entry.text("description").value_or(""),
        .window = entry.positive("max_input_tokens"),
        .max_output = entry.positive("max_tokens") };
    return model;
}

// By the name under which a picker shows it, so that a person reads the same everywhere.
Result<ClientModel> ask(const ModelSource& source, std::string_view name)
{
    ASSIGN_OR_RETURN(entry, source(name));
    ASSIGN_OR_RETURN(model, model_of(entry));
    if (const auto shown = source(route::picker_id(model.id)))
        if (auto readable = model_of(*shown))
            return readable;
    return model;
}

// What can be an upstream's id: a vendor and a name, without blanks or what means something to a shell.
bool is_slug(std::string_view name)
{
    const bool has_parts = name.contains('/') && !name.starts_with('/') && !name.ends_with('/');
    return has_parts && std::ranges::all_of(name, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._:/@~+[]").contains(c);
    });
}

// An id with a slash goes through whether it is listed or not: the list may be older than the model.
Result<ClientModel> ask_for_chosen(
    const ModelSource& source, std::string_view name, std::vector<std::string>& warnings)
{
    auto model = ask(source, name);
    if (model || model.error().kind != Error::Kind::not_found || !is_slug(name))
        return model;
    warnings.push_back(model.error().message);
    return ClientModel { .id = std::string(name), .name = std::string(name) };
}

// What a name of Claude's is answered by. Where such names go through as they are, what is configured for the
// family.
Result<ClientModel> ask_for_family(
    const ModelSource& source, const std::string& newest, std::string_view family)
{
    auto model = ask(source, newest);
    return model && model->id == newest ? ask(source, family) : model;
}

// Asked once for each name.
ModelSource remembering(const ModelSource& source)
{
    auto known = std::make_shared<std::map<std::string, Result<std::string>, std::less<>>>();
    return [known, source](std::string_view name) {
        auto found = known->find(name);
        if (found == known->end())
            found = known->emplace(name, source(name)).first;
        return found->second;
    };
}

Result<void> choose_families(const ModelSource& source, ClientModels& models)
{
    ASSIGN_OR_RETURN(opus, ask_for_family(source, "claude-opus-5-5", "opus"));
    ASSIGN_OR_RETURN(sonnet, ask_for_family(source, "claude-sonnet-5-5", "sonnet"));
    ASSIGN_OR_RETURN(haiku, ask_for_family(source, "claude-haiku-5-5", "haiku"));
    ASSIGN_OR_RETURN(fable, ask_for_family(source, "claude-fable-5-2", "fable"));
    models.opus = std::move(opus);
    models.sonnet = std::move(sonnet);
    models.haiku = std::move(haiku);
    models.fable = std::move(fable);
    return {};
}

const ClientModel* family_named(std::string_view name, const ClientModels& models)
{
    const std::array<std::pair<std::string_view, const ClientModel*>, 7> families {
        { { "opus", &models.opus }, { "opusplan", &models.opus }, { "sonnet", &models.sonnet },
            { "haiku", &models.haiku }, { "fable", &models.fable }, { "default", &models.main },
            { "best", &models.opus } }
    };
    const auto* const found =
        std::ranges::find(families, name, [](const auto& family) { return family.first; });
    return found == families.end() ? nullptr : found->second;
}

void warn_of_unknown_window(ClientModels& models)
{
    if (!models.main.window && models.warnings.empty())
        models.warnings.push_back(fmt::format("the window of {} is not known (no list of models from the "
                                              "upstream); Claude Code will assume one",
            models.main.id));
}

} // namespace

ModelSource models_of_instance(std::string url, Secret token)
{
    return [url = std::move(url), token = std::move(token)](std::string_view name) -> Result<std::string> {
        const net::FetchRequest request { .url = url + "/v1/models/" + percent_encoded(name),
            .fields = { { "authorization", "Bearer " + std::string(token.reveal()) } },
            .time = patience };
        auto answer = net::fetch(request, {}); // on this machine: no proxy has a part in it
        if (!answer)
            return Failure(answer.error());
        if (answer->status == 200)
            return std::move(answer->body);
        auto message = message_of(answer->body);
        return Failure(
            answer->status == 404 ? not_found(std::move(message)) : Error::internal(std::move(message)));
    };
}

ModelSource models_of_configuration(
    const config::Config& config, const Environment& environment, const std::string& version)
{
    struct Known {
        config::Config config;
        gateway::Catalogues catalogues;
    };
    const auto known =
        std::make_shared<const Known>(Known { config, catalogues_at_hand(config, environment, version) });
    return [known, rules = gateway::rules_of(config)](std::string_view name) {
        return route::model_entry(percent_encoded(name), rules,
            known->catalogues.of(known->config.main().name),
            gateway::lookup_of(known->config, known->catalogues));
    };
}

std::string model_argument(std::span<const std::string> arguments)
{
    std::string model;
    for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
        const std::string_view argument = arguments[i];
        constexpr std::string_view with_value = "--model=";
        if (argument == "--model" && i + 1 < arguments.size())
            model = arguments[++i];
        else if (argument.starts_with(with_value))
            model = argument.substr(with_value.size());
    }
    return model;
}

Result<ClientModels> choose_models(
    const ModelSource& given, const std::string& model, std::span<const std::string> arguments)
{
    const ModelSource source = remembering(given);
    ClientModels models;
    if (auto found = choose_families(source, models); !found)
        return Failure(found.error());
    if (model.empty()) {
        ASSIGN_OR_RETURN(chosen, ask(source, "default"));
        models.main = std::move(chosen);
    } else {
        ASSIGN_OR_RETURN(chosen, ask_for_chosen(source, model, models.warnings));
        const bool has_small = models.haiku.id != models.opus.id;
        models.main = models.opus = models.sonnet = models.fable = chosen;
        if (!has_small)
            models.haiku = chosen;
    }
    if (const std::string own = model_argument(arguments); !own.empty()) {
        const ClientModel* family = family_named(own, models);
        if (family == nullptr) {
            ASSIGN_OR_RETURN(chosen, ask_for_chosen(source, own, models.warnings));
            models.main = std::move(chosen);
        } else {
            models.main = ClientModel(*family);
        }
    }
    warn_of_unknown_window(models);
    return models;
}

void ask_by_family(ClientModels& models, const std::string& model, std::span<const std::string> arguments)
{
    const auto ask_as = [](ClientModel& one, std::string_view name) {
        one.id = std::string(route::alias_prefix).append(name);
    };
    const std::string own = model_argument(arguments);
    const bool is_family = own == "opus" || own == "sonnet" || own == "haiku" || own == "fable";
    const bool has_small = models.haiku.id != models.opus.id;
    const bool names_target = model.find_first_of("/,") != std::string::npos;
    if (model.empty()) {
        ask_as(models.opus, "opus");
        ask_as(models.sonnet, "sonnet");
        ask_as(models.fable, "fable");
        if (own.empty())
            ask_as(models.main, "opus");
    } else if (!names_target) {
        models.opus.id = models.sonnet.id = models.fable.id = model;
        if (own.empty())
            models.main.id = model;
    }
    if (model.empty() || has_small)
        ask_as(models.haiku, "haiku");
    if (is_family && (model.empty() || (own == "haiku" && has_small)))
        ask_as(models.main, own);
}

} // namespace dragoman::cli
