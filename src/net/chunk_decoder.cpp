#include "net/chunk_decoder.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace dragoman::net {
namespace {

constexpr std::size_t size_line_max = 256; // extensions included; nobody uses them for good
constexpr std::size_t trailer_line_max = 8 * 1024;
constexpr std::size_t trailers_max = 64;

// Fields that would change what was already decided. https://www.rfc-editor.org/rfc/rfc9110#section-6.5.1
constexpr std::array<std::string_view, 8> forbidden_trailers = { "content-length", "transfer-encoding",
    "host", "content-encoding", "content-type", "authorization", "trailer", "connection" };

std::unexpected<Problem> bad(std::string_view why) { return std::unexpected(Problem { 400, why }); }

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// ;name or ;name=token or ;name="text", any number of them.
bool are_extensions(std::string_view text)
{
    while (!text.empty()) {
        if (!text.starts_with(';'))
            return false;
        text.remove_prefix(1);
        std::size_t end = std::min(text.find_first_of(";="), text.size());
        if (!is_token(text.substr(0, end)))
            return false;
        text.remove_prefix(end);
        if (!text.starts_with('='))
            continue;
        text.remove_prefix(1);
        if (text.starts_with('"')) {
            std::size_t quote = text.find_first_of("\"\\", 1);
            if (quote == std::string_view::npos || text[quote] == '\\')
                return false;
            text.remove_prefix(quote + 1);
        } else {
            end = std::min(text.find(';'), text.size());
            if (!is_token(text.substr(0, end)))
                return false;
            text.remove_prefix(end);
        }
    }
    return true;
}

} // namespace

Parsed<std::size_t> ChunkDecoder::decode(std::string_view bytes, std::string& out)
{
    return decode_with(bytes, [&](std::string_view data) { out.append(data); });
}

Parsed<ChunkDecoder::InPlace> ChunkDecoder::decode_in_place(std::span<char> bytes)
{
    char* end = bytes.data();
    auto move = [&](std::string_view data) {
        std::memmove(end, data.data(), data.size());
        end += data.size();
    };
    Parsed<std::size_t> used = decode_with({ bytes.data(), bytes.size() }, move);
    if (!used)
        return std::unexpected(used.error());
    return InPlace { *used, static_cast<std::size_t>(end - bytes.data()) };
}

template <class Take> Parsed<std::size_t> ChunkDecoder::decode_with(std::string_view bytes, Take take)
{
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done) {
        if (std::size_t plain = skip_plain_lines(bytes.substr(used))) {
            used += plain;
            continue;
        }
        if (state_ == State::data) {
            std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
            take(bytes.substr(used, size));
            used += size;
            left_ -= size;
            if (left_ == 0)
                state_ = State::data_end;
            continue;
        }
        if (auto taken = take_line_byte(bytes[used]); !taken)
            return std::unexpected(taken.error());
        ++used;
    }
    return used;
}

// What nearly all chunks have: the end of the one before, and a size of nothing but a few digits. Returns the
// bytes of what is there at once; anything else is for take_line_byte().
std::size_t ChunkDecoder::skip_plain_lines(std::string_view bytes)
{
    constexpr std::string_view line_end = "\r\n";
    if (state_ == State::data_end && line_.empty() && bytes.starts_with(line_end)) {
        state_ = State::size;
        return line_end.size();
    }
    if (state_ != State::size || !line_.empty())
        return 0;
    constexpr std::size_t few = 7;
    std::size_t digits = 0;
    std::uint64_t size = 0;
    for (; digits < std::min(few, bytes.size()) && hex_value(bytes[digits]) >= 0; ++digits)
        size = size * 16 + static_cast<unsigned>(hex_value(bytes[digits]));
    if (size == 0 || !bytes.substr(digits).starts_with(line_end))
        return 0;
    left_ = size;
    state_ = State::data;
    return digits + line_end.size();
}

// Collects a line. CR may only stand in front of LF, and LF only behind CR.
Parsed<void> ChunkDecoder::take_line_byte(char c)
{
    bool after_return = line_.ends_with('\r');
    if (after_return != (c == '\n'))
        return bad("A line of the chunked body does not end in CRLF");
    if (c != '\n') {
        if (state_ == State::data_end && c != '\r')
            return bad("A chunk is longer than its size");
        std::size_t max = state_ == State::trailer ? trailer_line_max : size_line_max;
        if (line_.size() == max)
            return bad("A line of the chunked body is too long");
        line_ += c;
        return {};
    }
    line_.pop_back();
    if (state_ == State::data_end) {
        state_ = State::size;
        return {};
    }
    Parsed<void> taken = state_ == State::size ? on_size_line() : on_trailer_line();
    line_.clear();
    return taken;
}

Parsed<void> ChunkDecoder::on_size_line()
{
    std::size_t digits = 0;
    std::uint64_t size = 0;
    for (; digits < line_.size() && hex_value(line_[digits]) >= 0; ++digits) {
        if (digits == 15)
            return bad("A chunk size is too large");
        size = size * 16 + static_cast<unsigned>(hex_value(line_[digits]));
    }
    std::string_view rest = std::string_view(line_).substr(digits);
    if (mode_ == Mode::lenient)
        rest = trim_blanks(rest);
    bool extensions = mode_ == Mode::lenient ? rest.empty() || rest.starts_with(';') : are_extensions(rest);
    if (digits == 0 || !extensions)
        return bad("A chunk size is not a plain hexadecimal number");
    left_ = size;
    state_ = size == 0 ? State::trailer : State::data;
    return {};
}

Parsed<void> ChunkDecoder::on_trailer_line()
{
    if (line_.empty()) {
        state_ = State::done;
        return {};
    }
    if (++trailers_ > trailers_max)
        return bad("There are too many trailer fields");
    Parsed<HeadFields> parsed = parse_fields(line_);
    if (!parsed)
        return std::unexpected(parsed.error());
    auto forbidden = [&](std::string_view name) { return same_name(parsed->fields.front().name, name); };
    if (std::ranges::any_of(forbidden_trailers, forbidden))
        return bad("A trailer field is not allowed there");
    return {};
}

} // namespace dragoman::net
