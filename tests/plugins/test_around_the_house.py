"""Lists, weather, presence, energy, commands, notifications and GPIO: one plugin each, in a house of its own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gpiozero import Device as Pins
from gpiozero.pins.mock import MockFactory, MockSPIDevice

from assistant.config import PluginEntry
from assistant.device import Device
from assistant.errors import ConfigError, ToolError
from assistant.events import CameraSaw, PhaseChanged, RoomChanged, StateChanged
from assistant.loader import Loader, LoadState
from assistant.looking import Looked, look_through
from assistant.speaking import speak_through
from assistant.testing.bare import BareHost
from assistant.testing.home import Loudspeaker
from assistant.wallclock import WallClock
from tests.parts.home import until
from tests.parts.web import as_json, body, web

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 29, 12, 0, tzinfo=BERLIN).timestamp()


class House:
    """One plugin; ``do`` calls its tools, ``now`` is what the clock shows."""

    def __init__(self, folder: Path, plugin: str, /, **settings: Any) -> None:
        loaded = Loader().load(PluginEntry(name=plugin, settings=settings))
        assert loaded.state is LoadState.ENABLED, loaded.reason
        (self.plugin,) = loaded.plugins
        self.now = SUNDAY
        self.host = BareHost(folder, WallClock(BERLIN, lambda: self.now))
        self._tools = {tool.name: tool.function for tool in self.plugin.tools()}

    async def do(self, tool: str, **arguments: Any) -> str:
        answer = await self._tools[tool](**arguments)
        return str(getattr(answer, "text", answer))

    def changed(self, device: str, field: str, value: object, before: object = None) -> None:
        self.host.tell(StateChanged(device, field, value, before))


@contextlib.asynccontextmanager
async def living(folder: Path, plugin: str, /, **settings: Any) -> AsyncIterator[House]:
    house = House(folder, plugin, **settings)
    undo = house.plugin.attach(house.host)
    task = asyncio.get_running_loop().create_task(house.plugin.keep_alive())
    await asyncio.sleep(0.01)
    try:
        yield house
    finally:
        undo()
        task.cancel()
        await asyncio.wait([task], timeout=2)


async def test_lists_keep_what_is_written_and_say_what_is_not_there(tmp_path: Path) -> None:
    async with living(tmp_path, "lists") as house:
        assert await house.do("read_list") == "The shopping list is empty"
        assert (
            await house.do("add_to_list", items=["Milk", "eggs ", "milk"])
            == "milk and eggs are on the shopping list"
        )
        assert (
            await house.do("add_to_list", items=["call Ben"], list="my to-do list")
            == "call Ben is on the to do list"
        )
        for problem, tool, arguments in (
            ("milk is already on", "add_to_list", {"items": ["milk"]}),
            ("cheese is not on the shopping list", "remove_from_list", {"items": ["cheese"]}),
            ("no packing list", "read_list", {"list": "packing"}),
            ("Add what", "add_to_list", {"items": [" "]}),
            ("is full", "add_to_list", {"items": [str(number) for number in range(300)]}),
        ):
            with pytest.raises(ToolError, match=problem):
                await house.do(tool, **arguments)
    async with living(tmp_path, "lists") as house:
        assert await house.do("read_list", list="groceries") == "On the shopping list: milk and eggs"
        assert await house.do("remove_from_list", items=["eggs", "ham"]) == "eggs are off the shopping list"
        assert await house.do("clear_list") == "The shopping list is empty; it had 1 thing on it"


FORECAST = {
    "current": {"time": "2026-11-29T12:00", "temperature_2m": 6.6, "weather_code": 3, "wind_speed_10m": 24.1},
    "daily": {
        "time": [f"2026-11-{day}" for day in (29, 30)] + [f"2026-12-0{day}" for day in range(1, 6)],
        "weather_code": [3, 61, 0, 0, 45, 95, 71],
        "temperature_2m_max": [8.1, 9.4, 10, 11, 12, 13, -1.2],
        "temperature_2m_min": [2.2, 4.4, 1, 1, 1, 1, -8.9],
        "precipitation_probability_max": [5, 80, 0, 0, 0, 60, None],
    },
}
"""As https://open-meteo.com/en/docs describes it."""


