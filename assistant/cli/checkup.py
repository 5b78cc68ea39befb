"""`assistant doctor` without more words: everything the house depends on, a line each, with what to do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from assistant import __version__, store
from assistant import config as configuration
from assistant.aside import BROKEN
from assistant.brain.speaking import Voice
from assistant.cli.check import KINDS, proven
from assistant.control import asked
from assistant.errors import AssistantError, BrainError
from assistant.home.address import Address
from assistant.home.furniture import Furniture
from assistant.home.link import Link
from assistant.home.roll import called
from assistant.keeping import BROKEN_DAYS
from assistant.live.endpoint import gemini_endpoint
from assistant.loader import LoadState
from assistant.ops.health import room_left
from assistant.ops.install import NAME, home, system_layout, user_layout
from assistant.ops.machine import OLDEST, Machine, looked_at
from assistant.redaction import REDACTION, without_secrets

NETWORK_SECONDS, BROKER_SECONDS, SOUND_SECONDS = 5.0, 8.0, 40
OF_THE_PACKAGE = Path("/lib/systemd/system") / NAME
"""Where the Debian package puts its service."""
FINE = (LoadState.ENABLED.value, LoadState.DISABLED.value)


@dataclass(frozen=True)
class Found:
    """One thing that was looked at; ``text`` says what to do when it is not ``ok``."""

    step: str
    ok: bool
    text: str


def checkup(path: Path, config: configuration.Config) -> Iterator[Found]:
    """Look at everything, one after another; nothing is started that stays."""
    here = looked_at()
    yield _python(here)
    yield _configuration(path, config)
    yield _plugins(config)
    yield _state(config)
    yield _daemon(config)
    yield _cloud(config)
    yield _broker(config, here)
    yield _sound(here)
    yield _voice(config)
    yield _service()


def bundle(findings: list[Found], config: configuration.Config) -> str:
    """For somebody who is to help: what was found, versions, settings; no secrets, nothing that was said."""
    report = {
        "assistant": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "findings": [asdict(each) for each in findings],
        # What a plugin or a server of tools is given may be a secret of any shape: their names must do.
        "config": config.model_dump(mode="json", exclude_defaults=True, exclude={"plugins", "mcp"}),
        "plugins": [entry.name for entry in config.plugins],
        "servers": [server.name for server in config.mcp],
        "packages": dict(sorted((each.name, each.version) for each in distributions())),
    }
    text = json.dumps(REDACTION.cleaned(report), indent=2, ensure_ascii=False)
    return text.replace(str(home()), "~") + "\n"


def _python(here: Machine) -> Found:
    version = ".".join(map(str, here.python))
    if here.python < OLDEST or here.bits != 64:
        return Found(
            "python", False, f"{version} with {here.bits} bits: 64-bit Python 3.11 or newer is needed."
        )
    return Found("python", True, f"{version}, {here.bits} bits.")


def _configuration(path: Path, config: configuration.Config) -> Found:
    try:
        proven(config)
    except AssistantError as error:
        return Found("settings", False, f"{error}.")
    return Found("settings", True, f"{path} is right.")


def _plugins(config: configuration.Config) -> Found:
    furniture = Furniture()
    with contextlib.suppress(AssistantError):  # told as a mistake in the settings
        furniture.load(config)
    wrong = [item for item in called(furniture) if item["state"] not in FINE]
    if wrong:
        first = wrong[0]
        return Found(
            "plugins", False, f"{first['name']}: {first['state']}: {first['reason']}; see: assistant plugins."
        )
    return Found("plugins", True, f"{len(furniture.loaded)} entries load.")


def _state(config: configuration.Config) -> Found:
    try:
        folder = store.folder(config.state_dir)
    except AssistantError as error:
        return Found("state", False, f"{error}.")
    problem = room_left(folder)()
    aside = ", ".join(sorted(path.name for path in folder.rglob(f"*{BROKEN}*")))
    kept = f" What could not be read was set aside, for {BROKEN_DAYS} days: {aside}." if aside else ""
    return Found("state", not problem, (problem or f"{folder} can be written.") + kept)


def _daemon(config: configuration.Config) -> Found:
    told: list[dict[str, Any]] = []
    try:
        address = store.holder(config.state_dir).get("address")
        if not address:
            return Found("daemon", True, "none runs; start it with: assistant run, or: assistant install.")
        asyncio.run(asked(Path(address), {"do": "health"}, told.append))
    except AssistantError as error:
        return Found("daemon", False, f"{error}.")
    health = next((item for item in told if item["event"] == "health"), {})
    troubles = "; ".join(health.get("troubles", {}).values())
    return Found("daemon", not troubles, troubles or f"{health.get('doing', 'it runs')}.")


def _cloud(config: configuration.Config) -> Found:
    if config.brain.use == "embedded":
        return Found("cloud", True, "not wanted (brain.use: embedded); nothing leaves the house.")
    try:
        gemini = gemini_endpoint(config.gemini)
    except AssistantError as error:
        return Found("cloud", False, f"{error}.")
    if gemini is None:
        needed = config.brain.use == "gemini"
        return Found(
            "cloud", not needed, "there is no key, so the embedded brain answers: GEMINI_API_KEY gives one."
        )
    reached = asyncio.run(_reached(*gemini.host))
    advice = (
        "try it whole with: assistant doctor --live."
        if reached
        else "there is no way to it; is there an internet?"
    )
    return Found("cloud", reached, f"a key for {gemini.model}, {gemini.host[0]}: {advice}")


async def _reached(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(NETWORK_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


def _broker(config: configuration.Config, here: Machine) -> Found:
    if config.mqtt.broker in KINDS:
        kept = "mosquitto" if here.mosquitto and config.mqtt.broker != "embedded" else "a small one"
        advice = "" if here.mosquitto else " (for many devices: apt install mosquitto)"
        return Found("broker", True, f"{kept} of our own when the house runs{advice}.")
    try:
        return asyncio.run(_called(Address.configured(config.mqtt)))
    except AssistantError as error:
        return Found("broker", False, f"{str(error).rstrip('.')}.")


async def _called(address: Address) -> Found:
    link = Link(address, client_id=f"assistant-doctor-{id(address) % 10_000}")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(link.run())
        problem = ""
        try:
            await link.ready(BROKER_SECONDS)
        except AssistantError as error:
            problem = str(error)
        running.cancel()
    return Found("broker", not problem, problem or f"{address.shown} answers.")


def _sound(here: Machine) -> Found:
    if not here.portaudio:
        return Found(
            "sound", False, "there is no PortAudio: apt install libportaudio2. Typed sentences work."
        )
    command = [sys.executable, "-P", "-m", "assistant.audio", "--list"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SOUND_SECONDS, check=False, env=without_secrets()
        )
        devices = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return Found("sound", False, "the sound system does not answer; log out and in, or restart it.")
    names = [each["name"] for each in devices if isinstance(each, dict) and each.get("inputs")]
    if not names:
        return Found("sound", False, "there is no microphone; plug one in. Typed sentences work.")
    return Found("sound", True, f"{len(names)} microphones; try them with: assistant doctor --audio.")


def _voice(config: configuration.Config) -> Found:
    try:
        engine = Voice(config.brain.voice).engine
    except BrainError as error:
        return Found("voice", False, f"{error}.")
    better = " (more like a person: apt install flite)" if engine in ("pip", "espeak-ng") else ""
    return Found("voice", True, f"the embedded brain speaks with {engine}{better}.")


def _service() -> Found:
    units = (user_layout(home()).unit, system_layout().unit, OF_THE_PACKAGE)
    there = [unit for unit in units if unit.is_file()]
    if not there:
        return Found("service", True, "not installed; it starts with the machine after: assistant install.")
    return Found("service", True, f"{there[0]} is installed.")
