#include "translate/conversation.h"

#include "translate/conversation_turns.h"
#include "translate/message_writer.h"
#include "translate/system_prompt.h"

namespace dragoman::translate {

Result<void> write_messages(json::Writer& json, const Scene& scene)
{
    Turns found = find_turns(scene.request, scene.notes);
    if (found.turns.empty())
        return Failure(
            Error::bad_request("messages: at least one message must have content that is not empty"));
    json.begin_array();
    if (!scene.style.system_in_user)
        write_system_prompt(json, scene, found.leading);
    MessageWriter writer(json, scene, found.leading);
    for (const Turn& turn : found.turns) {
        if (turn.assistant)
            writer.assistant(turn, &turn == &found.turns.back());
        else
            writer.others(turn);
    }
    if (found.turns.back().assistant && !scene.style.takes_prefill)
        writer.ask_for_the_rest();
    json.end_array();
    return {};
}

} // namespace dragoman::translate
