"""People who speak over the assistant in a simulated room: how soon it falls silent, how often in vain."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import soxr

from assistant import config as configuration
from assistant.app import House
from assistant.audio.canceller import EchoCanceller
from assistant.audio.ears import Ears, Echo, OwnWords
from assistant.audio.foretelling import Foreteller
from assistant.audio.gate import Gate, GateSettings
from assistant.audio.interruption import Interruption
from assistant.audio.levels import level
from assistant.audio.listening import VoiceDetector, WakeWords
from assistant.audio.messages import GateOpened
from assistant.audio.mouth import Mouth
from assistant.audio.recording import frames
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.living import in_house
from assistant.cli.bench.voice import RECORDING

STORY = (
    "Once upon a time there was a small house at the edge of a wide green forest. In this house there lived "
    "an old woman with her cat. Every morning she went down to the river to fetch water, and every morning "
    "the cat came along and sat on the same flat stone. One day the river was gone. The old woman put down "
    "her bucket and looked at the dry bed for a long while. Then she said: we must find out where it went."
)
OWN_NAME = (
    "You can call me at any time. Just say hey Jarvis, and then what you want. Hey Jarvis, turn on the light."
)
WORDS = ["hey_jarvis"]
DELAY_FRAMES = 6
"""120 ms from the card to the microphone."""
ECHO_GAIN = 0.35
ROOM_SECONDS = 0.3
"""RT60."""
ALONE_SECONDS = 600
CONVERGED_FRAMES = 100
BEGINS_FRAMES = 200
PATIENCE_FRAMES = 60
FRAME_MS = 20
AUDIBLE_DBFS = -50.0
BANDS_HZ = (100, 300, 500, 800, 1200, 1700, 2300, 3000, 4000, 5500, 8000)
"""Where speech is told apart by, roughly as wide as ears hear."""
QUIETER_DB = 25.0
"""Below a person's loudest frame; what is softer is pause."""

Samples = npt.NDArray[np.float32]


