// The part of ClientConnection that reads a request's body, which may be large, slow, compressed or a lie.

#include "net/chunk_decoder.h"
#include "net/client_connection.h"
#include "net/inflater.h"

#include <algorithm>
#include <cerrno>

namespace dragoman::net {
namespace {

constexpr std::size_t large_piece = 256 * limits::KiB; // decoded at a time, between looks at the limits
constexpr std::size_t spare = 64; // behind the end, for those who parse with wide loads
constexpr Problem too_large { 413, "The request body is larger than what is accepted" };
constexpr Problem too_slow { 408, "The request body arrived too slowly" };
constexpr Problem overloaded { 529, "Too many large requests are being read at the moment" };

std::unexpected<Problem> fail(const Problem& problem) { return std::unexpected(problem); }

bool is_compressed(std::string_view coding) { return !coding.empty() && !same_name(coding, "identity"); }

} // namespace

// What its head says of it, before anything of it is taken.
Parsed<void> ClientConnection::expect_body(ClientRequest& request)
{
    const RequestHead& head = request.head;
    std::string_view expected = head.field("expect");
    if (!expected.empty() && !same_name(expected, "100-continue"))
        return fail({ 417, "The only expectation that can be met is 100-continue" });
    const std::string_view coding = head.field("content-encoding");
    if (is_compressed(coding) && !same_name(coding, "gzip") && !same_name(coding, "x-gzip"))
        return fail({ 415, "The only Content-Encoding that is read is gzip" });
    std::uint64_t length = head.content_length.value_or(0);
    if (length > services_.shared.options.body_max)
        return fail(too_large);
    if (!request.lease.grow_to(static_cast<std::size_t>(length)))
        return fail(overloaded);
    bool nothing_here = in_.empty() && (length > 0 || head.chunked);
    if (!expected.empty() && nothing_here) {
        AnswerForm form { .http_1_0 = head.http_1_0 };
        ExchangeWriter(*output_, form, services_.draining).interim_continue();
    }
    return {};
}

Task<Parsed<bool>> ClientConnection::read_body(ClientRequest& request)
{
    return request.head.chunked ? read_chunked(request) : read_sized(request);
}

// Straight into the body, without a detour through in_.
Task<Parsed<bool>> ClientConnection::read_sized(ClientRequest& request)
{
    std::size_t length = static_cast<std::size_t>(request.head.content_length.value_or(0));
    if (length == 0) {
        request.body.reserve(spare);
        co_return true;
    }
    std::string& body = request.body;
    body = services_.buffers.take(length + spare);
    body.assign(in_, 0, std::min(length, in_.size()));
    in_.erase(0, body.size());
    while (body.size() < length) {
        ssize_t got = take(body, length - body.size() + 1); // One more: is there anything behind it?
        if (got > 0) {
            body_in_window_ += static_cast<std::size_t>(got);
            continue;
        }
        if (got == 0 || errno != EAGAIN)
            co_return false;
        bool usable = co_await readable();
        if (!usable && overdue_)
            co_return fail(too_slow);
        if (!usable)
            co_return false;
    }
    in_.append(body, length);
    body.resize(length);
    co_return true;
}

Task<Parsed<bool>> ClientConnection::read_chunked(ClientRequest& request)
{
    ChunkDecoder decoder(ChunkDecoder::Mode::strict);
    std::size_t max = services_.shared.options.body_max;
    for (;;) {
        Parsed<std::size_t> used = decoder.decode(in_, request.body);
        if (!used)
            co_return fail(used.error());
        in_.erase(0, *used);
        if (request.body.size() > max)
            co_return fail(too_large);
        if (!request.lease.grow_to(request.body.size()))
            co_return fail(overloaded);
        if (decoder.done())
            break;
        bool more = co_await read_more();
        if (!more && overdue_)
            co_return fail(too_slow);
        if (!more)
            co_return false;
        body_in_window_ += in_.size();
    }
    request.body.reserve(request.body.size() + spare);
    co_return true;
}

Parsed<void> ClientConnection::decode_body(ClientRequest& request)
{
    if (request.body.empty() || !is_compressed(request.head.field("content-encoding")))
        return {};
    std::size_t max = services_.shared.options.body_max;
    Inflater inflater;
    std::string decoded;
    std::string_view rest = request.body;
    do {
        Result<std::size_t> used = inflater.decode(rest, large_piece, decoded);
        if (!used)
            return fail({ 400, "The compressed request body is broken" });
        rest.remove_prefix(*used);
        if (decoded.size() > max || inflater.is_bomb())
            return fail(too_large);
        if (!request.lease.grow_to(request.body.size() + decoded.size()))
            return fail(overloaded);
    } while (!rest.empty() || inflater.has_more());
    if (!inflater.done())
        return fail({ 400, "The compressed request body is broken" });
    decoded.reserve(decoded.size() + spare);
    services_.buffers.give(std::exchange(request.body, std::move(decoded)));
    return {};
}

} // namespace dragoman::net
