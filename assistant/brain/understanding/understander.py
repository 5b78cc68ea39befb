"""One conversation's understanding: a sentence in, function calls or a short answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assistant.brain.home import Home, Thing
from assistant.brain.understanding import replies
from assistant.brain.understanding.answers import answer
from assistant.brain.understanding.choices import Choice, left_open
from assistant.brain.understanding.choosing import YES, asked_of, chosen, content, on_floor
from assistant.brain.understanding.clauses import Clause, Reference, clauses
from assistant.brain.understanding.foreign import ForeignGrammar
from assistant.brain.understanding.introducing import HELP, introduction
from assistant.brain.understanding.kinds import RISKY, family
from assistant.brain.understanding.lexicon import AGAIN, ASKING, GREETINGS, NIGHT, NOTHING_TO_DO, THANKS
from assistant.brain.understanding.looks import unseen
from assistant.brain.understanding.meaning import Call, Miss, Question, Understanding
from assistant.brain.understanding.moods import Order, as_order
from assistant.brain.understanding.names import EXACT, Names, Noun
from assistant.brain.understanding.openings import opening
from assistant.brain.understanding.phrases import Phrases
from assistant.brain.understanding.questions import Questions
from assistant.brain.understanding.sequels import Sequels
from assistant.brain.understanding.specials import Specials
from assistant.brain.understanding.strangers import Lately
from assistant.brain.understanding.tables import phrases
from assistant.brain.understanding.tags import Tagger
from assistant.brain.understanding.wishes import Wishes
from assistant.brain.understanding.words import words, written

ADVICE = "That is up to you. Shall I do it?"
LAST = "Do you mean what I did last?"
MEMORY = timedelta(minutes=2)
MOST_CALLS = 60
NO = phrases(
    """
    no, nope, no thanks, no thank you, neither, none, no i did not, none of them, wrong
    """
)
STOP_TOOL = "stop_ringing"
STOPPING = phrases("stop, stop it, stop that, be quiet, quiet, shut up, enough, silence, stop ringing")
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


@dataclass(frozen=True, slots=True)
class _Pending:
    """A question of ours that waits for an answer."""

    at: datetime
    clauses: tuple[Clause, ...] = ()
    things: tuple[Thing, ...] = ()
    question: str = ""
    offer: Understanding | None = None
    choice: Choice | None = None
    where: bool = False
    """It asked for a floor, not for a thing."""


_Before = tuple[tuple[Thing, ...], datetime | None, _Pending | None, datetime | None]


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
        self._lately = Lately()
        self._specials = Specials(home, self._names)
        self._foreign = ForeignGrammar(home)
        self._last: tuple[Thing, ...] = ()
        self._spoken_at: datetime | None = None
        self._pending: _Pending | None = None
        self._sequels = Sequels(self._phrases, now)
        self._open: _Pending | None = None
        """What the house was left to find out; it may ask back."""
        self._told = ""
        self._before: _Before = ((), None, None, None)

    def understand(self, text: str) -> Understanding:
        """What to do or say about one sentence."""
        self._before = (self._last, self._spoken_at, self._pending, self._sequels.at)
        sentence = words(text)
        if not any(word != "," for word in sentence):
            return Understanding(say="I did not hear anything.")
        if _bare(sentence) in AGAIN:
            return Understanding(say=self._told or "I have not said anything yet.")
        understood = self._understood(text, sentence)
        self._told = understood.say or self._told
        return understood

    def _understood(self, text: str, sentence: tuple[str, ...]) -> Understanding:
        pending, self._pending, self._open = self._pending, None, None
        if pending and self._now() - pending.at <= MEMORY and (followed := self._follow(pending, sentence)):
            return followed
        bare = _bare(sentence)
        if bare in STOPPING and self.home.tool(STOP_TOOL):
            return Understanding(calls=(Call(STOP_TOOL),))
        if said := introduction(self.home) if bare in HELP else _small_talk(bare):
            return Understanding(say=said)
        try:
            return self._sentence(sentence, written(text))
        except Miss as miss:
            return self._missed(miss, sentence)

    def rewind(self) -> None:
        """Forget the last sentence: it is going to be heard again, by somebody else."""
        self._last, self._spoken_at, self._pending, self._sequels.at = self._before

    def offer(self, understanding: Understanding, say: str) -> Understanding:
        """Ask before doing: a following "yes" makes the calls."""
        self._pending = _Pending(self._now(), offer=understanding)
        return Understanding(say=say)

    def answer(self, understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
        """The sentence to speak once the functions have answered; one that asks may be answered shortly."""
        if len(understanding.calls) == len(responses) == 1 and isinstance(responses[0], Mapping):
            (call,) = understanding.calls
            if self._open and str(responses[0].get("error", "")).endswith("?"):
                self._pending = self._open
            elif choice := left_open(call, self.home.tool(call.name), responses[0]):
                self._pending = _Pending(self._now(), choice=choice)
        self._told = answer(understanding, responses)
        return self._told

    @property
    def _recent(self) -> tuple[Thing, ...]:
        fresh = self._spoken_at is not None and self._now() - self._spoken_at <= MEMORY
        return self._last if fresh else ()

    def _sentence(self, sentence: tuple[str, ...], spelled: tuple[str, ...]) -> Understanding:
        if call := self._sequels.call(spelled, free=False) or self._phrased(spelled):
            return self._called(call)
        if not self._tagger.commanding(sentence) and (call := self._sequels.call(spelled, free=True)):
            return self._called(call)
        if special := self._specials.match(sentence, free=False):
            return self._done(*special, None)
        polite = _without_politeness(sentence)
        if asked := self._asked(sentence, polite):
            return asked
        order = as_order(polite)
        if order and order.unsure:
            return self._advised(order)
        try:
            return self._ordered(order) if order else self._wished(sentence)
        except Miss as miss:
            if otherwise := self._otherwise(miss, sentence, spelled):
                return otherwise
            raise

    def _otherwise(
        self, miss: Miss, sentence: tuple[str, ...], spelled: tuple[str, ...]
    ) -> Understanding | None:
        """What a sentence may be of which the home makes nothing."""
        if not _negated(sentence) and (call := self._phrases.any(spelled, self._now())):
            return self._called(call)
        if miss.final:
            return None
        if special := self._specials.match(sentence, free=True):
            return self._done(*special, None)
        if call := self._foreign.call(sentence):
            return self._done([call], self._things_of(call), None)
        if not miss.say.endswith("?") and (call := self._sequels.vague(spelled)):
            return self.offer(Understanding(calls=(call,)), f"{miss.say} {LAST}")
        return None

    def _asked(self, sentence: tuple[str, ...], polite: tuple[str, ...]) -> Understanding | None:
        if no_camera := unseen(polite, self.home):
            raise Miss(no_camera, final=True)
        for asked in (sentence, polite):
            if found := self._questions.calls(asked, self._recent):
                done = self._done(*found)
                if left := self._questions.left_open:
                    where = self._questions.left_where
                    self._open = _Pending(
                        self._now(), things=tuple(left), question=" ".join(asked), where=where
                    )
                return done
        return None

    def _called(self, call: Call) -> Understanding:
        self._sequels.note(call)
        return Understanding(calls=(call if self.home.things else self._lately.meant(call),))

    def _phrased(self, spelled: tuple[str, ...]) -> Call | None:
        """What can be nothing else: phrases without any words in them, then those of words of their own."""
        now = self._now()
        exact = self._phrases.match(spelled, now, free=False)
        return exact or self._phrases.telling(spelled, now, sequels=self._sequels.expected)

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
        form, _ = opening(_without_politeness(sentence))
        try:
            replies.refuse(tags, found, form, self._names)
            calls, things = self._wishes.calls(found, self._recent)
        except Miss as miss:
            if miss.things and len(found) == 1 and not form:
                self._pending = _Pending(self._now(), tuple(found), miss.things)
            raise
        if not calls:
            raise Miss(replies.NOT_UNDERSTOOD)
        if self._wishes.left_open:
            where = any(clause.reference.area in self.home.relative for clause in found)
            self._open = _Pending(self._now(), tuple(found), tuple(things), where=where)
        return self._done(calls, things, None)

    def _done(
        self, calls: Sequence[Call], things: Sequence[Thing], question: Question | None
    ) -> Understanding:
        if len(calls) > MOST_CALLS:
            raise Miss("Those are too many things at once for me.", final=True)
        self._last, self._spoken_at, self._sequels.at = tuple(things), self._now(), None
        risky = any(call.name in RISKY and not self._harmless(call) for call in calls)
        return Understanding(calls=tuple(calls), question=question, risky=risky)

    def _harmless(self, call: Call) -> bool:
        """Blinds may open without a second thought."""
        things = self._things_of(call) or self._wishes.left_open
        return call.name == "open" and all(family(thing.kind).name == "blinds" for thing in things)

    def _things_of(self, call: Call) -> list[Thing]:
        return [thing for thing in self.home.things if thing.name == call.args.get("device")]

    def _missed(self, miss: Miss, sentence: tuple[str, ...]) -> Understanding:
        form, _ = opening(_without_politeness(sentence))
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
        if pending.choice:
            call = pending.choice.made(content(sentence))
            return Understanding(calls=(call,)) if call else None
        if pending.where:
            meant = on_floor(pending.things, sentence, self._names, self.home)
        else:
            meant = chosen(pending.things, sentence)
        if not meant:
            return None
        try:
            if pending.question:
                return self._done(*asked_of(meant, self._tagger.tags(words(pending.question))))
            named = [_about(clause, thing) for clause in pending.clauses for thing in meant]
            calls, things = self._wishes.calls(named, ())
            return self._done(calls, things, None)
        except Miss as miss:
            return Understanding(say=miss.say)


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


def _bare(sentence: tuple[str, ...]) -> str:
    return " ".join(word for word in sentence if word not in (",", "please", "just"))


def _negated(sentence: tuple[str, ...]) -> bool:
    return " ".join(sentence[:2]) in ("do not", "can not") or "never" in sentence


def _small_talk(text: str) -> str:
    if text in NOTHING_TO_DO:
        return "Okay."
    if text in THANKS:
        return "You are welcome."
    if text in GREETINGS:
        return "Hello."
    if text in NIGHT:
        return "Good night."
    return ""
