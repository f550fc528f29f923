"""Rows have names before they are measured, and single ones can be asked for."""
import os
import subprocess
import sys
import unittest
from unittest import mock

from compare import core_rows, cpu_rows, growth_rows, latency_rows, memory_rows, other_rows
from compare.bench import FULL, QUICK
from compare.programs import BenchError
from compare.samples import Row
from compare.stage import Item, Stage, measured, named
from compare.streams import live_streams

PARTS = (cpu_rows, latency_rows, memory_rows, growth_rows, core_rows, other_rows)


def compare(*words):
    return subprocess.run([sys.executable, "-m", "compare", *words], env=dict(os.environ), text=True, capture_output=True,
                          check=False)


class Names(unittest.TestCase):
    def test_every_row_has_one_of_its_own(self):
        for effort in (FULL, QUICK):
            names = [name for part in PARTS for item in part.items(effort) for name in item.names]
            self.assertEqual(len(names), len(set(names)))
            self.assertGreater(len(names), 30)

    def test_a_text_finds_them_in_any_case(self):
        self.assertTrue(named("CPU per request, TLS upstream, 1 KB", ["event", "tls"]))
        self.assertFalse(named("CPU per request, TLS upstream, 1 KB", ["event"]))
        self.assertTrue(named("anything", []))

    def test_memory_rows_find_their_bounds(self):
        for item in memory_rows.items(FULL):
            for name in item.names:
                self.assertEqual(memory_rows.row(name, 0, 0).measure, name)
        live = [name for item in memory_rows.items(FULL) for name in item.names if name.startswith("memory for each")]
        self.assertEqual([memory_rows.row(name, 0, 0).bound.limit for name in live], [16, 40])

    def test_the_list_is_printed_without_measuring(self):
        listed = compare("--list", "--rows", "burst", "--only", "cpu")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("CPU per event, translated, text, 500 chunks in a burst", listed.stdout.splitlines())
        self.assertTrue(all("burst" in line for line in listed.stdout.splitlines()))

    def test_a_text_that_no_row_has_is_said(self):
        refused = compare("--rows", "no such row")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no row has no such row in its name", refused.stderr)


class Measured(unittest.TestCase):
    def setUp(self):
        self.bench = mock.Mock(attempt=lambda name, measure: measure())
        self.asked = []

    def item(self, *names):
        def measure(_bench, _stage):
            self.asked.append(names[0])
            return [Row(name, "") for name in names]
        return Item(names, measure)

    def test_only_what_is_wanted(self):
        rows = measured(self.bench, "part", [self.item("a one", "a two"), self.item("b three")], ["TWO"])
        self.assertEqual([row.measure for row in rows], ["a two"])
        self.assertEqual(self.asked, ["a one"])

    def test_programs_are_started_when_needed_and_one_setting_at_a_time(self):
        with Stage(self.bench, "cpu") as stage:
            self.assertEqual(self.bench.upstream.call_count, 0)
            stage.pair()
            stage.pair()
            self.assertEqual((self.bench.upstream.call_count, self.bench.pair.call_count), (1, 1))
            closed = mock.Mock()
            stage.stack.callback(closed)
            stage.pair(tls=True)
            closed.assert_called_once()
            self.assertEqual((self.bench.upstream.call_count, self.bench.pair.call_count), (2, 2))

    def test_streams_that_the_limit_of_open_files_forbids_are_an_error_and_not_fewer(self):
        self.bench.configure_mock(effort=FULL, open_files=1024)
        with self.assertRaisesRegex(BenchError, "9,900 streams need 20,000 open files, and the limit is 1,024"):
            live_streams(self.bench, None, None, 9900)


if __name__ == "__main__":
    unittest.main()
