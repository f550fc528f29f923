#include "gateway/demo_server.h"

#include "gateway/demo_model.h"
#include "gateway/respond.h"
#include "net/timer.h"

namespace dragoman::gateway {

namespace {

constexpr auto pace = std::chrono::milliseconds(15); // of its words, so that streaming can be seen

class DemoHandler final : public net::Handler {
public:
    std::optional<net::Refusal> admit(const net::RequestHead&) override { return std::nullopt; }
    net::Refusal refusal(int status, const Error& error, const net::RequestHead*) override
    {
        net::Refusal answer = render(error, "demonstration");
        answer.status = status;
        return answer;
    }

    net::Task<void> handle(net::ClientRequest& request, net::ResponseWriter& response) override
    {
        if (request.head.path().ends_with("/models")) {
            net::Refusal models = render_json(200, std::string(demo_models()), "demonstration");
            (void)co_await send(response, models);
            co_return;
        }
        Result<DemoAnswer> answer = demo_answer(request.body);
        if (!answer) {
            net::Refusal refused = render(answer.error(), "demonstration");
            (void)co_await send(response, refused);
        } else if (answer->stream) {
            co_await stream(*answer, response);
        } else {
            net::Refusal whole = render_json(200, answer->parts.front(), "demonstration");
            (void)co_await send(response, whole);
        }
    }

private:
    static net::Task<void> stream(const DemoAnswer& answer, net::ResponseWriter& response)
    {
        const net::Field type { "content-type", "text/event-stream" };
        Result<void> sent = response.head(200, { &type, 1 });
        for (const std::string& part : answer.parts) {
            if (!sent)
                co_return;
            std::string event = "data: " + part + "\n\n";
            sent = co_await response.body(event);
            co_await net::sleep_for(pace);
        }
        (void)co_await response.end();
    }
};

} // namespace

DemoServer::DemoServer() = default;
DemoServer::~DemoServer() = default;

Result<void> DemoServer::start()
{
    net::ServerOptions options { .listen = { { .host = "127.0.0.1", .port = 0 } } };
    server_ = std::make_unique<net::Server>(std::move(options), net::Trust::none(), net::Proxies(),
        [](net::WorkerContext&) { return std::make_unique<DemoHandler>(); });
    if (auto bound = server_->bind(); !bound)
        return bound;
    server_->start();
    return {};
}

std::string DemoServer::base_url() const { return "http://" + server_->endpoints().front() + "/api/v1"; }

Result<void> set_up_demonstration(DemoServer& demo, config::Sources& sources)
{
    if (auto started = demo.start(); !started)
        return started;
    sources.environment["OPENROUTER_BASE_URL"] = demo.base_url();
    sources.environment["OPENROUTER_API_KEY"] = "demonstration";
    sources.dotenv = false;
    return {};
}

} // namespace dragoman::gateway
