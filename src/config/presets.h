// What is known of the servers that people use: naming one of them and a key is a whole upstream. A setting
// that stands in the configuration beside the preset counts more than the preset. docs/providers.md shows
// each.
#pragma once

#include "config/config.h"
#include "route/quirks.h"

#include <span>
#include <string_view>

namespace dragoman::config {

struct Preset {
    std::string_view name; // as the configuration spells it
    std::string_view title; // for people
    std::string_view base_url; // where /chat/completions is; empty: everybody has another
    std::string_view messages_url {}; // empty: beside the base URL
    std::string_view responses_url {}; // empty: beside the base URL
    std::string_view models_url {}; // empty: beside the base URL
    std::string_view key_env {}; // the variable that people keep the key in
    bool key_required = true;
    bool has_messages = false; // speaks the Messages dialect, too
    bool has_responses = false; // speaks the Responses dialect, too
    bool vendor_in_slugs = false; // models are named vendor/model: a name without a slash is none
    bool claude_names = false; // knows Claude's own names
    Upstream::Dialect dialect = Upstream::Dialect::chat; // unless the configuration says another
    Upstream::Auth auth = Upstream::Auth::bearer;
    route::Quirks quirks {};

    // Models that stand for Claude's families while nobody names others. Empty: the first of the upstream's
    // list.
    std::string_view big {};
    std::string_view middle {}; // empty: the big one
    std::string_view small {}; // empty: the big one
};

std::span<const Preset> presets();
const Preset* preset_of(std::string_view name); // null: no such preset

// What is not said elsewhere: all but keys and URLs.
void apply_preset(Upstream& upstream, const Preset& preset);

} // namespace dragoman::config
