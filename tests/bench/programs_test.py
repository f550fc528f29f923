"""What is started for a measurement, with what, and that nothing of it is left."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from compare import load, programs
from compare.nginx import configuration
from compare.programs import BenchError, Program

LISTENS = """
import signal, socket, sys, time
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: server.accept()[0].close()
"""


class Listener(Program):
    def __init__(self, folder, script=LISTENS, *words):
        self.port = programs.free_port()
        super().__init__([sys.executable, "-c", script, self.port, *words], min(os.sched_getaffinity(0)), folder)

    def ready(self):
        self.wait_for_port(self.port)


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Programs(InAFolder):
    def assert_gone(self, pid):
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)

    def test_a_program_runs_while_it_is_needed_and_not_longer(self):
        with Listener(self.folder / "a") as program:
            pid = program.process.pid
            os.kill(pid, 0)
        self.assert_gone(pid)

    def test_it_is_ended_when_a_measurement_fails(self):
        with self.assertRaisesRegex(BenchError, "lost"), Listener(self.folder / "a") as program:
            pid = program.process.pid
            raise BenchError("lost")
        self.assert_gone(pid)

    def test_one_that_does_not_listen_to_sigterm_is_killed(self):
        with mock.patch.object(programs, "STOP_LIMIT", 0.05), Listener(self.folder / "a", LISTENS, "stubborn") as program:
            pid = program.process.pid
        self.assert_gone(pid)

    def test_one_that_does_not_start_is_an_error_that_says_what_it_said(self):
        with self.assertRaisesRegex(BenchError, "ended with 3 while it started: no room"):
            with Listener(self.folder / "a", "import sys; sys.stderr.write('no room'); sys.exit(3)"):
                self.fail("it did start")

    def test_it_inherits_nothing_but_the_path(self):
        with mock.patch.dict(os.environ, {"OPENROUTER_API_KEY": "sk-or-mine", "HTTPS_PROXY": "http://elsewhere"}):
            program = Listener(self.folder / "a")
        self.assertEqual(set(program.environment), {"PATH", "HOME", "LC_ALL"})
        self.assertEqual(program.environment["HOME"], str(self.folder / "a"))


class Nginx(InAFolder):
    def text(self, **more):
        return configuration(folder=self.folder, port=1234, upstream=4321, open_files=20000, **more)

    def location(self, name):
        return re.search(rf"location {name} {{(.*?)}}", self.text(), re.DOTALL)[1]

    def test_it_is_tuned_for_what_is_measured(self):
        for line in ("worker_processes 1;", "access_log off;", "tcp_nodelay on;", "proxy_http_version 1.1;",
                     'proxy_set_header Connection "";', "keepalive 10000;", "client_body_buffer_size 33m;"):
            self.assertIn(line, self.text())

    def test_several_workers_have_a_listener_each(self):
        self.assertNotIn("reuseport", self.text())
        for line in ("worker_processes 4;", "backlog=16384 reuseport;"):
            self.assertIn(line, self.text(workers=4))

    def test_ten_thousand_streams_leave_connections_to_spare(self):
        connections = int(re.search(r"worker_connections (\d+);", self.text())[1])
        self.assertGreater(connections - 2 * 9900, connections / 16)

    def test_streams_are_not_buffered(self):
        self.assertIn("proxy_buffering off;", self.location("/streamed/"))
        self.assertNotIn("proxy_buffering", self.location("/whole/"))

    def test_everything_it_writes_is_in_its_folder(self):
        paths = re.findall(r"(?:pid|error_log|_temp_path) (\S+?)[ ;]", self.text())
        self.assertEqual(len(paths), 7)
        self.assertTrue(all(path.startswith(f"{self.folder}/") for path in paths), paths)

    def test_a_tls_upstream_is_verified_as_dragoman_does_it_and_sessions_are_resumed(self):
        text = self.text(trusted=self.folder / "upstream.pem")
        self.assertIn("proxy_ssl_verify on;", text)
        self.assertIn("proxy_ssl_name localhost;", text)  # nginx compares names, not addresses
        self.assertIn("proxy_ssl_session_reuse on;", text)
        self.assertEqual(text.count("proxy_pass https://provider"), 2)
        self.assertNotIn("ssl", self.text())

    def test_large_buffers_stay_with_it(self):
        self.assertEqual(set(programs.NGINX_MALLOC),
                         {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_MMAP_MAX_"})
        self.assertLessEqual(int(programs.NGINX_MALLOC["MALLOC_MMAP_THRESHOLD_"]), 32 << 20)  # more fails silently

    def test_nginx_itself_takes_the_configuration(self):
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not nginx:
            self.skipTest("nginx is installed for `make bench` only")
        certificate = programs.Certificate(self.folder)
        for trusted in (None, certificate.chain):
            (self.folder / "nginx.conf").write_text(self.text(trusted=trusted), encoding="utf-8")
            checked = subprocess.run([nginx, "-t", "-p", self.folder, "-c", self.folder / "nginx.conf"], text=True,
                                     capture_output=True, check=False)
            self.assertEqual(checked.returncode, 0, checked.stderr)


class Loads(unittest.TestCase):
    def test_the_command_says_what_is_wanted_and_nothing_that_is_not(self):
        words = load.command("bench_load", 80, "/v1/messages", load.Load("body.json", 4, 100, 50.0, 7))
        told = dict(zip(words[1::2], words[2::2]))
        wanted = {"--port": "80", "--path": "/v1/messages", "--body": "body.json", "--connections": "4",
                  "--requests": "100", "--rate": "50", "--expect-events": "7", "--expect-end": None, "--tls": None}
        self.assertEqual({name: told.get(name) for name in wanted}, wanted)
        self.assertNotIn("--rate", load.command("bench_load", 80, "/", load.Load("b", 1, 1)))
        self.assertEqual(words.count("--header"), len(load.HEADERS))
        several = load.command("bench_load", 80, "/", load.Load(("a", "b"), 1, 1))
        self.assertEqual([several[at + 1] for at, word in enumerate(several) if word == "--body"], ["a", "b"])

    def test_incomplete_answers_are_no_measurement(self):
        def result(**counts):
            return load.Result({"requests": 10, "errors": 0, "incomplete": 0, **counts}, 0, 1, ["status 502"])
        self.assertEqual(load.check(result(), "x").requests, 10)
        with self.assertRaisesRegex(BenchError, r"CPU: 1 errors and 0 incomplete answers among 10 requests \(status 502\)"):
            load.check(result(errors=1), "CPU")
        for counts in ({"incomplete": 2}, {"requests": 0}):
            with self.assertRaises(BenchError):
                load.check(result(**counts), "x")

    def test_a_generator_that_fails_is_an_error_with_its_words(self):
        failing = [sys.executable, "-c", "import sys; sys.exit('no such host')"]
        with self.assertRaisesRegex(BenchError, "ended with 1: no such host"):
            load.run(failing, min(os.sched_getaffinity(0)))

    def test_its_cpu_time_is_its_own(self):
        burns = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.05: pass\nprint('{\"requests\": 1}')"]
        result = load.run(burns, min(os.sched_getaffinity(0)))
        self.assertEqual(result.requests, 1)
        self.assertGreaterEqual(result.cpu_ns, 50_000_000)


if __name__ == "__main__":
    unittest.main()
