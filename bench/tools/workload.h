// What an upstream is asked to answer, as the name of a model says it:
//   whole-2k     a whole answer of 2 KiB of text
//   text-500-10  a streamed one: 500 deltas of text, one every 10 ms; 0 for all of them at once
//   think-200-0  200 deltas of thinking, then one of text
//   tools-100-0  three parallel tools, whose 100 deltas of arguments interleave
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

struct Workload {
    enum class Kind : std::uint8_t { whole, text, think, tools };
    Kind kind = Kind::whole;
    unsigned size = 0; // bytes of text, or deltas
    unsigned pace_ms = 0;

    auto operator<=>(const Workload&) const = default;
};

// `model` may begin with a vendor and a slash. Nothing if it names no workload.
std::optional<Workload> parse_workload(std::string_view model);

std::string name_of(const Workload& workload); // without a vendor

} // namespace bench
