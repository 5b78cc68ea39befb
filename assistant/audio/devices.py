"""The sound card through PortAudio: blocking capture in a thread, pulled playback, at any rate it has."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import soxr

from assistant.audio.holders import holder
from assistant.audio.mouth import RATE as OUT_RATE
from assistant.audio.mouth import Mouth
from assistant.audio.naming import meant, nearest, unmeant
from assistant.errors import AudioError

FIRST_SECONDS, SLACK_SECONDS = 0.2, 1.0
IN_RATE, IN_FRAMES = 16_000, 320
FRAME_BYTES = IN_FRAMES * 2
OUT_FRAMES = 480
BLOCKS_A_SECOND = 50

SERVERS = ("pipewire", "pulseaudio", "wireplumber")
MISSING = "PortAudio is missing, so there is no microphone or speaker: apt install libportaudio2"
UNTOLD = "Unanticipated host error"
"""What PortAudio says of a device that a sound server does not have, or that was pulled out."""
UNSTARTED = "the sound system cannot be started: look into ~/.asoundrc and /etc/asound.conf"
PINS = ("PULSE_PROP", "PIPEWIRE_ALSA")
"""From where ALSA's ways to the two sound servers take the properties of their streams."""
SPEAKERPHONES = ("jabra", "speakerphone", "powerconf", "xvf3800", "echo-cancel", "echo cancel", "poly sync")
"""Names of devices that take their own voice out of their microphone; doing it twice makes it worse."""


class NoPortAudio(AudioError):
    """The library is missing: no later attempt can do better."""


@dataclass(frozen=True)
class Listed:
    """A sound device as PortAudio shows it."""

    name: str
    inputs: int
    outputs: int
    rate: int


def portaudio() -> ModuleType:
    """sounddevice, loaded.

    Raises:
        NoPortAudio: the library under it is missing; the text names the package.
        AudioError: it does not start.
    """
    try:
        with _Starting():
            import sounddevice
    except OSError as error:
        raise NoPortAudio(MISSING) from error
    return sounddevice  # type: ignore[no-any-return]


class _Starting:
    """Its error is a class of its own, which nobody can import when this fails."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if kind is not None and kind.__name__ == "PortAudioError":
            raise AudioError(f"{UNSTARTED} ({_text(error)})") from error


def _text(error: BaseException | None) -> str:
    return str(error).partition(" [PaErrorCode")[0]


def listed() -> list[Listed]:
    """All sound devices there are now; the list does not change within a process.

    Raises:
        AudioError: PortAudio is missing.
    """
    return [
        Listed(
            str(entry["name"]),
            int(entry["max_input_channels"]),
            int(entry["max_output_channels"]),
            round(entry["default_samplerate"]),
        )
        for entry in portaudio().query_devices()
    ]


def cancels_echo(device: str) -> bool:
    """Whether a device is known to take its own voice out of its microphone."""
    return any(name in device.lower() for name in SPEAKERPHONES)


def _found(name: str, kind: str) -> tuple[int | str | None, str]:
    """What PortAudio calls a device, and its name in full; where not one is meant, the name as it is."""
    if name == "default":
        return None, name
    every = enumerate(listed())
    able = [(at, each.name) for at, each in every if (each.inputs if kind == "input" else each.outputs)]
    found = [each for each in able if each[1] in meant(name, [full for _, full in able])]
    return found[0] if len(found) == 1 else (name, name)


@contextmanager
def pinned(device: str) -> Iterator[None]:
    """What is opened within it is that device, also when it goes away or another becomes the default.

    Whoever has named a microphone wants no other to be heard. PipeWire heeds it, PulseAudio cannot.
    """
    if device == "default":
        yield
        return
    before = {each: os.environ.get(each) for each in PINS}
    os.environ["PULSE_PROP"] = f"{before['PULSE_PROP'] or ''} node.dont-reconnect=true".strip()
    os.environ.setdefault("PIPEWIRE_ALSA", "{ node.dont-reconnect = true }")
    try:
        yield
    finally:
        for each, value in before.items():
            os.environ.pop(each, None)
            os.environ.update({each: value} if value is not None else {})


def _cannot(what: str, device: str, error: Exception) -> AudioError:
    """Why a device cannot be used, and what to do."""
    text = _text(error)
    kind = "input" if what == "microphone" else "output"
    with quietly():
        who = "" if text.startswith("Multiple") else holder(_found(device, kind)[1], kind)
    if who:
        way = "; take 'default', which goes through it" if who.startswith(SERVERS) else ""
        return AudioError(f"the {what} {device!r} is in use by {who}{way}")
    names = [each.name for each in listed() if (each.inputs if what == "microphone" else each.outputs)]
    if not names:
        return AudioError(f"there is no {what} on this machine")
    if isinstance(error, ValueError):
        none = f"there is no {what} {device!r}; {nearest(device, names)}"
        return AudioError(unmeant(device, what, names) or none)
    if "unavailable" in text:
        return AudioError(f"the {what} {device!r} is in use by another program, or gone ({text})")
    if text.endswith(UNTOLD) and device != "default":
        other = "or choose another (`assistant devices --audio`)"
        return AudioError(f"the {what} {device!r} is away or switched off: plug it in, {other}")
    return AudioError(f"the {what} {device!r} cannot be used ({text})")


@contextmanager
def quietly() -> Iterator[None]:
    """PortAudio and ALSA write what they have tried to the terminal; what matters is told in a sentence."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class _Shape(NamedTuple):
    """A way to open a device: what PortAudio calls it, samples a second, channels."""

    device: int | str | None
    rate: int
    channels: int

    @property
    def block(self) -> int:
        """Samples in 20 ms."""
        return self.rate // BLOCKS_A_SECOND


