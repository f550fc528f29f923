#include "translate/chat_style.h"

#include "translate/cache_control.h"

namespace dragoman::translate {

ChatStyle::ChatStyle(const route::Target& target)
    : model(target.model)
{
    bool claude = target.is_vendor("anthropic");
    cache_parts = takes_cache_control(target);
    system_anywhere = target.openrouter && (claude || target.is_vendor("openai"));
    images = !target.facts || target.facts->takes_images();
    files = target.openrouter; // OpenRouter reads PDFs itself for models that cannot
    trims_prefill = claude;
}

} // namespace dragoman::translate
