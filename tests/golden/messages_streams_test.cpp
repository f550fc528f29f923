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

#include <filesystem>
#include <string>
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
    MessagesAnswer answer(plan(stream), ids);
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

} // namespace

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
