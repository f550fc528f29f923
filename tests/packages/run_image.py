"""Runs an unpacked image in namespaces of its own, as its configuration says, and talks to it:
    run_image.py IMAGE.json ROOT         (as root, in a network namespace without anything else)"""
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

# What runs in the new mount and process namespaces. $1: the root; $2: user; $3: group; the rest: the program.
INSIDE = """
set -e
root=$1 uid=$2 gid=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null urandom random zero; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
if [ "$STATE" = volume ]; then mount -t tmpfs -o mode=1777 tmpfs "$root/var/lib/dragoman"; fi
exec chroot "$root" setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \\
    --bounding-set -all --inh-caps -all env -i "$@"
"""


class Container:
    def __init__(self, config, root, state, *more):
        self.root = root
        variables = [*config["Env"], *more]
        uid, gid = config["User"].split(":")
        command = config["Entrypoint"] + config["Cmd"]
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "bash", "-c", INSIDE,
             "inside", root, uid, gid, *variables, *command], env={"PATH": os.environ["PATH"], "STATE": state},
            stderr=subprocess.PIPE, text=True)

    def answers(self, path="/health"):
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:8080{path}", timeout=5) as answer:
                    return json.load(answer)
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None:
                    raise SystemExit("it ended:\n" + self.process.stderr.read())
                time.sleep(0.05)       # nothing tells from outside when it listens: asked until it answers
        raise SystemExit("it does not answer")

    def pid(self):
        """Process 1 of the namespace, seen from here."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def health(self):
        return subprocess.run(["nsenter", "-t", str(self.pid()), "-m", "-p", "chroot", self.root, "bash",
                               "/usr/local/bin/dragoman-health"], env={"PATH": os.environ["PATH"]}).returncode

    def end(self):
        os.kill(self.pid(), 15)
        self.process.wait(timeout=60)
        return self.process.stderr.read()


def main(image, root):
    import loopback_up  # noqa: F401  (its import switches the interface on)
    config = json.loads(Path(image).read_text())["Docker"]["config"]
    assert config["User"] not in ("", "0", "root"), config["User"]
    assert config.get("Healthcheck", {}).get("Test") == ["CMD", "dragoman-health"], config.get("Healthcheck")
    other_proxy = ['PORT="8000"', "HOST='127.0.0.1'", 'BIG_MODEL="z-ai/glm-4.6"']
    for state, more in (("nothing", []), ("volume", other_proxy)):
        container = Container(config, root, state, *more)
        health = container.answers()
        assert health["service"] == "dragoman", health
        assert "z-ai/glm-4.6" in json.dumps(container.answers("/v1/models")) or not more
        status = Path(f"/proc/{container.pid()}/status").read_text()
        assert "\nCapEff:\t0000000000000000\n" in status and "\nNoNewPrivs:\t1\n" in status, status
        assert "\nUid:\t0\t" not in status
        assert container.health() == 0
        log = container.end()
        assert '"ended"' in log and '"level":"error"' not in log, log
        print(f"passed with {state} to write to")


if __name__ == "__main__":
    main(*sys.argv[1:])
