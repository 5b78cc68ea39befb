"""The sound card through PortAudio: blocking capture in a thread, pulled playback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any, Protocol

from assistant.audio.settings import scaled
from assistant.errors import AudioError

IN_RATE, IN_FRAMES = 16_000, 320
OUT_RATE, OUT_FRAMES = 24_000, 480

MISSING = "PortAudio is missing, so there is no microphone or speaker: apt install libportaudio2"


class Sink(Protocol):
    """Where 24 kHz mono s16le goes. ``volume`` is 0 to 100, and counts at once."""

    volume: int

    def play(self, pcm: bytes) -> None: ...
    def flush(self) -> None: ...
    def left(self) -> float: ...


def portaudio() -> ModuleType:
    """sounddevice, loaded.

    Raises:
        AudioError: the library under it is missing; the text names the package.
    """
    try:
        import sounddevice
    except OSError as error:
        raise AudioError(MISSING) from error
    return sounddevice  # type: ignore[no-any-return]


def _device(name: str) -> str | None:
    return None if name == "default" else name


def _cannot(sd: ModuleType, what: str, device: str, error: Exception) -> AudioError:
    """Why a device cannot be used, and what to do."""
    ways = "input" if what == "microphone" else "output"
    if not any(entry[f"max_{ways}_channels"] for entry in sd.query_devices()):
        return AudioError(f"there is no {what} on this machine")
    text = str(error).partition(" [PaErrorCode")[0]
    return AudioError(
        f"the {what} {device!r} cannot be used ({text}); `python -m sounddevice` lists what there is"
    )


class Microphone:
    """16 kHz mono s16le frames of 20 ms from a capture device, on a thread of its own."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.name = device

    def read(self, take: Callable[[bytes], None], stop: threading.Event) -> None:
        """Block until ``stop``; ``take`` is called on this thread with every frame.

        Raises:
            AudioError: there is no such device, it is busy, or it went away.
        """
        sd = portaudio()
        try:
            stream: AbstractContextManager[Any] = sd.RawInputStream(
                IN_RATE, IN_FRAMES, _device(self._device), 1, "int16"
            )
            with stream as capture:
                while not stop.is_set():
                    frame, _ = capture.read(IN_FRAMES)
                    take(bytes(frame))
        except (sd.PortAudioError, ValueError) as error:
            raise _cannot(sd, "microphone", self._device, error) from error


class Speaker:
    """Pulled playback: the card asks every 20 ms, so forgetting is instant."""

    def __init__(self, device: str) -> None:
        sd = portaudio()
        self.volume = 100
        self._waiting = bytearray()
        self._lock = threading.Lock()
        try:
            self._stream = sd.RawOutputStream(
                OUT_RATE, OUT_FRAMES, _device(device), 1, "int16", callback=self._pull
            )
            self._stream.start()
        except (sd.PortAudioError, ValueError) as error:
            raise _cannot(sd, "speaker", device, error) from error

    def _pull(self, block: Any, frames: int, _time: Any, _status: Any) -> None:
        with self._lock:
            got = bytes(self._waiting[: frames * 2])
            del self._waiting[: frames * 2]
        # Here and not when it is queued: the rest of a sentence must become softer, too.
        block[:] = scaled(got.ljust(frames * 2, b"\0"), self.volume)

    def play(self, pcm: bytes) -> None:
        """Queue speech."""
        with self._lock:
            self._waiting += pcm

    def flush(self) -> None:
        """Forget what was not played."""
        with self._lock:
            self._waiting.clear()

    def left(self) -> float:
        """Seconds still to be played."""
        with self._lock:
            return len(self._waiting) / 2 / OUT_RATE


class NoSpeaker:
    """Drops speech at once: for recordings, and for houses without a speaker."""

    def __init__(self) -> None:
        self.volume = 100

    def play(self, pcm: bytes) -> None:
        """Nobody hears it."""

    def flush(self) -> None:
        """Nothing waits."""

    def left(self) -> float:
        """Nothing is left."""
        return 0.0
