"""The voices that are there, above all the one that comes with pip."""

from __future__ import annotations

import sys

import numpy
import pytest

from assistant.brain.engines import Espeak, Program
from assistant.brain.speaking import PIECE_BYTES, Voice, sentences
from assistant.errors import BrainError

SENTENCE = "The kitchen light is on at fifty percent. The front door is locked."


async def spoken(voice: Voice, text: str) -> bytes:
    pieces = [piece async for piece in voice.speak(text)]
    assert all(len(piece) <= PIECE_BYTES for piece in pieces)
    return b"".join(pieces)


@pytest.mark.speech
@pytest.mark.parametrize(
    "engine",
    [
        "espeak",
        pytest.param("flite", marks=pytest.mark.system("flite")),
        pytest.param("espeak-ng", marks=pytest.mark.system("espeak-ng")),
    ],
)
async def test_speaks_for_seconds_and_loudly(engine: str) -> None:
    async with Voice((engine,)) as voice:
        first = await spoken(voice, SENTENCE)
        samples = numpy.frombuffer(first, dtype="<i2").astype(numpy.float32)
        assert 2 < len(samples) / 24_000 < 8
        assert 800 < numpy.sqrt(numpy.mean(samples**2)) < 15_000
        again = await spoken(voice, SENTENCE)
        assert abs(len(again) - len(first)) <= PIECE_BYTES


@pytest.mark.speech
async def test_interrupted_speech_leaves_nothing_and_the_next_is_whole() -> None:
    async with Voice(("espeak",)) as voice:
        whole = await spoken(voice, SENTENCE)
        speech = voice.speak(SENTENCE)
        await anext(speech)
        await speech.aclose()
        assert len(await spoken(voice, SENTENCE)) == len(whole)


@pytest.mark.speech
async def test_hostile_text_is_harmless() -> None:
    async with Voice(("espeak",)) as voice:
        for text in ("", "\0\x1b[2J", "...", "$(rm -rf /) `id`; \"'|&", "<speak>é 漢字</speak>", "[[b'@l]]"):
            await spoken(voice, text)
        assert await spoken(voice, "-v de --version")


async def test_dead_and_hung_voices_are_one_clear_error() -> None:
    dead = Program((sys.executable, "-c", "pass"))
    hung = Espeak((sys.executable, "-c", "import time; time.sleep(60)"))
    for engine in (dead, hung):
        async with Voice(("espeak",), patience_seconds=0.3) as voice:
            voice._engine = engine
            with pytest.raises(BrainError, match="voice of the embedded brain failed"):
                await spoken(voice, "Hello.")


async def test_no_voice_says_what_to_install() -> None:
    with pytest.raises(BrainError, match="flite"):
        async with Voice(()):
            pass


def test_sentences_are_short_and_printable() -> None:
    assert sentences("One. Two!\nThree\x07?") == ["One.", "Two!", "Three ?"]
    assert all(len(s) <= 240 for s in sentences("word " * 900))
    assert len("".join(sentences("x" * 9000))) == 2000
    assert sentences(" \n... !") == []
