"""Sentences that people say to this home, sampled for the language model."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from assistant.brain.hearing.wording import (
    CHORES,
    DAYS,
    DECOYS,
    FLOORS,
    FREE,
    HABITS,
    LENGTHS,
    LIST_NAMES,
    MOMENTS,
    NEVER_ALONE,
    PHRASES,
    POLITE_AFTER,
    POLITE_BEFORE,
    TIMER_NAMES,
    WARES,
    lines,
)
from assistant.brain.home import RELATIVE, Home, Thing, Tool
from assistant.brain.understanding.kinds import HOUSE_VERBS, family
from assistant.brain.understanding.slots import ONE_OF, SLOT, slot
from assistant.brain.understanding.special_verbs import THING, Special, declared
from assistant.brain.understanding.words import SMALL, TENS

DECOY_SHARE = 0.15
FLOORS_SHARE = 0.06
LARGEST_TOOLS_SHARE = 0.25
COLOURS = lines(
    "red | green | blue | yellow | orange | purple | pink | white | turquoise | violet | warm white"
)


def plain(text: str) -> str:
    """As it is said: letters and apostrophes only, numbers as words."""
    cleaned = "".join(c if c.isalnum() or c == "'" else " " for c in text.lower().replace("’", "'"))
    return " ".join(
        in_words(int(w)) if w.isdecimal() and len(w) < 4 else w.strip("'") for w in cleaned.split()
    )


def in_words(number: int) -> str:
    """A whole number as people say it."""
    small = SMALL.split()
    if number < 20:
        return small[number]
    if number >= 100:
        rest = number % 100
        hundreds = "a hundred" if number < 200 else f"{small[number // 100 % 10]} hundred"
        return f"{hundreds} {in_words(rest)}" if rest else hundreds
    tens = next(word for word, value in TENS.items() if value == number // 10 * 10)
    return f"{tens} {small[number % 10]}" if number % 10 else tens


def _on(floor: str) -> str:
    """ "Upstairs", but "on the ground floor" and "in the basement"."""
    if floor in RELATIVE:
        return f"on {floor}" if " " in floor else floor
    return f"{'on' if plain(floor).endswith('floor') else 'in'} the {floor}"


CONTENTS = (
    "what devices are there in the {}",
    "which devices are in the {}",
    "what is in the {}",
    "what devices do i have",
    "which rooms are there",
)


class Sampler:
    """Draws sentences at random, always the same ones for the same home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.random = random.Random(7)
        own = {word for thing in home.things for word in plain(thing.name).split()}
        self.decoys = [decoy for decoy in DECOYS if not set(decoy.split()) <= own]
        self.areas = [*map(plain, home.areas), *(plain(name) for name, _ in home.also)] or ["house"]
        self.floors = [*(name for floor in home.floors for name in floor.names), *home.relative]
        self.tools = [tool for tool in home.tools if tool.phrases and tool.name not in HOUSE_VERBS]
        self.tools_share = min(LARGEST_TOOLS_SHARE, max(0.08, len(self.tools) / 80))
        self.specials = [
            (special, tool)
            for special, tool in declared(home)
            if any(map(special.fits, home.things)) and not special.open(tool)
        ]
        self.families = sorted({family(thing.kind).name for thing in home.things})

    def sentences(self, count: int) -> Iterator[list[str]]:
        """Sentences as lists of words."""
        for _ in range(count):
            yield plain(self._sentence()).split()

    def names(self) -> Iterator[list[str]]:
        """Every name at least once with each polarity, so that no word of the home is missing."""
        for thing in self.home.things:
            for called in (thing.name, *thing.aliases):
                for frame in NEVER_ALONE:
                    yield plain(frame.format(n=called)).split()
        for area in self.areas:
            yield plain(f"turn off the lights in the {area}").split()
            for frame in CONTENTS:
                yield plain(frame.format(area)).split()
        for floor in self.floors:
            for frame in FLOORS:
                yield plain(frame.format(on=_on(floor), n=floor)).split()

    def _pick(self, options: Sequence[str]) -> str:
        return self.random.choice(options)

    def _sentence(self) -> str:
        draw = self.random.random()
        if draw < 0.05:
            return self._pick(HABITS)
        if draw < 0.05 + self.tools_share and self.tools:
            return self._polite(self._phrase(self.random.choice(self.tools)))
        if draw < 0.12 + self.tools_share and self.specials:
            return self._polite(self._special(*self.random.choice(self.specials)))
        if draw < 0.22 + self.tools_share:
            return self._polite(self._two())
        if draw < 0.22 + self.tools_share + FLOORS_SHARE and self.floors:
            floor = self._pick(self.floors)
            return self._polite(self._pick(FLOORS).format(on=_on(floor), n=floor))
        return self._polite(self._one())

    def _polite(self, sentence: str) -> str:
        if self.random.random() < 0.28:
            sentence = f"{self._pick(POLITE_BEFORE)} {sentence}"
        if self.random.random() < 0.15:
            sentence = f"{sentence} {self._pick(POLITE_AFTER)}"
        return sentence

    def _two(self) -> str:
        if self.random.random() < 0.3:
            verb = self._pick(("turn on", "turn off", "switch on", "switch off"))
            return f"{verb} {self._named()} and {self._named()}"
        if self.random.random() < 0.25:
            return f"turn {self._named()} off and {self._named()} on"
        return f"{self._one()} {self._pick(('and', 'and', 'and then', 'then'))} {self._one()}"

    def _one(self) -> str:
        if self.random.random() < DECOY_SHARE:
            group = self._pick(self.families or ["light"])
            return self._filled(
                self._pick(PHRASES.get(group, PHRASES["switch"])), f"the {self._pick(self.decoys)}", group
            )
        if not self.home.things or self.random.random() < 0.12:
            return self._filled(self._pick(FREE), "", "")
        thing = self.random.choice(self.home.things)
        group = family(thing.kind).name
        return self._filled(self._pick(PHRASES.get(group, PHRASES["device"])), self._name(thing), group)

    def _special(self, special: Special, tool: Tool) -> str:
        thing = self.random.choice([thing for thing in self.home.things if special.fits(thing)])
        frame = self._pick(special.frames)
        return self._valued(frame.replace(THING, self._name(thing)), tool)

    def _named(self) -> str:
        return self._name(self.random.choice(self.home.things)) if self.home.things else "the lights"

    def _name(self, thing: Thing) -> str:
        draw = self.random.random()
        called = self._pick((thing.name, thing.name, *thing.aliases))
        spoken = family(thing.kind)
        if draw < 0.08 and thing.area and spoken.singular:
            return f"the {self._pick(spoken.singular)} in the {thing.area}"
        if draw < 0.16 and spoken.plural:
            return self._pick(
                ("all the {p}", "the {p}", "all {p}", "the {a} {p}", "the {p} in the {a}")
            ).format(p=self._pick(spoken.plural), a=thing.area or "house")
        if draw < 0.22 and spoken.singular:
            return f"the {self._pick(spoken.singular)}"
        if draw < 0.28 and thing.area and thing.area.lower() not in called.lower():
            return self._pick((f"the {thing.area} {called}", f"the {called} in the {thing.area}"))
        if draw < 0.34:
            return f"the {called.split()[-1]}"
        return f"the {called}" if draw < 0.9 else called

    def _filled(self, frame: str, name: str, group: str) -> str:
        degrees = in_words(self.random.randint(14, 28)) + self._pick(("", "", "", " and a half"))
        percent = self.random.choice(
            (in_words(self.random.randint(0, 20) * 5), in_words(self.random.randint(1, 100)))
        )
        return frame.format(
            n=name,
            p=percent,
            d=degrees,
            s=in_words(self.random.randint(1, 10)),
            c=self._pick(COLOURS),
            a=self._pick(self.areas),
        )

    def _phrase(self, tool: Tool) -> str:
        return self._valued(self._pick(tool.phrases), tool)

    def _valued(self, sentence: str, tool: Tool) -> str:
        def value(match: object) -> str:
            inside = str(getattr(match, "group")(1))  # noqa: B009 - Match is generic
            name, only = slot(inside)
            if only:
                return only
            schema = tool.properties.get(name, {})
            if choices := schema.get("enum"):
                return str(self.random.choice(choices)).replace("_", " ")
            if form := schema.get("form"):
                return self._length() if form == "seconds" else self._moment()
            if schema.get("type") in ("integer", "number"):
                return in_words(self.random.choice((*range(1, 21), 25, 30, 40, 45, 50, 60, 90)))
            words = self._words(name, several=schema.get("type") == "array")
            return f"{ONE_OF}{words}" if inside.startswith(ONE_OF) else words

        return SLOT.sub(value, sentence)

    def _length(self) -> str:
        hours, minutes = (
            self.random.randint(2, 8),
            self.random.choice((*range(1, 21), 25, 30, 40, 45, 50, 90)),
        )
        return self._pick(LENGTHS).format(h=in_words(hours), m=in_words(minutes))

    def _moment(self) -> str:
        told = self._pick(MOMENTS).format(
            h=in_words(self.random.randint(1, 12)), d=self._pick(DAYS), l=self._length()
        )
        return told if self.random.random() < 0.7 else told.removeprefix("at ")

    def _words(self, name: str, *, several: bool) -> str:
        """Some words for a slot that takes any, by what it is called."""
        if several and name in ("rooms", "areas"):
            return self._pick(self.areas)
        if several:
            count = self.random.choice((1, 1, 2, 3))
            return " and ".join(self._pick(WARES) for _ in range(count))
        if name in ("task", "text"):
            return self._pick(CHORES)
        if name == "list":
            return self._pick(LIST_NAMES)
        return self._pick(TIMER_NAMES if name == "name" else self.decoys)
