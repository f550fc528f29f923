"""Plays the service manager: hands over sockets to listen on, and prints what is said to NOTIFY_SOCKET.

    service_manager.py [--notify path|abstract] [--tcp HOST | --unix PATH | --datagrams PATH]... -- PROGRAM ...

Prints a JSON line {"sockets": [...]} with the addresses, {"pid": ...} of the program, and {"said": ...} for
each datagram. Signals are passed on, and the program's end is this one's.
"""

import ctypes
import json
import os
import signal
import socket
import sys
import tempfile
import threading

FIRST_GIVEN = 3
OUT_OF_THE_WAY = 200
PR_SET_PDEATHSIG = 1
PASSED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
AWAITED = PASSED_ON | {signal.SIGCHLD}


def tell(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def opened(option, value):
    if option == "--tcp":
        return socket.create_server((value, 0), family=socket.AF_INET6 if ":" in value else socket.AF_INET)
    kind = {"--unix": socket.SOCK_STREAM, "--datagrams": socket.SOCK_DGRAM}[option]
    one = socket.socket(socket.AF_UNIX, kind)
    one.bind(value)
    if kind == socket.SOCK_STREAM:
        one.listen()
    return one


def notify_socket(kind, folder):
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if kind == "abstract":
        listening.bind("")  # the kernel chooses a name
        return listening, "@" + listening.getsockname()[1:].decode()
    path = os.path.join(folder, "notify")
    listening.bind(path)
    return listening, path


def become(program, sockets, environment):
    """In the child. LISTEN_PID is known only here, which is why no command line can do this."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if sockets:
        moved = [os.dup2(each.fileno(), OUT_OF_THE_WAY + i, False) for i, each in enumerate(sockets)]
        for i, descriptor in enumerate(moved):
            os.dup2(descriptor, FIRST_GIVEN + i, True)
        environment.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(moved)),
                           LISTEN_FDNAMES=":".join(["api"] * len(moved)))
    os.execvpe(program[0], program, environment)


def print_all(listening):
    while True:
        said = listening.recv(65536).decode()
        if said == "THE END":
            return
        tell(said=said)


def wait_for(child):
    """Signals are taken one by one and never handled: a handler may run too late for a thread that waits."""
    while True:
        number = signal.sigwait(AWAITED)
        if number in PASSED_ON:
            os.kill(child, number)
            continue
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)


def name_of(one):
    return one.getsockname() if one.family == socket.AF_UNIX else list(one.getsockname()[:2])


def main(arguments):
    split = arguments.index("--")
    options = list(zip(arguments[0:split:2], arguments[1:split:2]))
    sockets = [opened(*option) for option in options if option[0] != "--notify"]
    tell(sockets=[name_of(each) for each in sockets])
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        listening, name = notify_socket(dict(options).get("--notify"), folder)
        if "--notify" in dict(options):
            environment["NOTIFY_SOCKET"] = name
        signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        child = os.fork()
        if child == 0:
            become(arguments[split + 1:], sockets, environment)
        tell(pid=child)
        reader = threading.Thread(target=print_all, args=[listening])
        reader.start()
        code = wait_for(child)
        listening_address = "\0" + name[1:] if name.startswith("@") else name
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"THE END", listening_address)
        reader.join()
    sys.exit(code if code >= 0 else 128 - code)


main(sys.argv[1:])
