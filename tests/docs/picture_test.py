"""The picture of a session: the terminal it is drawn with, and whether it still shows what the program says.

    picture_test.py ROOT DRAGOMAN
"""
import json
import os
import shutil
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from demonstration import Demonstration  # noqa: E402

ROOT = Path(".")
DRAGOMAN = "dragoman"


def screen_after(*pieces, columns=20, rows=4):
    from screen import Screen
    screen = Screen(columns, rows)
    for piece in pieces:
        screen.feed(piece if isinstance(piece, bytes) else piece.encode())
    return screen


def shown(screen):
    return screen.text().split("\n")


class Terminal(unittest.TestCase):
    def test_lines_and_returns(self):
        self.assertEqual(shown(screen_after("one\r\ntwo\rT")), ["one", "Two", "", ""])

    def test_a_full_line_goes_on_in_the_next(self):
        self.assertEqual(shown(screen_after("abcdef", columns=4)), ["abcd", "ef", "", ""])

    def test_a_line_that_is_just_full_does_not_leave_a_blank_one(self):
        self.assertEqual(shown(screen_after("abcd\r\nef", columns=4)), ["abcd", "ef", "", ""])

    def test_the_last_line_scrolls(self):
        screen = screen_after("1\r\n2\r\n3\r\n4\r\n5")
        self.assertEqual(shown(screen), ["2", "3", "4", "5"])
        self.assertEqual("".join(cell.text for cell in screen.scrolled[0]).strip(), "1")

    def test_movements(self):
        self.assertEqual(shown(screen_after("\x1b[2;3Hx\x1b[1A\x1b[2Dy\x1b[3Bz\x1b[5Gw")), [" y", "  x", "", "  z w"])

    def test_erasing(self):
        self.assertEqual(shown(screen_after("abc\r\ndef\x1b[2D\x1b[K")), ["abc", "d", "", ""])
        self.assertEqual(shown(screen_after("abc\r\ndef\x1b[2D\x1b[1K")), ["abc", "  f", "", ""])
        self.assertEqual(shown(screen_after("abc\r\ndef\x1b[2J")), ["", "", "", ""])
        self.assertEqual(shown(screen_after("abc\r\ndef\x1b[1;2H\x1b[J")), ["a", "", "", ""])

    def test_inserting_and_deleting(self):
        self.assertEqual(shown(screen_after("abcd\x1b[1;2H\x1b[2P")), ["ad", "", "", ""])
        self.assertEqual(shown(screen_after("abcd\x1b[1;2H\x1b[2@")), ["a  bcd", "", "", ""])
        self.assertEqual(shown(screen_after("1\r\n2\r\n3\x1b[2;1H\x1b[L")), ["1", "", "2", "3"])
        self.assertEqual(shown(screen_after("1\r\n2\r\n3\x1b[2;1H\x1b[M")), ["1", "3", "", ""])

    def test_colours_and_styles(self):
        screen = screen_after("\x1b[1;31ma\x1b[22;38;5;208mb\x1b[38;2;1;2;3;48;2;4;5;6mc\x1b[0md\x1b[7me\x1b[27;2;94mf")
        a, b, c, d, e, f = (cell.style for cell in screen.lines[0][:6])
        self.assertEqual((a.text, a.bold), (1, True))
        self.assertEqual((b.text, b.bold), (208, False))
        self.assertEqual((c.text, c.ground), ("#010203", "#040506"))
        self.assertEqual((d.text, d.ground, d.inverse), (None, None, False))
        self.assertTrue(e.inverse)
        self.assertEqual((f.text, f.dim, f.inverse), (12, True, False))

    def test_the_alternate_screen(self):
        screen = screen_after("shell\x1b[?1049h\x1b[Hprogram")
        self.assertEqual(shown(screen)[0], "program")
        self.assertEqual("".join(cell.text for cell in screen.behind()[0]).strip(), "shell")
        screen.feed(b"\x1b[?1049l")
        self.assertEqual(shown(screen)[0], "shell")

    def test_titles_and_questions_are_not_shown(self):
        screen = screen_after("\x1b]0;a title\x07\x1b[c\x1b[?u\x1b[>0q\x1b]11;?\x1b\\\x1bP+q544e\x1b\\text")
        self.assertEqual((shown(screen)[0], screen.title), ("text", "a title"))

    def test_sequences_and_characters_that_are_cut_anywhere(self):
        data = "é\x1b[31m→\x1b]0;t\x07\x1b[2;3Hx".encode()
        whole = screen_after(data)
        for cut in range(1, len(data)):
            parts = screen_after(data[:cut], data[cut:])
            self.assertEqual((parts.lines, parts.title), (whole.lines, whole.title), cut)

    def test_wide_characters_take_two_cells(self):
        screen = screen_after("日a")
        self.assertEqual([cell.text for cell in screen.lines[0][:3]], ["日", "", "a"])


