"""What the documents say, taken apart: files, links, code blocks, tables."""
import re
from dataclasses import dataclass
from pathlib import Path

EXCLUDED = {"build", "node_modules", ".git"}


@dataclass
class Block:
    """A fenced code block, with the comment that stands right above it."""
    file: Path
    line: int
    language: str
    text: str
    comment: str

    def __str__(self):
        return f"{self.file}:{self.line}"


def documents(root):
    return sorted(path for path in root.rglob("*.md")
                  if not EXCLUDED & set(path.relative_to(root).parts) and "data" not in path.parts)


def blocks(path):
    found, lines = [], path.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = re.match(r"^```(\S*)\s*$", lines[number])
        if not opening:
            number += 1
            continue
        end = next((i for i in range(number + 1, len(lines)) if lines[i].startswith("```")), len(lines))
        above = lines[number - 1].strip() if number else ""
        comment = above if above.startswith("<!--") else ""
        found.append(Block(path, number + 1, opening[1], "\n".join(lines[number + 1:end]) + "\n", comment))
        number = end + 1
    return found


def without_code(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def links(path):
    """The targets of relative links."""
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text(encoding="utf-8")))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(path):
    """The anchors that a web page makes of the headings."""
    found = set()
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for heading in re.findall(r"^#+ (.*)$", text, flags=re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        found.add(plain.strip().replace(" ", "-"))
    return found


def rows(text, first_cell):
    """The rows of the table whose head begins with this cell."""
    found, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0] == first_cell:
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not set(line) <= set("|-: "):
            found.append(cells)
    return found
