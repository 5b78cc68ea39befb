"""The sound card through PortAudio: blocking capture in a thread, pulled playback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

from assistant.audio.mouth import RATE as OUT_RATE
from assistant.audio.mouth import Mouth
from assistant.errors import AudioError

IN_RATE, IN_FRAMES = 16_000, 320
OUT_FRAMES = 480

MISSING = "PortAudio is missing, so there is no microphone or speaker: apt install libportaudio2"


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
    """Pulled playback: the card asks every 20 ms, so forgetting is instant. Opening may take seconds."""

    def __init__(self, device: str, mouth: Mouth) -> None:
        sd = portaudio()

        def pull(block: Any, frames: int, time: Any, _status: Any) -> None:
            block[:] = mouth.pull(frames, max(time.outputBufferDacTime - time.currentTime, 0.0))

        try:
            self._stream = sd.RawOutputStream(
                OUT_RATE, OUT_FRAMES, _device(device), 1, "int16", callback=pull
            )
            self._stream.start()
        except (sd.PortAudioError, ValueError) as error:
            raise _cannot(sd, "speaker", device, error) from error
