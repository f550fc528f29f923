// What each of the last sessions has cost, and who answered it: for the client's status line. In memory only,
// at most `kept_max` sessions, the one that was quiet for longest goes first. Written once for each request.
#pragma once

#include "base/request_record.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dragoman::gateway {

struct SessionFigures {
    // Who answered to one of the names that the client uses: its background requests ask for another one than
    // the conversation.
    struct Answering {
        std::string client_model {}; // as the client asked for it
        std::string model {}; // the upstream's name
        std::string provider {}; // behind the upstream; empty: not said
        std::optional<std::uint64_t> context_window {}; // of the model, if it is known
    };

    std::uint64_t requests = 0;
    std::uint64_t input_tokens = 0;
    std::uint64_t cached_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::optional<std::uint64_t> cost_usd_micros {}; // unset: no answer had a price
    std::vector<Answering> answering {}; // the last one that answered first, at most names_max
};

class Sessions {
public:
    static constexpr std::size_t kept_max = 1000;
    static constexpr std::size_t names_max = 8; // of one session
    static constexpr std::size_t name_max = 256; // bytes; longer ones are no names of models
    static constexpr std::size_t id_max = 128;

    // Letters, digits, '-', '_' and '.', as in a UUID: what can stand in a path as it is.
    static bool is_id(std::string_view id);

    // What is no id is not kept. From any thread.
    void note(
        const std::string& id, const RequestRecord& record, std::optional<std::uint64_t> context_window);
    std::optional<SessionFigures> find(std::string_view id) const;
    std::size_t size() const;

private:
    struct Session {
        std::string id;
        SessionFigures figures {};
    };
    using Order = std::list<Session>; // the newest first

    SessionFigures& figures_of(const std::string& id);

    mutable std::mutex mutex_;
    Order order_;
    std::unordered_map<std::string_view, Order::iterator> by_id_; // keys borrow from order_
};

} // namespace dragoman::gateway
