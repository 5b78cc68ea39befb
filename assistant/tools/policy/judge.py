"""The policy: what may run, by who asks, what was said, what the brain was given, and the risk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Literal

from assistant.errors import Refused
from assistant.tools.policy.heard import Heard
from assistant.tools.policy.matching import Case, Match, match
from assistant.tools.vocabulary import Risk
from assistant.tools.wording import phrased, texts, wish

LINGER_SECONDS = 1800.0
"""So long a brain may remember what it was given; a conversation that rests is begun anew much sooner."""
WORDS_SECONDS = 2.0
"""The transcript of a sentence may come after the call that it led to."""
NOT_ON_ITS_WORD = (
    "I do nothing because of what others have written, shown or said. Please ask me for it yourself."
)
LEAKS = "I don't carry out words that you have not said."
NOT_NAMED = "I only {what} when you ask for exactly that. Please say it yourself, with its name."
NEVER = "I don't {what} anything on a spoken word alone. Please do it yourself."
ONE_AT_A_TIME = "I {what} only one thing at a time, by its name."
NOBODY_HOME = "I don't {what} while I don't know that somebody is at home."
ASKS = {
    "yes": "Shall I {what}?",
    "pin": "To {what}, type the PIN on the dashboard, a screen, or with: assistant pin enter. Never say it.",
    "screen": "To {what}, press Yes on the dashboard or a screen.",
}

Way = Literal["never", "pin", "screen", "presence"]
"""How a risk of security may be taken."""
By = Literal["yes", "pin", "screen"]
"""How consent is given."""


class Asker(Enum):
    """Who wants something done."""

    VOICE = "voice"
    """Somebody says or types a sentence, and a brain makes calls of it."""
    HAND = "hand"
    """Somebody sets one property of one device."""
    AGENT = "agent"
    """Another program calls a tool."""


class Taint(IntEnum):
    """Foreign text that the brain was given: none that it could still know, some earlier, or some since the
    user last spoke."""

    NONE = 0
    EARLIER = 1
    FRESH = 2


@dataclass(frozen=True)
class Made:
    """How a call was made: by whom (None: by those whose policy it is), and what foreign text the brain may
    have known then (None: what it may know now)."""

    asker: Asker | None = None
    taint: Taint | None = None


@dataclass(frozen=True)
class Rules:
    """What the owner has decided: ``devices`` by name, all others by ``security``; names are folded."""

    security: Way = "never"
    devices: Mapping[str, Way] = field(default_factory=dict)
    answer_seconds: float = 45.0

    def way(self, device: str) -> Way:
        """How a risk of security may be taken with this device."""
        return self.devices.get(" ".join(device.casefold().split()), self.security)


class Held(Refused):
    """The call waits for consent; the text is the question. ``after`` is the utterance it was made in."""

    def __init__(self, text: str, by: By, after: int) -> None:
        super().__init__(text)
        self.by, self.after = by, after


class Policy:
    """What was said and what was given, and what may be done then. One of it for each way in."""

    def __init__(
        self,
        asker: Asker = Asker.HAND,
        rules: Rules | None = None,
        somebody_home: Callable[[], bool] = lambda: False,
    ) -> None:
        self._asker = asker
        self.rules = rules or Rules()
        self._somebody_home = somebody_home
        self.strangers: Callable[[], bool] = lambda: False
        """Whether servers of others describe their own tools to the brain."""
        self.obstacle: Callable[[By], str] = lambda _by: ""
        """Why nobody can consent in that way now, a sentence; "" when somebody can."""
        self.utterance = 0
        self.last_result = -1
        """The utterance in which a tool last told something."""
        self._heard, self._complete = Heard(), False
        self._news = asyncio.Event()
        self._recent: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._fresh = False
        self._foreign_at: float | None = None

    def new_utterance(self) -> None:
        """Somebody says or does something new."""
        self.utterance += 1
        self._heard, self._complete = Heard(), False
        self._recent = (frozenset(), self._recent[0])
        self._fresh = False

    def hears(self, text: str, *, complete: bool = False) -> None:
        """What was understood of it so far."""
        self._heard, self._complete = Heard(text), complete
        self._news.set()
        self._news = asyncio.Event()

    def used(self, names: Collection[str]) -> None:
        """These devices were meant; "it" may be one of them."""
        self._recent = (self._recent[0] | set(names), self._recent[1])

    def told(self, *, foreign: bool) -> None:
        """A tool has told the brain something."""
        self.last_result = self.utterance
        if foreign:
            self.saw()

    def saw(self) -> None:
        """The brain has seen or read something that nobody of the house has said."""
        self._fresh = True
        self._foreign_at = asyncio.get_running_loop().time()

    @property
    def taint(self) -> Taint:
        """What the brain may know now that is foreign."""
        if self._fresh:
            return Taint.FRESH
        at = self._foreign_at
        recent = at is not None and asyncio.get_running_loop().time() - at < LINGER_SECONDS
        return Taint.EARLIER if recent or self.strangers() else Taint.NONE

    async def judge(self, case: Case, risk: Risk, made: Made) -> None:
        """Return when a call may run now.

        Raises:
            Held: the user must consent first.
            Refused: it may not run; the text says why and what to do.
        """
        taint = self.taint if made.taint is None else made.taint
        asker = made.asker or self._asker
        if risk is Risk.READ:
            if taint is Taint.FRESH and any(self._heard.reveals(text) for text in texts(case.args)):
                raise Refused(LEAKS)
        elif risk is Risk.SECURITY:
            await self._judge_security(case, taint, asker)
        elif asker is Asker.VOICE and (taint or risk is Risk.COSTLY):
            await self._judge_words(case, risk, taint)

    async def _judge_words(self, case: Case, risk: Risk, taint: Taint) -> None:
        if taint is Taint.FRESH and risk is Risk.COSTLY:
            raise Refused(NOT_ON_ITS_WORD)
        found = await self._matched(case)
        if found is Match.FULL or (found is Match.VALUES_DIFFER and taint is Taint.NONE):
            return
        if taint is Taint.FRESH and found is Match.NONE:
            raise Refused(NOT_ON_ITS_WORD)
        raise self._held(case, "yes")

    async def _judge_security(self, case: Case, taint: Taint, asker: Asker) -> None:
        verb = case.name.replace("_", " ")
        way: Way = self.rules.way(case.devices[0].name) if case.devices else "never"
        if way == "never" or asker is Asker.AGENT:
            raise Refused(NEVER.format(what=verb))
        if len(case.devices) > 1:
            raise Refused(ONE_AT_A_TIME.format(what=verb))
        if taint is Taint.FRESH:
            raise Refused(NOT_ON_ITS_WORD)
        if asker is Asker.VOICE and await self._matched(case) is not Match.FULL:
            raise Refused(NOT_NAMED.format(what=verb))
        if way != "presence":
            if obstacle := self.obstacle(way):
                raise Refused(obstacle)
            raise self._held(case, way)
        if not self._somebody_home():
            raise Refused(NOBODY_HOME.format(what=_what(case)))

    def _held(self, case: Case, by: By) -> Held:
        return Held(ASKS[by].format(what=_what(case)), by, self.utterance)

    async def _matched(self, case: Case) -> Match:
        """How well a case is what was said, waiting a little for words that have not come yet."""
        utterance = self.utterance
        try:
            async with asyncio.timeout(WORDS_SECONDS):
                while (found := self._match(case)) is not Match.FULL and not self._complete:
                    await self._news.wait()
                    if self.utterance != utterance:
                        return Match.NONE
        except TimeoutError:
            return self._match(case)
        return found

    def _match(self, case: Case) -> Match:
        return match(case, self._heard, self._recent[0] | self._recent[1])


def _what(case: Case) -> str:
    said = "" if case.devices else phrased(case.name, case.declaration.phrases, case.args)
    return said or wish(case.name, [device.name for device in case.devices], case.args)
