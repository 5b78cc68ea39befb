"""`python -m release.deb FOLDER`: a Debian package of the assistant with all Python packages that it needs.

What is in it is a virtual environment in /opt/assistant that the machine's own Python runs: installing needs
neither pip nor a network, and removing leaves nothing. One package fits one Python (Debian 12 has 3.11,
13 has 3.13) and one architecture; both can be another's than this machine's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant import __version__
from assistant.ops.install import Installer, system_layout
from assistant.ops.machine import Machine
from release.sbom import bill, installed
from release.wheels import pins

ROOT = Path(__file__).parent.parent
HOME = "opt/assistant"
UNIT = "lib/systemd/system/assistant.service"
DOCUMENTS = "usr/share/doc/assistant"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
GLIBC = {"3.11": 36, "3.13": 41}
"""Of the Debian that has this Python."""
EXTRAS = "cameras,gpio,cast,mcp,notify"
STARTER = """\
#!/opt/assistant/bin/python3
from assistant.__main__ import run

run()
"""
SETTINGS = "home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n"


@dataclass(frozen=True)
class Target:
    """For which Debian a package is made; ``architecture`` as Debian calls it."""

    architecture: str
    python: str

    @property
    def name(self) -> str:
        """Of the package's file."""
        return f"assistant_{__version__}_{self.architecture}_python{self.python}.deb"

    def platforms(self) -> Iterator[str]:
        """Tags of wheels that run there."""
        machine = MACHINES[self.architecture]
        yield from (f"manylinux_2_{minor}_{machine}" for minor in range(5, GLIBC[self.python] + 1))
        yield from (f"manylinux{old}_{machine}" for old in ("2014", "2010", "1"))


def built(target: Target, folder: Path, *, fast: bool = False) -> Path:
    """Make the package in a folder; a ``fast`` one is larger."""
    with tempfile.TemporaryDirectory(prefix="assistant-deb-") as work:
        tree = Path(work) / "tree"
        _environment(target, tree / HOME, Path(work))
        _system(tree)
        _documents(tree / DOCUMENTS, tree / HOME)
        _control(target, tree)
        folder.mkdir(parents=True, exist_ok=True)
        package = Path(work) / target.name  # half of one never has its name
        how = ("-Zgzip", "-z1") if fast else ("-Zxz", "-z6")
        command = ("dpkg-deb", "--root-owner-group", *how, "--build", tree, package)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return Path(shutil.move(package, folder / target.name))


def _environment(target: Target, home: Path, work: Path) -> None:
    """The packages, and an environment around them as `python3 -m venv` would make it."""
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "wheel", "--no-deps", "--wheel-dir", work, ROOT), check=True)
    (wheel,) = work.glob("assistant-*.whl")
    packages = home / "lib" / f"python{target.python}" / "site-packages"
    constraints = work / "constraints.txt"
    constraints.write_text("".join(f"{pin}\n" for pin in pins(target.python, MACHINES[target.architecture])))
    where = ("--target", packages, "--constraint", constraints, "--no-compile", "--ignore-requires-python")
    platforms = (f"--platform={each}" for each in target.platforms())
    tags = ("--only-binary=:all:", "--python-version", target.python, *platforms)
    subprocess.run((*pip, "install", *where, *tags, f"{wheel}[{EXTRAS}]"), check=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for where_from in packages.glob("assistant-*.dist-info/direct_url.json"):
        where_from.unlink()  # a folder of the machine that has built it
    (home / "bin").mkdir()
    (home / "bin" / "python3").symlink_to(f"/usr/bin/python{target.python}")
    _write(home / "bin" / "assistant", STARTER, 0o755)
    _write(home / "pyvenv.cfg", SETTINGS.format(python=target.python))


def _system(tree: Path) -> None:
    """The command, the service, the configuration."""
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/assistant").symlink_to(f"/{HOME}/bin/assistant")
    here = Machine((3, 11), 64, f"/{HOME}/bin/assistant", True, "", "", "", False, True)
    _write(tree / UNIT, Installer(system_layout(), here, lambda _text: None).unit())
    _write(tree / "etc/assistant/config.yaml", (ROOT / "config.yaml").read_text())


def _documents(folder: Path, home: Path) -> None:
    notice = (ROOT / "NOTICE").read_text()
    _write(folder / "copyright", f"{notice}\n{(ROOT / 'LICENSE').read_text()}")
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    (folder / "changelog.gz").write_bytes(gzip.compress(changes, mtime=0))
    (packages,) = home.glob("lib/python*/site-packages")
    _write(folder / "assistant.cdx.json", json.dumps(bill(installed(packages)), indent=1) + "\n")


def _control(target: Target, tree: Path) -> None:
    size = sum(path.lstat().st_size for path in tree.rglob("*") if not path.is_dir()) // 1024
    minor = int(target.python.partition(".")[2])
    words = {
        "VERSION": __version__,
        "ARCHITECTURE": target.architecture,
        "PYTHON": target.python,
        "NEXT": f"3.{minor + 1}",
        "SIZE": str(size),
    }
    text = (ROOT / "release/debian/control").read_text()
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    _write(tree / "DEBIAN/control", text)
    _write(tree / "DEBIAN/conffiles", "/etc/assistant/config.yaml\n")
    for name in ("postinst", "prerm", "postrm"):
        _write(tree / "DEBIAN" / name, (ROOT / "release/debian" / name).read_text(), 0o755)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def main() -> int:
    """Build it for this machine, or for another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--architecture", choices=sorted(MACHINES), help="default: this machine's")
    parser.add_argument("--python", choices=sorted(GLIBC), default="3.11", help="default: %(default)s")
    parser.add_argument("--fast", action="store_true", help="compress little")
    options = parser.parse_args()
    own = subprocess.run(("dpkg", "--print-architecture"), check=True, capture_output=True, text=True)
    target = Target(options.architecture or own.stdout.strip(), options.python)
    sys.stdout.write(f"{built(target, options.folder, fast=options.fast)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
