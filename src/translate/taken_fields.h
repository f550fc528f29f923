// The fields of a request that its upstream takes: what somebody stated or a refusal taught to be refused is
// left out, whoever writes it.
#pragma once

#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/notes.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

inline bool refuses_fields(const route::Target& target)
{
    return target.facts && !target.facts->refused_parameters.empty();
}

// The fields of the object `all` that `target` does not refuse; the others are noted.
void append_fields_without_refused(
    json::Writer& json, std::string_view all, const route::Target& target, Notes& notes);

// What `write` writes into an object, without what is refused.
template <class Write>
void append_taken_fields(json::Writer& json, const route::Target& target, Notes& notes, Write write)
{
    if (!refuses_fields(target))
        return write(json);
    std::string all;
    json::Writer own(all);
    own.begin_object();
    write(own);
    own.end_object();
    append_fields_without_refused(json, all, target, notes);
}

} // namespace dragoman::translate
