"""Real speech through the decoder that was built for the pretend home."""

from __future__ import annotations

import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from assistant.brain.hearing import Ear
from assistant.brain.hearing.language_model import counted, mixed
from assistant.brain.hearing.pronunciation import dictionary, phones_of, spelled
from assistant.brain.hearing.templates import Sampler, in_words, plain
from assistant.brain.mind import Mind
from tests.brain.homes import FLAT, PRETEND, home, setup
from tests.brain.test_understanding import short

SPEECH = Path(__file__).parent.parent / "data" / "speech"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hearing")


def samples(path: Path) -> bytes:
    with wave.open(str(path)) as wav:
        assert wav.getframerate() == 16_000
        return bytes(wav.readframes(wav.getnframes()))


def flite(said: str, wav: Path, voice: str = "slt") -> bytes:
    program = shutil.which("flite") or "flite"
    subprocess.run([program, "-voice", voice, "-t", said, "-o", str(wav)], check=True, timeout=20)
    return samples(wav)


def damage(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def listen(mind: Mind, pcm: bytes) -> str:
    mind.ear.start()
    for at in range(0, len(pcm), 700):
        mind.ear.feed(pcm[at : at + 700])
    return short(mind.understand_heard(mind.ear.finish()))


@pytest.mark.speech
async def test_recordings_become_the_right_calls(cache: Path) -> None:
    mind = await Mind.open(setup(PRETEND), cache=cache)
    heard = {path.stem: listen(mind, samples(path)) for path in sorted(SPEECH.glob("*.wav"))}
    assert heard == {
        "cmd_fl_awb_16": "turn_off(all lights)",
        "cmd_fl_slt_03": "turn_off(living room lamp)",
        "cmd_pj_00": "turn_on(kitchen light)",
        "cmd_pj_11": "turn_off(heater)",
        "cmd_pj_28": "turn_on(porch light, red)",
        "cmd_pj_41": "",
        "noisy10db_pj_00": "",
        "oog_pj_00": "",
    }


@pytest.mark.speech
@pytest.mark.system("flite")
async def test_names_that_no_dictionary_has(cache: Path, tmp_path: Path) -> None:
    mind = await Mind.open(setup(FLAT), cache=cache)
    assert not mind.ear.unheard
    for said, meant in (
        ("turn on the desk lamp", "turn_on(desk lamp)"),
        ("close the nursery curtain", "close(nursery curtain)"),
        ("turn off the dyson", "turn_off(Dyson)"),
    ):
        assert listen(mind, flite(said, tmp_path / "said.wav")) == meant


@pytest.mark.speech
async def test_silence_says_nothing_and_a_long_noise_ends(cache: Path) -> None:
    ear = await Ear.open(home(PRETEND), cache=cache)
    assert ear.finish().text == ""
    ear.start()
    assert ear.finish().text == ""
    ear.feed(b"")
    ear.feed(b"\0" * 32_001)
    assert ear.finish().text == ""
    ear.start()
    for _ in range(70):
        ear.feed(b"\0" * 32_000)
    assert ear.finish().text == ""
    ear.feed(samples(SPEECH / "cmd_pj_00.wav"))
    assert ear.partial
    assert ear.finish().text == "turn on the kitchen light"


@pytest.mark.speech
async def test_damaged_cache_is_built_again(tmp_path: Path) -> None:
    await Ear.open(home(PRETEND), cache=tmp_path)
    damage(tmp_path)
    ear = await Ear.open(home(PRETEND), cache=tmp_path)
    ear.feed(samples(SPEECH / "cmd_pj_11.wav"))
    assert ear.finish().text == "turn off the heater"


def test_numbers_are_spelled_as_they_are_said() -> None:
    assert [in_words(n) for n in (7, 20, 42, 100, 150)] == [
        "seven", "twenty", "forty two", "a hundred", "a hundred fifty",
    ]  # fmt: skip
    assert plain("Lamp 2 & the Küche!") == "lamp two the küche"


def test_every_name_of_the_home_is_in_the_sentences() -> None:
    sampled = {word for sentence in Sampler(home(FLAT)).names() for word in sentence}
    assert {"miele", "deckenlampe", "vitodens", "dyson", "roborock", "küche"} <= sampled


def test_mixture_of_models_sums_to_one() -> None:
    first = counted([["turn", "it", "on"], ["turn", "it", "off"]])
    second = counted([["good", "morning"]])
    model = mixed([(0.8, first), (0.2, second)])
    words = [gram[0] for gram in model.seen if len(gram) == 1]
    for history in ((), ("it",), ("turn", "it"), ("good",)):
        assert sum(model.prob((*history, word)) for word in words) == pytest.approx(1, abs=1e-6)


def test_unknown_words_are_pronounced_or_reported(tmp_path: Path) -> None:
    bundled = tmp_path / "words.dict"
    bundled.write_text("light L AY T\nread R EH D\nread(2) R IY D\n")
    sounds, unheard = dictionary(["light", "read", "roborock", "—"], bundled)
    assert sounds["light"] == ["L AY T"]
    assert sounds["read"] == ["R EH D", "R IY D"]
    assert "R OW B" in sounds["roborock"][0] or sounds["roborock"]
    assert unheard == ["—"]
    assert phones_of("dˈɛkənlˌampə") == "D EH K AH N L AA M P AH"
    assert spelled("küche") == "K AH CH EH"
