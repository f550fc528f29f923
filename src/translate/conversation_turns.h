// The history as chat upstreams want to see it: who speaks in turns, every tool call answered at once.
//
// A turn is everything up to the next change between the assistant and the others. What says nothing (blank
// texts, an answer that was only thought) is left out before turns are made, so that its neighbours become
// one. Only pointers are kept; the request must outlive them.
#pragma once

#include "anthropic/messages_request.h"
#include "translate/notes.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dragoman::translate {

struct Entry {
    const anthropic::Block* block = nullptr;
    anthropic::Role role = anthropic::Role::user;
    std::uint32_t message = 0; // position in the request: entries of one message belong together
};

// One call of the assistant and what came back.
struct Answered {
    const anthropic::Block* call = nullptr;
    const anthropic::Block* result = nullptr; // null: the client never sent one
};

struct Turn {
    bool assistant = false;
    std::span<Entry> entries {}; // results that found their call are not among them
    std::span<const Answered> calls {}; // of an assistant's turn; each id once
    std::span<Answered> answers {}; // of the calls of the turn before, in the order of the calls
};

struct Turns {
    std::vector<Entry> leading {}; // role system in front of everything: part of the system prompt
    std::vector<Turn> turns {};

    // What the turns are spans of.
    std::vector<Entry> entries {};
    std::vector<Answered> answers {};
};

Turns find_turns(const anthropic::MessagesRequest& request, Notes& notes);

} // namespace dragoman::translate
