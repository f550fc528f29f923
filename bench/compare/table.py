"""The table: measure, dragoman, nginx, ratio, spread, bound, within?"""
from compare.samples import OF_NGINX

HEADINGS = ("measure", "dragoman", "nginx", "ratio", "spread", "bound", "within?")
NOTHING = "–"


def number(value):
    """Three digits that mean something, and no exponent."""
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    if abs(value) < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def quantity(value, unit):
    return NOTHING if value is None else f"{number(value)} {unit}".rstrip()


def bound_text(row):
    if row.bound is None:
        return NOTHING
    return f"{row.bound.limit:g}x" if row.bound.kind == OF_NGINX else f"{row.bound.limit:g} {row.unit}".rstrip()


def spread_text(row):
    if row.spread is None:
        return NOTHING
    low, high = row.spread
    return f"{number(low)}–{number(high)}" + ("x" if row.nginx else "")


def within_text(row):
    words = {True: "yes", False: "**no**", None: NOTHING}[row.within]
    if row.bound is not None and row.within is None:
        words = "not measured"
    return words + (", disturbed" if row.disturbed else "")


def cells(row):
    ratio = NOTHING if row.ratio is None else number(row.ratio) + "x"
    reference = quantity(row.reference, row.unit) + (f" ({row.against})" if row.against else "")
    return (row.measure, quantity(row.value, row.unit), reference, ratio, spread_text(row), bound_text(row),
            within_text(row))


def render(rows):
    """As Markdown that can also be read as it is: columns of equal width."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    laid_out = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([laid_out[0], rule, *laid_out[1:]])


def summary(rows):
    bounded = [row for row in rows if row.bound is not None]
    kept = sum(row.within is True for row in bounded)
    return f"{kept} of {len(bounded)} bounds are kept."
