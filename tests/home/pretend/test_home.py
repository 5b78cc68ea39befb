"""The pretend home on a real broker: commands, reports, troubles, and a broker that goes away."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import LinkError
from assistant.home.broker import serve
from assistant.home.link import Link
from assistant.home.pretend import DEVICES, PretendHome, Trouble
from tests.parts.home import running, until
from tests.parts.mosquitto import free_port, mosquitto


class Ears:
    """Knows the last word on every topic, and all words in order."""

    def __init__(self) -> None:
        self.last: dict[str, str] = {}
        self.all: list[tuple[str, str]] = []

    def __call__(self, topic: str, payload: bytes) -> None:
        self.last[topic] = payload.decode()
        self.all.append((topic, payload.decode()))

    def state(self, topic: str) -> dict[str, Any]:
        with contextlib.suppress(KeyError, ValueError):
            return dict(json.loads(self.last[topic]))
        return {}


@contextlib.asynccontextmanager
async def lived_in(home: PretendHome) -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(home.run())
    try:
        await home.ready()
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=2)
        assert task.cancelled()


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=pytest.mark.system("mosquitto"))])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "embedded":
        async with serve() as address:
            yield address.url
    else:
        async with mosquitto(tmp_path) as port:
            yield f"mqtt://127.0.0.1:{port}"


COMMANDS = [
    ("zigbee2mqtt/kitchen light/set", '{"brightness":127}', "zigbee2mqtt/kitchen light", {"brightness": 127}),
    ("cmnd/coffee_machine/POWER", "ON", "stat/coffee_machine/RESULT", {"POWER": "ON"}),
    ("zigbee2mqtt/living room lamp/set", '{"color":{"hex":"#0000ff"}}', "zigbee2mqtt/living room lamp",
     {"state": "ON", "color_mode": "xy"}),
    ("zigbee2mqtt/living room blinds/set", '{"position":70}', "zigbee2mqtt/living room blinds",
     {"position": 70, "moving": "STOP"}),
    ("zigbee2mqtt/thermostat/set", '{"occupied_heating_setpoint":19}', "zigbee2mqtt/thermostat",
     {"occupied_heating_setpoint": 19.0}),
    ("media/television/set", '{"command":"play"}', "media/television", {"state": "playing"}),
    ("zigbee2mqtt/fan/set", '{"speed":30}', "zigbee2mqtt/fan", {"state": "ON", "speed": 30}),
    ("zigbee2mqtt/heater/set", "ON", "zigbee2mqtt/heater", {"state": "ON"}),
    ("cmnd/hallway_light/Dimmer", "42", "tele/hallway_light/STATE", {"POWER": "ON", "Dimmer": 42}),
    ("zigbee2mqtt/front door/set", "UNLOCK", "zigbee2mqtt/front door", {"lock_state": "unlocked"}),
]  # fmt: skip


async def test_every_kind_obeys_and_reports_in_its_own_dialect(url: str) -> None:
    home, link, ears = PretendHome(url, speed=10), Link(url), Ears()
    link.subscribe("#", ears)
    async with lived_in(home), running(link):
        for topic, payload, _, _ in COMMANDS:
            await link.publish(topic, payload)
        await link.publish("valetudo/robot/BasicControlCapability/operation/set", "START")
        for _, _, topic, expected in COMMANDS:
            await until(lambda t=topic, e=expected: ears.state(t).items() >= e.items())  # type: ignore[misc]
        status = "valetudo/robot/StatusStateAttribute/status"
        await until(lambda: ears.last.get(status) == "cleaning")
        await link.publish("valetudo/robot/BasicControlCapability/operation/set", "HOME")
        await until(lambda: ears.last.get(status) == "docked")
        positions = [
            json.loads(payload)["position"]
            for topic, payload in ears.all
            if topic == "zigbee2mqtt/living room blinds"
        ]
        assert positions == [100, 100, 90, 80, 70]


async def test_who_comes_later_finds_everybodys_state_and_presence_retained(url: str) -> None:
    link, ears = Link(url), Ears()
    link.subscribe("#", ears)
    async with lived_in(PretendHome(url)):
        async with running(link):
            await until(lambda: len(ears.last) >= 2 * len(DEVICES) + 3)
        assert ears.last["tele/coffee_machine/LWT"] == "Online"
        assert ears.last["valetudo/robot/$state"] == "ready"
        assert ears.state("zigbee2mqtt/kitchen light/availability") == {"state": "online"}
        assert "stat/coffee_machine/RESULT" not in ears.last, "an answer is not retained"
    async with running(link):
        await until(lambda: ears.state("zigbee2mqtt/kitchen light/availability") == {"state": "offline"})
        await until(lambda: ears.last["tele/coffee_machine/LWT"] == "Offline")


async def test_garbage_changes_nothing_and_the_device_stays_in_order(url: str) -> None:
    home, link, ears = PretendHome(url, DEVICES[:1]), Link(url), Ears()
    lamp = "zigbee2mqtt/kitchen light"
    link.subscribe(lamp, ears)
    async with lived_in(home), running(link):
        await until(lambda: lamp in ears.last)
        for garbage in (b"\xff\xfe", b"{", b"[]", b"[" * 50_000, b'{"brightness":"much"}', b"x" * 300_000):
            await link.publish(f"{lamp}/set", garbage)
        await link.publish(f"{lamp}/set", '{"brightness":7}')
        await until(lambda: ears.state(lamp)["brightness"] == 7)


async def test_troubles(url: str) -> None:
    home, link, ears = PretendHome(url, DEVICES[:1]), Link(url), Ears()
    lamp = "zigbee2mqtt/kitchen light"
    link.subscribe(f"{lamp}/#", ears)
    async with lived_in(home), running(link):
        actor = home["kitchen light"]
        await until(lambda: lamp in ears.last)
        before = len(ears.all)
        actor.trouble = Trouble(deaf=True)
        await link.publish(f"{lamp}/set", "ON")
        await asyncio.sleep(0.1)
        assert [topic for topic, _ in ears.all[before:]] == [f"{lamp}/set"], "a deaf device says nothing"

        actor.trouble = Trouble(lying=True)
        await link.publish(f"{lamp}/set", "ON")
        await until(lambda: len(ears.all) == before + 3)
        assert ears.state(lamp)["state"] == "OFF", "a lying device reports, but nothing has happened"

        actor.trouble = Trouble(delay_seconds=0.2)
        await link.publish(f"{lamp}/set", "ON")
        await asyncio.sleep(0.1)
        assert ears.state(lamp)["state"] == "OFF"
        await until(lambda: ears.state(lamp)["state"] == "ON")

        actor.trouble = Trouble(offline=True)
        await until(lambda: ears.state(f"{lamp}/availability") == {"state": "offline"})
        await link.publish(f"{lamp}/set", "OFF")
        await asyncio.sleep(0.1)
        actor.trouble = Trouble()
        await until(lambda: ears.state(f"{lamp}/availability") == {"state": "online"})
        assert ears.state(lamp)["state"] == "ON", "what it missed it does not do later"


async def test_a_sensor_can_be_made_to_sense(url: str) -> None:
    home, link, ears = PretendHome(url), Link(url), Ears()
    link.subscribe("zigbee2mqtt/+", ears)
    async with lived_in(home), running(link):
        await home["kitchen motion"].sense(occupancy=True)
        await home["back door"].sense(contact=False)
        await until(lambda: ears.state("zigbee2mqtt/kitchen motion").get("occupancy") is True)
        await until(lambda: ears.state("zigbee2mqtt/back door").get("contact") is False)
        with pytest.raises(TypeError, match="no sensor"):
            await home["fan"].sense(speed=1)


async def test_after_a_restart_of_the_broker_everybody_comes_back_and_says_how_he_is() -> None:
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    home, link, ears = PretendHome(url), Link(url), Ears()
    async with contextlib.AsyncExitStack() as stack:
        async with serve(port=port):
            await stack.enter_async_context(lived_in(home))
            await stack.enter_async_context(running(link))
            await link.publish("cmnd/coffee_machine/POWER", "ON")
            await asyncio.sleep(0.1)
        await until(lambda: not link.connected)
        link.subscribe("#", ears)
        async with serve(port=port):  # an empty one: what is heard now was said again
            await until(lambda: len(ears.last) >= 2 * len(DEVICES) + 3, 5)
            await until(lambda: ears.last.get("stat/coffee_machine/POWER") == "ON")
    assert ears.last["tele/coffee_machine/LWT"] == "Online"


async def test_without_a_broker_the_home_is_not_ready_and_says_why() -> None:
    home = PretendHome(f"mqtt://127.0.0.1:{free_port()}", DEVICES[:1])
    task = asyncio.get_running_loop().create_task(home.run())
    with pytest.raises(LinkError, match="does not answer"):
        await home.ready(0.2)
    task.cancel()
    await asyncio.wait([task], timeout=2)
