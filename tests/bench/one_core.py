"""What tests of the bench's tools run on: dragoman, its scripted upstream and a load generator, all on one core."""
import os
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from compare.bench import QUICK, Bench, Tools


class OnOneCore(unittest.TestCase):
    """The programs come from `build`."""
    build = Path("build/release")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.stack = ExitStack()
        self.addCleanup(folder.cleanup)
        self.addCleanup(self.stack.close)
        core = min(os.sched_getaffinity(0))
        tools = Tools(self.build / "dragoman", self.build / "bench/bench_upstream", self.build / "bench/bench_load", Path("nginx"),
                      self.build / "bench/translate_bench")
        self.bench = Bench(tools, Path(folder.name), core, core, QUICK, lambda words: None)
