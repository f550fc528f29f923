// Every kernel that this machine can run, against a reading byte by byte and against simdjson.
#include "json/token_index.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::json {

namespace {

using Flaw = TokenIndex::Flaw;

struct Seen {
    Flaw flaw = Flaw::none;
    bool escapes = true;
    bool surrogates = false; // false when the escapes are wrong
    std::vector<std::uint32_t> places {};
    std::string firsts {};

    bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen)
{
    out << "flaw " << static_cast<int>(seen.flaw) << (seen.escapes ? ", escapes" : ", wrong escapes")
        << (seen.surrogates ? " with surrogates" : "") << ", tokens";
    for (std::size_t i = 0; i < seen.places.size(); ++i)
        out << ' ' << seen.places[i] << seen.firsts[i];
    return out;
}

Seen read_with(const TokenKernel& kernel, std::string_view text)
{
    TokenIndex index;
    Seen seen { .flaw = index.read(text, kernel), .escapes = index.escapes_are_fine() };
    seen.surrogates = seen.escapes && index.has_surrogates();
    seen.places.assign(index.places(), index.places() + index.count());
    seen.firsts.assign(index.firsts(), index.count());
    EXPECT_EQ(index.places()[index.count()], text.size());
    EXPECT_EQ(index.firsts()[index.count()], '\0');
    return seen;
}

const std::vector<TokenKernel>& usable_kernels()
{
    static const auto usable = [] {
        std::vector<TokenKernel> found;
        for (const TokenKernel& kernel : token_kernels())
            if (kernel.fits_processor())
                found.push_back(kernel);
        return found;
    }();
    return usable;
}

// Sequences are put together to code points, and these looked at.
bool is_plainly_utf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t size = lead < 0x80 ? 1
            : lead >> 5 == 6                 ? 2
            : lead >> 4 == 14                ? 3
            : lead >> 3 == 30                ? 4
                                             : 0;
        if (size == 0 || at + size > text.size())
            return false;
        std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
        for (std::size_t i = 1; i < size; ++i) {
            const auto next = static_cast<unsigned char>(text[at + i]);
            if (next >> 6 != 2)
                return false;
            code = code << 6 | (next & 0x3F);
        }
        static constexpr std::array<std::uint32_t, 5> least { 0, 0, 0x80, 0x800, 0x10000 };
        if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
            return false;
        at += size;
    }
    return true;
}

void read_escapes_plainly(std::string_view text, Seen& seen)
{
    for (std::size_t at = text.find('\\'); at != text.npos; at = text.find('\\', at + 2)) {
        const std::string_view letter = text.substr(at + 1, 1);
        seen.escapes &= !letter.empty() && std::string_view("\"\\/bfnrtu").find(letter) != text.npos;
        if (letter != "u")
            continue;
        const std::string_view digits = text.substr(at + 2, 4);
        seen.escapes &= digits.size() == 4 && digits.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
        seen.surrogates |= digits.size() == 4 && (digits[0] | 0x20) == 'd' && digits[1] >= '8';
    }
    seen.surrogates &= seen.escapes;
}

Seen read_plainly(std::string_view text)
{
    Seen seen;
    bool in_string = false;
    bool control = false;
    bool goes_on = false; // the byte before belongs to a number, a literal, or rubbish
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const auto backslashes = text.substr(0, at).size() - (text.substr(0, at).find_last_not_of('\\') + 1);
        const bool quote = c == '"' && backslashes % 2 == 0;
        const bool is_operator = std::string_view("[]{},:\x0c\x1a").find(c) != text.npos;
        const bool blank = std::string_view(" \t\r\n").find(c) != text.npos;
        if (!in_string && !blank && (is_operator || !goes_on)) {
            seen.places.push_back(static_cast<std::uint32_t>(at));
            seen.firsts += c;
        }
        control |= in_string && static_cast<unsigned char>(c) < 0x20;
        goes_on = !is_operator && !blank && !quote;
        in_string ^= quote;
    }
    seen.flaw = in_string       ? Flaw::unclosed_string
        : control               ? Flaw::control_character
        : seen.places.empty()   ? Flaw::empty
        : is_plainly_utf8(text) ? Flaw::none
                                : Flaw::utf8;
    read_escapes_plainly(text, seen);
    return seen;
}

// Nothing stands behind a text here but what a sanitizer guards. `offset` is how far behind a cache line's
// beginning it lies.
void expect_all_kernels_agree(std::string_view text, std::size_t offset = 0)
{
    const auto line = std::align_val_t(64);
    const auto give_back = [line](char* memory) { ::operator delete[](memory, line); };
    const std::unique_ptr<char[], decltype(give_back)> exact(
        static_cast<char*>(::operator new[](offset + text.size(), line)), give_back);
    std::copy(text.begin(), text.end(), exact.get() + offset);
    const std::string_view same(exact.get() + offset, text.size());
    const Seen expected = read_plainly(text);
    for (const TokenKernel& kernel : usable_kernels())
        ASSERT_EQ(read_with(kernel, same), expected)
            << kernel.name << " on " << text.size() << " bytes, " << offset << " behind a line: " << text;
}

