"""What docs/migrating.md promises, tried: each of the five older systems' settings, as they were, start dragoman.

    migrating_test.py ROOT DRAGOMAN
"""
import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from documents import rows  # noqa: E402
from old_systems import KEY, OldSystem  # noqa: E402

ROOT = Path(".")
DRAGOMAN = "dragoman"


class FastApi(OldSystem):
    def start_with_its_file(self):
        self.write(".env", f"""OPENAI_API_KEY={KEY}
BASE_URL={self.upstream.url}
BIG_MODEL_NAME=google/gemini-2.5-pro-preview
SMALL_MODEL_NAME=google/gemini-2.0-flash-lite-001
REFERER_URL=http://localhost:8080/claude_proxy
APP_NAME=AnthropicProxy
LOG_LEVEL=DEBUG
LOG_FILE_PATH=log.jsonl
HOST=127.0.0.1
PORT=0
RELOAD=true
""")
        return self.start()

    def test_its_file_starts_dragoman_and_chooses_the_models(self):
        dragoman = self.start_with_its_file()
        self.assertEqual(self.asked_for(dragoman, "claude-opus-4-5"), "google/gemini-2.5-pro-preview")
        self.assertEqual(self.asked_for(dragoman, "claude-sonnet-4-5"), "google/gemini-2.5-pro-preview")
        self.assertEqual(self.asked_for(dragoman, "claude-haiku-4-5"), "google/gemini-2.0-flash-lite-001")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")

    def test_its_endpoints_are_there(self):
        dragoman = self.start_with_its_file()
        self.assertEqual(dragoman.get("/")[0], 200)
        status, counted = dragoman.post("/v1/messages/count_tokens", {
            "model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "How many tokens am I?"}]})
        self.assertEqual(status, 200)
        self.assertGreater(counted["input_tokens"], 3)

    def test_its_log_file_has_json_lines_without_the_conversation(self):
        dragoman = self.start_with_its_file()
        dragoman.message("claude-opus-4-5", unheard_of=True)
        dragoman.__exit__()
        lines = (self.folder / "log.jsonl").read_text().splitlines()
        logged = [json.loads(line) for line in lines]
        self.assertTrue(any(line.get("upstream_model") == "google/gemini-2.5-pro-preview" for line in logged))
        self.assertTrue(any(line["level"] == "debug" for line in logged))
        self.assertNotIn("Good day", "".join(lines))
        self.assertNotIn(KEY, "".join(lines))

    def test_middle_model_is_an_addition(self):
        dragoman = self.start("--port", "0", OPENROUTER_API_KEY=KEY, OPENROUTER_BASE_URL=self.upstream.url,
                              BIG_MODEL_NAME="vendor/big", MIDDLE_MODEL="vendor/middle")
        self.assertEqual(self.asked_for(dragoman, "claude-sonnet-5-5"), "vendor/middle")
        self.assertEqual(self.asked_for(dragoman, "claude-opus-5-5"), "vendor/big")

    def test_quotes_that_docker_leaves_are_taken_off(self):
        dragoman = self.start(OPENROUTER_API_KEY=f'"{KEY}"', OPENROUTER_BASE_URL=self.upstream.url, PORT="0",
                              BIG_MODEL_NAME='"vendor/big"')
        self.assertEqual(self.asked_for(dragoman, "claude-opus-4-5"), "vendor/big")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")

    def test_a_key_of_openai_stays_at_home(self):
        dragoman = self.start("--port", "0", OPENAI_API_KEY="sk-proj-0123456789abcdef0123456789abcdef")
        self.assertEqual(dragoman.get("/health")[1]["status"], "degraded")
        self.assertEqual(dragoman.message("claude-opus-4-5")[0], 401)

    def test_a_base_url_of_a_folder_does_not_get_the_key_of_the_shell(self):
        self.write(".env", f"BASE_URL={self.upstream.url}\nPORT=0\n")
        self.start(OPENROUTER_API_KEY=KEY)
        checked = subprocess.run([DRAGOMAN, "check-config"], cwd=self.folder, text=True, capture_output=True,
                                 env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "OPENROUTER_API_KEY": KEY})
        self.assertNotIn(self.upstream.url, checked.stdout)
        self.assertEqual(self.upstream.asked, [])


class SystemdService(OldSystem):
    def test_a_secret_that_is_a_link_is_followed_and_a_new_generation_counts(self):
        self.write("secrets.d/1/openrouter", KEY + "\n")
        link = self.folder / "secrets"
        link.symlink_to("secrets.d/1")
        dragoman = self.start(OPENROUTER_API_KEY_FILE=str(link / "openrouter"), OPENROUTER_BASE_URL=self.upstream.url,
                              PORT="0")
        self.asked_for(dragoman, "claude-opus-4-5")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")

        self.write("secrets.d/2/openrouter", KEY.replace("0", "9") + "\n")
        (self.folder / "new").symlink_to("secrets.d/2")
        os.replace(self.folder / "new", link)
        end = time.monotonic() + 30
        while self.upstream.field("authorization") == f"Bearer {KEY}" and time.monotonic() < end:
            self.asked_for(dragoman, "claude-opus-4-5")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY.replace('0', '9')}")

    def test_a_credential_is_found_by_its_name(self):
        self.write("credentials/openrouter_api_key", KEY)
        dragoman = self.start(CREDENTIALS_DIRECTORY=str(self.folder / "credentials"), PORT="0",
                              OPENROUTER_BASE_URL=self.upstream.url)
        self.asked_for(dragoman, "claude-opus-4-5")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")


