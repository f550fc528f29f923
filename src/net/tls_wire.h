// The encrypted side of a TLS connection, as OpenSSL sees it: what it reads comes straight from the socket
// without ever blocking, and what it writes gathers in `out`, so that many records are one system call.
#pragma once

#include <memory>
#include <string>

struct bio_st;

namespace dragoman::net {

struct TlsWire {
    explicit TlsWire(int descriptor)
        : socket(descriptor)
    {
    }

    // The connections of a worker encrypt into one buffer; only what waits for its socket takes another.
    void take_buffer(); // for `out`, if that is empty
    void give_buffer(); // all of `out` was sent

    int socket;
    std::string out; // encrypted, not yet sent
    bool drained = false; // the last read took all there was: the next one would be for nothing
    bool ended = false; // by the other side
};

bio_st* new_bio(TlsWire& wire); // which must outlive it

} // namespace dragoman::net
