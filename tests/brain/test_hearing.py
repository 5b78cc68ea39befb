"""Hearing one home: real recordings, a damaged cache, silence, noise, and names nobody can spell."""

from __future__ import annotations

import subprocess
import wave
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from assistant.brain.hearing import Ear, Hearing
from assistant.brain.hearing.noise import Levels
from assistant.brain.home import Floor, Home
from assistant.brain.mind import PARDON, TOO_LOUD, Mind
from assistant.brain.understanding import Understander
from assistant.brain.understanding.pending import LEFT
from tests.brain.homes import PRETEND, home

HOME = home(PRETEND)
SPEECH = Path(__file__).parent.parent / "data" / "speech"
FREE_WORDS = """
switch the kitchen light on
lights off in the bedroom
could you please turn the porch light green
set the living room light to eighty percent
turn the coffee machine off
is the coffee machine on
close the living room blinds
what's the temperature in the bedroom
is the front door locked
make it twenty two degrees
turn on the bedroom lamp and close the blinds
set the fan speed to fifty percent
pause the television
""".strip().splitlines()
NOT_MEANT = """
turn on the garage light
open the garage door
turn on the dishwasher
we had a lovely dinner with the neighbours
did you see the game last night
the light in this room is really nice
he locked his keys in the car
""".strip().splitlines()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hearing")


def recorded(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        return bytes(file.readframes(file.getnframes()))


def heard(ear: Ear, pcm: bytes) -> Hearing:
    ear.start()
    for at in range(0, len(pcm), 3200):
        ear.feed(pcm[at : at + 3200])
    return ear.finish()


def spoken(text: str, voice: str, folder: Path) -> bytes:
    file = folder / "said.wav"
    subprocess.run(
        ["flite", "-voice", voice, "-t", text, "-o", str(file)],
        check=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
    )
    return bytes(6400) + recorded(file) + bytes(9600)


def mind_of(ear: Ear, at: Home = HOME) -> Mind:
    async def open_ear() -> Ear:
        return ear

    mind = Mind(Understander(at, datetime.now), open_ear)
    mind.ear = ear
    return mind


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cmd_fl_awb_00", "turn on the kitchen light"),
        ("cmd_pj_05", "switch off the hallway light"),
        ("cmd_pj_11", "turn off the heater"),
        ("cmd_pj_28", "set the porch light to red"),
        ("cmd_pj_43", "set the temperature to twenty one degrees"),
        ("cmd_fl_slt_03", "turn the living room lamp off"),
    ],
)
@pytest.mark.speech
async def test_recordings_are_heard_and_surely(cache: Path, name: str, text: str) -> None:
    ear = await Ear.open(HOME, cache=cache)
    hearing = heard(ear, recorded(SPEECH / f"{name}.wav"))
    assert hearing.text == text
    assert hearing.sure
    assert not hearing.noisy


@pytest.mark.parametrize("voice", ["slt", "rms"])
@pytest.mark.system("flite")
@pytest.mark.speech
async def test_free_wordings_by_voice_mean_what_they_mean_in_writing(
    cache: Path, tmp_path: Path, voice: str
) -> None:
    ear = await Ear.open(HOME, cache=cache)
    right = 0
    for sentence in FREE_WORDS:
        typed = mind_of(ear).understand_text(sentence)
        by_voice = mind_of(ear).understand_heard(heard(ear, spoken(sentence, voice, tmp_path)))
        assert by_voice.calls in ((), typed.calls), f"{sentence!r} became {by_voice.calls}"
        right += by_voice.calls == typed.calls
    assert right >= 0.9 * len(FREE_WORDS)


@pytest.mark.system("flite")
@pytest.mark.speech
async def test_p10_chatter_and_unknown_devices_act_on_nothing(cache: Path, tmp_path: Path) -> None:
    ear = await Ear.open(HOME, cache=cache)
    for sentence in NOT_MEANT:
        understanding = mind_of(ear).understand_heard(heard(ear, spoken(sentence, "slt", tmp_path)))
        assert understanding.calls == (), sentence
        assert understanding.say


