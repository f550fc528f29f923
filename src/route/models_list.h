// The bodies of GET /v1/models and GET /v1/models/{id}.
//
// One shape for both kinds of clients: each entry is at once a model of Anthropic's API (type, display_name,
// created_at, max_input_tokens, max_tokens, capabilities …) and of OpenAI's (object, created, owned_by), and
// so is the list around them. One page, always whole. First what a client's picker shall offer
// (readable_name.h), then the names of Claude's families that clients know (claude_names.h), with the limits
// of the models that answer in their place, then the configured models, then the catalogue. `answered_by` is
// the upstream's slug where that is another name. https://docs.anthropic.com/en/api/models-list
// https://platform.openai.com/docs/api-reference/models/list
#pragma once

#include "base/result.h"
#include "route/catalogue.h"
#include "route/resolve.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::route {

// What answers to a name.
struct Answering {
    Target target {}; // of another upstream than the first with the upstream's name in front of its model
    std::string upstream {}; // for people
    bool is_elsewhere = false; // it is another upstream's, of which `catalogue` says nothing
};

// How names become models; empty: by `rules` alone. `others` are models of other upstreams.
using Lookup = std::function<Result<Answering>(std::string_view name)>;

std::string models_list(const Rules& rules, const Catalogue& catalogue, const Lookup& lookup = {},
    const std::vector<std::string>& others = {});

// Only what is meant for a picker: Claude Code shows every entry, and has Claude's families itself.
std::string picker_list(const Rules& rules, const Catalogue& catalogue, const Lookup& lookup = {});

// `path_tail` is what follows "/v1/models/", still percent-encoded; ids contain slashes. Any name that a
// request could ask for has an entry; an unknown one is Error::not_found.
Result<std::string> model_entry(
    std::string_view path_tail, const Rules& rules, const Catalogue& catalogue, const Lookup& lookup = {});

} // namespace dragoman::route
