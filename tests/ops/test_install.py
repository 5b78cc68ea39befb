"""Installed, installed again, upgraded to something broken, taken away: with a systemctl that notes its orders."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.cli.install import footprint
from assistant.ops.install import Installer, InstallError, Layout, system_layout, user_layout
from assistant.ops.machine import Machine, looked_at
from tests.cli.test_bad_input import assistant, events

GOOD = Machine(
    python=(3, 13),
    bits=64,
    program="/opt/assistant/bin/assistant",
    portaudio=True,
    sound="pipewire",
    mosquitto="",
    systemctl="/usr/bin/systemctl",
    systemd_runs=True,
    root=False,
)
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> "{log}"
case "$*" in *"restart assistant.service"*) [ ! -e "{broken}" ] || {{ echo "Job failed." >&2; exit 1; }};; esac
"""


class Place:
    def __init__(self, folder: Path) -> None:
        self.home, self.log, self.broken = folder / "home", folder / "log", folder / "broken"
        for name in ("systemctl", "loginctl"):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(STAND_IN.format(log=self.log, broken=self.broken))
            program.chmod(0o755)
        self.told: list[str] = []

    def installer(self, machine: Machine = GOOD, *, dry_run: bool = False) -> Installer:
        return Installer(user_layout(self.home), machine, self.told.append, dry_run=dry_run)

    def orders(self) -> list[str]:
        done = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return done


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return Place(tmp_path)


def test_a_dry_run_tells_everything_and_does_nothing(place: Place) -> None:
    place.installer(dry_run=True).install("# default\n")
    assert not place.home.exists()
    assert place.orders() == []
    assert f"write {place.home}/.config/systemd/user/assistant.service" in place.told
    assert "run systemctl --user restart assistant.service" in place.told


def test_installing_twice_is_installing_once_and_uninstalling_leaves_what_people_made(place: Place) -> None:
    orders = [
        "systemctl --user daemon-reload",
        "systemctl --user enable assistant.service",
        "loginctl enable-linger",
        "systemctl --user restart assistant.service",
    ]
    installer = place.installer()
    installer.install("# default\n")
    unit = installer.layout.unit
    assert "ExecStart=/opt/assistant/bin/assistant run --quiet\n" in unit.read_text()
    assert "@" not in unit.read_text().replace("%", "")
    assert place.orders() == orders
    installer.layout.config.write_text("# mine\n")
    before = unit.stat().st_mtime_ns
    installer.install("# default\n")
    assert unit.stat().st_mtime_ns == before
    assert installer.layout.config.read_text() == "# mine\n"
    assert place.orders() == orders
    installer.uninstall()
    assert not unit.exists()
    assert installer.layout.config.exists()
    assert place.orders() == [
        "systemctl --user disable --now assistant.service",
        "systemctl --user daemon-reload",
    ]
    installer.uninstall()
    assert place.told[-1].endswith("nothing is installed")
    assert place.orders() == []


def test_an_upgrade_that_does_not_start_is_taken_back(place: Place) -> None:
    place.installer().install("")
    place.orders()
    unit = user_layout(place.home).unit
    before = unit.read_text()
    place.broken.touch()
    newer = dataclasses.replace(GOOD, program="/opt/newer/bin/assistant")
    with pytest.raises(InstallError, match=r"restart assistant.service` did not work: Job failed."):
        place.installer(newer).install("")
    assert unit.read_text() == before
    assert "the new service does not start; the unit of before is put back" in place.told
    assert place.orders()[-2:] == [
        "systemctl --user daemon-reload",
        "systemctl --user restart assistant.service",
    ]


