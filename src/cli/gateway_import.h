// The configuration of another gateway as one of dragoman's: what router_import.h and litellm_import.h make
// of a file, and the text that it becomes. Everything in the file is either carried over or named with the
// reason why not, and what to do instead; keys are never repeated.
#pragma once

#include "base/secret.h"
#include "cli/config_text.h"
#include "cli/env_import.h"
#include "cli/init_plan.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::cli {

struct GatewayImport {
    using Settings =
        std::vector<std::pair<std::string, std::string>>; // a key, and its value as TOML writes it

    struct Key {
        std::string env {}; // a variable that holds it
        Secret value {}; // or the key itself
        int weight = 1;
        bool operator==(const Key&) const = default;
    };
    struct Statement {
        std::string model {}; // or a pattern
        Settings settings {};

        void set(std::string_view key, std::string value);
    };
    struct Upstream {
        std::string name {};
        Settings settings {};
        Settings headers {};
        std::vector<Key> keys {};
        std::vector<Statement> models {};

        void set(std::string_view key, std::string value);
        Statement& about(std::string_view model);
    };
    struct Route {
        std::string origin {}; // what it was there, for a comment
        Settings when {};
        std::vector<std::string> targets {}; // as TOML writes them
    };

    std::string program {}; // whose file it is
    std::vector<Upstream> upstreams {};
    std::vector<Route> routes {};
    Choices choices {}; // of [models], [server], [log]
    std::vector<std::pair<std::string, std::string>> names {}; // [models.names]
    std::vector<std::string> favourites {};
    std::vector<Secret> client_tokens {};
    std::vector<Import::Line> carried {};
    std::vector<Import::Line> left {};

    void carry(std::string name, std::string what)
    {
        carried.push_back({ std::move(name), std::move(what) });
    }
    void leave(std::string name, std::string why) // once, however often the file says it
    {
        const auto said = [&](const Import::Line& line) { return line.name == name && line.what == why; };
        if (std::ranges::none_of(left, said))
            left.push_back({ std::move(name), std::move(why) });
    }
    Upstream* upstream(std::string_view name);
};

void set_in(GatewayImport::Settings& settings, std::string_view key, std::string value);

// A key of a table, in quotes where TOML needs them.
std::string toml_key(std::string_view key);

// Where a key that stands in the file itself goes: FOLDER/NAME.key, FOLDER/NAME-2.key ...
std::vector<SecretFile> key_files(const GatewayImport& import, const std::string& folder);

// `folder` is where key files are; empty: without them, for a look before anything is written.
std::string gateway_config_text(const GatewayImport& import, const std::string& folder);

// Variables that have to be set where dragoman runs.
std::vector<std::string> variables_of(const GatewayImport& import);

} // namespace dragoman::cli
