"""`assistant say`, `hear` and `devices`: through the running daemon, or a house of their own."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant import store
from assistant.cli.output import Output, logging_to_stderr
from assistant.control import Tell, sayable
from assistant.errors import AlreadyRunning, UsageError
from assistant.keyboard import own_input

MAX_STDIN = 1_000_000
BILL_SECONDS = 10.0
SWITCHES = ("push", "stop", "mute", "unmute", "volume", "sensitivity", "look")
"""Words after which no more of a room's name comes."""
"""The server counts a turn when it believes that the answer has been heard."""


def say(options: argparse.Namespace) -> int:
    """Say a typed sentence and show what happens."""
    text = " ".join(options.text)
    if text == "-":
        text = own_input().buffer.read(MAX_STDIN + 1).decode(errors="surrogateescape")
    text = sayable(text)
    return _ask(options, {"do": "say", "text": text, "room": options.room})


def hear(options: argparse.Namespace) -> int:
    """Hear a recording and show what happens."""
    from assistant.audio.recording import checked

    checked(options.file)
    return _ask(options, {"do": "hear", "file": str(options.file.resolve()), "wake": not options.no_wake})


def devices(options: argparse.Namespace) -> int:
    """List the devices, set one by hand, or accept one that was held back."""
    options.speech_out = None
    match options.what:
        case [] if options.audio:
            return _sounds(options)
        case []:
            return _names_checked(options) if options.check else _looked(options)
        case _ if options.watch or options.check or options.audio:
            raise UsageError("--watch, --check and --audio look at all devices: leave the words away")
        case ["set", device, name, *value] if value:
            return _ask(options, {"do": "set", "device": device, "property": name, "value": " ".join(value)})
        case ["accept", ident]:
            return _ask(options, {"do": "accept", "id": ident})
    raise UsageError(
        'write: assistant devices, or: assistant devices set "kitchen light" brightness 40, '
        "or: assistant devices accept ID"
    )


def health(options: argparse.Namespace) -> int:
    """Ask the daemon how it is; a house of our own would know nothing of it."""
    config = configuration.load(configuration.find(options.config))
    address = store.holder(config.state_dir).get("address")
    if not address:
        raise UsageError(f"no daemon runs on {config.state_dir}; start it with: assistant run")
    output = Output(as_json=options.json)
    ok = asyncio.run(_daemon(Path(address), {"do": "health"}, output.tell))
    output.tell({"event": "done"})
    return 0 if ok else 1


def room(options: argparse.Namespace) -> int:
    """Press a room's switches, or look at them."""
    options.speech_out = None
    words: list[str] = options.words
    at = next((n for n, word in enumerate(words) if word in SWITCHES), len(words))
    value = " ".join(words[at + 1 :])
    request = {
        "do": "room",
        "room": " ".join(words[:at]),
        "what": words[at] if at < len(words) else "look",
        "value": int(value) if value.isdecimal() else value or None,
    }
    return _ask(options, request)


def _sounds(options: argparse.Namespace) -> int:
    """List microphones and speakers; the daemon is not asked."""
    from assistant.cli.sound import listed

    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    code = listed(config, output)
    output.tell({"event": "done"})
    return code


def _looked(options: argparse.Namespace) -> int:
    try:
        return _ask(options, {"do": "devices", "watch": options.watch})
    except KeyboardInterrupt:
        return 0


def _names_checked(options: argparse.Namespace) -> int:
    """List what is not clear; it works when there is nothing."""
    from assistant.cli.names import clashes, misplaced

    logging_to_stderr(quiet=True)
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    told: list[dict[str, Any]] = []
    ok = asyncio.run(_asked(config, {"do": "devices"}, told.append))
    problems = [item for item in told if item["event"] == "error"]
    devices = [item for item in told if item["event"] == "device"]
    floors = [item for item in told if item["event"] == "floor"]
    unclear = [*clashes(devices), *misplaced(floors, devices)]
    found = [{"event": "clash", **dataclasses.asdict(clash)} for clash in unclear]
    for item in [*problems, *found]:
        output.tell(item)
    if ok and not found:
        output.note(f"{len(devices)} devices: no two names are mixed up easily.")
    output.tell({"event": "done"})
    return 0 if ok and not found else 1


def carried_out(options: argparse.Namespace, request: dict[str, Any]) -> int:
    """Have a request carried out that has no speech in it."""
    options.speech_out = None
    return _ask(options, request)


def _ask(options: argparse.Namespace, request: dict[str, Any]) -> int:
    logging_to_stderr(quiet=True)
    _writable(options.speech_out)
    request["speech"] = options.speech_out is not None
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json, speech_out=options.speech_out)
    ok = asyncio.run(_asked(config, request, output.tell))
    output.close()
    output.tell({"event": "done"})
    return 0 if ok else 1


def asked_for(options: argparse.Namespace, request: dict[str, Any]) -> int:
    """Ask for something that is not spoken."""
    options.speech_out = None
    return _ask(options, request)


def _writable(speech_out: Path | None) -> None:
    if speech_out is None:
        return
    if not speech_out.parent.is_dir():
        raise UsageError(f"{speech_out}: there is no folder {speech_out.parent}")
    if speech_out.is_dir():
        raise UsageError(f"{speech_out}: is a folder, not a file to write")
    try:
        with tempfile.NamedTemporaryFile(dir=speech_out.parent):
            pass
    except OSError as error:
        raise UsageError(f"{speech_out}: cannot be written: {error.strerror}") from error


async def _asked(config: configuration.Config, request: dict[str, Any], tell: Tell) -> bool:
    """Through the daemon, else in a house of our own; a daemon may start just now."""
    address = store.holder(config.state_dir).get("address")
    if not address:
        try:
            return await _own_house(config, request, tell)
        except AlreadyRunning:
            address = store.holder(config.state_dir).get("address")
            if not address:
                raise
    return await _daemon(Path(address), request, tell)


async def _daemon(address: Path, request: dict[str, Any], tell: Tell) -> bool:
    from assistant.control import asked

    return await asked(address, request, tell)


async def _own_house(config: configuration.Config, request: dict[str, Any], tell: Tell) -> bool:
    from assistant.app import House, furnished, run
    from assistant.errands import Errands

    async def use(house: House) -> int:
        house.ears_open.set()
        await furnished(house)
        ok = await Errands(house, patient=True).handle(request, tell)
        await house.session.settle(BILL_SECONDS)
        return 0 if ok else 1

    store.folder(config.state_dir)
    with store.held(config.state_dir, ""):
        return await run(config, use) == 0
