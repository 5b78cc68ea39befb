"""A clause to function calls: find what it speaks of, what is wanted of it, and whether that can be done."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.brain.home import Home, Thing
from assistant.brain.understanding.actions import Wish, action, suits
from assistant.brain.understanding.clauses import Clause
from assistant.brain.understanding.meaning import Call, Miss
from assistant.brain.understanding.names import Names, spoken
from assistant.brain.understanding.targets import Targets

OPPOSITES = ({"turn_on", "turn_off"}, {"open", "close"}, {"lock", "unlock"}, {"play", "pause"})


class Wishes:
    """Turns clauses into calls for one home."""

    def __init__(self, home: Home, names: Names) -> None:
        self.home = home
        self._targets = Targets(home, names)

    @property
    def left_open(self) -> list[Thing]:
        """What may have been meant, when the house is to find out."""
        return self._targets.left_open

    def calls(self, clauses: Sequence[Clause], last: Sequence[Thing]) -> tuple[list[Call], list[Thing]]:
        """All calls of a sentence, and the things they speak of; the first doubt is a ``Miss``."""
        calls: list[Call] = []
        spoken_of: list[Thing] = list(last)
        for clause in clauses:
            wish = self._wish(clause)
            things, group = self._targets.find(wish, spoken_of)
            calls.extend(self._emit(wish, things, group))
            spoken_of = things
        self._consistent(calls)
        return list({repr(call): call for call in calls}.values()), spoken_of

    def _wish(self, clause: Clause) -> Wish:
        direction = clause.direction()
        properties = clause.properties
        if direction == "?" or len(properties) > 1 or "contradiction" in clause.faults:
            raise Miss("That sounded like two different things at once. Please say it again.", final=True)
        if "two targets" in clause.faults:
            raise Miss("I heard more than one device there. Please say them with an and between.", final=True)
        moved = next(iter(properties), "")
        if clause.unit == "fahrenheit":
            raise Miss("I only know degrees Celsius. How warm should it be?", final=True)
        plain = clause.unit == "degrees" or (moved and clause.reference.noun)  # "TV volume 40"
        set_to = clause.valued and (clause.neutral or clause.absolute or (plain and not clause.stated))
        if not direction and not clause.colour and not set_to:
            raise self._no_verb(clause)
        return Wish(direction, moved, clause)

    def _no_verb(self, clause: Clause) -> Miss:
        noun = clause.reference.noun
        what = f"the {noun.text}" if noun else "that"
        return Miss(f"What should I do with {what}?")

    def _emit(self, wish: Wish, things: list[Thing], group: str) -> list[Call]:
        if group:
            able = [thing for thing in things if suits(thing, wish)] or things
            return [self._call(wish, able[0], group)]
        return [self._call(wish, thing, thing.name) for thing in things]

    def _call(self, wish: Wish, thing: Thing, device: str) -> Call:
        verb, more = action(wish, thing)
        tool = self.home.tool(verb)
        if tool is None or "device" not in (tool.properties or {"device": {}}):
            raise Miss(f"I can't do that with {spoken(thing)} in this home.", final=True)
        if tool.properties and (missing := [name for name in more if name not in tool.properties]):
            raise Miss(f"I can't change the {missing[0]} of {spoken(thing)}.", final=True)
        for name, value in more.items():
            if tool.properties.get(name, {}).get("type") == "integer" and isinstance(value, float):
                more[name] = round(value)
        return Call(verb, {"device": device, **more})

    def _consistent(self, calls: Sequence[Call]) -> None:
        """One thing cannot be switched on and off, or set twice, by one sentence."""
        seen: dict[str, list[Call]] = {}
        for call in calls:
            for other in seen.setdefault(str(call.args.get("device", "")), []):
                opposite = any({call.name, other.name} == pair for pair in OPPOSITES)
                clash = call.name == other.name and any(
                    other.args.get(key, value) != value for key, value in call.args.items()
                )
                mixed = {call.name, other.name} == {"turn_on", "change_brightness"}
                if opposite or clash or (mixed and "brightness" in (*call.args, *other.args)):
                    raise Miss("That sounded like two opposite things. Please say it again.", final=True)
            seen[str(call.args.get("device", ""))].append(call)
