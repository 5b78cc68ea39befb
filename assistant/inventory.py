"""The house's devices for those who look at them from outside a room: list, watch, set by hand, accept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from assistant.app import House, furnished
from assistant.briefing import brief
from assistant.control import Tell, as_json
from assistant.device import Device
from assistant.errors import UsageError
from assistant.events import Problem, Reported
from assistant.home.finds import Find
from assistant.home.registry import Registry, cleaned, folded
from assistant.plain import plain
from assistant.tools.dispatch import ToolCall
from assistant.tools.policy.judge import Asker, Made
from assistant.tools.setters import setter

LOOK_SECONDS = 0.2
"""However fast reports come, nobody reads faster."""
PRESENCE_SECONDS = 1.0
BY_HAND = Made(Asker.HAND)

Item = dict[str, Any]


async def tell_all(house: House, tell: Tell) -> None:
    """Every device, what is not shown and why, and what the brain's bill is for it."""
    await furnished(house)
    if problem := house.link.problem:
        tell(as_json(Problem(problem)))
    for item in _floors(house):
        tell(item)
    for device in house.registry.devices:
        tell(_shown(device, house.registry))
    for find in house.finds:
        for item in _missing(find):
            tell(item)
    _, budget = brief(house.furniture, tokens=house.config.gemini.home_tokens, lately=house.lately.names)
    tell(
        {"event": "catalogue", "devices": budget.devices, "named": budget.named, "tokens": budget.tokens},
    )


async def tell_changes(house: House, tell: Tell) -> None:
    """Every device that changes, comes or goes, until cancelled."""
    before = _looks(house)
    with house.bus.subscribed(Reported) as reports:
        while True:
            try:
                async with asyncio.timeout(PRESENCE_SECONDS):
                    await reports.get()
            except TimeoutError:
                pass  # who is merely offline does not report it
            await asyncio.sleep(LOOK_SECONDS)
            while not reports.empty():
                reports.get_nowait()
            now = _looks(house)
            for device in house.registry.devices:
                if before.get(device.name) != now[device.name]:
                    tell(_shown(device, house.registry))
            for name in before.keys() - now.keys():
                tell({"event": "gone", "name": name})
            before = now


def _looks(house: House) -> dict[str, tuple[object, ...]]:
    return {d.name: (d.area, d.household_kind, d.available, dict(d.states)) for d in house.registry.devices}


async def set_by_hand(house: House, spoken: str, name: str, value: str) -> bool:
    """What a sentence would do, through the same policy; whether it happened.

    Raises:
        UsageError: there is no such device or property.
    """
    await furnished(house)
    device = next((d for d in house.registry.devices if folded(d.name) == folded(spoken)), None)
    if device is None:
        near = ", ".join(house.registry.similar(spoken)) or "none"
        raise UsageError(f"there is no device {spoken[:60]!r}; nearest: {near}")
    wish = setter(name, value, {tool.name for tool in device.tools()})
    if wish is None:
        known = ", ".join(sorted(device.states)) or "none yet"
        raise UsageError(f"the {device.name} has no {name!r} that can be set; it reports: {known}")
    house.dispatcher.new_utterance()
    result = await house.dispatcher.call(ToolCall("", wish[0], {"device": device.name, **wish[1]}, BY_HAND))
    if not result.ok:
        house.bus.publish(Problem(result.text))
    return result.ok


def accept(house: House, ident: str) -> None:
    """Show a device that was held back because its command topics had changed.

    Raises:
        UsageError: none of this id is held back.
    """
    if not house.finds.accept(ident):
        raise UsageError(f"no device with the id {ident[:60]!r} is held back; see: assistant devices")
    house.finds.pins.save()


def _floors(house: House) -> Iterator[Item]:
    """The floors as the house has put them together; ``written`` are the areas that the owner gave to it."""
    floors = house.registry.floors
    written = {folded(floor.name): list(floor.areas) for floor in floors.own}
    for floor in floors.all:
        yield {
            "event": "floor",
            "name": floor.name,
            "level": floor.level,
            "aliases": floors.names(floor)[1:],
            "areas": list(floor.areas),
            "written": written.get(folded(floor.name), []),
        }


def _shown(device: Device, registry: Registry) -> Item:
    silent = device.silent_for
    floor = registry.floors.of(device.area)
    return {
        "event": "device",
        "name": device.name,
        "area": device.area,
        "floor": floor.name if floor else "",
        "kind": device.household_kind,
        "aliases": list(device.aliases),
        "state": plain({name: value for name, value in device.states.items() if value is not None}),
        "available": device.available,
        "problem": device.problem,
        "reported_s": None if silent is None else round(silent, 1),
        "source": device.source,
        "tools": [tool.name for tool in device.tools()],
    }


def _missing(find: Find) -> Iterator[Item]:
    name, found = cleaned(find.found.name), find.found
    if find.reason:
        source = find.source.title
        yield {"event": "hidden", "name": name, "id": found.id, "source": source, "reason": find.reason}
    for entity, why in found.unsupported.items():
        yield {"event": "unsupported", "name": name, "entity": entity, "reason": why}
