"""The launchers for Windows. What they run in WSL is run here, with bash and a dragoman that only says what it
was asked; the launchers themselves need a Windows (docs/operating.md says what was not run)."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from support import DRAGOMAN, ROOT, Case, environment, main, run

WINDOWS = ROOT / "windows"
SCRIPTS = sorted(WINDOWS.glob("*.cmd"))
HELPER = WINDOWS / "dragoman-wsl.sh"

# Instead of dragoman: writes its arguments, one a line; serves until it is ended; is asked for its status.
FAKE = """#!/bin/bash
case $1 in
    status) [[ -e $HOME/serving ]] ;;
    serve) trap 'rm -f "$HOME/serving"; echo ended >> "$HOME/log"; exit 0' TERM
           echo served >> "$HOME/log"; touch "$HOME/serving"
           while :; do sleep 0.05; done ;;
    *) printf '%s\\n' "$@" ; exit 5 ;;
esac
"""


def commands_for_bash(text):
    """What is given to `bash -lc`, in the syntax of cmd or of PowerShell."""
    return re.findall(r'-lc "([^"\n]+)"', text) + re.findall(r"\$script = '([^']+)'", text) + re.findall(
        r"'\"([^\"']+)\"'", text)


def launcher_command(word):
    """The one of dragoman-claude.cmd that holds `word`."""
    commands = commands_for_bash((WINDOWS / "dragoman-claude.cmd").read_text())
    return next(command for command in commands if word in command)


class Windows(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # what was ignored when it began a shell cannot wait for

    def setUp(self):
        super().setUp()
        fake = self.folder / ".local/bin/dragoman"
        fake.parent.mkdir(parents=True)
        fake.write_text(FAKE)
        fake.chmod(0o755)
        self.environment = environment(self.folder, DRAGOMAN_HELPER=str(HELPER))

    def in_wsl(self, command, *arguments, **options):
        return run("bash", "-lc", command, *arguments, env=self.environment, **options)

    def test_command_files_have_the_line_ends_of_windows(self):
        self.assertEqual([path.name for path in SCRIPTS], ["dragoman-claude.cmd", "dragoman.cmd"])
        for path in SCRIPTS:
            lines = path.read_bytes().split(b"\n")
            self.assertTrue(all(line.endswith(b"\r") for line in lines[:-1]), path.name)
            self.assertEqual(lines[-1], b"")
        self.assertIn("*.cmd -text", (ROOT / ".gitattributes").read_text())
        self.assertNotIn(b"\r", HELPER.read_bytes())

    def test_command_files_name_labels_that_exist_and_no_others(self):
        for path in SCRIPTS:
            text = path.read_text()
            labels = set(re.findall(r"^:(\w+)", text, flags=re.M))
            used = set(re.findall(r"\b(?:goto|call) :?(\w+)", re.sub(r'call "', "", text)))
            self.assertEqual(labels, used, path.name)
            # One `setlocal` at the top: nothing stays behind in the person's console.
            self.assertRegex(text, r"\A@echo off\n(rem .*\n)+setlocal disabledelayedexpansion\n")

    def test_quotes_are_balanced_on_every_line(self):
        for path in SCRIPTS:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if not line.startswith("rem"):
                    self.assertEqual(line.count('"') % 2, 0, f"{path.name}:{number}: {line}")

    def test_both_shells_run_the_same_in_wsl(self):
        cmd = {command for path in SCRIPTS for command in commands_for_bash(path.read_text())}
        powershell = set(commands_for_bash((WINDOWS / "dragoman.psm1").read_text()))
        self.assertEqual(len(cmd), 3)
        self.assertEqual({command.replace("env cmd", "env SHELL") for command in cmd},
                         {command.replace("env powershell", "env SHELL") for command in powershell})
        # cmd takes percent and exclamation marks, PowerShell's single quotes end at the next one.
        self.nothing([command for command in cmd | powershell if set(command) & set("%!'\"")])

    def test_arguments_arrive_as_they_were(self):
        command = commands_for_bash((WINDOWS / "dragoman.cmd").read_text())[0]
        arguments = ["code", "openai/gpt-5.5", "-p", "a  b & c", "", "*", "$HOME", "it's \"so\"", "--", "-c"]
        done = self.in_wsl(command, "dragoman", *arguments)
        self.assertEqual(done.stdout.split("\n")[:-1], arguments, done.stderr)
        self.assertEqual(done.returncode, 5)

    def test_the_environment_is_asked_for_once_it_serves(self):
        (self.folder / "serving").touch()
        command = launcher_command("env cmd")
        for model in ([], ["z-ai/glm-4.6"]):
            done = self.in_wsl(command, "dragoman", *model)
            self.assertEqual(done.stdout.split(), ["env", "--shell", "cmd", *model], done.stderr)
            self.assertEqual(done.returncode, 5)

    def hold(self):
        marker = self.folder / "a file.hold"
        marker.touch()
        process = subprocess.Popen(["bash", "-lc", launcher_command(" hold")], stdin=subprocess.DEVNULL,
                                   env={**self.environment, "DRAGOMAN_HOLD": str(marker)})
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process, marker

    def log(self):
        log = self.folder / "log"
        return log.read_text().split() if log.exists() else []

    def wait_for(self, condition):
        for _ in range(400):
            if condition():
                return
            time.sleep(0.05)        # another program's doing, which tells nobody
        self.fail(f"waited in vain; {self.log()}")

    def test_wsl_is_held_and_a_dragoman_of_its_own_ends_with_claude(self):
        process, marker = self.hold()
        self.wait_for(lambda: self.log() == ["served"])
        self.assertIsNone(process.poll())
        marker.unlink()
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(self.log(), ["served", "ended"])

    def test_a_real_dragoman_says_where_it_listens(self):
        fake = self.folder / ".local/bin/dragoman"
        fake.unlink()
        fake.symlink_to(DRAGOMAN)
        configuration = self.folder / ".config/dragoman/config.toml"
        configuration.parent.mkdir(parents=True)
        configuration.write_text('[server]\nlisten = ["127.0.0.1:0"]\n[catalogue]\nenabled = false\n')
        self.environment["OPENROUTER_API_KEY"] = "sk-or-v1-0123456789abcdef"
        process, marker = self.hold()
        for shell, pattern in (("cmd", r'set "ANTHROPIC_BASE_URL=http://127.0.0.1:(\d+)"'),
                               ("powershell", r"\$env:ANTHROPIC_BASE_URL = 'http://127.0.0.1:(\d+)'")):
            done = self.in_wsl(f"exec bash $DRAGOMAN_HELPER env {shell} z-ai/glm-4.6")
            port = re.search(pattern, done.stdout)
            self.assertIsNotNone(port, done.stdout + done.stderr)
            self.assertIn("z-ai/glm-4.6", done.stdout)
            self.assertNotIn("0123456789abcdef", done.stdout)
            socket.create_connection(("127.0.0.1", int(port[1])), timeout=10).close()
        marker.unlink()
        self.assertEqual(process.wait(timeout=60), 0)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port[1])), timeout=10)

    def test_a_closed_console_ends_it_too(self):
        process, _ = self.hold()
        self.wait_for(lambda: self.log() == ["served"])
        process.send_signal(signal.SIGHUP)
        process.wait(timeout=20)
        self.wait_for(lambda: self.log() == ["served", "ended"])

    def test_a_dragoman_that_serves_already_is_left_alone(self):
        (self.folder / "serving").touch()
        process, marker = self.hold()
        marker.unlink()
        process.wait(timeout=20)
        self.assertEqual(self.log(), [])
        self.assertTrue((self.folder / "serving").exists())

    def test_a_missing_dragoman_is_said(self):
        (self.folder / ".local/bin/dragoman").unlink()
        if shutil.which("dragoman"):
            self.skipTest("a dragoman is installed here")
        done = self.in_wsl("exec bash $DRAGOMAN_HELPER env cmd")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not installed in WSL", done.stderr)

    @unittest.skipUnless(shutil.which("pwsh"), "no PowerShell here")
    def test_powershell_parses_the_module(self):
        done = run("pwsh", "-NoProfile", "-Command",
                   f"Import-Module {WINDOWS / 'dragoman.psm1'}; Get-Alias dragoman*",
                   env={**self.environment, "PATH": os.environ["PATH"]})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Start-DragomanClaude", done.stdout)

    def test_the_document_names_what_is_there(self):
        text = (ROOT / "docs/windows.md").read_text()
        for name in [path.name for path in WINDOWS.iterdir()] + ["DRAGOMAN_WSL"]:
            self.assertIn(Path(name).stem if name.endswith(".cmd") else name, text)


if __name__ == "__main__":
    main()
