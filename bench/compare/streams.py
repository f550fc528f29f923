"""Streams that all live at once, and what a process uses for them while they do."""
import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from compare import load, processor
from compare.programs import BenchError
from compare.repeat import Sample, undisturbed

KIB = 1024
SECONDS_APART = 0.1
PLATEAU = (0.4, 0.7)  # the part of a run in which every stream is open and has said something
OPENED = 2000.0  # streams a second
MARGIN = 200  # open files that are not streams


@dataclass(frozen=True)
class Look:
    second: float
    bytes: int  # resident
    cpu_ns: int


@dataclass(frozen=True)
class Live:
    memory: float  # bytes, of the process
    cpu_us: float  # for each event
    result: object  # what the load generator counted


def words_of(number):
    return f"CPU per event, {number:,} live stream{'' if number == 1 else 's'}"


def resident(status, field="VmRSS"):
    """Bytes, from the text of /proc/PID/status."""
    for line in status.splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * KIB
    raise ValueError(f"no {field} there")


def memory(program, field="VmRSS"):
    return sum(resident(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), field) for pid in program.pids)


def plateau(looks):
    """What was seen while the run was in its middle."""
    ended = looks[-1].second
    return [look for look in looks if PLATEAU[0] * ended <= look.second <= PLATEAU[1] * ended] or looks


def cost_of_events(looks, a_second):
    """Microseconds for each of the events that come evenly, so many a second."""
    middle = plateau(looks)
    seconds = middle[-1].second - middle[0].second
    if seconds <= 0:
        raise BenchError("the run was too short to see what an event costs")
    return (middle[-1].cpu_ns - middle[0].cpu_ns) / 1000 / (seconds * a_second)


def require_files(bench, number):
    needed = 2 * number + MARGIN
    if bench.open_files < needed:
        raise BenchError(f"{number:,} streams need {needed:,} open files, and the limit is {bench.open_files:,}")


def usual_pace(number):
    """For about 10,000 events a second in all; of one stream it is 1,000."""
    return max(1, number // 10)


def usual_seconds(effort, number):
    return effort.stream_seconds if number > 1000 else effort.few_streams_seconds


def live_streams(bench, program, upstream, number, size="1k", pace_ms=None, seconds=None):
    """A sample: so many streams for so long, each with an event every so many milliseconds."""
    require_files(bench, number)
    pace_ms, seconds = pace_ms or usual_pace(number), seconds or usual_seconds(bench.effort, number)
    chunks = round(seconds * 1000 / pace_ms)
    body = bench.body(size, f"bench/text-{chunks}-{pace_ms}", True)
    burst = bench.body("1k", f"bench/text-{chunks}-0", True)
    path = program.path("chat", True)
    events = bench.events_of(f"{number:,} live streams", program, path, burst, chunks)
    ours = [upstream.process.pid, os.getpid()]
    processor.settled(program.pids)
    before, behind = processor.now(bench.measured_core, program.pids), processor.now(bench.load_core, ours)
    looks, result = watched(bench, program, load.Load(body, number, number, OPENED, events))
    window = processor.between(before, processor.now(bench.measured_core, program.pids))
    load_window = processor.between(behind, processor.now(bench.load_core, ours))
    bench.watch_load(f"{number:,} live streams", load_window.with_own(round(result.counts["cpu_seconds"] * processor.NS)), result)
    live = Live(median(look.bytes for look in plateau(looks)), cost_of_events(looks, number * 1000 / pace_ms), result)
    return Sample(live, window.others_share, window.disturbed)


def cost_of_many(bench, program, upstream, sample=None):
    """Microseconds for each event with as many streams as there may be; `sample` is the first measure of it, if there is
    one already."""
    known = [sample] if sample else []
    number = bench.effort.streams
    measure = lambda: known.pop() if known else live_streams(bench, program, upstream, number)
    return undisturbed(measure, bench.account, words_of(number)).value.cpu_us


def watched(bench, program, wanted):
    words = load.command(bench.tools.load, program.port, program.path("chat", True), wanted)
    began = time.monotonic()
    process = load.start(words, bench.load_core)
    looks = []
    try:
        while process.poll() is None:
            used = sum(map(processor.process_ns, program.pids))
            looks.append(Look(time.monotonic() - began, memory(program), used))
            time.sleep(SECONDS_APART)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return looks, load.finish(process, words, time.monotonic_ns())
