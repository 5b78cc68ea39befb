"""`assistant install`: the assistant as a service of this machine, or of this user."""

from __future__ import annotations

import argparse
import sysconfig
from collections import Counter
from pathlib import Path

from assistant import config as configuration
from assistant.cli.output import Output, logging_to_stderr
from assistant.ops.install import Installer, home, system_layout, user_layout
from assistant.ops.machine import Machine, looked_at

MB = 1e6
STEPS = ("write ", "run ", "remove ")


def install(options: argparse.Namespace) -> int:
    """Install, or take away again; without --user or --system what suits this machine."""
    logging_to_stderr(quiet=options.json)
    output = Output(as_json=options.json)
    machine = looked_at()
    system = options.system or (machine.root and not options.user)
    layout = (system_layout() if system else user_layout(home())).configured(options.config)

    def tell(text: str) -> None:
        does = options.dry_run and text.startswith(STEPS)
        output.tell({"event": "step", "text": f"would {text}" if does else text})

    output.tell({"event": "step", "text": footprint(Path(sysconfig.get_path("purelib")), machine.program)})
    for text in _missing(machine):
        output.tell({"event": "step", "text": text})
    installer = Installer(layout, machine, tell, dry_run=options.dry_run)
    if options.uninstall:
        installer.uninstall()
    else:
        if options.dry_run:
            output.note(installer.unit())
        installer.install(configuration.shipped().read_text(encoding="utf-8"))
    output.tell({"event": "done"})
    return 0


def footprint(packages: Path, program: str) -> str:
    """What it takes on the disk, in words: its Python packages, and the five largest of them."""
    sizes: Counter[str] = Counter()
    for path in packages.rglob("*"):
        if path.is_file() and not path.is_symlink():
            folder, *inside = path.relative_to(packages).parts
            sizes[folder.removesuffix(".libs").partition("-")[0] if inside else ""] += path.stat().st_size
    largest = ", ".join(f"{name} {size / MB:.0f}" for name, size in sizes.most_common(6) if name)
    return f"{program} takes {sizes.total() / MB:.0f} MB of packages ({largest}); its state a few more"


def _missing(machine: Machine) -> list[str]:
    """What the house can do without, but not do well."""
    found = []
    if not machine.portaudio:
        found.append("there is no PortAudio, so it will be deaf: apt install libportaudio2")
    if not machine.sound:
        found.append("no sound server and no sound card is to be seen")
    if not machine.mosquitto:
        found.append("there is no mosquitto; a small broker of our own is used: apt install mosquitto")
    return found
