"""The table of what could be used instead, and what is said of those that are missing."""
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from compare import peers
from compare.programs import BenchError


class Peers(unittest.TestCase):
    def test_each_is_pinned(self):
        for peer in peers.PEERS:
            self.assertRegex(peer.version, r"^\d+\.\d+\.\d+$")
            self.assertIn(peer.version, peer.name)

    def test_a_missing_one_has_its_column(self):
        text = peers.render({"CPU": {"dragoman": (10.0, "µs"), "a 1": (25.0, "µs")}}, ["dragoman", "a 1", "b 2"])
        self.assertEqual([cell.strip() for cell in text.splitlines()[2].strip("|").split("|")],
                         ["CPU", "10.0 µs", "25.0 µs (2.50x)", "missing"])

    def test_one_that_cannot_be_installed_is_noted_with_the_reason(self):
        bench = mock.Mock(notes=[])
        with mock.patch.object(peers, "install", side_effect=BenchError("no such version")):
            self.assertIsNone(peers.start(bench, peers.LiteLLM, Path("/nowhere"), None, None))
        self.assertEqual(bench.notes, [f"**Missing: {peers.LiteLLM.name}.** no such version"])

    def test_what_is_half_installed_is_installed_again(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(peers, "run_installer") as run:
            target = peers.install(peers.OpenCodex, Path(folder))
            peers.install(peers.OpenCodex, Path(folder))
            self.assertEqual(run.call_count, 1)
            (target / "installed").unlink()
            peers.install(peers.OpenCodex, Path(folder))
            self.assertEqual(run.call_count, 2)
            self.assertIn(f"{peers.OpenCodex.package}@{peers.OpenCodex.version}", run.call_args[0][0])

    def test_an_installer_that_fails_is_an_error_with_its_last_words(self):
        with self.assertRaisesRegex(BenchError, "no room"):
            peers.run_installer(["sh", "-c", "echo no room >&2; exit 1"])


if __name__ == "__main__":
    unittest.main()
