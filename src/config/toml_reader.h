// Takes known keys out of a TOML table and complains about the rest. Included by toml_file.cpp only, since it
// brings toml++. https://toml.io/en/v1.0.0
//
// A reader is asked for every key that its table may have; what was asked for is what is known, so the list
// of known keys can never differ from the code that reads them.
#pragma once

#include "config/mistakes.h"
#include "config/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::config {

// Tables are walked by name; what counts in order is looked at as it stands in the file.
inline std::vector<std::pair<const toml::key*, const toml::node*>> in_order_of_file(const toml::table& table)
{
    std::vector<std::pair<const toml::key*, const toml::node*>> all;
    for (const auto& [key, node] : table)
        all.emplace_back(&key, &node);
    std::ranges::sort(all, {}, [](const auto& one) {
        return std::pair(one.first->source().begin.line, one.first->source().begin.column);
    });
    return all;
}

class TomlReader {
public:
    // `name` is "server" for [server], empty for the whole file.
    TomlReader(Mistakes& mistakes, const toml::table& table, std::string path, std::string name)
        : mistakes_(mistakes)
        , table_(table)
        , path_(std::move(path))
        , name_(std::move(name))
    {
    }

    std::string place_of(const toml::source_region& region) const
    {
        return fmt::format("{}:{}:{}", path_, region.begin.line, region.begin.column);
    }
    std::string place_of(std::string_view key) const
    {
        const toml::node* node = table_.get(key);
        return place_of(node != nullptr ? node->source() : table_.source());
    }
    const std::string& path() const { return path_; }
    Mistakes& mistakes() const { return mistakes_; }
    void complain(std::string_view key, std::string_view what) const
    {
        mistakes_.add(place_of(key), fmt::format("{} {}", full_name(key), what));
    }
    std::string full_name(std::string_view key) const
    {
        return fmt::format("{}{}{}", name_, name_.empty() || key.empty() ? "" : ".", key);
    }

    const toml::node* get(std::string_view key)
    {
        known_.push_back(key);
        return table_.get(key);
    }

    // nullopt: absent, or of another type, which has been said then.
    std::optional<std::string> text(std::string_view key)
    {
        const toml::node* node = expect(key, toml::node_type::string, "a string");
        if (node == nullptr)
            return std::nullopt;
        std::string value = **node->as_string();
        if (value.find('\0') != std::string::npos) {
            complain(key, "must not hold the character U+0000");
            return std::nullopt;
        }
        return value;
    }
    std::optional<Placed> placed(std::string_view key)
    {
        auto value = text(key);
        return value && !value->empty() ? std::optional(Placed { std::move(*value), place_of(key) })
                                        : std::nullopt;
    }
    void text(std::string_view key, std::string& out)
    {
        if (auto value = text(key))
            out = std::move(*value);
    }
    // Whether it is there.
    bool flag(std::string_view key, bool& out)
    {
        const toml::node* node = expect(key, toml::node_type::boolean, "true or false");
        if (node != nullptr)
            out = **node->as_boolean();
        return node != nullptr;
    }
    void whole(std::string_view key, int& out, int least, int most, std::string_view remedy = {})
    {
        const toml::node* node = expect(key, toml::node_type::integer, "a whole number");
        if (node == nullptr)
            return;
        const std::int64_t value = **node->as_integer();
        if (value < least || value > most)
            complain(key, fmt::format("must be from {} to {}{}", least, most, remedy));
        else
            out = static_cast<int>(value);
    }
    void duration(std::string_view key, Milliseconds& out, Milliseconds least = Milliseconds(1))
    {
        const auto value = parsed<Milliseconds>(key, parse_duration, R"(a duration, such as "30s")");
        if (value && *value < least)
            complain(key, fmt::format("must be at least {} ms", least.count()));
        else if (value)
            out = *value;
    }
    void size(std::string_view key, std::size_t& out, std::size_t least, std::size_t most)
    {
        const auto value = parsed<std::size_t>(key, parse_size, R"(a size, such as "32MiB")");
        if (value && (*value < least || *value > most))
            complain(key, fmt::format("must be from {} to {} bytes", least, most));
        else if (value)
            out = *value;
    }
    // One of a few words, by its position in `words`.
    std::optional<std::size_t> choice(std::string_view key, std::span<const std::string_view> words)
    {
        const auto value = text(key);
        if (!value)
            return std::nullopt;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i] == *value)
                return i;
        }
        complain(key, fmt::format("must be {}{}", joined(words), suggestion(*value, words)));
        return std::nullopt;
    }
    // An array of strings, each with its place.
    std::optional<std::vector<Placed>> texts(std::string_view key)
    {
        const toml::node* node = expect(key, toml::node_type::array, "an array of strings");
        if (node == nullptr)
            return std::nullopt;
        std::vector<Placed> all;
        for (const toml::node& element : *node->as_array()) {
            if (const auto* string = element.as_string())
                all.push_back({ string->get(), place_of(element.source()) });
            else
                mistakes_.add(place_of(element.source()),
                    fmt::format("{} holds {} where a string belongs", full_name(key), type_of(element)));
        }
        return all;
    }
    const toml::table* table(std::string_view key)
    {
        const toml::node* node = expect(key, toml::node_type::table, "a table");
        return node != nullptr ? node->as_table() : nullptr;
    }

    // Says what was not asked for. Call it last.
    void finish() const
    {
        for (const auto& [key, node] : table_) {
            if (std::ranges::find(known_, key.str()) == known_.end())
                mistakes_.add(place_of(key.source()),
                    fmt::format("unknown key {}{}", full_name(key.str()), instead_of(key.str())));
        }
    }

    static std::string suggestion(std::string_view word, std::span<const std::string_view> words)
    {
        const auto near = nearest(word, words);
        return near.empty() ? std::string() : fmt::format("; did you mean {}?", near);
    }

private:
    // The nearest of the keys that may stand here, else all of them where they are few.
    std::string instead_of(std::string_view key) const
    {
        constexpr std::size_t few = 12;
        if (auto near = suggestion(key, known_); !near.empty())
            return near;
        if (known_.empty() || known_.size() > few)
            return "; docs/operating.md lists those that there are";
        return fmt::format("; there {} {}", known_.size() == 1 ? "is" : "are", fmt::join(known_, ", "));
    }
    static std::string joined(std::span<const std::string_view> words)
    {
        std::string all;
        for (std::size_t i = 0; i < words.size(); ++i)
            all += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
        return all;
    }
    static std::string_view type_of(const toml::node& node)
    {
        switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::string:
            return "a string";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
        }
    }
    const toml::node* expect(std::string_view key, toml::node_type type, std::string_view what)
    {
        const toml::node* node = get(key);
        if (node != nullptr && node->type() != type) {
            complain(key, fmt::format("must be {}, not {}", what, type_of(*node)));
            return nullptr;
        }
        return node;
    }
    template <class T>
    std::optional<T> parsed(std::string_view key, Parsed<T> (*parse)(std::string_view), std::string_view what)
    {
        const toml::node* node = expect(key, toml::node_type::string, what);
        if (node == nullptr)
            return std::nullopt;
        const auto value = parse(**node->as_string());
        if (!value) {
            complain(key, value.error());
            return std::nullopt;
        }
        return *value;
    }

    Mistakes& mistakes_;
    const toml::table& table_;
    std::string path_;
    std::string name_;
    std::vector<std::string_view> known_;
};

} // namespace dragoman::config
