"""One physical device to the devices that people would name: its entities are read as one thing where they
are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.devices.composed import FoundDevice
from assistant.devices.found import Command, Found, Part, Values
from assistant.devices.kinds import kind_class
from assistant.devices.properties import Property, Role
from assistant.devices.reading import Carrier
from assistant.devices.trust import orders, talks

MOST_MAINS = 64
"""Of one physical device: a board of relays has so many, and nobody can name more."""
DETAILS = frozenset({"sensor", "setting", "number", "select", "text", "button", "device"})
"""Kinds that are details of a main part when there is one."""


@dataclass(frozen=True)
class Naming:
    """What a device is called, after the owner's wishes."""

    name: str
    area: str = ""
    aliases: tuple[str, ...] = ()


def assembled(found: Found, naming: Naming, carrier: Carrier) -> list[FoundDevice]:
    """The devices of the house that a physical device is: one per main part, details with the first."""
    mains, details = _divided(found.parts)
    groups = [[main] for main in mains[:MOST_MAINS]] or ([[]] if details else [])
    if groups:
        first = 0 if mains else 1  # it lends the device its kind
        groups[0].extend([*details[:first], *map(_as_detail, details[first:])])
    groups = [group for group in groups if _useful(group)]
    nameless = sum(not group[0].name for group in groups)
    return [
        kind_class(group[0].kind)(
            found,
            group,
            carrier,
            name=_name(
                naming.name,
                group[0],
                alone=len(groups) == 1
                or (nameless == 1 and not group[0].name)
                or _says_it(naming.name, group, groups),
            ),
            area=naming.area,
            aliases=list(naming.aliases) if len(groups) == 1 else _own_names(group[0]),
        )
        for group in groups
    ]


def _divided(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    mains = [part for part in parts if part.role is Role.MAIN and not _detail(part)]
    details = [part for part in parts if part not in mains]
    if not mains:
        # A remote's buttons and a gateway's switches stand for themselves; a weather station is one thing.
        mains = [
            part
            for part in details
            if part.role is Role.MAIN and part.kind in ("button", "number", "select", "text")
        ]
        details = [part for part in details if part not in mains]
        if not mains:
            details.sort(key=lambda part: list(Role).index(part.role))
    return mains, details


def _detail(part: Part) -> bool:
    return part.kind in DETAILS or part.kind.endswith(("sensor", "detector", "meter"))


def _useful(group: Sequence[Part]) -> bool:
    """Signal strengths and firmware versions alone are nothing to talk about; what can be set is."""
    return any(part.role in (Role.MAIN, Role.SENSOR) or part.write is not None for part in group)


def _says_it(name: str, group: Sequence[Part], groups: Sequence[Sequence[Part]]) -> bool:
    """Whether a device of a light and a fan is called after this one: a "ceiling fan" is the fan."""
    kind = group[0].kind
    alike = [other for other in groups if other[0].kind == kind]
    return len(alike) == 1 and not group[0].name and name.casefold().endswith(f" {kind}")


def _own_names(part: Part) -> list[str]:
    """Of the second blind of a board "left blind" is enough, as it says what it is."""
    said = len(part.name.split()) in (2, 3) and not part.name[-1].isdigit() and part.kind != "scene"
    return [part.name] if said and not talks(part.name) else []


def _as_detail(part: Part) -> Part:
    """Properties of a detail bear its name when theirs says too little; its button becomes a setting to
    "press".
    """
    if "press" in part.actions:
        pressed = Property(
            part.slug(), str, options=("press",), writable=True, role=Role.SETTING, title=part.name.casefold()
        )
        commands = part.actions["press"]

        def press(_values: Values) -> Sequence[Command]:
            return commands

        return replace(part, properties=(pressed,), write=press, actions={})
    return part


def _name(name: str, part: Part, *, alone: bool) -> str:
    """``wall switch``; of two gangs ``wall switch left`` and ``wall switch right``. Of a lamp and its scenes
    the lamp, which has no name of its own, is ``alone``.
    """
    own = part.kind if orders(part.name) else part.name or part.kind
    if part.kind == "scene" and part.name:
        return own  # "movie night" needs no lamp before it
    if alone or not own:
        return name
    return own if name.casefold() in own.casefold() else f"{name} {own}"
