"""The Nix files: they parse, and the modules make of their options what they should. There is no nixpkgs here:
tests/nix/lib.nix stands for the part of it that the modules use."""
import json
import re
import shutil
import sys
import unittest

from support import DRAGOMAN, ROOT, Case, drain_seconds, environment, main, run

sys.path.insert(0, str(ROOT / "tests/docs"))
from documents import blocks, rows  # noqa: E402

FILES = [ROOT / "flake.nix", *sorted((ROOT / "nix").glob("*.nix"))]
DOCUMENT = ROOT / "docs/nixos.md"
MODULES = {"nixos": ROOT / "nix/nixos-module.nix", "home": ROOT / "nix/home-module.nix"}
# What sops-nix and agenix would have put into `config`, and the flake's inputs.
AROUND = """{
  config.xdg.configHome = "/home/ada/.config";
  config.sops.secrets = { openrouter.path = "/run/secrets/openrouter"; groq.path = "/run/secrets/groq";
                          dragoman-tokens.path = "/run/secrets/dragoman-tokens"; };
  config.age.secrets.openrouter.path = "/run/agenix/openrouter";
  inputs = { sops-nix.nixosModules.sops = 0; sops-nix.homeManagerModules.sops = 0; agenix.nixosModules.default = 0;
             dragoman.nixosModules.default = 0; dragoman.homeManagerModules.default = 0; };
}"""


def to_toml(value, path=()):
    """A configuration as toml.generate would write it."""
    simple = {key: one for key, one in value.items() if not isinstance(one, dict)}
    lines = [f"[{'.'.join(path)}]"] if path and (simple or not value) else []
    for key, one in simple.items():
        lines.append(f"{key} = {inline(one)}")
    return "\n".join(lines) + "\n" + "".join(
        to_toml(one, (*path, key)) for key, one in value.items() if isinstance(one, dict))


def unit_lines(key, value):
    """The values of a unit's setting as they stand in a unit file, one a line."""
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, list):
        return [" ".join(value)] if key in ("RestrictAddressFamilies", "IPAddressDeny") else value
    return [str(value)]


def inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return json.dumps(value)


