"""Keeps the documents true: links lead somewhere, configurations load, names exist, commands work.

    docs_test.py ROOT DRAGOMAN

Python's standard library only. Every check collects all that is wrong before it fails.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from demonstration import Demonstration  # noqa: E402
from documents import anchors, blocks, documents, links, rows, without_code  # noqa: E402

ROOT = Path(".")
DRAGOMAN = "dragoman"

# Read by the program, but nothing that a person sets for dragoman.
NOT_SETTINGS = {"DRAGOMAN_VERSION", "TERM", "NO_COLOR"}

VARIABLE = r"(?:[A-Z][A-Z0-9]*_)+[A-Z0-9]+|HOST|PORT|HOME|(?:https?|all|no)_proxy"


def source(*folders):
    return {path: path.read_text(encoding="utf-8")
            for folder in folders for path in sorted((ROOT / "src" / folder).glob("*.cpp"))}


def variables_of_source():
    """Every string of the source that is spelled like a variable and read as one."""
    names = set()
    for path, text in source("config", "base", "net", "gateway").items():
        text = re.sub(r"//.*", "", text)
        if "nvironment" in text or "find(" in text or "getenv" in text:
            names |= set(re.findall(rf'"({VARIABLE})"', text))
    return names - NOT_SETTINGS


def presets_of_source():
    text = (ROOT / "src/config/presets.cpp").read_text(encoding="utf-8")
    found = re.findall(r'^constexpr Preset \w+ (\{ \.name = "(\w+)".*?);$', text, flags=re.M | re.S)
    return {name: preset for preset, name in found}


def field(preset, name):
    found = re.search(rf'\.{name} = (?:"(.*?)"|\w+::(\w+))', preset)
    return (found[1] or found[2] or "") if found else ""


def variables_in(text):
    return set(re.findall(rf"`({VARIABLE})\b", text))


def keys_of_loader():
    """The keys of the configuration file that the loader reads."""
    text = "".join(path.read_text(encoding="utf-8")
                   for path in sorted((ROOT / "src/config").glob("toml_*.cpp")) if path.stem != "toml_reader")
    kinds = "get|text|texts|placed|flag|whole|size|duration|choice|table"
    keys = set(re.findall(rf'(?:reader_?|models|one|when)\.(?:{kinds})\("(\w+)"', text))
    keys |= set(re.findall(r'\b(?:tokens|flag|time|read_header_text)\("(\w+)"', text))
    return keys | set(re.findall(r'\b(?:read_names|json_of)\(reader, "(\w+)"', text))


def person(folder, **environment):
    """The environment of somebody who has set nothing yet."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment}


def check_config(text, folder, **environment):
    """Loads `text` as the configuration; files and variables with keys that it names are there."""
    def provide(match):
        name = Path(match[2]).name
        path = folder / name
        path.write_text("0123456789abcdef0123456789abcdef\n")
        path.chmod(0o600)
        return f'{match[1]} = "{path}"'

    file = folder / "config.toml"
    file.write_text(re.sub(r'^(client_tokens_file|key_file) = "([^"]+)"', provide, text, flags=re.M))
    file.chmod(0o600)
    environment |= {name: "0123456789abcdef" for name in re.findall(r'\benv = "(\w+)"', text)}
    return subprocess.run([DRAGOMAN, "check-config", "--config", str(file)], cwd=folder, text=True,
                          env=person(folder, **environment), capture_output=True, timeout=60)


