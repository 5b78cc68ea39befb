"""Speech to text for one home: a decoder that knows its names, and how sure it is.

The decoder hears the sound as it is while it comes in; ``again`` gives it the whole utterance once more with
the noise taken out. Clean speech is heard better raw, so that is the first look, and the second one is cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pocketsphinx

from assistant.brain.hearing import builder
from assistant.brain.hearing.noise import Levels, Suppressor
from assistant.brain.hearing.whisper import Whisper
from assistant.brain.home import Home
from assistant.errors import BrainError

RATE = 16_000
LONGEST_BYTES = 2 * RATE * 60
SURE = 0.002
NOISY_DB, QUIET_DB = 14.0, 32.0
TURNING_IN_NOISE, TURNING_ALONE = 0.5, 0.8
FRAME_SECONDS = 0.01
AFTER_SECONDS, BEFORE_SECONDS = 0.12, 0.04
"""So much of a pause may still, or already, belong to the words beside it."""
TURNING = frozenset(
    [
        "on",
        "off",
        "open",
        "close",
        "closed",
        "shut",
        "lock",
        "unlock",
        "up",
        "down",
        "raise",
        "lower",
        "start",
        "stop",
        "play",
        "pause",
        "all",
        "everything",
    ]
)
"""One sound of these heard wrongly turns the sentence round, or makes it mean the whole house."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard: ``sure`` enough to be believed when another look agrees, ``clear`` enough alone.

    In ``noisy`` surroundings nothing is believed. ``confidence`` is a posterior, 0 to 1.
    """

    text: str
    confidence: float = 0.0
    sure: bool = False
    noisy: bool = False
    clear: bool = False
    reason: str = ""


class Ear:
    """Hears one utterance after another: ``start``, ``feed`` ..., ``finish``. Blocking: for a thread."""

    def __init__(self, model: builder.Model, whisper: Whisper | None = None) -> None:
        self.unheard = model.unheard
        """Words of the home that nothing could pronounce."""
        self._decoder = _decoder(model)
        self._whisper = whisper
        self._heard = bytearray()
        self._listening = False
        self._levels = Levels()

    @classmethod
    async def open(cls, home: Home, *, cache: Path, whisper: Path | None = None) -> Ear:
        """An ear for this home; its model is built once and kept in the cache."""
        model = await builder.prepared(home, cache)
        second = Whisper(whisper) if whisper else None
        try:
            return await asyncio.to_thread(cls, model, second)
        except RuntimeError:
            builder.forget(model)
        model = await builder.prepared(home, cache)
        try:
            return await asyncio.to_thread(cls, model, second)
        except RuntimeError as error:
            raise BrainError(f"The embedded brain cannot hear: {error}; delete {cache}.") from error

    def start(self) -> None:
        """Begin a new utterance; a half-heard one is forgotten."""
        if self._listening:
            self._decoder.end_utt()
        self._heard.clear()
        self._levels = Levels()
        self._decoder.start_utt()
        self._listening = True

    def feed(self, pcm: bytes) -> None:
        """Take the next piece of 16 kHz mono s16le; what exceeds a minute is not heard."""
        if not self._listening:
            self.start()
        pcm = pcm[: LONGEST_BYTES - len(self._heard)]
        self._heard.extend(pcm)
        self._levels.hear(pcm)
        if pcm:
            self._decoder.process_raw(pcm, False, False)

    def finish(self) -> Hearing:
        """The whole utterance; the ear is ready for the next one afterwards."""
        if not self._listening:
            return Hearing("", reason="nothing was said")
        self._listening = False
        return self._concluded()

    def again(self) -> Hearing:
        """The last utterance heard once more, without its noise."""
        if self._listening or not self._heard:
            return Hearing("", reason="nothing was said")
        self._decoder.start_utt()
        self._decoder.process_raw(Suppressor().clean(bytes(self._heard)), False, True)
        return self._concluded()

    def _concluded(self) -> Hearing:
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        if self._levels.silent or hypothesis is None or not hypothesis.hypstr:
            return Hearing("", reason="nothing was said")
        confidence = min(max(float(hypothesis.prob), 0.0), 1.0)
        words = list(self._decoder.seg())
        snr, turning = self._levels.snr_db(_pauses(words)), _turning(words)
        noisy, quiet = snr < NOISY_DB, snr >= QUIET_DB
        sure = confidence >= SURE and (quiet or turning >= TURNING_IN_NOISE)
        clear = sure and quiet and turning >= TURNING_ALONE
        reason = "noise" if noisy else "" if sure else "unclear"
        return Hearing(hypothesis.hypstr, confidence, sure, noisy, clear, reason)

    def second_opinion(self) -> str | None:
        """What Whisper makes of the last utterance; None when no Whisper model was given."""
        return self._whisper.hear(bytes(self._heard)) if self._whisper else None


def _turning(words: Sequence[pocketsphinx.Segment]) -> float:
    """The posterior of the least certain word that could turn the sentence round."""
    certain = ((word.word.partition("(")[0], float(word.prob)) for word in words)
    return min((prob for word, prob in certain if word in TURNING), default=1.0)


def _pauses(words: Sequence[pocketsphinx.Segment]) -> Iterator[tuple[float, float]]:
    """Where the decoder heard no word: seconds from and to."""
    for number, word in enumerate(words):
        if word.word.startswith(("<", "[")):
            begin, end = word.start_frame * FRAME_SECONDS, (word.end_frame + 1) * FRAME_SECONDS
            first, last = number == 0, number == len(words) - 1
            yield begin + (0 if first else AFTER_SECONDS), end - (0 if last else BEFORE_SECONDS)


def _decoder(model: builder.Model) -> pocketsphinx.Decoder:
    config = pocketsphinx.Config(
        hmm=str(builder.acoustic() / "en-us"),
        lm=str(model.language),
        dict=str(model.dictionary),
        loglevel="FATAL",
    )
    return pocketsphinx.Decoder(config)
