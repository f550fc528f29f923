"""What a person could use instead: each pinned, in its most favourable configuration, on the same translated workload.

Installed into a folder of their own from npm and PyPI, by the clients that this machine has and as they are configured. One that
cannot be installed or does not answer is reported as missing, with the reason."""
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import workloads
from compare import processor
from compare.latency_rows import Direct
from compare.load import Load
from compare.programs import KEY, BenchError, Program, ask, free_port
from compare.repeat import interleaved
from compare.streams import memory
from compare.table import NOTHING, number, quantity

INSTALL_LIMIT = 900  # seconds
JSON = {"content-type": "application/json", "x-api-key": "bench", "anthropic-version": "2023-06-01"}
ANSWERS = ("whole-2k", "text-100-10", "text-100-0", "text-500-0")


class Peer(Program):
    """A program with all that it starts; models are named as it wants them."""
    LIMIT = 60  # seconds until it listens

    @property
    def pids(self):
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            try:
                threads = list(Path(f"/proc/{pid}/task").iterdir())
                waiting += [int(child) for thread in threads
                            for child in (thread / "children").read_text(encoding="ascii").split()]
            except OSError:  # it has ended
                found.remove(pid)
        return found

    def start(self):
        """What they print is nobody's to read, and a full pipe would hold them up."""
        with (self.folder / "stderr").open("wb") as errors, processor.pinned(self.core):
            self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stderr=errors,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=0)

    def ready(self):
        self.wait_for_port(self.port, self.LIMIT)

    def stop(self):
        ours = self.pids if self.process and self.process.poll() is None else []
        printed = super().stop()
        for pid in ours:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        return printed

    def path(self, _dialect, _stream=False):
        return "/v1/messages"

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


class ClaudeCodeRouter(Peer):
    package, version = "@musistudio/claude-code-router", "2.0.0"
    name = f"claude-code-router {version}"

    def __init__(self, installed, core, folder, upstream):
        self.port = free_port()
        super().__init__(["node", installed / "node_modules/.bin/ccr", "start"], core, folder, {})
        provider = {"name": "openrouter", "api_base_url": f"{upstream.base_url}/chat/completions", "api_key": KEY,
                    "models": [f"bench/{answer}" for answer in ANSWERS], "transformer": {"use": ["openrouter"]}}
        self.write(".claude-code-router/config.json", json.dumps(
            {"PORT": self.port, "HOST": "127.0.0.1", "LOG": False, "NON_INTERACTIVE_MODE": True, "Providers": [provider],
             "Router": {"default": "openrouter,bench/whole-2k"}}))

    @staticmethod
    def model(answer):
        return f"openrouter,bench/{answer}"


class OpenCodex(Peer):
    package, version = "@bitkyc08/opencodex", "2.63.0"
    name = f"opencodex {version}"

    def __init__(self, installed, core, folder, upstream):
        self.port = free_port()
        super().__init__(["node", installed / "node_modules/.bin/ocx", "start", "--port", self.port], core, folder,
                         {"OPENCODEX_HOME": str(Path(folder) / "home"), "CI": "1"})
        provider = {"adapter": "openai-chat", "baseUrl": upstream.base_url, "apiKey": KEY, "allowPrivateNetwork": True,
                    "defaultModel": "bench/whole-2k", "models": [f"bench/{answer}" for answer in ANSWERS]}
        self.write("home/config.json", json.dumps({"port": self.port, "providers": {"bench": provider}, "defaultProvider": "bench"}))

    @staticmethod
    def model(answer):
        """It asks for a stream upstream even where the client wants the answer whole."""
        return f"bench/bench/{'text-100-0' if answer.startswith('whole') else answer}"


