"""Cores, CPU clocks, and repetitions that others have disturbed."""
import os
import subprocess
import sys
import time
import unittest

from compare import processor
from compare.processor import TICK_NS, Window
from compare.repeat import ATTEMPTS, Account, Sample, interleaved, interleaved_anew, undisturbed

STAT = """cpu  100 10 50 9000 7 3 4 5 0 0
cpu0 60 4 30 4500 3 1 2 1 0 0
cpu1 40 6 20 4500 4 2 2 4 0 0
cpu10 1 1 1 1 1 1 1 1 0 0
intr 12345
"""


def quiet():
    return Account(rest=lambda seconds: None)


class Cores(unittest.TestCase):
    def test_one_core_is_refused_and_the_message_says_what_to_do(self):
        with self.assertRaisesRegex(processor.TooFewCores, r"needs two cores.*may use 1.*cpuset"):
            processor.choose_cores({5})

    def test_two_cores_are_load_and_measured(self):
        self.assertEqual(processor.choose_cores({1, 0}), (0, 1))

    def test_two_threads_of_one_core_are_avoided_where_there_are_others(self):
        pairs = {0: {0, 1}, 1: {0, 1}, 2: {2, 3}, 3: {2, 3}}
        self.assertEqual(processor.choose_cores({0, 1, 2, 3}, pairs.get), (0, 2))
        self.assertEqual(processor.choose_cores({0, 1}, pairs.get), (0, 1))

    def test_sets_of_cores_are_read_as_the_kernel_writes_them(self):
        self.assertEqual(processor.parse_cores("0-3,8\n"), {0, 1, 2, 3, 8})
        self.assertEqual(processor.parse_cores("5\n"), {5})

    def test_what_is_started_pinned_stays_there_and_the_starter_does_not(self):
        allowed = os.sched_getaffinity(0)
        core = min(allowed)
        with processor.pinned(core):
            told = subprocess.run([sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"], capture_output=True,
                                  text=True, check=True).stdout
        self.assertEqual(told.strip(), str({core}))
        self.assertEqual(os.sched_getaffinity(0), allowed)


class Clocks(unittest.TestCase):
    def test_busy_is_user_nice_system_and_stolen_time_of_that_core(self):
        self.assertEqual(processor.busy_ns(STAT, 1), (40 + 6 + 20 + 4) * TICK_NS)
        self.assertEqual(processor.busy_ns(STAT, 0), (60 + 4 + 30 + 1) * TICK_NS)

    def test_a_core_that_is_not_there_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "does not know core 7"):
            processor.busy_ns(STAT, 7)

    def test_the_clock_of_another_process_runs_with_its_work_and_not_with_time(self):
        burn = "import time\nwhile time.process_time() < 0.05: pass\nprint('done', flush=True)\ninput()"
        child = subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(child.stdout.readline(), b"done\n")
            used = processor.process_ns(child.pid)
            self.assertGreaterEqual(used, 50_000_000)
            self.assertLess(used, 5_000_000_000)
        finally:
            child.communicate(b"\n")

    def test_our_own_clock_is_the_same_clock(self):
        before = time.process_time_ns()
        seen = processor.process_ns(os.getpid())
        self.assertTrue(before <= seen <= time.process_time_ns())

    def test_a_window_is_the_difference_of_two_moments(self):
        window = processor.between(processor.Moment(10, 20, 30), processor.Moment(110, 70, 60))
        self.assertEqual(window, Window(100, 50, 30))
        self.assertEqual(window.others_ns, 20)
        self.assertEqual(window.with_own(15).others_ns, 5)


class Disturbed(unittest.TestCase):
    second = 1_000_000_000

    def window(self, others_ns):
        return Window(self.second, 300_000_000 + others_ns, 300_000_000)

    def test_what_a_kernel_does_by_itself_is_tolerated(self):
        self.assertFalse(self.window(0).disturbed)
        self.assertFalse(self.window(30_000_000).disturbed)

    def test_another_program_is_not(self):
        self.assertTrue(self.window(100_000_000).disturbed)
        self.assertAlmostEqual(self.window(100_000_000).others_share, 0.1)

    def test_ticks_that_were_counted_too_late_are_nobodys(self):
        self.assertEqual(Window(self.second, 280_000_000, 300_000_000).others_ns, 0)

    def test_an_undisturbed_sample_is_taken_once(self):
        account = quiet()
        self.assertEqual(undisturbed(lambda: Sample(7), account, "x").value, 7)
        self.assertEqual((account.taken, account.repeated, account.kept_disturbed), (1, 0, 0))
        self.assertEqual(account.words(), "None of 1 samples was disturbed by other programs.")

    def test_a_disturbed_one_is_repeated_and_that_is_said(self):
        tries, said = [Sample(9, 0.4, True), Sample(5, 0.01)], []
        account = Account(say=said.append, rest=lambda seconds: None)
        self.assertEqual(undisturbed(lambda: tries.pop(0), account, "CPU, nginx").value, 5)
        self.assertEqual(said, ["CPU, nginx: others used 40% of a core that counts, repeating"])
        self.assertEqual(account.words(), "Other programs used the cores: 1 repetitions were repeated for 1 samples.")

    def test_in_the_end_the_least_disturbed_counts_and_stays_marked(self):
        shares, account = [0.5, 0.2, 0.9, 0.3], quiet()
        self.assertEqual(len(shares), ATTEMPTS)
        tries = [Sample(share, share, True) for share in shares]
        kept = undisturbed(lambda: tries.pop(0), account, "x")
        self.assertEqual((kept.value, kept.disturbed, tries), (0.2, True, []))
        self.assertEqual(account.words(), "Other programs used the cores: 3 repetitions were repeated for 1 samples; "
                                          "1 stayed disturbed.")

    def test_each_attempt_waits_longer_for_the_others_to_end(self):
        waited = []
        undisturbed(lambda: Sample(1, 0.5, True), Account(rest=waited.append), "x")
        self.assertEqual(waited, [1, 2, 3])

    def test_a_machine_that_is_never_quiet_does_not_keep_the_run_from_ending(self):
        account, taken = Account(budget=4, rest=lambda seconds: None), []
        for _ in range(3):
            undisturbed(lambda: taken.append(1) or Sample(1, 0.5, True), account, "x")
        self.assertEqual(len(taken), 3 + 4)
        self.assertEqual((account.repeated, account.kept_disturbed), (4, 3))

    def test_the_sides_take_turns_at_going_first(self):
        order = []

        def measuring(side):
            return lambda: order.append(side) or Sample(len(order))
        taken = interleaved({side: measuring(side) for side in ("dragoman", "nginx")}, 3, quiet(), "x")
        self.assertEqual(order, ["dragoman", "nginx", "nginx", "dragoman", "dragoman", "nginx"])
        self.assertEqual([sample.value for sample in taken["dragoman"]], [1, 4, 5])
        self.assertEqual([sample.value for sample in taken["nginx"]], [2, 3, 6])

    def test_measures_can_be_others_in_each_repetition(self):
        prepared = iter(({"a": lambda: Sample(1), "b": lambda: Sample(2)}, {"a": lambda: Sample(3), "b": lambda: Sample(4)}))
        taken = interleaved_anew(lambda: next(prepared), 2, quiet(), "x")
        self.assertEqual({side: [sample.value for sample in taken[side]] for side in taken}, {"a": [1, 3], "b": [2, 4]})


if __name__ == "__main__":
    unittest.main()
