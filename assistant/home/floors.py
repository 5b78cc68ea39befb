"""The floors of the house: which areas are on which, and what "upstairs" is where it was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from assistant.devices.found import Floor
from assistant.errors import UnknownDevice
from assistant.rooms import asking_place

UP, DOWN, HERE = "upstairs", "downstairs", "this floor"
RELATIVE = (UP, DOWN, HERE)
"""Words whose floor depends on where they were said."""
GROUND, TOP, CELLAR = "ground floor", "top floor", "basement"
CELLARS = {"basement", "cellar", "keller", "souterrain", "untergeschoss", "kelder"}
ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
MOST_FLOORS, MOST_AREAS = 20, 200

Fold = Callable[[str], str]


class Floors:
    """Floors by every name they answer to. ``fold`` makes names comparable.

    Whoever wrote the configuration is right; sources fill in what it leaves open.
    """

    def __init__(self, fold: Fold, own: Sequence[Floor] = ()) -> None:
        self._fold, self._own = fold, tuple(own)
        self._found: dict[str, tuple[Floor, ...]] = {}
        self.all: tuple[Floor, ...] = ()
        """The lowest first, those of unknown level last; each area on one of them."""
        self._settle()

    @property
    def own(self) -> tuple[Floor, ...]:
        """As the owner has written them."""
        return self._own

    def wish(self, own: Sequence[Floor]) -> None:
        """What the owner has written, the lowest first."""
        self._own = tuple(own)
        self._settle()

    def found(self, source: str, floors: Sequence[Floor]) -> bool:
        """What a source knows, in place of what it knew before; whether that changed anything."""
        before = self.all
        bounded = (replace(floor, areas=floor.areas[:MOST_AREAS]) for floor in floors[:MOST_FLOORS])
        self._found[source] = tuple(bounded)
        self._settle()
        return self.all != before

    def of(self, area: str) -> Floor | None:
        """The floor that an area is on."""
        return self._by_area.get(self._fold(area)) if area else None

    def names(self, floor: Floor) -> list[str]:
        """Its own name, its aliases, and what everybody calls it ("ground floor", "upstairs")."""
        return [floor.name, *floor.aliases, *self._usual.get(floor.name, ())]

    @property
    def relative(self) -> tuple[str, ...]:
        """Those of ``RELATIVE`` that only the room tells: with two levels upstairs is always the same."""
        ways = RELATIVE if len(self._levels()) > 2 else (HERE,) if len(self.all) > 1 else ()
        return tuple(word for word in ways if self._fold(word) not in self._by_name)

    def perhaps(self, floor: Floor) -> list[str]:
        """Those of ``relative`` that may mean it: nothing is below the lowest."""
        levels = self._levels()
        never = {UP: levels[:1], DOWN: levels[-1:]}
        return [word for word in self.relative if floor.level not in never.get(word, ())]

    def places(self, areas: Iterable[str]) -> dict[str, frozenset[str]]:
        """What can be said for a place, folded, and the folded areas that it means.

        A floor that is named like an area which is not on it leaves the name to the area.
        """
        found = {name: frozenset({name}) for name in map(self._fold, areas) if name}
        for name, floor in self._by_name.items():
            inside = frozenset(map(self._fold, floor.areas))
            if name not in found or name in inside:
                found[name] = inside
        return found

    def meant(self, word: str) -> Floor:
        """The floor that one of ``RELATIVE`` means where it was said, or else from the ground floor.

        Raises:
            UnknownDevice: none, or several.
        """
        here = self.of(asking_place().area)
        levels = self._levels()
        if word == HERE:
            return here or self._only([floor for floor in self.all if floor.areas], word)
        at = here.level if here and here.level is not None else self._ground(levels)
        above = [floor for floor in self.all if floor.level is not None and floor.level > at]
        below = [floor for floor in self.all if floor.level is not None and floor.level < at]
        way, back = (above, below) if word == UP else (below, above)
        # From the uppermost floor "upstairs" is that floor itself, if there is another one below it.
        return self._only(way or ([f for f in self.all if f.level == at] if back else []), word)

    def _only(self, floors: Sequence[Floor], word: str) -> Floor:
        if len(floors) == 1:
            return floors[0]
        names = [floor.name for floor in floors or self.all]
        *most, last = [f"the {name}" for name in names[:4]] or ["no floor"]
        asked = f"Do you mean {' or '.join([', '.join(most), last] if most else [last])}?"
        told = "" if floors else f"I don't know what is {word}. "
        raise UnknownDevice(f"{told}{asked}", options=tuple(names[:4]))

    def _levels(self) -> list[int]:
        return sorted({floor.level for floor in self.all if floor.level is not None})

    @staticmethod
    def _ground(levels: Sequence[int]) -> int:
        """0, unless nobody counts from there."""
        return (
            0 if 0 in levels else next((level for level in levels if level > 0), levels[-1] if levels else 0)
        )

    def _settle(self) -> None:
        merged: list[Floor] = []
        taken: set[str] = set()
        for floor in [
            *_counted(self._own, self._found_level),
            *(f for own in self._found.values() for f in own),
        ]:
            areas = tuple(area for area in floor.areas if self._fold(area) not in taken)
            taken |= set(map(self._fold, areas))
            at = next((n for n, f in enumerate(merged) if self._fold(f.name) == self._fold(floor.name)), None)
            if at is None:
                merged.append(replace(floor, areas=areas))
                continue
            one = merged[at]
            aliases = tuple(dict.fromkeys([*one.aliases, *floor.aliases]))
            level = one.level if one.level is not None else floor.level
            merged[at] = replace(one, areas=one.areas + areas, level=level, aliases=aliases)
        self.all = tuple(sorted(merged, key=lambda f: (f.level is None, f.level or 0)))
        self._by_area = {self._fold(area): floor for floor in self.all for area in floor.areas}
        self._by_name = {self._fold(n): f for f in reversed(self.all) for n in (*f.aliases, f.name)}
        self._usual = self._unclaimed()
        for floor in self.all:
            self._by_name |= {self._fold(name): floor for name in self._usual.get(floor.name, ())}

    def _found_level(self, name: str) -> int | None:
        found = (floor for floors in self._found.values() for floor in floors)
        return next((floor.level for floor in found if self._fold(floor.name) == self._fold(name)), None)

    def _unclaimed(self) -> Mapping[str, Sequence[str]]:
        """Words that can mean one floor only, wherever they are said, and that are no other floor's name."""
        levels = self._levels()
        usual: list[tuple[str, int]] = [(GROUND, 0)]
        if len(levels) > 1:
            usual.append((TOP, levels[-1]))
        if sum(level < 0 for level in levels) == 1:
            usual.append((CELLAR, levels[0]))
        if len(levels) == 2:
            usual += [(DOWN, levels[0]), (UP, levels[1])]
        found: dict[str, list[str]] = {}
        named = [(ORDINAL.sub(_in_words, floor.name).lower(), [floor]) for floor in self.all]
        for word, there in [*named, *((w, [f for f in self.all if f.level == level]) for w, level in usual)]:
            if len(there) == 1 and self._fold(word) not in self._by_name:
                found.setdefault(there[0].name, []).append(word)
        return found


def _in_words(number: re.Match[str]) -> str:
    """``2nd`` → ``second``, as it is said."""
    at = int(number[1])
    return ORDINALS[at] if at < len(ORDINALS) else number[0]


def _counted(own: Sequence[Floor], known: Callable[[str], int | None]) -> list[Floor]:
    """The owner's floors stand from the lowest to the highest: that gives the levels that are not written."""
    counted: list[Floor] = []
    for floor in own:
        level = floor.level if floor.level is not None else known(floor.name)
        if level is None and counted and counted[-1].level is not None:
            level = counted[-1].level + 1
        elif level is None:
            level = -1 if CELLARS & set(floor.name.casefold().split()) else 0
        counted.append(replace(floor, level=level))
    return counted
