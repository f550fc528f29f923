// How a dragoman that serves is found by commands of the same user, and nobody else: a file of mode 0600 in
// the runtime directory, one for each process, gone when the process is.
//
// A port says nothing about who listens there, and a file may outlive its process: whoever takes over the
// port would be sent prompts. So an instance has to prove that it knows the file's token before it is used,
// and is never shown it: GET /api/hello?challenge=C answers with HMAC-SHA256(token, C) (RFC 2104).
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "base/secret.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

struct Instance {
    enum class Kind : std::uint8_t { serve, code }; // code: ends with its one client, not for others
    int pid = 0;
    Kind kind = Kind::serve;
    std::string url {}; // "http://127.0.0.1:8080"
    Secret token {};
    std::int64_t started = 0; // seconds since 1970
    std::string version {};
    bool demonstration = false;
    std::string config {}; // the configuration file; empty: none
};

std::string encode(const Instance& instance);
Result<Instance> decode_instance(std::string_view text);

// Writes the file, and removes it again when it goes. A directory that cannot be written is an error to be
// warned about; everything else works without the file.
class InstanceFile {
public:
    static Result<InstanceFile> write(const std::string& directory, const Instance& instance);
    InstanceFile() = default;
    InstanceFile(InstanceFile&& other) noexcept;
    InstanceFile& operator=(InstanceFile&& other) noexcept;
    ~InstanceFile();

private:
    std::string path_;
};

// All whose file is ours, unread by others, and whose process lives; the newest first. Files of processes
// that are gone are removed.
std::vector<Instance> find_instances(const std::string& directory);

// Asks it, at most for that long.
bool proves_itself(const Instance& instance, std::chrono::milliseconds time = std::chrono::seconds(1));

// The token of this user's serving processes, kept in the state directory so that clients outlive a restart;
// made when there is none. A fresh one where nothing can be kept.
Secret lasting_instance_token(const std::string& state_directory);
Secret fresh_instance_token();

// "challenge" of a request's target, if it is one: 16 to 128 hexadecimal digits; else empty.
std::string_view challenge_in(std::string_view target);
std::string proof_of(const Secret& token, std::string_view challenge); // empty for an empty one

} // namespace dragoman::gateway
