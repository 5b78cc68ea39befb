"""Devices that announce nothing: what is kept of what they say, and that nothing of it is lost or told twice over."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from assistant.api import hears
from assistant.api.sources import Availability, Found, Overheard, Part, Property, Told, Values, decoded, words
from assistant.errors import LinkError
from tests.parts.overheard import OverheardHouse


class Boxes(Overheard):
    """``box/<name>/<value>``: each value is a sensor; ``box/<name>/all`` has several, as JSON."""

    most_devices = 5

    @hears("box/+/+")
    def _says(self, payload: bytes, topic: str) -> None:
        traits = [str(key) for key in decoded(payload)] if topic.endswith("all") else []
        self.overhear(topic.split("/")[1], topic, payload, traits=traits)

    def described(self, device: str, told: Told) -> Found | None:
        if device == "shy":
            return None
        names = {topic.rpartition("/")[2] for topic in told.last} - {"there", "all"}
        keys = set().union(*told.traits.values())
        parts = [
            Part(name, "sensor", (Property(name, float),), {f"box/{device}/{name}": self._reader(name)})
            for name in sorted(names)
        ]
        if keys:
            read = {f"box/{device}/all": lambda payload: dict(decoded(payload))}
            parts.append(Part("all", "sensor", tuple(Property(key, float) for key in sorted(keys)), read))
        there = Availability(f"box/{device}/there", lambda payload: words(payload) == "yes")
        return Found(id=f"box {device}", name=device, parts=tuple(parts), availability=(there,))

    def _reader(self, name: str) -> Any:
        def read(payload: bytes) -> Values:
            return {name: float(words(payload))}

        return read


def house() -> OverheardHouse:
    return OverheardHouse(Boxes())


async def test_the_message_that_made_it_known_is_its_first_report() -> None:
    home = house()
    await home.hear({"box/a/heat": "21", "box/a/there": "no"})
    assert (home.device("a").states, home.device("a").available) == ({"heat": 21}, False)
    await home.hear({"box/a/damp": "40"})
    assert home.device("a").states == {"damp": 40, "heat": 21}


async def test_the_newest_message_wins_whenever_it_came() -> None:
    home = house()
    for value in ("1", "2"):
        home.say("box/a/heat", value)
    await home.source.catch_up()
    home.say("box/a/heat", "3")
    await home.hear({"box/a/damp": "40"})
    assert home.device("a").states["heat"] == 3
    home.say("box/a/there", "no")
    home.say("box/a/there", "yes")
    await home.source.catch_up()
    assert home.device("a").available is True


async def test_a_new_key_of_a_known_report_is_read_at_once() -> None:
    home = house()
    await home.hear({"box/a/all": {"heat": 21}})
    await home.hear({"box/a/all": {"damp": 40}})
    assert home.device("a").states == {"damp": 40, "heat": 21}


async def test_what_says_nothing_new_is_not_shown_again() -> None:
    home = house()
    await home.hear({"box/a/heat": "21"})
    before = home.device("a")
    for value in range(50):
        await home.hear({"box/a/heat": str(value)})
    assert home.device("a") is before


async def test_what_is_too_little_to_show_is_kept_and_what_is_gone_is_forgotten() -> None:
    home = house()
    await home.hear({"box/shy/heat": "21", "box/a/heat": "1"})
    assert home.names == ["a"]
    home.source.gone("a")
    assert (home.names, home.source.told("a")) == ([], {})


async def test_devices_topics_and_bytes_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    home = house()
    for number in range(2000):
        home.say(f"box/{number}/heat", "1")
        home.say(f"box/0/value{number}", "x" * 15_000)
        home.say("box/1/all", {f"key {number}": 1})
    await home.source.catch_up()
    assert len(home.founds) == 5
    assert home.source._bytes <= 4 * 1024 * 1024
    assert len(home.founds[0].parts) <= 401
    assert len([record for record in caplog.records if record.message.startswith("Boxes")]) <= 4
    for name in list(home.source._told):
        home.source.gone(name)
    assert home.source._bytes == 0


async def test_a_message_that_is_too_long_is_left_out_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    home = house()
    for _ in range(3):
        await home.hear({"box/a/heat": "1" * 300_000})
    assert home.founds == []
    assert [record.message for record in caplog.records] == [
        "Boxes: box/a/heat is ignored, longer than 16 kB"
    ]


async def test_a_question_without_a_broker_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.devices.overheard.AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("assistant.devices.overheard.BURST_SECONDS", 0.01)
    home = house()
    away = [True, True]

    def refuse(_topic: str, _payload: str) -> None:
        if away:
            away.pop()
            home.published.pop()
            raise LinkError("there is no broker")

    home.on_publish = refuse
    for _ in range(3):
        home.source.ask("box/question", "?")
    async with home.living(), asyncio.timeout(2):
        while not home.published:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert home.published == [("box/question", "?")]
