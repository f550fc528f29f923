"""What is read about a process's memory, and when."""
import unittest

from compare import streams
from compare.programs import BenchError
from compare.streams import Look

STATUS = "Name:\tdragoman\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\nThreads:\t1\n"


class Memory(unittest.TestCase):
    def test_resident_memory_and_its_peak_are_bytes(self):
        self.assertEqual(streams.resident(STATUS), 10240 * 1024)
        self.assertEqual(streams.resident(STATUS, "VmHWM"), 20480 * 1024)

    def test_a_status_without_it_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "VmSwap"):
            streams.resident(STATUS, "VmSwap")

    def test_the_plateau_leaves_out_what_opens_and_what_ends(self):
        grown = [Look(second, 100 if 3 <= second <= 8 else second, 0) for second in range(11)]
        self.assertEqual({look.bytes for look in streams.plateau(grown)}, {100})

    def test_a_run_of_one_look_has_its_plateau_there(self):
        self.assertEqual(streams.plateau([Look(0.1, 7, 0)]), [Look(0.1, 7, 0)])

    def test_events_cost_what_was_used_while_all_streams_lived(self):
        looks = [Look(second, 0, 50_000_000 * second + (9_000_000 if second == 10 else 0)) for second in range(11)]
        self.assertAlmostEqual(streams.cost_of_events(looks, 1000), 50)
        with self.assertRaisesRegex(BenchError, "too short"):
            streams.cost_of_events(looks[:1], 1000)


if __name__ == "__main__":
    unittest.main()
