"""Each workload runs for an instant through dragoman, and what is counted on both sides is what was sent. BUILD FOLDER"""
import os
import sys
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from compare import cpu_rows, load
from compare.bench import QUICK, Bench, Tools
from compare.latency_rows import Direct
from compare.programs import counts

BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("build/release").resolve()
# Events around the deltas of one block of text: start and end of message and block, what it cost, and a ping first.
FRAME = {"chat": 6, "messages": 5}
REQUESTS = 4


class Instant(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.stack = ExitStack()
        self.addCleanup(folder.cleanup)
        self.addCleanup(self.stack.close)
        core = min(os.sched_getaffinity(0))
        tools = Tools(BUILD / "dragoman", BUILD / "bench/bench_upstream", BUILD / "bench/bench_load", Path("nginx"))
        self.bench = Bench(tools, Path(folder.name), core, core, QUICK, lambda words: None)

    def run_case(self, case, program):
        body = self.bench.body(case.size, case.model, case.chunks > 0)
        path = program.path(case.dialect, case.chunks > 0)
        result = self.bench.run(case.measure, program.port, path, load.Load(body, REQUESTS, REQUESTS))
        self.assertEqual(result.requests, REQUESTS)
        return result

    def check(self, cases, tls):
        upstream = self.bench.upstream(self.stack, "upstream", tls)
        dragoman = self.bench.side("dragoman", self.stack, upstream, "dragoman")
        for case in cases:
            with self.subTest(case.measure):
                events = self.run_case(case, dragoman).counts["events"]
                self.assertEqual(events, REQUESTS * (case.chunks + FRAME[case.dialect]) if case.chunks else 0)
                if not tls and case.vendor == cpu_rows.MESSAGES:
                    self.assertEqual(self.run_case(case, Direct(upstream)).counts["events"], events)
        seen = counts(upstream.stop())
        self.assertEqual((seen["bad_requests"], seen["cancelled"]), (0, 0))
        self.assertGreaterEqual(seen["requests"], len(cases) * REQUESTS)

    def test_plain(self):
        self.check(cpu_rows.PLAIN, tls=False)

    def test_tls(self):
        self.check(cpu_rows.TLS, tls=True)

    def test_the_clock_of_what_is_measured_runs(self):
        upstream = self.bench.upstream(self.stack, "upstream")
        dragoman = self.bench.side("dragoman", self.stack, upstream, "dragoman")
        sample = cpu_rows.sample(self.bench, cpu_rows.PLAIN[0], dragoman, upstream, 0.01)
        self.assertGreater(sample.value, 1)  # microseconds of CPU for one request
        self.assertLess(sample.value, 100_000)


if __name__ == "__main__":
    unittest.main()
