// Answers of upstreams that speak Messages, byte for byte, however the bytes arrive.
//
// messages/streams/NAME.upstream.{sse,json} is what the upstream sends; NAME.client.sse is what a client that
// streams gets, NAME.client.json what one gets that does not. A line that begins with "!!" stands for an
// Error.
#include "support/golden_files.h"
#include "translate/error.h"
#include "translate/messages_answer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace dragoman::translate {

namespace {

const std::filesystem::path folder = std::filesystem::path(TESTS_DIR) / "golden" / "messages" / "streams";

AnswerPlan plan(bool stream)
{
    AnswerPlan out;
    out.stream = stream;
    out.client_model = "claude-sonnet-5-5";
    out.upstream_model = "anthropic/claude-sonnet-5.5";
    out.upstream_name = "openrouter";
    return out;
}

std::string translated(const std::vector<std::string_view>& pieces, bool stream)
{
    CountingIds ids;
    const AnswerPlan wanted = plan(stream);
    json::Document document;
    MessagesAnswer answer(wanted, ids, document);
    std::string out;
    Result<void> result {};
    for (std::string_view piece : pieces)
        if (result)
            result = answer.feed(piece, out);
    if (result)
        result = answer.finish(out);
    if (!result) {
        answer.break_off(out);
        out += fmt::format("!! {} {}: {}\n", http_status(result.error()), error_type(result.error()),
            result.error().message);
    }
    return out;
}

std::vector<std::string_view> in_pieces(std::string_view text, std::size_t size)
{
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += size)
        pieces.push_back(text.substr(at, size));
    return pieces;
}

std::vector<std::filesystem::path> upstream_files()
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().filename().string().find(".upstream.") != std::string::npos)
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::filesystem::path expected_file(const std::filesystem::path& upstream, bool stream)
{
    const std::string name = upstream.filename().string();
    return folder / (name.substr(0, name.find(".upstream.")) + (stream ? ".client.sse" : ".client.json"));
}

// What Anthropic's SDKs throw at: names that are no types, deltas without their block, a second beginning.
std::string violation(std::string_view stream)
{
    sse::Decoder decoder;
    decoder.feed(stream);
    bool started = false;
    std::map<int, std::string> open;
    while (auto event = decoder.next()) {
        const auto data = nlohmann::json::parse(event->data, nullptr, false);
        if (!data.is_object() || data.value("type", "") != event->name)
            return "an event without its type: " + std::string(event->data);
        if (event->name == "message_start" && std::exchange(started, true))
            return "a second message_start";
        if (!started)
            return "no message_start in front";
        const int index = data.value("index", -1);
        if (event->name == "content_block_start")
            open[index] = data["content_block"].value("type", "");
        if ((event->name == "content_block_delta" || event->name == "content_block_stop")
            && !open.contains(index))
            return "a delta without its block";
        if (event->name == "content_block_stop")
            open.erase(index);
    }
    return {};
}

// Broken in one to four places: bytes changed, taken out, doubled.
std::string broken(std::string text, std::mt19937& random)
{
    const std::string_view alphabet = "{}[]\":,\\\n\r 0eu\xF0"
                                      "data";
    for (unsigned i = random() % 4 + 1; i > 0 && !text.empty(); --i) {
        const std::size_t at = random() % text.size();
        switch (random() % 3) {
        case 0:
            text[at] = alphabet[random() % alphabet.size()];
            break;
        case 1:
            text.erase(at, random() % 40);
            break;
        default:
            text.insert(at, text.substr(at, random() % 40));
        }
    }
    return text;
}

} // namespace

TEST(MessagesStreams, KeepTheGrammarOfEvents) // P2
{
    for (const auto& file : upstream_files()) {
        std::string out = translated({ tests::read_file(file) }, true);
        out.resize(std::min(out.find("!!"), out.size()));
        EXPECT_EQ(violation(out), "") << file;
    }
}

TEST(MessagesStreams, OutliveBrokenBytes) // P3
{
    std::mt19937 random(1); // NOLINT: the same bytes every time
    for (const auto& file : upstream_files()) {
        const std::string text = tests::read_file(file);
        for (int i = 0; i < 40; ++i) {
            const std::string bytes = broken(text, random);
            for (bool stream : { true, false })
                ASSERT_EQ(translated(in_pieces(bytes, 7), stream), translated({ bytes }, stream)) << bytes;
        }
    }
}

TEST(MessagesStreams, GiveTheClientExactlyTheseBytes)
{
    ASSERT_GE(upstream_files().size(), 20U);
    for (const auto& file : upstream_files())
        for (bool stream : { true, false })
            tests::expect_golden(expected_file(file, stream), translated({ tests::read_file(file) }, stream));
}

TEST(MessagesStreams, GiveTheSameBytesInPiecesOfAnySize) // P3, U-04
{
    for (const auto& file : upstream_files()) {
        const std::string text = tests::read_file(file);
        for (bool stream : { true, false }) {
            const std::string whole = translated({ text }, stream);
            for (std::size_t size : { 1U, 2U, 3U, 7U, 64U })
                ASSERT_EQ(translated(in_pieces(text, size), stream), whole) << file << ' ' << size;
        }
    }
}

TEST(MessagesStreams, GiveTheSameBytesWhereverTheyAreCut) // P3, U-04
{
    for (const auto& file : upstream_files()) {
        const std::string text = tests::read_file(file);
        const std::string whole = translated({ text }, true);
        for (std::size_t cut = 0; cut <= text.size(); ++cut)
            ASSERT_EQ(
                translated(
                    { std::string_view(text).substr(0, cut), std::string_view(text).substr(cut) }, true),
                whole)
                << file << " at " << cut;
    }
}

} // namespace dragoman::translate
