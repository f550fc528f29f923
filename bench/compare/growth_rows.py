"""How the cost grows: with the size of a body, with the turns of a conversation, with connections, with workers."""
from contextlib import ExitStack
from functools import partial
from statistics import median

import workloads
from compare import cpu_rows
from compare.bench import SIDES
from compare.load import Load
from compare.repeat import interleaved, interleaved_anew
from compare.samples import ABSOLUTE, Bound, Row
from compare.stage import Item
from compare.streams import cost_of_many, live_streams, words_of

KIB = 1024
BYTES = {"1k": KIB, "60k": 60 * KIB, "1m": KIB ** 2, "32m": 32 * KIB ** 2}
SIZES = (("1k", "60k", "1 KB", "60 KB"), ("60k", "1m", "60 KB", "1 MB"), ("1m", "32m", "1 MB", "32 MB"))
TURNS = (("turns 10 to 100", range(10, 101, 10)), ("turns 310 to 400", range(310, 401, 10)))
TURN_RATE = 60.0  # requests a second: the largest have three megabytes
FLAT = 1.25  # noise, and caches that are not endless
NOISE = 1.05  # of a ratio of two ratios, where nginx has shown what caches do
WORKERS = 1.15
FEW, MANY = 1, 4  # workers
FEW_STREAMS = 100
ONE_KB = next(case for case in cpu_rows.PLAIN if case.size == "1k")
# The upstream sends in ticks of a millisecond. With few streams a single worker wakes for several events and each of four
# for one: that is the difference between few and many events in one turn of a loop, which one worker has, too, and says
# nothing about what workers have in common. With so many streams each of the four has several events in every tick.
SHARED_STREAMS, SHARED_PACE = 200, 10  # milliseconds


def items(effort):
    found = [Item((size_name(*words),), lambda bench, stage, sizes=(small, large), words=words:
                  [growth_by_size(bench, stage, sizes, words)]) for small, large, *words in SIZES]
    found.append(Item((TURN_NAME,), lambda bench, stage: [growth_by_turn(bench, stage)]))
    found.append(Item((*map(words_of, (1, FEW_STREAMS)), connection_name(1, FEW_STREAMS),
                       connection_name(FEW_STREAMS, effort.streams)), growth_by_connection))
    found.append(Item((worker_name(ONE_KB.measure),), requests_by_worker))
    found.append(Item((worker_name(SHARED), beside_nginx(SHARED)), events_by_worker))
    return found


def size_name(small, large):
    return f"growth, CPU per byte, {small} to {large}, translated"


TURN_NAME = f"growth, CPU per byte, {TURNS[0][0]} to {TURNS[1][0]} of one conversation"


def connection_name(few, many):
    return f"growth, CPU per event, {few} live stream{'' if few == 1 else 's'} to {many:,}"


SHARED = f"{words_of(SHARED_STREAMS)}, one each {SHARED_PACE} ms"


def worker_name(measure):
    return f"growth, {measure}, {FEW} worker to {MANY}"


def beside_nginx(measure):
    return f"{worker_name(measure)}, beside nginx"


def growth(measure, costs, bound):
    """costs: {side: [(small, large), …]}; the row holds how many times the larger one costs what the smaller one does."""
    factors = {side: [large / small for small, large in costs[side]] for side in SIDES}
    return Row(measure, "x", factors["dragoman"], factors["nginx"], bound and Bound(bound, ABSOLUTE))


def growth_by_size(bench, stage, sizes, words):
    """Of the rows that have been measured already; only if they have not, they are measured now."""
    cases = {case.size: case for case in cpu_rows.PLAIN if case.vendor == cpu_rows.CHAT and case.answer == "whole-2k"}
    small, large = (cpu_rows.known(bench, cases[size], stage) for size in sizes)
    scale = BYTES[sizes[1]] / BYTES[sizes[0]]
    costs = {side: [(median(getattr(small, side)), b / scale) for b in getattr(large, side)] for side in SIDES}
    return growth(size_name(*words), costs, FLAT)


def growth_by_turn(bench, stage):
    bench.say(TURN_NAME)
    upstream, programs = stage.upstream(), stage.pair()
    bodies = [[conversation(bench, turns) for turns in chosen] for _, chosen in TURNS]
    sizes = [sum(body.stat().st_size for body in chosen) for chosen in bodies]
    rounds = max(1, round(bench.effort.seconds * 8))

    def per_byte(side, part):
        program, chosen = programs[side], bodies[part]
        wanted = Load(chosen, 1, rounds * len(chosen), TURN_RATE)
        return bench.sample(TURN_NAME, program, upstream, program.path("chat"), wanted,
                            lambda _result, window: window.own_ns / rounds / sizes[part])

    measures = {(side, part): lambda side=side, part=part: per_byte(side, part) for side in SIDES for part in (0, 1)}
    for measure in measures.values():
        measure()
    taken = interleaved(measures, bench.effort.repetitions, bench.account, TURN_NAME)
    costs = {side: [(a.value, b.value) for a, b in zip(taken[side, 0], taken[side, 1])] for side in SIDES}
    return growth(TURN_NAME, costs, FLAT)


