// Who may ask, decided from the request's head alone, before a byte of the body is read.
//
// While no client token is required, dragoman listens on loopback and its only enemy is a web page in the
// person's own browser: the Host must be one of ours (DNS rebinding), there must be no foreign Origin, and a
// POST must be JSON, which no form can send. Once a token is required, the token decides and Host is not
// looked at.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "gateway/endpoints.h"
#include "net/exchange_io.h"

#include <optional>
#include <string_view>

namespace dragoman::gateway {

struct Credentials {
    std::string_view host {};
    std::optional<std::string_view> origin {};
    std::optional<std::string_view> content_type {};
    std::optional<std::string_view> x_api_key {};
    std::optional<std::string_view> authorization {};
};

Credentials credentials_of(const net::RequestHead& head); // borrows from it

// The error to answer with, or nothing when the request may go on. Unknown paths and wrong methods are errors
// too, but only for those who are admitted. `instance_token` is valid wherever a client token is.
std::optional<Error> refuse(const config::Config& config, const Route& route, std::string_view method,
    std::string_view target, const Credentials& credentials, const Secret& instance_token = Secret());

// What tells clients apart: the token that one showed. Empty where none is needed, since anybody may make one
// up then. Of a request that was admitted.
std::string_view shown_token(const config::Config& config, const net::RequestHead& head);

// "localhost:8080", "127.0.0.1", "[::1]:80": the name or address without its port and brackets.
std::string_view host_name(std::string_view host);

} // namespace dragoman::gateway
