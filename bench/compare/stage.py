"""What is measured, by the names of its rows, and the programs that stand ready for it."""
from contextlib import ExitStack
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One measurement: the rows that it makes, and how: measure(bench, stage)."""
    names: tuple
    measure: object

    def wanted(self, texts):
        return any(named(name, texts) for name in self.names)


def named(name, texts):
    """Without texts everything is wanted."""
    return not texts or any(text.lower() in name.lower() for text in texts)


class Stage:
    """An upstream with dragoman and nginx in front of it, started when they are first needed, and one setting at a time:
    what idles beside a measurement is measured, too."""

    def __init__(self, bench, name):
        self.bench, self.name = bench, name
        self.setting, self.stack, self.number = None, ExitStack(), 0
        self.programs, self.running = {}, ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.end_programs()
        self.stack.close()

    def end_programs(self):
        self.programs = {}
        self.running.close()

    def upstream(self, tls=False):
        if self.setting != tls:
            self.close()
            self.setting, self.number = None, self.number + 1
            self.current = self.bench.upstream(self.stack, f"{self.name}-upstream-{self.number}", tls)
            self.setting = tls
        return self.current

    def pair(self, tls=False, fresh=False):
        """Those that stand, or others in their place."""
        upstream = self.upstream(tls)
        if fresh:
            self.end_programs()
        if not self.programs:
            self.number += 1
            self.programs = self.bench.pair(self.running, upstream, f"{self.name}-{self.number}")
        return self.programs


def measured(bench, part, items, texts):
    """The wanted rows of one part. What cannot be measured is said to be missing, and the rest goes on."""
    chosen = [item for item in items if item.wanted(texts)]
    with Stage(bench, part) as stage:
        rows = [row for item in chosen
                for row in bench.attempt(item.names[0], lambda item=item: item.measure(bench, stage))]
    return [row for row in rows if named(row.measure, texts)]