async def test_weather_is_told_for_now_and_for_days(tmp_path: Path) -> None:
    async with web() as there:
        there.answers["/v1/forecast"] = as_json(FORECAST)
        async with living(tmp_path, "weather", latitude=52.5, longitude=13.4, server=there.url) as house:
            assert (
                await house.do("get_weather")
                == "It is 7 degrees and overcast, with 24 kilometres per hour of wind"
            )
            assert (
                await house.do("get_weather", day="tomorrow")
                == "tomorrow it will be light rain, 4 to 9 degrees"
            )
            assert (
                await house.do("get_weather", day="friday")
                == "on Friday it will be thunderstorms, 1 to 13 degrees"
            )
            assert await house.do("will_it_rain") == "No, the chance of rain today is 5 percent"
            assert (
                await house.do("will_it_rain", day="monday")
                == "Yes, the chance of rain on Monday is 80 percent, light rain"
            )
            with pytest.raises(ToolError, match="can't read"):
                await house.do("will_it_rain", day="saturday")  # it says null
        assert len(there.asked) == 1  # ten minutes are as good as new
        assert "latitude=52.5&longitude=13.4" in there.asked[0]


@pytest.mark.parametrize(
    "answer",
    [None, body(b"<html>log in</html>"), as_json({"current": {"temperature_2m": "NaN"}}), as_json([])],
)
async def test_without_the_internet_the_weather_is_not_known(tmp_path: Path, answer: bytes | None) -> None:
    async with web() as there:
        if answer is not None:
            there.answers["/v1/forecast"] = answer
        async with living(tmp_path, "weather", latitude=52.5, longitude=13.4, server=there.url) as house:
            with pytest.raises(ToolError, match="weather service|can't read"):
                await house.do("get_weather")
    async with living(tmp_path, "weather", latitude=0, longitude=0, server="http://127.0.0.1:9") as house:
        with pytest.raises(ToolError, match="I can't reach the weather service, so I don't know the weather"):
            await house.do("get_weather")


def test_weather_needs_a_place() -> None:
    missing = Loader().load(PluginEntry(name="weather"))
    assert missing.state is LoadState.NOT_CONFIGURED
    assert "latitude" in missing.reason
    with pytest.raises(ConfigError, match="latitude"):
        Loader().load(PluginEntry(name="weather", settings={"latitude": 99, "longitude": 0}))


async def test_who_is_at_home(tmp_path: Path) -> None:
    async with living(tmp_path, "presence") as house:
        assert "don't know" in await house.do("who_is_home")
        house.changed("Anna", "at_home", True)
        house.changed("Ben", "at_home", False)
        await asyncio.sleep(0.01)
        assert await house.do("who_is_home") == "Anna is at home, Ben is not"
        house.changed("Ben", "at_home", True)
        await asyncio.sleep(0.01)
        assert await house.do("who_is_home") == "Anna and Ben are at home"


@pytest.mark.parametrize(
    ("payload", "at_home"),
    [
        ("home", True),
        ("not_home", False),
        ("ON", True),
        ("work", False),
        ('{"state": "home"}', True),
        ('{"presence": false}', False),
    ],
)
async def test_a_person_is_where_their_tracker_says(tmp_path: Path, payload: str, at_home: bool) -> None:
    async with living(tmp_path, "person", name="Anna", topic="presence/anna") as house:
        house.host.report("presence/anna", payload)
        assert isinstance(house.plugin, Device)
        assert house.plugin.states == {"at_home": at_home}
        assert house.plugin.describe() == f"Anna is {'' if at_home else 'not '}at home"


