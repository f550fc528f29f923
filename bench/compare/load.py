"""bench_load: one run, what it counted, and whether every answer was complete."""
import json
import subprocess
import time
from dataclasses import dataclass, field

from compare import processor
from compare.programs import BenchError

LIMIT = 300  # seconds for one run
# What Claude Code sends besides; nginx and dragoman get the same.
HEADERS = ("anthropic-version: 2023-06-01", "x-api-key: bench", "x-app: cli",
           "anthropic-beta: claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27",
           "user-agent: claude-cli/2.1.329 (external, cli)", "x-stainless-lang: js", "x-stainless-retry-count: 0",
           "x-stainless-runtime: node", "x-stainless-timeout: 600")


@dataclass(frozen=True)
class Load:
    body: object  # a file, or several that are sent in turn
    connections: int
    requests: int
    rate: float = 0.0  # a second; 0 is as fast as it goes
    expect_events: int = 0
    expect_end: str = ""


@dataclass
class Result:
    counts: dict
    cpu_ns: int  # of the load generator
    wall_ns: int
    problems: list = field(default_factory=list)

    def at(self, what, part):
        """Microseconds: at("first_byte", "p50")."""
        return float(self.counts[f"{what}_us"][part])

    @property
    def requests(self):
        return self.counts["requests"]

    @property
    def late(self):
        """The share of requests that began later than the rate asked for."""
        return self.counts.get("late", 0) / max(1, self.requests)

    @property
    def lost(self):
        return self.counts["errors"] + self.counts["incomplete"]


def command(tool, port, path, load, tls=False):
    words = [str(tool), "--port", str(port), "--path", path]
    for body in load.body if isinstance(load.body, (list, tuple)) else [load.body]:
        words += ["--body", str(body)]
    for header in HEADERS:
        words += ["--header", header]
    words += ["--connections", str(load.connections), "--requests", str(load.requests)]
    optional = (("--rate", load.rate), ("--expect-events", load.expect_events), ("--expect-end", load.expect_end))
    for flag, value in optional:
        words += [flag, f"{value:g}" if isinstance(value, float) else str(value)] if value else []
    return words + (["--tls"] if tls else [])


def start(words, core):
    with processor.pinned(core):
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                process_group=0)


def finish(process, words, began_ns):
    """Waits, and takes the process's own account of its CPU time."""
    try:
        printed, said = process.communicate(timeout=LIMIT)
    except BaseException as error:
        process.kill()
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise BenchError(f"the load generator did not end within {LIMIT} s: {' '.join(words)}") from error
        raise
    lines, problems = printed.decode(errors="replace").strip().splitlines(), said.decode(errors="replace")
    try:
        counts = json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        raise BenchError(f"the load generator ended with {process.returncode}: {problems[-1000:]}") from error
    return Result(counts, 0, time.monotonic_ns() - began_ns, problems.splitlines())


def run(words, core):
    """To its end, with everything answered as it must be."""
    before = processor.children_ns()
    began = time.monotonic_ns()
    result = finish(start(words, core), words, began)
    result.cpu_ns = processor.children_ns() - before
    return result


def check(result, name):
    """Figures of answers that were not complete mean nothing."""
    if result.lost or not result.requests:
        said = "; ".join(result.problems[-3:])
        raise BenchError(f"{name}: {result.counts['errors']} errors and {result.counts['incomplete']} incomplete answers "
                         f"among {result.requests} requests" + (f" ({said})" if said else ""))
    return result
