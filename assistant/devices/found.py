"""What a source says about one physical device: its parts, how they are read and how they are commanded.

A source knows a protocol; the house knows what people say. Between them stand *properties* in the house's
scale: a source gives, for each part, readers (payload → values) and a writer (values → commands), and the
house does the rest: verbs, names, confirmation, undo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.devices.properties import Property, Role

Values = Mapping[str, Any]
Reader = Callable[[bytes], Values]
"""A payload as values by property name; raises ValueError, TypeError or LookupError on what it cannot
read.
"""


@dataclass(frozen=True, slots=True)
class Command:
    """One message that makes a device do something. ``topic`` is an MQTT topic unless the source says
    otherwise.
    """

    topic: str
    payload: str | bytes
    qos: int = 0
    retain: bool = False
    secret: bool = False
    """It bears a code: nobody is shown what was sent."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Where a device, or its gateway, says whether it is there. ``read`` gives None for "says nothing
    about it".
    """

    topic: str
    read: Callable[[bytes], bool | None]


Mode = Literal["all", "any", "latest"]
Writer = Callable[[Values], Sequence[Command]]
"""Wished values, all at once, as the commands that bring them about."""


@dataclass(frozen=True, slots=True)
class Part:
    """One function of a device: a lamp, one gang of a switch, a thermometer, a setting.

    ``kind`` is the household word that decides its verbs (``devices.kinds``); ``id`` is unique within the
    device. ``actions`` are wishes without a value (``stop``, ``start``, ``dock``, ``press``). ``role``
    other than MAIN makes it a detail of the device's main part.
    """

    id: str
    kind: str
    properties: tuple[Property, ...] = ()
    readers: Mapping[str, Reader] = field(default_factory=dict)
    """By topic."""
    write: Writer | None = None
    actions: Mapping[str, Sequence[Command]] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    """Every topic that ``write`` and ``actions`` may publish to: when they change, the house asks first."""
    name: str = ""
    role: Role = Role.MAIN
    told: bool = False
    """Its source reports it by ``Source.report``, not over topics."""
    open: bool = False
    """Its readers may tell more than its properties: what else they tell can be read, too."""
    availability: tuple[Availability, ...] | None = None
    """Where this function says whether it is there; None: where its device does."""
    availability_mode: Mode = "latest"

    @property
    def reports(self) -> bool:
        """Whether anything tells what it does."""
        return self.told or bool(self.readers)

    def slug(self) -> str:
        """Its name as a property name."""
        return slug(self.name or self.id)


def slug(text: str) -> str:
    """``Child lock (left)`` → ``child_lock_left``."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:60] or "value"


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor of the building, as its owner or a source names it.

    ``level`` is 0 for the ground floor, negative below it; None when nobody has said. ``areas`` are names.
    """

    name: str
    areas: tuple[str, ...] = ()
    level: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One physical device as its source describes it.

    ``id`` is stable over restarts and renames. ``same_as`` are names it may have in other sources (hardware
    addresses, discovery identifiers): the house shows a device once. ``unsupported`` are entities that became
    nothing, with the reason.
    """

    id: str
    name: str
    parts: tuple[Part, ...]
    area: str = ""
    aliases: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    availability_mode: Mode = "all"
    same_as: frozenset[str] = frozenset()
    model: str = ""
    unsupported: Mapping[str, str] = field(default_factory=dict)
    hidden: str = ""
    """Why it is not shown, for example because its owner disabled it."""
