"""The documents say what was measured, and nothing else.   performance_test.py ROOT"""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path(".").resolve()
sys.path.insert(0, str(ROOT / "bench"))
import document  # noqa: E402

RESULTS = """# Results

Commit abc, c++ 12, 2026-01-01,
2 cores of X.

## Beside nginx

| measure        | dragoman | nginx  | ratio | spread     | bound | within? |
|----------------|----------|--------|-------|------------|-------|---------|
| CPU per a, 1   | 12 µs    | 10 µs  | 1.20x | 1.10–1.30x | 1.5x  | yes     |
| memory, idle   | 5.0 MiB  | –      | –     | –          | 8 MiB | yes     |
"""
PEERS = "# Peers\n\nCommit abc\n\nWords.\n\n| measure | dragoman | other |\n|---|---|---|\n| CPU | 1 µs | missing |\n\n- **Missing: other.** Why.\n"
DOCUMENT = "before\n<!-- measured: CPU per -->\nold\n<!-- end of measured -->\nafter\n"


class Figures(unittest.TestCase):
    def check(self, root):
        return subprocess.run([sys.executable, str(ROOT / "bench/document.py"), "--check", str(root)], text=True,
                              capture_output=True, check=False)

    def test_the_documents_of_this_repository_say_what_was_measured(self):
        checked = self.check(ROOT)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        for name in document.DOCUMENTS:
            self.assertRegex((ROOT / name).read_text(encoding="utf-8"), document.BLOCK)

    def test_a_figure_that_was_changed_by_hand_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in (*document.DOCUMENTS, "bench/results.md", "bench/peers.md"):
                copy = Path(folder) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy)
            readme = Path(folder) / "README.md"
            text = readme.read_text(encoding="utf-8")
            begin = text.index("| CPU per request, translated, 1 KB |")
            readme.write_text(text[:begin] + text[begin:].replace("µs", "ns", 1), encoding="utf-8")
            checked = self.check(folder)
            self.assertEqual(checked.returncode, 1)
            self.assertIn("README.md says something else than was measured", checked.stderr)

    def test_rows_are_found_by_the_beginning_of_their_names(self):
        text = document.filled(DOCUMENT, RESULTS, PEERS)
        self.assertIn("| CPU per a, 1 | 12 µs | 10 µs | 1.20x | 1.5x | yes |\n", text)
        self.assertNotIn("old", text)
        self.assertNotIn("memory", text)
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
        self.assertEqual(document.filled(text, RESULTS, PEERS), text)

    def test_a_row_that_is_not_there_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "no row whose name begins with: start"):
            document.block("CPU per; start", RESULTS, PEERS)
        with self.assertRaisesRegex(ValueError, "no table"):
            document.rows_of("nothing")

    def test_what_is_missing_of_the_peers_is_said(self):
        self.assertIn("- **Missing: other.** Why.", document.peers_of(PEERS))
        self.assertIn("| CPU | 1 µs | missing |", document.peers_of(PEERS))

    def test_what_was_measured_and_when(self):
        self.assertEqual(document.run_of(RESULTS), "Commit abc, c++ 12, 2026-01-01,\n2 cores of X.\n")


if __name__ == "__main__":
    unittest.main()
