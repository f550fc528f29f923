"""What the tests of the packages share: where things are, and a dragoman with an environment of its own."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRAGOMAN = str(Path(os.environ.get("DRAGOMAN_BIN", ROOT / "build/release/dragoman")).resolve())


def environment(home, **more):
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", **more}


def run(*command, **options):
    options = {"text": True, "capture_output": True, "timeout": 120} | options
    return subprocess.run([str(part) for part in command], **options)


def tracked_files():
    """What is in the repository, or will be with the next commit."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]


def drain_seconds():
    """How long running answers get to finish, unless somebody sets it."""
    return int(re.search(r'^drain = "(\d+)s"', (ROOT / "examples/dragoman.toml").read_text(), flags=re.M)[1])


class Dragoman:
    """A running `dragoman serve` on a free port, ended by its process id."""

    def __init__(self, *arguments, **environment_):
        self.process = subprocess.Popen([DRAGOMAN, "serve", *arguments], env=environment_, text=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        cwd=environment_["HOME"])
        self.said = []
        self.port = None
        for line in self.process.stderr:
            self.said.append(line)
            if found := re.search(r"listening on http://[^\"]*:(\d+)", line):
                self.port = int(found[1])
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.said.append(self.process.stderr.read())
        self.process.wait(timeout=60)
        self.process.stderr.close()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dragoman-packages-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def nothing(self, wrong):
        self.assertFalse(wrong, "\n" + "\n".join(str(one) for one in wrong))


def main():
    """Runs the tests of the file; what was left out is said with its reason."""
    program = unittest.main(exit=False, verbosity=1)
    for test, reason in program.result.skipped:
        print(f"not run: {test.id().split('.')[-1]}: {reason}", file=sys.stderr)
    sys.exit(0 if program.result.wasSuccessful() else 1)