class FlaskWithATable(OldSystem):
    def start_with_its_table(self):
        table = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
        table = table[table.index("[[models.map]]                  "):]
        self.write("config.toml", table[:table.index("```")])
        return self.start("--config", "config.toml", OPENROUTER_API_KEY=KEY, PROXY_PORT="0", PROXY_VERBOSE="true",
                          OPENROUTER_BASE_URL=self.upstream.url)

    def test_its_table_chooses_the_models(self):
        dragoman = self.start_with_its_table()
        for asked, expected in (("claude-sonnet-4-5-20250929", "openai/gpt-oss-120b:free"),
                                ("claude-haiku-4-5-20251001", "moonshotai/kimi-k2:free"),
                                ("claude-haiku", "moonshotai/kimi-k2:free"),
                                ("claude-opus", "openai/gpt-oss-20b:free"),
                                ("claude-sonnet", "openai/gpt-oss-120b")):
            self.assertEqual(self.asked_for(dragoman, asked), expected)

    def test_both_paths_and_its_health_check(self):
        dragoman = self.start_with_its_table()
        self.asked_for(dragoman, "claude-opus", path="/anthropic/v1/messages")
        status, health = dragoman.get("/health")
        self.assertEqual((status, health["status"], health["service"]), (200, "healthy", "dragoman"))

    def test_verbose_means_debug(self):
        dragoman = self.start_with_its_table()
        dragoman.message("claude-opus", unheard_of=True)
        dragoman.__exit__()
        self.assertTrue(any('"level":"debug"' in line for line in dragoman.lines), "".join(dragoman.lines))

    def test_it_does_not_open_itself_to_a_network(self):
        done = subprocess.run([DRAGOMAN, "serve", "--host", "0.0.0.0", "--port", "0"], cwd=self.folder, text=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "OPENROUTER_API_KEY": KEY},
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("can be reached by other machines", done.stderr)

    def test_four_workers_with_tokens_do(self):
        dragoman = self.start("--host", "0.0.0.0", "--port", "0", "--workers", "4", OPENROUTER_API_KEY=KEY,
                              OPENROUTER_BASE_URL=self.upstream.url, DRAGOMAN_CLIENT_TOKEN="a-token-of-some-length-1")
        self.assertEqual(dragoman.message("claude-opus")[0], 401)


class FlaskWithOneModel(OldSystem):
    def start_as_it_was(self):
        self.write(".env", f"OPENROUTER_API_KEY={KEY}\nOPENROUTER_BASE_URL={self.upstream.url}\n"
                           "OPENROUTER_SITE_URL=https://your-domain.example   # optional\n"
                           "OPENROUTER_SITE_NAME=Claude Proxy                  # optional\n")
        return self.start("--port", "0", OPENROUTER_MODEL="vendor/model")

    def test_one_model_for_every_name_and_any_id_with_a_slash(self):
        dragoman = self.start_as_it_was()
        for name in ("claude-sonnet-4-5-20250929", "claude-haiku-4-5", "claude-opus-5-5"):
            self.assertEqual(self.asked_for(dragoman, name), "vendor/model")
        self.assertEqual(self.asked_for(dragoman, "openai/gpt-oss-120b"), "openai/gpt-oss-120b")

    def test_a_dummy_key_is_accepted_and_goes_nowhere(self):
        dragoman = self.start_as_it_was()
        status, _ = dragoman.post("/v1/messages", {"model": "claude-sonnet-4-5", "max_tokens": 8, "messages": [
            {"role": "user", "content": "Good day?"}]}, x_api_key="dummy-key")
        self.assertEqual(status, 200)
        self.assertNotIn("dummy-key", json.dumps(self.upstream.last))

    def test_health_says_degraded_without_a_key(self):
        dragoman = self.start("--port", "0")
        status, health = dragoman.get("/health")
        self.assertEqual((status, health["status"]), (200, "degraded"))

    def test_models_has_the_name_that_it_reported(self):
        dragoman = self.start_as_it_was()
        ids = [model["id"] for model in dragoman.get("/v1/models")[1]["data"]]
        self.assertIn("claude-sonnet-4-5-20250929", ids)


