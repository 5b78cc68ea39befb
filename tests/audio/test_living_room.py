"""The audio process with the real PortAudio in a real PipeWire: heard, spoken over, muted, frozen, misnamed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

from assistant.audio.messages import Frame, FromAudio, GateOpened, SpeechBegan, SpeechStopped
from assistant.bus import Bus
from assistant.config import AudioConfig
from assistant.floor import Shut
from assistant.household.room import Room
from assistant.household.vigil import GONE, SILENT, Vigil
from assistant.mouths import HouseMouths
from assistant.rooms import Place
from tests.parts import warm
from tests.parts.home import until
from tests.parts.living_room import LivingRoom, living_room

pytestmark = [pytest.mark.alone, pytest.mark.system("pipewire"), pytest.mark.speech]

SPEECH = Path(__file__).parents[1] / "data" / "speech"
COMMAND = SPEECH / "cmd_pj_05.wav"
BACK = "The microphone is back."
AWAY = (
    "The microphone 'vmic' is away or switched off: plug it in, or choose another (`assistant devices --audio`). "
    "Typed sentences work."
)
TELEVISION = 500
"""RMS; people here are five times as loud."""


class Listener:
    """A conversation that only notes."""

    def __init__(self) -> None:
        self.mouths = HouseMouths()
        self.heard: list[FromAudio] = []

    async def listen(self, ears: AsyncIterator[FromAudio], _room: str, _shut: Shut) -> bool:
        async for message in ears:
            self.heard.append(message)
        return False

    def count(self, kind: type[FromAudio]) -> int:
        return sum(isinstance(message, kind) for message in self.heard)

    @property
    def opened(self) -> list[str]:
        return [message.by for message in self.heard if isinstance(message, GateOpened)]


class Household:
    def __init__(self, room: LivingRoom, folder: Path, **audio: Any) -> None:
        self.room, self.talk, self.told = room, Listener(), list[str]()
        config = AudioConfig.model_validate({"wake_folder": str(folder / "wake"), **audio})
        self.settings = Room(folder / "room.json", Place("here"), config)
        self.left = self.settings.left
        self.vigil = Vigil(self.settings, self.talk, Bus())
        self.vigil.told = self.told.append

    async def woken(self, times: int) -> None:
        """Somebody says the wake word until it has been heard so often in all."""
        async with asyncio.timeout(30):
            while self.talk.opened.count("hey_jarvis") < times:
                await self.room.do("say", SPEECH / "wake_hey_jarvis_pj.wav")
                await asyncio.sleep(0.3)

    async def until(self, so: Callable[[], bool], seconds: float = 10) -> None:
        try:
            await until(so, seconds)
        except TimeoutError:
            raise AssertionError((self.told, self.talk.opened)) from None


@contextlib.asynccontextmanager
async def household(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *server: str, **audio: Any
) -> AsyncIterator[Household]:
    async with asyncio.timeout(90), living_room(*server) as room:
        for name, value in room.environment.items():
            monkeypatch.setenv(name, value)
        here = Household(room, tmp_path, **audio)
        task = asyncio.get_running_loop().create_task(here.vigil.run())
        try:
            await here.until(lambda: bool(here.told), 20)
            yield here
        finally:
            task.cancel()
            await asyncio.wait([task])


def story() -> bytes:
    """About twelve seconds of speech, 24 kHz mono s16le."""
    samples = []
    for path in sorted(SPEECH.glob("cmd_pj_*.wav")):
        with wave.open(str(path)) as file:
            samples.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
    return bytes(soxr.resample(np.concatenate(samples), 16_000, 24_000).tobytes())


def loudness(path: Path) -> float:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    return float(np.sqrt(np.mean(samples**2)))


async def test_the_wake_word_in_the_air_opens_and_the_answer_is_in_the_air(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(tmp_path, monkeypatch) as here:
        assert here.told == ["Listening for 'hey jarvis'."]
        await here.room.do("say", COMMAND)
        assert here.talk.heard == [], "nothing leaves before the wake word"
        await here.room.do("say", SPEECH / "wake_hey_jarvis_pj.wav")
        await here.until(lambda: here.talk.opened == ["hey_jarvis"])
        await here.room.do("say", COMMAND)
        await here.until(lambda: SpeechStopped() in here.talk.heard)
        frames = here.talk.count(Frame)
        await here.until(lambda: bool(here.left.today()))
        assert here.left.today() == {"hey_jarvis": round(frames * 0.02, 2)}
        said = story()
        here.talk.mouths.of("").play(said[: 48_000 * 3])
        out = tmp_path / "out.wav"
        await here.room.do("listen", 2, out)
        assert loudness(out) > 500
        await here.talk.mouths.of("").finish(follow_up=False)
        assert here.talk.mouths.of("").heard() == 0


async def test_somebody_speaks_over_the_answer_and_its_own_echo_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(tmp_path, monkeypatch) as here:
        await here.room.do("echo", "on", "--delay-ms", "120")
        here.talk.mouths.of("").play(story())
        await asyncio.sleep(5)
        assert here.talk.opened == [], "its own voice is not taken for a person's"
        heard = here.talk.mouths.of("").heard()
        assert 4 < heard < 6
        await here.room.do("say", COMMAND)
        await here.until(lambda: SpeechBegan() in here.talk.heard)
        assert here.talk.opened[0] == "voice"
        out = tmp_path / "out.wav"
        await here.room.do("listen", 1, out)
        assert loudness(out) < 20, "the speaker is silent before the daemon has said so"
        await here.until(lambda: SpeechStopped() in here.talk.heard)


async def test_a_microphone_that_is_switched_off_or_hangs_is_told_once_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(tmp_path, monkeypatch) as here:
        await here.room.do("mute", "on")
        await here.until(lambda: SILENT in here.told)
        await here.room.do("mute", "off")
        await here.room.do("say", COMMAND)
        await here.until(lambda: "The microphone is heard again." in here.told)
        await here.room.do("freeze", "pipewire-pulse")
        await here.until(lambda: GONE in here.told)
        await asyncio.sleep(1)
        assert here.told.count(GONE) == here.told.count(SILENT) == 1
        await here.room.do("thaw", "pipewire-pulse")
        await here.until(lambda: "The microphone is back." in here.told, 40)
        here.settings.push()
        await here.until(lambda: here.talk.opened == ["push"])


async def test_a_microphone_that_is_unplugged_and_a_server_that_is_killed_are_told_and_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(tmp_path, monkeypatch, input="vmic") as here:
        await here.room.do("unplug", "mic")
        await here.until(lambda: here.told[-1] == AWAY)
        assert SILENT not in here.told, "it is not given another microphone, though that is the default now"
        await here.room.do("replug", "mic")
        await here.woken(1)
        await here.room.do("restart")
        await here.woken(2)
        await here.until(lambda: here.told.count(BACK) == here.told.count(GONE))
        here.talk.mouths.of("").play(story()[:48_000])
        out = tmp_path / "out.wav"
        await here.room.do("listen", 1, out)
        assert loudness(out) > 100, "the speaker of the new server"


@pytest.mark.system("pulseaudio")
async def test_pulseaudio_is_heard_and_spoken_through_and_again_when_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.wav"
    async with household(tmp_path, monkeypatch, "pulseaudio") as here:
        assert here.told == ["Listening for 'hey jarvis'."], "it begins with two seconds of nothing"
        here.talk.mouths.of("").play(story()[:96_000])
        await here.room.do("listen", 1, out)
        assert loudness(out) > 500
        await here.room.do("restart")
        await here.until(lambda: here.told[-1] in (BACK, here.told[0]) and len(here.told) > 1)
        await here.woken(1)


async def test_a_television_in_the_background_does_not_interrupt_and_a_person_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(tmp_path, monkeypatch) as here:
        await here.room.do("echo", "on", "--delay-ms", "60")
        television = asyncio.get_running_loop().create_task(programme(here.room, tmp_path / "tv.wav"))
        await asyncio.sleep(3)
        here.talk.mouths.of("").play(story())
        await asyncio.sleep(6)
        assert here.talk.opened == []
        await here.room.do("say", COMMAND)
        await here.until(lambda: SpeechBegan() in here.talk.heard)
        assert here.talk.opened[0] == "voice"
        television.cancel()
        await asyncio.wait([television])


async def programme(room: LivingRoom, file: Path) -> None:
    """Other people's talk, all of it softer than anybody in the room."""
    talk = []
    for path in sorted(SPEECH.glob("cmd_fl_*.wav")):
        with wave.open(str(path)) as part:
            samples = np.frombuffer(part.readframes(part.getnframes()), "<i2").astype(float)
        talk.append(samples * TELEVISION / np.sqrt(np.mean(samples**2)))
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(np.concatenate(talk * 3).astype("<i2").tobytes())
    await room.do("say", file)


