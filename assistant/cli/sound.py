"""`assistant devices --audio`, `assistant doctor --audio`: the sound card, from a process that may hang."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from assistant.audio.naming import meant, unmeant
from assistant.cli.output import Output
from assistant.config import AudioConfig, Config
from assistant.config.model import NO_DEVICE
from assistant.errors import AudioError
from assistant.household import room as household
from assistant.redaction import without_secrets

LIST_SECONDS, EXAMINE_SECONDS = 40, 90


def sounds() -> list[Any]:
    """All microphones and speakers: ``name``, ``inputs``, ``outputs`` (channels), ``rate``.

    Raises:
        AudioError: they cannot be listed.
    """
    (found,) = list(_told(["--list"], LIST_SECONDS)) or [[]]
    if isinstance(found, dict):
        raise AudioError(str(found.get("error")))
    return list(found)


class Card:
    """The microphones and speakers there are, listed once and only if somebody wants to know.

    ``told`` hears why they cannot be listed.
    """

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told

    @cached_property
    def _sounds(self) -> list[Any]:
        try:
            return sounds()
        except AudioError as error:
            self._told(f"\n{error}.")
            return []

    def names(self, what: str) -> list[str]:
        """Of all microphones, or of all speakers."""
        ways = "inputs" if what == "microphone" else "outputs"
        return [str(each["name"]) for each in self._sounds if each[ways]]

    def wrong(self, what: str, now: str, said: str) -> str:
        """Why the microphone or speaker cannot be called so; "" when it can, or there is none at all yet.

        What it is called ``now`` may be unplugged at the moment.
        """
        if not said:
            return "there must be something"
        if said in (now, "default", NO_DEVICE) or not (names := self.names(what)):
            return ""
        return unmeant(said, what, names)


def rooms(config: Config) -> dict[str, AudioConfig]:
    """Ears and mouth of every room by its name; "" where there is only one."""
    return {name: config.audio_in(name) for name in config.rooms} or {"": config.audio}


def listed(config: Config, output: Output) -> int:
    """Tell all microphones and speakers, and which of them are ours."""
    found = sounds()
    for each in found:
        used = [
            f"{use} of the {room}" if room else use
            for room, audio in rooms(config).items()
            for use, name, way in (
                ("microphone", audio.input, "inputs"),
                ("speaker", audio.output, "outputs"),
            )
            if each[way]
            and each["name"] in meant(name, [str(other["name"]) for other in found if other[way]])
        ]
        output.tell({"event": "sound", **each, "used_as": used})
    if not found:
        output.note("There is no microphone and no speaker on this machine.")
    return 0 if found else 1


def examined(config: Config, output: Output) -> bool:
    """Tell what is found of microphone, speaker and the room between them, one room after the other."""
    ok = True
    switches = [room.settings for room in household.rooms(config, config.state_dir)]
    for (room, audio), settings in zip(rooms(config).items(), switches, strict=True):
        if room:
            output.note(f"The {room}:")
        if not (audio.has_microphone and audio.has_speaker):
            output.note("What has no microphone or no speaker cannot hear itself; it is left out.")
        else:
            ok = _room_examined(audio, output, room, settings.sensitivity) and ok
    return ok


def _room_examined(config: AudioConfig, output: Output, room: str, sensitivity: int) -> bool:
    ok, began = True, time.monotonic()
    words = [f"--wake={word}" for word in config.wake_words]
    way = ["--input", config.input, "--output", config.output, "--sensitivity", str(sensitivity)]
    for step in _told(["--examine", *way, *words], EXAMINE_SECONDS):
        ok = ok and bool(step["ok"])
        seconds = round(time.monotonic() - began, 3)
        output.tell({"event": "finding", **step, **({"room": room} if room else {}), "seconds": seconds})
        began = time.monotonic()
    return ok


class _Ending:
    """Ends a process that takes too long."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.hung = False

    def __call__(self) -> None:
        self.hung = True
        self._process.kill()


def _told(arguments: list[str], seconds: float) -> Iterator[Any]:
    """Lines of JSON from the audio process.

    Raises:
        AudioError: it hangs, as PortAudio does when the sound system does not answer.
    """
    command = [sys.executable, "-P", "-m", "assistant.audio", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=without_secrets()
    ) as process:
        late = threading.Timer(seconds, give_up := _Ending(process))
        late.start()
        try:
            for line in process.stdout or ():  # as it comes: people wait for it
                yield json.loads(line)
        finally:
            late.cancel()
            process.kill()
    if give_up.hung:
        raise AudioError("the sound system does not answer")
