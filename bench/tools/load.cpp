// A load generator that checks every answer and costs little itself: requests are bytes made once.
// What it takes stands in load_options.cpp; it prints one line of JSON, and what first went wrong to the
// standard error.
#include "load_run.h"

#include <fmt/format.h>

#include <cstdio>

int main(int argc, char** argv)
{
    const auto options =
        bench::parse_load_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (!options) {
        fmt::print(stderr, "bench_load: {}\n{}", options.error(), bench::load_usage);
        return 2;
    }
    bench::raise_file_limit();
    bench::LoadRun load(*options);
    load.run();
    fmt::print("{}\n", load.report_json());
}
