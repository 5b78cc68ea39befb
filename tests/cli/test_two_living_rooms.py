"""A whole daemon in two real rooms: PipeWire's microphones and speakers, through PortAudio."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.audio.proof import SAMPLES
from tests.cli.test_daemon import daemon
from tests.cli.test_recorded_room import SPEECH, samples, silence, told
from tests.parts.home import until
from tests.parts.living_room import LivingRoom, living_room

pytestmark = [pytest.mark.alone, pytest.mark.system("pipewire"), pytest.mark.speech]

CONFIG = """
audio: {follow_up_seconds: 1}
rooms:
  kitchen: {input: vmic, output: vspk}
  bedroom: {input: vmic2, output: vspk2}
home: {sources: []}
plugins:
  - mqtt_dimmable_light: {name: kitchen light, area: kitchen, topic: zigbee2mqtt/kitchen light}
  - mqtt_dimmable_light: {name: bedroom lamp, area: bedroom, topic: zigbee2mqtt/bedroom lamp}
"""
AIR = {"kitchen": "room", "bedroom": "room2"}
SPEAKER = {"kitchen": "speaker", "bedroom": "speaker2"}
SOUND = ("PULSE_SERVER", "PULSE_COOKIE", "ALSA_CONFIG_PATH", "PIPEWIRE_RUNTIME_DIR")
WALL = 5
"""How much softer a voice is next door."""


class House:
    def __init__(self, air: LivingRoom, folder: Path) -> None:
        self.air, self.folder = air, folder

    def happened(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in told(self.folder / "daemon.out") if each["event"] == kind]

    async def say(self, room: str, *, next_door: bool = False) -> None:
        """Somebody says "hey Jarvis, turn on the light", heard next door as well or not."""
        spoken = np.concatenate(
            [samples(SAMPLES / "hey_jarvis.wav"), silence(0.4), samples(SPEECH / "cmd_fl_slt_light.wav")]
        )
        async with asyncio.TaskGroup() as talking:
            for name, air in AIR.items():
                if name == room or next_door:
                    file = self.folder / f"said-in-{name}.wav"
                    _write(file, spoken if name == room else spoken // WALL)
                    talking.create_task(self.air.do("say", file, air))

    async def loud(self, seconds: float) -> dict[str, float]:
        """The loudness of each room's speaker from now on (RMS)."""
        files = {room: self.folder / f"heard-in-{room}.wav" for room in SPEAKER}
        async with asyncio.TaskGroup() as listening:
            for room, file in files.items():
                listening.create_task(self.air.do("listen", seconds, file, SPEAKER[room]))
        return {
            room: float(np.sqrt(np.mean(samples(file).astype(float) ** 2))) for room, file in files.items()
        }


def _write(file: Path, pcm: Any) -> None:
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(pcm.astype("<i2").tobytes())


async def test_two_rooms_with_microphones_and_speakers_of_their_own_are_one_house(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    async with asyncio.timeout(110), living_room() as air:
        await air.do("next")
        house = House(air, tmp_path)
        arguments = ("--json", "--config", str(tmp_path / "config.yaml"))
        sound = {name: air.environment[name] for name in SOUND}
        with daemon(tmp_path / "state", *arguments, **sound):
            # Both are open: where nobody is, nothing is heard.
            await until(lambda: str(house.happened("error")).count("delivers only zeros") == 2, 30)
            await house.say("bedroom")
            hears = asyncio.get_running_loop().create_task(house.loud(3))
            await until(lambda: bool(house.happened("command")), 20)
            loud = await hears
            assert [each["device"] for each in house.happened("command")] == ["bedroom lamp"]
            assert loud["bedroom"] > 20 * loud["kitchen"] > -1, loud
            await until(lambda: bool(house.happened("spoke")), 20)
            await asyncio.sleep(3)  # past the answer and its follow-up window

            await house.say("kitchen", next_door=True)
            await until(lambda: len(house.happened("command")) > 1, 20)
            await until(lambda: len(house.happened("spoke")) > 1, 20)
        assert [each["device"] for each in house.happened("command")] == ["bedroom lamp", "kitchen light"]
        woke = [each["room"] for each in house.happened("woke") if each["by"] == "hey_jarvis"]
        assert woke == ["bedroom", "kitchen"], "P7: heard twice, woken once"
