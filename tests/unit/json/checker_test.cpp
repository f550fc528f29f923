// The walk over tokens against a parser that reads byte by byte.
#include "json/document.h"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>
#include <string_view>

namespace dragoman::json {

namespace {

// Recursive descent over RFC 8259, for ASCII.
class PlainParser {
public:
    explicit PlainParser(std::string_view text)
        : text_(text)
    {
    }

    bool accepts()
    {
        blanks();
        if (!value())
            return false;
        blanks();
        return text_.empty();
    }

private:
    bool take(char c)
    {
        if (!text_.starts_with(c))
            return false;
        text_.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word)
    {
        if (!text_.starts_with(word))
            return false;
        text_.remove_prefix(word.size());
        return true;
    }
    void blanks()
    {
        while (!text_.empty() && std::string_view(" \t\r\n").find(text_.front()) != std::string_view::npos)
            text_.remove_prefix(1);
    }
    bool digits()
    {
        bool some = false;
        while (!text_.empty() && std::isdigit(static_cast<unsigned char>(text_.front()))) {
            text_.remove_prefix(1);
            some = true;
        }
        return some;
    }
    bool number()
    {
        take('-');
        if (!take('0') && !digits())
            return false;
        if (take('.') && !digits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            return digits();
        }
        return true;
    }
    bool string()
    {
        if (!take('"'))
            return false;
        while (!text_.empty()) {
            if (take('"'))
                return true;
            if (!character())
                return false;
        }
        return false;
    }
    bool character()
    {
        const char c = text_.front();
        text_.remove_prefix(1);
        if (c != '\\')
            return static_cast<unsigned char>(c) >= 0x20;
        if (text_.empty() || std::string_view("\"\\/bfnrtu").find(text_.front()) == std::string_view::npos)
            return false;
        const bool unit = text_.front() == 'u';
        text_.remove_prefix(1);
        for (int i = 0; unit && i < 4; ++i) {
            if (text_.empty() || !std::isxdigit(static_cast<unsigned char>(text_.front())))
                return false;
            text_.remove_prefix(1);
        }
        return true;
    }
    bool value()
    {
        if (take('['))
            return elements();
        if (take('{'))
            return members();
        if (text_.starts_with('"'))
            return string();
        return take(std::string_view("true")) || take(std::string_view("false"))
            || take(std::string_view("null")) || number();
    }
    bool elements()
    {
        blanks();
        if (take(']'))
            return true;
        do {
            blanks();
            if (!value())
                return false;
            blanks();
        } while (take(','));
        return take(']');
    }
    bool members()
    {
        blanks();
        if (take('}'))
            return true;
        do {
            blanks();
            if (!string())
                return false;
            blanks();
            if (!take(':'))
                return false;
            blanks();
            if (!value())
                return false;
            blanks();
        } while (take(','));
        return take('}');
    }

    std::string_view text_;
};

// Puts the walked slices together again, without white space.
std::string rebuilt(const Value& value)
{
    std::string out;
    if (auto object = value.object()) {
        for (Field field : *object)
            out.append(out.empty() ? "" : ",")
                .append("\"")
                .append(field.key.escaped)
                .append("\":")
                .append(rebuilt(field.value));
        return "{" + out + "}";
    }
    if (auto array = value.array()) {
        for (Value element : *array)
            out.append(out.empty() ? "" : ",").append(rebuilt(element));
        return "[" + out + "]";
    }
    return std::string(value.raw().text);
}

std::string without_blanks(std::string_view text)
{
    std::string out;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (in_string && text[at] == '\\')
            out += text[at++];
        else if (text[at] == '"')
            in_string = !in_string;
        if (in_string || !is_white_space(text[at]))
            out += text[at];
    }
    return out;
}

class RandomJson {
public:
    explicit RandomJson(std::mt19937& random)
        : random_(random)
    {
    }

