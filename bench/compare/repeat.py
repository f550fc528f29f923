"""Repetitions that are taken side by side, and taken again when something else used the core."""
import time
from dataclasses import dataclass, field

ATTEMPTS = 4  # for one sample; then the least disturbed one counts, and its row says so


@dataclass
class Sample:
    value: object
    others_share: float = 0.0  # of the time, spent by others on a core that counts
    disturbed: bool = False


@dataclass
class Account:
    """What is said below the table about repetitions."""
    taken: int = 0
    repeated: int = 0
    kept_disturbed: int = 0
    say: object = field(default=lambda words: None)
    budget: int = 100  # repetitions in all: a machine that is never quiet must not keep the run from ending
    rest: object = field(default=time.sleep)  # before another attempt: what disturbed may be over soon

    def words(self):
        if not self.repeated and not self.kept_disturbed:
            return f"None of {self.taken} samples was disturbed by other programs."
        kept = f"; {self.kept_disturbed} stayed disturbed" if self.kept_disturbed else ""
        return f"Other programs used the cores: {self.repeated} repetitions were repeated for {self.taken} samples{kept}."


def undisturbed(measure, account, name):
    """Measures until nothing else used the core; after ATTEMPTS, or all of the budget, the least disturbed counts."""
    account.taken += 1
    tries = []
    while True:
        sample = measure()
        tries.append(sample)
        if not sample.disturbed:
            return sample
        again = len(tries) < ATTEMPTS and account.repeated < account.budget
        account.say(f"{name}: others used {sample.others_share:.0%} of a core that counts"
                    + (", repeating" if again else ", keeping the least disturbed"))
        if not again:
            break
        account.repeated += 1
        account.rest(len(tries))
    account.kept_disturbed += 1
    return min(tries, key=lambda sample: sample.others_share)


def interleaved(measures, repetitions, account, name):
    """{side: [sample, …]}. The sides take turns at going first, so that what drifts falls on all alike."""
    return interleaved_anew(lambda: measures, repetitions, account, name)


def interleaved_anew(prepare, repetitions, account, name):
    """The same, where prepare() gives the measures of one repetition, of programs that are new for it: in which pages a
    program's memory lies makes a copy in the kernel cost once or three times as much for as long as the program lives."""
    taken = {}
    for repetition in range(repetitions):
        measures = prepare()
        order = list(measures) if repetition % 2 == 0 else list(reversed(measures))
        for side in order:
            taken.setdefault(side, []).append(undisturbed(measures[side], account, f"{name}, {side}"))
    return taken
