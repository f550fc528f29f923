// What an upstream says when it fails, in every shape that servers have for it.
//
// An object with `error` as an object or a string, an array around one, FastAPI's `detail`, Cloudflare's
// `errors`, OpenRouter's `metadata.raw` (JSON inside a string, inside JSON), Anthropic's own envelope, a page
// of HTML, plain text, or nothing. Decoding never fails: what cannot be understood is text.
// https://openrouter.ai/docs/api-reference/errors, https://platform.openai.com/docs/guides/error-codes
#pragma once

#include "json/document.h"
#include "json/members.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::openai {

struct ErrorBody {
    std::string message {}; // the innermost sentence; empty when nothing was said
    std::string outer_message {}; // what stood around it ("Provider returned error"), if that was another
    std::string provider {}; // who failed behind a router
    std::string type {};
    std::string code {}; // a number is here in digits
    std::string error_type {}; // OpenRouter's own classification, metadata.error_type
    std::string param {}; // what of the request is meant, "messages[3].content"
    int status = 0; // an HTTP status named inside the body; 0: none
    bool plain = false; // a text or a page, no JSON
    bool moderation = false; // a moderation service refused the input
    std::string retry_after {}; // as any of the bodies names it: seconds
    std::string quota {}; // names of the quotas that are used up, as Google gives them
    std::string rate_limit_reset {}; // OpenRouter repeats its header in metadata.headers
    std::optional<std::uint64_t> prompt_tokens {}; // llama.cpp: n_prompt_tokens
    std::optional<std::uint64_t> context_tokens {}; // llama.cpp: n_ctx
};

// `body` may be anything, also cut off in the middle.
ErrorBody decode_error_body(std::string_view body);

// Whether `root`, the body of a status 200 or one event of a stream, is a failure: it has an `error` that is
// neither null nor empty, an error `type` or `object`, or a choice with an `error`.
bool is_error(const json::Value& root);
bool is_error(const json::Members& root); // of an object

} // namespace dragoman::openai