def conversation(bench, turns):
    path = bench.folder / f"turns-{turns}.json"
    if not path.exists():
        path.write_bytes(workloads.conversation(turns, "bench/whole-2k"))
    return path


def growth_by_connection(bench, stage):
    costs = {number: costs_of_streams(bench, stage, number, anew) for number, anew in ((1, False), (FEW_STREAMS, True))}
    rows = [Row(words_of(number), "µs", *(costs[number][side] for side in SIDES)) for number in costs]
    rows.append(growth_between(costs, 1, FEW_STREAMS))
    many = bench.effort.streams  # measured with the memory that they take, unless only rows of growth are wanted
    costs[many] = bench.many_streams or costs_of_many(bench, stage)
    return [*rows, growth_between(costs, FEW_STREAMS, many)]


def costs_of_streams(bench, stage, number, anew):
    """Of the programs that stand there, or of new ones for each repetition: of those it is the middle that counts."""
    name = words_of(number)
    bench.say(name)
    upstream = stage.upstream()

    def measures():
        programs = stage.pair(fresh=anew)
        return {side: lambda side=side: live_streams(bench, programs[side], upstream, number) for side in SIDES}
    take, what = (interleaved_anew, measures) if anew else (interleaved, measures())
    taken = take(what, bench.effort.few_streams_repetitions, bench.account, name)
    return {side: [sample.value.cpu_us for sample in taken[side]] for side in SIDES}


def costs_of_many(bench, stage):
    found = {side: [] for side in SIDES}
    for _ in range(bench.effort.stream_repetitions):
        bench.say(words_of(bench.effort.streams))
        for side, program in stage.pair(fresh=True).items():
            found[side].append(cost_of_many(bench, program, stage.upstream()))
    return found


def growth_between(costs, few, many):
    pairs = {side: [(median(costs[few][side]), cost) for cost in costs[many][side]] for side in SIDES}
    caches_end = median(large / small for small, large in pairs["nginx"])  # for both: it keeps hardly anything itself
    return growth(connection_name(few, many), pairs, round(max(FLAT, NOISE * caches_end), 2))


class Crews:
    """Programs with one worker and with several, all on one core: what several cost more than one. Started anew for each
    repetition, at the same load."""

    def __init__(self, bench, stage, sides):
        self.bench, self.upstream, self.sides, self.running = bench, stage.upstream(), sides, ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def measures(self, sample):
        """{(side, workers): measure}, of fresh programs that are warm."""
        self.running.close()
        programs = {(side, workers): self.started(side, workers) for side in self.sides for workers in (FEW, MANY)}
        cpu_rows.warm_up(self.bench, ONE_KB, programs)
        return {key: partial(sample, program) for key, program in programs.items()}

    def started(self, side, workers):
        return self.bench.side(side, self.running, self.upstream, f"workers-{next(self.bench.serial)}", workers)

    def taken(self, name, sample):
        self.bench.say(name)
        return interleaved_anew(lambda: self.measures(sample), self.bench.effort.repetitions, self.bench.account, name)


def worker_row(name, taken, values):
    disturbed = any(sample.disturbed for workers in (FEW, MANY) for sample in taken["dragoman", workers])
    return Row(name, "µs", values["dragoman", MANY], values["dragoman", FEW], Bound(WORKERS), disturbed, f"{FEW} worker")


def requests_by_worker(bench, stage):
    name = worker_name(ONE_KB.measure)
    requests = max(cpu_rows.FEWEST, round(ONE_KB.rate * bench.effort.seconds))
    with Crews(bench, stage, SIDES[:1]) as crews:
        taken = crews.taken(name, lambda program: cpu_rows.sample(bench, ONE_KB, program, crews.upstream, requests))
    return [worker_row(name, taken, {key: [sample.value for sample in taken[key]] for key in taken})]


def events_by_worker(bench, stage):
    name = worker_name(SHARED)
    with Crews(bench, stage, SIDES) as crews:
        taken = crews.taken(name, lambda program: live_streams(bench, program, crews.upstream, SHARED_STREAMS, "1k",
                                                               SHARED_PACE, 1 + bench.effort.seconds))
    values = {key: [sample.value.cpu_us for sample in taken[key]] for key in taken}
    costs = {side: list(zip(values[side, FEW], values[side, MANY])) for side in SIDES}
    return [worker_row(name, taken, values), growth(beside_nginx(SHARED), costs, None)]