    std::string value(int depth)
    {
        static constexpr const char* leaves[] = { "true", "false", "null", "0", "-1.5e+7",
            "12345678901234567890", R"("")", R"("a")", R"("\n\"\\")", R"("\ud83d\ude00 text")",
            R"("]},:{[")" };
        const auto kind = random_() % (depth > 4 ? 1 : 3);
        if (kind == 0)
            return leaves[random_() % std::size(leaves)];
        std::string out;
        for (auto i = random_() % 5; i > 0; --i) {
            out += out.empty() ? "" : ",";
            if (kind == 1)
                out += blank() + R"("k)" + std::to_string(random_() % 10) + "\"" + blank() + ":";
            out += blank() + value(depth + 1) + blank();
        }
        return kind == 1 ? "{" + out + "}" : "[" + out + "]";
    }

private:
    std::string blank() { return random_() % 8 == 0 ? " \n" : ""; }

    std::mt19937& random_;
};

} // namespace

TEST(JsonChecker, AgreesWithAPlainParserOnDamagedTexts)
{
    std::mt19937 random(8259);
    constexpr std::string_view pieces = "{}[]\",:\\01-.eEtruflasn u";
    Document document;
    int accepted = 0;
    int refused = 0;
    for (int round = 0; round < 12000; ++round) {
        std::string text = RandomJson(random).value(0);
        for (auto damage = random() % 3; damage > 0 && !text.empty(); --damage) {
            const std::size_t at = random() % text.size();
            const char piece = pieces[random() % pieces.size()];
            switch (random() % 3) {
            case 0:
                text[at] = piece;
                break;
            case 1:
                text.insert(at, 1, piece);
                break;
            default:
                text.erase(at, 1);
            }
        }
        const bool expected = !text.empty() && PlainParser(text).accepts();
        auto root = document.parse(text);
        ASSERT_EQ(root.has_value(), expected) << text << (root ? "" : "\n" + root.error().message);
        (expected ? accepted : refused) += 1;
        if (root) {
            ASSERT_EQ(rebuilt(*root), without_blanks(text)) << text;
        }
    }
    EXPECT_GT(accepted, 2000);
    EXPECT_GT(refused, 2000);
}

TEST(JsonChecker, SaysTheSameOfAWrongEscapeWhereverElseTheTextIsWrong)
{
    Document document;
    const auto message = [&](std::string_view text) {
        auto root = document.parse(text);
        return root ? std::string() : root.error().message;
    };
    EXPECT_EQ(message(R"(["a","\x"])"), "invalid JSON at byte 5: a string holds an invalid escape");
    EXPECT_EQ(message(R"({"a":1,"\u12":2})"), "invalid JSON at byte 7: a string holds an invalid escape");
    EXPECT_EQ(message(R"([tru,"\x"])"), "invalid JSON at byte 1: expected a value");
    EXPECT_EQ(message(R"([1,\n2])"), "invalid JSON at byte 3: expected a value");
    EXPECT_EQ(message(R"([1)"), "invalid JSON at byte 2: it ends too early");
    EXPECT_EQ(message(R"({"a")"), "invalid JSON at byte 4: expected a colon");
    EXPECT_EQ(message(R"({"a":1 "b":2})"), "invalid JSON at byte 7: expected a comma or '}'");
    EXPECT_EQ(message("1 2"), "invalid JSON at byte 2: something follows the end of the value");
}

TEST(JsonObject, FindsAKeyHoweverItIsSpelled)
{
    Document document;
    auto root = document.parse(
        R"({"ty":1,"typed":2,"t\u0079pe":3,"\"":4,"a\\b":5,"type" :6,"":7,"\u0074\u0079pe":8})");
    ASSERT_TRUE(root);
    const Object object = *root->object();
    EXPECT_EQ(object.find("type")->raw().text, "8");
    EXPECT_EQ(object.find("ty")->raw().text, "1");
    EXPECT_EQ(object.find("typed")->raw().text, "2");
    EXPECT_EQ(object.find("")->raw().text, "7");
    EXPECT_FALSE(object.find("typ"));
    EXPECT_FALSE(object.find("types"));
    EXPECT_FALSE(object.find("t\\u0079pe"));
}

} // namespace dragoman::json
