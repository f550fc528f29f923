"""Copies figures from bench/results.md and bench/peers.md into the documents, so that none of them says what was not measured.

    python3 bench/document.py [--check] [ROOT]

A block between `<!-- measured: TEXT; TEXT -->` and `<!-- end of measured -->` holds the rows whose names begin with one of the texts;
`<!-- measured: run -->` what was measured, on what, and when; `<!-- measured: peers -->` the table of the peers."""
import argparse
import re
import sys
from pathlib import Path

DOCUMENTS = ("README.md", "docs/performance.md")
BLOCK = re.compile(r"(<!-- measured: (.*?) -->\n)(.*?)(<!-- end of measured -->)", re.DOTALL)
COLUMNS = ("measure", "dragoman", "nginx", "ratio", "bound", "within?")


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows_of(results):
    """[{heading: cell}, …] of the table of measures."""
    lines = [line for line in results.splitlines() if line.startswith("| ")]
    heads = next((at for at, line in enumerate(lines) if cells(line)[:3] == ["measure", "dragoman", "nginx"]), None)
    if heads is None:
        raise ValueError("bench/results.md has no table of measures")
    names = cells(lines[heads])
    return [dict(zip(names, cells(line))) for line in lines[heads + 1:] if len(cells(line)) == len(names)]


def run_of(text):
    """The lines under the title that say what was measured, on what, and when."""
    return text.split("\n\n")[1].strip() + "\n"


def table(rows):
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row[name] for name in COLUMNS) + " |" for row in rows]) + "\n"


def peers_of(text):
    lines = [line for line in text.splitlines() if line.startswith("|") or line.startswith("- **Missing")]
    parted = [re.sub(r"  +", " ", re.sub(r"-{4,}", "---", line)) for line in lines]
    return run_of(text) + "\n" + re.sub(r"(\|\n)(- )", r"\1\n\2", "\n".join(parted) + "\n")


def block(wanted, results, peers):
    if wanted == "run":
        return run_of(results)
    if wanted == "peers":
        return peers_of(peers)
    texts = [text.strip() for text in wanted.split(";")]
    known = rows_of(results)
    chosen = [[row for row in known if row["measure"].startswith(text)] for text in texts]
    for text, rows in zip(texts, chosen):
        if not rows:
            raise ValueError(f"bench/results.md has no row whose name begins with: {text}")
    return table([row for rows in chosen for row in rows])


def filled(document, results, peers):
    return BLOCK.sub(lambda found: found[1] + block(found[2], results, peers) + found[4], document)


def main():
    parser = argparse.ArgumentParser(description="Copies the measured figures into the documents.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a document says something else")
    parser.add_argument("root", nargs="?", type=Path, default=Path("."))
    options = parser.parse_args()
    results, peers = ((options.root / "bench" / name).read_text(encoding="utf-8") for name in ("results.md", "peers.md"))
    wrong = []
    for name in DOCUMENTS:
        path = options.root / name
        old = path.read_text(encoding="utf-8")
        new = filled(old, results, peers)
        if new != old and options.check:
            wrong.append(name)
        elif new != old:
            path.write_text(new, encoding="utf-8")
    if wrong:
        print(f"{' and '.join(wrong)} says something else than was measured: run python3 bench/document.py", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
