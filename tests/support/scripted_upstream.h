// An upstream that answers each request with exactly the bytes of the next step of its script, on a free port
// of 127.0.0.1, and remembers what it was asked. Without a step left it closes.
#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace dragoman::testing {

struct Step {
    // wait: until the other side closes. hold: the same, without reading.
    enum class Then : std::uint8_t { keep, close, reset, wait, hold };
    std::string answer;
    Then then = Then::keep;
    std::size_t piece = 0; // bytes in one segment; 0: all
    bool before_request = false; // does not read anything first
};

class ScriptedUpstream {
public:
    explicit ScriptedUpstream(std::vector<Step> script = {})
        : script_(script.begin(), script.end())
        , listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 256);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ScriptedUpstream(const ScriptedUpstream&) = delete;
    ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

    ~ScriptedUpstream()
    {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            std::lock_guard lock(mutex_);
            for (int fd : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        for (std::thread& thread : threads_)
            thread.join();
        ::close(listener_);
    }

    void add(Step step)
    {
        std::lock_guard lock(mutex_);
        script_.push_back(std::move(step));
    }

    std::uint16_t port() const { return port_; }
    std::atomic<int> connections { 0 };
    std::atomic<int> closed { 0 }; // by the other side, while this one was waiting

    std::vector<std::string> requests()
    {
        std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    void accept_all()
    {
        while (!stopping_) {
            int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0)
                continue;
            int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            std::lock_guard lock(mutex_);
            open_.push_back(fd);
            ++connections;
            threads_.emplace_back([this, fd] { serve(fd); });
        }
    }

    void serve(int fd)
    {
        std::string in;
        bool goes_on = true;
        while (goes_on) {
            Step step { {}, Step::Then::close };
            bool first = next_is_before_request();
            if (!first && !read_request(fd, in))
                break;
            {
                std::lock_guard lock(mutex_);
                if (!script_.empty()) {
                    step = std::move(script_.front());
                    script_.pop_front();
                }
            }
            goes_on = play(fd, step);
        }
        std::lock_guard lock(mutex_);
        std::erase(open_, fd);
        ::close(fd);
    }

    bool next_is_before_request()
    {
        std::lock_guard lock(mutex_);
        return !script_.empty() && script_.front().before_request;
    }

    bool play(int fd, const Step& step)
    {
        std::string_view rest = step.answer;
        while (!rest.empty()) {
            std::size_t size = step.piece == 0 ? rest.size() : std::min(step.piece, rest.size());
            ssize_t wrote = ::send(fd, rest.data(), size, MSG_NOSIGNAL);
            if (wrote <= 0)
                return false;
            rest.remove_prefix(static_cast<std::size_t>(wrote));
            if (step.piece != 0)
                std::this_thread::yield();
        }
        if (step.then == Step::Then::reset) {
            linger hard { 1, 0 };
            ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        }
        if (step.then == Step::Then::wait) {
            char byte = 0;
            while (::recv(fd, &byte, 1, 0) > 0) { }
            ++closed;
        }
        if (step.then == Step::Then::hold) {
            pollfd gone { fd, POLLRDHUP, 0 };
            ::poll(&gone, 1, 10'000);
        }
        return step.then == Step::Then::keep;
    }

    bool read_request(int fd, std::string& in)
    {
        std::size_t need = std::string::npos;
        for (;;) {
            std::size_t end = in.find("\r\n\r\n");
            if (end != std::string::npos && need == std::string::npos) {
                std::size_t at = in.find("Content-Length: ");
                need = end + 4 + (at < end ? std::stoul(in.substr(at + 16)) : 0);
            }
            if (in.size() >= need && need != std::string::npos) {
                std::lock_guard lock(mutex_);
                requests_.push_back(in.substr(0, need));
                in.erase(0, need);
                return true;
            }
            char buffer[16384];
            ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0)
                return false;
            in.append(buffer, static_cast<std::size_t>(got));
        }
    }

    std::mutex mutex_;
    std::deque<Step> script_;
    std::vector<std::string> requests_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
    std::atomic<bool> stopping_ { false };
    int listener_;
    std::uint16_t port_ = 0;
};

} // namespace dragoman::testing
