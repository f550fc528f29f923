// dragoman: lets every client of Anthropic's Messages API run on any model.
#include "base/exit_code.h"
#include "cli/run.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    try {
        return dragoman::cli::run(argc, argv, DRAGOMAN_VERSION);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "dragoman: %s\n", e.what());
        return dragoman::exit_failed;
    }
}
