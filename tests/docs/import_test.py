"""What docs/migrating.md promises of `dragoman init --import`, tried with the files of the older systems.

    import_test.py ROOT DRAGOMAN
"""
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from old_systems import KEY, OldSystem  # noqa: E402


class Import(OldSystem):
    """`dragoman init --import`, which takes an old system's file over for good."""

    def run_in_root(self, *words):
        return subprocess.run([self.program, *words], cwd="/", text=True, capture_output=True, timeout=60,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder)})

    def take_over(self, text, name=".env"):
        (self.folder / ".config/dragoman/config.toml").unlink()
        self.old = self.write(name, text)
        done = self.run_in_root("init", "--import", str(self.old), "--yes", "--offline")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.old.read_text(), text)
        self.carried, _, self.left = done.stdout.partition("Could not be carried over")
        self.assertNotIn(KEY, done.stdout + done.stderr)
        checked = self.run_in_root("check-config")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        now = {}
        for line in checked.stdout.splitlines():
            key, _, value = line.partition("  ")
            now.setdefault(key, value.strip())
        return now

    def test_the_file_of_the_fastapi_proxy(self):
        now = self.take_over(f"""OPENAI_API_KEY="{KEY}"
BASE_URL="https://openrouter.ai/api/v1"
BIG_MODEL_NAME="google/gemini-2.5-pro-preview"
SMALL_MODEL_NAME="google/gemini-2.0-flash-lite-001"
REFERER_URL="http://localhost:8080/claude_proxy"
APP_NAME="AnthropicProxy"
APP_VERSION="0.2.0"
LOG_LEVEL="DEBUG"
LOG_FILE_PATH="log.jsonl"
HOST="127.0.0.1"
PORT="8000"
RELOAD="true"
OPEN_CLAUDE_CACHE="true"
""")
        self.assertEqual(now["big model"], "google/gemini-2.5-pro-preview")
        self.assertEqual(now["small model"], "google/gemini-2.0-flash-lite-001")
        self.assertEqual(now["listen"], "127.0.0.1:8000")
        self.assertEqual(now["log"], f"debug, file {self.folder}/log.jsonl")
        self.assertEqual(now["site"], "AnthropicProxy http://localhost:8080/claude_proxy")
        self.assertIn("openrouter.ai/api/v1", now["upstream"])
        key = self.folder / ".config/dragoman/openrouter.key"
        self.assertIn(str(key), now["key"])
        self.assertEqual((key.read_text().strip(), key.stat().st_mode & 0o777), (KEY, 0o600))
        for name in ("APP_VERSION", "RELOAD", "OPEN_CLAUDE_CACHE"):
            self.assertIn(name, self.left)

    def test_a_key_that_sops_looks_after_is_named_and_not_copied(self):
        self.write("generation/openrouter", KEY + "\n")
        (self.folder / "openrouter").symlink_to("generation/openrouter")
        now = self.take_over(f"OPENROUTER_API_KEY_FILE={self.folder}/openrouter\nBIG_MODEL_NAME=vendor/big\n",
                             "claude-code.env")
        self.assertIn(f"{self.folder}/openrouter", now["key"])
        self.assertEqual(now["big model"], "vendor/big")
        self.assertFalse((self.folder / ".config/dragoman/openrouter.key").exists())

    def test_the_file_of_the_flask_proxy_with_a_table(self):
        now = self.take_over(f"OPENROUTER_API_KEY={KEY}\nPROXY_PORT=8000\nPROXY_VERBOSE=true\n")
        self.assertTrue(now["listen"].startswith("127.0.0.1:8000"), now["listen"])
        self.assertEqual(now["log"].partition(",")[0], "debug")

    def test_the_file_of_the_flask_proxy_with_one_model(self):
        now = self.take_over(f"""OPENROUTER_API_KEY={KEY}
OPENROUTER_MODEL=openai/gpt-oss-120b
OPENROUTER_SITE_URL=https://your-domain.example
OPENROUTER_SITE_NAME="Claude Proxy"
HOST=0.0.0.0
PORT=8000
""")
        self.assertEqual((now["big model"], now["small model"]), ("openai/gpt-oss-120b", "openai/gpt-oss-120b"))
        self.assertEqual(now["site"], "Claude Proxy https://your-domain.example")
        self.assertTrue(now["listen"].startswith("127.0.0.1:8000"), now["listen"])
        self.assertIn("HOST", self.left)

    def test_the_second_step_finds_the_key(self):
        self.take_over(f"OPENROUTER_API_KEY={KEY}\nBIG_MODEL_NAME=vendor/big\n")
        done = self.run_in_root("doctor", "--offline", "--json")
        findings = json.loads(done.stdout)["findings"]
        key = next(finding for finding in findings if finding["check"] == "key")
        self.assertEqual(key["level"], "ok", key)
        self.assertIn("openrouter.key", key["finding"])

    def test_what_was_taken_over_answers(self):
        self.take_over(f"OPENAI_API_KEY={KEY}\nBASE_URL={self.upstream.url}\nBIG_MODEL_NAME=vendor/big\nPORT=8082\n")
        self.old.unlink()
        dragoman = self.start("--port", "0")
        self.assertEqual(self.asked_for(dragoman, "claude-opus-4-5"), "vendor/big")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")

    def test_a_key_of_openai_is_left_where_it_is(self):
        (self.folder / ".config/dragoman/config.toml").unlink()
        old = self.write(".env", "OPENAI_API_KEY=sk-proj-0123456789abcdef0123456789abcdef\nBIG_MODEL_NAME=vendor/big\n")
        done = self.run_in_root("init", "--import", str(old), "--yes", "--offline")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("OPENAI_API_KEY", done.stdout.partition("Could not be carried over")[2])
        self.assertFalse((self.folder / ".config/dragoman/openrouter.key").exists())


if __name__ == "__main__":
    OldSystem.program = str(Path(sys.argv[2]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
