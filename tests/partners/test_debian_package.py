"""The Debian package: built, installed, upgraded, started, removed and purged in a root of its own.

The root is this machine's own file system with a layer in memory over it, in a namespace of its own: dpkg does there
what it does everywhere, and nothing of it is left.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from release.deb import Target, built

pytestmark = pytest.mark.partner

LAYER = """
set -e
mount -t tmpfs layer "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --bind /proc "$1/root/proc"
mount --bind /dev "$1/root/dev"
cp "$2" "$1/root/package.deb"
exec unshare --net chroot "$1/root" sh -c "ip link set lo up; $3"
"""
LIFE = """
as_service() { su -s /bin/sh assistant -c "cd /; ASSISTANT_STATE_DIR=/var/lib/assistant HOME=/var/lib/assistant $*"; }
step() { echo "== $1"; }
cd /
step install; dpkg -i /package.deb
mkdir -p /var/lib/assistant; chown assistant: /var/lib/assistant
step verify; systemd-analyze verify /lib/systemd/system/assistant.service 2>&1
step setup; printf 'consent = true\\nkey = "a-key-of-twenty-letters"\\nbroker = "pretend"\\narea = "attic"\\nreplace = true\\n' > /answers
assistant setup --answers /answers --config /etc/assistant/config.yaml
step secret; stat -c %U:%a /etc/assistant/gemini-api-key
step check; as_service assistant check --config /etc/assistant/config.yaml
step run; start=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/assistant.service)
as_service "ASSISTANT_BRAIN=embedded $start & echo \\$! > pid; wait" &
for i in $(seq 100); do as_service assistant health --config /etc/assistant/config.yaml > /health 2>&1 && break; sleep 0.3; done
cat /health
as_service assistant say turn on the kitchen light --config /etc/assistant/config.yaml || true
step stop; kill $(cat /var/lib/assistant/daemon.json | sed 's/.*"pid": \\([0-9]*\\).*/\\1/'); wait; ls /var/lib/assistant
step upgrade; dpkg -i /package.deb; grep -c 'area: attic' /etc/assistant/config.yaml
step remove; dpkg -r assistant; ls -d /opt/assistant /usr/bin/assistant 2>/dev/null; ls /etc/assistant /var/lib/assistant
step purge; dpkg -P assistant; ls -d /etc/assistant /var/lib/assistant 2>/dev/null; getent passwd assistant
step over
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is missing: this is no Debian")
    own = subprocess.run(("dpkg", "--print-architecture"), check=True, capture_output=True, text=True)
    version = subprocess.run(("/usr/bin/python3", "-V"), check=True, capture_output=True, text=True).stdout
    python = ".".join(version.split()[1].split(".")[:2])
    return built(Target(own.stdout.strip(), python), tmp_path_factory.mktemp("deb"), fast=True)


def told(package: Path, *words: str) -> str:
    return subprocess.run(("dpkg-deb", *words, package), check=True, capture_output=True, text=True).stdout


def test_what_is_in_the_package(package: Path) -> None:
    control = told(package, "--field")
    assert re.search(
        r"Depends: python3 \(>= 3\.\d+\), python3 \(<< 3\.\d+\), adduser, libportaudio2", control
    )
    owners = {line.split()[1] for line in told(package, "--contents").splitlines()}
    assert owners == {"root/root"}
    names = [line.split()[5] for line in told(package, "--contents").splitlines()]
    for wanted in (
        "etc/assistant/config.yaml",
        "usr/share/doc/assistant/assistant.cdx.json",
        "usr/bin/assistant",
    ):
        assert f"./{wanted}" in names
    assert not [name for name in names if name.endswith(".pyc") or "/pytest/" in name or "/mypy/" in name]
    outside = {name.split("/")[1] for name in names if name.count("/") > 1}
    assert outside == {"etc", "lib", "opt", "usr"}


@pytest.mark.skipif(os.geteuid() != 0, reason="a root of its own needs root")
def test_a_package_lives_and_leaves(package: Path, tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    layer.mkdir()
    done = subprocess.run(
        ("unshare", "--mount", "sh", "-c", LAYER, "sh", layer, package, "sh /dev/stdin"),
        input=LIFE, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "DEBIAN_FRONTEND": "noninteractive"},
    )  # fmt: skip
    steps = dict(re.findall(r"^== (\w+)\n(.*?)(?=^== |\Z)", done.stdout, re.DOTALL | re.MULTILINE))
    assert "over" in steps, done.stdout + done.stderr

    assert "next: sudo assistant setup" in steps["install"]
    assert steps["verify"] == "", "systemd has nothing to say about the unit"
    assert steps["secret"] == "root:600\n"
    assert "wrote /etc/assistant/config.yaml" in steps["setup"]
    assert "problem" not in steps["check"]
    assert "The kitchen light is on" in steps["run"]
    assert "daemon.json" not in steps["stop"], "it ended by itself and tidied up"
    assert steps["upgrade"].splitlines()[-1] == "1", "what the owner has written outlives an upgrade"
    assert "your data stays in /var/lib/assistant" in steps["remove"]
    assert {"config.yaml", "gemini-api-key", "identity"} <= set(steps["remove"].split())
    assert "/opt/assistant\n" not in steps["remove"]
    assert not {"/etc/assistant", "/var/lib/assistant"} & set(steps["purge"].split())
    assert "assistant:x" not in steps["purge"]
