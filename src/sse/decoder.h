// Incremental server-sent-events decoder: https://html.spec.whatwg.org/multipage/server-sent-events.html
//
// Bytes go in with feed(), cut anywhere; complete events come out of next(). An event of one data line, which
// is nearly every event that upstreams send, is given as a slice of the buffer without a copy. Linear in the
// bytes fed.
//
// Some servers leave out the blank line between events. By the standard all of them are one then, of many
// data lines. Here a line of data ends the event before it where the two cannot be one JSON text: it begins
// an object or an array, and what stands before it has ended one.
#pragma once

#include "base/limits.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::sse {

struct Event {
    std::string_view name; // empty when the stream did not name it
    std::string_view data; // both valid until the next call to feed(), next() or finish()
};

class Decoder {
public:
    explicit Decoder(std::size_t event_bytes_max = limits::sse_event)
        : event_bytes_max_(event_bytes_max)
    {
    }

    void feed(std::string_view bytes);
    std::optional<Event> next();

    // What the end of the stream left without its blank line, until nothing is left; some servers omit it.
    // The standard drops such an event, so the caller decides whether its data is whole.
    std::optional<Event> finish();

    // True once an event outgrew the limit. next() gives nothing any more.
    bool overflowed() const { return overflowed_; }

    // Lines that were comments, such as ": OPENROUTER PROCESSING": signs of life, nothing else.
    std::uint64_t comments() const { return comments_; }

private:
    std::optional<std::string_view> take_line();
    std::size_t find_line_end();
    bool skip_byte_order_mark();
    void rest();
    void apply_field(std::string_view line);
    void add_data(std::string_view value);
    bool begins_another(std::string_view line) const;
    void apply_after_data(std::string_view line);
    void gather_data();
    std::optional<Event> dispatch();
    std::optional<Event> dispatch_before(std::string_view line);

    std::size_t event_bytes_max_;
    std::string buffer_;
    std::size_t consumed_ = 0; // of buffer_: lines that were taken
    std::size_t scanned_ = 0; // of buffer_: bytes that were looked at for a line end
    std::size_t line_feed_ = 0; // of buffer_: there is none between scanned_ and here
    bool at_start_ = true;
    bool dispatched_ = false;
    bool overflowed_ = false;
    std::uint64_t comments_ = 0;

    std::string name_;
    int data_lines_ = 0;
    std::size_t data_begin_ = 0; // the only data line so far, as offsets into buffer_
    std::size_t data_size_ = 0;
    std::string data_; // all lines, once there are two
    std::string late_name_; // said after data: of this event, or of the next if that is begun by a data line
    std::string given_name_; // of an event that the next one's data has ended
};

} // namespace dragoman::sse
