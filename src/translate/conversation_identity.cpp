#include "translate/conversation_identity.h"

#include "base/encoding.h"
#include "json/document.h"
#include "json/escape.h"

#include <cstddef>
#include <string_view>
#include <utility>

namespace dragoman::translate {

namespace {

constexpr std::size_t session_max = 256;
constexpr std::size_t user_digits = 32;
constexpr std::size_t user_id_digits = 40;
constexpr std::string_view session_word = "_session_";
constexpr std::string_view account_word = "_account_";

struct Parts {
    std::string person {}; // what tells two people apart
    std::string session {};
};

std::string member(const json::Object& object, std::string_view name)
{
    auto value = object.find(name);
    auto string = value ? value->string() : std::nullopt;
    return string ? json::unescape(*string) : std::string {};
}

// user_<digest>_account_<uuid>_session_<uuid>
Parts read_older_form(const std::string& user_id)
{
    const auto session = user_id.rfind(session_word);
    if (session == std::string::npos)
        return { .person = user_id };
    const auto account = user_id.find(account_word);
    return { .person = user_id.substr(0, account == std::string::npos ? session : account),
        .session = user_id.substr(session + session_word.size()) };
}

Parts read_user_id(const std::string& user_id)
{
    const std::size_t first = user_id.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || user_id[first] != '{')
        return read_older_form(user_id);
    thread_local json::Document document; // for one short text after the other
    auto root = document.parse(user_id);
    auto object = root ? root->object() : std::nullopt;
    if (!object)
        return read_older_form(user_id);
    Parts parts { .person = member(*object, "device_id"), .session = member(*object, "session_id") };
    if (parts.person.empty())
        parts.person = user_id;
    return parts;
}

ConversationIdentity identity_in(json::RawString user_id)
{
    Parts parts = read_user_id(json::unescape(user_id));
    ConversationIdentity identity { .session = std::move(parts.session) };
    if (parts.person.empty())
        return identity;
    identity.user = "cc-" + sha256_hex(parts.person).substr(0, user_digits);
    identity.user_id = "cc_" + sha256_hex(identity.user).substr(0, user_id_digits);
    return identity;
}

// A request asks more than once, and a client's next one says the same: the last answer is kept. Digests are
// code that hardly anything else on the way of a request runs.
ConversationIdentity known_identity_in(json::RawString user_id)
{
    constexpr std::size_t kept_max = 1024; // bytes
    if (user_id.escaped.size() > kept_max)
        return identity_in(user_id);
    struct Known {
        std::string user_id {}; // as written
        ConversationIdentity identity {};
    };
    thread_local Known known;
    if (known.user_id != user_id.escaped)
        known = { std::string(user_id.escaped), identity_in(user_id) };
    return known.identity;
}

} // namespace

ConversationIdentity conversation_identity(
    const anthropic::MessagesRequest& request, const ClientHeaders& client)
{
    ConversationIdentity identity = known_identity_in(request.metadata_user_id);
    if (identity.session.empty())
        identity.session = client.session_id;
    if (!identity.session.empty() && !client.agent_id.empty())
        identity.session.append("-").append(client.agent_id);
    if (identity.session.size() > session_max)
        identity.session = sha256_hex(identity.session);
    return identity;
}

} // namespace dragoman::translate
