#include "net/tls_wire.h"

#include "base/memory.h"

#include <cerrno>
#include <openssl/bio.h>
#include <sys/socket.h>

namespace dragoman::net {
namespace {

std::string& shared_buffer()
{
    thread_local std::string buffer;
    return buffer;
}

TlsWire& wire_of(BIO* bio) { return *static_cast<TlsWire*>(BIO_get_data(bio)); }

int read_from(BIO* bio, char* data, int size)
{
    TlsWire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    ssize_t got = 0;
    do
        got = ::recv(wire.socket, data, static_cast<std::size_t>(size), MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    wire.drained = got < size;
    wire.ended = got == 0;
    if (got < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

int write_to(BIO* bio, const char* data, int size)
{
    BIO_clear_retry_flags(bio);
    wire_of(bio).out.append(data, static_cast<std::size_t>(size));
    return size;
}

long control(BIO* bio, int command, long, void*)
{
    if (command == BIO_CTRL_EOF)
        return wire_of(bio).ended ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method()
{
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "upstream");
    BIO_meth_set_read(made, read_from);
    BIO_meth_set_write(made, write_to);
    BIO_meth_set_ctrl(made, control);
    return made;
}

} // namespace

void TlsWire::take_buffer()
{
    if (out.empty())
        out.swap(shared_buffer());
}

void TlsWire::give_buffer()
{
    out.clear();
    if (out.capacity() > shared_buffer().capacity())
        out.swap(shared_buffer());
    give_back(out);
}

bio_st* new_bio(TlsWire& wire)
{
    static BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
    return bio;
}

} // namespace dragoman::net
