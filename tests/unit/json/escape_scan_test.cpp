#include "json/escape_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace dragoman::json {

namespace {

// Byte by byte, as the grammar of RFC 8259 reads.
EscapeScan scan_plainly(std::string_view text)
{
    EscapeScan scan;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\')
            continue;
        ++at;
        const bool known = at < text.size() && std::string_view("\"\\/bfnrtu").find(text[at]) != text.npos;
        if (!known)
            return { .valid = false };
        if (text[at] != 'u')
            continue;
        const std::string_view digits = text.substr(at + 1, 4);
        if (digits.size() < 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
            return { .valid = false };
        const bool high_digit = digits[0] == 'd' || digits[0] == 'D';
        scan.surrogates |= high_digit && digits[1] >= '8';
    }
    return scan;
}

void expect_all_agree(std::string_view text)
{
    const EscapeScan expected = scan_plainly(text);
    const auto check = [&](const EscapeScan& seen, const char* which) {
        ASSERT_EQ(seen.valid, expected.valid) << which << ": " << text;
        if (expected.valid) {
            ASSERT_EQ(seen.surrogates, expected.surrogates) << which << ": " << text;
        }
    };
    check(scan_escapes(text), "chosen");
    check(scan_escapes_anywhere(text), "anywhere");
    if (can_scan_with_avx2())
        check(scan_escapes_avx2(text), "avx2");
}

std::string random_text(std::mt19937& random, std::size_t size, std::string_view alphabet)
{
    std::string text;
    while (text.size() < size)
        text += alphabet[random() % alphabet.size()];
    return text;
}

} // namespace

TEST(EscapeScan, KnowsEveryByteBehindABackslash)
{
    for (int c = 0; c < 256; ++c)
        for (std::size_t before : { 0, 31, 62, 63, 64, 100 })
            expect_all_agree(std::string(before, 'x') + '\\' + static_cast<char>(c) + std::string(70, 'y'));
}

TEST(EscapeScan, ReadsUnitsAtEveryPlace)
{
    for (std::string_view escape : { R"(\u0041)", R"(\ud83d)", R"(\uDFFF)", R"(\ud7ff)", R"(\ue000)",
             R"(\u004)", R"(\u00g1)", R"(\u 041)", R"(\\ud83d)", R"(\\\ud83d)", R"(\)", R"(\u)", R"(\uD8)" })
        for (std::size_t before = 0; before < 140; ++before)
            for (std::string_view behind : { "", "\"", "1", "abcdefgh" })
                expect_all_agree(std::string(before, 'a').append(escape).append(behind));
}

TEST(EscapeScan, FindsTheSameAsASlowScanInRandomTexts)
{
    std::mt19937 random(20250211);
    for (int round = 0; round < 5000; ++round) {
        const bool dense = round % 2 == 0;
        std::string text =
            random_text(random, random() % 200, dense ? "\\\\\\nu\"" : "abcdefghijklmnopqrstu\\n0dD89 ");
        expect_all_agree(text);
        // The same bytes at another place in memory, and with all backslashes in pairs, which is valid more
        // often.
        std::string doubled;
        for (char c : text)
            doubled.append(c == '\\' ? "\\\\" : std::string(1, c));
        expect_all_agree(doubled);
        expect_all_agree(
            std::string_view(doubled).substr(std::min<std::size_t>(doubled.size(), random() % 64)));
    }
}

TEST(EscapeScan, FollowsRunsOfBackslashesAcrossBlocks)
{
    for (std::size_t before = 0; before < 130; ++before)
        for (std::size_t run = 0; run < 140; ++run)
            for (std::string_view behind : { "n", "x", "u0041", "\"" })
                expect_all_agree(
                    std::string(before, ' ').append(run, '\\').append(behind).append(before % 3, ' '));
}

} // namespace dragoman::json
