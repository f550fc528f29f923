"""Resident memory: idle, for each idle connection, for each live stream, at the peak and after it."""
import socket
import time
from contextlib import ExitStack
from functools import partial

from compare import load
from compare.bench import SIDES
from compare.programs import BenchError, ask
from compare.samples import ABSOLUTE, Bound, Row
from compare.stage import Item
from compare.streams import cost_of_many, live_streams, memory, words_of

KIB, MIB = 1024, 1024 * 1024


def items(effort):
    """Each on a fresh process: memory that one workload has left would lower what the next one needs."""
    def item(measure, *names, repetitions=1):
        return Item(names, lambda bench, stage: both(bench, stage.upstream(), names, measure, repetitions))

    found = [item(idle, "memory, idle after start"),
             item(idle_connections, "memory per idle kept-alive connection"),
             item(large_bodies, "memory, peak with 100 bodies of 1 MB", f"memory, {effort.calm_seconds} s later")]
    for size, words in (("1k", "1 KB"), ("60k", "60 KB")):
        live = f"live streams, {effort.streams:,} at once, {words} request"
        names = [f"memory for each of the {live}", f"{live}: answers not complete"]
        names += [words_of(effort.streams)] if size == "1k" else []
        repetitions = effort.stream_repetitions if size == "1k" else 1
        found.append(item(partial(streams, size=size), *names, repetitions=repetitions))
    return found


BOUNDS = {"memory, idle": ("MiB", MIB, 8), "memory, peak": ("MiB", MIB, None), "memory per idle": ("KB", KIB, 2),
          "memory for each": ("KB", KIB, {"1 KB": 16, "60 KB": 40}), "live streams": ("", 1, 0),
          "CPU per event": ("µs", 1, None), "memory, ": ("MiB", MIB, None)}


def row(name, ours, theirs):
    unit, divisor, limit = next(value for begin, value in BOUNDS.items() if name.startswith(begin))
    if isinstance(limit, dict):
        limit = next(value for words, value in limit.items() if f" {words} request" in name)
    ours, theirs = ([value / divisor for value in values] for values in (ours, theirs))
    return Row(name, unit, ours, theirs, None if limit is None else Bound(limit, ABSOLUTE))


def both(bench, upstream, names, measure, repetitions):
    found = {side: [] for side in SIDES}
    for side in repetitions * SIDES:
        bench.say(f"{names[0]}: {side}")
        with ExitStack() as stack:
            fresh = bench.side(side, stack, upstream, f"memory-{side}-{next(bench.serial)}")
            found[side].append(measure(bench, fresh, upstream))
    return [row(name, ours, theirs) for name, ours, theirs in zip(names, *(zip(*found[side]) for side in SIDES))]


def idle(_bench, program, _upstream):
    ask(program.port, program.idle_path, None, {})
    return [memory(program)]


def idle_connections(bench, program, _upstream):
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


def large_bodies(bench, program, _upstream):
    body = bench.body("1m", "bench/whole-2k", False)
    bench.run("100 bodies of 1 MB", program.port, program.path("chat"), load.Load(body, 100, 300))
    peak = memory(program, "VmHWM")
    time.sleep(bench.effort.calm_seconds)
    return [peak, memory(program)]


def streams(bench, program, upstream, size):
    """What the process holds while they all live; after requests of 1 KB also what an event costs then."""
    number = bench.effort.streams
    before = memory(program)
    sample = live_streams(bench, program, upstream, number, size)
    live = sample.value
    lost = live.result.lost + max(0, number - live.result.requests)
    if lost:
        side = type(program).__name__
        bench.notes.append(f"{number:,} live streams after {size}, {side}: {'; '.join(live.result.problems[:2])}")
    held = max(0, live.memory - before) / number
    if size != "1k":
        return [held, lost]
    many = cost_of_many(bench, program, upstream, sample)
    bench.many_streams.setdefault(type(program).__name__.lower(), []).append(many)
    return [held, lost, many]
