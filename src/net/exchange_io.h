// The client's end of an exchange as the gateway sees it: what was asked, what is owed, and who answers.
//
// A Handler is made once for each worker and is re-entered for every exchange of that worker, on the worker's
// thread. While handle() runs, the connection watches the client: when it goes away the handler's coroutine
// is cancelled, and its destructors are all that still runs (ResponseWriter::client_gone() tells them why).
// https://www.rfc-editor.org/rfc/rfc9112
#pragma once

#include "base/memory.h"
#include "base/recycled.h"
#include "base/result.h"
#include "net/body_lease.h"
#include "net/buffer_cache.h"
#include "net/task.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::net {

// Borrows both texts.
struct Field {
    std::string_view name;
    std::string_view value;
};

// Header names are compared without regard to case. Most differ in their length already.
bool same_but_for_case(std::string_view a, std::string_view b); // of the same length
inline bool same_name(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && same_but_for_case(a, b);
}

// A field that is safe to put on the wire: a token as the name, and no control character in the value.
bool is_clean(const Field& field);

// The request line and the fields, checked (RFC 9112) and as they came: nothing is decoded. Borrows from the
// connection and is valid as long as the exchange.
struct RequestHead {
    std::string method;
    std::string_view target; // raw path and query: "/v1/messages?beta=true", or "*"
    std::string_view
        host; // "localhost:8080"; of an absolute target, else the Host field; empty only in HTTP/1.0
    std::vector<Field> fields;
    bool http_1_0 = false;
    bool keep_alive = true; // the client did not ask for an end of the connection
    std::string peer; // "127.0.0.1:50412"
    std::optional<std::uint64_t> content_length;
    bool chunked = false;

    std::optional<std::string_view> given(std::string_view name) const; // the first of that name
    std::string_view field(std::string_view name) const { return given(name).value_or(std::string_view()); }
    std::size_t count(std::string_view name) const;
    std::string_view path() const { return target.substr(0, target.find('?')); }
};

// A request that arrived completely. The body is decoded (identity or gzip) and has at least 64 bytes of
// spare capacity behind its end.
struct ClientRequest {
    std::string head_text; // what `head` borrows from
    RequestHead head;
    std::string body;

    BodyLease lease {}; // ends when neither the body nor what was made of it is in memory any more
    BufferCache* buffers = nullptr; // of the worker, for large ones

    // Empty, with room for `size` bytes.
    std::string take_buffer(std::size_t size)
    {
        return buffers ? buffers->take(size) : recycled::take<std::string>(size);
    }

    // Gives the worker a buffer to use again: this body, or what was made of it.
    void release(std::string&& buffer)
    {
        if (buffers)
            buffers->give(std::move(buffer));
        give_back(buffer); // The cache may not want it.
    }
    void release_body() { release(std::move(body)); }

    // What is left of the head says how to answer, not what was asked.
    void release_head()
    {
        recycled::give(head.fields);
        head.target = head.host = {};
        give_back(head_text);
    }

    ClientRequest() = default;
    explicit ClientRequest(BodyLease empty_lease, BufferCache& cache)
        : lease(std::move(empty_lease))
        , buffers(&cache)
    {
    }
    ClientRequest(ClientRequest&&) = default;
    ClientRequest& operator=(ClientRequest&&) = delete;
    ~ClientRequest()
    {
        release_body();
        release_head();
    }
};

// A complete answer that is ready to be sent. Content-Length, Date and Connection are added.
struct Refusal {
    int status = 500;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

// What we owe the client: whole() once, or head() once, then any number of body(), then end(). Fields that
// are not clean are left out (and logged), and so are Content-Length, Date and whatever else is the
// connection's own. An error of kind client_gone means that nobody is left to read.
class ResponseWriter {
public:
    virtual ~ResponseWriter() = default;

    // An answer of known length. Resolves when the last byte is with the kernel.
    virtual Task<Result<void>> whole(int status, std::span<const Field> fields, std::string_view body) = 0;

    // A streamed answer, chunked (until close towards HTTP/1.0). Travels together with the first body() or
    // offer().
    virtual Result<void> head(int status, std::span<const Field> fields) = 0;

    // One HTTP chunk; nothing at all sends the head alone. Resolves as soon as at most limits::client_buffer
    // bytes are unsent: awaiting it before the next read from upstream is the whole of the back-pressure.
    virtual Task<Result<void>> body(std::string_view bytes) = 0;

    // The same without waiting, from any coroutine of this worker, between head() and end(): never splits
    // another write. False, and nothing is sent, when the client is not keeping up or the stream is not open.
    virtual bool offer(std::string_view bytes) = 0;

    // Resolves when everything is with the kernel.
    virtual Task<Result<void>> end() = 0;

    // One of these comes soon, perhaps after a long time (base/prefetch.h).
    virtual void prefetch() const = 0;

    // Ends the connection without ending the answer, so that the client cannot take it for complete.
    virtual void abort() = 0;

    // Bytes that may be inserted into a running stream to learn whether a client that closed its sending side
    // is still there to read, such as a comment or ping event. Kept by value.
    virtual void set_probe(std::string bytes) = 0;

    // The handler's coroutine gets an operation_aborted where it waits, as if the client had gone; one that
    // goes on all the same begins with boost::asio::this_coro::reset_cancellation_state().
    virtual void interrupt() = 0;

    virtual bool started() const = 0; // a status was chosen: errors must now go into the stream
    virtual bool client_gone() const = 0;
    virtual std::uint64_t bytes_sent() const = 0; // handed to the kernel, head included
    virtual std::uint64_t bytes_unsent() const = 0; // queued here because the client does not read
};

// Answers the requests of one worker.
class Handler {
public:
    virtual ~Handler() = default;

    // Called when the head has arrived, before the body is read or asked for (Expect: 100-continue).
    virtual std::optional<Refusal> admit(const RequestHead& head) = 0;

    // Renders an error that net found itself (bad framing, size, time). `head` is null when it could not be
    // read.
    virtual Refusal refusal(int status, const Error& error, const RequestHead* head) = 0;

    // Must have sent a whole answer when it returns; otherwise the connection is broken off.
    virtual Task<void> handle(ClientRequest& request, ResponseWriter& response) = 0;

    // Nothing has been asked for a while: gives back the memory that it keeps for requests.
    virtual void rest() { }
};

} // namespace dragoman::net
