"""A house for sources that overhear their devices, and everything that can be wished of what they find."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.api.sources import Overheard, Property
from assistant.devices.composed import FoundDevice
from assistant.devices.found import Found
from assistant.errors import NotConfirmed
from assistant.importing import import_file
from assistant.testing.bare import met
from assistant.testing.sources import SourceHouse
from assistant.tools.vocabulary import Risk

ROOT = Path(__file__).parents[2]
SILENT = ("get_state", "set_option", "locate", "press", "activate")
PLACES = {"go_to": "2500, -1200", "clean_zone": "0 0 100 50"}
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "turn_on": {}, "turn_off": {}, "open": {}, "close": {}, "stop": {}, "lock": {}, "pause": {},
    "start_cleaning": {}, "return_to_dock": {}, "set_position": {"position": 40}, "set_speed": {"speed": 60},
    "set_temperature": {"temperature": 21.5}, "change_brightness": {"by": -10}, "arm": {"mode": "away"},
}  # fmt: skip


def plugin(name: str, **settings: Any) -> Overheard:
    """A shipped source, loaded by path like the house does."""
    path = ROOT / "plugins" / f"{name}.py"
    module = import_file(path if path.exists() else ROOT / "plugins" / name / "__init__.py")
    made = getattr(module, "".join(word.capitalize() for word in name.split("_")))(**settings)
    assert isinstance(made, Overheard)
    return made


def messages(source: str, name: str = "messages.json") -> dict[str, Any]:
    """Messages by topic, from ``tests/data``."""
    loaded: dict[str, Any] = json.loads((ROOT / "tests" / "data" / source / name).read_text())
    return loaded


class OverheardHouse(SourceHouse):
    """``hear`` delivers messages, and shows what they tell."""

    def __init__(self, source: Overheard) -> None:
        self.source = source
        super().__init__(source)
        self._own = len(self.heard)

    async def hear(self, said: Mapping[str, Any], *, kept: bool = False) -> None:
        """Messages, and the end of their burst; ``kept`` ones stay on the broker."""
        for topic, payload in said.items():
            raw = payload if isinstance(payload, bytes | str) else json.dumps(payload)
            if kept:
                self.keep(topic, raw if isinstance(raw, bytes) else raw.encode())
            else:
                self.report(topic, raw)
        await self.source.catch_up()

    def source_hears(self, topic: str, payload: bytes) -> None:
        """A message for the source alone: a thousand times quicker where there are thousands."""
        for wanted, heard in self.heard[: self._own]:
            if met(wanted, topic):
                heard(topic, payload)

    @contextlib.asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """The source runs, as it does in the house."""
        task = asyncio.get_running_loop().create_task(self.source.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    @property
    def devices(self) -> list[FoundDevice]:
        return [device for device in self.registry.devices if isinstance(device, FoundDevice)]

    @property
    def founds(self) -> list[Found]:
        return [find.found for find in self.finds]

    @property
    def coverage(self) -> tuple[int, dict[str, str]]:
        """How many parts there are, and what became nothing, with the reason."""
        lost = {f"{found.name} {id}": why for found in self.founds for id, why in found.unsupported.items()}
        return sum(len(found.parts) for found in self.founds), lost


def wishes(own: Property) -> Iterator[Any]:
    """Values that the property may take, its ends among them."""
    if own.options:
        yield from own.options[:20]
    elif own.type is bool:
        yield from (True, False)
    elif own.type is str:
        yield PLACES.get(own.name, "some words")
    else:
        low = own.low if own.low is not None else 0
        high = own.high if own.high is not None else 100
        yield from (own.type(value) for value in (low, high, round((low + high) / 2)))


async def wish_everything(house: OverheardHouse) -> int:
    """Every writable property of every device to each of its values, each confirmed; how many."""
    tried = 0
    for device in house.devices:
        for name, own in device.properties.items():
            if not own.writable or name == "rooms":
                continue
            for value in wishes(own):
                device._throttle._sent.clear()
                before = len(house.published)
                if own.readable and device._slots[name].part.readers:
                    await device.change({name: value}, timeout=0.3)
                    assert own.agrees(device.states[name], value), (device.name, name, value, device.states)
                else:
                    await _told(device, name, value)
                assert len(house.published) > before, (device.name, name)
                tried += 1
    return tried


async def _told(device: FoundDevice, name: str, value: Any) -> None:
    try:
        await device.change({name: value}, timeout=0.3)
    except NotConfirmed as error:
        assert "does not report" in str(error)
        return
    raise AssertionError(f"{device.name} cannot confirm {name}")


async def do_everything(house: OverheardHouse) -> int:
    """Every verb of every device, as a brain calls it: done, or refused because it is security; how many."""
    tried = 0
    for device in house.devices:
        for tool in device.tools():
            if tool.name not in ARGUMENTS:
                continue
            device._throttle._sent.clear()
            result = await house.do(tool.name, device.name, **ARGUMENTS[tool.name])
            if tool.declaration.risk is Risk.SECURITY:
                assert not result.ok, (device.name, tool.name, result)
                assert not result.text.startswith("I told"), "nothing was sent"
            else:
                assert result.ok, (device.name, tool.name, result.text, device.states)
            tried += 1
    return tried
