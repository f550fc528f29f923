"""What the core does without a network: translate_bench, beside simdjson's own walk over the same bytes."""
import json
import subprocess
from functools import partial

import workloads
from compare import processor
from compare.programs import BenchError
from compare.repeat import Sample, undisturbed
from compare.samples import Bound, Row
from compare.stage import Item

LIMIT = 120  # seconds for one run
WALK = "core, 1 MB body decoded, translated, encoded"
US, NS = ("µs", 1e-3), ("ns", 1.0)
RATES = {  # what translate_bench calls it: (what the row calls it, unit, what it is divided by)
    "translate/1k": ("core, 1 KB body decoded, translated, encoded", *US),
    "translate/16k": ("core, 16 KB body decoded, translated, encoded", *US),
    "translate/60k": ("core, 60 KB body decoded, translated, encoded", *US),
    "translate/300k": ("core, 300 KB body decoded, translated, encoded", *US),
    "edit/60k": ("core, 60 KB body decoded and edited, to be passed through", *US),
    "edit/300k": ("core, 300 KB body decoded and edited, to be passed through", *US),
    "chunk/text": ("core, one chunk of text to one event", *NS),
    "chunk/thinking": ("core, one chunk of thinking to one event", *NS),
    "chunk/tools": ("core, one chunk of a tool's arguments to one event", *NS),
}
COUNT = "core, tokens counted a second, 300 KB"
BYTES = "core, bytes a second decoded, translated, encoded, 1 MB"


def items(_effort):
    rest = [name for name, *_ in RATES.values()]
    return [Item((WALK, BYTES), beside_the_walk), Item((*rest, COUNT), alone)]


def run(bench, pattern):
    """{name: entry} of one run of translate_bench, as a sample."""
    bodies = [bench.body(size, workloads.MODEL, False) for size in ("1k", "16k", "60k", "300k", "1m")]
    words = [bench.tools.core, *bodies, f"--benchmark_filter={pattern}", "--benchmark_format=json",
             f"--benchmark_min_time={bench.effort.core_seconds}"]
    before, used = processor.now(bench.measured_core, []), processor.children_ns()
    with processor.pinned(bench.measured_core):
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, timeout=LIMIT)
    if done.returncode != 0:
        raise BenchError(f"translate_bench ended with {done.returncode}: {done.stderr[-500:]}")
    window = processor.between(before, processor.now(bench.measured_core, [])).with_own(processor.children_ns() - used)
    found = {entry["name"]: entry for entry in json.loads(done.stdout)["benchmarks"]}
    return Sample(found, window.others_share, window.disturbed)


def repeated(bench, pattern, repetitions, name):
    bench.say(name)
    return [undisturbed(partial(run, bench, pattern), bench.account, name).value for _ in range(repetitions)]


def values(runs, name, divide):
    return [divide(taken[name]) for taken in runs]


def time_of(taken, scale):
    return scale * taken["cpu_time"] / taken.get("chunks", 1)


def beside_the_walk(bench, _stage):
    runs = repeated(bench, "^(translate|walk)/1m$", bench.effort.repetitions, WALK)
    times = {name: values(runs, name, lambda entry: entry["cpu_time"] / 1000) for name in ("translate/1m", "walk/1m")}
    speeds = {name: values(runs, name, lambda entry: entry["bytes_per_second"] / 1e6) for name in times}
    kernel = runs[0]["walk/1m"]["label"]
    against = f"simdjson's walk, {kernel}"
    return [Row(WALK, "µs", times["translate/1m"], times["walk/1m"], Bound(2.2), against=against),
            Row(BYTES, "MB/s", speeds["translate/1m"], speeds["walk/1m"], against=against)]


def alone(bench, _stage):
    runs = repeated(bench, "^(translate/(1|16|60|300)k|edit|chunk|count)", bench.effort.brief_repetitions, "core")
    rows = [Row(name, unit, values(runs, entry, lambda taken, scale=scale: time_of(taken, scale)))
            for entry, (name, unit, scale) in RATES.items()]
    return [*rows, Row(COUNT, "", values(runs, "count/300k", lambda entry: entry["items_per_second"]))]
