"""From exec to the first answered request, counting tokens, requests a second, and the size of the binary."""
import http.client
import json
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack

import workloads
from compare import processor
from compare.bench import SIDES
from compare.load import Load
from compare.programs import BenchError, Dragoman, ask
from compare.repeat import interleaved
from compare.samples import ABSOLUTE, Bound, Row
from compare.stage import Item

JSON = {"content-type": "application/json", "x-api-key": "bench"}
START_LIMIT = 10  # seconds
SHORT = [{"role": "user", "content": "x"}]


START = "start to first answer"
COUNTED = ("count_tokens of 300 KB, first time", "count_tokens of 300 KB, one message added")
FASTEST = "requests a second, translated, 1 KB, as fast as it goes"
ONE_CORE = "requests for each second of its own CPU time meanwhile"
SIZE = "stripped binary"


def items(_effort):
    return [Item((START,), lambda bench, stage: [first_answers(bench, stage.upstream())]),
            Item(COUNTED, lambda bench, stage: counting(bench, stage.upstream())),
            Item((FASTEST, ONE_CORE), lambda bench, stage: saturation(bench, stage.pair(), stage.upstream())),
            Item((SIZE,), lambda bench, stage: [binary_size(bench)])]


def first_answers(bench, upstream):
    bench.say(START)
    body = bench.body("1k", "bench/whole-2k", False).read_bytes()
    numbers = iter(range(10000))
    taken = {side: [] for side in SIDES}
    for _ in range(bench.effort.starts):
        for side in SIDES:
            taken[side].append(first_answer(bench, side, upstream, body, f"start-{next(numbers)}"))
    return Row(START, "ms", taken["dragoman"], taken["nginx"], Bound(20, ABSOLUTE))


def first_answer(bench, side, upstream, body, name):
    """Milliseconds; clients knock until somebody opens."""
    with ExitStack() as stack:
        program = bench.unstarted(side, upstream, name)
        stack.callback(program.stop)
        program.folder.mkdir(parents=True)
        began = time.monotonic_ns()
        program.start()
        while True:
            try:
                ask(program.port, program.path("chat"), body, JSON)
                return (time.monotonic_ns() - began) / 1e6
            except ConnectionError:
                if program.process.poll() is not None or time.monotonic_ns() - began > START_LIMIT * processor.NS:
                    program.complain("did not answer after its start")
                time.sleep(0.0002)


def counting(bench, upstream):
    """A conversation of 300 KB: a fresh process counts it, then it grows by one message."""
    bench.say("count_tokens")
    first, grown = [], []
    conversation = json.loads(workloads.body("300k", "bench/whole-2k"))
    conversation.pop("max_tokens")
    for number in range(bench.effort.counts):
        with Dragoman(bench.tools.dragoman, bench.measured_core, bench.folder / f"count-{number}", upstream) as program:
            client = http.client.HTTPConnection("127.0.0.1", program.port, timeout=30)
            client.connect()
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            count(client, {**conversation, "messages": SHORT, "tools": [], "system": "x"})  # the vocabulary is there
            first.append(count(client, conversation))
            more = [{"role": "assistant", "content": "It was the lock."}, {"role": "user", "content": f"And now? {number}"}]
            grown.append(count(client, {**conversation, "messages": conversation["messages"] + more}))
            client.close()
    return [Row(COUNTED[0], "ms", first, [], Bound(30, ABSOLUTE)),
            Row(COUNTED[1], "ms", grown, [], Bound(1, ABSOLUTE))]


def count(client, request):
    body = workloads.compact(request).encode()
    began = time.monotonic_ns()
    client.request("POST", "/v1/messages/count_tokens", body, JSON)
    answer = client.getresponse()
    text = answer.read()
    took = (time.monotonic_ns() - began) / 1e6
    if answer.status != 200 or json.loads(text)["input_tokens"] <= 0:
        raise BenchError(f"count_tokens answered {answer.status}: {text[:200]!r}")
    return took


def saturation(bench, programs, upstream):
    """As fast as one core answers; load and upstream may be what is full, and then a note says so."""
    bench.say(FASTEST)
    body = bench.body("1k", "bench/whole-2k", False)

    shares = {}

    def sample(side):
        def per_second(result, window):
            shares[side] = window.own_ns / result.counts["seconds"] / processor.NS
            return result.requests / result.counts["seconds"], result.requests / window.own_ns * processor.NS
        wanted = Load(body, 64, round(24000 * bench.effort.seconds))
        return bench.sample(FASTEST, programs[side], upstream, programs[side].path("chat"), wanted, per_second,
                            load_may_be_full=True)  # said below, if it is

    measures = {side: lambda side=side: sample(side) for side in SIDES}
    for measure in measures.values():
        measure()
    taken = interleaved(measures, bench.effort.brief_repetitions, bench.account, FASTEST)
    for side, share in shares.items():
        if share < 0.9:  # then it is the load that cannot do more
            bench.notes.append(f"{FASTEST}: {side} used {share:.0%} of its core; load and upstream had no more to give.")
    return [Row(name, "", *([s.value[place] for s in taken[side]] for side in SIDES))
            for place, name in enumerate((FASTEST, ONE_CORE))]


def binary_size(bench):
    copies = {side: bench.folder / f"{side}.stripped" for side in SIDES}
    for side, original in zip(SIDES, (bench.tools.dragoman, bench.tools.nginx)):
        shutil.copy(original, copies[side])
        subprocess.run(["strip", copies[side]], check=True, capture_output=True)
    sizes = {side: copies[side].stat().st_size / 1e6 for side in SIDES}
    return Row(SIZE, "MB", [sizes["dragoman"]], [sizes["nginx"]], Bound(10, ABSOLUTE))