@unittest.skipUnless(shutil.which("nix-instantiate"), "nix-instantiate is not installed (Debian: nix-bin)")
class Nix(Case):
    def instantiate(self, *arguments, **options):
        return run("nix-instantiate", "--store", "dummy://", *arguments, env=environment(self.folder), **options)

    def evaluate(self, kind, given):
        done = self.instantiate("--eval", "--strict", "--json", ROOT / "tests/nix/service.nix",
                                "--arg", "module", MODULES[kind], "--argstr", "given", json.dumps(given))
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr

    def service(self, kind, **given):
        """The unit's settings and the configuration that the module makes."""
        made = self.evaluate(kind, {"enable": True, **given})
        self.assertIsInstance(made, dict, made)
        text = json.dumps(made)
        written = re.search(r'dragoman\.toml\?(\{.*?\})"', text.replace('\\"', "\0"))[1]
        configuration = json.loads(written.replace("\0", '"'))
        unit = (made["systemd"]["services"]["dragoman"]["serviceConfig"] if kind == "nixos"
                else made["systemd"]["user"]["services"]["dragoman"]["Service"])
        return unit, configuration, made

    def checked(self, unit, configuration):
        """What dragoman makes of the configuration; files and credentials that it is given are there."""
        text = to_toml(configuration)
        credentials = [pair.split(":")[0] for pair in unit.get("LoadCredential", [])]
        named = {path: path.rpartition("/")[2] for path in re.findall(r'"(/run/[\w/-]+)"', text)}
        for name in [*credentials, *named.values()]:
            (self.folder / name).write_text("sk-or-v1-0123456789abcdef\n")
            (self.folder / name).chmod(0o600)
        for path, name in named.items():
            text = text.replace(path, str(self.folder / name))
        (self.folder / "config.toml").write_text(text)
        done = run(DRAGOMAN, "check-config", "--config", self.folder / "config.toml", cwd=self.folder,
                   env=environment(self.folder, CREDENTIALS_DIRECTORY=str(self.folder)))
        self.assertEqual(done.returncode, 0, done.stderr + text)
        return done.stdout

    def test_every_file_parses(self):
        self.assertGreater(len(FILES), 4)
        for file in FILES:
            done = self.instantiate("--parse", file)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_flake_has_what_people_look_for(self):
        expression = """
          let lib = import ./tests/nix/lib.nix; pkgs = import ./tests/nix/pkgs.nix;
              self = flake.outputs { inherit self;
                nixpkgs = { inherit lib; legacyPackages = lib.genAttrs lib.platforms.linux (system: pkgs // {
                  stdenv.hostPlatform.system = system; mkShell = shell: shell.packages; }); }; };
              flake = import ./flake.nix;
          in { outputs = builtins.attrNames self; packages = builtins.attrNames self.packages.x86_64-linux;
               program = self.apps.aarch64-linux.default.program; nixos = toString self.nixosModules.default;
               home = toString self.homeManagerModules.default;
               overlay = (self.overlays.default pkgs pkgs).dragoman; }"""
        done = self.instantiate("--eval", "--strict", "--json", "-E", expression, cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stderr)
        flake = json.loads(done.stdout)
        self.assertLessEqual({"packages", "nixosModules", "homeManagerModules", "overlays", "devShells", "checks"},
                             set(flake["outputs"]))
        self.assertIn("default", flake["packages"])
        self.assertTrue(flake["program"].endswith("/bin/dragoman"))
        self.assertEqual([flake["nixos"], flake["home"]], [str(MODULES["nixos"]), str(MODULES["home"])])

    def test_the_package_builds_what_the_sources_have(self):
        expression = "((import ./tests/nix/pkgs.nix).callPackage ./nix/package.nix {}) // { src = null; }"
        done = self.instantiate("--eval", "--strict", "--json", "-E",
                                f"builtins.removeAttrs ({expression}) [ \"outPath\" \"type\" ]", cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stderr)
        package = json.loads(done.stdout)
        self.assertEqual(package["version"], (ROOT / "VERSION").read_text().strip())
        # One input for every library that CMake looks for.
        found = re.findall(r"^find_package\((\w+)", (ROOT / "cmake/packages.cmake").read_text(), flags=re.M)
        inputs = {re.sub(r"^.*?-", "", path.rpartition("/")[2]) for path in package["buildInputs"]}
        self.assertEqual({name.lower() for name in found} - {"threads"}, inputs)
        options = (ROOT / "CMakeLists.txt").read_text()
        for flag in package["cmakeFlags"]:
            self.assertRegex(options, rf"option\({re.match('-D([A-Z_]+)', flag)[1]} ")

    def test_nothing_is_done_unless_it_is_enabled(self):
        for kind in MODULES:
            made = self.evaluate(kind, {"enable": False})
            self.assertEqual(set(made), {"_type"}, made)

    def test_the_key_is_handed_over_and_in_no_store(self):
        unit, configuration, made = self.service("nixos", keyFile="/run/secrets/openrouter",
                                                 clientTokensFile="/run/secrets/tokens")
        self.assertEqual(unit["LoadCredential"], ["openrouter_api_key:/run/secrets/openrouter",
                                                  "dragoman_client_token:/run/secrets/tokens"])
        self.assertEqual(configuration, {})
        unit, configuration, made = self.service("home", keyFile="/home/ada/.config/sops-nix/secrets/openrouter")
        self.assertEqual(unit["Environment"], [])
        self.assertEqual(configuration["upstreams"]["openrouter"]["key_file"],
                         "/home/ada/.config/sops-nix/secrets/openrouter")
        unit, configuration, made = self.service("home", keyFile="${XDG_RUNTIME_DIR}/agenix/openrouter")
        self.assertEqual((unit["Environment"], configuration),
                         (["OPENROUTER_API_KEY_FILE=%t/agenix/openrouter"], {}))

    def test_the_credential_has_the_name_of_the_upstreams_key(self):
        for upstreams, name in (({"anthropic": {"preset": "anthropic"}}, "anthropic_api_key"),
                                ({"anthropic": {}}, "anthropic_api_key"),
                                ({"mine": {"preset": "openrouter"}}, "openrouter_api_key"),
                                ({"groq": {"base_url": "https://api.groq.com/openai/v1"}}, "upstream_api_key"),
                                ({"groq": {"base_url": "https://a.example/v1", "key_env": "GROQ"}}, "groq")):
            unit, configuration, _ = self.service("nixos", keyFile="/run/key", settings={"upstreams": upstreams})
            self.assertEqual(unit["LoadCredential"], [f"{name}:/run/key"])
            self.assertIn(f"credential {name}", self.checked(unit, configuration))

    def test_what_everybody_could_read_is_refused(self):
        store = "/nix/store/22222222222222222222222222222222-key"
        for kind in MODULES:
            with_key = {"upstreams": {"openrouter": {"key": "sk-or-v1-0"}}}
            with_token = {"server": {"client_tokens": ["a"]}}
            for given, word in (({"settings": with_key}, "use services.dragoman.keyFile"),
                                ({"settings": with_token}, "use services.dragoman.clientTokensFile"),
                                ({"keyFile": store}, "must not be in the Nix store"),
                                ({"environmentFile": store}, "must not be in the Nix store"),
                                ({"keyFile": 7}, "keyFile is no null or string"),
                                ({"keyfile": "/run/key"}, "there is no option keyfile")):
                said = self.evaluate(kind, {"enable": True, **given})
                self.assertIsInstance(said, str, f"{kind} accepts {given}")
                self.assertIn(word, said)

    def test_the_firewall_opens_for_what_can_be_reached(self):
        listen = ["0.0.0.0:9000", "127.0.0.1:9001", "[::]:9002"]
        given = {"openFirewall": True, "settings": {"server": {"listen": listen}}}
        *_, made = self.service("nixos", **given)
        self.assertEqual(made["networking"]["firewall"]["allowedTCPPorts"], [9000, 9002])
        *_, made = self.service("nixos", **{**given, "openFirewall": False})
        self.assertEqual(made["networking"]["firewall"], {})
        self.assertIn("loopback addresses only", self.evaluate("nixos", {"enable": True, "openFirewall": True}))

    def test_a_stop_waits_for_running_answers(self):
        for kind in MODULES:
            self.assertGreater(int(self.service(kind)[0]["TimeoutStopSec"].rstrip("s")), drain_seconds())

    def test_the_units_are_those_of_the_other_packages(self):
        own = {"ExecStart", "ExecReload", "LoadCredential", "SetCredential", "ConfigurationDirectory", "Environment"}
        for kind, name in (("nixos", "system"), ("home", "user")):
            text = (ROOT / f"packaging/systemd/{name}/dragoman.service").read_text()
            service = re.search(r"^\[Service\]\n(.*?)(?=^\[)", text, flags=re.M | re.S)[1]
            expected = {}
            for key, value in re.findall(r"^(\w+)=(.*)$", service, flags=re.M):
                expected.setdefault(key, []).append(value)
            made = {key: unit_lines(key, value) for key, value in self.service(kind)[0].items()}
            self.assertEqual({key: value for key, value in made.items() if key not in own},
                             {key: value for key, value in expected.items() if key not in own})

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_the_unit_is_well_confined(self):
        unit, *_ = self.service("nixos", keyFile="/run/secrets/openrouter", environmentFile="/run/secrets/env")
        lines = [f"{key}={line}" for key, value in unit.items() for line in unit_lines(key, value)]
        text = "[Service]\n" + "\n".join(lines) + "\n"
        file = self.folder / "dragoman.service"
        file.write_text(re.sub(r"/nix/store/\S*/bin/\w+", "/bin/true", text))
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=20", file)
        self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)
        verified = run("systemd-analyze", "verify", "--man=no", file)
        self.assertNotRegex(verified.stderr, r"dragoman\.service:\d+: (Unknown|Failed|Invalid)", verified.stderr)

    def test_the_examples_of_the_document_come_to_a_service(self):
        wrong, evaluated = [], 0
        for block in blocks(DOCUMENT):
            if block.language != "nix":
                continue
            parsed = self.instantiate("--parse", "-E", block.text)
            if parsed.returncode != 0:
                wrong.append(f"{block}:\n{parsed.stderr}")
            kind = re.search(r"evaluated: (\w+)", block.comment)
            if not kind:
                continue
            done = self.instantiate("--eval", "--strict", "--json", "-E",
                                    f"(({block.text}) {AROUND}).services.dragoman")
            self.assertEqual(done.returncode, 0, f"{block}:\n{done.stderr}")
            unit, configuration, _ = self.service(kind[1], **json.loads(done.stdout))
            self.assertIn("sha256:", self.checked(unit, configuration), block)
            evaluated += 1
        self.nothing(wrong)
        self.assertGreaterEqual(evaluated, 4)

    def test_the_document_has_every_option(self):
        documented = {row[0].strip("`") for row in rows(DOCUMENT.read_text(), "`services.dragoman.`")}
        options = (ROOT / "nix/options.nix").read_text()
        declared = set(re.findall(r"^    (\w+) = lib\.mk\w*Option", options, flags=re.M))
        self.assertEqual(documented, declared | {"openFirewall"})


if __name__ == "__main__":
    main()
