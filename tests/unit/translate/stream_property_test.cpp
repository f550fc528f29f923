// Properties of translated answers, over generated ones.
#include "support/answers.h"
#include "support/event_grammar.h"

#include <gtest/gtest.h>

#include <random>

namespace dragoman::test {

namespace {

using Json = nlohmann::ordered_json;

// Generates one answer in both of its forms. Everything comes from the seed.
class Generator {
public:
    explicit Generator(unsigned seed)
        : random_(seed)
    {
    }

    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool chance(std::size_t percent) { return below(100) < percent; }

    std::string words()
    {
        static const std::vector<std::string> some = { "one ", "zwei ", "\"three\" ", "\\four\n", "😀", "é",
            "\n\n", "<think>", "{}", "\t", "日本" };
        std::string text = "x";
        for (std::size_t n = below(8); n > 0; --n)
            text += some[below(some.size())];
        return text;
    }

    // Cuts at character boundaries, as servers do.
    std::vector<std::string> pieces(const std::string& text)
    {
        std::vector<std::string> cut(1);
        for (std::size_t i = 0; i < text.size(); ++i) {
            bool boundary = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
            if (boundary && !cut.back().empty() && chance(40))
                cut.emplace_back();
            cut.back() += text[i];
        }
        return cut;
    }

    Json arguments()
    {
        Json object = Json::object();
        for (std::size_t n = below(3); n > 0; --n)
            object["k" + std::to_string(n)] = chance(50) ? Json(words()) : Json({ { "n", below(99) } });
        return object;
    }

private:
    std::mt19937 random_;
};

struct Call {
    std::string id, name, arguments;
};

Json delta_chunk(Json delta, Json finish = nullptr)
{
    return { { "choices", { { { "index", 0 }, { "delta", delta }, { "finish_reason", finish } } } } };
}

Json tool_delta(std::size_t index, Json function, const std::string* id)
{
    Json call { { "index", index }, { "function", function } };
    if (id)
        call["id"] = *id;
    return delta_chunk({ { "tool_calls", { call } } });
}

// The deltas of parallel calls, each call's own in order, all of them interleaved.
void add_calls(std::string& stream, Generator& generator, const std::vector<Call>& calls)
{
    std::vector<std::vector<std::string>> left;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        stream += chunk(tool_delta(i, { { "name", calls[i].name }, { "arguments", "" } }, &calls[i].id));
        left.push_back(generator.pieces(calls[i].arguments));
    }
    for (std::size_t total = 1; total > 0;) {
        total = 0;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (!left[i].empty() && generator.chance(50)) {
                stream += chunk(tool_delta(i, { { "arguments", left[i].front() } }, nullptr));
                left[i].erase(left[i].begin());
            }
            total += left[i].size();
        }
    }
}

} // namespace

TEST(StreamedAnswers, EqualWholeOnes) // N11, P2
{
    for (unsigned seed = 0; seed < 300; ++seed) {
        Generator generator(seed);
        std::string thinking = generator.chance(50) ? generator.words() : "";
        std::string text = generator.chance(70) ? generator.words() : "";
        std::vector<Call> calls;
        for (std::size_t n = generator.below(4); n > 0; --n)
            calls.push_back({ "call_" + std::to_string(seed) + "abcdefgh" + std::to_string(n),
                generator.chance(50) ? "Bash" : "Read", generator.arguments().dump() });
        Json usage { { "prompt_tokens", generator.below(5000) },
            { "completion_tokens", generator.below(500) } };
        std::string finish = generator.chance(20) ? "length" : calls.empty() ? "stop" : "tool_calls";

        std::string stream;
        if (!thinking.empty())
            for (const std::string& piece : generator.pieces(thinking))
                stream += chunk(delta_chunk({ { "reasoning", piece } }));
        if (!text.empty())
            for (const std::string& piece : generator.pieces(text))
                stream += chunk(delta_chunk({ { "content", piece } }));
        add_calls(stream, generator, calls);
        stream += chunk(delta_chunk(Json::object(), finish));
        stream += chunk({ { "choices", Json::array() }, { "usage", usage } }) + "data: [DONE]\n\n";

        Json message { { "role", "assistant" }, { "content", text } };
        if (!thinking.empty())
            message["reasoning"] = thinking;
        for (const Call& call : calls)
            message["tool_calls"].push_back({ { "id", call.id }, { "type", "function" },
                { "function", { { "name", call.name }, { "arguments", call.arguments } } } });
        Json whole { { "choices",
                         { { { "index", 0 }, { "message", message }, { "finish_reason", finish } } } },
            { "usage", usage } };

        translate::AnswerPlan plan = default_plan();
        Outcome streamed = run(plan, stream, 1 + generator.below(200));
        ASSERT_FALSE(streamed.error) << seed << ' ' << streamed.error->message;
        ASSERT_EQ(EventGrammar::violation(streamed.out, false), "") << "seed " << seed << '\n' << stream;
        plan.stream = false;
        Outcome once = run(plan, whole.dump());
        ASSERT_FALSE(once.error) << seed << ' ' << once.error->message;
        ASSERT_EQ(nlohmann::json(accumulate(streamed.out)), nlohmann::json::parse(once.out))
            << "seed " << seed << '\n'
            << stream;
    }
}

// Kinds in any order, calls that are interrupted, ends that are missing: whatever comes, the events are in
// order and no word is lost. P2, field bugs 1, 2, 3, 12
TEST(StreamedAnswers, KeepTheGrammarWhateverComes)
{
    for (unsigned seed = 0; seed < 500; ++seed) {
        Generator generator(seed);
        std::string stream, said;
        for (std::size_t n = generator.below(20); n > 0; --n) {
            std::string words = generator.chance(15) ? "\n" : generator.words();
            switch (generator.below(5)) {
            case 0:
                stream += chunk(delta_chunk({ { "reasoning", words } }));
                break;
            case 1:
                stream += chunk(delta_chunk({ { "reasoning_details",
                    { { { "type", generator.chance(50) ? "reasoning.text" : "reasoning.encrypted" },
                        { "text", words }, { "data", words } } } } }));
                break;
            case 2:
                stream += chunk(delta_chunk({ { "content", words } }));
                said += words;
                break;
            default:
                std::string id = generator.chance(50) ? "" : "id" + std::to_string(generator.below(4));
                Json function { { "arguments",
                    generator.chance(50) ? generator.arguments().dump() : "{\"a\"" } };
                if (generator.chance(60))
                    function["name"] = generator.chance(50) ? "Bash" : "Read";
                stream += chunk(tool_delta(generator.below(3), function, &id));
            }
        }
        bool ends = generator.chance(80);
        if (ends)
            stream += chunk(delta_chunk(Json::object(), "stop")) + "data: [DONE]\n\n";
        Outcome outcome = run(default_plan(), stream, 1 + generator.below(300));
        ASSERT_EQ(outcome.error.has_value(), !ends) << seed;
        ASSERT_EQ(EventGrammar::violation(outcome.out, !ends), "") << "seed " << seed << '\n' << stream;
        if (!ends)
            continue;
        std::string text;
        Json message = accumulate(outcome.out);
        for (const auto& block : message["content"])
            if (block["type"] == "text")
                text += block["text"].get<std::string>();
        auto visible = [](std::string s) {
            std::erase_if(s, [](char c) { return c == '\n'; });
            return s;
        };
        ASSERT_EQ(visible(text), visible(said)) << "seed " << seed << '\n' << stream;
    }
}

} // namespace dragoman::test
