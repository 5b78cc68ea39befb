"""An answer to "which one?": which of the things that were offered is meant."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.brain.home import Home, Thing
from assistant.brain.understanding.meaning import Call, Question
from assistant.brain.understanding.names import Names
from assistant.brain.understanding.tables import bag, phrases
from assistant.brain.understanding.tags import Tag
from assistant.brain.understanding.words import words

YES = phrases(
    """
    yes, yeah, yep, sure, correct, right, exactly, ok, okay, yes please, yes do, please do, do it, yes i
    did, yes i do, that 1, yes that 1, that is right, yes the
    """
)
ORDER = {"first": 0, "second": 1, "third": 2, "last": -1, "former": 0}
STATES = ("locked", "unlocked", "open", "closed", "on", "off")
FRAME = bag(
    """
    the 1 ones in please i mean meant one yes no it is that of at just only for a me my our
    """
)


def on_floor(things: Sequence[Thing], sentence: tuple[str, ...], names: Names, home: Home) -> list[Thing]:
    """Those on the floor that is named."""
    said = tuple(content(sentence))
    place = names.areas.get(said) or names.areas.get((*said, "floor"))
    return [thing for thing in things if place and home.within(thing, place)]


def chosen(things: Sequence[Thing], sentence: tuple[str, ...]) -> list[Thing]:
    """The one named by its place in our question or by words of its name; all, when both or all are meant.

    Nothing, when it may be another sentence.
    """
    if " ".join(word for word in sentence if word != ",") in YES:
        return list(things) if len(things) == 1 else []
    bare = " ".join(word for word in sentence if word not in ("the", "please", ",", "1"))
    if bare in ORDER:
        at = ORDER[bare]
        return [things[at]] if -1 <= at < len(things) else []
    if bare in ("both", "both of them", "all", "all of them"):
        return list(things) if bare.startswith("all") or len(things) == 2 else []
    if not (said := content(sentence)):
        return []
    fitting = [thing for thing in things if set(said) <= _vocabulary(thing)]
    exact = [t for t in fitting if tuple(said) in {words(name) for name in (t.name, *t.aliases)}]
    found = exact or fitting
    return found if len(found) == 1 else []


def content(sentence: tuple[str, ...]) -> list[str]:
    """What an answer consists of without its frame ("I mean the … one, please")."""
    return [word for word in sentence if word not in FRAME and word != ","]


def _vocabulary(thing: Thing) -> set[str]:
    return {word for name in (thing.name, thing.area, thing.kind, *thing.aliases) for word in words(name)}


def asked_of(things: Sequence[Thing], tags: Sequence[Tag]) -> tuple[list[Call], list[Thing], Question]:
    """What was asked (its tags), now of these things."""
    word = next((tag.text for tag in tags if tag.text in STATES), "")
    calls = [Call("get_state", {"device": thing.name}) for thing in things]
    return calls, list(things), Question(word, "check" if word and len(things) == 1 else "tell")
