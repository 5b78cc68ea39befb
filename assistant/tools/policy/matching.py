"""Whether a call is what the user asked for: a clause names the verb and every device that would change."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from assistant.tools import wording
from assistant.tools.policy.heard import Heard, fits, held, numbers
from assistant.tools.policy.lexicon import Family, Passage, lexicon, tokens
from assistant.tools.schema import Declaration, Parameter
from assistant.tools.table import Target

SLOT = re.compile(r"\{[^{}=]*[}=]|\}")
"""What of a phrase's slot is not said; of ``{which=tea}`` the tea is."""
WEAK = frozenset(
    """the a an my our me us i you it that this what whats which is are was do does did there at in on off of
    to for from with up and please can could would get set make show tell have has be by how when where
    who""".split()  # noqa: SIM905 - a list of quoted words is harder to read
)
"""Of a phrase these say nothing about what is wanted."""
BARE = frozenset({"set", "get", "make", "to", "from", "of", "on", "my", "the", "a", "for"})
"""Of a tool's name."""
OWN_WORDS = frozenset({"option", wording.AT})
"""Arguments whose value is text that the user must have said: of all settings which, and at what time."""
TIMES = frozenset({wording.IN, wording.FOR})
"""Numbers that the brain may not choose where the user has said none."""
MOST_ELEMENTS = 100


class Match(Enum):
    """How well a call is what was said."""

    NONE = 0
    VALUES_DIFFER = 1
    FULL = 2


@dataclass(frozen=True)
class Case:
    """What a brain wants: a verb on some ``devices`` of all those that ``could``, or a tool of the house."""

    declaration: Declaration
    args: Mapping[str, Any] = field(default_factory=dict)
    devices: Sequence[Target] = ()
    could: Sequence[Target] = ()
    floors: Callable[[Target], Sequence[str]] = lambda _device: ()
    """What the floor is called that a device is on."""

    @property
    def name(self) -> str:
        """The tool's."""
        return self.declaration.name


def match(case: Case, heard: Heard, recent: Collection[str] = ()) -> Match:
    """How well a case is what was heard; ``recent`` are names of devices that "it" may mean."""
    if not case.devices:
        return _match_house(case, heard)
    if not heard.clauses:
        return Match.NONE
    best = Match.NONE
    for verb, target in _spoken(case, heard, recent):
        joined = verb if target is None or target is verb else Passage((*verb.words, *target.words))
        same = _device_values(case, joined, heard, named=target is not None)
        good = Match.FULL if same else Match.VALUES_DIFFER
        best = max(best, good, key=lambda one: one.value)
    return best


def _spoken(case: Case, heard: Heard, recent: Collection[str]) -> Iterator[tuple[Passage, Passage | None]]:
    """Pairs of clauses, one with the verb and one with the devices (None: nothing else can be meant)."""
    clauses = heard.clauses
    proper = frozenset(word for device in case.could for word in _names(device, case).proper)
    views = [_View(clause, proper) for clause in clauses]
    named = [all(_named_in(each, view, case) for each in case.devices) for view in views]
    asked = [_verb_in(case, clause) for clause in clauses]
    verbs = [any(family.stands_in(clause) for family in lexicon().verbs.values()) for clause in clauses]
    aims = [view.aims for view in views]
    for at, clause in enumerate(clauses):
        if asked[at] and named[at]:
            yield clause, clause
        elif named[at] and not verbs[at]:
            before = next((i for i in range(at - 1, -1, -1) if verbs[i]), None)
            after = next((i for i in range(at + 1, len(clauses)) if verbs[i]), None)
            for other in (before, after):
                if other is not None and asked[other]:
                    yield clauses[other], clause
        elif asked[at] and not aims[at]:
            before = next((i for i in range(at - 1, -1, -1) if aims[i]), None)
            if before is not None and named[before]:
                yield clause, clauses[before]
            elif before is None and (len(case.could) == 1 or {d.name for d in case.devices} <= set(recent)):
                yield clause, None


def _verb_in(case: Case, clause: Passage) -> bool:
    told = lexicon()
    ways = told.tools.get(case.name) or [" ".join(w for w in case.name.split("_") if w not in BARE)]
    if any(value is not None for value in case.args.values()):
        ways = [*ways, *told.with_value.get(case.name, ())]
    return any(all(told.family(name).stands_in(clause) for name in way.split()) for way in ways if way)


class _View:
    """What a clause speaks of: places, kinds, everything, and the own names of devices."""

    def __init__(self, clause: Passage, proper: frozenset[str]) -> None:
        told = lexicon()
        self.clause = clause
        self.places = [family for family in told.areas.values() if family.stands_in(clause)]
        self.kinds = [family for family in told.kinds.values() if family.stands_in(clause)]
        self.everything = told.others["all"].stands_in(clause)
        self.proper = frozenset(word for word in proper if held(word, clause))

    @property
    def aims(self) -> bool:
        """Whether it speaks of anything."""
        return bool(self.places or self.kinds or self.everything or self.proper)


