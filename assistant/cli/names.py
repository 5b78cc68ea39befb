"""Names that people or ears mix up: the same twice, the same sound, a room, a number that nobody says."""

from __future__ import annotations

import difflib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.home.registry import KIND_WORDS, folded

ALIKE = 0.66
"""Share of equal sounds from which two words are mixed up across a kitchen: desk and disk, hall and wall."""
CODE = re.compile(r"(?=\w*\d)(?=\w*[a-z])\w{6,}|\d{5,}", re.IGNORECASE)
WHERE = "home.devices in config.yaml, or where it got its name"
FLOORS = "home.floors in config.yaml"
NUMBERED = re.compile(r"(.+) (\d+)")

Item = Mapping[str, Any]
Sounds = Mapping[str, Sequence[Sequence[str]]]
"""For each word, how it may be spoken: phones."""


@dataclass(frozen=True)
class Clash:
    """Names that are not clear, why, and what would be better."""

    names: tuple[str, ...]
    reason: str
    suggestion: str


@dataclass(frozen=True)
class Called:
    """One of the names of a device."""

    words: tuple[str, ...]
    device: Item

    @property
    def text(self) -> str:
        return " ".join(self.words)


def clashes(devices: Sequence[Item], sounds: Callable[[set[str]], Sounds] | None = None) -> list[Clash]:
    """All that is not clear about the names of these devices (``device`` events), worst first."""
    called = [
        Called(tuple(folded(name).split()), device)
        for device in devices
        for name in (device["name"], *device["aliases"])
    ]
    words = {word for name in called for word in name.words}
    phones = (sounds or spoken)(words)
    found = [*_twins(called), *_rooms(called), *_alike(called, phones), *_codes(devices), *_numbered(devices)]
    return list({clash.names: clash for clash in reversed(found)}.values())[::-1]


def misplaced(floors: Sequence[Item], devices: Sequence[Item]) -> list[Clash]:
    """What is not clear about the floors (``floor`` events): areas that nobody knows, or that are on two."""
    areas = {folded(device["area"]): device["area"] for device in devices if device["area"]}
    found: list[Clash] = []
    homes: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for floor in floors:
        for name in {folded(name) for name in (floor["name"], *floor["aliases"])}:
            names[name].append(floor["name"])
        for area in floor["written"]:
            homes[folded(area)].append(floor["name"])
            if folded(area) not in areas:
                near = difflib.get_close_matches(folded(area), areas, 1)
                better = f'write "{areas[near[0]]}"' if near else "give a device that area, or take it off"
                reason = f'nothing is in its area "{area}"'
                found.append(Clash((floor["name"],), reason, f"{better} ({FLOORS})"))
        if floor["level"] is None:
            reason = "nobody has said its level: upstairs and downstairs cannot be it"
            found.append(Clash((floor["name"],), reason, f"give it a level there, or under {FLOORS}"))
    for area, on in homes.items():
        if len(on) > 1:
            reason = f'the area "{areas.get(area, area)}" is on each of them; {on[0]} is taken'
            found.append(Clash(tuple(on), reason, f"leave it to one of them ({FLOORS})"))
    for name, owners in names.items():
        if len(owners) > 1:
            found.append(Clash(tuple(owners), f'all answer to "{name}"', f"leave it to one ({FLOORS})"))
    return found


def sound_alike(rooms: Sequence[str]) -> list[Clash]:
    """Names of rooms that are mixed up across a kitchen."""
    if len(rooms) < 2:
        return []
    said = {name: folded(name).split() for name in rooms}
    sounds = spoken({word for words in said.values() for word in words})
    found = []
    for one, other in itertools.combinations(rooms, 2):
        ways = [sounds.get(word, [[word]])[0] for word in said[one]]
        others = [sounds.get(word, [[word]])[0] for word in said[other]]
        if _sound_alike([[*itertools.chain(*ways)]], [[*itertools.chain(*others)]]):
            found.append(Clash((one, other), "these rooms sound alike", "call one of them something else"))
    return found