@pytest.mark.parametrize(
    ("wrong", "system", "sentence"),
    [
        ({"bits": 32}, False, "a 64-bit system is needed"),
        ({"python": (3, 10)}, False, "Python 3.11 or newer is needed; this is 3.10"),
        ({"systemd_runs": False}, False, "systemd does not run here"),
        ({"root": True}, False, "root is nobody's user service"),
        ({}, True, "is installed by root: sudo assistant install --system"),
        ({"root": True, "program": "/home/ada/.venv/bin/assistant"}, True, "is in somebody's home"),
        (
            {"root": True, "interpreter": "/root/.pyenv/versions/3.13.1/bin/python3.13"},
            True,
            r"^/root/.pyenv/versions/3.13.1/bin/python3.13 is in somebody's home.*/usr/bin/python3 -m venv",
        ),
        ({"program": "/opt/my programs/assistant"}, False, "systemd cannot start a program with such"),
        ({"program": ""}, False, "there is no command `assistant` in this environment"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    tmp_path: Path, wrong: dict[str, object], system: bool, sentence: str
) -> None:
    layout: Layout = system_layout(tmp_path) if system else user_layout(tmp_path)
    machine = dataclasses.replace(GOOD, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InstallError, match=sentence):
        Installer(layout, machine, lambda _text: None).install("")
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_does_not_fit_any_more_can_still_be_taken_away(place: Place) -> None:
    place.installer().install("")
    place.installer(dataclasses.replace(GOOD, python=(3, 10), program="")).uninstall()
    assert not user_layout(place.home).unit.exists()


def test_a_configuration_that_is_named_is_the_services(place: Place) -> None:
    named = place.home / "other" / "house.yaml"
    layout = user_layout(place.home).configured(named)
    Installer(layout, GOOD, place.told.append).install("# default\n")
    assert named.read_text() == "# default\n"
    assert f"run --quiet --config {named}\n" in layout.unit.read_text()
    assert not user_layout(place.home).config.exists()
    root = dataclasses.replace(GOOD, root=True)
    with pytest.raises(InstallError, match="^/home/ada/house.yaml is in somebody's home"):
        Installer(system_layout().configured(Path("/home/ada/house.yaml")), root, print).install("")


def test_the_command_is_found_where_debians_pip_puts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "local" / "bin" / "assistant"
    command.parent.mkdir(parents=True)
    command.touch()
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr("sys.argv", [str(command), "install"])
    assert looked_at().program == str(command)
    monkeypatch.setattr("sys.argv", ["/elsewhere/__main__.py", "install"])
    assert looked_at().program == ""


@pytest.mark.system("systemd-analyze")
@pytest.mark.parametrize("kind", ["user", "system"])
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path, kind: str) -> None:
    layout = system_layout(tmp_path) if kind == "system" else user_layout(tmp_path)
    there = dataclasses.replace(GOOD, program=shutil.which("true") or "/bin/true")
    unit = tmp_path / "assistant.service"
    unit.write_text(Installer(layout, there, lambda _text: None).unit())
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    manager = ["--user"] if kind == "user" else []
    done = subprocess.run(
        ["systemd-analyze", *manager, "verify", str(unit)], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    if kind == "system":
        exposed = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
            capture_output=True,
            env=environment,
            check=False,
        )
        assert exposed.returncode == 0, exposed.stdout.decode()[-300:]


def test_this_machine_is_looked_at_and_a_dry_run_works_on_it(tmp_path: Path) -> None:
    here = looked_at()
    assert here.bits == 64
    assert Path(here.program).is_file()
    done = assistant(tmp_path / "state", "install", "--user", "--dry-run", "--json", HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    steps = [each["text"] for each in events(done) if each["event"] == "step"]
    assert f"would write {tmp_path}/.config/systemd/user/assistant.service" in steps
    assert sorted(path.name for path in tmp_path.iterdir()) == []


def test_what_it_takes_on_the_disk_is_told(tmp_path: Path) -> None:
    for name, size in (("numpy/a.so", 3_000_000), ("numpy.libs/b.so", 2_000_000), ("small/x.py", 10)):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(bytes(size))
    (tmp_path / "link").symlink_to(tmp_path / "numpy" / "a.so")
    assert (
        footprint(tmp_path, "/opt/x")
        == "/opt/x takes 5 MB of packages (numpy 5, small 0); its state a few more"
    )
