#!/usr/bin/env python3
"""Fails when a folder of src/ includes something it may not, or outgrows its bounds."""
import pathlib
import re
import sys

MAY_INCLUDE = {
    "base": set(),
    "json": {"base"},
    "sse": {"base"},
    "anthropic": {"base", "json", "sse"},
    "openai": {"base", "json", "sse"},
    "route": {"base", "json"},
    "tokens": {"base", "json", "anthropic"},
    "translate": {"base", "json", "sse", "anthropic", "openai", "route"},
    "config": {"base", "json", "route"},
    "net": {"base"},
    "gateway": {"base", "json", "sse", "anthropic", "openai", "translate", "route", "tokens", "config", "net"},
    "cli": {"base", "json", "anthropic", "route", "tokens", "config", "net", "gateway"},
    "main.cpp": {"base", "cli"},
}
ONLY_IN = {
    "boost/": {"net", "gateway"},
    "openssl/": {"net", "base"},
    "simdjson": set(),
    "toml++": {"config"},
    "CLI/": {"cli"},
    "spdlog": {"base"},
    "zlib": {"net", "tokens"},
}
# Translation asks a target for quirks; names of makers and models are route/model_quirks.cpp's business.
NEVER_IN = {"translate": re.compile(r"\b(is_vendor|vendor|base_name)\(")}
LINES_MAX = 400
COLUMNS_MAX = 110

problems = []
root = pathlib.Path(sys.argv[1])
for path in sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cpp")):
    folder = path.relative_to(root).parts[0]
    lines = path.read_text().splitlines()
    if len(lines) > LINES_MAX:
        problems.append(f"{path}: {len(lines)} lines, at most {LINES_MAX}")
    if path.suffix == ".h" and "#pragma once" not in lines:
        problems.append(f"{path}: no #pragma once")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            problems.append(f"{path}:{number}: line is longer than {COLUMNS_MAX} columns")
        if own := re.match(r'#include "(\w+)/', line):
            if own[1] != folder and own[1] not in MAY_INCLUDE.get(folder, set()):
                problems.append(f"{path}:{number}: {folder}/ may not include {own[1]}/")
        if folder in NEVER_IN and NEVER_IN[folder].search(line):
            problems.append(f"{path}:{number}: {folder}/ asks quirks, not names")
        for library, homes in ONLY_IN.items():
            if line.startswith(f"#include <{library}") and folder not in homes:
                problems.append(f"{path}:{number}: <{library}...> belongs in {', '.join(sorted(homes))}")
print("\n".join(problems) or "layers are clean")
sys.exit(bool(problems))
