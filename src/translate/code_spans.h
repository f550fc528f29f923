// Where a text in Markdown shows code: between fences, or between backticks in a line.
//
// Only as much of Markdown as decides whether something is said or shown: a fence stands at the beginning of
// its line, indented or not, and ends with one of its kind that is as long; a span in a line ends with it.
#pragma once

#include <cstddef>
#include <string_view>

namespace dragoman::translate {

class CodeSpans {
public:
    // The text in its order, in pieces that are cut anywhere.
    void feed(std::string_view text);

    // Whether the character that comes next is shown, or belongs to a run of backticks that has begun.
    bool covers(char next) const;

private:
    void take(char c);
    void end_run();
    void end_line();

    char fence_mark_ = '`';
    std::size_t fence_ = 0; // length of the marks that opened the fence; 0: there is none
    std::size_t opening_ = 0; // the same, while its line is not over
    std::size_t span_ = 0; // length of the backticks that opened the span in this line
    bool closing_ = false; // nothing but the end of the fence in this line so far
    bool line_start_ = true; // nothing but blanks in this line so far

    char run_mark_ = '`';
    std::size_t run_ = 0; // marks in a row, up to here
    bool run_begins_line_ = false;
};

} // namespace dragoman::translate
