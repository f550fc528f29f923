// An answer on its way in: head, framing, content coding. The pieces may be cut anywhere, and every way in
// which an answer can end before its end is told apart from its end.
#pragma once

#include "net/answer_head.h"
#include "net/chunk_decoder.h"
#include "net/inflater.h"
#include "net/upstream.h"
#include "net/upstream_connection.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dragoman::net {

using Connection = std::unique_ptr<UpstreamConnection>;

class ArrivingAnswer final : public UpstreamAnswer {
public:
    using Keep = std::move_only_function<void(Connection)>;

    // `keep` gets the connection when the answer is complete and another request may follow; none: it is
    // closed.
    ArrivingAnswer(Connection connection, std::string host, Keep keep);

    ~ArrivingAnswer() override;
    ArrivingAnswer(const ArrivingAnswer&) = delete;
    ArrivingAnswer& operator=(const ArrivingAnswer&) = delete;

    // False: the connection ended before the first byte of an answer.
    Task<Result<bool>> receive_head(std::string_view method);

    int status() const override { return head_.status; }
    std::span<const Field> fields() const override { return head_.fields; }
    Result<std::optional<std::string_view>> read_now() override;
    Arrivals::Arrival arrival() override;
    Error early_end() const override;
    void prefetch() const override;
    void forget_fields() override;
    bool has_arrived() const override { return body_ == Body::complete; }
    std::uint64_t body_bytes() const override { return body_bytes_; }
    bool connection_was_reused() const override { return was_reused_; }

private:
    enum class Body : std::uint8_t { sized, chunked, until_close, complete };

    Result<std::optional<bool>> read_head(HeadScanner& scanner, std::string_view method);
    Result<void> take_head(std::size_t size, std::string_view method);
    Result<void> choose_body(std::string_view method);
    Result<void> take_raw(UpstreamConnection::Read read);
    Result<void> inflate();
    Error unreadable(std::string_view why) const;
    void complete();

    Connection connection_;
    std::string host_;
    Keep keep_;
    std::string head_text_;
    AnswerHead head_;
    std::size_t interim_answers_ = 0; // in front of it
    Body body_ = Body::complete;
    std::uint64_t left_ = 0; // of a sized body
    std::optional<ChunkDecoder> chunks_;
    std::optional<Inflater> inflater_;
    std::string undecodable_; // the content coding that cannot be read
    std::string raw_; // without its framing
    std::string out_; // what read_some() showed last
    std::size_t inflated_ = 0; // of raw_
    std::uint64_t body_bytes_ = 0;
    bool was_reused_;
};

} // namespace dragoman::net
