"""A small terminal: bytes that a program writes to one, to cells that can be drawn.

It understands what today's full-screen programs use: movements of the cursor, erasing, scrolling, colours and styles.
What it does not know it skips, as terminals do.
"""
import codecs
import re
import unicodedata
from dataclasses import dataclass, replace

SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-9;:<=>?]*)[ !\"#$%&'()*+,\-./]*(?P<final>[@-~])"   # CSI
    r"|\x1b\](?P<title>[^\x07\x1b]*)(?:\x07|\x1b\\)"                             # OSC
    r"|\x1b[PX^_][^\x1b]*\x1b\\"                                                 # DCS, SOS, PM, APC
    r"|\x1b[ #%()*+\-./][ -~]"                                                   # character sets
    r"|\x1b(?P<single>[0-9=>A-Za-z~|}])")
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:<=>? -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ #%()*+\-./])?$")


@dataclass(frozen=True)
class Style:
    """Colours are None, a number of the palette of 256, or '#rrggbb'."""
    text: object = None
    ground: object = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False


@dataclass(frozen=True)
class Cell:
    text: str = " "
    style: Style = Style()


BLANK = Cell()


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [self._blank_line() for _ in range(rows)]
        self.scrolled = []          # what has left at the top
        self.row = self.column = 0
        self.style = Style()
        self.title = ""
        self.top, self.bottom = 0, rows - 1
        self._saved = (0, 0, Style())
        self._main = None           # the lines behind the alternate screen
        self._wrap = False          # the cursor stands behind the last column
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""

    def feed(self, data):
        text = self._pending + self._decoder.decode(data)
        self._pending, position = "", 0
        while position < len(text):
            if text[position] != "\x1b":
                self._plain(text[position])
                position += 1
                continue
            match = SEQUENCE.match(text, position)
            if match:
                self._sequence(match)
                position = match.end()
            elif UNFINISHED.match(text, position):
                self._pending = text[position:]
                return
            else:
                position += 1

    def text(self):
        return "\n".join("".join(cell.text for cell in line).rstrip() for line in self.lines)

    def behind(self):
        """The lines of the main screen while a program shows the alternate one."""
        return self._main[0] if self._main else []

    # One character.

    def _plain(self, character):
        if character == "\n":
            self._line_feed()
        elif character == "\r":
            self._move(column=0)
        elif character == "\b":
            self._move(column=self.column - 1)
        elif character == "\t":
            self._move(column=(self.column // 8 + 1) * 8)
        elif character >= " " and character != "\x7f":
            self._put(character)

    def _put(self, character):
        if unicodedata.combining(character) or character in "\u200b\u200d\ufe0e\ufe0f":
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self._wrap or self.column + width > self.columns:
            self.column, self._wrap = 0, False
            self._line_feed()
        line = self.lines[self.row]
        line[self.column] = Cell(character, self.style)
        if width == 2:
            line[self.column + 1] = Cell("", self.style)
        self.column += width
        if self.column >= self.columns:
            self.column, self._wrap = self.columns - 1, True

    def _line_feed(self):
        self._wrap = False
        if self.row == self.bottom:
            self._scroll_up(1)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def _scroll_up(self, count):
        for _ in range(min(count, self.rows)):
            gone = self.lines.pop(self.top)
            if self.top == 0 and self._main is None:
                self.scrolled.append(gone)
            self.lines.insert(self.bottom, self._blank_line())

    def _scroll_down(self, count):
        for _ in range(min(count, self.rows)):
            self.lines.pop(self.bottom)
            self.lines.insert(self.top, self._blank_line())

    def _blank_line(self):
        return [BLANK] * self.columns

    def _move(self, row=None, column=None):
        self._wrap = False
        if row is not None:
            self.row = max(0, min(row, self.rows - 1))
        if column is not None:
            self.column = max(0, min(column, self.columns - 1))

    # One sequence.

    def _sequence(self, match):
        if match["title"] is not None:
            kind, _, text = match["title"].partition(";")
            if kind in "02":
                self.title = text
        elif match["single"]:
            self._single(match["single"])
        elif match["final"]:
            parameters = match["parameters"]
            if parameters[:1] in tuple("?<=>"):
                self._private(parameters, match["final"])
            elif match["final"] == "m":
                self._styles(parameters)
            else:
                self._control(match["final"], [int(p) if p.isdigit() else 0 for p in parameters.split(";")])

    def _single(self, letter):
        if letter == "7":
            self._saved = (self.row, self.column, self.style)
        elif letter == "8":
            self.row, self.column, self.style = self._saved
        elif letter == "M":
            if self.row == self.top:
                self._scroll_down(1)
            else:
                self._move(row=self.row - 1)
        elif letter == "D":
            self._line_feed()
        elif letter == "E":
            self._move(column=0)
            self._line_feed()

    def _private(self, parameters, final):
        if parameters not in ("?1049", "?47", "?1047") or final not in "hl":
            return
        if final == "h" and self._main is None:
            self._main = (self.lines, self.row, self.column)
            self.lines = [self._blank_line() for _ in range(self.rows)]
        elif final == "l" and self._main is not None:
            (self.lines, self.row, self.column), self._main = self._main, None

    def _control(self, final, numbers):
        count = max(1, numbers[0])
        if final in "ABCDEFGd`aef":
            self._cursor(final, count, numbers)
        elif final == "H":
            self._move(count - 1, max(1, numbers[1] if len(numbers) > 1 else 1) - 1)
        elif final == "J":
            self._erase_screen(numbers[0])
        elif final == "K":
            self._erase_line(numbers[0])
        elif final in "@PX":
            self._edit_line(final, count)
        elif final in "LM":
            self._edit_lines(final, count)
        elif final == "S":
            self._scroll_up(count)
        elif final == "T":
            self._scroll_down(count)
        elif final == "r":
            last = numbers[1] if len(numbers) > 1 and numbers[1] else self.rows
            self.top, self.bottom = count - 1, min(last, self.rows) - 1
            self._move(0, 0)
        elif final == "s":
            self._single("7")
        elif final == "u":
            self._single("8")

    def _cursor(self, final, count, numbers):
        if final == "A":
            self._move(row=self.row - count)
        elif final in "Be":
            self._move(row=self.row + count)
        elif final in "Ca":
            self._move(column=self.column + count)
        elif final == "D":
            self._move(column=self.column - count)
        elif final == "E":
            self._move(self.row + count, 0)
        elif final == "F":
            self._move(self.row - count, 0)
        elif final in "G`":
            self._move(column=count - 1)
        elif final == "d":
            self._move(row=count - 1)
        elif final == "f":
            self._control("H", numbers)

    def _erase_screen(self, which):
        if which in (0, 1):
            self._erase_line(which)
        first, last = {0: (self.row + 1, self.rows), 1: (0, self.row)}.get(which, (0, self.rows))
        for row in range(first, last):
            self.lines[row] = self._blank_line()
        if which == 3:
            self.scrolled = []

    def _erase_line(self, which):
        first, last = {0: (self.column, self.columns), 1: (0, self.column + 1)}.get(which, (0, self.columns))
        blank = Cell(" ", replace(Style(), ground=self.style.ground))
        self.lines[self.row][first:last] = [blank] * (last - first)

    def _edit_line(self, final, count):
        line, column = self.lines[self.row], self.column
        count = min(count, self.columns - column)
        if final == "X":
            line[column:column + count] = [BLANK] * count
        elif final == "P":
            self.lines[self.row] = line[:column] + line[column + count:] + [BLANK] * count
        else:
            self.lines[self.row] = (line[:column] + [BLANK] * count + line[column:])[:self.columns]

    def _edit_lines(self, final, count):
        if not self.top <= self.row <= self.bottom:
            return
        for _ in range(min(count, self.bottom - self.row + 1)):
            self.lines.pop(self.bottom if final == "L" else self.row)
            self.lines.insert(self.row if final == "L" else self.bottom, self._blank_line())

    # Colours and styles.

    def _styles(self, parameters):
        numbers = [int(p) if p.isdigit() else 0 for p in re.split("[;:]", parameters)]
        while numbers:
            number = numbers.pop(0)
            if number in (38, 48):
                colour = self._extended(numbers)
                self.style = replace(self.style, **{"text" if number == 38 else "ground": colour})
            else:
                self.style = self._styled(number)

    @staticmethod
    def _extended(numbers):
        kind = numbers.pop(0) if numbers else 0
        if kind == 5 and numbers:
            return numbers.pop(0)
        if kind == 2 and len(numbers) >= 3:
            red, green, blue = numbers[:3]
            del numbers[:3]
            return f"#{red:02x}{green:02x}{blue:02x}"
        return None

    def _styled(self, number):
        switches = {1: ("bold", True), 2: ("dim", True), 3: ("italic", True), 4: ("underline", True),
                    7: ("inverse", True), 23: ("italic", False), 24: ("underline", False), 27: ("inverse", False),
                    39: ("text", None), 49: ("ground", None)}
        if number == 0:
            return Style()
        if number == 22:
            return replace(self.style, bold=False, dim=False)
        if number in switches:
            name, value = switches[number]
            return replace(self.style, **{name: value})
        for name, first, base in (("text", 30, 0), ("text", 90, 8), ("ground", 40, 0), ("ground", 100, 8)):
            if first <= number < first + 8:
                return replace(self.style, **{name: base + number - first})
        return self.style
