"""Rows have names before they are measured, and single ones can be asked for."""
import itertools
import os
import subprocess
import sys
import unittest
from dataclasses import replace
from unittest import mock

from compare import core_rows, cpu_rows, growth_rows, latency_rows, memory_rows, other_rows, streams
from compare.bench import FULL, QUICK, SIDES
from compare.programs import BenchError
from compare.repeat import Account, Sample
from compare.samples import Row
from compare.stage import Item, Stage, measured, named
from compare.streams import Live, live_streams

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
                self.assertEqual(memory_rows.row(name, [0], [0]).measure, name)
        live = [name for item in memory_rows.items(FULL) for name in item.names if name.startswith("memory for each")]
        self.assertEqual([memory_rows.row(name, [0], [0]).bound.limit for name in live], [16, 40])

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

    def test_fresh_programs_take_the_place_of_those_that_stood_before_the_same_upstream(self):
        with Stage(self.bench, "cpu") as stage:
            stage.pair()
            ended = mock.Mock()
            stage.running.callback(ended)
            stage.pair(fresh=True)
            ended.assert_called_once()
            self.assertEqual((self.bench.upstream.call_count, self.bench.pair.call_count), (1, 2))
            names = [call.args[2] for call in self.bench.pair.call_args_list]
            self.assertEqual(len(set(names)), 2, "each has a folder of its own")

    def test_a_row_with_a_bound_has_fresh_programs_for_each_repetition(self):
        bounded, other = cpu_rows.Case("bounded", "1k", "whole-2k", 10, 1, 1.5), cpu_rows.Case("other", "1k", "whole-2k", 10, 1)
        self.bench.configure_mock(effort=FULL, account=Account(), rows={})
        for case, pairs in ((bounded, FULL.repetitions), (other, 1)):
            stage = mock.Mock(pair=mock.Mock(return_value={side: mock.Mock() for side in SIDES}))
            with mock.patch.object(cpu_rows, "sample", return_value=Sample(7)):
                row = cpu_rows.measure(self.bench, case, stage, tls=False)
            self.assertEqual(stage.pair.call_args_list, [mock.call(False, case.bound is not None)] * pairs)
            self.assertEqual(len(row.nginx), case.repetitions(FULL))

    def test_paced_streams_with_a_bound_are_as_many_as_the_row_says(self):
        paced = next(case for case in cpu_rows.PLAIN if case.bound and case.length)
        self.assertEqual(paced.length, 1)
        self.assertGreaterEqual(paced.rate * paced.seconds(FULL), paced.connections)

    def test_few_and_many_streams_are_compared_after_requests_of_one_size(self):
        self.bench.configure_mock(effort=FULL, many_streams={}, account=Account())
        costs = {"1k": iter((10, 12)), "60k": iter((90, 95))}
        looks = lambda _bench, _program, _upstream, number, size: Sample(
            Live(0, next(costs[size]), mock.Mock(lost=0, requests=number)))
        with mock.patch.object(memory_rows, "live_streams", looks), mock.patch.object(memory_rows, "memory", return_value=0):
            for size in ("1k", "60k", "1k", "60k"):
                memory_rows.streams(self.bench, type("Nginx", (), {})(), None, size)
        self.assertEqual(self.bench.many_streams, {"nginx": [10, 12]})
        few = {side: [4, 5, 50] for side in SIDES}
        row = growth_rows.growth_between({100: few, 9900: {"dragoman": [20, 30], "nginx": [10, 12]}}, 100, 9900)
        self.assertEqual((row.dragoman, row.nginx, row.bound.limit), ([4, 6], [2, 2.4], 2.31))

    def test_few_streams_are_those_of_new_programs_for_each_repetition(self):
        self.bench.configure_mock(effort=FULL, many_streams={side: [9] for side in SIDES}, account=Account())
        stage = mock.Mock(pair=mock.Mock(return_value={side: mock.Mock() for side in SIDES}))
        with mock.patch.object(growth_rows, "live_streams", return_value=Sample(Live(0, 3, None))):
            rows = growth_rows.growth_by_connection(self.bench, stage)
        anew = [call.kwargs["fresh"] for call in stage.pair.call_args_list]
        self.assertEqual(anew, [False] + FULL.few_streams_repetitions * [True])
        self.assertEqual([row.dragoman for row in rows][-1], [3])

    def test_a_disturbed_sample_of_many_streams_is_taken_again(self):
        self.bench.configure_mock(effort=FULL, account=Account(rest=lambda _seconds: None))
        disturbed = Sample(Live(0, 99, None), 0.5, True)
        with mock.patch.object(streams, "live_streams", return_value=Sample(Live(0, 10, None))) as again:
            self.assertEqual(streams.cost_of_many(self.bench, None, None, disturbed), 10)
            self.assertEqual(again.call_count, 1)
            self.assertEqual(streams.cost_of_many(self.bench, None, None, Sample(Live(0, 7, None))), 7)
        self.assertEqual(again.call_count, 1)

    def test_growth_is_held_against_the_middle_of_what_the_smaller_one_cost(self):
        small, large = Row("s", "µs", [10, 1, 30], [5, 5, 9]), Row("l", "µs", [600, 1200], [300, 600])
        with mock.patch.object(cpu_rows, "known", side_effect=[small, large]):
            row = growth_rows.growth_by_size(self.bench, None, ("1k", "60k"), ("1 KB", "60 KB"))
        self.assertEqual((row.dragoman, row.nginx), ([1, 2], [1, 2]))

    def test_one_worker_and_four_are_started_anew_for_each_repetition(self):
        ended, started = [], []

        def side(name, stack, _upstream, folder, workers):
            started.append((name, workers, folder))
            stack.callback(ended.append, folder)
            return (name, workers)
        effort = replace(FULL, repetitions=2)
        self.bench.configure_mock(effort=effort, account=Account(), serial=itertools.count(), side=side)
        costs = {("dragoman", 1): 10, ("dragoman", 4): 11, ("nginx", 1): 8, ("nginx", 4): 12}
        lived = lambda _bench, program, *_: Sample(Live(0, costs[program], None))
        with mock.patch.object(growth_rows, "live_streams", lived), mock.patch.object(cpu_rows, "warm_up"):
            ours, beside = growth_rows.events_by_worker(self.bench, mock.Mock())
        self.assertEqual((ours.dragoman, ours.nginx, ours.against, ours.within), ([11, 11], [10, 10], "1 worker", True))
        self.assertEqual((beside.dragoman, beside.nginx, beside.bound), ([1.1, 1.1], [1.5, 1.5], None))
        self.assertEqual(len(started), 8)
        self.assertEqual(sorted(ended), sorted(folder for *_, folder in started))

    def test_streams_that_the_limit_of_open_files_forbids_are_an_error_and_not_fewer(self):
        self.bench.configure_mock(effort=FULL, open_files=1024)
        with self.assertRaisesRegex(BenchError, "9,900 streams need 20,000 open files, and the limit is 1,024"):
            live_streams(self.bench, None, None, 9900)


if __name__ == "__main__":
    unittest.main()
