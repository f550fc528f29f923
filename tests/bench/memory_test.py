"""What is read about a process's memory, and when."""
import unittest

from compare import memory_rows

STATUS = "Name:\tdragoman\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\nThreads:\t1\n"


class Memory(unittest.TestCase):
    def test_resident_memory_and_its_peak_are_bytes(self):
        self.assertEqual(memory_rows.resident(STATUS), 10240 * 1024)
        self.assertEqual(memory_rows.resident(STATUS, "VmHWM"), 20480 * 1024)

    def test_a_status_without_it_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "VmSwap"):
            memory_rows.resident(STATUS, "VmSwap")

    def test_the_plateau_leaves_out_what_opens_and_what_ends(self):
        grown = [(second, 100 if 3 <= second <= 8 else second) for second in range(11)]
        self.assertEqual(memory_rows.plateau(grown), 100)

    def test_a_run_of_one_look_has_its_plateau_there(self):
        self.assertEqual(memory_rows.plateau([(0.1, 7)]), 7)


if __name__ == "__main__":
    unittest.main()
