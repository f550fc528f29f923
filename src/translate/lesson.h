// What a refusal teaches about its upstream and model, and for whom it holds.
#pragma once

#include "route/learned_facts.h"
#include "route/model_facts.h"
#include "translate/rectify.h"

namespace dragoman::translate {

struct Lesson {
    route::LearnedFacts of_model {}; // for everybody who asks this model at this upstream
    route::LearnedFacts of_session {}; // because of what this conversation holds
    route::LearnedFacts of_request {}; // because of its size, or a value that it asks for
};

// Nothing where the remedy changes nothing for that target.
Lesson lesson_of(const Rectification& found, const route::Target& target);

// Both together.
void add(Lesson& lesson, const Lesson& more);

// The window that an overflow named, where nobody has said how large it is; nothing otherwise.
route::LearnedFacts window_of(const FailureCase& one);

} // namespace dragoman::translate
