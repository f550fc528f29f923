// What the fuzzer calls, and what the corpus test calls with every file of the corpora: the same functions.
// Each aborts when a property does not hold.
#pragma once

#include <string_view>

namespace dragoman::fuzz {

// The same events however the bytes arrive.
void sse_decoder(std::string_view bytes);

// Any text as one chunk: no crash, and whatever comes out stands in the text.
void chat_chunk(std::string_view bytes);

// The first byte chooses options, the rest is an upstream's answer: the events keep the grammar, cuts make no
// difference, and the whole form succeeds or fails like the streamed one.
void whole_stream(std::string_view bytes);

// The same for an upstream that speaks the Responses API.
void responses_stream(std::string_view bytes);

// Any body of a request: a request or an error that the client caused, never anything else.
void messages_request(std::string_view bytes);

} // namespace dragoman::fuzz
