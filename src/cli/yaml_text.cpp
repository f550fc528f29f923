#include "cli/yaml_text.h"

#include "cli/yaml_reader.h"

namespace dragoman::cli {

Result<std::string> json_of_yaml(std::string_view text)
{
    YamlReader reader(text);
    ASSIGN_OR_RETURN(node, reader.read());
    std::string out;
    append_json(out, node);
    return out;
}

} // namespace dragoman::cli
