"""What all measures share: the tools, the cores, the programs that run, and the bodies that are sent."""
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path

import workloads
from compare import load, processor
from compare.programs import BenchError, Certificate, Dragoman, Nginx, Upstream, raise_file_limit
from compare.repeat import Account, Sample

SIDES = ("dragoman", "nginx")
HALF = 0.5  # of their core, for load and upstream together: above that they are measured, too

LATE = 0.1  # of the requests


@dataclass(frozen=True)
class Tools:
    dragoman: Path
    upstream: Path
    load: Path
    nginx: Path
    core: Path  # translate_bench


@dataclass(frozen=True)
class Effort:
    """How long everything is measured."""
    repetitions: int  # of rows with a bound, each with fresh programs
    seconds: float  # of each sample of CPU
    brief_seconds: float  # of those without a bound
    brief_repetitions: int
    latency_requests: int
    starts: int
    streams: int  # as many as one program has to take at once
    stream_seconds: int
    stream_repetitions: int
    few_streams_repetitions: int
    few_streams_seconds: float
    idle_connections: int
    calm_seconds: int
    counts: int
    repeats: int  # of what was disturbed, in all
    core_seconds: float  # of each repetition of what the core does alone


FULL = Effort(repetitions=9, seconds=0.4, brief_seconds=0.4, brief_repetitions=4, latency_requests=700, starts=20,
              streams=9900, stream_seconds=12, stream_repetitions=3, few_streams_repetitions=5, few_streams_seconds=3.0,
              idle_connections=4000, calm_seconds=15, counts=20, repeats=30, core_seconds=0.2)
QUICK = Effort(repetitions=1, seconds=0.2, brief_seconds=0.1, brief_repetitions=1, latency_requests=300, starts=5,
               streams=1500, stream_seconds=2, stream_repetitions=1, few_streams_repetitions=1, few_streams_seconds=1.2,
               idle_connections=1000, calm_seconds=2, counts=3, repeats=3, core_seconds=0.02)


@dataclass
class Bench:
    tools: Tools
    folder: Path
    load_core: int
    measured_core: int
    effort: Effort
    say: object
    notes: list = field(default_factory=list)
    failed: bool = False

    def __post_init__(self):
        self.account = Account(say=self.say, budget=self.effort.repeats)
        self.open_files = raise_file_limit()
        self.certificate = Certificate(self.folder)
        self.bodies, self.expected, self.rows, self.noted = {}, {}, {}, set()
        self.many_streams = {}  # side: what an event costs while so many live at once, after a request of 1 KB
        self.serial = itertools.count()

    def upstream(self, stack, name, tls=False):
        certificate = self.certificate if tls else None
        return stack.enter_context(Upstream(self.tools.upstream, self.load_core, self.folder / name, certificate))

    def unstarted(self, side, upstream, name, workers=1):
        """dragoman or nginx, fresh, in front of that upstream."""
        certificate = self.certificate if upstream.tls else None
        folder = self.folder / name
        if side == "dragoman":
            return Dragoman(self.tools.dragoman, self.measured_core, folder, upstream, certificate, workers)
        return Nginx(self.tools.nginx, self.measured_core, folder, upstream, certificate, min(self.open_files, 65536), workers)

    def side(self, side, stack, upstream, name, workers=1):
        return stack.enter_context(self.unstarted(side, upstream, name, workers))

    def pair(self, stack, upstream, name):
        return {side: self.side(side, stack, upstream, f"{name}-{side}") for side in SIDES}

    def body(self, size, model, stream):
        key = (size, model, stream)
        if key not in self.bodies:
            self.bodies[key] = workloads.write(self.folder, size, model, stream)
        return self.bodies[key]

    def run(self, name, port, path, what, tls=False):
        """One run of the load generator; every answer complete."""
        return load.check(load.run(load.command(self.tools.load, port, path, what, tls), self.load_core), name)

    def sample(self, name, program, upstream, path, what, value, load_core_counts=False, load_may_be_full=False):
        """One run as a sample: value(result, window on the measured core). For times the load's core counts."""
        ours = [upstream.process.pid, os.getpid()]
        processor.settled(program.pids)  # what earlier answers have left to do is not this one's
        before, behind = processor.now(self.measured_core, program.pids), processor.now(self.load_core, ours)
        result = self.run(name, program.port, path, what)
        processor.settled(program.pids)
        window = processor.between(before, processor.now(self.measured_core, program.pids))
        load_window = processor.between(behind, processor.now(self.load_core, ours)).with_own(result.cpu_ns)
        if not load_core_counts and not load_may_be_full:  # one client that waits keeps its core busy by itself
            self.watch_load(name, load_window, result)
        windows = ([window] if program.pids else []) + ([load_window] if load_core_counts else [])
        return Sample(value(result, window), max(w.others_share for w in windows), any(w.disturbed for w in windows))

    def events_of(self, name, program, path, body, fewest):
        """How many events an answer has here, and that nothing was merged: one upstream delta stays one event."""
        key = (program.port, path, body)
        if key not in self.expected:
            result = self.run(name, program.port, path, load.Load(body, 1, 1))
            if result.counts["events"] < fewest:
                raise BenchError(f"{name}: {result.counts['events']} events arrived, and {fewest} deltas were sent")
            self.expected[key] = result.counts["events"]
        return self.expected[key]

    def attempt(self, name, measure):
        """The rows, or none and a note: what cannot be measured is said to be missing, the rest is still worth having."""
        try:
            return measure()
        except BenchError as error:
            self.say(f"{name}: {error}")
            self.notes.append(f"**Not measured: {name}.** {error}")
            self.failed = True
            return []

    def watch_load(self, name, window, result):
        """Load and upstream must not be what is measured, and must hold the rate."""
        share = window.own_ns / max(1, window.wall_ns)
        if share > HALF and name not in self.noted:
            self.noted.add(name)
            self.notes.append(f"Load generator and upstream used {share:.0%} of their core: {name}.")
        if result.late > LATE and name not in self.noted:
            self.noted.add(name)
            self.notes.append(f"The rate was not held, {result.late:.0%} of the requests began late: {name}.")
