"""Makes the assistant a service of this machine: a unit, the folders it needs, and the way back.

A plan is made first and can be shown; carrying it out twice changes nothing the second time.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from assistant import store
from assistant.config import OF_THE_MACHINE, STATE_OF_THE_MACHINE
from assistant.errors import AssistantError
from assistant.ops.machine import OLDEST, Machine

NAME = "assistant.service"
PLACE = re.compile(r"@([A-Z]+)@")
COMMAND_SECONDS = 90
HIDDEN_FROM_SERVICES = ("/home", "/root", "/run/user")
"""ProtectHome=yes: a service of the machine finds no program there."""

Tell = Callable[[str], None]


class InstallError(AssistantError):
    """It cannot be installed like this; one sentence says what to do."""


@dataclass(frozen=True)
class Layout:
    """Where everything of one kind of service goes."""

    kind: str
    template: str
    unit: Path
    config: Path
    state: str
    systemctl: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    """What must be there first."""
    after: tuple[tuple[str, ...], ...] = ()
    named: bool = True
    """The service is told its configuration; else it finds its user's, and works without any."""

    def configured(self, config: Path | None) -> Layout:
        """With another configuration than the usual, when one is given."""
        return self if config is None else replace(self, config=config.absolute(), named=True)


def user_layout(home: Path) -> Layout:
    """A service of the user: the sound server is theirs, and so is everything else."""
    return Layout(
        kind="user",
        template="assistant.service",
        unit=home / ".config/systemd/user" / NAME,
        config=home / ".config/assistant/config.yaml",
        state=str(home / ".local/state/assistant"),
        systemctl=("systemctl", "--user"),
        after=(("loginctl", "enable-linger"),),
        named=False,
    )


def system_layout(root: Path = Path("/")) -> Layout:
    """A service of the machine with a user of its own."""
    account = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")
    return Layout(
        kind="system",
        template="assistant-system.service",
        unit=root / "etc/systemd/system" / NAME,
        config=root / OF_THE_MACHINE.relative_to("/"),
        state=str(STATE_OF_THE_MACHINE),
        systemctl=("systemctl",),
        before=((*account, "--home-dir", str(STATE_OF_THE_MACHINE), "assistant"),),
    )


