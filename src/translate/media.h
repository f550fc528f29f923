// Pictures and documents: as parts of a message, or as a note where the upstream cannot take them.
//
// Nothing is fetched here: a URL goes to an upstream that can fetch, or becomes a note. The media type of
// bytes in base64 is read from the bytes, because a wrong label is a common cause of refusals.
// https://openrouter.ai/docs/features/multimodal/images  https://openrouter.ai/docs/features/multimodal/pdfs
#pragma once

#include "anthropic/messages_request.h"
#include "translate/chat_style.h"
#include "translate/content_writer.h"

#include <string_view>

namespace dragoman::translate {

// Whether `block` becomes a part of its own; otherwise it is text.
bool is_media_part(const anthropic::Block& block, const ChatStyle& style);

// Only for blocks with is_media_part().
void write_media_part(json::Writer& json, const anthropic::Block& block, Notes* mended);

void say_file_name(TextWriter& name, const anthropic::Block& block);

// What stands in the text instead of an image, or of a document whose bytes cannot be sent.
void say_media_note(TextWriter& text, const anthropic::Block& block, const ChatStyle& style);

// "image/png" for bytes that begin like one, and so on; `otherwise` when they look like none of these.
std::string_view sniff_image(std::string_view base64, std::string_view otherwise);

} // namespace dragoman::translate
