// The answer of one exchange on a client's connection: heads, chunks, and what may be kept alive afterwards.
#pragma once

#include "net/client_output.h"
#include "net/exchange_io.h"

namespace dragoman::net {

// What the request and the state of the server say about the answer's form.
struct AnswerForm {
    bool http_1_0 = false;
    bool head_only = false; // HEAD
    bool keep_alive = true;
};

class ExchangeWriter final : public ResponseWriter {
public:
    ExchangeWriter(ClientOutput& output, AnswerForm form, const bool& draining);

    Task<Result<void>> whole(int status, std::span<const Field> fields, std::string_view body) override;
    Result<void> head(int status, std::span<const Field> fields) override;
    Task<Result<void>> body(std::string_view bytes) override;
    bool offer(std::string_view bytes) override;
    Task<Result<void>> end() override;
    void prefetch() const override;
    void abort() override;
    void interrupt() override { output_.interrupt(); }
    void set_probe(std::string bytes) override { probe_ = std::move(bytes); }

    bool started() const override { return state_ != State::unstarted; }
    bool client_gone() const override { return output_.gone(); }
    std::uint64_t bytes_sent() const override { return output_.sent() - sent_before_; }
    std::uint64_t bytes_unsent() const override { return output_.unsent(); }

    // Writes something harmless, so that a client that is gone answers with a reset.
    void probe();
    void interim_continue(); // 100, asked for with Expect

    bool is_whole() const { return state_ == State::ended; }
    bool keep_alive() const { return is_whole() && form_.keep_alive; }

private:
    enum class State : std::uint8_t { unstarted, streaming, ended, aborted };

    std::string make_head(int status, std::span<const Field> fields, std::string_view framing);
    bool send_chunk(std::string_view bytes);
    bool broke_inside_chunk();
    Task<Result<void>> send_large(std::string_view bytes);

    ClientOutput& output_;
    AnswerForm form_;
    const bool& draining_;
    std::uint64_t sent_before_;
    State state_ = State::unstarted;
    bool inside_chunk_ = false; // a large chunk is going out in pieces: nothing may come between
    std::string head_; // not sent yet
    std::string probe_;
};

} // namespace dragoman::net
