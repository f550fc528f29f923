"""Medians, spreads, and what a row of the table holds. Nothing here measures anything."""
from dataclasses import dataclass, field
from statistics import median

OF_NGINX, ABSOLUTE = "of nginx", "absolute"


@dataclass(frozen=True)
class Bound:
    limit: float
    kind: str = OF_NGINX


@dataclass
class Row:
    """One measure: its samples, one a repetition, in the order in which they were taken side by side."""
    measure: str
    unit: str
    dragoman: list = field(default_factory=list)
    nginx: list = field(default_factory=list)
    bound: Bound = None
    disturbed: bool = False
    against: str = ""  # what stands in nginx's place, where it is something else
    in_pairs: bool = False  # the two of a repetition were measured one behind the other: they are compared with each other

    @property
    def value(self):
        return median(self.dragoman) if self.dragoman else None

    @property
    def reference(self):
        return median(self.nginx) if self.nginx else None

    @property
    def ratio(self):
        """Of the medians, or where the repetitions are pairs the median of theirs: what slows the machine down for a while
        slows both of a pair."""
        if self.in_pairs:
            return median(self.ratios) if self.ratios else None
        return quotient(self.value, self.reference)

    @property
    def ratios(self):
        """Those of the repetitions, where there is something to divide by."""
        ratios = [quotient(ours, theirs) for ours, theirs in zip(self.dragoman, self.nginx)]
        return [ratio for ratio in ratios if ratio is not None]

    @property
    def spread(self):
        """Of the ratios of each repetition where nginx was measured, of the values where it was not."""
        if len(self.dragoman) < 2:
            return None
        if not self.nginx:
            return min(self.dragoman), max(self.dragoman)
        return (min(self.ratios), max(self.ratios)) if self.ratios else None

    @property
    def within(self):
        """True, False, or None where there is no bound or nothing to hold against it."""
        if self.bound is None:
            return None
        measured = self.ratio if self.bound.kind == OF_NGINX else self.value
        if measured is None:
            return None
        return measured <= self.bound.limit


def quotient(ours, theirs):
    """None where there is nothing to divide by: an added latency may be lost in the noise, or below it."""
    if ours is None or theirs is None or theirs <= 0:
        return None
    return ours / theirs