async def test_a_device_that_is_not_there_is_told_with_the_one_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(tmp_path, monkeypatch, input="vmik") as here:
        assert here.told[0].startswith("There is no microphone 'vmik'; the nearest is 'vmic'.")
        assert not here.talk.mouths.rooms


async def test_the_doctor_hears_itself_through_the_room(tmp_path: Path) -> None:
    async with asyncio.timeout(90), living_room() as room:
        await room.do("echo", "on", "--delay-ms", "100")
        told = await ran(room, tmp_path, "doctor", "--audio", "--json")
        steps = {item["step"]: item for item in told if item["event"] == "finding"}
        assert all(item["ok"] for item in steps.values()), steps
        delay = int(steps["echo"]["text"].split("after ")[1].split(" ms")[0])
        assert 100 <= delay <= 400
        assert int(steps["canceller"]["text"].split("out ")[1].split(" dB")[0]) > 20
        assert steps["wake word"]["text"] == "'hey jarvis' from our own speaker was heard 3 of 3 times."
        listed = await ran(room, tmp_path, "devices", "--audio", "--json")
        used = {item["name"]: item["used_as"] for item in listed if item["event"] == "sound"}
        assert set(used) == {"default", "vmic", "vspk"}
        assert used["default"] == ["microphone", "speaker"]
        await room.do("mute", "on")
        told = await ran(room, tmp_path, "doctor", "--audio", "--json")
        assert [item["step"] for item in told if item.get("ok") is False] == ["noise"]


async def ran(room: LivingRoom, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """A command's events."""
    process = await asyncio.create_subprocess_exec(
        *warm.command(*arguments),
        env={**room.environment, "ASSISTANT_STATE_DIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return [json.loads(line) for line in out.splitlines()]
