"""Measures dragoman beside nginx and prints one table. PYTHONPATH=bench python3 -m compare --help"""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from compare import core_rows, cpu_rows, growth_rows, latency_rows, memory_rows, other_rows, peers, processor, stage, table
from compare.bench import FULL, QUICK, Bench, Tools
from compare.programs import BenchError

PARTS = {"cpu": cpu_rows, "latency": latency_rows, "memory": memory_rows, "growth": growth_rows,
         "core": core_rows, "other": other_rows}

ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LEGEND = """\
CPU: user and system time of all threads, by the process's own clock, divided by requests, or by the deltas that the
upstream sent; of nginx its workers count. Latency: what is added to a direct connection to the upstream in the same
run. Ratio: of the medians; of CPU per request and event the median of the repetitions' ratios, of which the two sides are
measured one behind the other. Spread: the lowest and the highest repetition, of the ratio where there is one. nginx passes
on what its upstream answers to the same request, untranslated."""


def arguments():
    parser = argparse.ArgumentParser(prog="compare", description="Measures dragoman beside nginx; prints one table.")
    parser.add_argument("--build", type=Path, default=Path("build/release"), help="where the programs were built")
    parser.add_argument("--check", action="store_true", help="only say whether this machine can measure")
    parser.add_argument("--nginx", default=shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"))
    parser.add_argument("--quick", action="store_true", help="fewer and shorter repetitions")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="measure only the peers, which are installed there")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rows", nargs="+", metavar="TEXT", default=[], help="only rows whose name contains one of these")
    parser.add_argument("--list", action="store_true", help="print the names of the rows, and measure nothing")
    return parser.parse_args()


def tools(options):
    build = options.build.resolve()
    found = Tools(dragoman=build / "dragoman", upstream=build / "bench/bench_upstream", load=build / "bench/bench_load",
                  nginx=Path(options.nginx or "nginx"), core=build / "bench/translate_bench")
    for tool in (found.dragoman, found.upstream, found.load, found.nginx, found.core):
        if not os.access(tool, os.X_OK):
            raise BenchError(f"{tool} is not there: `make bench` builds and installs what is needed")
    return found


def progress():
    """Says what is being done on standard error, each line with the seconds since the beginning."""
    began = time.monotonic()
    return lambda words: print(f"{time.monotonic() - began:4.0f} s  {words}", file=sys.stderr, flush=True)


def leave(number, _frame):
    """Once: what has been started is being ended, and another signal must not keep it from that."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(128 + number)


def effort_of(options):
    return QUICK if options.quick else FULL


def names(options):
    return [name for part in options.only for item in PARTS[part].items(effort_of(options)) for name in item.names
            if stage.named(name, options.rows)]


def measure(options, cores, say):
    with tempfile.TemporaryDirectory(prefix="dragoman-bench-") as folder:
        os.sched_setaffinity(0, {cores[0]})
        effort = effort_of(options)
        bench = Bench(tools(options), Path(folder), *cores, effort, say)
        rows = [row for part in options.only
                for row in stage.measured(bench, part, PARTS[part].items(effort), options.rows)]
        return rows, [bench.account.words(), *bench.notes], bench.failed


def measure_peers(options, cores, say):
    with tempfile.TemporaryDirectory(prefix="dragoman-bench-") as folder:
        os.sched_setaffinity(0, {cores[0]})
        bench = Bench(tools(options), Path(folder), *cores, effort_of(options), say)
        text = peers.measured(bench, options.peers.resolve())
        print(text, "", *(f"- {note}" for note in (bench.account.words(), *bench.notes)), sep="\n")


def main():
    options = arguments()
    for number in ENDINGS:
        signal.signal(number, leave)
    if not names(options):
        print(f"compare: no row has {' or '.join(options.rows)} in its name; --list says which there are", file=sys.stderr)
        return 2
    if options.list:
        print(*names(options), sep="\n")
        return 0
    try:
        cores = processor.choose_cores(os.sched_getaffinity(0), processor.siblings)
        if options.check:
            return 0
        if options.peers:
            measure_peers(options, cores, progress())
            return 0
        rows, notes, failed = measure(options, cores, progress())
    except (BenchError, processor.TooFewCores) as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    print(table.render(rows), "", table.summary(rows), "", LEGEND, "", *(f"- {note}" for note in notes), sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
