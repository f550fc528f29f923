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


class Commands(OldSystem):
    def run_in_root(self, *words):
        return subprocess.run([self.program, *words], cwd="/", text=True, capture_output=True, timeout=60,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder)})


class Import(Commands):
    """`dragoman init --import`, which takes an old system's file over for good."""

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


class ImportOfAGateway(Commands):
    """claude-code-router's config.json and LiteLLM's config.yaml, as docs/migrating.md says."""

    def take_over(self, text, name="config.json"):
        (self.folder / ".config/dragoman/config.toml").unlink(missing_ok=True)
        self.old = self.write(name, text)
        done = self.run_in_root("init", "--import", str(self.old), "--yes", "--offline")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.old.read_text(), text)
        self.said = done.stdout
        self.carried, _, self.left = done.stdout.partition("Could not be carried over")
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.config = (self.folder / ".config/dragoman/config.toml").read_text()
        self.assertNotIn(KEY, self.config)
        checked = self.run_in_root("check-config")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        return checked.stdout

    def router(self, **more):
        return {"Providers": [
            {"name": "openrouter", "api_base_url": f"{self.upstream.url}/chat/completions", "api_key": KEY,
             "models": ["big/model"]},
            {"name": "quick", "api_base_url": f"{self.upstream.url}/chat/completions", "api_key": "$QUICK_KEY",
             "models": ["small"]}],
            "Router": {"default": "openrouter,big/model", "background": "quick,small"}, **more}

    def without_catalogue(self):
        path = self.folder / ".config/dragoman/config.toml"
        path.write_text(self.config + "\n[catalogue]\nenabled = false\n")

    def test_the_example_of_the_routers_readme(self):
        now = self.take_over("""{
  // comments and commas at the end are fine there
  "PROXY_URL": "http://127.0.0.1:7890", "LOG": true, "API_TIMEOUT_MS": 600000,
  "Providers": [
    { "name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions", "api_key": "sk-deepseek-xxx",
      "models": ["deepseek-chat", "deepseek-reasoner"],
      "transformer": { "use": ["deepseek"], "deepseek-chat": { "use": ["tooluse"] } } },
    { "name": "ollama", "api_base_url": "http://localhost:11434/v1/chat/completions", "api_key": "ollama",
      "models": ["qwen2.5-coder:latest"], },
    { "name": "gemini", "api_base_url": "https://generativelanguage.googleapis.com/v1beta/models/",
      "api_key": "$GEMINI_API_KEY", "models": ["gemini-2.5-flash"], "transformer": { "use": ["gemini"] } },
  ],
  "Router": {
    "default": "deepseek,deepseek-chat", "background": "ollama,qwen2.5-coder:latest",
    "think": "deepseek,deepseek-reasoner", "longContext": "gemini,gemini-2.5-flash", "longContextThreshold": 60000,
  },
}""")
        self.assertRegex(now, r"upstream +deepseek at https://api.deepseek.com/v1")
        self.assertRegex(now, r"key +sha256:\w+ from \S+/deepseek.key")
        self.assertRegex(now, r"upstream +ollama at http://127.0.0.1:11434/v1")
        self.assertRegex(now, r"upstream +gemini at https://generativelanguage.googleapis.com/v1beta/openai")
        self.assertRegex(now, r"route +more than 60000 tokens: gemini/gemini-2.5-flash")
        self.assertRegex(now, r"route +background: ollama/qwen2.5-coder:latest")
        self.assertRegex(now, r"route +thinking: deepseek/deepseek-reasoner")
        self.assertRegex(now, r"big model +deepseek/deepseek-chat")
        self.assertIn("HTTPS_PROXY", self.left)
        self.assertIn("gemini needs its key: set GEMINI_API_KEY", self.said)
        key = self.folder / ".config/dragoman/deepseek.key"
        self.assertEqual((key.read_text(), key.stat().st_mode & 0o777), ("sk-deepseek-xxx\n", 0o600))

    def test_a_configuration_that_is_there_is_kept_as_a_copy_and_the_second_time_changes_nothing(self):
        self.take_over(json.dumps(self.router()))
        path = self.folder / ".config/dragoman/config.toml"
        again = self.run_in_root("init", "--import", str(self.old), "--yes", "--offline")
        self.assertIn("says all this already", again.stdout)
        path.write_text("[models]\nbig = \"mine/own\"\n")
        asked = self.run_in_root("init", "--import", str(self.old), "--offline")
        self.assertEqual(asked.returncode, 2, asked.stdout + asked.stderr)
        self.assertIn("--yes", asked.stderr)
        self.assertIn("mine/own", path.read_text())
        self.run_in_root("init", "--import", str(self.old), "--yes", "--offline")
        self.assertEqual(path.read_text(), self.config)
        self.assertIn("mine/own", (path.parent / "config.toml.bak").read_text())

    def test_what_was_taken_over_from_the_router_answers_with_each_providers_key(self):
        self.take_over(json.dumps(self.router(APIKEY="token-of-the-clients")))
        self.without_catalogue()
        dragoman = self.start("--port", "0", QUICK_KEY="key-of-quick")
        self.assertEqual(dragoman.message("claude-opus-4-5")[0], 401, "clients need the token")
        for model, expected, key in (("claude-opus-4-5", "big/model", KEY),
                                     ("claude-haiku-4-5", "small", "key-of-quick"),
                                     ("quick,small", "small", "key-of-quick")):
            status, answer = dragoman.post("/v1/messages", {"model": model, "max_tokens": 1000, "messages": [
                {"role": "user", "content": "Good day?"}]}, x_api_key="token-of-the-clients")
            self.assertEqual((status, self.upstream.last["body"]["model"]), (200, expected), answer)
            self.assertEqual(self.upstream.field("authorization"), f"Bearer {key}")

    def test_what_was_taken_over_from_litellm_answers_by_its_names(self):
        now = self.take_over(f"""# two servers, one name
model_list:
  - model_name: my-model
    litellm_params:
      model: openai/own-model
      api_base: {self.upstream.url}
      api_key: {KEY}
  - model_name: "claude-haiku*"
    litellm_params: {{model: openai/small-model, api_base: "{self.upstream.url}", api_key: os.environ/SMALL_KEY}}
litellm_settings:
  drop_params: true
  success_callback: ["langfuse"]
router_settings:
  fallbacks: [{{"my-model": ["claude-haiku*"]}}]
general_settings:
  master_key: sk-1234
""", "config.yaml")
        self.assertRegex(now, r"name +my-model -> local/own-model")
        self.assertRegex(now, r"route +model my-model: local/own-model, then local-2/small-model")
        self.assertIn("success_callback", self.left)
        self.without_catalogue()
        dragoman = self.start("--port", "0", SMALL_KEY="key-of-small")
        for model, expected, key in (("my-model", "own-model", KEY),
                                     ("claude-haiku-4-5", "small-model", "key-of-small")):
            status, answer = dragoman.post("/v1/messages", {"model": model, "max_tokens": 1000, "messages": [
                {"role": "user", "content": "Good day?"}]}, x_api_key="sk-1234")
            self.assertEqual((status, self.upstream.last["body"]["model"]), (200, expected), answer)
            self.assertEqual(self.upstream.field("authorization"), f"Bearer {key}")

    def test_a_file_that_cannot_be_read_changes_nothing(self):
        path = self.folder / ".config/dragoman/config.toml"
        before = path.read_text()
        for name, text, expected in (("config.json", "{ Providers: [ }", "line 1"),
                                     ("config.yaml", "model_list:\n\t- x: y\n", "line 2"),
                                     ("config.json", '{"mcpServers": {}}', "neither claude-code-router's"),
                                     ("config.json", '{"Providers": []}', "names no server"),
                                     ("config.yaml", "model_list:\n  - model_name: *\n", "in quotes")):
            done = self.run_in_root("init", "--import", str(self.write(name, text)), "--yes", "--offline")
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertIn(expected, done.stderr)
            self.assertEqual(path.read_text(), before)


if __name__ == "__main__":
    OldSystem.program = str(Path(sys.argv[2]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
