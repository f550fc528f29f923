"""Cores, CPU clocks, and whether anything else ran on a core while something was measured on it."""
import os
import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

NS = 1_000_000_000
TICK_NS = NS // os.sysconf("SC_CLK_TCK")
# Columns of a cpu line in /proc/stat (proc(5)). Interrupts are left out: it depends on the kernel whether a process's
# own clock has them.
USER, NICE, SYSTEM, STEAL = 0, 1, 2, 7
TOLERATED_SHARE = 0.03
TOLERATED_TICKS = 2  # what the kernel counts in ticks is off by one at either end


class TooFewCores(Exception):
    pass


def choose_cores(allowed, siblings=lambda core: {core}):
    """One core for load and upstream, one for what is measured; not two threads of one core, if that can be helped."""
    cores = sorted(allowed)
    if len(cores) < 2:
        raise TooFewCores("this needs two cores, one for the load and one for what is measured, and may use "
                          f"{len(cores)}: give the machine or the container another one, or widen the set that taskset "
                          "or cpuset leaves")
    apart = [core for core in cores[1:] if core not in siblings(cores[0])]
    return cores[0], (apart or cores[1:])[0]


def siblings(core):
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    return parse_cores(path.read_text()) if path.exists() else {core}


def parse_cores(text):
    """The kernel's way of writing sets: 0-3,8."""
    cores = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cores |= set(range(int(first), int(last or first) + 1))
    return cores


@contextmanager
def pinned(core):
    """What is started in here runs on that core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def process_ns(pid):
    """User and system time of all threads, also of those that have ended: the clock of clock_getcpuclockid(3)."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def children_ns():
    """Of all that was started from here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((used.ru_utime + used.ru_stime) * NS)


def settled(pids, pause=0.01, limit=3.0, still_ns=200_000):
    """Waits until the processes have nothing more to do: counting in the background goes on after an answer."""
    deadline = time.monotonic() + limit
    last = sum(map(process_ns, pids))
    while pids and time.monotonic() < deadline:
        time.sleep(pause)
        used = sum(map(process_ns, pids))
        if used - last < still_ns:
            return True
        last = used
    return not pids


def busy_ns(stat, core):
    """What the core has spent on processes, and on other machines, from the text of /proc/stat."""
    for line in stat.splitlines():
        name, *columns = line.split()
        if name == f"cpu{core}":
            return sum(int(columns[i]) for i in (USER, NICE, SYSTEM, STEAL) if i < len(columns)) * TICK_NS
    raise ValueError(f"/proc/stat does not know core {core}")


@dataclass(frozen=True)
class Moment:
    wall_ns: int
    busy_ns: int
    own_ns: int


@dataclass(frozen=True)
class Window:
    """What passed on one core between two moments."""
    wall_ns: int
    busy_ns: int
    own_ns: int

    @property
    def others_ns(self):
        return max(0, self.busy_ns - self.own_ns)

    @property
    def others_share(self):
        return self.others_ns / max(1, self.wall_ns)

    def with_own(self, more_ns):
        """The same, where a process of ours has ended meanwhile."""
        return replace(self, own_ns=self.own_ns + more_ns)

    @property
    def disturbed(self):
        return self.others_ns > TOLERATED_SHARE * self.wall_ns + TOLERATED_TICKS * TICK_NS


def now(core, pids):
    stat = Path("/proc/stat").read_text(encoding="ascii")
    return Moment(time.monotonic_ns(), busy_ns(stat, core), sum(map(process_ns, pids)))


def between(before, after):
    return Window(after.wall_ns - before.wall_ns, after.busy_ns - before.busy_ns, after.own_ns - before.own_ns)