class Simdjson {
public:
    Flaw read(std::string_view text)
    {
        const std::string padded = std::string(text) + std::string(simdjson::SIMDJSON_PADDING, ' ');
        if (simdjson::get_active_implementation()->create_dom_parser_implementation(
                text.size() + 1, 1, stages_))
            throw std::bad_alloc();
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(padded.data());
        switch (stages_->stage1(bytes, text.size(), simdjson::stage1_mode::regular)) {
        case simdjson::SUCCESS:
            return Flaw::none;
        case simdjson::UNCLOSED_STRING:
            return Flaw::unclosed_string;
        case simdjson::UNESCAPED_CHARS:
            return Flaw::control_character;
        case simdjson::EMPTY:
            return Flaw::empty;
        default:
            return Flaw::utf8;
        }
    }
    std::vector<std::uint32_t> places() const
    {
        const std::uint32_t* first = stages_->structural_indexes.get();
        return { first, first + stages_->n_structural_indexes };
    }

private:
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stages_;
};

std::string random_text(std::mt19937& random, std::size_t size, std::string_view alphabet)
{
    std::string text;
    while (text.size() < size)
        text += alphabet[random() % alphabet.size()];
    return text;
}

constexpr std::array<std::string_view, 6> alphabets {
    "\\\\\\nu\"",
    "abcdefghijklmnopqrstu\\n0dD89 ",
    "{}[]:,\"\"1a \n",
    "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 a",
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJ.,:;\"\\",
    std::string_view("\0\x01\x1f\x20\x7f\x80\xbf\xc0\xc2\xe0\xed\xf4\xff\"\\{", 16),
};

// Pieces that are right and pieces that are not, for UTF-8.
std::vector<std::string> sequences()
{
    return { "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\xC2",
        "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82", "\xE2", "\xE2\x82\xAC\x80", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F", "\xF0\x9F\x98",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF",
        "\xF0\x9F\x98\x80\x80", "\xC2\xA9\xA9" };
}

} // namespace

TEST(TokenIndex, HasAKernelForEveryProcessorAndChoosesTheFirstThatFits)
{
    const auto kernels = token_kernels();
    ASSERT_FALSE(kernels.empty());
    EXPECT_TRUE(kernels.back().fits_processor());
    const auto best = std::find_if(
        kernels.begin(), kernels.end(), [](const auto& kernel) { return kernel.fits_processor(); });
    EXPECT_STREQ(token_kernel().name, best->name);
}

TEST(TokenIndex, FindsTokensOfEveryLength)
{
    std::mt19937 random(8259);
    for (std::size_t size = 0; size <= 300; ++size)
        for (std::string_view alphabet : alphabets)
            for (int round = 0; round < 3; ++round)
                expect_all_kernels_agree(random_text(random, size, alphabet));
}

TEST(TokenIndex, FindsWhatSimdjsonFinds)
{
    std::mt19937 random(1234);
    Simdjson simdjson;
    for (int round = 0; round < 6000; ++round) {
        const std::string text =
            random_text(random, 1 + random() % 300, alphabets[static_cast<std::size_t>(round) % 6]);
        const Seen expected = read_plainly(text);
        ASSERT_EQ(simdjson.read(text), expected.flaw) << text;
        if (expected.flaw == Flaw::none) {
            ASSERT_EQ(simdjson.places(), expected.places) << text;
        }
    }
}

TEST(TokenIndex, FindsQuotesAtEveryPlaceOfABlock)
{
    for (std::size_t before = 0; before < 130; ++before)
        for (std::size_t inside : { 0UZ, 1UZ, 2UZ, 31UZ, 61UZ, 62UZ, 63UZ, 64UZ, 65UZ, 126UZ, 127UZ, 128UZ })
            for (std::string_view tail : { "\"", "\",1", "\\\"\"", "\\\\\"]", "", "\"x", "\n\"" })
                expect_all_kernels_agree(
                    std::string(before, '[') + '"' + std::string(inside, ',').append(tail));
}

TEST(TokenIndex, FollowsRunsOfBackslashesAcrossBlocks)
{
    for (std::size_t before : { 0UZ, 1UZ, 30UZ, 31UZ, 32UZ, 61UZ, 62UZ, 63UZ, 64UZ })
        for (std::size_t run = 0; run < 140; ++run)
            for (std::string_view behind : { "n\"", "x\"", "u0041\"", "\"", "\"\"" })
                expect_all_kernels_agree("\"" + std::string(before, ' ').append(run, '\\').append(behind));
}