class _Names:
    """A device's name, taken apart into places, kinds, and words of its own."""

    def __init__(
        self, name: str, area: str, kind: str, aliases: tuple[str, ...], floors: tuple[str, ...]
    ) -> None:
        self.name, self.area_words = tokens(name), tokens(area)
        self.floors = [words for floor in floors if (words := tokens(floor))]
        self.aliases = [tokens(alias) for alias in aliases]
        self.places = {family for word in (*self.name, *self.area_words) for family in _places(word)}
        above = [Passage(words) for words in self.floors]
        self.places |= {f for f in lexicon().areas.values() if any(map(f.stands_in, above))}
        self.kinds = {family for word in (*self.name, *tokens(kind)) for family in _kinds(word)}
        self.proper = frozenset(
            word for word in self.name if not (_places(word) or _kinds(word) or word in WEAK)
        )


_taken_apart = lru_cache(maxsize=4096)(_Names)
"""A home has hundreds of devices, and each is looked at for each clause."""


def _names(device: Target, case: Case) -> _Names:
    area, kind = getattr(device, "area", ""), getattr(device, "household_kind", "")
    aliases, floors = tuple(getattr(device, "aliases", ())), tuple(case.floors(device))
    return _taken_apart(device.name, area, kind, aliases, floors)


@lru_cache(maxsize=4096)
def _places(word: str) -> tuple[Family, ...]:
    return tuple(family for family in lexicon().areas.values() if family.means(word))


@lru_cache(maxsize=4096)
def _kinds(word: str) -> tuple[Family, ...]:
    return tuple(family for family in lexicon().kinds.values() if family.means(word))


def _named_in(device: Target, view: _View, case: Case) -> bool:
    """Whether a clause names this device: by name or alias, or by its kind and place."""
    names = _names(device, case)
    if any(each and all(held(word, view.clause) for word in each) for each in (names.name, *names.aliases)):
        return True
    here = (
        any(place in view.places for place in names.places)
        or any(held(word, view.clause) for word in names.area_words)
        or any(all(held(word, view.clause) for word in floor) for floor in names.floors)
    )
    if view.places and not here and (names.places or names.area_words):
        return False
    of_kind = any(kind in view.kinds for kind in names.kinds)
    if view.proper & names.proper and (of_kind or not view.kinds):
        return True
    if not (of_kind or (view.everything and not view.kinds)):
        return False
    return here or view.everything or (not view.places and _alone(device, view, case))


def _alone(device: Target, view: _View, case: Case) -> bool:
    """Whether "the light" can mean only this one, or the brain has chosen one where several are alike.

    Words of another's own name mean that one.
    """
    if view.proper - _names(device, case).proper:
        return False
    if len(case.devices) == 1:
        return True
    alike = [other for other in case.could if any(kind in view.kinds for kind in _names(other, case).kinds)]
    return len(alike) == 1 and alike[0] is device


def _device_values(case: Case, clause: Passage, heard: Heard, *, named: bool) -> bool:
    """Whether the numbers are those that were said; of what was named without any, the brain may choose."""
    said = numbers(clause)
    for name, value in case.args.items():
        if isinstance(value, bool) or value is None:
            continue
        number = _as_number(value)
        if (
            number is not None
            and (said or name in TIMES or not (named or name == "by"))
            and not fits(number, said)
            and not heard.loose
        ):
            return False
        if name in OWN_WORDS and not heard.own(str(value)):
            return False
    return True


def _match_house(case: Case, heard: Heard) -> Match:
    if not (_phrase_in(case.declaration.phrases, heard) or _verb_in(case, heard.wanted)):
        return Match.NONE
    known = {each.name: each for each in case.declaration.parameters}
    good = all(_argument_said(known.get(name), value, heard) for name, value in case.args.items())
    return Match.FULL if good else Match.VALUES_DIFFER


def _argument_said(parameter: Parameter | None, value: Any, heard: Heard) -> bool:
    """Whether a value was said, or would be the same if nothing had been sent."""
    if parameter is not None and parameter.default is not None and parameter.default == value:
        return True
    if parameter is not None and parameter.options:
        number = _as_number(value)
        return heard.holds(str(value)) or (number is not None and heard.numbered(number))
    return _value_said(value, heard)


def _phrase_in(phrases: Sequence[str], heard: Heard) -> bool:
    """Whether all that counts of an example sentence was said, or nothing but the sentence ("never mind")."""
    for phrase in phrases:
        fixed = tokens(SLOT.sub(" ", phrase))
        if fixed == heard.whole.words != ():
            return True
        words = [word for word in fixed if word not in WEAK]
        if words and all(held(word, heard.wanted) for word in words):
            return True
    return False


def _value_said(value: Any, heard: Heard) -> bool:
    match value:
        case None | bool() | "":
            return True
        case int() | float():
            return heard.numbered(float(value)) or heard.loose
        case str():
            return heard.own(value)
        case list():
            return all(_value_said(each, heard) for each in value[:MOST_ELEMENTS])
        case Mapping():
            return all(_value_said(each, heard) for each in value.values())
    return False


def _as_number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
