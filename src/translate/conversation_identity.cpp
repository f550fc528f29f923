#include "translate/conversation_identity.h"

#include "base/encoding.h"
#include "json/document.h"
#include "json/escape.h"

#include <cstddef>
#include <string_view>

namespace dragoman::translate {

namespace {

constexpr std::size_t session_max = 256;
constexpr std::size_t user_digits = 32;
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

} // namespace

ConversationIdentity conversation_identity(
    const anthropic::MessagesRequest& request, const ClientHeaders& client)
{
    const Parts parts = read_user_id(json::unescape(request.metadata_user_id));
    ConversationIdentity identity { .session = parts.session };
    if (identity.session.empty())
        identity.session = client.session_id;
    if (!identity.session.empty() && !client.agent_id.empty())
        identity.session.append("-").append(client.agent_id);
    if (identity.session.size() > session_max)
        identity.session = sha256_hex(identity.session);
    if (!parts.person.empty())
        identity.user = "cc-" + sha256_hex(parts.person).substr(0, user_digits);
    return identity;
}

} // namespace dragoman::translate
