"""Tags to clauses: one wish each, with the verb or target that the neighbour lends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

from assistant.brain.understanding.kinds import MOVED_BY, family
from assistant.brain.understanding.names import EXACT, Names, Noun
from assistant.brain.understanding.segments import merged, segments
from assistant.brain.understanding.tags import Tag
from assistant.brain.understanding.words import words

SAME = {
    frozenset({"clean", "start"}): "clean",
    frozenset({"up", "open"}): "open",
    frozenset({"down", "close"}): "close",
    frozenset({"stop", "clean"}): "dock",
}
"""Two directions that mean one; any other two in a clause contradict each other."""


MOVED = {"volume", "temperature", "speed", "brightness"}


@dataclass(slots=True)
class Reference:
    """What a clause speaks of."""

    noun: Noun | None = None
    area: str | None = None
    many: str = ""
    pronoun: str = ""

    def __bool__(self) -> bool:
        return bool(self.noun or self.area is not None or self.many or self.pronoun)


@dataclass(slots=True)
class Clause:
    """One stretch of a sentence between "and"s."""

    directions: set[str] = field(default_factory=set)
    weak_on: bool = False
    neutral: bool = False
    carried: bool = False
    """Its verb moves things about ("send"): a bare "on" or "off" beside it may be a misheard place."""
    bare: bool = False
    """Its "off" is no more than that word."""
    stated: bool = False
    borrowed: bool = False
    """Its verb is the neighbour's, its value its own."""
    """It says how things are."""
    states: set[str] = field(default_factory=set)
    properties: set[str] = field(default_factory=set)
    reference: Reference = field(default_factory=Reference)
    number: float | None = None
    unit: str = ""
    share: int | None = None
    relative: bool = False
    absolute: bool = False
    step: str = ""
    colour: str = ""
    exceptions: list[Reference] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)

    @property
    def wished(self) -> bool:
        """Whether the clause says what should happen."""
        return bool(self.directions or self.weak_on or self.states or self.valued or self.colour)

    @property
    def valued(self) -> bool:
        """Whether it names an amount."""
        return self.number is not None or self.share is not None

    @property
    def empty(self) -> bool:
        """Nothing in it but fillers."""
        return not (
            self.wished or self.reference or self.neutral or self.properties or self.unknown or self.faults
        )

    def direction(self) -> str:
        """The one direction; "" for none, "?" for a contradiction."""
        found = set(self.directions)
        if self.neutral:
            found |= self.states
        elif self.states:
            return "?"
        if self.weak_on and not found:
            return "" if self.carried else "on"
        if len(found) > 1:
            return SAME.get(frozenset(found), "?")
        return next(iter(found - {"off"} if self.carried and self.bare else found), "")


