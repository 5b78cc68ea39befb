"""The voices that are installed: they speak, at the right rate, and survive what is thrown at them."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from assistant.brain import speaking
from assistant.brain.speaking import ENGINES, RATE, Voice, sentences
from assistant.errors import BrainError

SENTENCE = "The kitchen light is on at thirty percent."


async def spoken(voice: Voice, text: str) -> bytes:
    return b"".join([piece async for piece in voice.speak(text)])


@pytest.mark.parametrize(
    "name",
    [
        "pip",
        pytest.param("flite", marks=pytest.mark.system("flite")),
        pytest.param("espeak-ng", marks=pytest.mark.system("espeak-ng")),
    ],
)
async def test_a_voice_says_a_sentence(name: str) -> None:
    async with Voice(name) as voice:
        for _ in range(2):
            pcm = np.frombuffer(await spoken(voice, SENTENCE), "<i2").astype(float)
            assert 1.5 < len(pcm) / RATE < 5
            assert np.sqrt(np.mean(pcm**2)) > 500
            energy = np.abs(np.fft.rfft(pcm)) ** 2
            below = energy[: int(len(energy) * 4000 / (RATE / 2))].sum() / energy.sum()
            assert below > 0.8, "speech has most of its energy below 4 kHz; a wrong rate would not"


async def test_pip_alone_gives_a_voice() -> None:
    assert {engine.name: engine.there() for engine in ENGINES}["pip"]


async def test_a_voice_that_is_cut_off_begins_the_next_sentence_afresh() -> None:
    async with Voice("pip") as voice:
        whole = len(await spoken(voice, SENTENCE))
        speech = voice.speak(SENTENCE * 5)
        await anext(speech)
        await speech.aclose()  # type: ignore[attr-defined]
        assert len(await spoken(voice, SENTENCE)) == pytest.approx(whole, rel=0.02)


async def test_a_voice_whose_process_died_says_so_and_comes_back() -> None:
    async with Voice("pip") as voice:
        await spoken(voice, SENTENCE)
        assert voice._child is not None
        voice._child._process.kill()
        await asyncio.sleep(0.05)
        with pytest.raises(BrainError, match="the voice pip does not speak"):
            await spoken(voice, SENTENCE)
        assert len(await spoken(voice, SENTENCE)) > RATE


async def test_hostile_text_is_only_ever_spoken() -> None:
    async with Voice("pip") as voice:
        assert await spoken(voice, "") == b""
        assert await spoken(voice, "\x00\n\r \u202e") == b""
        assert len(await spoken(voice, "<speak>`rm -rf /` $(reboot) ; [[ :: ]]\n--version")) > 0


@pytest.mark.parametrize("text", ["word " * 100_000, "x" * 8000, "First. " + "a, " * 3000])
def test_no_voice_gets_more_than_it_can_say_in_a_breath(text: str) -> None:
    parts = sentences(text)
    assert max(map(len, parts)) <= 240
    assert "".join(parts).replace(" ", "") == text[:2000].replace(" ", "")


@pytest.mark.parametrize("name", ["pip", pytest.param("flite", marks=pytest.mark.system("flite"))])
async def test_a_word_without_an_end_is_said_nevertheless(name: str) -> None:
    async with Voice(name) as voice, asyncio.timeout(10):
        speech = voice.speak("x" * 8000)
        assert len(await anext(speech)) > 0
        await speech.aclose()  # type: ignore[attr-defined]


async def test_a_slow_listener_is_not_the_fault_of_the_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Voice("pip") as voice:
        await spoken(voice, SENTENCE)  # its process has started
        monkeypatch.setattr(speaking, "FIRST_SOUND_SECONDS", 0.5)
        count = 0
        async for _ in voice.speak(SENTENCE):
            await asyncio.sleep(0.6 if count < 2 else 0)
            count += 1
        assert count > 2


def test_a_missing_voice_names_the_installed_ones() -> None:
    with pytest.raises(BrainError, match="the voice 'nobody' is not installed; installed: .*pip"):
        Voice("nobody")