@pytest.mark.speech
async def test_in_noise_it_asks_instead_of_acting(cache: Path) -> None:
    ear = await Ear.open(HOME, cache=cache)
    clean = np.frombuffer(recorded(SPEECH / "cmd_fl_awb_00.wav"), "<i2").astype(float)
    noise = np.random.default_rng(1).normal(0, np.sqrt(np.mean(clean**2)) / 2, len(clean) + 16_000)
    noise[8000:-8000] += clean
    hearing = heard(ear, noise.clip(-32768, 32767).astype("<i2").tobytes())
    assert hearing.noisy
    assert mind_of(ear).understand_heard(hearing).calls == ()


def beside(name: str, other: str, decibels: float, shift: int) -> bytes:
    """A recording, and so much softer another one over and over, which begins ``shift`` samples later."""

    def loud(name: str) -> npt.NDArray[np.float64]:
        samples = np.frombuffer(recorded(SPEECH / f"{name}.wav"), "<i2").astype(float)
        within = np.flatnonzero(np.abs(samples) > 300)
        samples = samples[max(0, within[0] - 800) : within[-1] + 1600]
        return samples * float(2500 / np.sqrt(np.mean(samples[np.abs(samples) > 200] ** 2)))

    said = np.pad(loud(name), (4800, 6400))
    sound = np.resize(np.roll(loud(other), shift), len(said)) * 10 ** (-decibels / 20)
    return bytes((said + sound).clip(-32768, 32767).astype("<i2").tobytes())


@pytest.mark.parametrize(
    ("name", "text", "other", "decibels", "shift"),
    [
        # heard as "switch on hallway lights", "switch on the hallway light a bit", "turn on the kitchen light for ten"
        ("cmd_pj_05", "switch off the hallway light", "cmd_fl_slt_timer", 15, 6000),
        ("cmd_pj_05", "switch off the hallway light", "cmd_fl_slt_reminder", 15, 12000),
        ("cmd_pj_00", "turn on the kitchen light", "cmd_fl_slt_timer", 8, 12000),
    ],
)
@pytest.mark.speech
async def test_beside_another_voice_nothing_else_is_done(
    cache: Path, name: str, text: str, other: str, decibels: float, shift: int
) -> None:
    ear = await Ear.open(HOME, cache=cache)
    understood = mind_of(ear).understand_heard(heard(ear, beside(name, other, decibels, shift)))
    assert understood.calls in ((), mind_of(ear).understand_text(text).calls)


def test_a_television_is_heard_in_the_pauses_of_a_sentence() -> None:
    def tone(level: float, seconds: float) -> bytes:
        return np.full(round(16_000 * seconds), level).astype("<i2").tobytes()

    # its own pause of 200 ms is as good as silent
    levels = Levels()
    levels.hear(tone(250, 0.3) + tone(2500, 1.0) + tone(1, 0.2) + tone(250, 0.2))
    assert levels.snr_db([]) > 50
    assert levels.snr_db([(0.0, 0.3), (1.3, 1.7)]) == pytest.approx(20, abs=3)
    # too short to tell
    assert levels.snr_db([(0.0, 0.05)]) > 50


def test_our_own_sign_before_a_sentence_is_no_noise() -> None:
    def tone(level: float, seconds: float) -> bytes:
        return np.full(round(16_000 * seconds), level).astype("<i2").tobytes()

    levels = Levels()
    levels.hear(tone(2, 0.09) + tone(1500, 0.12) + tone(2, 0.09) + tone(2500, 1.0) + tone(2, 0.35))
    assert levels.snr_db([(0.0, 0.3), (1.42, 1.65)]) > 32


class Looks:
    """An ear whose second look is given."""

    def __init__(self, again: Hearing) -> None:
        self._again = again

    def again(self) -> Hearing:
        return self._again

    def second_opinion(self) -> str | None:
        return None


UNLOCK = "unlock the front door"
LIGHT = "turn on the kitchen light"
ALL = "turn off all the lights"
SURE: dict[str, Any] = {"confidence": 0.01, "sure": True}
CLEAR: dict[str, Any] = {"confidence": 0.9, "sure": True, "clear": True}


