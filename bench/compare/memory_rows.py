"""Resident memory: idle, for each idle connection, for each live stream, at the peak and after it."""
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from compare import load, processor
from compare.bench import SIDES
from compare.programs import BenchError, ask
from compare.samples import ABSOLUTE, Bound, Row

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


def rows(bench):
    found = {side: side_values(bench, side) for side in SIDES}
    streams = stream_count(bench)
    bounds = {
        "memory, idle after start": ("MiB", MIB, 8),
        "memory, peak with 100 bodies of 1 MB": ("MiB", MIB, None),
        f"memory, {bench.effort.calm_seconds} s later": ("MiB", MIB, None),
        "memory per idle kept-alive connection": ("KB", KIB, 2),
        f"memory per live stream of {streams:,}, after a 1 KB request": ("KB", KIB, 16),
        f"memory per live stream of {streams:,}, after a 60 KB request": ("KB", KIB, 40),
        f"{streams:,} live streams: answers not complete": ("", 1, 0),
    }
    return [Row(measure, unit, [found["dragoman"][measure] / divisor], [found["nginx"][measure] / divisor],
                None if limit is None else Bound(limit, ABSOLUTE)) for measure, (unit, divisor, limit) in bounds.items()]


def stream_count(bench):
    """As many as asked for, or as the limit of open files lets one process relay."""
    return min(bench.effort.streams, (bench.open_files - MARGIN) // 2)


def side_values(bench, side):
    """Each measure on a fresh process: memory that one workload has left would lower what the next one needs."""
    values = {}
    with ExitStack() as stack:
        upstream = bench.upstream(stack, f"memory-upstream-{side}")
        fresh = iter(range(100))

        def with_program(measure):
            with ExitStack() as own:
                measure(bench.side(side, own, upstream, f"memory-{side}-{next(fresh)}"), values)

        bench.say(f"memory of {side}")
        with_program(lambda program, values: idle(bench, program, values))
        with_program(lambda program, values: large_bodies(bench, program, values))
        for size, words in (("1k", "1 KB"), ("60k", "60 KB")):
            with_program(lambda program, values, size=size, words=words: streams(bench, program, values, size, words))
    return values


def idle(bench, program, values):
    if hasattr(program, "idle_path"):
        ask(program.port, program.idle_path, None, {})
    values["memory, idle after start"] = memory(program)
    few, many = bench.effort.idle_connections // 10, bench.effort.idle_connections
    with ExitStack() as stack:
        keep_alive(stack, program, few)
        before = memory(program)
        keep_alive(stack, program, many)
        values["memory per idle kept-alive connection"] = max(0, memory(program) - before) / many


def keep_alive(stack, program, number):
    """Opens connections, each of which has asked one thing and been answered."""
    request = f"GET {program.idle_path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _ in range(number):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", program.port), 10))
        client.sendall(request)
        if not client.recv(4096).startswith(b"HTTP/1.1 200"):
            raise BenchError(f"{program.idle_path} was not answered")


def large_bodies(bench, program, values):
    body = bench.body("1m", "bench/whole-2k", False)
    bench.run("100 bodies of 1 MB", program.port, program.path("chat"), load.Load(body, 100, 300))
    values["memory, peak with 100 bodies of 1 MB"] = memory(program, "VmHWM")
    time.sleep(bench.effort.calm_seconds)
    values[f"memory, {bench.effort.calm_seconds} s later"] = memory(program)


def streams(bench, program, values, size, words):
    """Streams that all live at once, an event a second each, and what the process holds meanwhile."""
    number = stream_count(bench)
    body = bench.body(size, f"bench/text-{bench.effort.stream_seconds}-1000", True)
    before = memory(program)
    wanted = load.Load(body, number, number, OPENED)
    samples, result = watched(bench, program, wanted)
    values[f"memory per live stream of {number:,}, after a {words} request"] = max(0, plateau(samples) - before) / number
    lost = f"{number:,} live streams: answers not complete"
    values[lost] = values.get(lost, 0) + result.lost + max(0, number - result.requests)
    if result.lost:
        side = type(program).__name__
        bench.notes.append(f"{number:,} live streams after {words}, {side}: {'; '.join(result.problems[:2])}")


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
