"""CPU for each request and each streamed event, from the processes' own clocks."""
from dataclasses import dataclass, replace

from compare.bench import SIDES
from compare.load import Load
from compare.repeat import interleaved, interleaved_anew
from compare.samples import Bound, Row
from compare.stage import Item

FEWEST = 4  # requests of a run
WARM = 32  # requests before the first sample: dragoman counts the first twenty answers of a model for itself
CHAT, MESSAGES = "bench", "anthropic"  # vendors: OpenRouter has Messages for its anthropic/* only


@dataclass(frozen=True)
class Case:
    measure: str
    size: str
    answer: str
    rate: float  # requests a second
    connections: int
    bound: float = None
    vendor: str = CHAT
    chunks: int = 0  # of a stream; the cost is divided by them
    longer: float = 1  # a sample, so that it is one of kept connections: a new one takes several large bodies to open its window

    @property
    def model(self):
        return f"{self.vendor}/{self.answer}"

    @property
    def dialect(self):
        return "chat" if self.vendor == CHAT else "messages"

    @property
    def unpaced(self):
        """The same answer all at once."""
        kind, size, _pace = self.answer.split("-")
        return replace(self, answer=f"{kind}-{size}-0")

    @property
    def fewest_events(self):
        """Of three tools at once the Messages API shows one after the other: two wait, and come in one piece."""
        return self.chunks // 3 if self.answer.startswith("tools") else self.chunks

    @property
    def length(self):
        """Of an answer, in seconds."""
        return self.chunks * int(self.answer.rsplit("-", 1)[1]) / 1000 if self.chunks else 0

    def seconds(self, effort):
        """Of a stream that takes its time twice as long as one takes: once until all of them live, and once while they do."""
        return effort.brief_seconds if self.bound is None else max(self.longer * effort.seconds, 2 * self.length)

    def repetitions(self, effort):
        return effort.brief_repetitions if self.bound is None else effort.repetitions


def streamed(measure, answer, rate, connections, bound=None, vendor=CHAT, size="1k"):
    return Case(measure, size, answer, rate, connections, bound, vendor, int(answer.split("-")[1]))


WHOLE = "CPU per request, "
EVENT = "CPU per event, "
PLAIN = (
    Case(WHOLE + "translated, 1 KB", "1k", "whole-2k", 2500, 16, 1.5),
    Case(WHOLE + "translated, 16 KB", "16k", "whole-2k", 1500, 16),
    Case(WHOLE + "translated, 60 KB", "60k", "whole-2k", 1200, 8, 2.0),
    Case(WHOLE + "translated, 300 KB", "300k", "whole-2k", 300, 4, 2.5),
    Case(WHOLE + "translated, 1 MB", "1m", "whole-2k", 100, 4),
    Case(WHOLE + "translated, 32 MB", "32m", "whole-2k", 4, 1),
    Case(WHOLE + "translated, 1 KB, answer of 20 KB", "1k", "whole-20k", 2000, 16),
    Case(WHOLE + "passed through, 1 KB", "1k", "whole-2k", 2500, 16, None, MESSAGES),
    Case(WHOLE + "passed through, 60 KB", "60k", "whole-2k", 1200, 8, 1.5, MESSAGES),
    Case(WHOLE + "passed through, 300 KB", "300k", "whole-2k", 300, 4, 1.5, MESSAGES, longer=4),
    Case(WHOLE + "passed through, 1 MB", "1m", "whole-2k", 100, 4, None, MESSAGES),
    Case(WHOLE + "passed through, 1 KB, answer of 20 KB", "1k", "whole-20k", 2000, 16, None, MESSAGES),
    streamed(EVENT + "translated, text, 100 chunks, one each 10 ms", "text-100-10", 50, 50, 1.2),
    streamed(EVENT + "translated, text, 500 chunks in a burst", "text-500-0", 80, 4, 1.5),
    streamed(EVENT + "translated, text, 20 chunks, one each 10 ms", "text-20-10", 200, 50),
    streamed(EVENT + "translated, text, 20 chunks in a burst", "text-20-0", 1000, 8),
    streamed(EVENT + "translated, text, 500 chunks, one each 10 ms", "text-500-10", 100, 50),
    streamed(EVENT + "translated, thinking, 100 chunks, one each 10 ms", "think-100-10", 100, 50),
    streamed(EVENT + "translated, thinking, 200 chunks in a burst", "think-200-0", 200, 4),
    streamed(EVENT + "translated, three tools at once, 100 chunks, one each 10 ms", "tools-100-10", 100, 50),
    streamed(EVENT + "translated, three tools at once, 100 chunks in a burst", "tools-100-0", 400, 4),
    streamed(EVENT + "passed through, text, 100 chunks, one each 10 ms", "text-100-10", 100, 50, None, MESSAGES),
    streamed(EVENT + "passed through, text, 500 chunks in a burst", "text-500-0", 80, 4, None, MESSAGES),
)
TLS = (
    Case(WHOLE + "TLS upstream, 1 KB", "1k", "whole-2k", 2000, 16, 1.5),
    Case(WHOLE + "TLS upstream, 60 KB", "60k", "whole-2k", 600, 8, 1.6),
    Case(WHOLE + "TLS upstream, 300 KB", "300k", "whole-2k", 150, 4, 1.8),
    Case(WHOLE + "TLS upstream, passed through, 60 KB", "60k", "whole-2k", 600, 8, None, MESSAGES),
    streamed(EVENT + "TLS upstream, text, 100 chunks, one each 10 ms", "text-100-10", 50, 50, 1.3),
    streamed(EVENT + "TLS upstream, text, 500 chunks in a burst", "text-500-0", 80, 4, 2.0),
)


