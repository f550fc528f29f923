#include "translate/chat_style.h"

#include "translate/cache_control.h"
#include "translate/prefill.h"

namespace dragoman::translate {

ChatStyle::ChatStyle(const route::Target& target)
    : model(target.model)
{
    using route::Quirk;
    const bool parts = !target.has(Quirk::text_only_content);
    cache_parts = parts && takes_cache_control(target);
    system_in_user = target.has(Quirk::no_system);
    system_anywhere =
        target.has(Quirk::system_anywhere) && !system_in_user && !target.has(Quirk::system_first);
    if (target.has(Quirk::developer_role))
        system_role = "developer";
    user_after_tool = !target.has(Quirk::user_after_tool);
    null_content = parts;
    images = parts && (!target.facts || target.facts->takes_images());
    // Routers read PDFs themselves for models that cannot.
    const bool readable = target.has(Quirk::routing_fields) || !target.facts || target.facts->takes_files();
    files = parts && target.has(Quirk::file_parts) && readable;
    file_urls = target.has(Quirk::routing_fields);
    trims_prefill = target.has(Quirk::trimmed_prefill);
    takes_prefill = translate::takes_prefill(target);
    if (target.has(Quirk::prefix_prefill))
        prefill_flag = "prefix";
    else if (target.has(Quirk::partial_prefill))
        prefill_flag = "partial";
    names_results = target.has(Quirk::tool_result_name);
}

} // namespace dragoman::translate