def _shapes(sd: ModuleType, device: str, kind: str, wanted: int) -> list[_Shape]:
    """Those to try: what we want, then what the device itself says it has."""
    at, _ = _found(device, kind)
    told = sd.query_devices(at, kind)
    rate, most = round(told["default_samplerate"]), int(told[f"max_{kind}_channels"])
    ways = dict.fromkeys([(wanted, 1), (rate, 1), (rate, min(most, 2)), (48_000, min(most, 2))])
    return [_Shape(at, *way) for way in ways]


def _opened(
    device: str, kind: str, wanted: int, opening: Callable[[ModuleType, _Shape], Any]
) -> tuple[Any, _Shape]:
    """A started stream, of the first shape that the device takes."""
    sd = portaudio()
    what = "microphone" if kind == "input" else "speaker"
    try:
        shapes = _shapes(sd, device, kind, wanted)
    except (sd.PortAudioError, ValueError) as error:
        raise _cannot(what, device, error) from error
    failure: Exception | None = None
    for shape in shapes:
        try:
            with quietly(), pinned(device if kind == "input" else "default"):
                stream = opening(sd, shape)
                stream.start()
        except (sd.PortAudioError, ValueError) as error:
            failure = failure or error
        else:
            return stream, shape
    assert failure is not None, "there is a shape to try"
    raise _cannot(what, device, failure) from failure


