"""What a wish becomes for one thing: house verb and values."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.brain.home import Thing
from assistant.brain.understanding.clauses import Clause
from assistant.brain.understanding.kinds import family, has_brightness, has_colour
from assistant.brain.understanding.meaning import Miss
from assistant.brain.understanding.names import spoken

STEPS = {"brightness": (10, 20, 40), "volume": (5, 10, 25), "temperature": (0.5, 1, 3), "speed": (10, 20, 40)}
LIMITS = {"percent": (0, 100), "degrees": (5, 35)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a clause wants, whatever it wants it of."""

    direction: str
    moved: str
    """The property that is to move, where one was named."""
    clause: Clause

    @property
    def valued(self) -> bool:
        return self.clause.valued

    @property
    def relative(self) -> bool:
        """ "By ten", "a bit" and "up ten" move; "to ten" and "dim ten" set."""
        clause = self.clause
        if clause.relative or (clause.step and not self.valued):
            return True
        dimmed = self.direction == "down" and self.moved == "brightness"
        return (
            self.direction in ("up", "down")
            and clause.number is not None
            and not clause.absolute
            and not dimmed
        )


def suits(thing: Thing, wish: Wish) -> bool:
    if wish.clause.colour:
        return has_colour(thing.kind)
    return has_brightness(thing.kind) if wish.valued or wish.direction in ("up", "down") else True


def action(wish: Wish, thing: Thing) -> tuple[str, dict[str, float | int | str]]:
    """House verb and parameters (besides the device) that fulfil a wish on one thing."""
    relatives = family(thing.kind)
    if relatives.name == "light" and not suits(thing, wish):
        what = "colour" if wish.clause.colour else "brightness"
        raise Miss(f"{spoken(thing).capitalize()} can't change its {what}.", final=True)
    if wish.moved == "colour" and not wish.clause.colour:
        raise Miss("Which colour?", final=True)
    moving = wish.direction in ("up", "down", "")
    if relatives.property and moving and wish.relative and relatives.name != "blinds":
        return _moved(wish, relatives.verbs.get("up", ""), relatives.property)
    amount = _amount(wish, relatives.unit)
    if relatives.name == "blinds" and wish.relative:
        raise Miss("How far should it be open? Say for example halfway, or 30 percent.", final=True)
    if amount is not None:
        return _set(wish, thing, amount)
    if wish.clause.colour:
        return "turn_on", {"color": wish.clause.colour}
    if wish.direction == "mute":
        return "set_volume", {"volume": 0}
    if relatives.property and wish.direction in ("up", "down") and relatives.name != "blinds":
        return _moved(wish, relatives.verbs["up"], relatives.property)
    return relatives.verbs[wish.direction], {}


def _amount(wish: Wish, unit: str) -> float | None:
    clause = wish.clause
    value = clause.number if clause.number is not None else clause.share
    if value is None:
        return None
    if (clause.unit or unit) != unit or (clause.share is not None and unit == "degrees"):
        raise Miss(f"How many {unit} should that be?", final=True)
    low, high = LIMITS[unit]
    if not low <= value <= high:
        raise Miss(f"That has to be between {low} and {high} {unit}.", final=True)
    return value


def _set(wish: Wish, thing: Thing, amount: float) -> tuple[str, dict[str, float | int | str]]:
    relatives = family(thing.kind)
    if not relatives.level or wish.direction not in ("", "on", "up", "down", "open", "close", "start"):
        raise Miss(f"I can't set {spoken(thing)} to a number.", final=True)
    value: float | int = int(amount) if amount == int(amount) else amount
    if relatives.name == "blinds" and wish.direction == "close" and not wish.clause.absolute:
        value = 100 - value
    if relatives.name == "light" and value == 0:
        return "turn_off", {}
    colour: dict[str, float | int | str] = {"color": wish.clause.colour} if wish.clause.colour else {}
    return relatives.level, {relatives.value: value, **colour}


def _moved(wish: Wish, verb: str, moved: str) -> tuple[str, dict[str, float | int | str]]:
    clause = wish.clause
    if verb == "set_speed":
        raise Miss("How fast should it go? Say a speed in percent.", final=True)
    sign = -1 if wish.direction == "down" else 1
    if not wish.direction:
        raise Miss("Up or down?", final=True)
    small, normal, large = STEPS[moved]
    by = {"small": small, "large": large}.get(clause.step, normal)
    value = clause.number if clause.number is not None else clause.share if clause.share is not None else by
    if value > (10 if moved == "temperature" else 100):
        raise Miss("That is too big a step.", final=True)
    return verb, {"by": sign * (int(value) if value == int(value) else value)}
