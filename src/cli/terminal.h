// What commands need to know of the terminal: whether there is one, how wide it is, how to colour and align
// what goes there, and how to ask a person something.
#pragma once

#include "base/environment.h"
#include "base/secret.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::cli {

bool is_terminal(int fd);

// Whether a person sits there: somebody who can be asked, and sees the question.
bool can_ask();

// Columns: the terminal's, else those of COLUMNS, else 80.
std::size_t width_of(int fd, const Environment& environment);

// Colours and weights, only on a terminal, and never against NO_COLOR or TERM=dumb.
// https://no-color.org/
class Style {
public:
    Style() = default; // plain
    static Style of(int fd, const Environment& environment);
    // For what another program shows on a terminal: wherever colours are not forbidden.
    static Style unless_forbidden(const Environment& environment);

    std::string bold(std::string_view text) const { return marked("1", text); }
    std::string dim(std::string_view text) const { return marked("2", text); }
    std::string red(std::string_view text) const { return marked("31", text); }
    std::string green(std::string_view text) const { return marked("32", text); }
    std::string yellow(std::string_view text) const { return marked("33", text); }
    std::string cyan(std::string_view text) const { return marked("36", text); }
    bool coloured() const { return coloured_; }

private:
    std::string marked(std::string_view code, std::string_view text) const;
    bool coloured_ = false;
};

// Columns that UTF-8 text takes, roughly: wide letters of East Asia and pictures are two, combining marks
// none.
std::size_t columns_of(std::string_view text);

std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

// At most so many columns; what was cut off is an ellipsis.
std::string fit(std::string_view text, std::size_t columns);

// Lines of at most so many columns, broken at blanks; each after the first begins with `indent` blanks.
// Names and, beside them, what is to be said of each, in lines of at most so many columns. A name that leaves
// no room for it stands alone.
std::string explained(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t columns);

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

// Text of unknown origin as one harmless line.
std::string plain(std::string_view text);

// The line that was typed, without blanks around it; empty for Enter alone, nullopt for the end of the input.
std::optional<std::string> ask(std::string_view question);

// The same unseen. A signal (Ctrl-C) first restores the terminal, then does what it always does.
std::optional<Secret> ask_hidden(std::string_view question);

// Yes or no; Enter alone means `otherwise`, the end of the input no.
enum class Answer : unsigned char { no, yes };
bool confirm(std::string_view question, Answer otherwise);

} // namespace dragoman::cli
