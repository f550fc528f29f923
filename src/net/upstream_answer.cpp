#include "net/upstream_answer.h"

#include "base/limits.h"
#include "base/memory.h"
#include "base/prefetch.h"
#include "base/recycled.h"
#include "base/spare_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::net {
namespace {

constexpr std::string_view early_end_text = "The upstream's answer ended early";
constexpr std::size_t inflated_at_a_time = 256 * limits::KiB;

// Some servers say "none" to keep proxies from compressing, others put a character set there: nothing that
// has to be undone. https://www.iana.org/assignments/http-parameters#content-coding
bool is_compression(std::string_view coding)
{
    constexpr std::array<std::string_view, 9> known { "aes128gcm", "br", "compress", "dcb", "dcz", "exi",
        "pack200-gzip", "x-compress", "zstd" };
    return coding.contains(',')
        || std::ranges::any_of(known, [&](std::string_view name) { return same_name(coding, name); });
}

} // namespace

std::string_view UpstreamAnswer::field(std::string_view name) const
{
    for (const Field& field : fields())
        if (same_name(field.name, name))
            return field.value;
    return {};
}

bool ended_early(const Error& error) { return error.message.starts_with(early_end_text); }

Task<Result<std::string>> read_all(UpstreamAnswer& answer, std::size_t bytes_max)
{
    std::string all;
    for (;;) {
        Result<std::string_view> bytes = co_await answer.read_some();
        if (!bytes)
            co_return Failure(bytes.error());
        if (bytes->empty())
            co_return all;
        if (all.size() + bytes->size() > bytes_max)
            co_return Failure(Error::upstream_protocol(
                fmt::format("The upstream's answer is larger than {} bytes", bytes_max)));
        all.append(*bytes);
    }
}

ArrivingAnswer::ArrivingAnswer(Connection connection, std::string host, Keep keep)
    : connection_(std::move(connection))
    , host_(std::move(host))
    , keep_(std::move(keep))
    , was_reused_(connection_->was_reused)
{
}

ArrivingAnswer::~ArrivingAnswer()
{
    return_spare(raw_);
    give_back(raw_);
    if (connection_)
        return_spare(connection_->in);
    ArrivingAnswer::forget_fields();
}

Error ArrivingAnswer::early_end() const
{
    return Error::upstream_protocol(fmt::format(
        "{}: {} closed the connection after {} bytes of its body", early_end_text, host_, body_bytes_));
}

Error ArrivingAnswer::unreadable(std::string_view why) const
{
    return Error::upstream_protocol(fmt::format("The answer of {} cannot be read: {}", host_, why));
}

Task<Result<bool>> ArrivingAnswer::receive_head(std::string_view method)
{
    HeadScanner scanner;
    for (;;) {
        Result<std::optional<bool>> here = read_head(scanner, method);
        if (!here)
            co_return Failure(std::move(here).error());
        if (*here)
            co_return **here;
        bool usable = co_await connection_->arrival();
        if (!usable && connection_->in.empty() && head_.status == 0)
            co_return false;
        if (!usable)
            co_return Failure(early_end());
    }
}

// As far as it is here; nullopt: there is more to wait for.
Result<std::optional<bool>> ArrivingAnswer::read_head(HeadScanner& scanner, std::string_view method)
{
    std::string& in = connection_->in;
    for (;;) {
        HeadScanner::State state = scanner.scan(in);
        std::size_t size = state == HeadScanner::State::complete ? scanner.size() : in.size();
        if (state == HeadScanner::State::bad)
            return Failure(unreadable("a line of its head does not end in CRLF"));
        if (size > limits::http_head)
            return Failure(unreadable("its head is larger than 64 KiB"));
        if (state == HeadScanner::State::complete) {
            if (Result<void> taken = take_head(size, method); !taken)
                return Failure(std::move(taken).error());
            if (head_.status >= 200)
                return true;
            scanner = {};
            continue;
        }
        const UpstreamConnection::Read read = connection_->read_now();
        if (read == UpstreamConnection::Read::nothing)
            return std::optional<bool>();
        if (read == UpstreamConnection::Read::data)
            continue;
        if (in.empty() && head_.status == 0)
            return false;
        return Failure(early_end());
    }
}

// Interim ones are passed over.
Result<void> ArrivingAnswer::take_head(std::size_t size, std::string_view method)
{
    head_text_ = recycled::copy(std::string_view(connection_->in).substr(0, size));
    connection_->in.erase(0, size);
    Parsed<AnswerHead> head = parse_answer_head(head_text_);
    if (!head)
        return Failure(unreadable(head.error().why));
    head_ = std::move(*head);
    if (head_.status == 101)
        return Failure(unreadable("it switches to another protocol"));
    if (head_.status >= 200)
        return choose_body(method);
    if (++interim_answers_ > limits::interim_answers)
        return Failure(unreadable("there are too many interim answers"));
    return {};
}

