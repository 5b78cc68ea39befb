"""One conversation's understanding: a sentence in, function calls or a short answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assistant.brain.home import Home, Thing
from assistant.brain.understanding import replies
from assistant.brain.understanding.answers import answer
from assistant.brain.understanding.clauses import Clause, Reference, clauses
from assistant.brain.understanding.foreign import ForeignGrammar
from assistant.brain.understanding.kinds import RISKY, family
from assistant.brain.understanding.lexicon import ASKING, GREETINGS, NOTHING_TO_DO, THANKS
from assistant.brain.understanding.meaning import Call, Miss, Question, Understanding
from assistant.brain.understanding.moods import Order, as_order
from assistant.brain.understanding.names import EXACT, Names, Noun
from assistant.brain.understanding.phrases import Phrases
from assistant.brain.understanding.questions import Questions
from assistant.brain.understanding.specials import Specials
from assistant.brain.understanding.tables import bag, phrases
from assistant.brain.understanding.tags import Tagger
from assistant.brain.understanding.wishes import Wishes
from assistant.brain.understanding.words import words, written

ADVICE = "That is up to you. Shall I do it?"
MEMORY = timedelta(minutes=2)
MOST_CALLS = 60
YES = phrases(
    """
    yes, yeah, yep, sure, correct, right, exactly, ok, okay, yes please, yes do, please do, do it, yes i
    did, yes i do, that 1, yes that 1, that is right, yes the
    """
)
NO = phrases(
    """
    no, nope, no thanks, no thank you, neither, none, no i did not, none of them, wrong
    """
)
ORDER = {"first": 0, "second": 1, "third": 2, "last": -1, "former": 0}
OPENERS = tuple(
    tuple(phrase.split())
    for phrase in phrases(
        """
        please, hey, hi, hello, ok, okay, and, so, well, um, uh, excuse me, now, computer, then,
        good morning, good evening, i would like to know, i want to know
        """
    )
    | ASKING
    | {","}
)
FRAME = bag(
    """
    the 1 ones in please i mean meant one yes no it is that of at just only a for me my our
    """
)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A question of ours that waits for an answer."""

    at: datetime
    clauses: tuple[Clause, ...] = ()
    things: tuple[Thing, ...] = ()
    question: str = ""
    offer: Understanding | None = None