class Drawing(unittest.TestCase):
    def draw(self, text):
        from drawing import draw, trimmed
        return ElementTree.fromstring(draw(trimmed(screen_after(text).lines), "title", "a < b"))

    def texts(self, picture):
        return [element for element in picture.iter("{http://www.w3.org/2000/svg}text")][1:]

    def test_text_stands_where_it_stood(self):
        first, second = self.texts(self.draw("  a<b\r\n\x1b[31mred"))
        self.assertEqual((first.text, second.text), ("a<b", "red"))
        self.assertGreater(float(first.get("x")), float(second.get("x")))
        self.assertGreater(float(second.get("y")), float(first.get("y")))
        self.assertEqual(second.get("fill"), "#e06c75")

    def test_grounds_are_drawn_behind_blanks_too(self):
        picture = self.draw("\x1b[48;2;1;2;3m   ")
        grounds = [element.get("fill") for element in picture.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertIn("#010203", grounds)


class Picture(unittest.TestCase):
    """What dragoman itself says in the picture is asked of a running demonstration."""

    def setUp(self):
        from make_session_svg import PICTURE
        self.picture = " ".join(" ".join("".join(element.itertext()) for element in ElementTree.parse(PICTURE).iter(
            "{http://www.w3.org/2000/svg}text")).split())
        self.folder = Path(tempfile.mkdtemp(prefix="dragoman-picture-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def ask(self, url, *messages):
        body = {"model": "claude-opus-5-5", "max_tokens": 256, "messages": list(messages), "tools": [
            {"name": "Bash", "description": "runs", "input_schema": {"type": "object", "properties": {}}}]}
        request = urllib.request.Request(f"{url}/v1/messages", json.dumps(body).encode(),
                                         {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["content"]

    def test_it_shows_the_command_and_what_the_demonstration_says(self):
        from make_session_svg import COMMAND, QUESTION
        self.assertIn(f"$ {COMMAND}", self.picture)
        self.assertIn(QUESTION, self.picture)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        with Demonstration(DRAGOMAN, self.folder, environment) as demonstration:
            question = {"role": "user", "content": QUESTION}
            asked = self.ask(demonstration.address, question)
            call = next(block for block in asked if block["type"] == "tool_use")
            self.assertEqual(call["input"]["command"], "ls")
            result = {"type": "tool_result", "tool_use_id": call["id"], "content": "Makefile\nREADME.md\nhello.c"}
            told = self.ask(demonstration.address, question, {"role": "assistant", "content": [call]},
                            {"role": "user", "content": [result]})
        texts = [block["text"] for block in asked + told if block["type"] == "text"]
        self.assertEqual(len(texts), 2)
        for text in texts:
            self.assertIn(" ".join(text.split()), self.picture)

    def test_the_readme_shows_it(self):
        self.assertIn("](docs/session.svg)", (ROOT / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    ROOT, DRAGOMAN = Path(sys.argv[1]).resolve(), str(Path(sys.argv[2]).resolve())
    sys.path.insert(0, str(ROOT / "docs/picture"))
    sys.dont_write_bytecode = True
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