@dataclass
class Installer:
    """Carries out, or only tells, what a layout asks for."""

    layout: Layout
    machine: Machine
    tell: Tell
    dry_run: bool = False
    templates: Path = field(default_factory=lambda: shipped())

    def install(self, default_config: str) -> None:
        """Put the unit and a configuration in place and start the service; an older unit comes back when the
        new one does not start.

        Raises:
            InstallError: this machine cannot have it.
        """
        self._check(chain(self._unfit(), self._not_now()))
        before = self.layout.unit.read_text() if self.layout.unit.is_file() else None
        unit = self.unit()
        for command in self.layout.before if not self._has_account() else ():
            self._run(command)
        if not self.layout.config.exists():
            self._write(self.layout.config, default_config, 0o644)
        if before == unit:
            self.tell(f"{self.layout.unit} is as it should be")
        else:
            self._write(self.layout.unit, unit, 0o644)
        self._run((*self.layout.systemctl, "daemon-reload"))
        self._run((*self.layout.systemctl, "enable", NAME))
        for command in self.layout.after:
            self._run(command, needed=False)
        try:
            self._run((*self.layout.systemctl, "restart", NAME))
        except InstallError:
            self._back_to(before)
            raise
        self.tell(f"state is kept in {self.layout.state}, the configuration is {self.layout.config}")

    def uninstall(self) -> None:
        """Stop the service and take its unit away; what people have made stays."""
        self._check(self._not_now())
        if not self.layout.unit.is_file() and not self.dry_run:
            self.tell(f"{self.layout.unit} is not there: nothing is installed")
            return
        self._run((*self.layout.systemctl, "disable", "--now", NAME), needed=False)
        self.tell(f"remove {self.layout.unit}")
        if not self.dry_run:
            self.layout.unit.unlink(missing_ok=True)
        self._run((*self.layout.systemctl, "daemon-reload"))
        kept = f"{self.layout.state} and {self.layout.config.parent}"
        self.tell(f"your data stays in {kept}; remove them by hand if you want")

    def unit(self) -> str:
        """The unit as it will stand there."""
        words = {
            "PROGRAM": self.machine.program,
            "OPTIONS": f" --config {self.layout.config}" if self.layout.named else "",
            "KEYS": str(self.layout.config.parent),
            "DOCUMENTATION": str(self.layout.config),
        }
        template = (self.templates / self.layout.template).read_text(encoding="utf-8")
        return PLACE.sub(lambda match: words[match[1]], template)

    def _check(self, problems: Iterator[str]) -> None:
        for problem in problems:
            raise InstallError(problem)

    def _unfit(self) -> Iterator[str]:
        """Why it could not run as such a service."""
        here, layout = self.machine, self.layout
        if here.bits != 64:
            yield "a 64-bit system is needed: several parts have no 32-bit packages"
        if here.python < OLDEST:
            wanted, found = (".".join(map(str, version)) for version in (OLDEST, here.python))
            yield f"Python {wanted} or newer is needed; this is {found}"
        if not here.program:
            yield "there is no command `assistant` in this environment; install it first: pipx install ."
        for needed in (here.program, here.interpreter, str(layout.config)) if layout.kind == "system" else ():
            if needed.startswith(HIDDEN_FROM_SERVICES):
                yield (
                    f"{needed} is in somebody's home, where a service of the machine must not look; "
                    "put it elsewhere (/usr/bin/python3 -m venv /opt/assistant), or use "
                    "assistant install --user"
                )
        for path in (here.program, str(layout.config)):
            if any(character in path for character in " \t\"'\\%$"):
                yield f"{path}: systemd cannot start a program with such characters in a path; move it"

    def _not_now(self) -> Iterator[str]:
        """Why nothing can be put in, or taken out."""
        here, layout = self.machine, self.layout
        if self.dry_run:
            return
        if not (here.systemctl and here.systemd_runs):
            yield "systemd does not run here; `assistant install --dry-run` shows what would be done"
        if layout.kind == "system" and not here.root:
            yield "a service of the machine is installed by root: sudo assistant install --system"
        if layout.kind == "user" and here.root:
            yield "root is nobody's user service: run it as the user, or use assistant install --system"

    def _has_account(self) -> bool:
        import pwd

        return not self.layout.before or any(each.pw_name == "assistant" for each in pwd.getpwall())

    def _write(self, path: Path, text: str, mode: int) -> None:
        self.tell(f"write {path}")
        if self.dry_run:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            store.write_atomically(path, text.encode(), mode)
        except OSError as error:
            raise InstallError(f"{path} cannot be written: {error.strerror}") from error

    def _back_to(self, before: str | None) -> None:
        """The unit of before, running again: a bad upgrade leaves the house as it was."""
        if before is None:
            return
        self.tell("the new service does not start; the unit of before is put back")
        self._write(self.layout.unit, before, 0o644)
        self._run((*self.layout.systemctl, "daemon-reload"), needed=False)
        self._run((*self.layout.systemctl, "restart", NAME), needed=False)

    def _run(self, command: Sequence[str], *, needed: bool = True) -> None:
        self.tell(f"run {' '.join(command)}")
        if self.dry_run:
            return
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
            )
            problem = "" if done.returncode == 0 else (done.stderr.strip() or f"exit code {done.returncode}")
        except (OSError, subprocess.TimeoutExpired) as error:
            problem = str(error)
        if not problem:
            return
        if needed:
            raise InstallError(f"`{' '.join(command)}` did not work: {problem.splitlines()[-1]}")
        self.tell(f"that did not work: {problem.splitlines()[-1]}")


def shipped() -> Path:
    """The units that come with the program: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "_systemd"
    return inside if inside.is_dir() else package.parent / "systemd"


def home() -> Path:
    """The user's own folder."""
    return Path.home()
