// A TCP connection to the first of several addresses that answers. The next address is tried 250 ms after the
// one before, or as soon as that one failed, so that a dead IPv6 path costs a blink ("happy eyeballs",
// https://www.rfc-editor.org/rfc/rfc8305). Cancelling closes all attempts.
#pragma once

#include "base/clock.h"
#include "net/readiness.h"
#include "net/resolver.h"

namespace dragoman::net {

// `connect_time` is for each address. The error's message is the reason alone.
Task<Result<Socket>> dial(Addresses addresses, Clock::duration connect_time);

} // namespace dragoman::net