class Understander:
    """Understands one speaker in one home; remembers the last things and our own last question."""

    def __init__(self, home: Home, now: Callable[[], datetime]) -> None:
        self.home = home
        self._now = now
        self._names = Names(home)
        self._tagger = Tagger(self._names)
        self._wishes = Wishes(home, self._names)
        self._questions = Questions(home, self._names, self._tagger)
        self._phrases = Phrases(home)
        self._specials = Specials(home, self._names)
        self._foreign = ForeignGrammar(home)
        self._last: tuple[Thing, ...] = ()
        self._spoken_at: datetime | None = None
        self._pending: _Pending | None = None
        self._before: tuple[tuple[Thing, ...], datetime | None, _Pending | None] = ((), None, None)

    def understand(self, text: str) -> Understanding:
        """What to do or say about one sentence."""
        self._before = (self._last, self._spoken_at, self._pending)
        sentence = words(text)
        if not any(word != "," for word in sentence):
            return Understanding(say="I did not hear anything.")
        pending, self._pending = self._pending, None
        if pending and self._now() - pending.at <= MEMORY and (followed := self._follow(pending, sentence)):
            return followed
        bare = " ".join(word for word in sentence if word not in (",", "please", "just"))
        if said := _small_talk(bare):
            return Understanding(say=said)
        try:
            return self._sentence(sentence, written(text))
        except Miss as miss:
            return self._missed(miss, sentence)

    def rewind(self) -> None:
        """Forget the last sentence: it is going to be heard again, by somebody else."""
        self._last, self._spoken_at, self._pending = self._before

    def offer(self, understanding: Understanding, say: str) -> Understanding:
        """Ask before doing: a following "yes" makes the calls."""
        self._pending = _Pending(self._now(), offer=understanding)
        return Understanding(say=say)

    def answer(self, understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
        """The sentence to speak once the functions have answered."""
        return answer(understanding, responses)

    @property
    def _recent(self) -> tuple[Thing, ...]:
        fresh = self._spoken_at is not None and self._now() - self._spoken_at <= MEMORY
        return self._last if fresh else ()

    def _sentence(self, sentence: tuple[str, ...], spelled: tuple[str, ...]) -> Understanding:
        if call := self._phrases.match(spelled, free=False):
            return Understanding(calls=(call,))
        if special := self._specials.match(sentence, free=False):
            return self._done(*special, None)
        polite = _without_politeness(sentence)
        for asked in (sentence, polite):
            if found := self._questions.calls(asked, self._recent):
                return self._done(*found)
        order = as_order(polite)
        if order and order.unsure:
            return self._advised(order)
        try:
            return self._ordered(order) if order else self._wished(sentence)
        except Miss as miss:
            if not _negated(sentence) and (call := self._phrases.match(spelled, free=True)):
                return Understanding(calls=(call,))
            if not miss.final and (special := self._specials.match(sentence, free=True)):
                return self._done(*special, None)
            if not miss.final and (call := self._foreign.call(sentence)):
                return self._done([call], self._things_of(call), None)
            raise

    def _advised(self, order: Order) -> Understanding:
        """A question whether something should be done is no order to do it."""
        try:
            return self.offer(self._wished(order.words), ADVICE)
        finally:
            if self._pending and not self._pending.offer:
                self._pending = None

    def _ordered(self, order: Order) -> Understanding:
        """What lets somebody in is never done on a mere remark."""
        understood = self._wished(order.words)
        return self.offer(understood, ADVICE) if understood.risky else understood

    def _wished(self, sentence: tuple[str, ...]) -> Understanding:
        tags = self._tagger.tags(sentence)
        found = clauses(tags, self._names)
        form, _ = self._questions.form(_without_politeness(sentence))
        try:
            replies.refuse(tags, found, form, self._names)
            calls, things = self._wishes.calls(found, self._recent)
        except Miss as miss:
            if miss.things and len(found) == 1 and not form:
                self._pending = _Pending(self._now(), tuple(found), miss.things)
            raise
        if not calls:
            raise Miss(replies.NOT_UNDERSTOOD)
        return self._done(calls, things, None)

    def _done(
        self, calls: Sequence[Call], things: Sequence[Thing], question: Question | None
    ) -> Understanding:
        if len(calls) > MOST_CALLS:
            raise Miss("Those are too many things at once for me.", final=True)
        self._last, self._spoken_at = tuple(things), self._now()
        risky = any(call.name in RISKY and not self._harmless(call) for call in calls)
        return Understanding(calls=tuple(calls), question=question, risky=risky)

    def _harmless(self, call: Call) -> bool:
        """Blinds may open without a second thought."""
        things = self._things_of(call)
        return call.name == "open" and all(family(thing.kind).name == "blinds" for thing in things)

    def _things_of(self, call: Call) -> list[Thing]:
        return [thing for thing in self.home.things if thing.name == call.args.get("device")]

    def _missed(self, miss: Miss, sentence: tuple[str, ...]) -> Understanding:
        form, _ = self._questions.form(_without_politeness(sentence))
        if self._pending is None and miss.things and form:
            self._pending = _Pending(self._now(), things=miss.things, question=" ".join(sentence))
        return Understanding(say=miss.say)

    def _follow(self, pending: _Pending, sentence: tuple[str, ...]) -> Understanding | None:
        """An answer to our own question; None when the sentence is something new."""
        text = " ".join(word for word in sentence if word != ",")
        if text in NO:
            return Understanding(say="Okay, I leave it as it is.")
        if pending.offer:
            return pending.offer if text in YES else None
        chosen = self._chosen(pending.things, sentence, text)
        if not chosen:
            return None
        try:
            if pending.question:
                calls, things, question = self._asked_of(chosen, pending.question)
                return self._done(calls, things, question)
            named = [_about(clause, thing) for clause in pending.clauses for thing in chosen]
            calls, things = self._wishes.calls(named, ())
            return self._done(calls, things, None)
        except Miss as miss:
            return Understanding(say=miss.say)

    def _asked_of(self, chosen: Sequence[Thing], question: str) -> tuple[list[Call], list[Thing], Question]:
        tags = self._tagger.tags(words(question))
        word = next(
            (tag.text for tag in tags if tag.text in ("locked", "unlocked", "open", "closed", "on", "off")),
            "",
        )
        calls = [Call("get_state", {"device": thing.name}) for thing in chosen]
        return calls, list(chosen), Question(word, "check" if word and len(chosen) == 1 else "tell")

    def _chosen(self, things: Sequence[Thing], sentence: tuple[str, ...], text: str) -> list[Thing]:
        if text in YES:
            return list(things) if len(things) == 1 else []
        bare = " ".join(word for word in sentence if word not in ("the", "please", ",", "1"))
        if bare in ORDER:
            at = ORDER[bare]
            return [things[at]] if -1 <= at < len(things) else []
        if bare in ("both", "both of them", "all", "all of them"):
            return list(things) if bare.startswith("all") or len(things) == 2 else []
        content = [word for word in sentence if word not in FRAME and word != ","]
        if not content:
            return []
        fitting = [t for t in things if set(content) <= _vocabulary(t)]
        exact = [t for t in fitting if tuple(content) in {words(name) for name in (t.name, *t.aliases)}]
        found = exact or fitting
        return found if len(found) == 1 else []


def _vocabulary(thing: Thing) -> set[str]:
    return {word for name in (thing.name, thing.area, thing.kind, *thing.aliases) for word in words(name)}


def _about(clause: Clause, thing: Thing) -> Clause:
    """The clause again, now speaking of one thing."""
    noun = Noun(thing.name)
    noun.add(EXACT, thing)
    told = Clause(**{name: getattr(clause, name) for name in Clause.__slots__})
    told.reference = Reference(noun=noun)
    told.exceptions = []
    return told


def _without_politeness(sentence: tuple[str, ...]) -> tuple[str, ...]:
    start = 0
    while found := next((o for o in OPENERS if sentence[start : start + len(o)] == o), None):
        start += len(found)
    end = len(sentence)
    while end > start and sentence[end - 1] in ("please", "thanks", ","):
        end -= 1
    return sentence[start:end]


def _negated(sentence: tuple[str, ...]) -> bool:
    return " ".join(sentence[:2]) in ("do not", "can not") or "never" in sentence


def _small_talk(text: str) -> str:
    if text in NOTHING_TO_DO:
        return "Okay."
    if text in THANKS:
        return "You are welcome."
    if text in GREETINGS:
        return "Hello."
    return ""