def spoken(words: set[str]) -> Sounds:
    """The sounds of words as the embedded brain's ears know them."""
    from assistant.brain.hearing import builder, pronunciation

    known, _unheard = pronunciation.dictionary(words, builder.acoustic() / "cmudict-en-us.dict")
    return {word: [phones.split() for phones in ways] for word, ways in known.items()}


def _twins(called: Sequence[Called]) -> Iterator[Clash]:
    by_words: dict[tuple[str, ...], list[Called]] = defaultdict(list)
    for name in called:
        by_words[name.words].append(name)
    for same in by_words.values():
        owners = list({name.device["name"]: name.device for name in same}.values())
        if len(owners) > 1:
            names = tuple(owner["name"] for owner in owners)
            yield Clash(names, f'all answer to "{same[0].text}"', "leave that name to one of them")


def _rooms(called: Sequence[Called]) -> Iterator[Clash]:
    rooms = {folded(name.device["area"]) for name in called} - {""}
    for name in called:
        own = name.device["name"]
        if name.text in rooms:
            reason = f'"{name.text}" is also an area'
            yield Clash((own,), reason, _config(own, f"{own} {_short_kind(name.device)}"))
        elif name.text.removesuffix("s") in KIND_WORDS and name.text.endswith("s"):
            yield Clash((own,), f'"{name.text}" means all of them', _renamed(name.device))


def _alike(called: Sequence[Called], sounds: Sounds) -> Iterator[Clash]:
    """Names that differ in one word which sounds like the other, or only in where a word ends."""
    gaps: dict[tuple[str, ...], list[tuple[str, Called]]] = defaultdict(list)
    whole: dict[tuple[str, ...], list[Called]] = defaultdict(list)
    for name in called:
        for at, word in enumerate(name.words):
            gaps[(*name.words[:at], "", *name.words[at + 1 :])].append((word, name))
        ways = [sounds.get(word, [[word]])[0] for word in name.words]
        whole[tuple(itertools.chain.from_iterable(ways))].append(name)
    for near in gaps.values():
        for (one, first), (other, second) in itertools.combinations(near, 2):
            if one != other and _sound_alike(sounds.get(one, ()), sounds.get(other, ())):
                yield from _mixed_up(first, second)
    for same in whole.values():
        for first, second in itertools.combinations(same, 2):
            if first.words != second.words:
                yield from _mixed_up(first, second)


def _mixed_up(first: Called, second: Called) -> Iterator[Clash]:
    if first.device["name"] != second.device["name"]:
        reason = f'"{first.text}" and "{second.text}" sound alike'
        names = (first.device["name"], second.device["name"])
        yield Clash(names, reason, _renamed(second.device))


def _sound_alike(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> bool:
    return any(difflib.SequenceMatcher(None, a, b).ratio() >= ALIKE for a in one for b in other)


def _codes(devices: Sequence[Item]) -> Iterator[Clash]:
    for device in devices:
        if code := CODE.search(device["name"]):
            yield Clash((device["name"],), f'nobody says "{code[0]}"', _renamed(device))


def _numbered(devices: Sequence[Item]) -> Iterator[Clash]:
    """The house itself puts a number behind a name that is taken."""
    names = {device["name"] for device in devices}
    for device in devices:
        match = NUMBERED.fullmatch(device["name"])
        if match and match[1] in names:
            reason = "only a number tells them apart"
            yield Clash((match[1], device["name"]), reason, _renamed(device))


def _renamed(device: Item) -> str:
    """A name made of area and kind is clear, if not yet what the family says."""
    if device["area"] and folded(device["area"]) not in folded(device["name"]):
        return _config(device["name"], f"{device['area']} {_short_kind(device)}")
    return f"name the {device['name']} after its place or its use ({WHERE})"


def _short_kind(device: Item) -> str:
    words = str(device["kind"]).split()
    return words[-1] if words else "device"


def _config(name: str, better: str) -> str:
    return f'call the {name} for example "{better}" ({WHERE})'
