// Reads tests/unit/translate/vendor_errors.txt; its head says how a row is written.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace dragoman::testing {

struct VendorError {
    std::string name {};
    std::map<std::string, std::string> request {}; // facts about it that are not the usual ones
    int status = 0;
    std::map<std::string, std::string> headers {};
    std::string body {};
    std::map<std::string, std::string> expected {}; // status, type, retry-after, should-retry
    std::string message {}; // how the client's begins

    std::string header(const std::string& header_name) const
    {
        auto found = headers.find(header_name);
        return found == headers.end() ? "" : found->second;
    }
    std::uint64_t fact(const std::string& fact_name, std::uint64_t otherwise) const
    {
        auto found = request.find(fact_name);
        return found == request.end() ? otherwise : std::stoull(found->second);
    }
};

// "name=value" words; words without "=" are called `unnamed`, in their order.
inline std::map<std::string, std::string> read_words(
    const std::string& line, std::vector<std::string> unnamed = {})
{
    std::map<std::string, std::string> words;
    std::istringstream stream(line);
    for (std::string word; stream >> word;) {
        const std::size_t at = word.find('=');
        if (at != std::string::npos)
            words[word.substr(0, at)] = word.substr(at + 1);
        else if (!unnamed.empty()) {
            words[unnamed.front()] = word;
            unnamed.erase(unnamed.begin());
        }
    }
    return words;
}

inline std::vector<VendorError> read_vendor_errors()
{
    std::ifstream file(TESTS_DIR "/unit/translate/vendor_errors.txt");
    std::vector<VendorError> rows;
    enum { between, head, body } part = between;
    for (std::string line; std::getline(file, line);) {
        if (part == between) {
            if (line.starts_with("== ")) {
                rows.push_back({ .name = line.substr(3) });
                part = head;
            }
            continue;
        }
        VendorError& row = rows.back();
        if (line.starts_with("=> ")) {
            const std::size_t colon = line.find(" : ");
            row.expected = read_words(line.substr(3, colon - 3), { "status", "type" });
            row.message = colon == std::string::npos ? "" : line.substr(colon + 3);
            part = between;
        } else if (part == body)
            row.body += line;
        else if (line.empty())
            part = body;
        else if (line.starts_with("@ "))
            row.request = read_words(line.substr(2));
        else if (row.status == 0)
            row.status = std::stoi(line);
        else
            row.headers[line.substr(0, line.find(':'))] = line.substr(line.find(": ") + 2);
    }
    return rows;
}

} // namespace dragoman::testing
