// Reads an answer as it comes and checks it: its framing up to the end, how many events, and what the last
// one says.
#pragma once

#include "histogram.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// What a body consists of. An event ends with an empty line; comments and fields are not looked into.
class BodyCheck {
public:
    // Adds to `latency` what time an event with a stamp has needed until now.
    void feed(std::string_view piece, Histogram* latency);

    std::uint64_t events() const { return events_; }
    std::uint64_t bytes() const { return bytes_; }

    // `text` stands in the last event, or near the end of an answer that has none.
    bool ends_with(std::string_view text) const;

private:
    void count_events(std::string_view piece);
    void keep_end(std::string_view piece);

    std::uint64_t events_ = 0;
    std::uint64_t bytes_ = 0;
    bool line_is_empty_ = false;
    std::string end_;
};

class ResponseReader {
public:
    enum class State : std::uint8_t { head, body, complete, bad };

    State feed(std::string_view bytes, Histogram* latency);
    State closed(); // the other end has closed the connection

    State state() const { return state_; }
    int status() const { return status_; }
    bool keep_alive() const { return keep_alive_; }
    const BodyCheck& body() const { return body_; }

private:
    enum class Framing : std::uint8_t { length, chunked, until_close };
    enum class Chunk : std::uint8_t { size, data, data_end, trailer };

    std::size_t feed_head(std::string_view bytes);
    bool read_head();
    bool read_field(std::string_view line);
    std::string_view feed_chunks(std::string_view bytes, Histogram* latency);
    bool take_line(std::string_view& bytes); // true once `line_` is whole, without its end
    void end_of_line();

    State state_ = State::head;
    Framing framing_ = Framing::until_close;
    Chunk chunk_ = Chunk::size;
    std::string head_;
    std::string line_;
    int status_ = 0;
    bool keep_alive_ = true;
    std::uint64_t missing_ = 0;
    BodyCheck body_;
};

} // namespace bench
