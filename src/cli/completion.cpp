#include "cli/completion.h"

#include "cli/catalogue.h"
#include "cli/models_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace dragoman::cli {

namespace {

// How the value of an option, or an argument, is completed.
enum class Value : std::uint8_t { none, anything, file, folder, model, words };

struct Completion {
    Value value = Value::none;
    std::string words {};
};

Completion completion_of(const std::string& type, const std::string& command)
{
    if (type.empty())
        return {};
    if (type == "FILE")
        return { Value::file, "" };
    if (type == "FOLDER")
        return { Value::folder, "" };
    if (type == "MODEL")
        return { Value::model, "" };
    if (type == "LEVEL")
        return { Value::words, "trace debug info warning error" };
    if (type == "ORDER")
        return { Value::words, "name price context" };
    if (type == "SCENARIO")
        return { Value::words, "background thinking long_context web_search image subagent" };
    if (type == "ACTION")
        return { Value::words, "install uninstall status" };
    if (type == "SHELL")
        return { Value::words, command == "completion" ? "bash zsh fish" : "sh fish powershell cmd" };
    return { Value::anything, "" };
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with)
{
    std::string out;
    for (std::size_t place = 0;;) {
        const std::size_t next = text.find(what, place);
        out += text.substr(place, next - place);
        if (next == std::string_view::npos)
            return out;
        out += with;
        place = next + what.size();
    }
}

std::string spellings(const OptionText& option, std::string_view between)
{
    return option.short_name.empty() ? option.name
                                     : fmt::format("{}{}{}", option.short_name, between, option.name);
}

// --- bash

std::string bash_action(const Completion& completion)
{
    switch (completion.value) {
    case Value::file:
        return R"sh(compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")))sh";
    case Value::folder:
        return R"sh(compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")))sh";
    case Value::model:
        return "_dragoman_models";
    case Value::words:
        return fmt::format(R"sh(COMPREPLY=($(compgen -W "{}" -- "$current")))sh", completion.words);
    case Value::anything:
    case Value::none:
        break;
    }
    return ":";
}

constexpr std::string_view bash_begin = R"sh(# bash completion for dragoman
_dragoman_models() {
    COMPREPLY=($(compgen -W "$(dragoman completion models 2> /dev/null)" -- "$current"))
    # bash splits words at the colon of "vendor/model:free": only what follows it may be offered.
    local before=${current%"${current##*:}"}
    [[ $COMP_WORDBREAKS == *:* && $before ]] && COMPREPLY=("${COMPREPLY[@]#"$before"}")
}

_dragoman() {
    local line=${COMP_LINE:0:COMP_POINT} command= current= i arguments=0
    local -a words
    read -r -a words <<< "$line"
    [[ $line == *[[:space:]] ]] || { current=${words[-1]}; unset 'words[-1]'; }
    local previous=${words[-1]}
    COMPREPLY=()
)sh";

std::string bash_options(const std::vector<CommandText>& commands)
{
    std::string text;
    for (const CommandText& command : commands) {
        std::string names;
        for (const OptionText& option : command.options)
            names += (names.empty() ? "" : " ") + spellings(option, " ");
        const std::string label = command.name.empty() ? "'' | serve | check-config" : command.name;
        if (command.name != "serve" && command.name != "check-config")
            text += fmt::format("        {}) options=\"{}\" ;;\n", label, names);
    }
    return text;
}

} // namespace

std::string bash_completion(const std::vector<CommandText>& commands)
{
    std::string valued;
    std::string values;
    std::string names;
    std::string arguments;
    for (const CommandText& command : commands) {
        if (!command.name.empty())
            names += (names.empty() ? "" : " ") + command.name;
        for (const OptionText& option : command.options) {
            if (option.value.empty())
                continue;
            if (command.name.empty())
                valued += (valued.empty() ? "" : " | ") + spellings(option, " | ");
            std::string patterns =
                fmt::format("{}:{}", command.name.empty() ? "*" : command.name, option.name);
            if (!option.short_name.empty())
                patterns += fmt::format(" | *:{}", option.short_name);
            const std::string line = fmt::format("        {}) {}; return ;;\n", patterns,
                bash_action(completion_of(option.value, command.name)));
            // A command's own meaning of an option comes before that of dragoman itself.
            command.name.empty() ? values.append(line) : values.insert(0, line);
        }
        if (!command.argument.empty())
            arguments += fmt::format("        {}) {} ;;\n", command.name,
                bash_action(completion_of(command.argument, command.name)));
    }
    return fmt::format(R"sh({}    for ((i = 1; i < ${{#words[@]}}; i++)); do
        case ${{words[i]}} in
            {} | --shell) ((i++)) ;;
            -*) ;;
            *) if [[ $command ]]; then ((arguments++)); else command=${{words[i]}}; fi ;;
        esac
    done
    case $command:$previous in
{}    esac
    # What follows the model is Claude Code's.
    [[ $command == code && $arguments -gt 0 ]] && {{ compopt -o default; return; }}
    local options=
    case $command in
{}    esac
    [[ $current == -* ]] && {{ COMPREPLY=($(compgen -W "$options" -- "$current")); return; }}
    case $command in
        '') COMPREPLY=($(compgen -W "{}" -- "$current")) ;;
        code) [[ $arguments -eq 0 ]] && _dragoman_models ;;
{}    esac
}}
complete -F _dragoman dragoman
)sh",
        bash_begin, valued, values, bash_options(commands), names, arguments);
}

// --- zsh

