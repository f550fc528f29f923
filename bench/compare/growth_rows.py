"""How the cost grows: with the size of a body, with the turns of a conversation, with connections, with workers."""
from contextlib import ExitStack
from statistics import median

import workloads
from compare import cpu_rows
from compare.bench import SIDES
from compare.load import Load
from compare.programs import Dragoman
from compare.repeat import interleaved
from compare.samples import ABSOLUTE, Bound, Row
from compare.stage import Item
from compare.streams import live_streams, words_of

KIB = 1024
BYTES = {"1k": KIB, "60k": 60 * KIB, "1m": KIB ** 2, "32m": 32 * KIB ** 2}
SIZES = (("1k", "60k", "1 KB", "60 KB"), ("60k", "1m", "60 KB", "1 MB"), ("1m", "32m", "1 MB", "32 MB"))
TURNS = (("turns 10 to 100", range(10, 101, 10)), ("turns 310 to 400", range(310, 401, 10)))
FLAT = 1.25  # noise, and caches that are not endless
WORKERS = 1.15
ONE_KB = next(case for case in cpu_rows.PLAIN if case.size == "1k")
PACED = next(case for case in cpu_rows.PLAIN if case.chunks and not case.answer.endswith("-0"))


def items(effort):
    found = [Item((size_name(*words),), lambda bench, stage, sizes=(small, large), words=words:
                  [growth_by_size(bench, stage, sizes, words)]) for small, large, *words in SIZES]
    found.append(Item((TURN_NAME,), lambda bench, stage: [growth_by_turn(bench, stage)]))
    found.append(Item((*map(words_of, (1, 100)), connection_name(1, 100), connection_name(100, effort.streams)),
                      growth_by_connection))
    found += [Item((worker_name(case),), lambda bench, stage, case=case: [growth_by_worker(bench, stage, case)])
              for case in (ONE_KB, PACED)]
    return found


def size_name(small, large):
    return f"growth, CPU per byte, {small} to {large}, translated"


TURN_NAME = f"growth, CPU per byte, {TURNS[0][0]} to {TURNS[1][0]} of one conversation"


def connection_name(few, many):
    return f"growth, CPU per event, {few} live stream{'' if few == 1 else 's'} to {many:,}"


def worker_name(case):
    return f"growth, {case.measure}, 1 worker to 4"


def growth(measure, costs, bound):
    """costs: {side: [(small, large), …]}; the row holds how many times the larger one costs what the smaller one does."""
    factors = {side: [large / small for small, large in costs[side]] for side in SIDES}
    return Row(measure, "x", factors["dragoman"], factors["nginx"], bound and Bound(bound, ABSOLUTE))


def growth_by_size(bench, stage, sizes, words):
    """Of the rows that have been measured already; only if they have not, they are measured now."""
    cases = {case.size: case for case in cpu_rows.PLAIN if case.vendor == cpu_rows.CHAT and case.answer == "whole-2k"}
    small, large = (cpu_rows.known(bench, cases[size], stage) for size in sizes)
    scale = BYTES[sizes[1]] / BYTES[sizes[0]]
    costs = {side: [(a, b / scale) for a, b in zip(getattr(small, side), getattr(large, side))] for side in SIDES}
    return growth(size_name(*words), costs, FLAT)


def growth_by_turn(bench, stage):
    bench.say(TURN_NAME)
    upstream, programs = stage.upstream(), stage.pair()
    bodies = [[conversation(bench, turns) for turns in chosen] for _, chosen in TURNS]
    sizes = [sum(body.stat().st_size for body in chosen) for chosen in bodies]
    rounds = max(1, round(bench.effort.seconds * 4))

    def per_byte(side, part):
        program, chosen = programs[side], bodies[part]
        wanted = Load(chosen, 1, rounds * len(chosen), 100.0)
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
    costs = {number: costs_of_streams(bench, stage, number, bench.effort.brief_repetitions) for number in (1, 100)}
    rows = [Row(words_of(number), "µs", *(costs[number][side] for side in SIDES)) for number in costs]
    rows.append(growth_between(costs, 1, 100))
    many = bench.effort.streams  # measured with the memory that they take, unless only rows of growth are wanted
    costs[many] = {side: [cost] for side, cost in bench.many_streams.items()} or costs_of_streams(bench, stage, many, 1)
    return [*rows, growth_between(costs, 100, many)]


def costs_of_streams(bench, stage, number, repetitions):
    name = words_of(number)
    bench.say(name)
    upstream, programs = stage.upstream(), stage.pair()
    measures = {side: lambda side=side: live_streams(bench, programs[side], upstream, number) for side in SIDES}
    taken = interleaved(measures, repetitions, bench.account, name)
    return {side: [sample.value.cpu_us for sample in taken[side]] for side in SIDES}


def growth_between(costs, few, many):
    pairs = {side: [(median(costs[few][side]), cost) for cost in costs[many][side]] for side in SIDES}
    caches_end = median(large / small for small, large in pairs["nginx"])  # for both: it keeps hardly anything itself
    return growth(connection_name(few, many), pairs, round(max(FLAT, caches_end), 2))


def growth_by_worker(bench, stage, case):
    """All on one core: what several cost more than one."""
    name = worker_name(case)
    bench.say(name)
    with ExitStack() as stack:
        upstream = stage.upstream()
        programs = {number: stack.enter_context(Dragoman(bench.tools.dragoman, bench.measured_core,
                                                         bench.folder / f"workers-{next(bench.serial)}", upstream,
                                                         workers=number)) for number in (1, 4)}
        cpu_rows.warm_up(bench, case, programs, upstream)
        requests = max(cpu_rows.FEWEST, round(case.rate * bench.effort.brief_seconds * 2))
        measures = {number: lambda number=number: cpu_rows.sample(bench, case, programs[number], upstream, requests)
                    for number in programs}
        taken = interleaved(measures, bench.effort.repetitions, bench.account, name)
    return Row(name, "µs", [s.value for s in taken[4]], [s.value for s in taken[1]], Bound(WORKERS),
               any(s.disturbed for number in taken for s in taken[number]), "1 worker")
