"""The assistant in its owner's home, on a real broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.audio.settings import RoomSettings
from assistant.bus import Bus
from assistant.events import Heard, Offline, Online, PhaseChanged, Problem, Spoke, UsageCounted
from assistant.home.broker import serve
from assistant.home.link import Link
from assistant.household import announcer as module
from assistant.household.announcer import Announcer
from assistant.household.entities import ORIGIN, Identity
from assistant.household.room import Room
from assistant.rooms import Place
from plugins.home_assistant_discovery.source import OURS
from tests.parts.home import running, until
from tests.plugins.home_assistant_discovery.home import DiscoveryHouse

OWN = Identity("abcd1234", "Assistant", "Kitchen")


@dataclass
class Ears:
    applied: list[RoomSettings] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)

    def apply(self, settings: RoomSettings) -> None:
        self.applied.append(settings)

    def open_gate(self, by: str) -> None:
        self.pushed.append(by)

    def sign(self, name: str) -> None:
        self.signs.append(name)


class Home:
    """The announcer, and what others on the broker see of it."""

    def __init__(self, url: str, folder: Path, *, transcripts: bool) -> None:
        self.bus, self.room, self.ears = Bus(), Room(folder / "room.json"), Ears()
        self.room.ears, self.room.changed = self.ears, self.bus.publish
        self.said: list[str] = []
        self.stops = 0
        linked = asyncio.Event()
        will = (OWN.topic("availability"), "offline")
        self.link = Link(url, client_id="assistant", will=will, on_online=linked.set)
        self.others = Link(url, client_id="home")
        self.seen: dict[str, str] = {}
        self.count = 0
        for topic in ("assistant/#", "homeassistant/#"):
            self.others.subscribe(topic, self._see)
        self.announcer = Announcer(
            OWN,
            self.link,
            self.bus,
            self.room,
            linked=linked,
            stop=self._stop,
            say=self._say,
            transcripts=transcripts,
        )

    def _see(self, topic: str, payload: bytes) -> None:
        self.count += topic.endswith("/config")
        self.seen[topic.removeprefix(f"{OWN.base}/")] = payload.decode(errors="replace")

    def _stop(self) -> None:
        self.stops += 1

    async def _say(self, text: str) -> None:
        self.said.append(text)

    async def command(self, ending: str, payload: str | bytes, *, retain: bool = False) -> None:
        await self.others.publish(OWN.topic(ending), payload, retain=retain)

    @property
    def configs(self) -> dict[str, str]:
        return {topic: text for topic, text in self.seen.items() if topic.endswith("/config")}


@contextlib.asynccontextmanager
async def announced(folder: Path, *, transcripts: bool = False, kept: str = "") -> AsyncIterator[Home]:
    async with asyncio.timeout(20), serve() as address:
        home = Home(address.url, folder, transcripts=transcripts)
        async with running(home.others):
            if kept:
                await home.command("mute/set", kept, retain=True)
            async with running(home.link):
                task = asyncio.get_running_loop().create_task(home.announcer.run())
                try:
                    await until(lambda: home.seen.get("availability") == "online")
                    await until(lambda: "sensitivity" in home.seen)
                    yield home
                finally:
                    task.cancel()
                    await asyncio.wait([task])


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "JITTER_SECONDS", 0.05)


async def test_what_the_day_has_cost_is_told_after_every_turn_that_was_billed(tmp_path: Path) -> None:
    async with announced(tmp_path) as home:
        assert json.loads(home.seen["state"])["cost_today"] == 0.0
        home.announcer.cost_today = lambda: 0.03
        home.bus.publish(UsageCounted(100, 20, 120, 0.03))
        await until(lambda: json.loads(home.seen["state"])["cost_today"] == 0.03)
        home.announcer.cost_today = lambda: None
        home.bus.publish(UsageCounted(100, 20, 120, 0.03))
        await until(lambda: json.loads(home.seen["state"])["cost_today"] is None)


async def test_what_it_announces_and_that_it_goes(tmp_path: Path) -> None:
    async with announced(tmp_path) as home:
        assert len(home.configs) == 12
        for text in home.configs.values():
            config = json.loads(text)
            assert config["availability_topic"] == "assistant/abcd1234/availability"
            assert config["device"]["suggested_area"] == "Kitchen"
            assert config["unique_id"].startswith("assistant_abcd1234_")
        home.bus.publish(PhaseChanged("speaking"))
        home.bus.publish(Online("embedded"))
        home.bus.publish(Problem("The moon is away."))
        home.bus.publish(Heard("a secret"))
        await until(lambda: "moon" in home.seen["state"])
        assert json.loads(home.seen["state"]) == {
            "state": "speaking",
            "brain": "embedded",
            "problem": "The moon is away.",
            "cost_today": 0.0,
        }
        assert not any("secret" in text for text in home.seen.values())
        # Home Assistant has started anew.
        before = home.count
        await home.others.publish("homeassistant/status", "online")
        await until(lambda: home.count == before + len(home.configs))


async def test_words_are_shown_only_where_that_is_wanted(tmp_path: Path) -> None:
    async with announced(tmp_path, transcripts=True) as home:
        home.bus.publish(Heard("hello"))
        home.bus.publish(Spoke("Hello.", 1.0))
        await until(lambda: (home.seen.get("heard"), home.seen.get("said")) == ("hello", "Hello."))


async def test_words_that_a_broker_has_kept_are_taken_back_when_they_are_wanted_no_more(
    tmp_path: Path,
) -> None:
    async with announced(tmp_path) as home:
        await home.others.publish(OWN.topic("heard"), "of before", retain=True)
        await until(lambda: home.seen.get("heard") == "of before")
        await home.others.publish("homeassistant/status", "online")
        await until(lambda: home.seen["heard"] == "")


async def test_its_switches(tmp_path: Path) -> None:
    async with announced(tmp_path) as home:
        await home.command("mute/set", "ON")
        await home.command("volume/set", "40")
        await home.command("sensitivity/set", "70.0")
        await until(
            lambda: (home.seen["mute"], home.seen["volume"], home.seen["sensitivity"]) == ("ON", "40", "70")
        )
        assert home.ears.applied[-1] == RoomSettings(True, 40, 70)
        await home.command("push_to_talk", "PRESS")
        await home.command("stop", "PRESS")
        await until(lambda: home.stops == 1)
        assert (home.ears.pushed, home.ears.signs) == ([], ["mute"]), "it is muted, and says so"
        await home.command("mute/set", "OFF")
        await home.command("push_to_talk", "PRESS")
        await until(lambda: home.ears.pushed == ["push"])
        await home.command("say", "dinner\nis \x07ready")
        await until(lambda: home.said == ["dinner is ready"])
    assert Room(tmp_path / "room.json").settings == RoomSettings(False, 40, 70)


@pytest.mark.parametrize(
    ("ending", "payload"),
    [
        ("mute/set", "maybe"),
        ("volume/set", "101"),
        ("volume/set", "nan"),
        ("say", " \n"),
        ("reboot/set", "ON"),
        ("push_to_talk/set", "PRESS"),
        ("push_to_talk", ""),
        ("push_to_talk", "RELEASE"),
        ("stop", ""),
        ("say", b"\xff\xfe"),
    ],
)
async def test_nonsense_is_told_once_and_changes_nothing(
    tmp_path: Path, ending: str, payload: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with announced(tmp_path) as home:
        await home.command(ending, payload)
        await until(lambda: "ignored" in caplog.text)
        assert (home.room.settings, home.ears.pushed, home.stops) == (RoomSettings(), [], 0)
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1


async def test_a_command_that_the_broker_has_kept_is_not_obeyed(tmp_path: Path) -> None:
    async with announced(tmp_path, kept="ON") as home:
        await home.command("volume/set", "30")
        await until(lambda: home.seen["volume"] == "30")
        assert home.room.settings.muted is False


@pytest.mark.parametrize("content", ["{}", "[", '{"muted": false, "volume": 900, "sensitivity": 1}'])
def test_a_room_whose_settings_are_lost_is_rather_deaf(tmp_path: Path, content: str) -> None:
    (tmp_path / "room.json").write_text(content)
    assert Room(tmp_path / "room.json").settings.muted


async def test_the_assistant_does_not_find_itself(tmp_path: Path) -> None:
    assert OURS == ORIGIN
    async with announced(tmp_path) as home:
        house = DiscoveryHouse({topic: json.loads(text) for topic, text in home.configs.items()})
        assert house.names == []


async def test_without_a_brain_it_is_offline_and_says_why(tmp_path: Path) -> None:
    async with announced(tmp_path) as home:
        home.bus.publish(Online("gemini"))
        await until(lambda: json.loads(home.seen["state"])["brain"] == "gemini")
        home.bus.publish(Offline("The internet is away."))
        await until(lambda: json.loads(home.seen["state"])["state"] == "offline")
        assert json.loads(home.seen["state"])["problem"] == "The internet is away."
        home.bus.publish(Online("embedded"))
        await until(lambda: json.loads(home.seen["state"])["brain"] == "embedded")
        told = json.loads(home.seen["state"])
        assert (told["state"], told["problem"]) == ("idle", "")


async def test_a_further_room_has_its_own_state_and_its_own_switches(tmp_path: Path) -> None:
    bedroom = Room(tmp_path / "room-bedroom.json", Place("bedroom", "bedroom"))
    async with announced(tmp_path) as home:
        bedroom.changed = home.bus.publish
        own = OWN.of(bedroom.place)
        further = Announcer(
            own,
            home.link,
            home.bus,
            bedroom,
            linked=asyncio.Event(),
            stop=home._stop,
            say=home._say,
        )
        task = asyncio.get_running_loop().create_task(further.run())
        further.linked.set()
        try:
            await until(lambda: home.seen.get(f"{own.base}/mute") == "OFF")
            home.bus.publish(PhaseChanged("listening", "bedroom"))
            await until(lambda: json.loads(home.seen[f"{own.base}/state"])["state"] == "listening")
            await home.others.publish(own.topic("mute/set"), "ON")
            await until(lambda: home.seen.get(f"{own.base}/mute") == "ON")
            assert (bedroom.settings.muted, home.room.settings.muted) == (True, False)
            home.bus.publish(PhaseChanged("listening", "kitchen"))
            await until(lambda: json.loads(home.seen[f"{own.base}/state"])["state"] == "idle")
        finally:
            task.cancel()
            await asyncio.wait([task])
