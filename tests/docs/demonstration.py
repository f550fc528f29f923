"""A running `dragoman serve --demo` on a free port, and a shell that finds it."""
import re
import subprocess
import threading
from pathlib import Path

START_LIMIT = 60  # seconds; a guard against hanging, nothing waits for it to pass
DOCUMENTED = "http://127.0.0.1:8080"


class Demonstration:
    def __init__(self, dragoman, folder, environment):
        self.dragoman, self.folder, self.environment = dragoman, Path(folder), environment
        self.lines, self.address, self.changed = [], "", threading.Condition()

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.dragoman, "serve", "--demo", "--host", "127.0.0.1", "--port", "0"], cwd=self.folder,
            env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        with self.changed:
            self.changed.wait_for(
                lambda: (self.address and " claude\n" in self.printed_now()) or self.ended(), START_LIMIT)
        if not self.address:
            self.__exit__()
            raise AssertionError("the demonstration did not start:\n" + self.printed_now())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(START_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                listening = re.search(r"listening on (http://[\d.]+:\d+)", line)
                self.address = self.address or (listening[1] if listening else "")
                self.changed.notify_all()
        with self.changed:
            self.lines.append("")
            self.changed.notify_all()

    def ended(self):
        return bool(self.lines) and self.lines[-1] == ""

    def printed_now(self):
        return "".join(self.lines)

    def printed(self):
        with self.changed:
            return self.printed_now()

    def run(self, script):
        """Runs a script of the documents, with the address of this demonstration in place of theirs."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        link = programs / "dragoman"
        if not link.is_symlink():
            link.symlink_to(self.dragoman)
        environment = {**self.environment, "PATH": f"{programs}:{self.environment['PATH']}"}
        return subprocess.run(["bash", "-euo", "pipefail", "-c", script.replace(DOCUMENTED, self.address)],
                              cwd=self.folder, env=environment, text=True, capture_output=True, timeout=START_LIMIT)