namespace {

std::string zsh_action(const Completion& completion)
{
    switch (completion.value) {
    case Value::file:
        return "_files";
    case Value::folder:
        return "_files -/";
    case Value::model:
        return "_dragoman_models";
    case Value::words:
        return "(" + completion.words + ")";
    case Value::anything:
    case Value::none:
        break;
    }
    return " ";
}

std::string zsh_text(std::string_view text)
{
    std::string out;
    for (const char c : replaced(text, "'", "'\\''")) {
        if (c == '[' || c == ']' || c == ':')
            out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_options(const CommandText& command, std::string_view indent)
{
    std::string text;
    for (const OptionText& option : command.options) {
        const std::string value = option.value.empty()
            ? ""
            : fmt::format(":{}:{}", option.value, zsh_action(completion_of(option.value, command.name)));
        const std::string name = option.short_name.empty()
            ? fmt::format("'{}", option.name)
            : fmt::format("'({0} {1})'{{{0},{1}}}'", option.short_name, option.name);
        text += fmt::format("{}{}[{}]{}' \\\n", indent, name, zsh_text(option.what), value);
    }
    return text;
}

std::string zsh_arguments(const CommandText& command)
{
    constexpr std::string_view indent = "                    ";
    if (command.name == "code")
        return fmt::format("{0}'1:model:_dragoman_models' \\\n{0}'*:: :_default'", indent);
    if (command.argument.empty())
        return fmt::format("{}&& return", indent);
    return fmt::format(
        "{}'1:{}:{}'", indent, command.argument, zsh_action(completion_of(command.argument, command.name)));
}

} // namespace

std::string zsh_completion(const std::vector<CommandText>& commands)
{
    std::string names;
    std::string cases;
    for (const CommandText& command : commands) {
        if (command.name.empty())
            continue;
        names += fmt::format("                '{}:{}'\n", command.name, zsh_text(command.what));
        const bool shares = command.name == "serve" || command.name == "check-config";
        CommandText shown = command;
        if (shares)
            shown.options = commands.front().options;
        cases += fmt::format("                {})\n                    _arguments \\\n{}{} ;;\n",
            command.name, zsh_options(shown, "                    "), zsh_arguments(shown));
    }
    return fmt::format(R"sh(#compdef dragoman
_dragoman_models() {{
    local -a ids
    ids=(${{(f)"$(dragoman completion models 2> /dev/null)"}})
    compadd -a ids
}}

_dragoman() {{
    local context state state_descr line
    typeset -A opt_args
    _arguments -C \
{}        '1:command:->command' \
        '*:: :->arguments'
    case $state in
        command)
            local -a commands
            commands=(
{}            )
            _describe command commands ;;
        arguments)
            case $words[1] in
{}            esac ;;
    esac
}}

if [[ $funcstack[1] == _dragoman ]]; then _dragoman "$@"; else compdef _dragoman dragoman; fi
)sh",
        zsh_options(commands.front(), "        "), names, cases);
}

// --- fish

namespace {

std::string fish_action(const Completion& completion)
{
    switch (completion.value) {
    case Value::file:
    case Value::folder:
        return " -r -F";
    case Value::model:
        return " -x -a '(dragoman completion models 2> /dev/null)'";
    case Value::words:
        return fmt::format(" -x -a '{}'", completion.words);
    case Value::anything:
        return " -x";
    case Value::none:
        break;
    }
    return "";
}

std::string fish_text(std::string_view text) { return replaced(replaced(text, "\\", "\\\\"), "'", "\\'"); }

} // namespace

std::string fish_completion(const std::vector<CommandText>& commands)
{
    std::string text = "# fish completion for dragoman\ncomplete -c dragoman -f\n";
    for (const CommandText& command : commands) {
        std::string when = "__fish_seen_subcommand_from " + command.name;
        if (command.name.empty())
            when = "__fish_use_subcommand; or __fish_seen_subcommand_from serve check-config";
        else
            text += fmt::format("complete -c dragoman -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                fish_text(command.what));
        for (const OptionText& option : command.options)
            text += fmt::format("complete -c dragoman -n '{}'{} -l {}{} -d '{}'\n", when,
                option.short_name.empty() ? "" : " -s " + option.short_name.substr(1), option.name.substr(2),
                fish_action(completion_of(option.value, command.name)), fish_text(option.what));
        const std::string argument = command.name == "code" ? "MODEL" : command.argument;
        if (!argument.empty())
            text += fmt::format(
                "complete -c dragoman -n '{}'{}\n", when, fish_action(completion_of(argument, command.name)));
    }
    return text;
}

namespace {

void append_id(std::string& ids, std::string_view id)
{
    if (std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7f; }))
        ids.append(id).append("\n");
}

// Short names, and the ids of the lists on disk, whatever their age: a shell must not wait for the network.
std::string models_at_hand(const Context& context)
{
    const auto loaded = config::load(context.sources);
    if (!loaded)
        return {};
    std::string ids;
    for (const config::ModelMapping& name : loaded->config.models.names)
        append_id(ids, name.from);
    const auto known =
        known_upstreams(loaded->config, context.sources.environment, context.version, Network::left_alone);
    for (const auto& model : models_of(loaded->config, known))
        append_id(ids, model->id);
    return ids;
}

} // namespace

int completion(const Context& context, const std::string& shell)
{
    const std::vector<CommandText> commands = describe_commands();
    if (shell == "models")
        print(models_at_hand(context));
    else if (shell == "bash")
        print(bash_completion(commands));
    else if (shell == "zsh")
        print(zsh_completion(commands));
    else
        print(fish_completion(commands));
    return exit_ok;
}

} // namespace dragoman::cli
