"""Each workload runs for an instant through dragoman, and what is counted on both sides is what was sent. BUILD FOLDER"""
import json
import subprocess
import sys
import unittest
from dataclasses import replace
from pathlib import Path

import workloads
from compare import core_rows, cpu_rows, load
from compare.bench import QUICK
from compare.latency_rows import Direct
from compare.programs import counts
from one_core import OnOneCore

BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("build/release").resolve()
OnOneCore.build = BUILD
REQUESTS = 4
# Events around the deltas of one block of text: start and end of message and block, what it cost, and a ping first. Behind
# thoughts comes a block of text with one delta; of three tools two wait for the first one and come in one piece each.
FRAME = {"chat": 6, "messages": 5}


def events_of(case):
    if case.chunks == 0:
        return 0
    if case.answer.startswith("tools"):
        first = -(-case.chunks // 3)
        return first + 2 + 2 * 2 + FRAME[case.dialect]
    return case.chunks + FRAME[case.dialect] + (4 if case.answer.startswith("think") else 0)


class Instant(OnOneCore):
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
                case = case.unpaced if case.chunks > 100 else case
                events = self.run_case(case, dragoman).counts["events"]
                self.assertEqual(events, REQUESTS * events_of(case))
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
        sample = cpu_rows.sample(self.bench, cpu_rows.PLAIN[0], dragoman, upstream, 30)
        self.assertGreater(sample.value, 1)  # microseconds of CPU for one request
        self.assertLess(sample.value, 100_000)


def values(node):
    """How many there are in a tree of JSON, itself included."""
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return 1 + sum(map(values, inside))


class Core(OnOneCore):
    def test_it_is_measured_beside_a_walk_that_visits_every_value(self):
        self.bench.effort = replace(QUICK, core_seconds=0.001)
        found = core_rows.run(self.bench, "").value
        for size in ("1k", "60k", "1m"):
            self.assertEqual(found[f"walk/{size}"]["values"], values(json.loads(workloads.body(size, workloads.MODEL))))
        for name in [*core_rows.RATES, "translate/1m", "walk/1m"]:
            self.assertGreater(found[name]["cpu_time"], 0, name)
        self.assertGreater(found["count/300k"]["items_per_second"], 1000)

    def test_what_is_no_request_is_refused(self):
        refused = subprocess.run([self.bench.tools.core, __file__], capture_output=True, text=True, check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("is no request", refused.stderr)


if __name__ == "__main__":
    unittest.main()
