"""The rooms' switches for those who are outside: push to talk, stop, mute, volume, sensitivity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.app import House
from assistant.control import Tell
from assistant.errors import ToolError, UsageError
from assistant.household.room import Room
from assistant.rooms import NOWHERE, Place

WORDS = "push, stop, mute, unmute, volume 0-100, sensitivity 0-100"


def room_of(request: Mapping[str, Any]) -> str:
    """The name of a room that a request bears; "" when it bears none.

    Raises:
        UsageError: it is no text.
    """
    room = request.get("room", "")
    if not isinstance(room, str):
        raise UsageError("the name of a room is text")
    return room


def press(house: House, what: str, request: Mapping[str, Any], tell: Tell) -> None:
    """Do what a request wants of a room, or of all, and tell how they are now.

    Raises:
        UsageError: there is no such switch or room, or no microphone that could listen.
    """
    for room in change(house, what, request.get("value"), room_of(request)):
        tell(shown(house, room))


def change(house: House, what: str, value: object = None, name: str = "") -> list[Room]:
    """Do what a room's own buttons do, and tell which rooms are meant; ``look`` changes nothing.

    Raises:
        UsageError: there is no such switch or room, or no microphone that could listen.
    """
    found = _named(house, name)
    room = found[0]
    if value is not None and what not in ("volume", "sensitivity"):
        raise UsageError(f"{what[:40]!r} takes nothing more, not {str(value)[:40]!r}")
    match what:
        case "look":
            return found
        case "push" if not room.push():
            why = "it is muted" if room.settings.muted else "there is none, or no daemon that has it open"
            raise UsageError(f"the microphone cannot listen: {why}")
        case "push":
            pass
        case "stop":
            house.conversation.stop()
        case "mute" | "unmute":
            for each in found:
                each.change(muted=what == "mute")
        case "volume" | "sensitivity":
            percent = _percent(what, value)
            for each in found:
                each.change(**{what: percent})
        case _:
            raise UsageError(f"a room has no switch {what[:40]!r}; it has: {WORDS}")
    return found


def place(house: House, name: str) -> Place:
    """Where a sentence is to be said; NOWHERE without a name, or where there is only one room.

    Raises:
        UsageError: there is no such room.
    """
    try:
        return house.known_as.named.named(name)
    except ToolError as error:
        raise UsageError(str(error)) from error


def _named(house: House, name: str) -> list[Room]:
    """The room of that name; all, without a name."""
    rooms, wanted = house.known_as.rooms, place(house, name)
    if wanted is NOWHERE and name and name.casefold() != rooms[0].place.room.casefold():
        raise UsageError(f"a room has no switch {name[:40]!r}; it has: {WORDS} (and there is one room only)")
    return [room for room in rooms if wanted in (NOWHERE, room.place)]


def shown(house: House, room: Room) -> dict[str, Any]:
    """A room as it is now; it has no name where there is only one."""
    now = room.settings
    return {
        "event": "room",
        "room": room.place.room if house.known_as.named.places else "",
        "microphone": room.hears,
        "muted": now.muted,
        "volume": now.volume,
        "sensitivity": now.sensitivity,
        "phase": house.conversation.phases.in_room(room.place.room).value,
    }


def _percent(what: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
        return value
    raise UsageError(f"{what} is a whole number from 0 to 100, not {str(value)[:40]!r}")
