"""Counts that are the same on every machine: system calls, heap allocations, instructions. BUILD FOLDER

Allocations and instructions are the difference between a shorter and a longer run of the same kind, so that what starting costs is
not in it, and the least of several runs: now and then a timer fires, or an answer is taken to learn how tokens are billed."""
import http.client
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import tomllib
import unittest
from pathlib import Path
from statistics import median

import workloads
from compare import load, processor
from compare.programs import Dragoman
from one_core import OnOneCore

BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("build/release").resolve()
OnOneCore.build = BUILD
BOUNDS = tomllib.loads((Path(__file__).parent / "counts_bounds.toml").read_text(encoding="utf-8"))
WARM = 40  # requests: more than dragoman looks at closely before it knows a model
FEW, MANY = 100, 300
ROUNDS = 3
WRITES = ("write", "writev", "sendto", "sendmsg")
LIMIT = 60  # seconds for strace to end


class Traced(Dragoman):
    """Under strace, which writes every system call of every thread into a file."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.trace = Path(self.folder) / "trace"
        self.command = ["strace", "-f", "-qq", "-s", "96", "-o", str(self.trace), *self.command]
        self.marks = 0

    def mark(self):
        """A request that can be found again in the trace."""
        self.marks += 1
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"/mark-{self.marks}-")
        connection.getresponse().read()
        connection.close()
        return self.marks

    def stop(self):
        """strace passes no signal on; it ends after the program."""
        if self.process and self.process.poll() is None:
            tracer = self.process.pid
            for child in Path(f"/proc/{tracer}/task/{tracer}/children").read_text(encoding="ascii").split():
                os.kill(int(child), 15)
            self.process.wait(LIMIT)
            self.process.stdout.close()
            self.process = None
        return super().stop()


def calls(lines):
    """[(thread, name, line), …] of a trace; what is resumed was counted when it began."""
    found = [(re.match(r"(\d+)\s+(\w+)\(", line), line) for line in lines]
    return [(match[1], match[2], line) for match, line in found if match]


def between(lines, begin, end):
    first, last = (next(at for at, line in enumerate(lines) if f"/mark-{mark}-" in line) for mark in (begin, end))
    return lines[first + 1:last]


def apart(lines, words):
    """How many calls of its thread lie between one write of these words and the next one, that one included."""
    found = calls(lines)
    writers = [thread for thread, name, line in found if name in WRITES and words in line]
    numbers = [at for at, (_, name, line) in enumerate(call for call in found if call[0] in set(writers))
               if name in WRITES and words in line]
    return [later - earlier for earlier, later in zip(numbers, numbers[1:])]


def futexes(lines):
    return sum(name == "futex" for _, name, _ in calls(lines))


class Counts(OnOneCore):
    def setUp(self):
        super().setUp()
        self.upstream = self.bench.upstream(self.stack, "upstream")

    def ask(self, program, model, requests, size="1k"):
        """One client, one request after the other, on connections that are kept."""
        streamed = "whole" not in model
        body = self.bench.body(size, model, streamed)
        return self.bench.run(model, program.port, "/v1/messages", load.Load(body, 1, requests))

    def hold(self, kind, name, counted):
        bound = BOUNDS[kind][name]
        goal = f", goal {bound['goal']}" if "goal" in bound else ""
        print(f"{kind}, {name}: {counted:.2f}, at most {bound['at_most']}{goal}", flush=True)
        with self.subTest(kind=kind, of=name):
            self.assertLessEqual(round(counted, 1), bound["at_most"])


class SystemCalls(Counts):
    """One run under strace, in which marks separate what is counted."""

    def setUp(self):
        super().setUp()
        if not traces():
            self.skipTest("strace cannot trace a program here; a container needs the capability SYS_PTRACE for it")
        self.program = Traced(self.bench.tools.dragoman, self.bench.measured_core, self.bench.folder / "traced", self.upstream)
        self.stack.enter_context(self.program)

    def span(self, model, requests, warm):
        """The marks before and behind what is counted."""
        self.ask(self.program, model, warm)
        begin = self.program.mark()
        self.ask(self.program, model, requests)
        return begin, self.program.mark()

    def test_of_a_request_and_of_an_event(self):
        """What a busy machine lets come together costs less; typical is what comes alone."""
        whole, passed = (self.span(f"{vendor}/whole-2k", MANY, WARM) for vendor in ("bench", "anthropic"))
        more = [whole, *(self.span("bench/whole-2k", FEW, 1) for _ in range(ROUNDS))]
        paced = self.span("bench/text-40-20", ROUNDS, 1)
        self.program.stop()
        lines = self.program.trace.read_text(encoding="utf-8", errors="replace").splitlines()
        self.hold("system_calls", "small_request", median(apart(between(lines, *whole), "HTTP/1.1 200")))
        self.hold("system_calls", "passed_through_request", median(apart(between(lines, *passed), "HTTP/1.1 200")))
        self.hold("system_calls", "paced_event", median(apart(between(lines, *paced), "content_block_delta")))
        self.hold("system_calls", "futex", min(futexes(between(lines, *marks)) for marks in more))


class Allocations(Counts):
    """Through a library that counts and is loaded before glibc."""

    def setUp(self):
        super().setUp()
        self.program = Dragoman(self.bench.tools.dragoman, self.bench.measured_core, self.bench.folder / "counted", self.upstream)
        self.file = self.bench.folder / "allocations"
        self.program.environment |= {"LD_PRELOAD": str(BUILD / "bench/count_allocations.so"), "ALLOCATIONS_FILE": str(self.file)}
        self.stack.enter_context(self.program)

    def allocations(self):
        processor.settled(self.program.pids)
        return struct.unpack("<Q", self.file.read_bytes())[0]

    def during(self, *request):
        found = []
        for _ in range(ROUNDS):
            before = self.allocations()
            self.ask(self.program, *request)
            found.append(self.allocations() - before)
        return min(found)

    def each_request(self, model):
        self.ask(self.program, model, WARM)
        return (self.during(model, MANY) - self.during(model, FEW)) / (MANY - FEW)

    def each_event(self, kind, pace, few=200, many=1000):
        for chunks in (few, many):
            self.ask(self.program, f"bench/{kind}-{chunks}-{pace}", WARM if pace == 0 else 1)
        short, long = (self.during(f"bench/{kind}-{chunks}-{pace}", 1) for chunks in (few, many))
        return (long - short) / (many - few)

    def test_the_counter_counts(self):
        self.assertGreater(self.allocations(), 100)
        self.assertGreater(self.during("bench/whole-2k", 10), 0)

    def test_of_a_request(self):
        self.hold("allocations", "small_request", self.each_request("bench/whole-2k"))
        self.hold("allocations", "passed_through_request", self.each_request("anthropic/whole-2k"))

    def test_of_an_event(self):
        self.hold("allocations", "paced_event", self.each_event("text", 2))
        self.hold("allocations", "burst_event", self.each_event("text", 0))
        self.hold("allocations", "thinking_event", self.each_event("think", 0))
        self.hold("allocations", "tool_event", self.each_event("tools", 0))


class Instructions(Counts):
    """Of the core, under callgrind, which has no AVX-512."""

    def executed(self, benchmark, rounds, *bodies):
        words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", self.bench.tools.core, *bodies,
                 f"--benchmark_filter=^{benchmark}/iterations"]
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False,
                              env={"PATH": os.environ["PATH"], "BENCH_ROUNDS": str(rounds)})
        self.assertEqual(done.returncode, 0, done.stderr[-1000:])
        self.assertIn(f"{benchmark}/iterations:{rounds}", done.stdout)
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])

    def each(self, benchmark, *bodies, few=2, many=12):
        return (self.executed(benchmark, many, *bodies) - self.executed(benchmark, few, *bodies)) / (many - few)

    def test_of_the_core(self):
        if not shutil.which("valgrind") or "avx2" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
            self.skipTest("this needs valgrind and a processor with AVX2")
        small, large = (self.bench.body(size, workloads.MODEL, False) for size in ("1k", "60k"))
        self.hold("instructions", "translate_1k", self.each("translate/1k", small) / 1000)
        self.hold("instructions", "translate_60k", self.each("translate/60k", large) / 1000)
        self.hold("instructions", "edit_60k", self.each("edit/60k", large) / 1000)
        self.hold("instructions", "text_chunk", self.each("chunk/text") / 500 / 1000)


def traces():
    return shutil.which("strace") and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                                                     check=False).returncode == 0


if __name__ == "__main__":
    unittest.main()
