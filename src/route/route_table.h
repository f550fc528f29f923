// Routes: which targets a request goes to, by what it asks for and what kind of request it is. The first
// route that fits counts; its targets are tried in their order. Pure.
#pragma once

#include "base/limits.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::route {

enum class Scenario : std::uint8_t {
    any,
    background, // a small model is asked for, or the client asks something on the side
    thinking, // thinking is asked for
    long_context, // more than so many estimated tokens
    web_search, // the client's own web search
    image, // there is a picture or a document among the messages
    subagent // an agent asks that another one started
};
std::string_view name_of(Scenario scenario);
std::span<const std::string_view> scenario_names(); // without `any`, in the order of the enumeration

// One place to send a request to, and what only this place is asked for.
struct RouteTarget {
    std::string upstream {}; // the name of one
    std::string model {}; // as that upstream names it; empty: what the client asked for
    std::string models {}; // JSON for a router's `models`; empty: none
    std::string provider {}; // JSON for `provider`
    std::string plugins {}; // JSON for `plugins`
    std::optional<std::chrono::milliseconds> first_byte {};
    std::optional<std::chrono::milliseconds> idle {};
    bool operator==(const RouteTarget&) const = default;
};
std::string to_string(const RouteTarget& target); // "home/qwen3-coder", "home"

struct Route {
    std::string name {}; // empty: it cannot be asked for
    std::string model {}; // of what the client asked for: a name or a pattern with '*'; empty: any
    std::string family {}; // opus, sonnet, haiku, fable; empty: any
    Scenario scenario = Scenario::any;
    std::uint64_t tokens_over = limits::long_context; // of long_context
    std::vector<RouteTarget> targets {}; // never empty
    bool resume = false; // a stream that breaks off ends as if it were full: the client goes on by itself
    bool operator==(const Route&) const = default;
};

// What a request is, as far as routes look at it.
struct Aspects {
    std::string_view model {}; // as the client asked, without a window mark
    std::uint64_t tokens = 0; // estimated
    bool side_request = false;
    bool thinking = false;
    bool web_search = false;
    bool media = false;
    bool subagent = false;
};

bool is_in_scenario(Scenario scenario, const Aspects& aspects, std::uint64_t tokens_over);
bool fits(const Route& route, const Aspects& aspects);
const Route* route_for(std::span<const Route> routes, const Aspects& aspects); // null: none fits
const Route* route_named(std::span<const Route> routes, std::string_view name);

// "model claude-*-haiku*, background": why a route fits, for people.
std::string describe_condition(const Route& route);

} // namespace dragoman::route
