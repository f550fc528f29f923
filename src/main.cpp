// dragoman: lets every client of Anthropic's Messages API run on any model.
#include "config/command_line.h"
#include "gateway/app.h"

#include <cstdio>
#include <exception>

namespace {

void print(std::FILE* stream, const std::string& text)
{
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

int run(int argc, char** argv)
{
    using namespace dragoman;
    using Command = config::CommandLine::Command;
    config::CommandLine line = config::parse_command_line(argc, argv, DRAGOMAN_VERSION);
    config::Sources sources { .flags = line.flags, .environment = environment_of_process() };
    switch (line.command) {
    case Command::done:
        print(stdout, line.out);
        print(stderr, line.err);
        return line.exit_code;
    case Command::check_config: {
        config::CheckResult checked = config::check_config(sources);
        print(stderr, checked.err);
        print(stdout, checked.out);
        return checked.exit_code;
    }
    case Command::serve:
        return gateway::serve(sources, DRAGOMAN_VERSION);
    }
    return config::exit_failed;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "dragoman: %s\n", e.what());
        return dragoman::config::exit_failed;
    }
}
