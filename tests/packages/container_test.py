"""The container: what its files promise, without a Docker. image_test.sh builds and runs it."""
import fnmatch
import json
import re
import shlex
import shutil
import unittest
from pathlib import Path

from support import (DRAGOMAN, ROOT, Case, Dragoman, drain_seconds, environment, main, run,
                     tracked_files)

try:
    import yaml
except ImportError:
    yaml = None

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SIZE_MAX = 60 * 1000 * 1000
HEALTH = ROOT / "docker/health.sh"


def instructions():
    """The instructions of the Dockerfile: (stage, word, rest)."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.M).replace("\\\n", " ")
    stage, found = "", []
    for line in text.splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = rest.split(" AS ")[-1] if " AS " in rest else "final"
        found.append((stage, word, rest.strip()))
    return found


def of(word, stage="final"):
    return [rest for where, what, rest in instructions() if what == word and where == stage]


def variables():
    return dict(part.split("=", 1) for rest in of("ENV") for part in shlex.split(rest))


def copied(*stages):
    """What is copied from the context, for all stages or for some."""
    return [source for stage, word, rest in instructions()
            if word == "COPY" and "--from=" not in rest and (not stages or stage in stages)
            for source in rest.split()[:-1]]


def ignored(path):
    """Whether .dockerignore keeps `path` out: the last line that matches it or a folder above it counts."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        parts = path.split("/")
        heads = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        level = pattern.count("/")
        if any(fnmatch.fnmatchcase(head, pattern) and head.count("/") == level for head in heads):
            verdict = not line.strip().startswith("!")
    return verdict


def runtime_packages():
    install = next(rest for rest in of("RUN") if "apt-get install" in rest)
    words = re.search(r"apt-get install (.*?)&&", install)[1].split()
    return {word for word in words if not word.startswith("-")}


def packages_of_libraries():
    paths = re.findall(r"=> (/\S+)", run("ldd", DRAGOMAN).stdout)
    names = set()
    for path in paths:
        real = Path(path).resolve()
        owner = next((found for found in (run("dpkg", "-S", form) for form in (real, path, f"*/{real.name}"))
                      if found.returncode == 0), None)
        assert owner is not None, f"no package has {path}"
        names |= {line.split(":")[0] for line in owner.stdout.splitlines()}
    return names


