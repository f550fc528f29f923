"""A scripted upstream on a loopback port, and a dragoman that asks it, for the tests of docs/migrating.md."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"
LIMIT = 60  # seconds; a guard against hanging, nothing waits for it to pass

CHAT = {"id": "gen-1", "object": "chat.completion", "created": 1, "model": "any/model",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Good day."}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "any/model", "stop_reason": "end_turn",
           "stop_sequence": None, "content": [{"type": "text", "text": "Good day."}],
           "usage": {"input_tokens": 3, "output_tokens": 3}}


class Upstream:
    """Answers chats and messages with one sentence, and keeps what it was asked."""

    def __enter__(self):
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.answer({"data": []})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                asked.append({"path": self.path, "fields": dict(self.headers.items()), "body": body})
                self.answer(MESSAGE if self.path.endswith("/messages") else CHAT)

            def answer(self, value):
                text = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def last(self):
        return self.asked[-1]

    def field(self, name):
        return next((value for key, value in self.last["fields"].items() if key.lower() == name.lower()), None)


class Dragoman:
    """A running `dragoman serve`, started as the old system was, in a folder with a home of its own."""

    def __init__(self, program, folder, arguments=(), **environment):
        self.program, self.folder, self.arguments = program, Path(folder), arguments
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment}
        self.lines, self.url = [], ""

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "serve", *self.arguments], cwd=self.folder, text=True,
                                        env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        guard = threading.Timer(LIMIT, self.process.kill)
        guard.start()
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"listening on (http://[\d.]+:\d+)", line)
            if found:
                self.url = found[1]
                break
        guard.cancel()
        if not self.url:
            self.__exit__()
            raise AssertionError("dragoman did not start:\n" + "".join(self.lines))
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout))
        self.reader.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if hasattr(self, "reader"):
            self.reader.join()
        self.process.stdout.close()

    def get(self, path):
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path, body, **fields):
        return self._ask(urllib.request.Request(self.url + path, json.dumps(body).encode(), {
            "content-type": "application/json", **{key.replace("_", "-"): value for key, value in fields.items()}}))

    def message(self, model, path="/v1/messages", **more):
        """Asks `model` for one message; the status and the answer."""
        return self.post(path, {"model": model, "max_tokens": 64,
                                "messages": [{"role": "user", "content": "Good day?"}], **more})

    def _ask(self, request):
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")


class OldSystem(unittest.TestCase):
    """A folder with the old system's files, a scripted upstream, and no catalogue."""
    program = "dragoman"  # the one under test

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dragoman-migrating-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.upstream = self.enterContext(Upstream())
        self.write(".config/dragoman/config.toml", "[catalogue]\nenabled = false\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    def start(self, *arguments, **environment):
        return self.enterContext(Dragoman(self.program, self.folder, arguments, **environment))

    def asked_for(self, dragoman, model, **more):
        """The model that the upstream is asked for when a client asks for `model`."""
        status, answer = dragoman.message(model, **more)
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer["content"], [{"type": "text", "text": "Good day."}])
        return self.upstream.last["body"]["model"]