class NodeProxy(OldSystem):
    def start_as_it_was(self):
        text = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
        text = text[text.index("[models]\nbig = \"openrouter/aurora-alpha\""):]
        self.write("config.toml", text[:text.index("```")])
        return self.start("--config", "config.toml", "--port", "0", OPENROUTER_API_KEY=KEY,
                          OPENROUTER_BASE_URL=self.upstream.url)

    def test_every_name_is_swapped_on_the_messages_endpoint(self):
        dragoman = self.start_as_it_was()
        for name in ("claude-sonnet-4-6", "claude-haiku-4-5-20251001", "aurora"):
            self.assertEqual(self.asked_for(dragoman, name), "openrouter/aurora-alpha")
            self.assertEqual(self.upstream.last["path"].partition("?")[0], "/api/v1/messages")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")

    def test_a_long_user_id_becomes_a_short_digest(self):
        dragoman = self.start_as_it_was()
        person = "user_83970b0b_account_5222dcaa_session_91c09dee" * 4
        self.asked_for(dragoman, "claude-sonnet-4-6", metadata={"user_id": person})
        sent = json.dumps(self.upstream.last["body"])
        self.assertNotIn("83970b0b", sent)
        self.assertLessEqual(len(self.upstream.last["body"].get("metadata", {}).get("user_id", "")), 128)

    def test_counting_does_not_go_upstream(self):
        dragoman = self.start_as_it_was()
        status, counted = dragoman.post("/v1/messages/count_tokens?beta=true", {
            "model": "claude-sonnet-4-6", "messages": [{"role": "user", "content": "Good day?"}]})
        self.assertEqual((status, counted["input_tokens"] > 0), (200, True))
        self.assertEqual(self.upstream.asked, [])