async def test_what_uses_power_and_how_much_was_used_today(tmp_path: Path) -> None:
    async with living(tmp_path, "energy") as house:
        assert "No device" in await house.do("power_now")
        assert "No device" in await house.do("energy_today")
        for device, watts in (("kettle", 2000.4), ("fridge", 80), ("tv", 0.3), ("lamp", 5), ("pump", 40)):
            house.changed(device, "power", watts)
        house.changed("kettle", "energy", 100.0)  # its first word
        house.changed("kettle", "energy", 100.5, 100.0)
        house.changed("fridge", "energy", 7.2, 7.1)
        house.changed("fridge", "energy", 0.0, 7.2)  # its counter was set back
        await asyncio.sleep(0.01)
        assert await house.do("power_now") == "2125 watts in all: the kettle 2000, the fridge 80, the pump 40"
        assert await house.do("energy_today") == "0.6 kilowatt hours today, most of it by the kettle"
        await house.plugin._keep()  # type: ignore[attr-defined]
    async with living(tmp_path, "energy") as house:
        await until(lambda: bool(house.plugin._used))  # type: ignore[attr-defined]
        assert "0.6 kilowatt hours" in await house.do("energy_today")
        house.now += 86400
        assert "No device" in await house.do("energy_today")


async def test_only_listed_commands_run_and_say_how_it_went(tmp_path: Path) -> None:
    allowed = {
        "Greeting": ["/bin/echo", "hello; rm -rf /"],
        "failure": ["/bin/false"],
        "nonsense": ["/no/such/program"],
    }
    async with living(tmp_path, "commands", allowed=allowed) as house:
        assert (
            await house.do("run_command", name="greeting") == "The command greeting is done: hello; rm -rf /"
        )
        for problem, name in (
            ("status 1", "failure"),
            ("cannot be started", "nonsense"),
            ("no command", "ls"),
        ):
            with pytest.raises(ToolError, match=problem):
                await house.do("run_command", name=name)
    loaded = Loader().load(PluginEntry(name="commands", settings={"allowed": {"x": ["rm"]}}))
    assert "whole path" in loaded.reason


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # in Apprise
async def test_a_message_goes_to_the_services_that_the_owner_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web() as there:
        there.answers["/notes"] = as_json({})
        monkeypatch.setenv("ASSISTANT_APPRISE_URLS", f"json://127.0.0.1:{there.port}/notes")
        async with living(tmp_path, "notifications") as house:
            assert await house.do("notify", text="the washing  is done") == "The message is sent"
            assert '"message": "the washing is done"' in there.asked[0]
            there.answers.clear()
            with pytest.raises(ToolError, match="could not be sent"):
                await house.do("notify", text="again")
    for urls, problem in (("", "need a URL"), ("nonsense://secret", r"begins with nonsense://$")):
        monkeypatch.setenv("ASSISTANT_APPRISE_URLS", urls)
        loaded = Loader().load(PluginEntry(name="notifications"))
        assert loaded.state is LoadState.BROKEN
        assert problem.rstrip("$").replace("\\", "") in loaded.reason
        assert "secret" not in loaded.reason


class Porch:
    """A camera of one picture, which is there for a while."""

    def __init__(self) -> None:
        self.asked: list[float | None] = []

    async def looked(self, camera: str, question: str, *, when: str, seconds: float, kind: str) -> Looked:
        raise ToolError("Nobody looks here.")

    async def snapshot(self, camera: str, at: float | None) -> bytes:
        self.asked.append(at)
        if at == 100.0:
            raise ToolError("That is longer ago.")
        return b"\xff\xd8picture"


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # in Apprise
async def test_what_a_camera_saw_goes_to_a_phone_with_the_picture_of_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    porch = Porch()
    look_through(porch)
    async with web() as there:
        there.answers["/notes"] = as_json({})
        monkeypatch.setenv("ASSISTANT_APPRISE_URLS", f"json://127.0.0.1:{there.port}/notes")
        async with living(tmp_path, "notifications", seen=["parcel"]) as house:
            house.host.tell(CameraSaw("porch", "A cat walks by.", 1, ("cat",), 50.0))
            house.host.tell(CameraSaw("porch", "A shadow.", 0, ("parcel",), 60.0))
            house.host.tell(CameraSaw("porch", "A courier leaves a parcel.", 2, ("person", "parcel"), 70.0))
            await until(lambda: len(there.asked) == 1)
            house.host.tell(CameraSaw("porch", "A second parcel.", 2, ("parcel",), 100.0))
            await until(lambda: len(there.asked) == 2)
    first, second = (json.loads(asked.partition("\r\n\r\n")[2]) for asked in there.asked)
    assert first["message"] == "porch: A courier leaves a parcel."
    assert base64.b64decode(first["attachments"][0]["base64"]) == b"\xff\xd8picture"
    assert (second["message"], second["attachments"]) == ("porch: A second parcel.", [])
    assert porch.asked == [70.0, 100.0]