class LiteLLM(Peer):
    package, version = "litellm[proxy]", "1.80.0"
    name = f"LiteLLM {version}"

    def __init__(self, installed, core, folder, upstream):
        self.port = free_port()
        config = Path(folder) / "config.yaml"
        super().__init__([installed / "bin/litellm", "--config", config, "--host", "127.0.0.1", "--port", self.port,
                          "--num_workers", "1", "--log_config", Path(folder) / "log.json"], core, folder,
                         {"LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                          "NO_DOCS": "True", "NO_REDOC": "True"})
        quiet = {name: {"level": "ERROR"} for name in ("uvicorn", "uvicorn.access", "uvicorn.error")}
        self.write("log.json", json.dumps({"version": 1, "disable_existing_loggers": False, "loggers": quiet}))
        models = [{"model_name": f"bench/{answer}",
                   "litellm_params": {"model": f"openrouter/bench/{answer}", "api_base": upstream.base_url, "api_key": KEY}}
                  for answer in ANSWERS]
        settings = {"drop_params": True, "telemetry": False, "request_timeout": 600, "turn_off_message_logging": True}
        self.write("config.yaml", json.dumps({"model_list": models, "litellm_settings": settings}))  # which YAML is, too

    @staticmethod
    def model(answer):
        return f"bench/{answer}"


NPM, PIP = (ClaudeCodeRouter, OpenCodex), (LiteLLM,)
PEERS = (*NPM, *PIP)


def shortened(said):
    lines = [line.strip() for line in said.splitlines() if line.strip() and "debug-" not in line]
    return " ".join(lines[-3:])[-300:]


def run_installer(words):
    try:
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, timeout=INSTALL_LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchError(str(error)[:300]) from error
    if done.returncode != 0:
        raise BenchError(shortened(done.stderr or done.stdout))


def install(peer, folder):
    """Once; afterwards it is there."""
    target = folder / f"{peer.__name__.lower()}-{peer.version}"
    mark = target / "installed"
    if mark.exists():
        return target
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if peer in NPM:
        run_installer(["npm", "install", "--prefix", target, "--no-audit", "--no-fund", "--loglevel=error",
                       f"{peer.package}@{peer.version}"])
    else:
        run_installer([sys.executable, "-m", "venv", target])
        run_installer([target / "bin/pip", "install", "--quiet", "--disable-pip-version-check", f"{peer.package}=={peer.version}"])
    mark.touch()
    return target


@dataclass(frozen=True)
class Work:
    """One workload of all; its cost is divided by `units` of a request."""
    measure: str
    size: str
    answer: str
    requests: int
    connections: int
    chunks: int = 0


WORKS = (Work("CPU per request, 1 KB", "1k", "whole-2k", 200, 4),
         Work("CPU per request, 60 KB", "60k", "whole-2k", 100, 4),
         Work("CPU per event, 100 chunks, one each 10 ms", "1k", "text-100-10", 10, 10, 100),
         Work("CPU per event, 500 chunks in a burst", "1k", "text-500-0", 8, 2, 500))
LATENCY = Work("added latency, one client, 1 KB, whole, p50", "1k", "whole-2k", 100, 1)
MEMORY = "memory after one answer"


def body(bench, work, program):
    model = program.model(work.answer) if isinstance(program, Peer) else f"bench/{work.answer}"
    return bench.body(work.size, model, work.chunks > 0)


def load_of(bench, work, program):
    return Load(body(bench, work, program), work.connections, work.requests)


def cpu(bench, work, program, upstream):
    def microseconds(result, window):
        return window.own_ns / 1000 / result.requests / max(1, work.chunks)
    path = program.path("chat", work.chunks > 0)
    return bench.sample(f"{work.measure}, {type(program).__name__}", program, upstream, path, load_of(bench, work, program),
                        microseconds)


def latency(bench, program, upstream):
    return bench.sample(f"{LATENCY.measure}, {type(program).__name__}", program, upstream, program.path("chat"),
                        load_of(bench, LATENCY, program), lambda result, _window: result.at("total", "p50"),
                        load_core_counts=True)


def first_answer(program, request):
    """Some listen before they can answer."""
    deadline = time.monotonic() + Peer.LIMIT
    while True:
        try:
            return ask(program.port, "/v1/messages", request, JSON)
        except (BenchError, OSError):
            if time.monotonic() > deadline or program.process.poll() is not None:
                raise
            time.sleep(0.2)


def start(bench, peer, folder, stack, upstream):
    """Running, and answering; otherwise a note says why it is missing."""
    bench.say(f"peers: {peer.name}")
    try:
        installed = install(peer, folder)
        program = stack.enter_context(peer(installed, bench.measured_core, bench.folder / peer.__name__.lower(), upstream))
        first_answer(program, workloads.body("1k", peer.model("whole-2k")))
        return program
    except (BenchError, OSError) as error:
        bench.say(f"{peer.name}: {error}")
        bench.notes.append(f"**Missing: {peer.name}.** {error}")
        return None


def measured(bench, folder):
    """The table of what could be measured, as Markdown."""
    with ExitStack() as stack:
        upstream = bench.upstream(stack, "peers-upstream")
        programs = {"dragoman": bench.side("dragoman", stack, upstream, "peers-dragoman")}
        ask(programs["dragoman"].port, "/v1/messages", workloads.body("1k", "bench/whole-2k"), JSON)
        for peer in PEERS:
            program = start(bench, peer, folder, stack, upstream)
            if program:
                programs[peer.name] = program
        lines = {MEMORY: idle_memory(programs)}
        lines |= {work.measure: costs(bench, work, programs, upstream) for work in WORKS}
        lines[LATENCY.measure] = latencies(bench, programs, upstream)
        return render(lines, ["dragoman", *(peer.name for peer in PEERS)])


def idle_memory(programs):
    for program in programs.values():
        processor.settled(program.pids, limit=10.0)
    return {name: (memory(program) / 2 ** 20, "MiB") for name, program in programs.items()}


def costs(bench, work, programs, upstream):
    bench.say(f"peers: {work.measure}")
    programs = {name: program for name, program in programs.items() if answers(bench, work, name, program, upstream)}
    measures = {name: lambda program=program: cpu(bench, work, program, upstream) for name, program in programs.items()}
    taken = interleaved(measures, bench.effort.brief_repetitions, bench.account, work.measure)
    return {name: (median(sample.value for sample in taken[name]), "µs") for name in programs}


def answers(bench, work, name, program, upstream):
    """The warm-up; who does not get through it is missing from that row, and a note says why."""
    try:
        return bool(cpu(bench, work, program, upstream))
    except BenchError as error:
        bench.notes.append(f"**Missing: {name}, {work.measure}.** {error}")
        return False


def latencies(bench, programs, upstream):
    direct = Direct(upstream)
    measures = {"direct": lambda: latency(bench, direct, upstream),
                **{name: lambda program=program: latency(bench, program, upstream) for name, program in programs.items()}}
    taken = interleaved(measures, bench.effort.brief_repetitions, bench.account, LATENCY.measure)
    base = median(sample.value for sample in taken["direct"])
    return {name: (median(sample.value for sample in taken[name]) - base, "µs") for name in programs}


def cell(values, name):
    if name not in values:
        return "missing"
    value, unit = values[name]
    ours = values["dragoman"][0]
    times = f" ({number(value / ours)}x)" if name != "dragoman" and ours > 0 else ""
    return quantity(value, unit) + times if value is not None else NOTHING


def render(lines, names):
    cells = [["measure", *names], *([measure, *(cell(values, name) for name in names)] for measure, values in lines.items())]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    laid_out = ["| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |" for line in cells]
    return "\n".join([laid_out[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *laid_out[1:]])
