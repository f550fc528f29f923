// Waiting until a socket can be read or written, or has failed. The reads and writes themselves are system
// calls that never block: what is left to Asio is the waiting, and it is instantiated once.
#pragma once

#include "net/task.h"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <sys/types.h>

namespace dragoman::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

// False: the socket was closed, or the wait was cancelled.
Task<bool> until_readable(Socket& socket);
Task<bool> until_writable(Socket& socket);
Task<bool> until_failed(Socket& socket); // reset by the peer

// As recv(): at most `space` bytes appended to `out`; 0 at the end, -1 with errno (EAGAIN: nothing there
// yet). Without that much room `out` grows by what arrived only, so asking for a lot costs no memory.
ssize_t receive(Socket& socket, std::string& out, std::size_t space);

} // namespace dragoman::net
