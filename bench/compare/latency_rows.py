"""What is added for one client that waits, against a direct connection to the upstream in the same run."""
from dataclasses import dataclass, replace
from functools import partial

from compare.bench import SIDES
from compare.load import Load
from compare.repeat import interleaved_anew, undisturbed
from compare.samples import ABSOLUTE, Bound, Row
from compare.stage import Item

WARM = 64  # requests
PARTS = ("p50", "p99", "p999")
WORDS = {"p50": "p50", "p99": "p99", "p999": "p99.9"}
BOUNDS = {"p50": Bound(1.3), "p99": Bound(2.0), "p999": None}


@dataclass(frozen=True)
class Case:
    name: str
    answer: str
    chunks: int
    times: tuple  # of (what bench_load calls it, what the row calls it)
    fewer: int = 1  # a paced stream takes its time: so many times fewer requests

    @property
    def unpaced(self):
        return replace(self, answer=self.answer.rsplit("-", 1)[0] + "-0") if self.chunks else self

    def requests(self, effort):
        return max(5, effort.latency_requests // self.fewer)


CASES = (
    Case("1 KB, whole", "whole-2k", 0, (("first_byte", "to the first byte"), ("total", "in all"))),
    Case("stream in a burst", "text-20-0", 20, (("first_byte", "to the first byte"), ("total", "in all"))),
    Case("stream, one event each 10 ms", "text-20-10", 20, (("event", "to each event"),), 60),
)


class Direct:
    """The upstream itself, as if it were a proxy."""

    def __init__(self, upstream):
        self.upstream, self.port, self.pids = upstream, upstream.port, []

    def path(self, dialect, _stream=False):
        return self.upstream.path(dialect)


def load_of(bench, case, requests):
    return Load(bench.body("1k", f"bench/{case.answer}", case.chunks > 0), 1, requests)


def sample(bench, case, program, upstream):
    path, load = program.path("chat", case.chunks > 0), load_of(bench, case, case.requests(bench.effort))

    def times(result, _window):
        return {(what, part): result.at(what, part) for what, _ in case.times for part in PARTS}

    return bench.sample(case.name, program, upstream, path, load, times, load_core_counts=True)


def row_name(case, said, part):
    return f"added latency, {case.name}, {said}, {WORDS[part]}"


HITCHES = "requests that took 40 ms longer than the median"
SMOOTH = (("1k", "whole-2k", 1), ("1k", "whole-20k", 1), ("16k", "whole-2k", 1), ("60k", "whole-2k", 1),
          ("300k", "whole-2k", 1), ("60k", "whole-20k", 4), ("1k", "text-20-0", 1), ("1k", "text-500-0", 1),
          ("60k", "tools-100-0", 1))  # request, answer, clients


def items(_effort):
    found = [Item(tuple(row_name(case, said, part) for _, said in case.times for part in PARTS),
                  lambda bench, stage, case=case: measure(bench, case, stage)) for case in CASES]
    return [*found, Item((HITCHES,), lambda bench, stage: [hitches(bench, stage)])]


def measures_of(bench, case, stage):
    """Of fresh programs that are warm."""
    upstream = stage.upstream()
    programs = {"direct": Direct(upstream), **stage.pair(fresh=True)}
    for program in programs.values():
        bench.run(case.name, program.port, program.path("chat", case.chunks > 0), load_of(bench, case.unpaced, WARM))
    return {side: lambda side=side: sample(bench, case, programs[side], upstream) for side in programs}


def measure(bench, case, stage):
    name = f"added latency, {case.name}"
    bench.say(name)
    taken = interleaved_anew(lambda: measures_of(bench, case, stage), bench.effort.repetitions, bench.account, name)
    disturbed = any(s.disturbed for side in taken for s in taken[side])
    return [Row(row_name(case, said, part), "µs", *(added(taken, side, what, part) for side in SIDES),
                BOUNDS[part], disturbed) for what, said in case.times for part in PARTS]


def added(taken, side, what, part):
    """Repetition by repetition, over the direct connection of the same repetition."""
    return [through.value[what, part] - direct.value[what, part] for through, direct in zip(taken[side], taken["direct"])]


def hitches(bench, stage):
    """Nagle's algorithm and a delayed acknowledgement cost 40 ms where somebody waits for the rest of a small write."""
    bench.say(HITCHES)
    found, disturbed = {side: 0 for side in SIDES}, False
    for tls in (False, True):
        upstream, programs = stage.upstream(tls), stage.pair(tls)
        for size, answer, clients in SMOOTH:
            for side in SIDES:
                sample = undisturbed(partial(slow_answers, bench, programs[side], upstream, size, answer, clients),
                                     bench.account, f"{HITCHES}, {size}, {answer}, {side}")
                found[side] += sample.value
                disturbed |= sample.disturbed
    return Row(HITCHES, "", [found["dragoman"]], [found["nginx"]], Bound(0, ABSOLUTE), disturbed)


def slow_answers(bench, program, upstream, size, answer, clients):
    streams = not answer.startswith("whole")
    load = Load(bench.body(size, f"bench/{answer}", streams), clients, max(10, bench.effort.latency_requests // 10))
    return bench.sample(HITCHES, program, upstream, program.path("chat", streams), load,
                        lambda result, _window: result.counts["total_us"]["slow"], load_core_counts=True)
