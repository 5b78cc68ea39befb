"""The example of the design page, as it stands, and what a device does with hostile reports."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest

from assistant.api import Device, Percent, hears, state, tool
from assistant.errors import NotConfirmed, PluginError
from assistant.events import CommandSent, Reported, StateChanged
from tests.parts.house import FakeHost


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


def lamp() -> tuple[TasmotaLamp, FakeHost]:
    host = FakeHost()
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


async def test_p9_an_old_report_confirms_nothing() -> None:
    device, host = lamp()
    host.report("stat/desk/RESULT", '{"POWER": "ON", "Dimmer": 30}')
    with pytest.raises(NotConfirmed, match="the desk lamp does not answer"):
        await device.turn_on(30)


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

    lamp, host = Dimmed(name="lamp"), FakeHost()
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
