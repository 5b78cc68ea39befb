"""Which things a wish is meant for; a doubt is a question, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.brain.home import Home, Thing
from assistant.brain.understanding.actions import Wish
from assistant.brain.understanding.clauses import Reference
from assistant.brain.understanding.kinds import ANY, MOVED_BY, family
from assistant.brain.understanding.meaning import Miss
from assistant.brain.understanding.names import EXACT, PART, Names, bare_word, joined, spoken

Able = Callable[[Thing], bool]
DEFAULTS = {
    "volume": "media player",
    "temperature": "thermostat",
    "track": "media player",
    "play": "media player",
    "pause": "media player",
    "next": "media player",
    "previous": "media player",
    "mute": "media player",
    "clean": "vacuum",
    "dock": "vacuum",
}
"""What is meant when a wish names no thing."""
POWERED = frozenset({"light", "switch", "heater", "fan", "media player"})
"""What "everything" means when it is switched on or off."""


def _default(wish: Wish) -> str:
    """The kind that a wish is about by itself; a unit says more than a verb."""
    if wish.clause.unit == "degrees":
        return "thermostat"
    return DEFAULTS.get(wish.direction) or DEFAULTS.get(wish.moved) or ""


def _placed(place: str, what: str) -> str:
    return f"{what} {place}" if what == "everything" else f"{place} {what}"


class Targets:
    """Finds the things of one home that a clause speaks of."""

    def __init__(self, home: Home, names: Names) -> None:
        self.home = home
        self.names = names
        self.left_open: list[Thing] = []
        """What the last word may have meant when it was left to the house, which knows the room."""
        self._word = ""

    def _able(self, wish: Wish) -> Able:
        def able(thing: Thing) -> bool:
            relatives = family(thing.kind)
            if wish.moved and MOVED_BY.get(wish.moved, relatives.name) != relatives.name:
                return False
            if wish.clause.colour or wish.moved == "colour":
                return relatives.name == "light" and wish.direction in ("", "on")
            if wish.clause.unit == "degrees" and relatives.unit != "degrees":
                return False
            return wish.direction in relatives.verbs if wish.direction else bool(relatives.level)

        return able

    def find(self, wish: Wish, last: Sequence[Thing]) -> tuple[list[Thing], str]:
        """The things meant, and the group phrase when the house can resolve it by itself."""
        reference = wish.clause.reference
        able = self._able(wish)
        if reference.pronoun and not reference.noun and not reference.area:
            meant = [thing for thing in last if able(thing)]
            if meant:
                return meant, self._word if list(last) == self.left_open else ""
            if last and not _default(wish):
                raise Miss(f"I can't do that with {joined(spoken(thing) for thing in last)}.", final=True)
            reference = Reference(area=reference.area)
        self.left_open, self._word = [], ""
        if reference.noun:
            things, group = self._by_noun(reference, able, wish)
        else:
            things, group = self._without_noun(reference, able, wish)
        if reference.area in self.home.relative:
            return things, self._there(reference, things, wish)
        if not wish.clause.exceptions:
            return things, group
        return self._without(things, wish.clause.exceptions, able), ""

    def _by_noun(self, reference: Reference, able: Able, wish: Wish) -> tuple[list[Thing], str]:
        noun = reference.noun
        assert noun is not None
        many = bool(reference.many) or noun.plural
        here = [[t for t in rank if self.home.within(t, reference.area)] for rank in noun.ranks]
        ranks = [[thing for thing in rank if able(thing)] for rank in here]
        if not any(ranks):
            raise self._unable(reference, [t for rank in here for t in rank], wish)
        if not many or (ranks[EXACT] and not reference.many):
            found = next(rank for rank in ranks if rank)
            if here[EXACT] and not ranks[EXACT]:
                raise self._unable(reference, here[EXACT], wish)
            every = list(dict.fromkeys(thing for rank in ranks for thing in rank))
            if len(ranks[EXACT]) != 1 and (word := self._bare(every, reference)):
                return every, word
            if len(found) > 1:
                raise self._which(found)
            return found, ""
        every = list(dict.fromkeys(thing for rank in reversed(ranks) for thing in rank))
        usual = {family(thing.kind).singular[:1] for thing in every} == {(noun.text,)}
        known = [thing for thing in (not usual and ranks[PART]) or every if family(thing.kind) is not ANY]
        found = known or every
        if reference.many == "both" and len(found) != 2:
            raise self._which(found)
        return found, self._group(found, reference, able)

    def _bare(self, found: list[Thing], reference: Reference) -> str:
        """The word itself, when only the room tells which of several things of a kind is meant."""
        if not self.home.knows_rooms or reference.area is not None:
            return ""
        if word := bare_word(reference.noun, found):
            self._word, self.left_open = word, found
        return word

    def _there(self, reference: Reference, things: list[Thing], wish: Wish) -> str:
        """ "Upstairs lights": where that is, only the house knows."""
        if wish.clause.exceptions:
            floors = joined((f"the {floor.names[0]}" for floor in self.home.floors), "or")
            raise Miss(f"Which floor do you mean: {floors}?", final=True)
        relatives = {family(thing.kind).name: family(thing.kind) for thing in things}
        one = next(iter(relatives.values())) if len(relatives) == 1 else ANY
        what = reference.noun.text if reference.noun else "everything"
        if one is not ANY and (many := reference.many or not reference.noun or reference.noun.plural):
            what = (one.group or one.plural[0]) if many else what
        self.left_open, self._word = things, _placed(reference.area or "", what)
        return self._word

    def _group(self, found: list[Thing], reference: Reference, able: Able) -> str:
        """ "All lights": only when it means exactly the things found, whatever they are called.

        Plain "lights" are those of the room, for a house that knows it.
        """
        area = reference.area
        kinds = {family(thing.kind).name for thing in found}
        plural = family(found[0].kind).group
        whole = [
            t
            for t in self.home.things
            if family(t.kind).name in kinds and self.home.within(t, area) and able(t)
        ]
        if (
            len(kinds) != 1
            or not plural
            or len(whole) != len(found)
            or (len(found) == 1 and plural != "lights")
        ):
            return ""
        if self.home.knows_rooms and area is None and not reference.many and len(found) > 1:
            self.left_open, self._word = found, plural
            return plural
        return f"{area or 'all'} {plural}"

    def _without_noun(self, reference: Reference, able: Able, wish: Wish) -> tuple[list[Thing], str]:
        wanted = _default(wish)
        dark = wish.moved == "light" or (wish.moved == "brightness" and wish.direction in ("up", "down"))
        vague = reference.many == "everywhere" and (dark or wish.direction == "on")
        powered = reference.many and wish.direction in ("lock", "off", "on")
        if reference.many == "everything" or (powered and not vague):
            return self._everything(reference, able, wish), ""
        if dark and (reference.area or reference.many or wish.direction == "off"):
            wanted = "light"
        here = [t for t in self.home.things if self.home.within(t, reference.area) and able(t)]
        found = [thing for thing in here if family(thing.kind).name == wanted]
        if wanted == "light" and found:
            return found, self._group(found, reference, able)
        if not wanted or not found:
            raise self._nothing_meant(reference, here, wish, wanted)
        if word := self._bare(found, reference):
            return found, word
        if len(found) > 1:
            raise self._which(found)
        return found, ""

    def _everything(self, reference: Reference, able: Able, wish: Wish) -> list[Thing]:
        found = [t for t in self.home.things if self.home.within(t, reference.area) and able(t)]
        if wish.direction in ("on", "off"):
            found = [thing for thing in found if family(thing.kind).name in POWERED]
        if not found:
            raise Miss("There is nothing there that I can do that with.", final=True)
        return found

    def _without(self, things: list[Thing], exceptions: list[Reference], able: Able) -> list[Thing]:
        spared: list[Thing] = []
        for reference in exceptions:
            pool = reference.noun.all() if reference.noun else list(self.home.things)
            if reference.noun and reference.noun.ranks[EXACT]:
                pool = reference.noun.ranks[EXACT]
            meant = [t for t in pool if self.home.within(t, reference.area) and t in things]
            single = reference.noun and not reference.noun.plural and not reference.many
            if not meant or (single and len(meant) > 1):
                raise Miss(
                    "I am not sure what to leave out, so I did nothing. Please say it again.", final=True
                )
            spared.extend(meant)
        left = [thing for thing in things if thing not in spared]
        if not left:
            raise Miss("Then there is nothing left to do.", final=True)
        return left

    def _which(self, found: Sequence[Thing]) -> Miss:
        offered = list(found)[:4]
        return Miss(
            f"Which one: {joined((spoken(t) for t in offered), 'or')}?", things=tuple(found), final=True
        )

    def _nothing_meant(self, reference: Reference, here: Sequence[Thing], wish: Wish, wanted: str) -> Miss:
        if reference.area is not None and here and not wanted:
            names = joined((spoken(t) for t in here[:4]), "or")
            return Miss(f"What do you mean in the {reference.area}: {names}?", things=tuple(here), final=True)
        others = [thing for thing in self.home.things if self._able(wish)(thing)]
        if wanted and not others:
            return Miss(f"There is no {wanted} in this home.", final=True)
        if reference.area is not None:
            offer = joined((spoken(t) for t in others[:3]), "or")
            return Miss(
                f"I can't do that in the {reference.area}. Did you mean {offer}?",
                things=tuple(others[:3]),
                final=True,
            )
        return Miss("Which device do you mean?", things=tuple(others), final=len(others) > 0)

    def _unable(self, reference: Reference, here: Sequence[Thing], wish: Wish) -> Miss:
        noun = reference.noun
        assert noun is not None
        if here:
            names = joined(spoken(thing) for thing in here[:3])
            if all(family(thing.kind).name == "lock" for thing in here):
                return Miss(f"I can lock and unlock {names}, nothing else.", final=True)
            return Miss(f"I can't do that with {names}.", final=True)
        place = f" in the {reference.area}" if reference.area else ""
        able = self._able(wish)
        similar = [t for t in noun.all() if able(t)] or self.names.similar(
            f"{reference.area or ''} {noun.text}", able
        )
        offer = f" Did you mean {joined((spoken(t) for t in similar[:3]), 'or')}?" if similar else ""
        return Miss(f"There is no {noun.text}{place}.{offer}", things=tuple(similar[:3]), final=True)
