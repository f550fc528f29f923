// Which models the client is told of, and what is known of them. Asked of a dragoman that serves, or of the
// configuration and the catalogue where none does; the answer is an entry of /v1/models either way.
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/config.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

struct ClientModel {
    std::string id {}; // the upstream's slug
    std::string name {}; // for people
    std::string description {};
    std::optional<std::uint64_t> window {}; // tokens
    std::optional<std::uint64_t> max_output {};
};

struct ClientModels {
    ClientModel main {}; // what a session begins with
    ClientModel opus {};
    ClientModel sonnet {};
    ClientModel haiku {};
    ClientModel fable {};
    std::vector<std::string> warnings {};
};

// The entry of one name, as GET /v1/models/NAME answers; Error::not_found for a name that means nothing.
using ModelSource = std::function<Result<std::string>(std::string_view name)>;
ModelSource models_of_instance(std::string url, Secret token);
ModelSource models_of_configuration(
    const config::Config& config, const Environment& environment, const std::string& version);

// `model` is what the person asked for, empty: the configured one; `arguments` the client's, among which may
// be a --model of its own. Error::not_found, with the nearest names.
Result<ClientModels> choose_models(
    const ModelSource& source, const std::string& model, std::span<const std::string> arguments);

// The same models under names that routes look at: of the families ("anthropic-via/opus"), or the name that
// was typed. A slug that begins with an upstream's name would pass them by.
void ask_by_family(ClientModels& models, const std::string& model, std::span<const std::string> arguments);

// The value of the client's `--model X` or `--model=X`, the last one; empty without.
std::string model_argument(std::span<const std::string> arguments);

} // namespace dragoman::cli