async def test_a_button_and_a_lamp_on_pins(tmp_path: Path) -> None:
    factory = Pins.pin_factory = MockFactory()
    try:
        async with living(tmp_path, "gpio_button", name="desk button", pin=17) as house:
            assert isinstance(house.plugin, Device)
            button = house.plugin
            await until(lambda: button.states == {"pressed": False})
            factory.pin(17).drive_low()
            await until(lambda: button.states == {"pressed": True})
            factory.pin(17).drive_high()
            await until(lambda: button.states == {"pressed": False})
        speak_through(voice := Loudspeaker())
        async with living(
            tmp_path, "gpio_button", name="talk button", pin=22, push_to_talk=True, room="study"
        ) as house:
            assert isinstance(house.plugin, Device)
            button = house.plugin
            await until(lambda: button.states == {"pressed": False})
            for times in (1, 2):
                factory.pin(22).drive_low()
                await until(lambda n=times: len(voice.listened) == n)  # type: ignore[misc]
                factory.pin(22).drive_high()
                await until(lambda: button.states == {"pressed": False})
            assert voice.listened == ["study", "study"], "once a press, however long"
        async with living(tmp_path, "gpio_led", name="desk led", pin=27) as house:
            assert await house.do("turn_on") == "desk led is on"
            assert factory.pin(27).state
            assert await house.do("turn_off") == "desk led is off"
            assert isinstance(house.plugin, Device)
            assert house.plugin.states == {"on": False}
    finally:
        factory.reset()
        Pins.pin_factory = None


class Chain(MockSPIDevice):  # type: ignore[misc]
    """APA102s on the pins."""

    @property
    def told(self) -> bytes:
        """What they were told last."""
        bits = [bool(bit) for bit in self.rx_buf]
        starts = range(0, len(bits), 8)
        return bytes(
            sum(bit << (7 - at) for at, bit in enumerate(bits[start : start + 8])) for start in starts
        )

    def shows(self, words: bytes) -> bool:
        """Whether they were."""
        return self.told == words


@pytest.mark.filterwarnings("ignore:failed to initialize hardware SPI")
async def test_leds_of_a_microphone_hat_show_what_the_room_does(tmp_path: Path) -> None:
    factory = Pins.pin_factory = MockFactory()
    try:
        with Chain(11, 10, 9, 8) as chain:
            async with living(tmp_path, "respeaker_leds", brightness=100) as house:
                for told, light in (
                    (PhaseChanged("listening"), "ffff3c00"),
                    (PhaseChanged("speaking"), "ff28c800"),
                    (PhaseChanged("idle"), "e0000000"),
                    (RoomChanged(True, 100, 50), "ff0000c8"),
                    (RoomChanged(False, 100, 50), "e0000000"),
                ):
                    house.host.tell(told)
                    wanted = bytes(4) + 3 * bytes.fromhex(light) + b"\xff" * 4
                    await until(partial(chain.shows, wanted))
                house.host.tell(PhaseChanged("thinking"))
                await until(lambda: bytes.fromhex("ff006eff") in chain.told)
            assert chain.told == bytes(4) + 3 * bytes.fromhex("e0000000") + b"\xff" * 4, "dark when it ends"
    finally:
        factory.reset()
        Pins.pin_factory = None