@pytest.mark.parametrize(
    ("first", "second", "called"),
    [
        # two clear looks at the same words: what follows is for the house's rules to decide
        (Hearing(UNLOCK, **CLEAR), Hearing(UNLOCK, **CLEAR), ["unlock"]),
        (Hearing(UNLOCK, **CLEAR), Hearing("please unlock the front door", **CLEAR), ["unlock"]),
        (Hearing(LIGHT, **CLEAR), Hearing("turn on the kitten light"), ["turn_on"]),
        (Hearing(LIGHT, **SURE), Hearing(LIGHT, **SURE), ["turn_on"]),
        (Hearing(LIGHT), Hearing(LIGHT, **CLEAR), ["turn_on"]),
        (Hearing("turn on the kitten light", **SURE), Hearing(LIGHT, **CLEAR), ["turn_on"]),
        (Hearing(ALL, **CLEAR), Hearing(ALL, **CLEAR), ["turn_off"]),
        # a doubt in one of them, noise, or two different meanings
        (Hearing(LIGHT), Hearing(LIGHT, **SURE), []),
        (Hearing(LIGHT, **SURE), Hearing("turn on the kitten light", **SURE), []),
        (Hearing("turn on the kitten light", **SURE), Hearing(LIGHT, **SURE), []),
        (Hearing(LIGHT, **SURE), Hearing("turn off the kitchen light", **SURE), []),
        # all of them, half a sentence
        (Hearing(ALL, **CLEAR), Hearing("turn off the hall light", **CLEAR), []),
        (Hearing("switch off all", **CLEAR), Hearing("switch off all", **CLEAR), []),
        (Hearing("turn off everything in", **CLEAR), Hearing("turn off everything in", **CLEAR), []),
        (Hearing("turn on the fan and", **CLEAR), Hearing("turn on the fan and", **CLEAR), []),
        (Hearing(UNLOCK, **CLEAR), Hearing(UNLOCK), []),
        (Hearing(UNLOCK), Hearing(UNLOCK, **CLEAR), []),
        (Hearing(UNLOCK, **CLEAR, noisy=True), Hearing(UNLOCK, **CLEAR, noisy=True), []),
        (Hearing(UNLOCK, **CLEAR), Hearing("lock the front door", **CLEAR), []),
        (Hearing(UNLOCK, **CLEAR), Hearing(""), []),
        (Hearing(LIGHT), Hearing("turn on the kitchen light please"), []),
        (Hearing(LIGHT), Hearing("turn off the kitchen light", **CLEAR), []),
    ],
)
def test_p11_what_is_doubtful_or_risky_needs_two_looks_that_agree(
    first: Hearing, second: Hearing, called: list[str]
) -> None:
    mind = mind_of(cast(Ear, Looks(second)))
    understood = mind.understand_heard(first)
    assert [call.name for call in understood.calls] == called
    if not called:
        assert understood.say in {f'Did you mean "{look.text}"?' for look in (first, second)}
        assert mind.understand_text("yes").calls


@pytest.mark.parametrize(
    ("said", "wide"),
    [
        (ALL, True),
        ("switch off all", True),
        ("turn off everything in the bedroom", True),
        ("turn on the kitchen light and the fan", False),
        ("are any lights on", False),
    ],
)
def test_what_changes_more_than_was_named_is_wide(said: str, wide: bool) -> None:
    understood = Understander(HOME, datetime.now).understand(said)
    assert understood.wide == wide
    assert understood.reads == (not understood.calls or said.startswith("are"))


NOISE: dict[str, Any] = {"confidence": 0.1, "sure": True, "noisy": True}


@pytest.mark.parametrize("asked", [LIGHT, UNLOCK, ALL])
@pytest.mark.parametrize("answer", ["yes", "no", "cat"])
def test_a_question_that_noise_made_us_ask_is_answered_in_that_noise(asked: str, answer: str) -> None:
    mind = mind_of(cast(Ear, Looks(Hearing("", **NOISE))))
    assert mind.understand_heard(Hearing(asked, **NOISE)).say == f'Did you mean "{asked}"?'
    mind.ear = cast(Ear, Looks(Hearing(answer, **NOISE)))
    answered = mind.understand_heard(Hearing("yes" if answer == "yes" else "s", **NOISE))
    assert bool(answered.calls) == (answer == "yes" and asked == LIGHT)
    if answer == "no":
        assert answered.say == LEFT
    if answer == "yes" and asked != LIGHT:
        assert answered.say == TOO_LOUD
        assert mind.understand_text("yes").calls


