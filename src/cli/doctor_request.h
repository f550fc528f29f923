// What came back from a tiny request. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

struct TriedAnswer {
    bool text = false; // something was said
    bool tool = false; // a tool was called
    bool ended = false; // message_stop
    std::uint64_t output_tokens = 0;
    std::string error {}; // the message of an error, from the body or from the stream
};

TriedAnswer read_tried_answer(int status, std::string_view body);

} // namespace dragoman::cli
