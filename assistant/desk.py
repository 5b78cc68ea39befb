"""The house as its own web pages see it."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from assistant import switches
from assistant.app import House
from assistant.control import as_json
from assistant.device import Device
from assistant.errands import Errands
from assistant.events import Event, PhaseChanged, RoomChanged, StateChanged
from assistant.household.room import Room
from assistant.plain import plain
from assistant.tools.setters import setter

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
Item = dict[str, Any]


class Desk:
    """Answers for one house; what is asked of it goes the way of every other errand."""

    def __init__(self, house: House, errands: Errands) -> None:
        self._house, self._errands = house, errands
        self.bus = house.bus

    def home(self) -> Item:
        """Everything that a page draws."""
        house = self._house
        rooms = [switches.shown(house, room) for room in house.known_as.rooms]
        return {
            "devices": [_shown(device) for device in house.registry.devices],
            "rooms": rooms,
            "phase": house.conversation.phase.value,
            "brain": house.session.brain,
            "cost_today": house.purse.spent_today() or 0.0,
            "troubles": house.health.troubles(),
            "consent": as_json(asked) if (asked := house.consent.question) else None,
        }

    def health(self) -> Item:
        """How the house is."""
        return self._house.health.report()

    def shown(self, event: Event) -> Item:
        """An event as JSON; those of the page have names of their own."""
        match event:
            case PhaseChanged(phase, room):
                return {"event": "phase", "phase": phase, "room": room}
            case RoomChanged(room=room):
                return {"event": "room_changed", "room": room}
            case StateChanged(device):
                return {"event": "state", "device": device}
        return as_json(event)

    def asked(self, request: Item, tell: Callable[[Item], None]) -> Coroutine[Any, Any, bool]:
        """Run an errand."""
        return self._errands.handle(request, tell)

    async def photo(self, data: bytes) -> str:
        """Keep a picture that somebody sent; what to say to use it."""
        await self._house.studio.take(data)
        return "The photo is in the gallery. Say for example: make my photo a painting."

    def metrics(self) -> str:
        """For Prometheus."""
        health, home = self.health(), self._house.registry.devices
        figures = {
            "assistant_up_seconds": health["up_s"],
            "assistant_healthy": int(health["ok"]),
            "assistant_devices": len(home),
            "assistant_devices_offline": sum(device.available is False for device in home),
            "assistant_brain_reachable": int(bool(self._house.session.brain)),
            "assistant_brain_is_embedded": int(self._house.session.brain == "embedded"),
            "assistant_muted": int(all(room.settings.muted for room in self._house.known_as.rooms)),
            "assistant_cost_today_dollars": round(self._house.purse.spent_today() or 0.0, 6),
            "assistant_memory_bytes": _memory(),
        }
        told = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items())
        return told + self._metrics_of_rooms()

    def _metrics_of_rooms(self) -> str:
        rooms = self._house.known_as.rooms
        figures: dict[str, list[tuple[Room, float]]] = {
            "assistant_room_hears": [(room, int(room.hears)) for room in rooms],
            "assistant_room_muted": [(room, int(room.settings.muted)) for room in rooms],
            "assistant_room_left_seconds_today": [(room, sum(room.left.today().values())) for room in rooms],
        }
        return "".join(
            f"# TYPE {name} gauge\n"
            + "".join(f'{name}{{room="{_label(room.place.room)}"}} {value:g}\n' for room, value in values)
            for name, values in figures.items()
        )


def _label(text: str) -> str:
    """As it stands in a label's value."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _shown(device: Device) -> Item:
    verbs = {tool.name for tool in device.tools()}
    state = {name: value for name, value in device.states.items() if value is not None}
    return {
        "name": device.name,
        "area": device.area,
        "kind": device.household_kind,
        "state": plain(state),
        "available": device.available,
        "problem": device.problem,
        "tools": sorted(verbs),
        "settable": [name for name, value in state.items() if setter(name, value, verbs) is not None],
    }


def _memory() -> int:
    """Resident bytes of the daemon."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
