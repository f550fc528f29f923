// What one chat upstream and model want of the shape of messages.
//
// Asked once for each request; everything that writes messages looks here instead of at the target, so that
// the rules of vendors stand in one place.
#pragma once

#include "route/model_facts.h"

#include <string_view>

namespace dragoman::translate {

struct ChatStyle {
    explicit ChatStyle(const route::Target& target);

    std::string_view model; // for notes that the model will read

    // Cache breakpoints are kept. They move from turn to turn, and the shape of a message must not follow
    // them: for such models content is always an array of parts, marked or not, for all others a string
    // whenever there is nothing but text.
    bool cache_parts = false;

    // Takes role "system" between other messages; others get it as a reminder in what was said before.
    bool system_anywhere = false;
    std::string_view system_role = "system"; // or "developer"
    bool system_in_user = false; // there is no such role: it is said in the user's first message
    bool user_after_tool = true; // a user's message may follow a tool's directly

    bool null_content = true; // a message that only calls has content null; otherwise an empty text
    bool images = true; // pictures as parts; otherwise a note says that there was one
    bool files = false; // PDFs as parts; otherwise a note
    bool file_urls = false; // and those of which only the address is known

    // An answer that was begun for the model: the last message is the assistant's.
    bool trims_prefill = false; // refuses one that ends in white space
    bool takes_prefill = true; // goes on with it; otherwise the user asks for the rest
    std::string_view prefill_flag {}; // what its message says beside; empty: nothing

    bool names_results = false; // a tool's result says the name of the tool
};

} // namespace dragoman::translate
