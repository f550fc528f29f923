"""The programs that are measured, and their upstream: started in a folder of their own, ended by process id."""
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

from compare import processor
from compare.nginx import configuration

START_LIMIT = 20  # seconds
STOP_LIMIT = 10
KEY = "sk-or-bench"
# Stock glibc gives large buffers back to the kernel with each request, and nginx pays for it: a flattering yardstick.
# Bodies of 32 MB are beyond what the second one may be, so no maps at all.
NGINX_MALLOC = {"MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_MMAP_MAX_": "0"}


class BenchError(Exception):
    """Something did not run as it must for its figures to mean anything."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_file_limit():
    """For this process and what it starts: 9,900 streams are two sockets each in what is measured."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Program:
    """A process on its core, and what it said on standard error in a file of its folder."""

    def __init__(self, command, core, folder, environment=None):
        self.command, self.core, self.folder = list(map(str, command)), core, Path(folder)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **(environment or {})}
        self.process = None

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.start()
            self.ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with (self.folder / "stderr").open("wb") as errors, processor.pinned(self.core):
            self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stderr=errors,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0)

    def ready(self):
        raise NotImplementedError

    @property
    def pids(self):
        """The processes whose cost counts."""
        return [self.process.pid]

    def stop(self):
        """SIGTERM, then SIGKILL; returns what it printed."""
        if self.process is None:
            return b""
        self.process.send_signal(signal.SIGTERM)
        try:
            printed = self.process.communicate(timeout=STOP_LIMIT)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            printed = self.process.communicate()[0]
        self.process = None
        return printed

    def complain(self, words):
        said = (self.folder / "stderr").read_text(encoding="utf-8", errors="replace").strip()
        raise BenchError(f"{Path(self.command[0]).name} {words}" + (f": {said[-1000:]}" if said else ""))

    def wait_for_port(self, port, limit=START_LIMIT):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                self.complain(f"ended with {self.process.returncode} while it started")
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.001)
        return self.complain(f"did not listen within {limit} s")


class Upstream(Program):
    """bench_upstream; it says on which port."""

    def __init__(self, tool, core, folder, certificate=None):
        tls = ["--tls", certificate.chain, certificate.key] if certificate else []
        super().__init__([tool, "--port", "0", *tls], core, folder)
        self.tls = certificate is not None

    def ready(self):
        line = self.process.stdout.readline().split()
        if len(line) != 2 or line[0] != b"port":
            self.complain("did not say its port")
        self.port = int(line[1])

    @property
    def base_url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/api/v1"

    def path(self, dialect):
        return {"chat": "/api/v1/chat/completions", "messages": "/api/v1/messages"}[dialect]


class Dragoman(Program):
    """As a person runs it, with one worker and at log level warning."""

    def __init__(self, binary, core, folder, upstream, certificate=None, workers=1):
        self.port = free_port()
        environment = {"LOG_LEVEL": "warning", "HOST": "127.0.0.1", "PORT": str(self.port), "OPENROUTER_API_KEY": KEY,
                       "OPENROUTER_BASE_URL": upstream.base_url, "XDG_RUNTIME_DIR": str(folder)}
        if certificate:
            environment["SSL_CERT_FILE"] = str(certificate.chain)
        super().__init__([binary, "serve", "--workers", str(workers)], core, folder, environment)

    def ready(self):
        self.wait_for_port(self.port)

    def path(self, _dialect, _stream=False):
        return "/v1/messages"

    idle_path = "/health"


class Nginx(Program):
    """Passes the same bytes through, tuned for them; its cost is that of its workers."""

    def __init__(self, binary, core, folder, upstream, certificate=None, open_files=20000, workers=1):
        self.port, self.workers = free_port(), workers
        super().__init__([binary, "-p", folder, "-c", Path(folder) / "nginx.conf"], core, folder, NGINX_MALLOC)
        self.text = configuration(folder=Path(folder), port=self.port, upstream=upstream.port, open_files=open_files,
                                  workers=workers, trusted=certificate.chain if certificate else None)

    def start(self):
        (self.folder / "nginx.conf").write_text(self.text, encoding="utf-8")
        super().start()

    def ready(self):
        self.wait_for_port(self.port)  # which is open before there is a worker
        deadline = time.monotonic() + START_LIMIT
        while len(self.pids) < self.workers and time.monotonic() < deadline:
            time.sleep(0.001)
        if len(self.pids) != self.workers:
            self.complain(f"has {len(self.pids)} workers instead of {self.workers}")

    @property
    def pids(self):
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
        return list(map(int, children.split()))

    def stop(self):
        """A master that had to be killed would leave its worker behind."""
        workers = self.pids if self.process and self.process.poll() is None else []
        printed = super().stop()
        for worker in workers:
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return printed

    def path(self, dialect, stream=False):
        return ("/streamed" if stream else "/whole") + ("/chat/completions" if dialect == "chat" else "/messages")

    idle_path = "/idle"


class Certificate:
    """For 127.0.0.1, made in the folder and trusted by nobody else."""

    def __init__(self, folder):
        self.chain, self.key = Path(folder) / "upstream.pem", Path(folder) / "upstream.key"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                   "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                   "-keyout", self.key, "-out", self.chain]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise BenchError(f"openssl could not make a certificate: {made.stderr[-500:]}")


def ask(port, path, body, headers, timeout=30):
    """One request, and its whole answer; raises unless that is 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise BenchError(f"{path} answered {answer.status}: {text[:300].decode(errors='replace')}")
        return text
    finally:
        connection.close()


def counts(printed):
    """The line that bench_upstream prints when it ends."""
    lines = printed.decode(errors="replace").strip().splitlines()
    return json.loads(lines[-1]) if lines else {}
