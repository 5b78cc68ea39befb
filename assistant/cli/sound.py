"""`assistant devices --audio`, `assistant doctor --audio`: the sound card, from a process that may hang."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from assistant.cli.output import Output
from assistant.config import AudioConfig
from assistant.errors import AudioError

LIST_SECONDS, EXAMINE_SECONDS = 40, 90


def listed(config: AudioConfig, output: Output) -> int:
    """Tell all microphones and speakers, and which of them are ours."""
    (found,) = list(_told(["--list"], LIST_SECONDS)) or [[]]
    if isinstance(found, dict):
        raise AudioError(str(found.get("error")))
    for each in found:
        used = [
            use
            for use, name, ways in (
                ("microphone", config.input, each["inputs"]),
                ("speaker", config.output, each["outputs"]),
            )
            if ways and name.lower() in str(each["name"]).lower()
        ]
        output.tell({"event": "sound", **each, "used_as": used})
    if not found:
        output.note("There is no microphone and no speaker on this machine.")
    return 0 if found else 1


def examined(config: AudioConfig, output: Output) -> bool:
    """Tell what is found of microphone, speaker and the room between them."""
    ok, began = True, time.monotonic()
    for step in _told(["--examine", "--input", config.input, "--output", config.output], EXAMINE_SECONDS):
        ok = ok and bool(step["ok"])
        seconds = round(time.monotonic() - began, 3)
        output.tell({"event": "finding", **step, "seconds": seconds})
        began = time.monotonic()
    return ok


def _told(arguments: list[str], seconds: float) -> Iterator[Any]:
    """Lines of JSON from the audio process.

    Raises:
        AudioError: it hangs, as PortAudio does when the sound system does not answer.
    """
    command = [sys.executable, "-m", "assistant.audio", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            out, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise AudioError("the sound system does not answer") from error
    for line in out.splitlines():
        yield json.loads(line)
