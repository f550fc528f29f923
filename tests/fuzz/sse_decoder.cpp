#include "base/check.h"
#include "fuzz/targets.h"
#include "sse/decoder.h"

#include <string>
#include <utility>
#include <vector>

namespace dragoman::fuzz {

namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events decode(std::string_view bytes, std::size_t step)
{
    sse::Decoder decoder(1 << 20);
    Events events;
    auto drain = [&] {
        while (auto event = decoder.next())
            events.emplace_back(event->name, event->data);
    };
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        decoder.feed(bytes.substr(at, step));
        drain();
    }
    while (auto event = decoder.finish())
        events.emplace_back(event->name, event->data);
    return events;
}

} // namespace

void sse_decoder(std::string_view bytes)
{
    Events whole = decode(bytes, bytes.size() + 1);
    for (std::size_t step : { 1UZ, 2UZ, 3UZ, 7UZ })
        CHECK(decode(bytes, step) == whole);
}

} // namespace dragoman::fuzz
