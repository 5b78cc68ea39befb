"""Questions of ours that wait for an answer, and what a short answer to one means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.brain.home import Home, Thing
from assistant.brain.understanding.choices import Choice
from assistant.brain.understanding.choosing import YES, asked_of, chosen, content, on_floor
from assistant.brain.understanding.clauses import Clause, Reference
from assistant.brain.understanding.meaning import Call, Delay, Question, Understanding
from assistant.brain.understanding.names import EXACT, Names, Noun
from assistant.brain.understanding.tables import phrases
from assistant.brain.understanding.tags import Tagger
from assistant.brain.understanding.wishes import Wishes
from assistant.brain.understanding.words import words

LEFT = "Okay, I leave it as it is."
NO = phrases(
    """
    no, nope, no thanks, no thank you, neither, none, no i did not, none of them, wrong
    """
)
Meant = tuple[Sequence[Call], Sequence[Thing], Question | None]


@dataclass(frozen=True, slots=True)
class Pending:
    """A question of ours that waits for an answer."""

    at: datetime
    clauses: tuple[Clause, ...] = ()
    things: tuple[Thing, ...] = ()
    question: str = ""
    offer: Understanding | None = None
    choice: Choice | None = None
    where: bool = False
    """It asked for a floor, not for a thing."""
    delay: Delay | None = None
    """When what was asked about is to be done; None: now."""


def put_off(pending: Pending | None, delay: Delay) -> Pending | None:
    """The same question, about what is to be done at another time."""
    return replace(pending, delay=delay) if pending else None


class Answers:
    """Understands short answers in one home."""

    def __init__(self, home: Home, names: Names, tagger: Tagger, wishes: Wishes) -> None:
        self._home, self._names, self._tagger, self._wishes = home, names, tagger, wishes

    def take(self, pending: Pending, sentence: tuple[str, ...]) -> Understanding | Meant | None:
        """What an answer means; None when the sentence is something new.

        Raises:
            Miss: it cannot be done with what was chosen.
        """
        text = " ".join(word for word in sentence if word != ",")
        if text in NO:
            return Understanding(say=LEFT)
        if pending.offer:
            return pending.offer if text in YES else None
        if pending.choice:
            call = pending.choice.agreed() if text in YES else pending.choice.made(content(sentence))
            return Understanding(calls=(call,)) if call else None
        if pending.where:
            meant = on_floor(pending.things, sentence, self._names, self._home)
        else:
            meant = chosen(pending.things, sentence)
        if not meant:
            return None
        if pending.question:
            return asked_of(meant, self._tagger.tags(words(pending.question)))
        named = [_about(clause, thing) for clause in pending.clauses for thing in meant]
        calls, things = self._wishes.calls(named, ())
        return calls, things, None


def _about(clause: Clause, thing: Thing) -> Clause:
    """The clause again, now speaking of one thing."""
    noun = Noun(thing.name)
    noun.add(EXACT, thing)
    told = Clause(**{name: getattr(clause, name) for name in Clause.__slots__})
    told.reference = Reference(noun=noun)
    told.exceptions = []
    return told