def test_a_question_may_end_with_a_small_word() -> None:
    asked = "what is the thermostat set to"
    calls = mind_of(cast(Ear, Looks(Hearing("")))).understand_heard(Hearing(asked, **CLEAR)).calls
    assert [call.name for call in calls] == ["get_state"]


@pytest.mark.parametrize("voice", ["slt", "rms"])
@pytest.mark.system("flite")
@pytest.mark.speech
async def test_p11_a_clear_voice_is_not_asked_again(cache: Path, tmp_path: Path, voice: str) -> None:
    ear = await Ear.open(HOME, cache=cache)
    understood = mind_of(ear).understand_heard(heard(ear, spoken(UNLOCK, voice, tmp_path)))
    assert [call.name for call in understood.calls] == ["unlock"]
    assert understood.risky


async def test_nothing_is_heard_in_nothing(cache: Path) -> None:
    ear = await Ear.open(HOME, cache=cache)
    assert ear.finish().text == ""
    assert heard(ear, b"").text == ""
    assert heard(ear, bytes(64_000)).text == ""
    assert heard(ear, b"\x01").text == ""
    assert mind_of(ear).understand_heard(Hearing("")).say == PARDON


async def test_an_hour_is_heard_for_a_minute(cache: Path) -> None:
    ear = await Ear.open(HOME, cache=cache)
    ear.start()
    for _ in range(100):
        ear.feed(bytes(32_000))
    assert len(ear._heard) == 60 * 32_000
    assert ear.finish().text == ""


@pytest.mark.parametrize("damage", [b"", b"nonsense\n", b"\xff" * 1000])
async def test_a_damaged_cache_is_built_again(tmp_path: Path, damage: bytes) -> None:
    await Ear.open(HOME, cache=tmp_path)
    for file in tmp_path.glob("home-*"):
        file.write_bytes(damage)
    ear = await Ear.open(HOME, cache=tmp_path)
    assert heard(ear, recorded(SPEECH / "cmd_pj_11.wav")).text == "turn off the heater"


async def test_names_that_no_dictionary_has_are_pronounced(tmp_path: Path) -> None:
    strange = home("\n- kitchen: light: Hue Xyzzyplugh, Küchenlampe\n- study: blinds: Übergardine\n")
    ear = await Ear.open(strange, cache=tmp_path)
    assert ear.unheard == ()
    dictionary = next(tmp_path.glob("*.dict")).read_text().split()
    assert "xyzzyplugh" in dictionary


FLOORS = """
turn off everything upstairs
turn off all the lights downstairs
lights off on the ground floor
turn on the lights on the first floor
are any lights on upstairs
close the blinds on the first floor
turn off everything on the ground floor
""".strip().splitlines()


@pytest.mark.system("flite")
@pytest.mark.speech
async def test_floors_are_heard_where_there_are_any(cache: Path, tmp_path: Path) -> None:
    areas = tuple(area for area in HOME.areas if area not in ("kitchen", "hallway"))
    above = Floor(("first floor", "upstairs"), frozenset(areas))
    ground = Floor(("ground floor", "downstairs"), frozenset(("kitchen", "hallway")))
    at = replace(HOME, floors=(ground, above))
    ear = await Ear.open(at, cache=cache)
    right = 0
    for sentence in FLOORS:
        typed = mind_of(ear, at).understand_text(sentence)
        assert typed.calls, sentence
        by_voice = mind_of(ear, at).understand_heard(heard(ear, spoken(sentence, "slt", tmp_path)))
        assert by_voice.calls in ((), typed.calls), f"{sentence!r} became {by_voice.calls}"
        right += by_voice.calls == typed.calls
    assert right >= len(FLOORS) - 1
