"""The Debian package as a file: what is in it and where. tests/packages/deb_test.sh installs it."""
import re
import shutil
import unittest

from support import DRAGOMAN, ROOT, Case, main, run

BUILD = ROOT / "build/release"
FOLDERS = ("./usr/bin/", "./usr/share/doc/dragoman/", "./usr/share/man/man1/", "./usr/lib/systemd/",
           "./usr/share/bash-completion/completions/", "./usr/share/zsh/vendor-completions/",
           "./usr/share/fish/vendor_completions.d/")


def package(folder):
    """Packs what is built, without building anything."""
    made = run("cpack", "-G", "DEB", "-B", folder, cwd=BUILD)
    found = list(folder.glob("*.deb"))
    assert made.returncode == 0 and len(found) == 1, made.stdout + made.stderr
    return found[0]


@unittest.skipUnless(shutil.which("dpkg-shlibdeps") and shutil.which("cpack"), "no dpkg-dev, or no cpack")
@unittest.skipUnless((BUILD / "CPackConfig.cmake").exists() and (BUILD / "dragoman").exists(), "nothing built")
class Deb(Case):
    @classmethod
    def setUpClass(cls):
        cls.tree = BUILD / "deb-test"
        shutil.rmtree(cls.tree, ignore_errors=True)
        cls.file = package(cls.tree)
        cls.root, cls.control = cls.tree / "root", cls.tree / "control"
        for option, where in (("-x", cls.root), ("-e", cls.control)):
            assert run("dpkg-deb", option, cls.file, where).returncode == 0
        cls.listed = [line.split(None, 5) for line in run("dpkg-deb", "-c", cls.file).stdout.splitlines()]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.tree, ignore_errors=True)

    def field(self, name):
        return run("dpkg-deb", "-f", self.file, name).stdout.strip()

    def names(self):
        return [entry[5] for entry in self.listed if not entry[5].endswith("/")]

    def test_it_says_who_it_is(self):
        version = (ROOT / "VERSION").read_text().strip()
        self.assertEqual((self.field("Package"), self.field("Version")), ("dragoman", version))
        self.assertEqual(self.field("Section"), "net")
        description = self.field("Description").splitlines()
        self.assertGreater(len(description), 4)
        self.nothing([line for line in description if len(line) > 80])

    def test_it_asks_for_its_libraries(self):
        depends = {re.match(r"[\w.+-]+", part.strip())[0] for part in self.field("Depends").split(",")}
        self.assertIn("ca-certificates", depends)
        linked = set(re.findall(r"^\s*lib(ssl|stdc\+\+|fmt|spdlog|tomlplusplus)\.so",
                                run("ldd", DRAGOMAN).stdout, flags=re.M))
        self.assertIn("ssl", linked)
        for name in ("ssl", "stdc++", "fmt", "spdlog", "tomlplusplus"):  # all but the first may be compiled in
            self.assertEqual(name in linked, any(one.startswith(f"lib{name}") for one in depends), name)

    def test_files_are_where_debian_wants_them(self):
        self.nothing([name for name in self.names() if not name.startswith(FOLDERS)])
        for name in ("usr/bin/dragoman", "usr/share/doc/dragoman/copyright", "usr/share/doc/dragoman/README.md",
                     "usr/share/doc/dragoman/examples/minimal.toml", "usr/share/doc/dragoman/docs/operating.md"):
            self.assertIn("./" + name, self.names())

    def test_what_the_sources_have_is_in_it(self):
        expected = {f"./usr/share/man/man1/{page.name}.gz" for page in (ROOT / "docs/man").glob("*.1")}
        for kind in ("system", "user"):
            expected |= {f"./usr/lib/systemd/{kind}/{unit.name}"
                         for unit in (ROOT / "packaging/systemd" / kind).glob("*.*")}
        for shell, name in (("bash", "bash-completion/completions/dragoman"),
                            ("zsh", "zsh/vendor-completions/_dragoman"),
                            ("fish", "fish/vendor_completions.d/dragoman.fish")):
            printed = run(DRAGOMAN, "completion", shell)
            if printed.returncode == 0:
                expected.add(f"./usr/share/{name}")
                self.assertEqual((self.root / "usr/share" / name).read_text(), printed.stdout)
        self.nothing(sorted(expected - set(self.names())))

    def test_everything_is_roots_and_nobody_elses_to_write(self):
        self.assertGreater(len(self.listed), 20)
        for mode, owner, *_, name in self.listed:
            wanted = "drwxr-xr-x" if name.endswith("/") else "-rwxr-xr-x" if "/bin/" in name else "-rw-r--r--"
            self.assertEqual((mode, owner), (wanted, "root/root"), name)

    def test_the_program_is_stripped_and_the_same(self):
        program = self.root / "usr/bin/dragoman"
        self.assertLess(program.stat().st_size, 10_000_000)  # the bound of docs/performance.md
        self.assertEqual(run(program, "--version").stdout, run(DRAGOMAN, "--version").stdout)
        self.assertIn("no symbols", run("nm", program).stderr)

    def test_units_start_what_is_installed(self):
        for unit in (self.root / "usr/lib/systemd").rglob("*.service"):
            for command in re.findall(r"^Exec\w+=[-@:+!]*(\S+)", unit.read_text(), flags=re.M):
                self.assertTrue(command.startswith("/bin/") or command == "/usr/bin/dragoman",
                                f"{unit.name}: {command}")

    def test_make_install_goes_elsewhere_as_a_whole(self):
        prefix = self.folder / "local"
        done = run("cmake", "--install", BUILD, "--prefix", prefix)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(run(prefix / "bin/dragoman", "--version").returncode, 0)
        units = list((prefix / "lib/systemd").rglob("*.service"))
        self.assertEqual(len(units), len(list((ROOT / "packaging/systemd").rglob("*.service"))))
        for unit in units:
            self.assertIn(f"ExecStart={prefix}/bin/dragoman", unit.read_text())
            self.assertNotIn("/usr/bin/dragoman", unit.read_text())
        if run(DRAGOMAN, "completion", "zsh").returncode == 0:
            self.assertTrue((prefix / "share/zsh/site-functions/_dragoman").exists())

    def test_maintainer_scripts_are_shell_and_touch_no_configuration(self):
        scripts = [self.control / name for name in ("postinst", "prerm", "postrm")]
        for script in scripts:
            self.assertEqual(run("sh", "-n", script).returncode, 0)
            self.assertTrue(script.stat().st_mode & 0o111)
            code = re.sub(r"^\s*#.*$", "", script.read_text(), flags=re.M)
            self.assertIn("set -e", code)
            self.assertNotRegex(code, r"/etc/dragoman|/home|\.config|\$HOME|rm -r[^\n]*\$folder\"")
        self.assertFalse((self.control / "conffiles").exists())

    def test_links_between_its_documents_lead_somewhere(self):
        folder = self.root / "usr/share/doc/dragoman"
        wrong = []
        for document in (folder / "docs").glob("*.md"):
            for link in re.findall(r"\]\(([\w./-]+\.(?:md|toml|env))(?:#[\w-]*)?\)", document.read_text()):
                if not (document.parent / link).exists():
                    wrong.append(f"{document.name}: {link}")
        self.nothing([one for one in wrong if not re.search(r"CONTRIBUTING|ARCHITECTURE|SECURITY", one)])


if __name__ == "__main__":
    main()
