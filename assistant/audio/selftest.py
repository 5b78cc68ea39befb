"""Examines microphone and speaker together: level, noise, clipping, the way through the room, the echo."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soxr

from assistant.audio.canceller import EchoCanceller
from assistant.audio.devices import Microphone, Speaker
from assistant.audio.levels import level
from assistant.audio.listening import WakeWords
from assistant.audio.mouth import RATE as MOUTH_RATE
from assistant.audio.mouth import Mouth
from assistant.audio.proof import sample
from assistant.errors import AudioError

RATE = 16_000
OPEN_SECONDS = 15.0
QUIET_SECONDS, CHIRP_SECONDS, LEARNING_SECONDS, HEARD_SECONDS = 2.0, 0.8, 3.0, 2.0
NOISY_DBFS = -40.0
FAINT_DBFS = -50.0
CLIPPED = 32_700
LONGEST_DELAY_SECONDS = 1.0
SURE = 8.0
"""A chirp that was heard stands out so many times above everything else."""
GOOD_DB = 15.0
BAR, QUIETEST = 20, -80.0
TIMES_SAID, WAKE_SECONDS, WAKE_GAIN = 3, 0.7, 3.0
MORE_PERCENT = 20

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One thing that was looked at; ``text`` says what to do when it is not ``ok``."""

    step: str
    ok: bool
    text: str


class Hears(Protocol):
    """What is needed to hear oneself."""

    mouth: Mouth

    def listen(self, seconds: float) -> tuple[list[bytes], list[bytes]]: ...


class Bench:
    """A microphone and a speaker that are open at the same time; frames are noted as they come."""

    def __init__(self, microphone: str, speaker: str) -> None:
        self.mouth, self._canceller = Mouth(), EchoCanceller()
        self.raw: list[bytes] = []
        self.cleaned: list[bytes] = []
        self._failure: AudioError | None = None
        self._stop = threading.Event()
        self.mouth.reference = self._canceller.played
        self._speaker = Speaker(speaker, self.mouth)
        self._thread = threading.Thread(target=self._read, args=(microphone,), daemon=True)
        self._thread.start()
        self.wait(lambda: bool(self.raw), OPEN_SECONDS)

    def _read(self, microphone: str) -> None:
        try:
            Microphone(microphone).read(self._take, self._stop)
        except AudioError as error:
            self._failure = error

    def _take(self, frame: bytes) -> None:
        self.raw.append(frame)
        self.cleaned += self._canceller.cleaned([frame])

    def wait(self, so: Callable[[], bool], seconds: float) -> None:
        """Wait until it is so.

        Raises:
            AudioError: the microphone cannot be used, or delivers nothing.
        """
        until = time.monotonic() + seconds
        while not so():
            if self._failure is not None:
                raise self._failure
            if time.monotonic() > until:
                raise AudioError("the microphone delivers nothing")
            time.sleep(0.01)

    def listen(self, seconds: float) -> tuple[list[bytes], list[bytes]]:
        """What comes in the next seconds, before and after the canceller."""
        first, count = len(self.raw), round(seconds * 50)
        self.wait(lambda: len(self.cleaned) >= first + count, seconds + 5)
        return self.raw[first : first + count], self.cleaned[first : first + count]

    def close(self) -> None:
        """Let the microphone go."""
        self._stop.set()


def examined(microphone: str, speaker: str, words: Sequence[str], sensitivity: int) -> Iterator[Step]:
    """Look at everything, one after another; about 15 seconds, and not silently. ``words`` wake, as easily as
    is set (``sensitivity``, 0 to 100)."""
    try:
        bench = Bench(microphone, speaker)
    except AudioError as error:
        yield Step("devices", False, f"{error}.")
        return
    try:
        yield Step("devices", True, f"microphone {microphone!r} and speaker {speaker!r} are open.")
        quiet, _ = bench.listen(QUIET_SECONDS)
        chirped = _chirped(bench)
        if not any(any(frame) for frame in (*quiet, *chirped)):
            yield Step("noise", False, "only zeros: the microphone is switched off, or muted by the system.")
            return
        yield _noise(quiet)
        yield from _way(chirped)
        yield _cancelled(bench)
        for word in words:
            yield from _woken(bench, word, sensitivity)
    except AudioError as error:
        yield Step("microphone", False, f"{error}.")
    finally:
        bench.close()


def bar(dbfs: float) -> str:
    """A level as people read it."""
    full = round(BAR * min(max((dbfs - QUIETEST) / -QUIETEST, 0), 1))
    return f"[{'█' * full}{'·' * (BAR - full)}] {dbfs:.0f} dBFS"


