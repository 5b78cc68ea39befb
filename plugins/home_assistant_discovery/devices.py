"""The entities of one device as one Found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from assistant.api.sources import Availability, Found, Part, Reader, Role, Values, classes, words

from .components import BUILDERS, STANDALONE, UNSUPPORTED
from .config import Config, Unsupported, checked_topic
from .draft import NOBODY, Draft, Owner
from .payloads import Entity
from .templates import Template

WRONG = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
"""What a configuration with wrong types anywhere can raise."""
NAMED_BY_CLASS = frozenset({"button", "number", "sensor", "binary_sensor"})
MOST_WORDS = 4
"""Of a name that people would say."""
SETTABLE = frozenset({"number", "select", "text", "button"})
Mode = Literal["all", "any", "latest"]
Ways = tuple[tuple[Availability, ...], Mode]
Sign = tuple[object, ...]


def found_of(id: str, claims: Sequence[tuple[str, Entity]], owner: Owner = NOBODY) -> Found:
    """A device from its entities and the topics that announced them; who claims an id first keeps it."""
    owners: dict[str, str] = {}
    parts: list[Part] = []
    unsupported: dict[str, str] = {}
    signs: list[Sign] = []
    by_sign: dict[Sign, Ways] = {}
    name = _device_name(claims)
    primary = _Primary(name, claims)
    for topic, entity in claims:
        if owners.setdefault(entity.id, topic) != topic:
            unsupported[f"{entity.id} of {topic}"[:200]] = f"its unique_id belongs to {owners[entity.id]}"
            continue
        try:
            sign, by_sign_of = _availability(Config(entity.config))
            parts.append(_part(entity, name, primary, owner))
        except WRONG as error:
            unsupported[entity.id] = str(error)[:200] or type(error).__name__
        else:
            signs.append(sign)
            by_sign[sign] = by_sign_of
            unsupported |= _wants_code(entity, parts[-1], owner)
    usual = Counter(signs).most_common(1)[0][0] if signs else None
    availability, mode = by_sign[usual] if usual else ((), "latest")
    parts = [
        part if sign == usual else _by_itself(part, by_sign[sign])
        for part, sign in zip(parts, signs, strict=True)
    ]
    device = max((entity.device for _, entity in claims), key=lambda device: (device.area, device.model))
    return Found(
        id=id,
        name=name,
        parts=tuple(_arranged(_with_triggers(parts))),
        area=device.area,
        aliases=_called_also(name, parts),
        availability=availability,
        availability_mode=mode,
        same_as=frozenset().union(*(entity.device.same_as for _, entity in claims)),
        model=device.model,
        unsupported=unsupported,
    )


def _wants_code(entity: Entity, part: Part, owner: Owner) -> dict[str, str]:
    """What it takes to command a lock or an alarm that is only looked at because of its code."""
    coded = {"lock": "code_format", "alarm_control_panel": "code"}.get(entity.component, "")
    own = str(entity.config.get("unique_id", ""))
    if not coded or entity.config.get(coded) is None or part.write or part.actions or own in owner.codes:
        return {}
    return {
        entity.id: f"it is only looked at: it wants a code (a line `{own[:60]} CODE` in the file lock-codes)"
    }


def _called_also(device: str, parts: Sequence[Part]) -> tuple[str, ...]:
    """What the only function of a device is called where that says more: ``ac-lounge`` is "Lounge AC"."""
    mains = [part for part in parts if part.id.partition(".")[0] in STANDALONE and part.role is Role.MAIN]
    if len(mains) != 1 or not mains[0].name:
        return ()
    own = mains[0].name
    words = len(own.split())
    whole = own if words > 1 else f"{device} {own}"
    known = own.casefold() in device.casefold() or mains[0].kind in device.casefold()
    return (whole,) if not known and len(whole.split()) <= MOST_WORDS else ()


def _by_itself(part: Part, way: Ways) -> Part:
    """One that says in its own way whether it is there."""
    return replace(part, availability=way[0], availability_mode=way[1])


def _device_name(claims: Sequence[tuple[str, Entity]]) -> str:
    names = (entity.device.name for _, entity in claims)
    first = claims[0][1]
    own = first.config.get("name")
    return (
        next(filter(None, names), "")
        or (" ".join(own.split())[:120] if isinstance(own, str) else "")
        or first.object_id.replace("_", " ")
    )


class _Primary:
    """Which switches stand for themselves: none beside a lamp or a lock, and none with a name of its own
    beside the one that bears the device's.
    """

    def __init__(self, device_name: str, claims: Sequence[tuple[str, Entity]]) -> None:
        self._standalone = any(
            entity.component in STANDALONE and not entity.config.get("entity_category")
            for _, entity in claims
        )
        self._nameless = any(
            not _own_name(Config(entity.config), device_name)
            for _, entity in claims
            if entity.component == "switch" and not isinstance(entity.config.get("name"), dict | list)
        )

    def is_main(self, name: str) -> bool:
        """Whether a switch of this name is a main part."""
        return not self._standalone and not (name and self._nameless)


def _part(entity: Entity, device_name: str, primary: _Primary, owner: Owner) -> Part:
    if entity.component not in BUILDERS:
        reason = UNSUPPORTED.get(entity.component, f"there is no component {entity.component[:40]!r}")
        raise Unsupported(reason)
    config = Config(entity.config)
    if entity.config.get("encoding") == "":
        raise Unsupported("it speaks no text")
    name = _own_name(config, device_name)
    draft = Draft(config, owner, id=entity.id, name=name, primary=primary.is_main(name))
    shown = config.flag("enabled_by_default", True) and config.flag("visible_by_default", True)
    if not shown and draft.role is Role.MAIN:
        draft.role = Role.SETTING
    kind = BUILDERS[entity.component](draft)
    draft.attributes()
    part = draft.part(kind)
    if not part.name and entity.component in NAMED_BY_CLASS:
        return replace(part, name=config.text("device_class").replace("_", " "))
    return part


def _own_name(config: Config, device_name: str) -> str:
    """The entity's name without the device's, which many repeat."""
    name = " ".join(config.text("name").split())[:120]
    if name.casefold().startswith(device_name.casefold()):
        name = name[len(device_name) :].strip(" -_:")
    return name


def _with_triggers(parts: Sequence[Part]) -> list[Part]:
    """All triggers of a device are one "action": that is how people ask for it."""
    triggers = [part for part in parts if part.id.startswith("device_automation.")]
    if len(triggers) < 2:
        return list(parts)
    readers: dict[str, list[Reader]] = {}
    for trigger in triggers:
        for topic, reader in trigger.readers.items():
            readers.setdefault(topic, []).append(reader)
    joined = replace(triggers[0], readers={topic: _any(many) for topic, many in readers.items()})
    return [*(part for part in parts if part not in triggers), joined]


def _any(readers: Sequence[Reader]) -> Reader:
    def read(payload: bytes) -> Values:
        return next((values for values in (reader(payload) for reader in readers) if values), {})

    return read


def _arranged(parts: Sequence[Part]) -> list[Part]:
    """The most telling first; beside sensors, what can be set is a detail: a weather station is no number."""
    parts = sorted(parts, key=lambda part: not (_main(part) and part.kind in TELLING))
    sensors = any(part.kind.endswith(("sensor", "detector", "meter")) for part in parts if _main(part))
    if not sensors or any(_main(part) and part.id.partition(".")[0] in STANDALONE for part in parts):
        return list(parts)
    return [
        replace(part, role=Role.SETTING) if _main(part) and part.kind in SETTABLE else part for part in parts
    ]


def _main(part: Part) -> bool:
    return part.role is Role.MAIN


def _availability(config: Config) -> tuple[Sign, Ways]:
    """What distinguishes this way of saying it, and the way itself."""
    places = config.raw("availability")
    if not isinstance(places, list):
        places = []
    if "availability_topic" in config:
        places = [
            {
                "topic": config.raw("availability_topic"),
                "value_template": config.raw("availability_template"),
                "payload_available": config.raw("payload_available"),
                "payload_not_available": config.raw("payload_not_available"),
            },
            *places,
        ]
    mode = config.text("availability_mode", "latest")
    ways = tuple(_place(Config(place)) for place in places if isinstance(place, Mapping))
    sign = (mode, *(tuple(str(place.get(key)) for key in PLACE) for place in places))
    return sign, (ways, MODES.get(mode, "latest"))


TELLING = frozenset(meaning.kind for meaning in classes.BINARY.values()) - {"sensor"}
PLACE = ("topic", "value_template", "payload_available", "payload_not_available")
MODES: Mapping[str, Mode] = {"all": "all", "any": "any", "latest": "latest"}


def _place(config: Config) -> Availability:
    template: Template | None = config.template("value_template")
    meanings: dict[Any, bool] = {
        config.text("payload_not_available", "offline"): False,
        config.text("payload_available", "online"): True,
    }

    def read(payload: bytes) -> bool | None:
        try:
            return meanings.get(template.read(payload) if template else words(payload))
        except LookupError:
            return None

    return Availability(checked_topic(config.raw("topic"), "availability topic"), read)