Result<void> ArrivingAnswer::choose_body(std::string_view method)
{
    if (!head_.has_body() || method == "HEAD") {
        complete();
        return {};
    }
    if (std::string_view coding = head_.field("content-encoding"); Inflater::understands(coding))
        inflater_.emplace();
    else if (!coding.empty() && is_compression(coding))
        undecodable_ = coding;
    if (head_.framing.chunked) {
        body_ = Body::chunked;
        connection_->end_is_framed = true;
        chunks_.emplace(ChunkDecoder::Mode::lenient);
    } else if (head_.framing.length) {
        body_ = Body::sized;
        connection_->end_is_framed = true;
        left_ = *head_.framing.length;
        if (left_ == 0)
            complete();
    } else {
        body_ = Body::until_close;
        head_.keep_alive = false;
    }
    return {};
}

Task<Result<std::string_view>> UpstreamAnswer::read_some()
{
    for (;;) {
        Result<std::optional<std::string_view>> here = read_now();
        if (!here)
            co_return Failure(std::move(here).error());
        if (*here)
            co_return **here;
        bool usable = co_await arrival();
        if (!usable)
            co_return Failure(early_end());
    }
}

Arrivals::Arrival ArrivingAnswer::arrival()
{
    return_spare(raw_);
    return connection_->arrival();
}

void ArrivingAnswer::prefetch() const
{
    dragoman::prefetch(*this);
    if (connection_)
        dragoman::prefetch(*connection_);
}

void ArrivingAnswer::forget_fields()
{
    recycled::give(head_.fields);
    give_back(head_text_);
}

Result<std::optional<std::string_view>> ArrivingAnswer::read_now()
{
    if (!undecodable_.empty())
        return Failure(unreadable(fmt::format("its Content-Encoding is {}", undecodable_)));
    out_.clear();
    for (;;) {
        if (inflater_ && (inflated_ < raw_.size() || inflater_->has_more())) {
            Result<void> inflated = inflate();
            if (!inflated)
                return Failure(inflated.error());
            if (!out_.empty())
                return std::string_view(out_);
            continue;
        }
        raw_.clear();
        inflated_ = 0;
        if (body_ == Body::complete) {
            if (inflater_ && !inflater_->done())
                return Failure(early_end());
            return std::string_view();
        }
        UpstreamConnection::Read read = UpstreamConnection::Read::data;
        if (connection_->in.empty()) {
            connection_->in = moved_out_of(raw_); // One buffer is enough.
            read = connection_->read_now();
        }
        if (read == UpstreamConnection::Read::nothing)
            return std::optional<std::string_view>();
        Result<void> taken = take_raw(read);
        if (!taken)
            return Failure(taken.error());
        body_bytes_ += raw_.size();
        if (inflater_ || raw_.empty())
            continue;
        return std::string_view(raw_);
    }
}

// Moves what arrived into raw_, without its framing.
Result<void> ArrivingAnswer::take_raw(UpstreamConnection::Read read)
{
    if (read != UpstreamConnection::Read::data) {
        if (body_ != Body::until_close || read == UpstreamConnection::Read::broken)
            return Failure(early_end());
        complete();
        return {};
    }
    std::string& in = connection_->in;
    if (body_ == Body::chunked) {
        raw_ = moved_out_of(in);
        Parsed<ChunkDecoder::InPlace> decoded = chunks_->decode_in_place(raw_);
        if (!decoded)
            return Failure(unreadable(decoded.error().why));
        if (decoded->used < raw_.size())
            in.assign(raw_, decoded->used);
        raw_.resize(decoded->data);
        if (chunks_->done())
            complete();
        return {};
    }
    if (body_ == Body::until_close || left_ > in.size()) {
        left_ -= body_ == Body::sized ? in.size() : 0;
        raw_ = moved_out_of(in);
        return {};
    }
    raw_ = recycled::copy(std::string_view(in).substr(0, static_cast<std::size_t>(left_)));
    in.erase(0, raw_.size());
    complete();
    return {};
}

Result<void> ArrivingAnswer::inflate()
{
    std::string_view rest = std::string_view(raw_).substr(inflated_);
    Result<std::size_t> used = inflater_->decode(rest, inflated_at_a_time, out_);
    if (!used)
        return Failure(unreadable("its compressed body is broken"));
    inflated_ += *used;
    if (inflater_->is_bomb() && inflater_->bytes_out() > limits::whole_answer)
        return Failure(unreadable("its compressed body grows without end"));
    return {};
}

// The connection is free as soon as the last byte is here, not when it is read.
void ArrivingAnswer::complete()
{
    body_ = Body::complete;
    return_spare(connection_->in);
    bool reusable = head_.keep_alive && connection_->in.empty();
    connection_->end_is_framed = false;
    if (reusable && keep_)
        keep_(std::move(connection_));
    else
        connection_.reset();
}

} // namespace dragoman::net
