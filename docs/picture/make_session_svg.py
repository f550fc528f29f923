#!/usr/bin/env python3
"""Makes docs/session.svg: `dragoman code --demo` in a terminal, drawn from what the programs really show.

    make_session_svg.py [--dragoman FILE] [--claude FILE] [--check | --output FILE]

A shell runs in a pseudo-terminal with a home of its own; the command, a question and nothing else are typed.
With --check nothing is written: the text of the picture is compared with what is shown now, except for what
depends on the clock, and the exit code is 1 if they differ.
"""
import argparse
import contextlib
import difflib
import fcntl
import itertools
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from drawing import draw, trimmed  # noqa: E402
from screen import Screen  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/session.svg"
COLUMNS, ROWS = 96, 34
COMMAND = "dragoman code --demo --permission-mode default"
QUESTION = "Which files are here?"
LAST_WORDS = "start it again."
LIMIT = 90          # seconds for anything to appear
QUIET = 1.0         # seconds of silence after which a screen counts as drawn
TITLE = "dragoman code --demo"
DESCRIPTION = ("A terminal. After “dragoman code --demo” Claude Code runs; asked which files are here it calls ls, "
               "and the demonstration's scripted model answers with their names.")


class Terminal:
    """A program in a pseudo-terminal, and what it has drawn."""

    def __init__(self, command, folder, environment):
        self.screen = Screen(COLUMNS, ROWS)
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execve(command[0], command, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, what):
        """Reads until `what` is shown and nothing has been drawn for a moment."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            ready, _, _ = select.select([self.terminal], [], [], QUIET)
            if ready:
                try:
                    self.screen.feed(os.read(self.terminal, 65536))
                except OSError:
                    break
            elif what in " ".join(self.screen.text().split()):
                return
        raise SystemExit(f"“{what}” was never shown; this was:\n{self.screen.text()}")

    def end(self):
        os.close(self.terminal)
        for number in (signal.SIGHUP, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, number)
            for _ in range(50):
                if os.waitpid(self.child, os.WNOHANG)[0]:
                    return
                time.sleep(0.1)


def prepare(home, dragoman, claude):
    """A home, a project, and a PATH on which the two programs are found."""
    project, programs, settings = home / "hello", home / ".local/bin", home / ".claude"
    for folder in (project, programs, settings):
        folder.mkdir(parents=True)
    for name in ("Makefile", "README.md", "hello.c"):
        (project / name).touch()
    (programs / "dragoman").symlink_to(dragoman)
    (programs / "claude").symlink_to(claude)
    (settings / ".claude.json").write_text(json.dumps({
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "projects": {str(project): {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}},
    }))
    return project, {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "CLAUDE_CONFIG_DIR": str(settings),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PS1": r"\[\e[32m\]\w\[\e[0m\] $ ",
        "HISTFILE": "",
        "IS_SANDBOX": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


def play(dragoman, claude):
    """The lines of the picture: the shell's, and below them the client's."""
    with tempfile.TemporaryDirectory(prefix="dragoman-picture-", ignore_cleanup_errors=True) as home:
        project, environment = prepare(Path(home), dragoman, claude)
        terminal = Terminal(["/bin/bash", "--noprofile", "--norc", "-i"], project, environment)
        try:
            terminal.until("$")
            terminal.type(COMMAND + "\r")
            terminal.until("❯")
            terminal.type(QUESTION)
            terminal.until(QUESTION)
            terminal.type("\r")
            terminal.until(LAST_WORDS)
            return trimmed(terminal.screen.behind()) + [[]] + squeezed(trimmed(terminal.screen.lines))
        finally:
            terminal.end()


def squeezed(lines):
    """With one blank line where several were."""
    kept = []
    for line in lines:
        blank = all(cell.text == " " and not cell.style.ground for cell in line)
        if not (blank and kept and all(cell.text == " " for cell in kept[-1])):
            kept.append(line)
    return kept


def text_of(picture):
    """The words of a picture up to the end of the answer, without what depends on the clock."""
    rows = {}
    for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        rows.setdefault(float(element.get("y")), []).append("".join(element.itertext()))
    lines = [" ".join(rows[row]) for row in sorted(rows)]
    lines = [re.sub(r"Thought for\s+\d+s", "Thought", line) for line in lines]
    return list(itertools.takewhile(lambda line: not re.match(r"\W? *\w+ for \d+s", line), lines))


def arguments():
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    clients = sorted((ROOT / "tests/node_modules").glob(f"claude-*-{machine}/claude"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--dragoman", default=ROOT / "build/release/dragoman", type=Path)
    parser.add_argument("--claude", default=clients[-1] if clients else shutil.which("claude"), type=Path,
                        help="the newest one of the tests unless given, or else the one in PATH")
    parser.add_argument("--output", default=PICTURE, type=Path)
    parser.add_argument("--check", action="store_true", help="say whether the picture is still what they show")
    return parser.parse_args()


def main():
    given = arguments()
    for program in (given.dragoman, given.claude):
        if not program or not os.access(program, os.X_OK):
            raise SystemExit(f"not a program: {program}")
    picture = draw(play(given.dragoman.resolve(), given.claude.resolve()), TITLE, DESCRIPTION)
    if not given.check:
        given.output.write_text(picture, encoding="utf-8")
        return 0
    before, now = text_of(PICTURE.read_text(encoding="utf-8")), text_of(picture)
    sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(before, now, "picture", "now", lineterm=""))
    return int(before != now)


if __name__ == "__main__":
    sys.exit(main())
