// Reads a request as it comes, without keeping its body: how long it is, and which workload its model names.
#pragma once

#include "workload.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

// Finds "model":"…/WORKLOAD" in a text that comes in pieces, wherever it stands.
class ModelFinder {
public:
    void feed(std::string_view piece);
    const std::optional<Workload>& found() const { return found_; }

private:
    void look_at(std::string_view text);

    std::optional<Workload> found_;
    std::string end_; // of what came before, since a name may be cut
};

class RequestReader {
public:
    enum class State : std::uint8_t { head, body, complete, bad };

    // Takes what belongs to this request, and says how many bytes that was.
    std::size_t feed(std::string_view bytes);

    State state() const { return state_; }
    std::string_view method() const { return method_; }
    std::string_view path() const { return path_; }
    bool keep_alive() const { return keep_alive_; }
    std::uint64_t body_bytes() const { return body_bytes_; }
    const std::optional<Workload>& workload() const { return model_.found(); }

private:
    std::size_t feed_head(std::string_view bytes);
    std::size_t feed_body(std::string_view bytes);
    bool read_head();
    bool read_field(std::string_view line);

    State state_ = State::head;
    std::string head_;
    std::string method_;
    std::string path_;
    bool keep_alive_ = true;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t missing_ = 0;
    ModelFinder model_;
};

} // namespace bench