class Microphone:
    """16 kHz mono s16le frames of 20 ms from a capture device, on a thread of its own."""

    def __init__(self, device: str) -> None:
        self._device = device

    def read(self, take: Callable[[bytes], None], stop: threading.Event) -> None:
        """Block until ``stop``; ``take`` is called on this thread with every frame.

        Raises:
            AudioError: there is no such device, it is busy, or it went away.
        """
        before = time.monotonic()
        stream, shape = _opened(
            self._device,
            "input",
            IN_RATE,
            lambda sd, way: sd.RawInputStream(way.rate, way.block, way.device, way.channels, "int16"),
        )
        heard = InRate(shape.rate, shape.channels)
        sd = portaudio()
        try:
            with stream:
                block = b"".join(self._first(stream, shape.block, before))
                while not stop.is_set():
                    for frame in heard.frames(block):
                        take(frame)
                    block = _block(stream, shape.block)
        except sd.PortAudioError as error:
            raise _cannot("microphone", self._device, error) from error

    def _first(self, stream: Any, size: int, before: float) -> list[bytes]:
        """What it hears first, which takes as long as it is long: ALSA's ``null`` and ``file`` know no time.

        It was opened after ``before``; what has waited meanwhile, on a busy machine, comes at once.

        Raises:
            AudioError: it has heard more than there was time for, and would keep a processor busy.
        """
        blocks, begun = list[bytes](), time.monotonic()
        while True:
            blocks.append(_block(stream, size))
            seconds, now = len(blocks) / BLOCKS_A_SECOND, time.monotonic()
            if seconds > now - before + SLACK_SECONDS:
                fault = f"the microphone {self._device!r} is none, it only pretends (ALSA's null?)"
                raise AudioError(f"{fault}: choose another (`assistant devices --audio`)")
            if seconds >= FIRST_SECONDS and now - begun >= seconds / 2:
                return blocks


def _block(stream: Any, size: int) -> bytes:
    return bytes(stream.read(size)[0])


class InRate:
    """Blocks of s16le at a device's own rate and channels → frames of 20 ms, 16 kHz mono."""

    def __init__(self, rate: int, channels: int) -> None:
        self._channels = channels
        self._stream = soxr.ResampleStream(rate, IN_RATE, 1, dtype="float32") if rate != IN_RATE else None
        self._rest = b""

    def frames(self, block: bytes) -> list[bytes]:
        """The whole frames that are there now."""
        if self._channels > 1 or self._stream is not None:
            samples = np.frombuffer(block, "<i2").reshape(-1, self._channels).mean(axis=1, dtype=np.float32)
            if self._stream is not None:
                samples = self._stream.resample_chunk(samples)
            block = np.clip(samples, -32_768, 32_767).astype("<i2").tobytes()
        self._rest += block
        whole = len(self._rest) - len(self._rest) % FRAME_BYTES
        done, self._rest = self._rest[:whole], self._rest[whole:]
        return [done[start : start + FRAME_BYTES] for start in range(0, whole, FRAME_BYTES)]


class OutRate:
    """What a mouth says, at a device's own rate and channels."""

    def __init__(self, mouth: Mouth, rate: int, channels: int) -> None:
        self._mouth, self._channels = mouth, channels
        self._stream = soxr.ResampleStream(OUT_RATE, rate, 1, dtype="int16") if rate != OUT_RATE else None
        self._ready = np.zeros(0, "<i2")

    def block(self, frames: int, latency: float) -> bytes:
        """The next frames, s16le, heard in ``latency`` seconds."""
        if self._stream is None:
            samples = np.frombuffer(self._mouth.pull(frames, latency), "<i2")
        else:
            while len(self._ready) < frames:
                said = np.frombuffer(self._mouth.pull(OUT_FRAMES, latency), "<i2")
                self._ready = np.concatenate([self._ready, self._stream.resample_chunk(said)])
            samples, self._ready = self._ready[:frames], self._ready[frames:]
        return np.repeat(samples, self._channels).tobytes() if self._channels > 1 else samples.tobytes()


class Speaker:
    """Pulled playback: the card asks every 20 ms, so forgetting is instant. Opening may take seconds."""

    def __init__(self, device: str, mouth: Mouth) -> None:
        out: OutRate | None = None

        def pull(block: Any, frames: int, at: Any, _status: Any) -> None:
            latency = max(at.outputBufferDacTime - at.currentTime, 0.0)
            block[:] = out.block(frames, latency) if out is not None else bytes(len(block))

        self._stream, shape = _opened(
            device,
            "output",
            OUT_RATE,
            lambda sd, way: sd.RawOutputStream(
                way.rate, way.block, way.device, way.channels, "int16", callback=pull
            ),
        )
        out = OutRate(mouth, shape.rate, shape.channels)
