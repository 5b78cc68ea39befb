"""A whole daemon with two rooms, each of two WAV files: who is heard, who is answered, what rings where."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assistant.audio.proof import SAMPLES
from tests.cli.test_bad_input import assistant, events
from tests.cli.test_daemon import children, daemon, wait_until
from tests.cli.test_recorded_room import SPEECH, loud_seconds, samples, silence, told, written

pytestmark = [pytest.mark.alone, pytest.mark.speech]

FIRST_SECONDS, SECOND_SECONDS = 4, 7
SIGNS_SECONDS = 0.5
"""Of sound in a room to which nothing was said: nobody speaks that shortly."""


def spoken(name: str) -> npt.NDArray[np.int16]:
    return np.concatenate([samples(SAMPLES / "hey_jarvis.wav"), silence(0.4), samples(SPEECH / name)])


def through_the_wall(heard: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return np.asarray(heard // 4, "<i2")


def two_rooms(folder: Path) -> Path:
    """The configuration of a house in which a command is heard in both rooms, then a timer is set in one."""
    light, timer = spoken("cmd_fl_slt_light.wav"), spoken("cmd_fl_slt_timer_3s.wav")
    written(folder / "bedroom.wav", silence(FIRST_SECONDS), light)
    kitchen = [silence(FIRST_SECONDS), through_the_wall(light), silence(SECOND_SECONDS), timer]
    written(folder / "kitchen.wav", *kitchen)
    path = folder / "config.yaml"
    path.write_text(
        "audio: {follow_up_seconds: 1}\n"
        "rooms:\n"
        + "".join(
            f"  {room}: {{input: {folder}/{room}.wav, output: {folder}/{room}.out.wav}}\n"
            for room in ("kitchen", "bedroom")
        )
        + "home: {sources: []}\n"
        "plugins:\n"
        "  - timers\n"
        "  - mqtt_dimmable_light: {name: kitchen light, area: kitchen, topic: zigbee2mqtt/kitchen light}\n"
        "  - mqtt_dimmable_light: {name: bedroom lamp, area: bedroom, topic: zigbee2mqtt/bedroom lamp}\n"
    )
    return path


class House:
    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self.config = two_rooms(folder)

    def happened(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in told(self.folder / "daemon.out") if each["event"] == kind]

    def pressed(self, *words: str) -> dict[str, dict[str, Any]]:
        done = assistant(self.state, "room", *words, "--json", "--config", str(self.config))
        assert done.returncode == 0, done.stdout
        return {each["room"]: each for each in events(done) if each["event"] == "room"}

    def loud(self, room: str) -> float:
        return loud_seconds(self.folder / f"{room}.out.wav")


def test_two_rooms_are_one_conversation_heard_where_it_is_held(tmp_path: Path) -> None:
    house = House(tmp_path)
    with daemon(house.state, "--json", "--config", str(house.config)) as process:
        wait_until(lambda: house.happened("spoke"), 30)
        answer = house.happened("spoke")[0]
        assert [each["device"] for each in house.happened("command")] == ["bedroom lamp"]
        assert [each["room"] for each in house.happened("woke")] == ["bedroom"], "P7: heard twice, woken once"
        wait_until(lambda: house.loud("bedroom") > answer["audio_s"] * 0.6)
        assert house.loud("kitchen") < SIGNS_SECONDS

        wait_until(lambda: "3 second timer is done" in str(house.happened("spoke")), 30)
        before = house.loud("bedroom")
        wait_until(lambda: house.loud("kitchen") > 3, 10)
        assert house.loud("bedroom") - before < SIGNS_SECONDS, "it rings where it was set"
        assert house.happened("woke")[-1]["room"] == "kitchen"
        house.pressed("stop")

        muted = house.pressed("bedroom", "mute")
        assert list(muted) == ["bedroom"]
        assert {room: each["muted"] for room, each in house.pressed().items()} == {
            "kitchen": False,
            "bedroom": True,
        }
        wait_until(lambda: house.pressed()["kitchen"]["phase"] == "idle", 15)
        deaf = assistant(house.state, "room", "bedroom", "push", "--json", "--config", str(house.config))
        assert (deaf.returncode, b"it is muted" in deaf.stdout) == (1, True)
        unknown = assistant(house.state, "room", "bedrom", "mute", "--json", "--config", str(house.config))
        assert (unknown.returncode, b"Do you mean the bedroom" in unknown.stdout) == (1, True)
        nowhere = assistant(house.state, "say", "hello", "--room", "attic", "--config", str(house.config))
        assert (nowhere.returncode, b"a room called attic" in nowhere.stdout) == (1, True)
        one_dies(house, process.pid)


def one_dies(house: House, pid: int) -> None:
    """P3, P5: the other room hears on, and the one that died hears again."""
    ears = {child for child in children(pid) if b"assistant.audio" in _command(child)}
    bedroom = next(child for child in ears if b"bedroom.wav" in _command(child))
    os.kill(bedroom, signal.SIGKILL)
    assert house.pressed("kitchen", "push")["kitchen"]["microphone"] is True
    wait_until(
        lambda: (house.happened("woke")[-1]["by"], house.happened("woke")[-1]["room"]) == ("push", "kitchen")
    )
    wait_until(lambda: house.pressed()["bedroom"]["microphone"], 10)
    left = {child for child in children(pid) if b"assistant.audio" in _command(child)}
    assert (len(left), ears - left) == (2, {bedroom})


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_room_that_is_not_right_is_told_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rooms:\n  den: {input: a}\n  ten: {input: b}\n")
    right = assistant(tmp_path, "check", "--json", "--config", str(path))
    assert right.returncode == 0
    assert [each["names"] for each in events(right) if each["event"] == "clash"] == [["den", "ten"]]
    path.write_text("rooms:\n  den: {}\n  kitchen: {}\n")
    wrong = assistant(tmp_path, "check", "--json", "--config", str(path))
    assert (wrong.returncode, b"the same microphone as 'den'" in wrong.stdout) == (78, True)
