"""How surely the wake words wake, and how seldom anything else does: synthetic voices, as many as there are.

The voices are flite's and, where a person's voice does not matter, espeak-ng's; who is not installed does not
speak. espeak-ng's "Jarvis" is so far from a person's that it would say nothing about people.
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from pydoc_data.topics import topics
from shutil import which

import numpy as np
import numpy.typing as npt
import soxr

from assistant import config as configuration
from assistant.audio.gate import Gate, GateSettings
from assistant.audio.listening import VoiceDetector, WakeWords
from assistant.audio.messages import Frame
from assistant.audio.recording import frames
from assistant.cli.bench.echo import STORY, Listener
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.voice import RECORDING

RATE = 16_000
FRAME = 320
WORDS = {"hey_jarvis": "Hey Jarvis.", "alexa": "Alexa.", "hey_mycroft": "Hey Mycroft."}
STRETCHES = (0.85, 1.0, 1.2)
"""How slowly it is said."""
SPEECH_LEVEL, FLOOR_LEVEL = 2500, 3
CLEAN_DB, AUDIBLE = 60.0, 500
CONDITIONS: dict[str, float] = {"clean": CLEAN_DB, "noise at 10 dB": 10.0, "noise at 5 dB": 5.0}
"""Pink noise, by its distance to the speech."""
OVER_SPEECH = "over its own speech"
BEGINS_FRAMES, PATIENCE_FRAMES = 200, 100
READ_WORDS = 4000
"""Of each voice: about half an hour."""
LOST = "frames of 20 ms lost of a sentence in one breath with its wake word"
REJECTS, PER_HOUR = 5, 0.2
"""Aims: percent of those who say it, accepts per hour."""
SAME_FRAMES = 100

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reader:
    """A program that reads a text aloud into a WAV file."""

    name: str
    command: Callable[[Path, Path, float], Sequence[str]]

    def read(self, text: str, stretch: float = 1.0) -> Samples:
        """16 kHz, at the level of speech, nothing before or after."""
        with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
            words, spoken = Path(folder) / "text", Path(folder) / "speech.wav"
            words.write_text(text)
            subprocess.run(self.command(words, spoken, stretch), check=True, capture_output=True)
            with wave.open(str(spoken)) as file:
                rate = file.getframerate()
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
        samples = samples if rate == RATE else np.asarray(soxr.resample(samples, rate, RATE), np.float32)
        loud = samples[np.abs(samples) > 200]
        return samples * np.float32(SPEECH_LEVEL / np.sqrt(np.mean(loud**2)))


def _flite(voice: str) -> Reader:
    def command(text: Path, out: Path, stretch: float) -> Sequence[str]:
        return (
            "flite",
            "-voice",
            voice,
            "--setf",
            f"duration_stretch={stretch}",
            "-f",
            str(text),
            "-o",
            str(out),
        )

    return Reader(f"flite {voice}", command)


def _espeak(voice: str) -> Reader:
    def command(text: Path, out: Path, stretch: float) -> Sequence[str]:
        return ("espeak-ng", "-v", voice, "-s", f"{175 / stretch:.0f}", "-f", str(text), "-w", str(out))

    return Reader(f"espeak-ng {voice}", command)


PEOPLE = tuple(_flite(voice) for voice in ("slt", "rms", "awb", "kal16"))
OTHERS = tuple(_espeak(voice) for voice in ("en-us", "en-gb+f3", "en-us+m3"))


async def wake(_config: configuration.Config, figures: Figures, _rounds: int) -> None:
    """Rejects by noise and over its own speech; accepts in hours of somebody reading."""
    readers = voices()
    people = [reader for reader in readers if reader in PEOPLE]
    figures.output.note(f"Voices: {', '.join(reader.name for reader in readers) or 'none is installed'}")
    story = _at_the_mouth(people[0].read(STORY)) if people else b""
    for word, spoken in WORDS.items() if people else ():
        said = [reader.read(spoken, stretch) for reader in people for stretch in STRETCHES]
        for condition, decibels in CONDITIONS.items():
            heard = [word in _woken(word, _in_noise(each, decibels, n)) for n, each in enumerate(said)]
            _tell_rejects(figures, word, condition, heard)
        over = [_interrupts(word, each, story) for each in said]
        _tell_rejects(figures, word, OVER_SPEECH, over)
        for each in said:
            figures.add(LOST, _lost(word, each))
    figures.tell(LOST, "", 0)
    _accepts(figures, readers)


def voices() -> tuple[Reader, ...]:
    """Those who are installed."""
    return (*(PEOPLE if which("flite") else ()), *(OTHERS if which("espeak-ng") else ()))


def manual(number: int) -> str:
    """One of the parts of the manual of Python, about half an hour long; after the last comes the first."""
    words = " ".join(topics.values()).replace("*", " ").replace("`", " ").split()
    start = number * READ_WORDS % len(words)
    return " ".join(words[start : start + READ_WORDS])


def _tell_rejects(figures: Figures, word: str, condition: str, heard: Sequence[bool]) -> None:
    name = f"{word.replace('_', ' ')} not heard, {condition} ({len(heard)} voices)"
    figures.add(name, 100 * heard.count(False) / len(heard))
    figures.tell(name, "%", REJECTS)


def _in_noise(speech: Samples, decibels: float, seed: int) -> bytes:
    """Two seconds of noise, the speech in it, one second more."""
    samples = np.concatenate([np.zeros(2 * RATE, np.float32), speech, np.zeros(RATE, np.float32)])
    noise = pink(len(samples), seed) * max(SPEECH_LEVEL * 10 ** (-decibels / 20), FLOOR_LEVEL)
    return s16(samples + noise)


def pink(count: int, seed: int) -> Samples:
    """So many samples of noise of the same power in every octave; its root mean square is 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float32)


