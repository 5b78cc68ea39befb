"""Questions about the state of things: which to look at, and how the answer is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from assistant.brain.home import RELATIVE, Home, Thing
from assistant.brain.understanding.facts import FACTS, SYNONYMS, TELLING, knows
from assistant.brain.understanding.kinds import family
from assistant.brain.understanding.meaning import Call, Miss, Question
from assistant.brain.understanding.measures import HERE_MEASURED, MEASURED_BY, MEASURES
from assistant.brain.understanding.names import EXACT, Names, Noun, bare_word, joined, spoken
from assistant.brain.understanding.openings import opening
from assistant.brain.understanding.tables import bag
from assistant.brain.understanding.tags import Tag, Tagger

MOST_TOGETHER = 6
MOST_ASKED = 6
"""Things of unknown kinds that are asked whether they measure something."""
MOST_OWN_WORDS = 3
WHOLE_HOUSE = bag("all any every each both some left leave everything anything everywhere")
"""Words after which it is not about the room alone."""
EMPTY = bag(
    """
    the a an in on at of my our is are it there right now currently still please left set to state
    status to be any all both some of do you know me tell what how much many doing today up like inside
    outside currently and have i did we still turned switched status at moment for level reading current
    this room here house home good bad has been get gets being everything anything something every each
    one ones 1 currently really actually or properly see say does not closed yet already going high low
    set turn switch put
    """
)


@dataclass(slots=True)
class _Parts:
    nouns: list[Noun] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    leftover: list[str] = field(default_factory=list)
    pronoun: bool = False
    choice: bool = False
    """It names several states to choose from ("on or off")."""


class Questions:
    """Understands what is asked about this home."""

    def __init__(self, home: Home, names: Names, tagger: Tagger) -> None:
        self.home = home
        self.names = names
        self.tagger = tagger
        self.left_open: list[Thing] = []
        """What may have been meant when it was left to the house, which knows the room."""
        self.left_where = False
        """Whether it is a floor that was left to it."""

    def calls(
        self, sentence: tuple[str, ...], last: Sequence[Thing]
    ) -> tuple[list[Call], list[Thing], Question] | None:
        """The calls that answer a question; None when it is no question about this home."""
        self.left_open, self.left_where = [], False
        return self._single(sentence, last) or self._together(sentence, last)

    def _single(
        self, sentence: tuple[str, ...], last: Sequence[Thing]
    ) -> tuple[list[Call], list[Thing], Question] | None:
        form, length = opening(sentence)
        if not form:
            return None
        parts = self._parts(sentence[length:])
        parts.measures.extend(MEASURES[word] for word in sentence[:length] if word in MEASURES)
        field = _field(parts, sentence) if form == "tell" else ""
        if parts.leftover and not field:
            return None
        seen = {family(t.kind).name for noun in parts.nouns for t in noun.all()} == {"motion sensor"}
        fact = parts.facts[0] if parts.facts else "motion" if seen or "motion" in parts.measures else ""
        if parts.choice and len(set(parts.facts)) > 1:
            form = "tell"
        elif len(set(parts.facts)) > 1 or (
            form in ("check", "any", "all", "which") and not (fact or parts.measures)
        ):
            return None
        things = self._things(parts, fact, last)
        if not things and fact and not parts.nouns and len(parts.areas) == 1:
            raise Miss(f"{_there(parts.areas[0])}, nothing tells whether it is {fact}.", final=True)
        if not things:
            return None
        question = Question(fact, self._form(form, fact, things))
        if not fact and (_own(things) or _blindly(parts, things)):
            field, otherwise = _wanted(parts, field, things)
            question = replace(question, field=field, otherwise=otherwise)
        here = form in ("check", "tell") and not set(sentence) & WHOLE_HOUSE
        if word := self._open_word(things, parts, here=here):
            self.left_open, self.left_where = things, bool(parts.areas)
            names = tuple(thing.name for thing in things)
            return self._get_state([word]), things, replace(question, of=names)
        return self._ask(things, question, parts)

    def _open_word(self, things: list[Thing], parts: _Parts, *, here: bool) -> str:
        """What the house is left to find out, because it depends on the room: "upstairs", "the light"."""
        noun = parts.nouns[0] if parts.nouns else None
        relatives = {family(thing.kind).name: family(thing.kind) for thing in things}
        one = next(iter(relatives.values())) if len(relatives) == 1 else None
        if parts.areas and parts.areas[0] in self.home.relative:
            place = parts.areas[0]
            return f"{place} {one.group}" if noun and one and one.group else f"everything {place}"
        if not self.home.knows_rooms or parts.areas or parts.pronoun or not here:
            return ""
        if parts.measures:
            return HERE_MEASURED.get(parts.measures[0], "") if not noun else ""
        if noun is None or one is None:
            return ""
        return (
            one.group if noun.plural and len(things) > 1 else "" if noun.plural else bare_word(noun, things)
        )

    def _together(
        self, sentence: tuple[str, ...], last: Sequence[Thing]
    ) -> tuple[list[Call], list[Thing], Question] | None:
        """ "Are the fan and the heater on": several things, or several questions, in one sentence."""
        form, length = opening(sentence)
        parts = _listed(sentence[length:]) if form else []
        if not 2 <= len(parts) <= MOST_TOGETHER:
            return None
        tail = parts[-1][-1:] if _is_fact(parts[-1]) else ()
        calls: list[Call] = []
        things: list[Thing] = []
        words: set[str] = set()
        for part in parts:
            whole = part if opening(part)[0] else (*sentence[:length], *part)
            asked = self._single(whole if _is_fact(part) else (*whole, *tail), last)
            if asked is None:
                return None
            calls += asked[0]
            things += asked[1]
            words.add(asked[2].word)
        alike = len(words) == 1 and form in ("check", "any", "all")
        return calls, things, Question(words.pop(), "all") if alike else Question()

    def _form(self, form: str, fact: str, things: Sequence[Thing]) -> str:
        if not fact or form == "tell":
            return "tell"
        return "any" if form == "check" and len(things) > 1 else form

    def _parts(self, rest: tuple[str, ...]) -> _Parts:
        parts = _Parts()
        for tag in _asking(self.tagger.tags(rest)):
            fact = SYNONYMS.get(tag.text, tag.text)
            if tag.kind == "noun":
                parts.nouns.append(tag.value)
            elif tag.kind == "area":
                parts.areas.append(tag.value)
            elif tag.kind == "both":
                parts.areas.append(tag.value[1])
            elif tag.kind == "pronoun":
                parts.pronoun = True
            elif tag.text == "or":
                parts.choice = True
            elif fact in FACTS and fact != "motion":
                parts.facts.append(fact)
            elif tag.text in MEASURES:
                parts.measures.append(MEASURES[tag.text])
            elif not self._said_otherwise(parts, tag.text.split()):
                parts.leftover.append(tag.text)
        return parts

    def _said_otherwise(self, parts: _Parts, text: Sequence[str]) -> bool:
        """Words inside a longer tag ("too warm") and words that add nothing."""
        for word in text:
            fact = SYNONYMS.get(word, word)
            if fact in FACTS and fact not in ("motion",) and word not in EMPTY:
                parts.facts.append(fact)
            elif word in MEASURES:
                parts.measures.append(MEASURES[word])
            elif word in ("on", "off", "closed"):
                parts.facts.append(word)
            elif word not in EMPTY and word != "too":
                return False
        return True

    def _things(self, parts: _Parts, fact: str, last: Sequence[Thing]) -> list[Thing]:
        if len(parts.nouns) > 1 or len(parts.areas) > 1:
            return []
        area = parts.areas[0] if parts.areas else None
        if parts.nouns:
            return self._named(parts.nouns[0], area, fact)
        if parts.measures:
            return self._measuring(parts.measures[0], area)
        if parts.pronoun and last and area is None:
            return list(last)
        here = [thing for thing in self.home.things if self.home.within(thing, area)]
        return [thing for thing in here if family(thing.kind).name in TELLING.get(fact, ())]

    def _measuring(self, measure: str, area: str | None) -> list[Thing]:
        wanted = MEASURED_BY.get(measure, ())
        here = [t for t in self.home.things if self.home.within(t, area)]
        found = [t for t in here if family(t.kind).name in wanted]
        if not found and (own := [t for t in here if _own([t]) or _senses(t)][:MOST_ASKED]):
            return own
        if not wanted:
            return []
        if not found:
            others = [t for t in self.home.things if family(t.kind).name in wanted][:3]
            offer = f" Did you mean {joined((spoken(t) for t in others), 'or')}?" if others else ""
            raise Miss(f"{_nothing(measure, area)}{offer}", things=tuple(others), final=True)
        sensors = [t for t in found if family(t.kind).name != "thermostat"]
        thermostats = [t for t in found if t not in sensors]
        chosen = sensors if area is not None and sensors else (thermostats or sensors)
        return chosen[:1] if measure == "temperature" and area is not None else chosen[:3]

    def _named(self, noun: Noun, area: str | None, fact: str) -> list[Thing]:
        here = [[thing for thing in rank if self.home.within(thing, area)] for rank in noun.ranks]
        if noun.plural and not here[EXACT]:
            every = list(dict.fromkeys(thing for rank in reversed(here) for thing in rank))
            able = [thing for thing in every if knows(thing, fact)] if "lock" in fact else []
            return able or every
        found = next((rank for rank in here if rank), [])
        if len(found) > 1:
            knowing = [thing for thing in found if knows(thing, fact)]
            found = knowing or found
        if len(found) > 1 and self.home.knows_rooms and area is None and bare_word(noun, found):
            return found
        if len(found) > 1 and area not in self.home.relative:
            names = joined((spoken(t) for t in found[:4]), "or")
            raise Miss(f"Which one: {names}?", things=tuple(found), final=True)
        if not found:
            place = f" in the {area}" if area else ""
            others = noun.all()[:3]
            offer = f" Did you mean {joined((spoken(t) for t in others), 'or')}?"
            raise Miss(f"There is no {noun.text}{place}.{offer}", things=tuple(others), final=True)
        return found

    def _ask(
        self, things: list[Thing], question: Question, parts: _Parts
    ) -> tuple[list[Call], list[Thing], Question]:
        kinds = {family(thing.kind).name for thing in things}
        plural = family(things[0].kind).group
        area = parts.areas[0] if parts.areas else None
        whole = [t for t in self.home.things if family(t.kind).name in kinds and self.home.within(t, area)]
        devices = [thing.name for thing in things]
        if len(kinds) == 1 and plural and len(things) > 1 and len(whole) == len(things):
            devices = [f"{area or 'all'} {plural}"]
        return self._get_state(devices), things, question

    def _get_state(self, devices: Sequence[str]) -> list[Call]:
        if self.home.tool("get_state") is None:
            raise Miss("I can't look up the state of things in this home.", final=True)
        return [Call("get_state", {"device": device}) for device in devices[:40]]


def _there(place: str) -> str:
    """ "In the kitchen", "on the ground floor", "upstairs"."""
    if place in RELATIVE:
        return f"on {place}".capitalize() if " " in place else place.capitalize()
    return f"{'On' if place.endswith('floor') else 'In'} the {place}"


def _asking(tags: Sequence[Tag]) -> list[Tag]:
    """Without the "on" of "on the first floor", which does not ask whether something is on."""
    return [
        tag
        for tag, after in zip_longest(tags, tags[1:])
        if not (after and after.kind == "area" and (tag.text == "on the" or after.text.startswith("this ")))
    ]


def _listed(rest: Sequence[str]) -> list[tuple[str, ...]]:
    """The stretches between "and"s and commas."""
    text = " ".join(rest).replace(" , and ", " and ").replace(" , ", " and ")
    return [tuple(part.split()) for part in text.split(" and ") if part.strip()]


def _is_fact(part: Sequence[str]) -> bool:
    return SYNONYMS.get(part[-1], part[-1]) in FACTS


def _field(parts: _Parts, sentence: Sequence[str]) -> str:
    """What an author calls it himself: "mood", of "what is the mood of the boiler"."""
    at = next((at for at, word in enumerate(sentence) if word in ("of", "in")), 0)
    if not parts.leftover or len(parts.nouns) != 1 or not at:
        return ""
    words = " ".join(parts.leftover).split()
    whole = len(words) <= MOST_OWN_WORDS and set(words) <= set(sentence[:at])
    return " ".join(words) if whole else ""


def _wanted(parts: _Parts, field: str, things: Sequence[Thing]) -> tuple[str, str]:
    """What of their states is told, and what is said when none is that."""
    if field:
        return field, f"The {things[0].name} does not tell its {field}."
    if not parts.measures:
        return "", ""
    measure = parts.measures[0]
    return measure, "" if parts.nouns else _nothing(measure, parts.areas[0] if parts.areas else None)


def _own(things: Sequence[Thing]) -> bool:
    """Whether only their author knows what they can tell."""
    return all(family(thing.kind).name == "device" for thing in things)


def _senses(thing: Thing) -> bool:
    """Whether it measures something, and perhaps more than it is called after."""
    return family(thing.kind).name.endswith(" sensor")


def _blindly(parts: _Parts, things: Sequence[Thing]) -> bool:
    """Whether things are asked for a measure of which nobody knows that they have it."""
    if not parts.measures or parts.nouns:
        return False
    wanted = MEASURED_BY.get(parts.measures[0], ())
    return not any(family(thing.kind).name in wanted for thing in things)


def _nothing(measure: str, area: str | None) -> str:
    return f"Nothing measures the {measure}{f' in the {area}' if area else ''}."
