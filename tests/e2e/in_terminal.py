#!/usr/bin/env python3
"""Runs a command in a pseudo-terminal of its own: in_terminal.py COLUMNS ROWS COMMAND [ARGUMENT...]

What the command shows goes to standard output; what arrives on standard input is typed. The end of standard
input hangs the terminal up. The exit status is the command's.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios


def relay(terminal, child):
    sources = [terminal, 0]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if terminal in ready:
            try:
                shown = os.read(terminal, 65536)
            except OSError:  # the other side of the terminal is closed
                shown = b""
            if not shown:
                break
            os.write(1, shown)
        if 0 in ready:
            typed = os.read(0, 65536)
            if not typed:
                os.kill(child, 1)
                sources.remove(0)
            else:
                os.write(terminal, typed)


def main():
    columns, rows, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    relay(terminal, child)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    sys.exit(main())