def _woken(word: str, pcm: bytes) -> set[str]:
    engine = WakeWords([word])
    return {engine(pcm[start : start + 2 * FRAME]) for start in range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME)}


def _interrupts(word: str, speech: Samples, story: bytes) -> bool:
    """Whether the word, as loud as the echo of our own voice, is heard over it."""
    listener = Listener([word])
    listener.mouth.play(story)
    for _ in range(BEGINS_FRAMES):
        listener.frame()
    echo = 32_768 * 10 ** (float(np.median(listener.levels)) / 20)
    near = speech * np.float32(echo / SPEECH_LEVEL)
    for start in range(0, len(near) - FRAME + 1, FRAME):
        listener.frame(near[start : start + FRAME])
    for _ in range(PATIENCE_FRAMES):
        listener.frame()
    return bool(listener.opened)


def _lost(word: str, speech: Samples) -> int:
    """How much of a command that follows the wake word without any pause does not leave the gate."""
    command = [np.frombuffer(frame, "<i2").astype(np.float32) for frame in frames(RECORDING)]
    loud = [number for number, frame in enumerate(command) if np.abs(frame).max() > AUDIBLE]
    said = [s16(frame) for frame in command[loud[0] : loud[-1] + 1]]
    first = _in_noise(speech, CLEAN_DB, 0)[: (2 * RATE + len(speech)) // FRAME * 2 * FRAME]
    before = [first[start : start + 2 * FRAME] for start in range(0, len(first), 2 * FRAME)]
    gate = Gate(GateSettings(), VoiceDetector(), WakeWords([word]))
    left = [told.pcm for frame in (*before, *said, *[bytes(2 * FRAME)] * 50) for told in gate.hear(frame)
            if isinstance(told, Frame)]  # fmt: skip
    return sum(frame not in left for frame in said) if left else 0


def _at_the_mouth(speech: Samples) -> bytes:
    return s16(np.asarray(soxr.resample(speech, RATE, 24_000)))


def _accepts(figures: Figures, readers: Sequence[Reader]) -> None:
    """The manual of Python, of which each voice reads another part."""
    hours, found = 0.0, dict.fromkeys(WORDS, 0)
    for number, reader in enumerate(readers):
        pcm = s16(reader.read(manual(number)))
        hours += len(pcm) / 2 / RATE / 3600
        for word in _wakings(pcm):
            found[word] += 1
    if not hours:
        return
    name = f"woken by others in {hours:.1f} h of {len(readers)} voices reading"
    for word, count in found.items():
        figures.add(f"{word.replace('_', ' ')} {name}", count / hours)
        figures.tell(f"{word.replace('_', ' ')} {name}", "/h", PER_HOUR)


def _wakings(pcm: bytes) -> Iterator[str]:
    """Every word that wakes, once for all frames in which it is still believed."""
    engine, last = WakeWords(list(WORDS)), dict.fromkeys(WORDS, -SAME_FRAMES)
    for number in range(len(pcm) // (2 * FRAME)):
        if word := engine(pcm[number * 2 * FRAME : (number + 1) * 2 * FRAME]):
            if number - last[word] > SAME_FRAMES:
                yield word
            last[word] = number


def s16(samples: npt.NDArray[np.floating]) -> bytes:
    """As a microphone gives them."""
    return bytes(np.clip(samples, -32_768, 32_767).astype("<i2").tobytes())
