"""Tasmota devices, as they announce themselves on ``tasmota/discovery`` (SetOption19 0, firmware 9.2 and
newer).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Part,
    Source,
    Values,
    decoded,
    properties,
    words,
)

from .announced import Announced
from .lamps import lamps
from .measuring import measured, pressed

RELAY, LIGHT, SHUTTER = 1, 2, 3
LAMPS_OPTION = "30"
"""SetOption30: its relays switch lamps."""
MOST_DEVICES, MOST_QUESTIONS = 500, 1000
LARGEST = 16 * 1024
"""Bytes of one announcement."""
PRESENCE = (("onln", "Online", True), ("ofln", "Offline", False))


class Tasmota(Source):
    """``prefix`` is the discovery topic, which Tasmota fixes at compile time."""

    rank: ClassVar[int] = 70
    prefix: str = "tasmota/discovery"

    def __init__(self, **settings: Any) -> None:
        self._configs: dict[str, bytes] = {}
        self._sensors: dict[str, bytes] = {}
        self._questions: asyncio.Queue[tuple[str, str]] = asyncio.Queue(MOST_QUESTIONS)
        super().__init__(**settings)

    @hears("{prefix}/+/config")
    def _configured(self, payload: bytes, topic: str) -> None:
        mac = topic.split("/")[-2].lower()
        if self._configs.get(mac) == payload:
            return
        if not payload:
            self._configs.pop(mac, None)
            self.forget(f"tasmota {mac}")
            return
        if self._known(mac, payload):
            self._configs[mac] = payload
            self._show(mac)

    def _known(self, mac: str, payload: bytes) -> bool:
        """Whether it may be kept: whoever can write these topics could fill the memory."""
        many = mac not in self._configs and mac not in self._sensors and len(self._configs) >= MOST_DEVICES
        if many or len(payload) > LARGEST or len(self._sensors) > MOST_DEVICES:
            self.complain(
                f"{self.title}: too many devices, or too large a message; {mac[:20]} is left out", 1
            )
            return False
        return True

    @hears("{prefix}/+/sensors")
    def _measuring(self, payload: bytes, topic: str) -> None:
        mac = topic.split("/")[-2].lower()
        if self._sensors.get(mac) != payload and self._known(mac, payload):
            self._sensors[mac] = payload
            if mac in self._configs:
                self._show(mac)

    def _show(self, mac: str) -> None:
        device = Announced(decoded(self._configs[mac]))
        lwt = {str(device.config.get(key) or word): there for key, word, there in PRESENCE}
        there = Availability(device.topic(2, "LWT"), lambda payload: lwt.get(words(payload)))
        sensors = decoded(self._sensors[mac]).get("sn", {}) if self._sensors.get(mac) else {}
        self.show(
            Found(
                id=f"tasmota {mac}",
                name=str(device.config.get("dn") or device.config["t"]),
                parts=(*_switching(device), *pressed(device), *measured(device, sensors)),
                availability=() if device.config.get("dslp") else (there,),
                same_as=frozenset({mac}),
                model=str(device.config.get("md", "")),
            )
        )
        self._ask(device.topic(0, "STATE"), "")
        if sensors:
            self._ask(device.topic(0, "STATUS"), "10")

    def _ask(self, topic: str, payload: str) -> None:
        if not self._questions.full():
            self._questions.put_nowait((topic, payload))

    async def run(self) -> None:
        """Ask each device how it is: Tasmota does not keep its state on the broker."""
        while True:
            await self.publish(*await self._questions.get())


def _switching(device: Announced) -> Iterator[Part]:
    lights = [number for number, kind in enumerate(device.relays) if kind == LIGHT]
    shutters = [number for number, kind in enumerate(device.relays) if kind == SHUTTER]
    fan = bool(device.config.get("if"))
    for number, kind in enumerate(device.relays):
        if kind == RELAY and not (
            fan and number
        ):  # a fan's first relay is its lamp, the others are its speeds
            yield _relay(device, number, "light" if fan or device.option(LAMPS_OPTION) else "switch")
    yield from lamps(device, lights)
    for number, name in enumerate(_shutter_names(device, shutters)):
        yield _shutter(device, number + 1, name)
    if device.config.get("if"):
        yield _fan(device)


def _shutter_names(device: Announced, relays: Sequence[int]) -> list[str]:
    """Of two relays each: the first one's name, or, when one has none, a name for each shutter."""
    names = [device.name(first) for first in relays[: len(relays) // 2 * 2 : 2]]
    return names if all(names) else [device.name(number) or own for number, own in enumerate(names)]


def _relay(device: Announced, number: int, kind: str) -> Part:
    key, topic = device.power(number), device.topic(0, device.power(number))

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        said = report.get(key, report.get(f"{key}1") if key == "POWER" else None)  # a fan counts its lamp
        return {"on": device.switched(said)} if said is not None else {}

    def write(wanted: Values) -> list[Command]:
        return [Command(topic, "ON" if wanted["on"] else "OFF")]

    return Part(
        f"relay_{number + 1}", kind, (properties.ON,), device.readers(read), write,
        topics=frozenset({topic}), name=device.name(number),
    )  # fmt: skip


def _shutter(device: Announced, number: int, name: str) -> Part:
    tilts = device.tilts(number)
    owned = (properties.POSITION, *((properties.TILT,) if tilts else ()))

    def read(payload: bytes) -> Values:
        report = decoded(payload).get(f"Shutter{number}")
        if not isinstance(report, dict):
            return {}
        values = {"position": report["Position"]} if "Position" in report else {}
        if tilts and "Tilt" in report:
            values["tilt"] = round((report["Tilt"] - tilts[0]) * 100 / (tilts[1] - tilts[0]))
        return values

    def command(word: str, payload: str = "") -> list[Command]:
        return [Command(device.topic(0, f"Shutter{word}{number}"), payload)]

    def write(wanted: Values) -> list[Command]:
        orders = command("Position", str(wanted["position"])) if "position" in wanted else []
        if "tilt" in wanted and tilts:
            orders += command("Tilt", str(round(tilts[0] + wanted["tilt"] * (tilts[1] - tilts[0]) / 100)))
        return orders

    return Part(
        f"shutter_{number}", "blinds", owned, {**device.readers(read), device.topic(2, "SENSOR"): read},
        write=write,
        actions={"open": command("Open"), "close": command("Close"), "stop": command("Stop")},
        topics=frozenset({device.topic(0, f"ShutterPosition{number}")}), name=name,
    )  # fmt: skip


def _fan(device: Announced) -> Part:
    """Three speeds as percent; 0 is off."""
    topic = device.topic(0, "FanSpeed")
    speed = properties.SPEED.but(tolerance=17)

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        if "FanSpeed" not in report:
            return {}
        step = int(report["FanSpeed"])
        return {"on": step > 0, "speed": step * 100 / 3}

    def write(wanted: Values) -> list[Command]:
        if wanted.get("on") is False:
            return [Command(topic, "0")]
        step = max(1, round(wanted["speed"] * 3 / 100)) if "speed" in wanted else 2
        return [Command(topic, str(step))]

    return Part("fan", "fan", (properties.ON, speed), device.readers(read), write, topics=frozenset({topic}))