def _noise(quiet: list[bytes]) -> Step:
    floor = float(np.median([level(frame) for frame in quiet]))
    if floor > NOISY_DBFS:
        return Step("noise", False, f"{bar(floor)}: very noisy; turn the microphone's gain down, or move it.")
    return Step("noise", True, f"{bar(floor)}: the room when nobody speaks.")


def _chirped(bench: Bench) -> list[bytes]:
    """What the microphone hears of a chirp."""
    bench.mouth.play((_chirp(MOUTH_RATE) * 16_000).astype("<i2").tobytes())
    return bench.listen(CHIRP_SECONDS + LONGEST_DELAY_SECONDS)[0]


def _way(heard: list[bytes]) -> Iterator[Step]:
    """From the speaker to the microphone: how late, how loud."""
    chirp = _chirp(MOUTH_RATE)
    samples = np.frombuffer(b"".join(heard), "<i2").astype(float)
    like = np.abs(np.correlate(samples, np.asarray(soxr.resample(chirp, MOUTH_RATE, RATE)), "valid"))
    at = int(like.argmax())
    if like[at] < SURE * (float(np.median(like)) + 1):
        yield Step("echo", True, "the microphone does not hear the speaker: headphones, or it is very soft.")
        return
    loud = [level(frame) for frame in heard]
    yield Step("echo", True, f"{bar(max(loud))}: our own voice, back after {at / RATE * 1000:.0f} ms.")
    if int(np.abs(samples).max()) >= CLIPPED:
        yield Step("clipping", False, "our own voice overdrives the microphone; turn one of the two down.")
    elif max(loud) < FAINT_DBFS:
        yield Step("clipping", True, "none; the speaker is soft.")
    else:
        yield Step("clipping", True, "none.")


def _cancelled(bench: Bench) -> Step:
    """Something like speech for a while: what of it is left."""
    seconds = LEARNING_SECONDS + HEARD_SECONDS
    random = np.random.default_rng(3)
    times = np.arange(round(seconds * MOUTH_RATE)) / MOUTH_RATE
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * times)
    noise = np.convolve(random.standard_normal(len(times)), np.ones(12) / 12, "same")
    bench.mouth.play((noise * syllables * 12_000).clip(-32_000, 32_000).astype("<i2").tobytes())
    bench.listen(LEARNING_SECONDS)
    raw, cleaned = bench.listen(HEARD_SECONDS - 0.2)
    before, after = (float(np.mean([level(frame) for frame in each])) for each in (raw, cleaned))
    if before < FAINT_DBFS:
        return Step("canceller", True, "there is no echo that would have to be taken out.")
    if before - after < GOOD_DB:
        return Step(
            "canceller",
            False,
            f"takes out only {before - after:.0f} dB of our own voice: set audio.echo to none, or to device "
            "if the speakerphone cancels by itself.",
        )
    return Step("canceller", True, f"takes out {before - after:.0f} dB of our own voice.")


def _woken(bench: Hears, word: str, sensitivity: int) -> Iterator[Step]:
    """A recording of the wake word, played a few times: how often it was heard."""
    if not sample(word):
        return
    engine, hits = WakeWords([word]), 0
    engine.sensitivity = sensitivity
    said = np.frombuffer(b"".join(sample(word)), "<i2").astype(float)
    loud = np.asarray(soxr.resample(said, RATE, MOUTH_RATE)) * WAKE_GAIN
    for _ in range(TIMES_SAID):
        bench.mouth.play(loud.clip(-32_000, 32_000).astype("<i2").tobytes())
        heard, _cleaned = bench.listen(len(said) / RATE + WAKE_SECONDS)
        hits += any([engine(frame) for frame in heard])
    text = f"{word.replace('_', ' ')!r} from our own speaker was heard {hits} of {TIMES_SAID} times"
    more = min(sensitivity + MORE_PERCENT, 100)
    easier = f", or raise it: assistant room sensitivity {more}" if more > sensitivity else ""
    advice = f" at {sensitivity} percent sensitivity; make it quieter here, turn the speaker up{easier}"
    yield Step("wake word", hits == TIMES_SAID, f"{text}{'' if hits == TIMES_SAID else advice}.")


def _chirp(rate: int) -> Samples:
    times = np.arange(round(CHIRP_SECONDS * rate)) / rate
    sweep = np.sin(2 * np.pi * (200 * times + (3800 / CHIRP_SECONDS) * times**2 / 2))
    edges = np.clip(np.minimum(times, times[::-1]) / 0.02, 0, 1)
    return np.asarray(sweep * edges)