def items(_effort):
    return [Item((case.measure,), lambda bench, stage, case=case, tls=tls: [measure(bench, case, stage, tls)])
            for cases, tls in ((PLAIN, False), (TLS, True)) for case in cases]


def events_of(bench, case, program):
    """Of one answer; asked for in a burst, which takes no time."""
    if not case.chunks:
        return 0
    body = bench.body(case.size, case.unpaced.model, True)
    name = f"{case.measure}, {type(program).__name__}"
    return bench.events_of(name, program, program.path(case.dialect, True), body, case.fewest_events)


def load_of(bench, case, program, requests, rate):
    body = bench.body(case.size, case.model, case.chunks > 0)
    return Load(body, case.connections, requests, rate, events_of(bench, case, program))


def sample(bench, case, program, upstream, requests):
    def microseconds(result, window):
        return window.own_ns / result.requests / max(1, case.chunks) / 1000

    path = program.path(case.dialect, case.chunks > 0)
    return bench.sample(case.measure, program, upstream, path, load_of(bench, case, program, requests, float(case.rate)),
                        microseconds)


def warm_up(bench, case, programs):
    """Connections, caches, branch predictors, and what dragoman learns of a model's first answers; as fast as it goes. A stream
    that takes its time is a model of its own, of which a sample must not be the first that is seen."""
    requests = FEWEST if case.size == "32m" else max(WARM, 2 * case.connections)
    for program in programs.values():
        for warm, number in ((case.unpaced, requests), (case, WARM)) if case.length else ((case, requests),):
            bench.run(case.measure, program.port, program.path(case.dialect, case.chunks > 0),
                      load_of(bench, warm, program, number, 0.0))


def measures_of(bench, case, stage, tls, fresh):
    """Of the programs that stand, or of fresh ones; warm in either case."""
    upstream, programs = stage.upstream(tls), stage.pair(tls, fresh)
    warm_up(bench, case, programs)
    requests = max(FEWEST, round(case.rate * case.seconds(bench.effort)))
    return {side: lambda side=side: sample(bench, case, programs[side], upstream, requests) for side in SIDES}


def measure(bench, case, stage, tls):
    """A row with a bound has fresh programs for each repetition, so that its median is one of programs."""
    bench.say(case.measure)
    repetitions = case.repetitions(bench.effort)
    if case.bound:
        taken = interleaved_anew(lambda: measures_of(bench, case, stage, tls, True), repetitions, bench.account, case.measure)
    else:
        taken = interleaved(measures_of(bench, case, stage, tls, False), repetitions, bench.account, case.measure)
    row = Row(case.measure, "µs", [s.value for s in taken["dragoman"]], [s.value for s in taken["nginx"]],
              Bound(case.bound) if case.bound else None, any(s.disturbed for side in SIDES for s in taken[side]), in_pairs=True)
    bench.rows[case] = row
    return row


def known(bench, case, stage):
    """The row of that case, measured now if it has not been."""
    return bench.rows.get(case) or measure(bench, case, stage, tls=False)