class Image(Case):
    def test_both_places_hold_the_same_file(self):
        self.assertEqual(DOCKERFILE, (ROOT / "docker/Dockerfile").read_text(encoding="utf-8"))

    def test_what_is_copied_is_there_and_reaches_the_build(self):
        files = tracked_files()
        self.assertGreater(len(copied()), 5)
        wrong = []
        for source in copied():
            below = [name for name in files if name == source or name.startswith(source.rstrip("/") + "/")]
            if not below:
                wrong.append(f"{source} is copied, but not in the repository")
            wrong += [f"{name} is copied, but .dockerignore keeps it out" for name in below if ignored(name)]
        self.nothing(wrong)

    def test_what_the_build_reads_is_copied(self):
        if not shutil.which("ninja"):
            self.skipTest("no ninja here")
        sources = [source for source in copied("build") if source != "tools/install-packages.sh"]
        for name in tracked_files():
            if any(name == source or name.startswith(source + "/") for source in sources):
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.folder / name)
        for command in (["cmake", "--preset", "release", "-DDRAGOMAN_TESTS=OFF"],
                        ["ninja", "-n", "-C", "build/release", "dragoman"]):
            done = run(*command, cwd=self.folder, env=environment(self.folder))
            self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])

    def test_keys_and_builds_stay_out_of_the_context(self):
        for name in (".env", "src.env", "build/release/dragoman", ".git/config", "openrouter.key",
                     "docker/.env", "config.toml", "tests/e2e/run.sh"):
            self.assertTrue(ignored(name), name)
        self.assertFalse(ignored("src/main.cpp"))

    def test_the_packages_are_those_of_the_libraries(self):
        if not shutil.which("dpkg"):
            self.skipTest("no dpkg here")
        base = {"libc6", "libgcc-s1"}
        self.assertEqual(runtime_packages() - {"ca-certificates"}, packages_of_libraries() - base)

    def test_it_adds_little_to_its_base(self):
        if not shutil.which("dpkg-query"):
            self.skipTest("no dpkg-query here")
        # ca-certificates needs openssl; zlib1g is in the base, and counted all the same.
        packages = runtime_packages() | {"openssl"}
        sizes = run("dpkg-query", "-W", "-f", "${Package} ${Installed-Size}\n", *packages).stdout.split("\n")
        kib = {line.split()[0]: int(line.split()[1]) for line in sizes if line}
        self.assertEqual(set(kib), packages)
        stripped = self.folder / "dragoman"
        self.assertEqual(run("strip", "-o", stripped, DRAGOMAN).returncode, 0)
        self.assertLess(stripped.stat().st_size + 1024 * sum(kib.values()), SIZE_MAX)

    def test_it_runs_as_nobody_in_particular(self):
        user = of("USER")[-1]
        self.assertRegex(user, r"^[1-9]\d*:[1-9]\d*$")
        self.assertGreater(instructions().index(("final", "USER", user)),
                           instructions().index(("final", "RUN", of("RUN")[-1])))

    def test_it_listens_where_a_mapped_port_arrives_whatever_the_environment_says(self):
        self.assertEqual(variables()["HOST"], "0.0.0.0")
        self.assertEqual(variables()["DRAGOMAN_ALLOW_UNAUTHENTICATED"], "1")
        self.assertEqual(of("EXPOSE"), ["8080"])
        command = json.loads(of("CMD")[-1])
        self.assertEqual(json.loads(of("ENTRYPOINT")[-1]), ["dragoman"])
        self.assertEqual(command[0], "serve")
        old = variables() | {"PORT": '"8000"', "HOST": "'127.0.0.1'", "PROXY_PORT": "9001"}
        checked = run(DRAGOMAN, "check-config", *command[1:], cwd=self.folder,
                      env=environment(self.folder, **old))
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertRegex(checked.stdout, r"listen +0\.0\.0\.0:8080\b")

    def test_an_env_file_with_quotes_is_understood(self):
        # docker run --env-file takes what follows '=' as it is.
        lines = ['OPENROUTER_API_KEY="sk-or-v1-0123456789abcdef"', "BIG_MODEL_NAME='z-ai/glm-4.6'",
                 'PROXY_VERBOSE="true"', "SMALL_MODEL=\"\""]
        values = dict(line.split("=", 1) for line in lines)
        bare = {name: value.strip("\"'") for name, value in values.items()}
        said = [run(DRAGOMAN, "check-config", cwd=self.folder, env=environment(self.folder, **given))
                for given in (values, bare)]
        self.assertEqual([one.returncode for one in said], [0, 0], said[0].stderr)
        self.assertIn("z-ai/glm-4.6", said[0].stdout)
        self.assertEqual(said[0].stdout, said[1].stdout)

    def test_a_mounted_env_file_is_read(self):
        (self.folder / ".env").write_text("export BIG_MODEL='z-ai/glm-4.6'   # a comment\n")
        (self.folder / ".env").chmod(0o600)
        checked = run(DRAGOMAN, "check-config", cwd=self.folder, env=environment(self.folder, **variables()))
        self.assertIn("z-ai/glm-4.6", checked.stdout)
        # .env is looked for in the working directory, config.toml in $XDG_CONFIG_HOME/dragoman: one folder.
        self.assertEqual(of("WORKDIR")[-1], variables()["XDG_CONFIG_HOME"] + "/dragoman")

    def test_it_starts_where_nothing_can_be_written_and_is_found_healthy(self):
        nowhere = {"STATE_DIRECTORY": "/dev/null/state", "CACHE_DIRECTORY": "/dev/null/cache",
                   "RUNTIME_DIRECTORY": "/dev/null/run"}
        with Dragoman("--demo", "--host", "127.0.0.1", "--port", "0",
                      **environment(self.folder, **nowhere)) as dragoman:
            self.assertIsNotNone(dragoman.port, "".join(dragoman.said))
            self.assertEqual(run(HEALTH, dragoman.port).returncode, 0)
        gone = run(HEALTH, dragoman.port)
        self.assertEqual(gone.returncode, 1)
        self.assertIn(str(dragoman.port), gone.stdout)

    def test_health_needs_nothing_that_a_slim_image_lacks(self):
        text = HEALTH.read_text()
        self.assertTrue(text.startswith("#!/bin/bash\n"))
        self.assertTrue(HEALTH.stat().st_mode & 0o100)
        self.assertEqual(run("bash", "-n", HEALTH).returncode, 0)
        self.assertNotRegex(text, r"\b(curl|wget|nc|python|awk|sed|grep|head)\b")
        self.assertEqual(json.loads(of("HEALTHCHECK")[-1].split("CMD ")[1]), ["dragoman-health"])
        self.assertTrue(any(rest.endswith("/usr/local/bin/dragoman-health") for rest in of("COPY")))


