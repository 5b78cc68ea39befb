"""One conversation's understanding: a sentence in, function calls or a short answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from assistant.brain.home import Home, Thing
from assistant.brain.understanding import replies
from assistant.brain.understanding.answers import answer
from assistant.brain.understanding.choices import left_open
from assistant.brain.understanding.clauses import clauses
from assistant.brain.understanding.foreign import ForeignGrammar
from assistant.brain.understanding.introducing import introduced
from assistant.brain.understanding.kinds import RISKY, family
from assistant.brain.understanding.later import delayed, postponed
from assistant.brain.understanding.lexicon import AGAIN, GREETINGS, NIGHT, NOTHING_TO_DO, THANKS
from assistant.brain.understanding.looks import unseen
from assistant.brain.understanding.meaning import DO_LATER, Call, Delay, Miss, Question, Understanding
from assistant.brain.understanding.moods import Order, as_order
from assistant.brain.understanding.names import Names
from assistant.brain.understanding.openings import opening, without_politeness
from assistant.brain.understanding.pending import LEFT, Answers, Pending, put_off
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
MEMORY = timedelta(minutes=2)
MOST_CALLS = 60
CANCEL_TOOL = "cancel_that"
CANCELLING = phrases(
    """
    cancel that, cancel it, cancel, never mind, nevermind, never mind that, forget it, forget about it,
    scratch that, cancel that again, no cancel that, oh never mind, ok never mind, actually never mind,
    actually cancel that, oh forget it
    """
)
STOP_TOOL = "stop_ringing"
STOPPING = phrases("stop, stop it, stop that, be quiet, quiet, shut up, enough, silence, stop ringing")
_Before = tuple[tuple[Thing, ...], datetime | None, Pending | None, datetime | None]


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
        self._answers = Answers(home, self._names, self._tagger, self._wishes)
        self._foreign = ForeignGrammar(home)
        self._last: tuple[Thing, ...] = ()
        self._spoken_at: datetime | None = None
        self._pending: Pending | None = None
        self._sequels = Sequels(self._phrases, now, home.hung)
        self._open: Pending | None = None
        """What the house was left to find out; it may ask back."""
        self._told = ""
        self._delay: Delay | None = None  # when what the present sentence wishes is to be done
        self._before: _Before = ((), None, None, None)

    def understand(self, text: str) -> Understanding:
        """What to do or say about one sentence."""
        self._before = (self._last, self._spoken_at, self._pending, self._sequels.at)
        sentence = words(text)
        if not any(word != "," for word in sentence):
            return Understanding(say="I did not hear anything.")
        if _bare(sentence) in AGAIN:
            return Understanding(say=self._told or "I have not said anything yet.")
        self._delay = None
        understood = self._understood(text, sentence)
        if self._delay is not None:
            understood = self._delayed(understood, self._delay)
        self._told = understood.say or self._told
        return understood

    def _understood(self, text: str, sentence: tuple[str, ...]) -> Understanding:
        pending, self._pending, self._open = self._pending, None, None
        pending = pending if pending and self._now() - pending.at <= MEMORY else None
        if pending and (followed := self._follow(pending, sentence)):
            self._delay = pending.delay
            return followed
        bare = _bare(sentence)
        if bare in STOPPING and self.home.tool(STOP_TOOL):
            return Understanding(calls=(Call(STOP_TOOL),))
        if bare in CANCELLING and self.home.tool(CANCEL_TOOL):
            return Understanding(say=LEFT) if pending else Understanding(calls=(Call(CANCEL_TOOL),))
        if said := introduced(self.home, bare) or _small_talk(bare):
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
        self._pending = Pending(self._now(), offer=understanding)
        return Understanding(say=say)

    def answer(self, understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
        """The sentence to speak once the functions have answered; one that asks may be answered shortly."""
        if len(understanding.calls) == len(responses) == 1 and isinstance(responses[0], Mapping):
            (call,) = understanding.calls
            if self._open and str(responses[0].get("error", "")).endswith("?"):
                self._pending = self._open
            elif call.name != DO_LATER and (
                choice := left_open(call, self.home.tool(call.name), responses[0])
            ):
                self._pending = Pending(self._now(), choice=choice)
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
        if later := self._later(sentence):
            return later
        return self._at_once(sentence, spelled)

    def _later(self, sentence: tuple[str, ...]) -> Understanding | None:
        """A wish for another time; None when there is no time in it, or it is no wish about devices."""
        found = delayed(sentence, self._now()) if self.home.tool(DO_LATER) else None
        understood = postponed(*found, self._at_once) if found else None
        self._delay = found[0] if found and understood else None
        return understood

    def _delayed(self, understood: Understanding, delay: Delay) -> Understanding:
        """The same, then; and what is answered to a question of ours is meant for then, too."""
        self._pending, self._open = put_off(self._pending, delay), put_off(self._open, delay)
        calls = (delay.call(understood.calls),) if understood.calls else ()
        return Understanding(calls=calls, say=understood.say)

    def _at_once(self, sentence: tuple[str, ...], spelled: tuple[str, ...]) -> Understanding:
        """A sentence without times."""
        if special := self._specials.match(sentence, free=False):
            return self._done(*special, None)
        polite = without_politeness(sentence)
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
        new = not self._tagger.naming(sentence)
        if not _negated(sentence) and (call := self._phrases.any(spelled, self._now(), new=new)):
            return self._called(call)
        self._phrases.refuse_beyond(spelled, self._now())
        if miss.final:
            return None
        if special := self._specials.match(sentence, free=True):
            return self._done(*special, None)
        if call := self._foreign.call(sentence):
            return self._done([call], _things_of(self.home, call), None)
        asked = self._sequels.asked_back(spelled, miss.say)
        return self.offer(*asked) if asked else None

    def _asked(self, sentence: tuple[str, ...], polite: tuple[str, ...]) -> Understanding | None:
        if no_camera := unseen(polite, self.home):
            raise Miss(no_camera, final=True)
        for asked in (sentence, polite):
            if found := self._questions.calls(asked, self._recent):
                done = self._done(*found)
                if left := self._questions.left_open:
                    where = self._questions.left_where
                    self._open = Pending(
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
        form, _ = opening(without_politeness(sentence))
        try:
            replies.refuse(tags, found, form, self._names)
            calls, things = self._wishes.calls(found, self._recent)
        except Miss as miss:
            if miss.things and len(found) == 1 and not form:
                self._pending = Pending(self._now(), tuple(found), miss.things)
            raise
        if not calls:
            raise Miss(replies.NOT_UNDERSTOOD)
        if self._wishes.left_open:
            where = any(clause.reference.area in self.home.relative for clause in found)
            self._open = Pending(self._now(), tuple(found), tuple(things), where=where)
        return self._done(calls, things, None)

    def _done(
        self, calls: Sequence[Call], things: Sequence[Thing], question: Question | None
    ) -> Understanding:
        if len(calls) > MOST_CALLS:
            raise Miss("Those are too many things at once for me.", final=True)
        self._last, self._spoken_at, self._sequels.at = tuple(things), self._now(), None
        risky = any(_lets_in(call, _things_of(self.home, call) or self._wishes.left_open) for call in calls)
        return Understanding(calls=tuple(calls), question=question, risky=risky)

    def _missed(self, miss: Miss, sentence: tuple[str, ...]) -> Understanding:
        self._delay = miss.delay
        form, _ = opening(without_politeness(sentence))
        if self._pending is None and miss.things and form:
            self._pending = Pending(self._now(), things=miss.things, question=" ".join(sentence))
        plans = miss.say == replies.NO_SCHEDULE and self.home.tool(DO_LATER)
        return Understanding(say=replies.WHICH_TIME if plans else miss.say)

    def _follow(self, pending: Pending, sentence: tuple[str, ...]) -> Understanding | None:
        """An answer to our own question; None when the sentence is something new."""
        try:
            answered = self._answers.take(pending, sentence)
            return self._done(*answered) if isinstance(answered, tuple) else self._sequels.agreed(answered)
        except Miss as miss:
            return Understanding(say=miss.say)


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
    if text.startswith("hey ") and text.count(" ") == 1:  # a wake word, whatever the own ear makes of it
        return "Yes?"
    if text in NIGHT:
        return "Good night."
    return ""


def _lets_in(call: Call, things: Sequence[Thing]) -> bool:
    """Whether it may let somebody in; blinds may open without a second thought."""
    blinds = call.name == "open" and all(family(thing.kind).name == "blinds" for thing in things)
    return call.name in RISKY and not blinds


def _things_of(home: Home, call: Call) -> list[Thing]:
    return [thing for thing in home.things if thing.name == call.args.get("device")]