class Documents(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dragoman-docs-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def nothing(self, wrong):
        self.assertFalse(wrong, "\n" + "\n".join(str(one) for one in wrong))

    def test_links_lead_somewhere(self):
        wrong = []
        for document in documents(ROOT):
            for link in links(document):
                path, _, anchor = link.partition("#")
                target = (document.parent / path) if path else document
                if not target.exists():
                    wrong.append(f"{document}: nothing is at {link}")
                elif anchor and anchor not in anchors(target):
                    wrong.append(f"{document}: {link} has no such heading")
        self.nothing(wrong)

    def test_files_that_are_named_exist(self):
        wrong = []
        for document in documents(ROOT):
            for name in re.findall(r"`((?:src|tests|tools|docs|examples|cmake|bench)/[\w./-]+\w)`",
                                   document.read_text(encoding="utf-8")):
                if not list(ROOT.glob(name + "*")):
                    wrong.append(f"{document}: there is no {name}")
        self.nothing(wrong)

    def test_configurations_load(self):
        texts = [(str(block), block.text) for document in documents(ROOT) for block in blocks(document)
                 if block.language == "toml"]
        texts += [(str(path), path.read_text()) for path in sorted((ROOT / "examples").glob("*.toml"))]
        self.assertGreater(len(texts), 8)
        wrong = []
        for place, text in texts:
            checked = check_config(text, self.folder)
            if checked.returncode != 0:
                wrong.append(f"{place}:\n{checked.stderr}")
        self.nothing(wrong)

    def test_the_example_of_every_key_has_every_key_and_its_default(self):
        text = (ROOT / "examples/dragoman.toml").read_text()
        self.nothing([f"{key} is missing" for key in sorted(keys_of_loader() - {"key", "key_env"})
                      if not re.search(rf"(^(# )?(\[+[\w.]*\.)?|[{{,] ?|\[+){key}\b", text, flags=re.M)])
        nothing_set = check_config("", self.folder).stdout.splitlines()
        all_set = check_config(text, self.folder).stdout.splitlines()
        self.assertGreater(len(nothing_set), 15)
        # The table of names is the one thing in the file that is no default.
        self.assertEqual(nothing_set, [line for line in all_set if "->" not in line])

    def test_the_example_of_an_environment_file_is_understood(self):
        example = self.folder / ".env"
        shutil.copy(ROOT / "examples/dragoman.env", example)
        example.chmod(0o600)
        checked = check_config("", self.folder)
        self.assertEqual(checked.stderr, "")
        for expected in ("OPENROUTER_API_KEY", "openai/gpt-oss-120b", "openai/gpt-oss-20b", ":8080"):
            self.assertIn(expected, checked.stdout)

    def test_the_lines_for_people_who_move_over_load(self):
        migrating = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
        lines = [line for row in rows(migrating, "what you run today")
                 for line in re.findall(r"`([^`]*dragoman serve[^`]*)`", row[1])]
        self.assertEqual(len(lines), 5)
        shutil.copy(ROOT / "examples/minimal.toml", self.folder / "config.toml")
        wrong = []
        for line in lines:
            line = line.removeprefix("ExecStart=").replace("dragoman serve", f"{DRAGOMAN} check-config")
            done = subprocess.run(["bash", "-euc", line], cwd=self.folder, env=person(self.folder), text=True,
                                  capture_output=True, timeout=60)
            if done.returncode != 0 or any(f":{port} " not in done.stdout.replace("\n", " ")
                                           for port in re.findall(r"PORT=(\d+)", line)):
                wrong.append(f"{line}\n{done.stdout}{done.stderr}")
        self.nothing(wrong)

    def test_every_preset_and_quirk_stands_in_the_document_about_providers(self):
        providers = (ROOT / "docs/providers.md").read_text(encoding="utf-8")
        presets = set(re.findall(r'\.name = "(\w+)"', (ROOT / "src/config/presets.cpp").read_text()))
        shown = {name for block in blocks(ROOT / "docs/providers.md")
                 for name in re.findall(r"^\[upstreams\.(\w+)\]", block.text, flags=re.M)}
        self.assertGreater(len(presets), 20)
        self.assertEqual(presets, {row[0].strip("`") for row in rows(providers, "preset")})
        self.nothing([f"there is no example of the preset {name}" for name in sorted(presets - shown)])
        header = (ROOT / "src/route/quirks.h").read_text(encoding="utf-8")
        enumeration = header[header.index("enum class Quirk"):header.index("};")]
        quirks = re.findall(r"^    (\w+),", enumeration, flags=re.M)
        self.assertEqual(quirks, [row[0].strip("`") for row in rows(providers, "quirk")])

    def test_the_table_of_presets_is_true(self):
        rows_of = {row[0].strip("`"): row for row in rows((ROOT / "docs/providers.md").read_text(encoding="utf-8"), "preset")}
        wrong, found = [], presets_of_source()
        self.assertGreater(len(found), 20)
        for name, preset in found.items():
            _, title, key, dialect, more = rows_of[name]
            also = set(re.findall(r"`(chat|messages|responses)`", more)) if "also" in more else set()
            offered = {one for one in ("messages", "responses") if f".has_{one} = true" in preset}
            said = {"title": re.sub(r"\[(.*?)\].*", r"\1", title), "key": key.strip("`"), "dialect": dialect.strip("`")}
            meant = {"title": field(preset, "title"), "key": field(preset, "key_env"),
                     "dialect": {"automatic": "auto"}.get(field(preset, "dialect"), field(preset, "dialect") or "chat")}
            wrong += [f"{name}: {said[one]} where {meant[one]} is meant" for one in said if said[one] != meant[one]]
            # OpenRouter's, OpenAI's and Anthropic's dialects have sections of their own.
            if "[more]" not in more and "[the default]" not in more and also - {"chat"} != offered - {meant["dialect"]}:
                wrong.append(f"{name}: also {sorted(also)} where {sorted(offered)} are offered")
        self.nothing(wrong)

    def test_examples_of_presets_are_understood_as_such(self):
        wrong = []
        for block in blocks(ROOT / "docs/providers.md"):
            found = re.match(r"\[upstreams\.(\w+)\]\n(?:base_url = \"(.*?)\"\n)?\n?\[models\]\nbig = \"(.*?)\"", block.text)
            preset = presets_of_source().get(found[1]) if found else None
            if preset is None:
                continue
            said = " ".join(check_config(block.text, self.folder).stdout.split())
            wanted = f"upstream {found[1]} at {found[2] or field(preset, 'base_url')} ", f"big model {found[3]} "
            wrong += [f"{block}: no {one} in {said}" for one in wanted if one not in said]
        self.nothing(wrong)

    def test_variables_of_the_documents_are_read(self):
        known = variables_of_source()
        self.assertGreater(len(known), 25)
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        cells = [cell for row in rows(readme, "meaning") for cell in row]
        cells += [row[1] for row in rows(operating, "key")]
        cells += [row[0] for row in rows(operating, "variable")]
        named = variables_in("\n".join(cells))
        self.assertGreater(len(named), 25)
        wrong = [name for name in sorted(named)
                 if name not in known and name.removesuffix("_FILE") not in known]
        self.nothing([f"the settings name {name}, which nothing reads" for name in wrong])

    def test_variables_that_are_read_are_documented(self):
        text = "".join((ROOT / name).read_text(encoding="utf-8")
                       for name in ("README.md", "docs/operating.md", "docs/providers.md"))
        self.nothing([f"{name} is read but not documented"
                      for name in sorted(variables_of_source() - variables_in(text))])

    def test_keys_of_the_configuration_are_documented(self):
        keys = keys_of_loader()
        self.assertGreater(len(keys), 40)
        operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        documented = {key for row in rows(operating, "key") for key in re.findall(r"^`(\w+)`", row[0])}
        tables = set(re.findall(r"`\[+(\w+)", operating))
        self.nothing([f"{key} is read but not documented" for key in sorted(keys - documented - tables)])
        self.nothing([f"{key} is documented but not read" for key in sorted(documented - keys)])

    def test_defaults_in_the_table_are_accepted(self):
        operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        tables = {"listen": "server", "big": "models", "preset": "upstreams.openrouter"}
        text, table = "", None
        for row in rows(operating, "key"):
            key, default = row[0].strip("`"), next((c for c in row[-2:-1]), "").strip("`")
            if key in tables:
                text += f"[{tables[key]}]\n"
                table = tables[key]
            if "(catalogue)" in key:
                break
            if "(" not in key and table and re.fullmatch(r'".*"|\[.*\]|\d+|true|false', default):
                text += f"{key} = {default}\n"
        self.assertGreater(text.count("\n"), 20)
        checked = check_config(text, self.folder)
        self.assertEqual(checked.returncode, 0, checked.stderr + text)
        self.assertEqual(checked.stdout.splitlines(), check_config("", self.folder).stdout.splitlines())

    def flags_of(self, *command):
        usage = subprocess.run([DRAGOMAN, *command, "--help"], text=True, capture_output=True, check=True).stdout
        return set(re.findall(r"--[a-z-]+", re.split(r"^Options:$", usage, flags=re.M)[1].split("\n\n")[0]))

    def commands(self):
        usage = subprocess.run([DRAGOMAN, "--help"], text=True, capture_output=True, check=True).stdout
        return re.findall(r"^  ([a-z-]+) ", usage.split("Subcommands:")[1], flags=re.M)

    # What a line in a document says to a command: "dragoman code", up to what is the client's.
    def own_arguments(self, line):
        words = line.split("#")[0].split()[1:]
        command = next((word for word in words if not word.startswith("-")), "serve")
        if command == "code":
            after = words[words.index("code") + 1:]
            end = next((i for i, word in enumerate(after) if not word.startswith("--") or word == "--"), len(after))
            words = after[:end]
        return command, {word.split("=")[0] for word in words if re.match(r"--[a-z]", word)}

    def test_flags_of_the_documents_exist(self):
        own = {command: self.flags_of(command) for command in self.commands()}
        own["serve"] = own["check-config"] = self.flags_of()
        wrong, named = [], {command: set() for command in own}
        for document in documents(ROOT):
            text = document.read_text(encoding="utf-8")
            for row in rows(text, "key"):
                named["serve"] |= set(re.findall(r"`(--[a-z-]+)`", " ".join(row)))
            for row in rows(text, "command"):
                command = re.search(r"[a-z][a-z-]+", row[0].replace("dragoman", ""))
                if command and command[0] in named:
                    named[command[0]] |= set(re.findall(r"(--[a-z-]+)", " ".join(row)))
            for block in blocks(document):
                for line in re.findall(r"^(?:\$ )?(dragoman\b.*)$", block.text, flags=re.M):
                    command, flags = self.own_arguments(line)
                    if command in named:
                        named[command] |= flags
        for command, flags in own.items():
            known = flags | own["serve"] if command in ("serve", "check-config") else flags
            wrong += [f"{command} has no {flag}" for flag in sorted(named[command] - known - {"--help"})]
            if command != "check-config":
                wrong += [f"{command} {flag} is not documented" for flag in sorted(flags - named[command] - {"--help"})]
        self.nothing(wrong)

    def test_the_manual_page_names_every_command_and_option(self):
        page = (ROOT / "docs/man/dragoman.1").read_text(encoding="utf-8").replace("\\-", "-")
        wanted = set(self.commands()) | self.flags_of()
        for command in self.commands():
            wanted |= self.flags_of(command) if command not in ("serve", "check-config") else set()
        self.nothing([f"the manual page says nothing of {word}" for word in sorted(wanted)
                      if not re.search(rf"(?<![a-z-]){word}(?![a-z-])", page)])
        unknown = set(re.findall(r"(?<![a-z-])--[a-z][a-z-]+", page)) - wanted
        self.nothing([f"the manual page has {flag}, which is no option" for flag in sorted(unknown)])

    def test_fields_of_the_log_are_documented(self):
        text = (ROOT / "src/base/log_request.cpp").read_text(encoding="utf-8")
        body = text[text.index("fields_of("):text.index("sentence_of(")]
        names = set(re.findall(r'"([a-z_]+)"', body))
        self.assertGreater(len(names), 15)
        operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        documented = {name for row in rows(operating, "field") for name in re.findall(r"`(\w+)`", row[0])}
        self.assertEqual(documented - {"time", "level", "message"}, names)

    def test_metrics_are_documented(self):
        text = (ROOT / "src/gateway/metrics_text.cpp").read_text(encoding="utf-8")
        names = set(re.findall(r'"((?:dragoman|process)_[a-z_]+)"', text))
        self.assertGreater(len(names), 15)
        operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        documented = {name for row in rows(operating, "metric") for name in re.findall(r"`(\w+)`", row[0])}
        self.assertEqual(documented, names)

    def test_the_architecture_names_the_folders(self):
        text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
        named = {row[0].strip("`") for row in rows(text, "folder")}
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir() and any(path.iterdir())}
        self.assertEqual(named, folders)

    def test_where_to_change_something_exists(self):
        text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
        wrong, found = [], 0
        for row in rows(text, "…"):
            folder = ""
            for pattern in re.findall(r"`([\w./*]+\.[\w*]+)`", row[1]):
                folder = pattern.rpartition("/")[0] or folder
                full = pattern if "/" in pattern else f"{folder}/{pattern}"
                found += 1
                if not list((ROOT / "src").glob(full)) and not list(ROOT.glob(full)):
                    wrong.append(f"ARCHITECTURE.md names {full}, which is not there")
        self.assertGreater(found, 10)
        self.nothing(wrong)

    def test_no_paths_of_one_machine(self):
        wrong = []
        for path in documents(ROOT) + sorted((ROOT / "examples").iterdir()):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(r"(?<![\w.*%$}/-])/(work|root|tmp|home/\w)|\b[Rr]egistry\b", line):
                    wrong.append(f"{path}:{number}: {line.strip()}")
        self.nothing(wrong)

    def test_commands_that_say_so_work(self):
        examples = [block for document in documents(ROOT) for block in blocks(document)
                    if block.comment.startswith("<!-- tested")]
        self.assertGreater(len(examples), 1)
        with Demonstration(DRAGOMAN, self.folder, person(self.folder)) as demonstration:
            wrong = []
            for block in examples:
                done = demonstration.run(block.text)
                expected = re.search(r"prints (.*?) *-->", block.comment)
                if done.returncode != 0 or (expected and expected[1] not in done.stdout):
                    wrong.append(f"{block}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
            self.nothing(wrong)

    def test_the_curl_line_of_the_demonstration_works_as_it_stands(self):
        with Demonstration(DRAGOMAN, self.folder, person(self.folder)) as demonstration:
            line = next(line for line in demonstration.printed().splitlines() if line.strip().startswith("curl "))
            done = demonstration.run(line)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("event: message_start", done.stdout)
            self.assertIn("event: message_stop", done.stdout)
            self.assertNotIn("event: error", done.stdout)

    def test_addresses_in_prose_are_links(self):
        bare = re.compile(r"(?<![(<`\"'])https?://[^\s)>]+")
        self.nothing([f"{document}: {url}" for document in documents(ROOT)
                      for url in bare.findall(without_code(document.read_text(encoding="utf-8")))])


if __name__ == "__main__":
    ROOT, DRAGOMAN = Path(sys.argv[1]).resolve(), str(Path(sys.argv[2]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
