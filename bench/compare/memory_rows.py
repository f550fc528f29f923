"""Resident memory: idle, for each idle connection, for each live stream, at the peak and after it."""
import socket
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from compare import load, processor
from compare.bench import SIDES
from compare.programs import BenchError, ask
from compare.samples import ABSOLUTE, Bound, Row
from compare.stage import Item

KIB, MIB = 1024, 1024 * 1024
SECONDS_APART = 0.1
PLATEAU = (0.4, 0.7)  # the part of a run in which every stream is open and has said something
OPENED = 2000.0  # streams a second
MARGIN = 200  # open files that are not streams


def resident(status, field="VmRSS"):
    """Bytes, from the text of /proc/PID/status."""
    for line in status.splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * KIB
    raise ValueError(f"no {field} there")


def memory(program, field="VmRSS"):
    return sum(resident(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), field) for pid in program.pids)


def plateau(samples):
    """The median of what was seen while the run was in its middle: [(second, bytes), …]."""
    ended = samples[-1][0]
    middle = [size for second, size in samples if PLATEAU[0] * ended <= second <= PLATEAU[1] * ended]
    return median(middle or [size for _, size in samples])


def items(effort):
    """Each on a fresh process: memory that one workload has left would lower what the next one needs."""
    def item(measure, *names):
        return Item(names, lambda bench, stage: both(bench, stage.upstream(), names, measure))

    found = [item(idle, "memory, idle after start"),
             item(idle_connections, "memory per idle kept-alive connection"),
             item(large_bodies, "memory, peak with 100 bodies of 1 MB", f"memory, {effort.calm_seconds} s later")]
    for size, words in (("1k", "1 KB"), ("60k", "60 KB")):
        live = f"live streams, {effort.streams:,} at once, {words} request"
        found.append(item(partial(streams, size=size), f"memory for each of the {live}", f"{live}: answers not complete"))
    return found


BOUNDS = {"memory, idle": ("MiB", MIB, 8), "memory, peak": ("MiB", MIB, None), "memory per idle": ("KB", KIB, 2),
          "memory for each": ("KB", KIB, {"1 KB": 16, "60 KB": 40}), "live streams": ("", 1, 0), "memory, ": ("MiB", MIB, None)}


def row(name, ours, theirs):
    unit, divisor, limit = next(value for begin, value in BOUNDS.items() if name.startswith(begin))
    if isinstance(limit, dict):
        limit = next(value for words, value in limit.items() if f" {words} request" in name)
    return Row(name, unit, [ours / divisor], [theirs / divisor], None if limit is None else Bound(limit, ABSOLUTE))


def both(bench, upstream, names, measure):
    found = {}
    for side in SIDES:
        bench.say(f"{names[0]}: {side}")
        with ExitStack() as stack:
            fresh = bench.side(side, stack, upstream, f"memory-{side}-{next(bench.serial)}")
            found[side] = measure(bench, fresh)
    return [row(name, ours, theirs) for name, ours, theirs in zip(names, found["dragoman"], found["nginx"])]


def idle(_bench, program):
    ask(program.port, program.idle_path, None, {})
    return [memory(program)]


def idle_connections(bench, program):
    few, many = bench.effort.idle_connections // 10, bench.effort.idle_connections
    with ExitStack() as stack:
        keep_alive(stack, program, few)
        before = memory(program)
        keep_alive(stack, program, many)
        return [max(0, memory(program) - before) / many]


def keep_alive(stack, program, number):
    """Opens connections, each of which has asked one thing and been answered."""
    request = f"GET {program.idle_path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _ in range(number):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", program.port), 10))
        client.sendall(request)
        if not client.recv(4096).startswith(b"HTTP/1.1 200"):
            raise BenchError(f"{program.idle_path} was not answered")


def large_bodies(bench, program):
    body = bench.body("1m", "bench/whole-2k", False)
    bench.run("100 bodies of 1 MB", program.port, program.path("chat"), load.Load(body, 100, 300))
    peak = memory(program, "VmHWM")
    time.sleep(bench.effort.calm_seconds)
    return [peak, memory(program)]


def streams(bench, program, size):
    """Streams that all live at once, an event a second each, and what the process holds meanwhile."""
    number = bench.effort.streams
    if bench.open_files < 2 * number + MARGIN:
        raise BenchError(f"{number:,} streams need {2 * number + MARGIN:,} open files, and the limit is {bench.open_files:,}")
    body = bench.body(size, f"bench/text-{bench.effort.stream_seconds}-1000", True)
    before = memory(program)
    samples, result = watched(bench, program, load.Load(body, number, number, OPENED))
    lost = result.lost + max(0, number - result.requests)
    if lost:
        side = type(program).__name__
        bench.notes.append(f"{number:,} live streams after {size}, {side}: {'; '.join(result.problems[:2])}")
    return [max(0, plateau(samples) - before) / number, lost]


def watched(bench, program, wanted):
    words = load.command(bench.tools.load, program.port, program.path("chat", True), wanted)
    began = time.monotonic()
    process = load.start(words, bench.load_core)
    samples = []
    try:
        while process.poll() is None:
            samples.append((time.monotonic() - began, memory(program)))
            time.sleep(SECONDS_APART)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return samples, load.finish(process, words, time.monotonic_ns())
