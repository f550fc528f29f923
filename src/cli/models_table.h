// Which models of a catalogue a person asked for, and how they are shown: a table for people, JSON for
// programs. Pure.
#pragma once

#include "cli/catalogue.h"
#include "cli/command_line.h"
#include "cli/terminal.h"
#include "config/config.h"
#include "route/catalogue.h"

#include <string>
#include <vector>

namespace dragoman::cli {

using Models = std::vector<route::Catalogue::Facts>;

// Everything that upstreams list, and what the configuration states about models that no list has. Of several
// upstreams each model has the upstream's name in front, as a client would name it.
Models models_of(const config::Config& config, const std::vector<KnownUpstream>& known);

// All words in id or name, in any case; then the other wishes. What the list does not say (tools, a window)
// is no reason to leave a model out, except for a price.
Models chosen_models(const Models& all, const ModelsOptions& options);
Models chosen_models(const route::Catalogue& catalogue, const ModelsOptions& options);

bool is_free(const route::ModelFacts& model);
bool matches(const route::ModelFacts& model, const std::vector<std::string>& words);

// "big", "middle", "small": what the configuration uses a model for, with a comma between several.
struct Roles {
    std::string big {}, middle {}, small {}; // ids of the list
    std::string of(const route::ModelFacts& model) const;
};
Roles roles_of(const config::Models& models, const route::Catalogue& catalogue);
Roles roles_of(const config::Config& config, const std::vector<KnownUpstream>& known);

struct TableStyle {
    Style style {};
    std::size_t width = 0; // columns; 0: as wide as it gets
};
std::string models_table(const Models& models, const Roles& roles, const TableStyle& table);

std::string models_json(const Models& models, const Roles& roles);

} // namespace dragoman::cli
