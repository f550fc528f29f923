// Reads one output item of the Responses API.
#pragma once

#include "json/document.h"
#include "openai/responses_event.h"

#include <vector>

namespace dragoman::openai {

ResponsesItem read_responses_item(json::Value value);

// {"type":"url_citation","url":...,"title":...}; other annotations name no source on the web.
void read_responses_annotation(json::Value value, std::vector<Citation>& citations);

} // namespace dragoman::openai
