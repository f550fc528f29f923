// The events of a streamed Message, put together to the one Message they stand for.
// https://docs.anthropic.com/en/docs/build-with-claude/streaming
//
// Blocks are kept as they began, with all their fields, and grow by their deltas; unknown blocks stay as they
// began. So a field that is newer than this program survives.
#pragma once

#include "json/document.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

class MessageAggregate {
public:
    // One parsed event whose type is `type`. Nothing of it is kept but copies.
    void add(std::string_view type, const json::Object& event);

    // The Message under the name that the client knows the model by. `id_without_start` is its id in case
    // that no message_start came.
    void append(std::string& out, std::string_view client_model, std::string_view id_without_start) const;

private:
    struct Block {
        std::string start {}; // the content_block object
        std::string text {}; // this and the next three: escaped
        std::string thinking {};
        std::string signature {};
        std::string partial_json {};
        std::vector<std::string> citations {};
        std::string content {}; // a compaction's, as a JSON value
    };

    void add_delta(Block& block, const json::Object& delta);
    static void append_block(std::string& out, const Block& block);

    std::string message_ {}; // of message_start
    std::map<std::int64_t, Block> blocks_ {}; // by index
    std::vector<std::pair<std::string, std::string>> ending_ {}; // fields of message_delta: name, raw value
    std::vector<std::pair<std::string, std::string>> usage_ {}; // merged
};

} // namespace dragoman::translate
