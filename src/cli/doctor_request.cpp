// One tiny request for each configured model, asked as a client asks: through a dragoman of this process on a
// free port, with a tool and a stream, so that everything between the client and the model has to work.
#include "cli/doctor_request.h"

#include "base/id_source.h"
#include "base/log.h"
#include "cli/doctor_checks.h"
#include "gateway/service.h"
#include "json/entry.h"
#include "json/writer.h"
#include "net/fetch.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::cli {
namespace {

constexpr auto patience = std::chrono::seconds(120);
constexpr std::string_view question = "Call the tool `report` with the word ready. Nothing else is asked.";
constexpr std::string_view tool =
    R"({"name":"report","description":"Reports that everything works.","input_schema":{"type":"object",)"
    R"("properties":{"word":{"type":"string"}},"required":["word"]}})";

// Room for a model that thinks before it answers; what is not needed costs nothing.
std::string request_body(const std::string& model)
{
    std::string out;
    json::Writer json(out);
    json.begin_object().key("model").text(model).key("max_tokens").integer(2000).key("stream").boolean(true);
    json.key("tools").begin_array().raw({ tool }).end_array().key("messages").begin_array().begin_object();
    json.key("role").text("user").key("content").text(question).end_object().end_array().end_object();
    return out;
}

config::Config for_this_process(config::Config config, const Secret& token)
{
    config.server.listen = { { .host = "127.0.0.1", .port = 0 } };
    config.server.workers = 1;
    config.server.client_tokens = { token };
    config.server.client_tokens_file.clear();
    config.server.allow_unauthenticated = false;
    config.log.capture.clear();
    config.client_targets = true; // each target is asked by its own name
    config.routes.clear();
    return config;
}

void read_event(TriedAnswer& tried, std::string_view data)
{
    json::Document document;
    const auto root = document.parse(data);
    if (!root)
        return;
    const json::Entry event(root->object());
    const std::string type = event.text("type").value_or("");
    if (type == "content_block_start")
        tried.tool = tried.tool || event.entry("content_block").text("type") == "tool_use";
    else if (type == "content_block_delta")
        tried.text = tried.text || !event.entry("delta").text("text").value_or("").empty();
    else if (type == "message_delta")
        tried.output_tokens = event.entry("usage").positive("output_tokens").value_or(tried.output_tokens);
    else if (type == "message_stop")
        tried.ended = true;
    else if (type == "error")
        tried.error = event.entry("error").text("message").value_or("an error without a message");
}

// The sizes, and what routes lead to; names and favourites may be many.
bool is_asked(const UsedModel& used)
{
    return used.role.starts_with("big") || used.role.starts_with("middle") || used.role.starts_with("small")
        || used.role.contains("route ");
}

class Trial {
public:
    Trial(const Examined& examined, const gateway::Service& service)
        : examined_(examined)
        , url_(service.url())
        , token_(service.token())
    {
    }

    void ask(const std::string& model)
    {
        RandomIds ids;
        const std::string session = "doctor-" + ids.next(24);
        const TimePoint began = Clock::now();
        const auto answer = net::fetch({ .method = "POST",
                                           .url = url_ + "/v1/messages",
                                           .fields = fields(session),
                                           .body = request_body(model),
                                           .time = patience },
            {});
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
        if (!answer)
            return failed(model, answer.error().message);
        judge(model, read_tried_answer(answer->status, answer->body),
            fmt::format("in {}.{} s{}", ms / 1000, ms % 1000 / 100, cost_of(session)));
    }

private:
    std::vector<std::pair<std::string, std::string>> fields(const std::string& session) const
    {
        return { { "authorization", "Bearer " + std::string(token_.reveal()) },
            { "content-type", "application/json" }, { "anthropic-version", "2023-06-01" },
            { "x-claude-code-session-id", session } };
    }

    void failed(const std::string& model, const std::string& why) const
    {
        examined_.findings.failure("request", fmt::format("{}: {}", model, why),
            "the message is the upstream's or dragoman's own; another model: `dragoman init --big MODEL`");
    }

    void judge(const std::string& model, const TriedAnswer& tried, const std::string& how) const
    {
        Findings& findings = examined_.findings;
        if (!tried.error.empty())
            return failed(model, tried.error);
        if (!tried.ended || (!tried.text && !tried.tool))
            return failed(model, "the answer was empty, or broke off");
        if (tried.output_tokens == 0)
            return findings.warning("request",
                fmt::format("{} answered {} and reported no usage", model, how),
                "counts and costs are estimates then");
        findings.ok("request",
            fmt::format("{} {} {}", model, tried.tool ? "called the tool" : "answered with text", how));
    }

    // "; it cost $0.000123", once the exchange has been noted.
    std::string cost_of(const std::string& session) const
    {
        const auto answer =
            net::fetch({ .url = url_ + "/api/session/" + session, .fields = fields(session) }, {});
        json::Document document;
        const auto root = answer ? document.parse(answer->body) : Failure(answer.error());
        const auto cost = json::Entry(root ? root->object() : std::nullopt).price("cost_usd");
        return cost ? fmt::format("; it cost ${:.6f}", *cost) : "";
    }

    const Examined& examined_;
    std::string url_;
    Secret token_;
};

} // namespace

TriedAnswer read_tried_answer(int status, std::string_view body)
{
    TriedAnswer tried;
    if (status != 200) {
        json::Document document;
        const auto root = document.parse(body);
        const json::Entry error = json::Entry(root ? root->object() : std::nullopt).entry("error");
        tried.error = fmt::format("{}: {}", status, error.text("message").value_or("no message"));
        return tried;
    }
    while (!body.empty()) {
        const std::size_t end = std::min(body.find('\n'), body.size());
        const std::string_view line = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (line.starts_with("data:"))
            read_event(tried, line.substr(5));
    }
    return tried;
}

void check_requests(const Examined& examined, const std::vector<bool>& usable)
{
    const Secret token = gateway::fresh_instance_token();
    const config::Config config = for_this_process(examined.config, token);
    (void)log::open({ .level = config.log.level, .terminal = false });
    gateway::Service service(examined.context.sources, config,
        { .version = examined.context.version,
            .kind = gateway::Instance::Kind::code,
            .instance_token = token });
    if (auto bound = service.bind(); !bound)
        return examined.findings.failure("request", bound.error().message,
            "dragoman cannot serve on this machine's own address; the findings above say why");
    service.start();
    Trial trial(examined, service);
    for (const UsedModel& used : models_in_use(examined.config))
        if (usable[used.upstream] && is_asked(used))
            trial.ask(used.name);
    service.stop();
}

} // namespace dragoman::cli
