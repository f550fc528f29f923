// A scripted provider for measurements: what it answers stands in the request, as the name of the model.
//   bench_upstream [--port N] [--tls CERTIFICATE KEY]
// Says "port N", serves until SIGTERM, and then prints what it counted as one line of JSON.
#include "http_text.h"
#include "upstream_server.h"

#include <fmt/format.h>

#include <cstdio>
#include <span>

namespace bench {

namespace {

constexpr std::string_view usage = "usage: bench_upstream [--port N] [--tls CERTIFICATE KEY]\n";

struct Options {
    std::uint16_t port = 0;
    std::string certificate;
    std::string key;
};

std::optional<Options> parse(std::span<char*> words)
{
    Options options;
    for (std::size_t n = 0; n < words.size(); ++n) {
        const std::string_view word = words[n];
        if (word == "--port" && n + 1 < words.size()) {
            const auto port = number_of<std::uint16_t>(words[++n]);
            if (!port)
                return std::nullopt;
            options.port = *port;
        } else if (word == "--tls" && n + 2 < words.size()) {
            options.certificate = words[++n];
            options.key = words[++n];
        } else {
            return std::nullopt;
        }
    }
    return options;
}

int fail(std::string_view message)
{
    fmt::print(stderr, "bench_upstream: {}\n", message);
    return 1;
}

int run(const Options& options)
{
    raise_file_limit();
    TlsContext tls;
    if (!options.certificate.empty()) {
        auto made = server_tls(options.certificate, options.key);
        if (!made)
            return fail(made.error());
        tls = std::move(*made);
    }
    const auto listening = listen_on(options.port);
    if (!listening)
        return fail(listening.error());
    UpstreamServer server(listening->fd, tls.get());
    fmt::print("port {}\n", listening->port);
    std::fflush(stdout);
    server.serve();
    fmt::print("{}\n", server.counts_json());
    return 0;
}

} // namespace

} // namespace bench

int main(int argc, char** argv)
{
    const auto options = bench::parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (!options) {
        fmt::print(stderr, "{}", bench::usage);
        return 2;
    }
    return bench::run(*options);
}
