"""What things and areas are called: every name, what is left of it without its area, and plain nouns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from assistant.brain.home import Home, Thing
from assistant.brain.understanding.kinds import family
from assistant.brain.understanding.tables import bag
from assistant.brain.understanding.words import typed, words

Words = tuple[str, ...]
EXACT, PART, KIND = range(3)
SMALL = bag(
    """
    the a of in and my on off
    """
)


@dataclass(slots=True)
class Noun:
    """What one phrase may mean, best reading first; ``plural`` when it speaks of several."""

    text: str
    plural: bool = False
    ranks: tuple[list[Thing], list[Thing], list[Thing]] = field(default_factory=lambda: ([], [], []))
    _best: dict[int, int] = field(default_factory=dict, repr=False)
    """By the things' identity: a phrase such as "switches" may mean thousands."""

    def add(self, rank: int, thing: Thing) -> None:
        """Let the phrase also mean this thing."""
        if self._best.get(id(thing), rank + 1) > rank:
            self._best[id(thing)] = rank
            self.ranks[rank].append(thing)

    def all(self) -> list[Thing]:
        """Everything the phrase may mean."""
        return [thing for rank in self.ranks for thing in rank]


class Names:
    """The phrases by which this home can be spoken of."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.areas: dict[Words, str] = {words(area): area for area in home.areas if words(area)}
        for name, area in home.also:
            self.areas.setdefault(words(name), area)
        self._floors(home)
        self.nouns: dict[Words, Noun] = {}
        self._known: dict[tuple[str, ...], list[Thing]] = defaultdict(list)
        for thing in home.things:
            self._name(thing)
        for thing in home.things:
            self._nouns(thing)
        self._typed(home)
        self.longest = max([len(phrase) for phrase in (*self.nouns, *self.areas)], default=1)

    def _floors(self, home: Home) -> None:
        """A floor stands where an area may; one that is named like an area on it takes its name over."""
        for floor in home.floors:
            for name in floor.names:
                phrase = words(name)
                if phrase and self.areas.get(phrase, "") in ("", *floor.areas):
                    self.areas[phrase] = floor.names[0]
        for word in home.relative:
            self.areas.setdefault(words(word), word)

    def _add(self, phrase: Words, rank: int, thing: Thing, *, plural: bool = False) -> None:
        if phrase and not (len(phrase) == 1 and phrase[0] in SMALL):
            self.nouns.setdefault(phrase, Noun(" ".join(phrase), plural)).add(rank, thing)

    def _name(self, thing: Thing) -> None:
        area = words(thing.area)
        for called in (thing.name, *thing.aliases):
            name = words(called)
            self._add(name, EXACT, thing)
            if area and name[: len(area)] != area:
                self._add(area + name, EXACT, thing)
            for start in range(1, len(name)):
                if name[start] not in SMALL and name[start:] not in self.areas:
                    self._add(name[start:], PART, thing)

    def _typed(self, home: Home) -> None:
        """The spellings without umlauts, where they do not happen to be something else's name."""
        for area in home.areas:
            self.areas.setdefault(words(typed(area)), area)
        known = set(self.nouns)
        for thing in home.things:
            place = words(typed(thing.area))
            for called in (thing.name, *thing.aliases):
                name = words(typed(called))
                for phrase in (name, name if name[: len(place)] == place else place + name):
                    if phrase not in known:
                        self._add(phrase, EXACT, thing)

    def _nouns(self, thing: Thing) -> None:
        spoken = family(thing.kind)
        kind = words(thing.kind)
        for noun in {kind, *(words(noun) for noun in spoken.singular)}:
            self._add(noun, KIND, thing)
        plurals = {words(noun) for noun in spoken.plural}
        if kind and not kind[-1].endswith("s"):
            plurals.add((*kind[:-1], f"{kind[-1]}s"))
        head = words(thing.name)[-1:]
        for called in plurals:
            self._add(called, KIND, thing, plural=True)
            if noun_ := self.nouns.get(called):
                noun_.plural = noun_.plural or not noun_.ranks[EXACT]
        usual = words(spoken.plural[0]) if spoken.plural else ()
        if head and not head[0].endswith("s") and (f"{head[0]}s",) != usual:
            self._add((f"{head[0]}s",), PART, thing, plural=True)

    def narrowest(self, places: Sequence[str]) -> list[str]:
        """Without the floors on which another of these places is: "the kitchen downstairs"."""
        floors = {floor.names[0]: floor.areas for floor in self.home.floors}
        floors |= dict.fromkeys(self.home.relative, frozenset(self.home.areas))
        return [
            place
            for place in dict.fromkeys(places)
            if not any(other in floors.get(place, ()) for other in places if other != place)
        ]

    def similar(self, text: str, able: Callable[[Thing], bool], most: int = 3) -> list[Thing]:
        """Things that can do what was asked and whose name looks most like the text."""
        wanted = " ".join(words(text))
        likeness = {
            thing: max(_likeness(wanted, name) for name in (thing.name, *thing.aliases))
            for thing in self.home.things
            if able(thing)
        }
        best = max(likeness.values(), default=0.0)
        close = [thing for thing, score in likeness.items() if score >= max(0.45, best - 0.3)]
        return sorted(close, key=lambda thing: (-likeness[thing], thing.name))[:most]


def bare_word(noun: Noun | None, found: Sequence[Thing]) -> str:
    """What to call several things of one kind when only the room tells which of them is meant."""
    kinds = {family(thing.kind).name for thing in found}
    if len(found) < 2 or len(kinds) > 1:
        return ""
    one = kinds.pop()
    kind = family(found[0].kind).singular[0] if one.endswith("s") else one
    return noun.text if noun and noun.ranks[PART] else kind


def _likeness(wanted: str, name: str) -> float:
    spoken = " ".join(words(name))
    shared = set(wanted.split()) & set(spoken.split())
    return SequenceMatcher(None, wanted, spoken).ratio() + 0.1 * len(shared)


def joined(parts: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    names = list(dict.fromkeys(parts))
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def spoken(thing: Thing) -> str:
    """The thing's name as a sentence needs it."""
    return f"the {thing.name.removeprefix('the ')}"
