// The content of an input item: an array of parts.
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "translate/content_writer.h"
#include "translate/notes.h"

#include <string_view>

namespace dragoman::translate {

class PartsWriter {
public:
    // `type` is that of the texts: input_text, or output_text for what the model said. Takes the place of a
    // value in `json`, until finish(). `mended` as for a TextWriter.
    PartsWriter(json::Writer& json, std::string_view type, Notes* mended);

    TextWriter& begin_text();
    void end_text();

    // An image or a file, for blocks with is_media_part().
    void medium(const anthropic::Block& block);

    void finish();

private:
    void write_image(const anthropic::Block& block);
    void write_file(const anthropic::Block& block);

    json::Writer& json_;
    TextWriter text_;
    std::string_view type_;
    Notes* mended_;
};

} // namespace dragoman::translate