class _Reader:
    """Fills one clause from its tags."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.clause = Clause()
        self.excepting = False
        self.nouns: list[Noun] = []
        self.areas: list[str] = []

    def read(self, tags: Iterable[Tag]) -> Clause:
        for tag in tags:
            reader: Callable[[Tag], None] = getattr(self, f"_{tag.kind}", partial(self._plain, tag.kind))
            reader(tag)
        self._close_reference()
        if self.clause.relative and not (self.clause.valued or self.clause.step):
            self.clause.faults.add("contradiction")
        return self.clause

    def _plain(self, kind: str, tag: Tag) -> None:
        match kind:
            case "unknown":
                self.clause.unknown.append(tag.text)
            case "property":
                self.clause.properties.add(tag.value)
            case "state":
                self.clause.states.add(tag.value.partition("/")[0])
            case "not":
                self.clause.faults.add("negated")
            case "to":
                self.clause.absolute = True
            case "by":
                self.clause.relative = True
            case "step":
                self.clause.step = tag.value
            case "filler":
                self.clause.stated |= "is" in tag.text.split()

    def _sense(self, tag: Tag) -> None:
        direction, _, moved = tag.value.removesuffix("!").partition("/")
        if direction in ("neutral", "carry"):
            self.clause.neutral = True
            self.clause.carried |= direction == "carry"
        elif direction == "weak on":
            self.clause.weak_on = True
        else:
            self.clause.directions.add(direction)
            self.clause.bare |= tag.text == "off"
        if moved:
            self.clause.properties.add(moved)

    def _colour(self, tag: Tag) -> None:
        if self.clause.colour:
            self.clause.faults.add("contradiction")
        self.clause.colour = tag.value

    def _number(self, tag: Tag) -> None:
        if self.clause.valued:
            self.clause.faults.add("contradiction")
        self.clause.number = tag.value

    def _share(self, tag: Tag) -> None:
        if self.clause.valued:
            self.clause.faults.add("contradiction")
        self.clause.share = int(tag.value)

    def _unit(self, tag: Tag) -> None:
        if self.clause.number is None:
            self.clause.faults.add("contradiction")
        self.clause.unit = tag.value

    def _quantifier(self, tag: Tag) -> None:
        reference = self.clause.reference
        if tag.value != "everywhere" or not reference.many:
            reference.many = tag.value

    def _pronoun(self, tag: Tag) -> None:
        self.clause.reference.pronoun = tag.value

    def _noun(self, tag: Tag) -> None:
        self.nouns.append(tag.value)

    def _area(self, tag: Tag) -> None:
        self.areas.append(tag.value)

    def _both(self, tag: Tag) -> None:
        """A name that is also an area: a thing only if nothing else in the clause is one."""
        self.areas.append(tag.value[1])

    def _except(self, tag: Tag) -> None:
        if self.excepting or not (self.nouns or self.clause.reference):
            self.clause.faults.add("contradiction")
        many = self.clause.reference.many
        self._close_reference()
        self.clause.reference.many = many or "all"
        self.excepting = True

    def _close_reference(self) -> None:
        clause = self.clause
        noun = merged(self.nouns)
        self.areas = self.names.narrowest(self.areas)
        if (self.nouns and noun is None) or len(self.areas) > 1:
            clause.faults.add("two targets")
        reference = Reference(noun, self.areas[0] if self.areas else None)
        if self.excepting:
            if not (reference.noun or reference.area is not None):
                clause.faults.add("contradiction")
            clause.exceptions.append(reference)
        else:
            clause.reference.noun, clause.reference.area = reference.noun, reference.area
        self.nouns, self.areas = [], []


def clauses(tags: list[Tag], names: Names) -> list[Clause]:
    """Cut a tagged sentence at its "and"s and lend each part what it leaves out."""
    found: list[Clause] = []
    for segment in segments(tags):
        clause = _Reader(names).read(_lone_name(segment))
        before = found[-1] if found else None
        if before and before.exceptions and not clause.wished and not clause.neutral and not clause.unknown:
            before.exceptions.append(clause.reference)
            continue
        if before:
            _lend(before, clause)
        found.append(clause)
    _lend_back(found, names)
    return [clause for clause in found if not clause.empty]


def _lone_name(segment: list[Tag]) -> list[Tag]:
    """A word that is both a name and an area is the thing unless another noun stands beside it."""
    named = [tag.value[0] for tag in segment if tag.kind == "both"]
    nouns = [tag.value for tag in segment if tag.kind == "noun"]
    same = bool(named and nouns) and not nouns[0].plural and set(named[0].ranks[EXACT]) <= set(nouns[0].all())
    if not same and (nouns or any(tag.kind in ("quantifier", "property") for tag in segment)):
        return segment
    return [Tag("noun", tag.value[0], tag.text, tag.start) if tag.kind == "both" else tag for tag in segment]


WISH = ("directions", "states", "properties")
MANNER = ("weak_on", "neutral", "bare", "number", "unit", "share", "relative", "absolute", "step", "colour")


def _lend_wish(giver: Clause, taker: Clause) -> None:
    for name in WISH:
        setattr(taker, name, getattr(taker, name) | getattr(giver, name))
    for name in MANNER:
        setattr(taker, name, getattr(giver, name))
    taker.faults |= giver.faults & {"negated"}


def _lend(before: Clause, clause: Clause) -> None:
    """Let a clause take verb or target from the one before it."""
    if clause.reference and not clause.wished and not clause.neutral:
        _lend_wish(before, clause)
    elif clause.wished and not clause.reference and _fits(before, clause):
        clause.reference = replace(before.reference)
        clause.exceptions = before.exceptions
        clause.properties = clause.properties or (set() if clause.directions else before.properties & MOVED)
    elif clause.wished and not clause.neutral and not (clause.directions or clause.weak_on or clause.states):
        clause.borrowed = True
        clause.neutral = before.neutral
        clause.directions = before.directions - {"off"}
        clause.weak_on = before.weak_on
        clause.properties = clause.properties or set(before.properties)
    elif clause.wished:
        clause.neutral = clause.neutral or before.neutral
    _lend_reference(before.reference, clause.reference)


def _fits(before: Clause, clause: Clause) -> bool:
    """Whether what the clause moves is a thing that the one before spoke of."""
    wanted = {MOVED_BY[moved] for moved in clause.properties if moved in MOVED_BY}
    wanted |= {"thermostat"} if clause.unit == "degrees" else set()
    things = before.reference.noun.all() if before.reference.noun else []
    return not wanted or not things or any(family(thing.kind).name in wanted for thing in things)


def _lend_reference(before: Reference, reference: Reference) -> None:
    noun = reference.noun
    if reference.area is not None and not noun and not reference.many and before.noun:
        reference.noun, reference.many = before.noun, before.many
    elif noun and reference.area is None and not noun.plural and not reference.many and not noun.ranks[EXACT]:
        area = before.area
        if area is None and before.noun and len(before.noun.all()) == 1:
            area = before.noun.all()[0].area
        if area and len(noun.all()) > 1 and any(thing.area == area for thing in noun.all()):
            reference.area = area


def _lend_back(found: list[Clause], names: Names) -> None:
    """ "The kitchen and hallway lights": an area that waits for its noun takes the next one's."""
    for clause, after in reversed(list(pairwise(found))):
        reference = clause.reference
        waiting = reference.area is not None and not (reference.noun or reference.many)
        moves = bool(clause.directions & {"up", "down"}) and not clause.valued
        if not clause.wished and after.wished and reference:
            _lend_wish(after, clause)
        elif moves and after.borrowed and after.valued and _kin(clause, after):
            _lend_wish(after, clause)
            clause.borrowed = True
        same = clause.directions == after.directions and clause.weak_on == after.weak_on
        if waiting and same and after.reference.noun:
            reference.noun = _common_noun(after.reference.noun, names)


def _kin(clause: Clause, other: Clause) -> bool:
    kinds = [
        {family(thing.kind).name for thing in (c.reference.noun.all() if c.reference.noun else ())}
        for c in (clause, other)
    ]
    return bool(kinds[0]) and kinds[0] == kinds[1]


def _common_noun(noun: Noun, names: Names) -> Noun:
    """ "Hallway light" without its area: what the other area's thing is called too."""
    text = words(noun.text)
    for area in names.areas:
        if text[: len(area)] == area and text[len(area) :] in names.nouns:
            return names.nouns[text[len(area) :]]
    return noun
