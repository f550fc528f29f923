// Which model answers: from the name a client asks for to the slug an upstream is sent.
//
//     [1m], [2m]               a mark for the client's own window; taken off, never sent
//     the table                exact names and patterns, first match wins
//     anthropic-via/<slug>     the slug, in the form that a client's model picker accepts
//     provider,model           provider/model
//     anything with a slash    goes through as it is
//     claude-…, opus, sonnet…  by family: opus and fable to big, sonnet to middle, haiku to small, others big
//     anything else            404, with the nearest known names
//
// A pure function: what a model is called upstream depends on nothing but its arguments.
#pragma once

#include "base/result.h"
#include "route/catalogue.h"
#include "route/model_facts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::route {

struct Mapping {
    std::string from {}; // a name, or a pattern with '*'
    std::string to {};
};

// A model of an upstream that differs from the others, or of which the list does not tell everything. The
// first that matches counts.
struct ModelStatement {
    std::string model {}; // a name, or a pattern with '*'
    Quirks added {};
    Quirks removed {};
    std::optional<std::uint64_t> context {};
    std::optional<std::uint64_t> output {};
    std::optional<bool> images {};
    std::optional<bool> files {};
    std::optional<bool> tools {};
    std::optional<bool> thinking {};
};

struct Rules {
    enum class DialectChoice : std::uint8_t { automatic, chat, messages, responses };

    std::string big {};
    std::string middle {};
    std::string small {};
    std::vector<Mapping> map {};
    std::vector<std::string> offered {}; // what a client's picker offers besides big, middle and small
    std::vector<std::string> places {}; // of routes and upstreams: names that a client may ask for as well
    std::string upstream {}; // its name, for people
    DialectChoice dialect = DialectChoice::automatic; // messages for anthropic/*, chat for the rest
    bool openrouter = true;
    Quirks quirks {}; // the preset's; models bring more along, and cannot do all of it
    Quirks stated {}; // whatever the model is
    Quirks not_stated {};
    std::vector<ModelStatement> models {};

    // Slugs of this upstream have a vendor in front, so that a name without slash cannot be one. False for
    // other servers: what is no Claude name goes through.
    bool slugs_have_vendor = true;

    // The upstream knows Claude's own names (Anthropic's API): they go through as they are.
    bool claude_names_go_through = false;
};

// Errors: bad_request for what can be no model's name (an address, a path, control characters), not_found for
// an unknown name. Both have should_retry == false, and neither repeats more of the name than is printable.
Result<Target> resolve(std::string_view client_model, const Rules& rules, const Catalogue& catalogue);

// The two halves of resolve(): which model is meant, as a slug that may still begin with the name of an
// upstream, and the target that it is for the upstream of these rules.
Result<std::string> slug_of(std::string_view client_model, const Rules& rules, const Catalogue& catalogue);
Target target_for(std::string_view slug, const Rules& rules, const Catalogue& catalogue);

// What a client asked for, without a window mark and without the form that its picker needs.
std::string_view asked_model(std::string_view client_model);

// Nothing that could mean another host, another path or another header upstream; at most 256 characters.
bool is_model_name(std::string_view name);

// The name without "[1m]" and the like.
std::string_view without_window_mark(std::string_view name);

// Whether a client means one of Claude's families by it: "claude-…", "opus", "default" …
bool is_claude_name(std::string_view name);

// big, middle or small, for a name that is_claude_name(); the first of the list where nobody has named one.
// Errors: not_found, when there is no list either.
Result<std::string> family_model(
    std::string_view claude_name, const Rules& rules, const Catalogue& catalogue);

// The first of a list that can answer, not only measure texts; empty when there is none.
std::string first_model(const Catalogue& catalogue);

// Whether a name means something by itself, before anybody looks at what it is made of: it stands in the
// table, is one of the models of the rules, or in the list.
bool is_known_name(std::string_view name, const Rules& rules, const Catalogue& catalogue);

// The form of a slug that a client's picker accepts: "anthropic-via/openai/gpt-5.5".
inline constexpr std::string_view alias_prefix = "anthropic-via/";

} // namespace dragoman::route
