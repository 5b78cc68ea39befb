"""A room on files: a WAV that is heard in real time instead of a microphone, one that is written instead of
a speaker. Chosen by ``audio.input`` and ``audio.output``; what works in it works at a sound card."""

from __future__ import annotations

import threading
import time
import wave
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from pathlib import Path
from typing import TypeVar

from assistant.audio.mouth import RATE as OUT_RATE
from assistant.audio.mouth import Mouth
from assistant.audio.recording import FRAME_BYTES, frames
from assistant.errors import AudioError

BLOCK_SECONDS = 0.02
OUT_FRAMES = 480
LONGEST_SECONDS = 24 * 3600.0
"""A room is listened to for longer than anybody speaks a sentence."""
MOST_BLOCKS = 3600 * 50
"""A file that is written has an end, however long the daemon runs: an hour is 173 MB."""

Item = TypeVar("Item")


class RecordedMicrophone:
    """16 kHz mono s16le frames of 20 ms, clocked like a card; after the file the room is silent for ever."""

    def __init__(self, device: str) -> None:
        self._path = Path(device).expanduser()

    def read(self, take: Callable[[bytes], None], stop: threading.Event) -> None:
        """Block until ``stop``; ``take`` is called on this thread with every frame.

        Raises:
            AudioError: the file cannot be heard.
        """
        for frame in _clocked(chain(frames(self._path, LONGEST_SECONDS), repeat(bytes(FRAME_BYTES))), stop):
            take(frame)


class RecordedSpeaker:
    """Pulls the mouth every 20 ms and writes what it says: 24 kHz mono s16le.

    Raises:
        AudioError: the file cannot be written.
    """

    def __init__(self, device: str, mouth: Mouth) -> None:
        path = Path(device).expanduser()
        try:
            self._file = wave.open(str(path), "wb")  # noqa: SIM115 - closed by its thread
        except OSError as error:
            raise AudioError(f"{path}: cannot be written: {error.strerror}") from error
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(OUT_RATE)
        self._mouth = mouth
        threading.Thread(target=self._write, name="recorded speaker", daemon=True).start()

    def _write(self) -> None:
        with self._file as file:
            for blocks in _clocked(count(), threading.Event()):
                block = self._mouth.pull(OUT_FRAMES, BLOCK_SECONDS)
                if blocks < MOST_BLOCKS:
                    # The header is right after every block: nobody may be there to close the file.
                    file.writeframes(block)


def _clocked(items: Iterator[Item], stop: threading.Event) -> Iterator[Item]:
    """One item every 20 ms, until ``stop``; late ones follow at once, as from a card's buffer."""
    due = time.monotonic()
    for item in items:
        due += BLOCK_SECONDS
        if stop.wait(max(due - time.monotonic(), 0.0)):
            return
        yield item
