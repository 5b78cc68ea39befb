"""The example of the design page, as it stands, and what a device does with hostile reports."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, ClassVar, Literal

import pytest

from assistant import retained
from assistant.api import Choice, Device, Percent, hears, state, tool
from assistant.errors import NotConfirmed, PluginError
from assistant.events import CommandSent, Reported, StateChanged
from assistant.testing.bare import BareHost


class TasmotaLamp(Device):
    topic: str
    on: bool | None = state()
    brightness: int | None = state()

    @tool
    async def turn_on(self, brightness: Percent = 100) -> str:
        """Switch the lamp on, optionally at a given brightness."""
        await self.publish("cmnd/{topic}/Dimmer", brightness)
        await self.confirm(lambda: self.on and self.brightness == brightness, timeout=0.2)
        return f"{self.name} is on at {self.brightness} percent"

    @hears("stat/{topic}/RESULT")
    def _result(self, payload: str) -> None:
        report = json.loads(payload)
        self.on = report.get("POWER") == "ON"
        self.brightness = report.get("Dimmer", self.brightness)


class Bulb(Device):
    kind: ClassVar[str] = "light"


def lamp() -> tuple[TasmotaLamp, BareHost]:
    host = BareHost()
    device = TasmotaLamp(name="desk lamp", area="study", topic="desk")
    device.attach(host)
    return device, host


async def test_the_example_of_the_design_page_runs() -> None:
    device, host = lamp()
    host.on_publish = lambda _topic, payload: host.report(
        "stat/desk/RESULT", json.dumps({"POWER": "ON", "Dimmer": int(payload)})
    )
    assert device.on is None
    assert await device.turn_on(30) == "desk lamp is on at 30 percent"
    assert host.published == [("cmnd/desk/Dimmer", "30")]
    assert CommandSent("desk lamp", "cmnd/desk/Dimmer", "30") in host.events
    assert Reported("desk lamp", {"on": True, "brightness": 30}) in host.events
    assert StateChanged("desk lamp", "on", True, None) in host.events


async def test_a_command_that_is_on_its_way_is_told_though_the_call_is_broken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device, host = lamp()
    sending = asyncio.Event()

    async def publish(_topic: str, _payload: str, *, qos: int = 0, retain: bool = False) -> None:
        sending.set()
        await asyncio.Event().wait()  # the broker takes its time to say that it has it

    monkeypatch.setattr(host, "publish", publish)
    turning_on = asyncio.get_running_loop().create_task(device.turn_on(30))
    await sending.wait()
    turning_on.cancel()
    await asyncio.wait([turning_on])
    assert turning_on.cancelled()
    assert host.events == [CommandSent("desk lamp", "cmnd/desk/Dimmer", "30")]


async def test_p9_an_old_report_confirms_nothing() -> None:
    device, host = lamp()
    host.report("stat/desk/RESULT", '{"POWER": "ON", "Dimmer": 30}')
    with pytest.raises(NotConfirmed, match="the desk lamp does not answer"):
        await device.turn_on(30)


async def test_p9_what_a_broker_had_kept_confirms_nothing_and_is_believed_all_the_same() -> None:
    device, host = lamp()

    def kept(_topic: str, _payload: str) -> None:
        with retained.handed_out():
            host.report("stat/desk/RESULT", '{"POWER": "ON", "Dimmer": 30}')

    host.on_publish = kept
    with pytest.raises(NotConfirmed, match="the desk lamp does not answer"):
        await device.turn_on(30)
    assert device.states == {"on": True, "brightness": 30}


async def test_p9_a_report_of_something_else_confirms_nothing() -> None:
    device, host = lamp()
    host.on_publish = lambda _topic, _payload: host.report("stat/desk/RESULT", '{"POWER": "OFF"}')
    with pytest.raises(NotConfirmed, match="the desk lamp did not do it"):
        await device.turn_on(30)


@pytest.mark.parametrize(
    "payload", [b"\xff\xfe", b"", b"[]", b"null", b'{"Dimmer": "x"}', b'{"Dimmer": 1e999}', b"[" * 100_000]
)
async def test_a_hostile_report_changes_nothing_and_raises_nothing(payload: bytes) -> None:
    device, host = lamp()
    host.report("stat/desk/RESULT", '{"POWER": "ON", "Dimmer": 30}')
    host.report("stat/desk/RESULT", payload)
    assert device.brightness == 30


async def test_a_report_out_of_its_range_is_not_believed() -> None:
    class Dimmed(Device):
        brightness: Percent | None = state()

        @hears("lamp")
        def _report(self, payload: str) -> None:
            self.brightness = int(payload)

    lamp, host = Dimmed(name="lamp"), BareHost()
    lamp.attach(host)
    for payload in ("40", "1000", "-1"):
        host.report("lamp", payload)
        assert lamp.brightness == 40


def test_a_misspelt_attribute_is_refused_where_it_is_made() -> None:
    device, _ = lamp()
    with pytest.raises(AttributeError, match=r"has no attribute 'brigthness'; it has .*brightness"):
        device.brigthness = 3


def test_missing_and_unknown_settings_are_named() -> None:
    with pytest.raises(PluginError, match="needs the setting 'topic'"):
        TasmotaLamp(name="x")  # type: ignore[call-arg]
    with pytest.raises(PluginError, match="has no setting 'colour'"):
        Bulb(name="x", colour="red")  # type: ignore[call-arg]


def test_a_topic_cannot_reach_into_the_plugin() -> None:
    device, _ = lamp()
    assert device.fill("a/{topic}/{0}/{topic.x}") == "a/desk/{0}/{topic.x}"
    with pytest.raises(PluginError, match="'host', which is not a setting"):
        device.fill("{host}")


async def test_a_field_may_be_one_of_a_few_words() -> None:
    class Tank(Device):
        level: Literal["ok", "full"] | None = state()
        mode: Annotated[str, Choice("eco", "fast")] | None = state()

    tank = Tank(name="tank")
    tank.level, tank.mode = "full", "eco"
    assert tank.states == {"level": "full", "mode": "eco"}
    for field, words in (("level", "level 'empty' is not one of ok, full"), ("mode", "not one of eco, fast")):
        with pytest.raises(ValueError, match=words):
            setattr(tank, field, "empty")
    tank.level = None
    assert tank.level is None


def test_a_property_of_an_author_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Pump(Device):
        @property
        def available(self) -> bool | None:
            raise KeyError("lwt")

    assert Pump(name="pump").available is None
    assert "Pump: " in caplog.text
    assert "KeyError" in caplog.text