class Room:
    """The way from the speaker back into the microphone, 20 ms at a time."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        length = round(ROOM_SECONDS * 16_000)
        rays = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
        self._impulse = (rays / np.sqrt(np.sum(rays**2))).astype(np.float32) * ECHO_GAIN
        self._impulse[0] += ECHO_GAIN
        self._air = np.zeros(DELAY_FRAMES * 320 + length + 640, np.float32)
        self._noise = random
        self._stream = soxr.ResampleStream(24_000, 16_000, 1, dtype="float32", quality="HQ")
        self._rest = np.zeros(0, np.float32)

    def heard(self, played: bytes, near: Samples | None) -> bytes:
        """What the microphone gets while the speaker gets this, and a person says that."""
        loud = np.frombuffer(played, "<i2").astype(np.float32)
        self._rest = np.concatenate([self._rest, self._stream.resample_chunk(loud)])
        block, self._rest = self._rest[:320], self._rest[320:]
        if block.any():
            echo = np.convolve(block, self._impulse)
            start = DELAY_FRAMES * 320
            self._air[start : start + len(echo)] += echo
        now = self._air[:320] + self._noise.standard_normal(320).astype(np.float32) * 20
        self._air = np.concatenate([self._air[320:], np.zeros(320, np.float32)])
        if near is not None:
            now = now + near
        return bytes(np.clip(now, -32_768, 32_767).astype("<i2").tobytes())


@dataclass
class Noting:
    """A canceller that notes what it took out."""

    inner: EchoCanceller = field(default_factory=EchoCanceller)
    losses: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)

    def played(self, pcm: bytes) -> None:
        """The speaker got this."""
        self.inner.played(pcm)

    def cleaned(self, frames: Sequence[bytes]) -> list[bytes]:
        """What is left."""
        left = self.inner.cleaned(frames)
        for frame, cleaned in zip(frames, left, strict=True):
            if level(frame) > AUDIBLE_DBFS:
                self.levels.append(level(frame))
                self.losses.append(level(frame) - level(cleaned))
        return left


class Listener:
    """The audio process without its devices."""

    def __init__(self, wake: Sequence[str] = WORDS) -> None:
        self.mouth, self.canceller, self.room = Mouth(lambda: self.now), Noting(), Room()
        words = OwnWords(WakeWords(wake), WakeWords(wake))
        gate = Gate(GateSettings(), VoiceDetector(), words)
        foreteller = Foreteller(lambda: self.now)
        interruption = Interruption(VoiceDetector(), foreteller)
        self.ears = Ears(gate, self.mouth, interruption, self.canceller, Echo.CANCELLED)

        def reference(pcm: bytes) -> None:
            foreteller.played(pcm)
            words.speaks(pcm)
            self.canceller.played(pcm)

        self.mouth.reference = reference
        self.now = self.busy = 0.0
        self.opened: list[str] = []
        self.delays: list[float] = []
        self.silent = True

    def frame(self, near: Samples | None = None) -> None:
        """20 ms of the room."""
        self.now += FRAME_MS / 1000
        began = time.process_time()
        played = self.mouth.pull(480)
        self.busy += time.process_time() - began
        self.silent = not any(played)
        heard = self.room.heard(played, near)
        began = time.process_time()
        self.opened += [told.by for told in self.ears.hear(heard) if isinstance(told, GateOpened)]
        self.delays.append(time.process_time() - began)
        self.busy += self.delays[-1]


async def echo(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """The embedded voice in a simulated room, alone, saying the wake word, and spoken over."""
    voices: dict[str, bytes] = {}

    async def use(house: House) -> None:
        assert house.brain is not None, "the bench's brain is the embedded one"
        for text in (STORY, OWN_NAME):
            voices[text] = await house.brain.read_aloud(text)

    await in_house(config, use)
    _alone(figures, voices[STORY])
    _calling_itself(figures, voices[OWN_NAME], rounds)
    for number in range(rounds):
        _spoken_over(figures, voices[STORY], number)
        _both_at_once(figures, voices[STORY], number)
    for name, unit, aim in (
        ("echo taken out, after 2 s", "dB", 25),
        ("interruptions in 10 min of its own voice", "", 0),
        ("short pauses in 10 min of its own voice", "", 0),
        ("woken by itself", "", 0),
        ("user's first sample → mouth silent", "ms", 150),
        ("user's first sample → taken for speech", "ms", 500),
        ("interruptions that were not noticed", "", 0),
        ("both speak at once: the person's voice differs from itself by", "dB", 6),
        ("… behind the canceller", "dB", 99),
        ("… and without either", "dB", 99),
        ("processor of ears and mouth while speaking", "%", 6),
        ("a frame's way through the ears", "ms", 5),
    ):
        figures.tell(name, unit, aim)


def _alone(figures: Figures, story: bytes) -> None:
    listener, pauses, was_held = Listener(), 0, False
    for _ in range(round(ALONE_SECONDS * 1000 / FRAME_MS)):
        if listener.mouth.left() < 1:
            listener.mouth.play(story)
        waiting = listener.mouth.left()
        listener.frame()
        held = listener.silent and listener.mouth.left() >= waiting > 1
        pauses += held and not was_held
        was_held = held
    figures.add("echo taken out, after 2 s", float(np.mean(listener.canceller.losses[CONVERGED_FRAMES:])))
    figures.add("interruptions in 10 min of its own voice", len(listener.opened))
    figures.add("short pauses in 10 min of its own voice", pauses)
    figures.add("processor of ears and mouth while speaking", 100 * listener.busy / ALONE_SECONDS)
    for delay in listener.delays:
        figures.add("a frame's way through the ears", 1000 * delay)


def _calling_itself(figures: Figures, speech: bytes, rounds: int) -> None:
    listener = Listener()
    for _ in range(rounds):
        listener.mouth.play(speech)
        while listener.mouth.left():
            listener.frame()
        for _ in range(50):
            listener.frame()
    figures.add("woken by itself", sum(by in WORDS for by in listener.opened))


def _spoken_over(figures: Figures, story: bytes, number: int) -> None:
    listener = Listener()
    listener.mouth.play(story[: len(story) // 2 * 2][number * 4800 :])
    for _ in range(BEGINS_FRAMES + number):
        listener.frame()
    silent_after = believed_after = 0
    for count, near in enumerate(_person(float(np.median(listener.canceller.levels))), 1):
        listener.frame(near)
        if listener.silent and not silent_after:
            silent_after = count
        if listener.opened:
            believed_after = count
            break
    if believed_after:
        # The block that is silent is played next: what sounds until then is heard.
        figures.add("user's first sample → mouth silent", (silent_after or believed_after) * FRAME_MS)
        figures.add("user's first sample → taken for speech", believed_after * FRAME_MS)
    figures.add("interruptions that were not noticed", int(not believed_after))


def _both_at_once(figures: Figures, story: bytes, number: int) -> None:
    """What is left of a person who speaks while it speaks: until it is silent, and behind the canceller."""
    canceller, foreteller, room = EchoCanceller(), Foreteller(), Room()
    blocks = [story[at : at + 960] for at in range(number * 4800, len(story) - 960, 960)]
    levels, heard, cancelled, left, alone = [], [], [], [], []
    for block in blocks[:BEGINS_FRAMES]:
        canceller.played(block)
        foreteller.played(block)
        frame = room.heard(block, None)
        levels.append(level(frame))
        canceller.cleaned([frame])
        foreteller.strange(frame)
    for block, near in zip(blocks[BEGINS_FRAMES:], _person(float(np.median(levels))), strict=False):
        canceller.played(block)
        foreteller.played(block)
        frame = room.heard(block, near)
        heard.append(frame)
        cancelled += canceller.cleaned([frame])
        left.append(foreteller.strange(frame).rest)
        alone.append(np.clip(near, -32_768, 32_767).astype("<i2").tobytes())
    name = "both speak at once: the person's voice differs from itself by"
    figures.add(name, _distance(left, alone))
    figures.add("… behind the canceller", _distance(cancelled, alone))
    figures.add("… and without either", _distance(heard, alone))


def _distance(told: Sequence[bytes], meant: Sequence[bytes]) -> float:
    """How far two recordings of a voice are apart: log-spectral distance in bands, in dB (0: the same)."""
    first, second = _spectra(told), _spectra(meant)
    spoken = second.max(axis=1) > second.max() - QUIETER_DB
    floor = second.max() - 2 * QUIETER_DB
    apart = np.maximum(first[spoken], floor) - np.maximum(second[spoken], floor)
    return float(np.mean(np.sqrt(np.mean(apart**2, axis=1))))


def _spectra(told: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Power of each frame in each band, in dB; a window of three frames forgives a canceller's few ms."""
    samples = np.frombuffer(b"".join(told), "<i2").astype(np.float64)
    window = np.hanning(960)
    starts = range(0, len(samples) - 960, 320)
    power = np.array([np.abs(np.fft.rfft(samples[at : at + 960] * window)) ** 2 for at in starts])
    hertz = np.fft.rfftfreq(960, 1 / 16_000)
    edges = pairwise(BANDS_HZ)
    bands = [power[:, (hertz >= low) & (hertz < high)].sum(axis=1) for low, high in edges]
    return np.asarray(10 * np.log10(np.array(bands).T + 1.0))


def _person(echo_dbfs: float) -> Iterator[Samples]:
    """A command, as loud as the echo, from its first audible frame on."""
    spoken = [np.frombuffer(frame, "<i2").astype(np.float32) for frame in frames(RECORDING)]
    whole = np.concatenate(spoken)
    gain = 10 ** (echo_dbfs / 20) * 32_768 / float(np.sqrt(np.mean(whole**2)))
    loudest = float(np.abs(whole).max())
    first = next(number for number, frame in enumerate(spoken) if np.abs(frame).max() > loudest / 10)
    for frame in spoken[first : first + PATIENCE_FRAMES]:
        yield frame * gain