class NodeLauncher(OldSystem):
    """`dragoman code`, with a program in place of Claude Code that says what it was given."""

    def setUp(self):
        super().setUp()
        self.folder.joinpath("bin").mkdir()
        client = self.write("bin/claude", "#!/bin/sh\nenv -0 > given\nprintf '%s\\n' \"$@\" > arguments\n"
                                          "curl -s -o answer -H 'content-type: application/json' "
                                          "-H \"x-api-key: $ANTHROPIC_AUTH_TOKEN\" "
                                          "-d '{\"model\":\"claude-haiku-4-5\",\"max_tokens\":8,\"messages\":"
                                          "[{\"role\":\"user\",\"content\":\"Good day?\"}]}' "
                                          "\"$ANTHROPIC_BASE_URL/v1/messages\"\nexit 7\n")
        client.chmod(0o700)
        self.write(".config/dragoman/config.toml",
                   "[models.names]\naurora = \"openrouter/aurora-alpha\"\n[catalogue]\nenabled = false\n")

    def launch(self, *words, program=None, **environment):
        environment = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder),
                       "OPENROUTER_API_KEY": KEY, "OPENROUTER_BASE_URL": self.upstream.url, **environment}
        done = subprocess.run([program or DRAGOMAN, *words], cwd=self.folder, env=environment, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.said = done.stderr
        given = (self.folder / "given").read_text().split("\0")
        self.given = dict(entry.split("=", 1) for entry in given if "=" in entry)
        return (self.folder / "arguments").read_text().splitlines()

    def test_the_first_argument_is_the_model_and_the_rest_the_clients(self):
        words = [str(n) for n in range(12)]
        arguments = self.launch("code", "openai/gpt-4o", "-p", "two words", *words)
        self.assertEqual(arguments, ["-p", "two words", *words])
        self.assertEqual(self.given["ANTHROPIC_MODEL"], "openai/gpt-4o")

    def test_a_first_argument_with_a_dash_is_the_clients(self):
        self.assertEqual(self.launch("code", "-p", "hello"), ["-p", "hello"])

    def test_a_short_name_and_the_old_name_of_the_launcher(self):
        link = self.folder / "claude-openrouter"
        link.symlink_to(DRAGOMAN)
        self.launch("aurora", "-p", "hello", program=str(link))
        self.assertEqual(self.given["ANTHROPIC_MODEL"], "openrouter/aurora-alpha")

    def test_the_session_it_was_started_in_the_login_and_the_key_stay_behind(self):
        self.launch("code", "--isolated", CLAUDECODE="1", ANTHROPIC_API_KEY="sk-ant-another")
        self.assertNotIn("CLAUDECODE", self.given)
        self.assertEqual(self.given.get("ANTHROPIC_API_KEY", ""), "")
        self.assertTrue(self.given["CLAUDE_CONFIG_DIR"].startswith(str(self.folder)))
        self.assertNotIn(KEY, self.given.values())

    def test_a_base_url_in_the_clients_own_settings_is_overruled(self):
        settings = self.write(".claude/settings.json", '{"env":{"ANTHROPIC_BASE_URL":"https://old.example"}}')
        arguments = self.launch("code", "-p", "hello")
        self.assertEqual((arguments[0], arguments[2:]), ("--settings", ["-p", "hello"]))
        self.assertIn("settings.json:1 sets ANTHROPIC_BASE_URL", self.said)
        self.assertIn("old.example", settings.read_text())

    def test_the_client_is_answered_on_a_free_port(self):
        self.launch("code", "openai/gpt-4o")
        self.assertEqual(json.loads((self.folder / "answer").read_text())["content"][0]["text"], "Good day.")
        self.assertEqual(self.upstream.last["body"]["model"], "openai/gpt-oss-120b")
        self.assertEqual(self.upstream.field("authorization"), f"Bearer {KEY}")

    def test_env_knows_the_shells_of_windows(self):
        for shell, expected in (("powershell", "$env:ANTHROPIC_BASE_URL"), ("cmd", "ANTHROPIC_BASE_URL=")):
            done = subprocess.run([DRAGOMAN, "env", "--shell", shell], cwd=self.folder, text=True, timeout=60,
                                  capture_output=True, env={"PATH": os.environ["PATH"], "HOME": str(self.folder)})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(expected, done.stdout)


class Others(OldSystem):
    def test_three_sizes_a_base_url_and_a_key_that_clients_must_send(self):
        token = "exact-matching-key-of-the-clients"
        dragoman = self.start(OPENAI_API_KEY="dummy-key", OPENAI_BASE_URL=self.upstream.url, BIG_MODEL="llama3.1:70b",
                              MIDDLE_MODEL="llama3.1:70b", SMALL_MODEL="llama3.1:8b", HOST="127.0.0.1", PORT="0",
                              DRAGOMAN_CLIENT_TOKEN=token)
        self.assertEqual(dragoman.message("claude-opus-4-5")[0], 401)
        for name, expected in (("claude-opus-4-5", "llama3.1:70b"), ("claude-3-5-haiku-20241022", "llama3.1:8b")):
            status, answer = dragoman.post("/v1/messages", {"model": name, "max_tokens": 8, "messages": [
                {"role": "user", "content": "Good day?"}]}, x_api_key=token)
            self.assertEqual((status, self.upstream.last["body"]["model"]), (200, expected), answer)
        self.assertEqual(self.upstream.field("authorization"), "Bearer dummy-key")

    def test_a_provider_and_a_model_as_the_router_writes_them(self):
        dragoman = self.start("--port", "0", OPENROUTER_API_KEY=KEY, OPENROUTER_BASE_URL=self.upstream.url)
        self.assertEqual(self.asked_for(dragoman, "deepseek,deepseek-chat"), "deepseek/deepseek-chat")


class TheTable(unittest.TestCase):
    def test_every_system_has_its_line(self):
        table = rows((ROOT / "docs/migrating.md").read_text(encoding="utf-8"), "what you run today")
        self.assertEqual(len(table), 5)


if __name__ == "__main__":
    ROOT, DRAGOMAN = Path(sys.argv[1]).resolve(), str(Path(sys.argv[2]).resolve())
    OldSystem.program = DRAGOMAN
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
