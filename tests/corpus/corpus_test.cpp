// Every file of tests/fuzz/corpus, and every golden stream, through the function that is fuzzed with it.
#include "fuzz/targets.h"
#include "support/answers.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace dragoman::fuzz {

namespace {

namespace fs = std::filesystem;

std::size_t run_folder(std::string_view name, void (*target)(std::string_view))
{
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(TESTS_DIR) / "fuzz" / "corpus" / name)) {
        SCOPED_TRACE(entry.path().string());
        target(test::read_file(entry.path().string()));
        ++files;
    }
    return files;
}

} // namespace

TEST(Corpus, SseDecoder) { EXPECT_GT(run_folder("sse_decoder", sse_decoder), 0u); }
TEST(Corpus, ChatChunk) { EXPECT_GT(run_folder("chat_chunk", chat_chunk), 0u); }
TEST(Corpus, WholeStream) { EXPECT_GT(run_folder("whole_stream", whole_stream), 0u); }
TEST(Corpus, ResponsesStream) { EXPECT_GT(run_folder("responses_stream", responses_stream), 0u); }
TEST(Corpus, MessagesRequest) { EXPECT_GT(run_folder("messages_request", messages_request), 0u); }

TEST(Corpus, ResponsesStreamsWithAllOptions)
{
    const fs::path folder = fs::path(TESTS_DIR) / "golden" / "responses" / "streams";
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!entry.path().string().ends_with(".upstream.sse"))
            continue;
        SCOPED_TRACE(entry.path().string());
        std::string bytes = test::read_file(entry.path().string());
        for (char options : { '\0', '\1', '\2', '\4', '\10', '\20', '\40', '\77' })
            responses_stream(options + bytes);
    }
}

TEST(Corpus, GoldenStreamsWithAllOptions)
{
    for (const auto& entry : fs::directory_iterator(fs::path(TESTS_DIR) / "golden" / "streams")) {
        if (!entry.path().string().ends_with(".upstream.sse"))
            continue;
        SCOPED_TRACE(entry.path().string());
        std::string bytes = test::read_file(entry.path().string());
        for (char options : { '\0', '\1', '\2', '\4', '\10', '\20', '\40', '\77' })
            whole_stream(options + bytes);
        sse_decoder(bytes);
    }
}

} // namespace dragoman::fuzz
