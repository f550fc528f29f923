// What was learned of a model, put into what one request needs to know of it: quirks and facts, as if the
// upstream's preset and list had said so.
#pragma once

#include "route/learned_facts.h"
#include "route/model_facts.h"

namespace dragoman::route {

// Doing it twice changes nothing. The target's own copy of the facts is made only where they change.
void apply_learned(const LearnedFacts& learned, Target& target);

} // namespace dragoman::route