@unittest.skipIf(yaml is None, "python3-yaml is not installed")
class Compose(Case):
    def setUp(self):
        super().setUp()
        self.text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
        self.service = yaml.safe_load(self.text)["services"]["dragoman"]

    def test_it_is_published_on_this_machine_only(self):
        self.assertEqual([port.split(":")[0] for port in self.service["ports"]], ["127.0.0.1"])
        self.assertTrue(all(port.endswith(":8080") for port in self.service["ports"]))

    def test_it_may_do_as_little_as_possible(self):
        self.assertIs(self.service["read_only"], True)
        self.assertEqual(self.service["cap_drop"], ["ALL"])
        self.assertIn("no-new-privileges:true", self.service["security_opt"])
        self.assertNotIn("privileged", self.service)

    def test_what_it_learns_is_kept(self):
        folders = {volume.split(":")[1] for volume in self.service["volumes"]}
        self.assertIn(variables()["STATE_DIRECTORY"], folders)
        self.assertTrue(any(variables()["CACHE_DIRECTORY"].startswith(folder) for folder in folders))

    def test_an_env_file_of_another_proxy_moves_the_port_outside_only(self):
        self.assertEqual(self.service["env_file"], ".env")
        self.assertEqual(self.service["environment"]["PORT"], "8080")
        self.assertEqual(self.service["environment"]["HOST"], "0.0.0.0")
        # One level of ${…} only: what Debian's docker-compose reads as well.
        self.assertNotRegex(self.text, r"\$\{[^}]*\$\{")
        port = self.service["ports"][0]
        self.assertEqual(re.sub(r"\$\{PORT:-(\d+)\}", r"\1", port), "127.0.0.1:8080:8080")

    def test_a_stop_waits_for_running_answers(self):
        self.assertGreater(int(self.service["stop_grace_period"].rstrip("s")), drain_seconds())

    def test_compose_itself_understands_it(self):
        compose = next((words for words in (["docker", "compose"], ["docker-compose"])
                        if shutil.which(words[0]) and run(*words, "version").returncode == 0), None)
        if compose is None:
            self.skipTest("no docker compose here")
        shutil.copy(ROOT / "compose.yaml", self.folder)
        (self.folder / ".env").write_text("export OPENROUTER_API_KEY=\"sk-or-v1-0000\"\nPORT='8000'\n"
                                          "HOST=127.0.0.1\nLOG_FILE_PATH=logs/proxy.log\n")
        said = run(*compose, "config", cwd=self.folder, env=environment(self.folder))
        self.assertEqual(said.returncode, 0, said.stderr)
        service = yaml.safe_load(said.stdout)["services"]["dragoman"]
        self.assertEqual(service["environment"]["OPENROUTER_API_KEY"], "sk-or-v1-0000")
        for name, value in (("PORT", "8080"), ("HOST", "0.0.0.0"), ("LOG_FILE_PATH", "")):
            self.assertEqual(service["environment"][name], value)
        self.assertIn("8000", str(service["ports"]))


if __name__ == "__main__":
    main()