TEST(TokenIndex, ReadsEscapesAtEveryPlace)
{
    for (std::string_view escape : { R"(\u0041)", R"(\ud83d)", R"(\uDFFF)", R"(\ud7ff)", R"(\ue000)",
             R"(\u004)", R"(\u00g1)", R"(\u 041)", R"(\\ud83d)", R"(\\\ud83d)", R"(\)", R"(\u)", R"(\uD8)" })
        for (std::size_t before = 0; before < 140; ++before)
            for (std::string_view behind : { "", "\"", "1", "abcdefgh\"" })
                expect_all_kernels_agree("\"" + std::string(before, 'a').append(escape).append(behind));
}

TEST(TokenIndex, KnowsEveryByteInAndOutsideOfAStringAndBehindABackslash)
{
    for (int c = 0; c < 256; ++c)
        for (std::size_t before : { 0UZ, 31UZ, 61UZ, 62UZ, 63UZ, 100UZ })
            for (std::string_view lead : { "", "\"", "\"\\", "1", "\\" })
                expect_all_kernels_agree(std::string(before, ' ').append(lead) + static_cast<char>(c)
                    + std::string(70, 'y') + "\"");
}

TEST(TokenIndex, ChecksUtf8AtEveryPlace)
{
    for (const std::string& sequence : sequences())
        for (std::size_t before = 0; before < 132; ++before)
            for (std::size_t behind : { 0UZ, 1UZ, 70UZ }) {
                expect_all_kernels_agree(
                    "\"" + std::string(before, 'a') + sequence + std::string(behind, 'b') + "\"");
                expect_all_kernels_agree(
                    "1" + std::string(before, ' ') + sequence + std::string(behind, ' '));
            }
}

TEST(TokenIndex, ChecksUtf8OfEveryPairOfBytes)
{
    for (int first = 0x80; first < 256; ++first)
        for (int second = '"' + 1; second < 256; ++second)
            for (std::string_view behind : { "", "\x80", "\x80\x80" }) {
                const std::string text =
                    std::string(62, '1') + static_cast<char>(first) + static_cast<char>(second);
                const bool expected = is_plainly_utf8(text + std::string(behind));
                for (const TokenKernel& kernel : usable_kernels())
                    ASSERT_EQ(read_with(kernel, text + std::string(behind)).flaw == Flaw::none, expected)
                        << kernel.name << ' ' << first << ' ' << second << " and " << behind.size()
                        << " more";
            }
}

TEST(TokenIndex, FindsTheSameWhereverALongTextLies)
{
    std::mt19937 random(64);
    for (std::size_t offset = 0; offset < 64; ++offset) {
        for (std::string_view alphabet : alphabets)
            for (std::size_t size : { 1023UZ, 1024UZ, 1087UZ, 1088UZ, 1024UZ + random() % 200, 17'000UZ })
                expect_all_kernels_agree(random_text(random, size, alphabet), offset);
        const std::size_t place = (64 - offset) % 64;
        for (std::string_view at_the_line :
            { "\\\"", "\\\\\"", "\\u0041", "\\ud83d", "\\x", "\",", "12", "\n" })
            for (std::size_t before = place > 8 ? place - 8 : 0; before < place + 2; ++before)
                expect_all_kernels_agree(
                    "\"" + std::string(before, 'a').append(at_the_line).append(1100, 'b') + "\"", offset);
        for (const std::string& sequence : sequences())
            for (std::size_t before = place > 5 ? place - 5 : 0; before < place + 2; ++before)
                expect_all_kernels_agree(
                    "\"" + std::string(before, 'a') + sequence + std::string(1100, 'b') + "\"", offset);
    }
}

TEST(TokenIndex, MakesRoomAsATextGoesOn)
{
    std::string text = "[\"" + std::string(50'000, 'a') + "\\n\"";
    for (int i = 0; i < 40'000; ++i)
        text += ",[]";
    text += "," + std::string(70'000, ' ') + "\"\xC3\xA9\"]";
    expect_all_kernels_agree(text);
}

TEST(TokenIndex, ReadsOneTextAfterTheOther)
{
    std::mt19937 random(77);
    TokenIndex index;
    for (std::size_t size : { 10UZ, 100'000UZ, 1UZ, 3000UZ, 200'000UZ, 64UZ }) {
        const std::string text = random_text(random, size, "[]{},:1 ");
        const Seen expected = read_plainly(text);
        EXPECT_EQ(index.read(text), expected.flaw);
        EXPECT_EQ(std::string_view(index.firsts(), index.count()), expected.firsts);
        EXPECT_EQ(std::vector(index.places(), index.places() + index.count()), expected.places);
    }
}

} // namespace dragoman::json
