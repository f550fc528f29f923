// For every processor: byte by byte.
#include "json/token_scan.h"
#include "json/utf8.h"

#include <algorithm>
#include <array>

namespace dragoman::json {

namespace {

constexpr std::uint64_t all_bits = ~std::uint64_t { 0 };

enum class Kind : unsigned char { other, operator_sign, blank };

struct Byte {
    Kind kind = Kind::other;
    bool plain = true; // in a string it says nothing but itself
};

// As the other kernels have them: with two control characters as operators that no grammar takes either.
constexpr std::array<Byte, 256> bytes = [] {
    std::array<Byte, 256> table {};
    for (const char c : std::string_view("[]{},:\x0c\x1a"))
        table[static_cast<unsigned char>(c)].kind = Kind::operator_sign;
    for (const char c : std::string_view(" \t\n\r"))
        table[static_cast<unsigned char>(c)].kind = Kind::blank;
    for (std::size_t c = 0; c < table.size(); ++c)
        table[c].plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
    return table;
}();

const Byte& about(char c) { return bytes[static_cast<unsigned char>(c)]; }

class PlainScan {
public:
    PlainScan(TokenScan& scan, std::string_view text)
        : scan_(scan)
        , text_(text)
    {
    }

    void run(std::size_t from, std::size_t to)
    {
        const std::size_t end = std::min(to, text_.size());
        for (std::size_t at = after_plain(from, end); at < end; at = after_plain(at + 1, end)) {
            check_utf8(at);
            const bool escaped = take_escaped(at);
            if (text_[at] == '"' && !escaped)
                take_quote(at);
            else if (scan_.in_string != 0)
                scan_.control_in_string |= static_cast<unsigned char>(text_[at]) < ' ';
            else
                take_bare(at);
        }
        if (to > text_.size() && scan_.escaped != 0)
            scan_.escapes = false;
    }

private:
    std::size_t after_plain(std::size_t at, std::size_t end) const
    {
        if (scan_.in_string != 0 && scan_.escaped == 0 && scan_.high == 0)
            while (at < end && about(text_[at]).plain)
                ++at;
        return at;
    }

    // `high` counts the bytes of the sequence that are still to come.
    void check_utf8(std::size_t at)
    {
        if (scan_.high != 0) {
            --scan_.high;
            return;
        }
        const std::size_t size = utf8_sequence(text_, at);
        scan_.utf8 &= size != 0;
        scan_.high = size > 1 ? size - 1 : 0;
    }

    bool take_escaped(std::size_t at)
    {
        const bool escaped = scan_.escaped != 0;
        scan_.escaped = !escaped && text_[at] == '\\' ? 1 : 0;
        if (escaped && std::string_view("\"\\/bfnrt").find(text_[at]) == std::string_view::npos)
            take_rare_escapes(scan_, text_, at, 1);
        return escaped;
    }

    void take_quote(std::size_t at)
    {
        if (scan_.in_string == 0 && scan_.scalar == 0)
            note(at);
        scan_.in_string = scan_.in_string == 0 ? all_bits : 0;
        scan_.scalar = 0;
    }

    void take_bare(std::size_t at)
    {
        const Kind kind = about(text_[at]).kind;
        const bool goes_on = kind == Kind::other;
        if (kind == Kind::operator_sign || (goes_on && scan_.scalar == 0))
            note(at);
        scan_.scalar = goes_on ? 1 : 0;
    }

    void note(std::size_t at)
    {
        *scan_.place++ = static_cast<std::uint32_t>(at);
        *scan_.first++ = text_[at];
    }

    TokenScan& scan_;
    std::string_view text_;
};

bool fits_processor() { return true; }

void scan_bytes(TokenScan& scan, std::string_view text, std::size_t from, std::size_t to)
{
    PlainScan(scan, text).run(from, to);
}

constexpr TokenKernel kernel { "plain", fits_processor, scan_bytes };

} // namespace

const TokenKernel* const plain_kernel = &kernel;

} // namespace dragoman::json
