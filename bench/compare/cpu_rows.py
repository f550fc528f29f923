"""CPU for each request and each streamed event, from the processes' own clocks."""
from dataclasses import dataclass

from compare.bench import SIDES
from compare.load import Load
from compare.repeat import interleaved
from compare.samples import Bound, Row
from compare.stage import Item

FEWEST = 4  # requests of a run
CHAT, MESSAGES = "bench", "anthropic"  # vendors: OpenRouter has Messages for its anthropic/* only


@dataclass(frozen=True)
class Case:
    measure: str
    size: str
    answer: str
    rate: float  # requests a second
    connections: int
    bound: float
    vendor: str = CHAT
    chunks: int = 0  # of a stream; the cost is divided by them

    @property
    def model(self):
        return f"{self.vendor}/{self.answer}"

    @property
    def dialect(self):
        return "chat" if self.vendor == CHAT else "messages"


def streamed(measure, chunks, pace, rate, connections, bound, vendor=CHAT):
    return Case(measure, "1k", f"text-{chunks}-{pace}", rate, connections, bound, vendor, chunks)


PLAIN = (
    Case("CPU per request, translated, 1 KB", "1k", "whole-2k", 3000, 16, 1.5),
    Case("CPU per request, translated, 60 KB", "60k", "whole-2k", 1200, 8, 2.0),
    Case("CPU per request, translated, 300 KB", "300k", "whole-2k", 300, 4, 2.5),
    Case("CPU per request, passed through, 1 KB", "1k", "whole-2k", 3000, 16, None, MESSAGES),
    Case("CPU per request, passed through, 60 KB", "60k", "whole-2k", 1200, 8, 1.5, MESSAGES),
    Case("CPU per request, passed through, 300 KB", "300k", "whole-2k", 300, 4, 1.5, MESSAGES),
    streamed("CPU per event, translated, one each 10 ms", 100, 10, 50, 50, 1.2),
    streamed("CPU per event, translated, in a burst", 500, 0, 80, 4, 1.5),
    streamed("CPU per event, passed through, one each 10 ms", 100, 10, 50, 50, None, MESSAGES),
    streamed("CPU per event, passed through, in a burst", 500, 0, 80, 4, None, MESSAGES),
)
TLS = (
    Case("CPU per request, TLS upstream, 1 KB", "1k", "whole-2k", 2000, 16, 1.5),
    Case("CPU per request, TLS upstream, 60 KB", "60k", "whole-2k", 600, 8, 1.6),
    Case("CPU per request, TLS upstream, 300 KB", "300k", "whole-2k", 150, 4, 1.8),
    streamed("CPU per event, TLS upstream, one each 10 ms", 100, 10, 50, 50, 1.3),
    streamed("CPU per event, TLS upstream, in a burst", 500, 0, 80, 4, 2.0),
)


def items(_effort):
    return [Item((case.measure,), lambda bench, stage, case=case, tls=tls: [measure(bench, case, stage, tls)])
            for cases, tls in ((PLAIN, False), (TLS, True)) for case in cases]


def load_of(bench, case, program, path, seconds):
    body = bench.body(case.size, case.model, case.chunks > 0)
    events = 0
    if case.chunks:
        events = bench.events_of(f"{case.measure}, {type(program).__name__}", program, path, body, case.chunks)
    requests = max(FEWEST, round(case.rate * seconds))
    return Load(body, case.connections, requests, float(case.rate), events)


def sample(bench, case, program, upstream, seconds):
    path = program.path(case.dialect, case.chunks > 0)

    def microseconds(result, window):
        return window.own_ns / result.requests / max(1, case.chunks) / 1000

    load = load_of(bench, case, program, path, seconds)
    return bench.sample(case.measure, program, upstream, path, load, microseconds)


def measure(bench, case, stage, tls):
    bench.say(case.measure)
    upstream, programs = stage.upstream(tls), stage.pair(tls)
    seconds = bench.effort.seconds
    for program in programs.values():  # connections, caches, branch predictors
        sample(bench, case, program, upstream, seconds / 4)
    measures = {side: lambda side=side: sample(bench, case, programs[side], upstream, seconds) for side in SIDES}
    taken = interleaved(measures, bench.effort.repetitions, bench.account, case.measure)
    return Row(case.measure, "µs", [s.value for s in taken["dragoman"]], [s.value for s in taken["nginx"]],
               Bound(case.bound) if case.bound else None, any(s.disturbed for side in SIDES for s in taken[side]))
