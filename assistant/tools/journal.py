"""What was done and why, for "put it back" and "why did you do that?"."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.revoking import Revocable
from assistant.tools import wording
from assistant.tools.sentences import listed
from assistant.tools.table import Target

REMEMBERED = 50
LONGEST_QUOTE = 120
MOST_KINDS = 4


@dataclass(frozen=True)
class Deed:
    """One call that changed devices: how each was before it."""

    verb: str
    args: Mapping[str, Any]
    before: Mapping[Target, Mapping[str, Any]]
    ok: bool


@dataclass
class Utterance:
    """What was heard, and everything that was done for it."""

    heard: str = ""
    deeds: list[Deed] = field(default_factory=list)
    made: list[Revocable] = field(default_factory=list)
    """What was set for it, and can be called off."""
    because: str = ""
    """Why it was done when nobody has just asked for it: "It was planned for 18:00"."""
    at: float = 0.0
    """When the last of it was done, by the loop's clock."""

    def note(self, deed: Deed) -> None:
        """Something was done for it."""
        self.deeds.append(deed)
        self.at = asyncio.get_running_loop().time()

    def make(self, what: Revocable) -> None:
        """Something was set for it that can be called off."""
        self.made.append(what)
        self.at = asyncio.get_running_loop().time()


class Journal:
    """The last utterances that led to something."""

    def __init__(self) -> None:
        self._now = Utterance()
        self._past: deque[Utterance] = deque(maxlen=REMEMBERED)
        self._settled = 0.0
        """What was said before that is not "that" any more: something was taken back since."""
        self.forgotten: Callable[[], None] = lambda: None
        """Called when it is forgotten: who else remembers what was said."""

    @property
    def now(self) -> Utterance:
        """What is being said and done."""
        return self._now

    def begin(self) -> None:
        """Somebody says something new."""
        self.keep(self._now)
        self._now = Utterance()

    def keep(self, utterance: Utterance) -> None:
        """Remember what was said, or planned, if it has led to something."""
        if utterance.deeds or utterance.made:
            self._past.append(utterance)

    def heard(self, text: str) -> None:
        """What was understood of it."""
        self._now.heard = text

    def take_last(self) -> list[Deed]:
        """What is to be put back, the latest first; putting it back twice does nothing."""
        last = self._last_done()
        if last is None:
            return []
        self.drop(last)
        return list(reversed(last.deeds))

    def latest(self, seconds: float, which: str = "") -> Utterance | None:
        """The last that was said and led to something, no longer ago than this or something that lasts; or
        to what has ``which`` in what it is called."""
        since = max(asyncio.get_running_loop().time() - seconds, self._settled)
        said = (one for one in reversed(self._past) if not one.because)
        fresh = (one for one in said if one.at >= since or any(each.lasts for each in one.made))
        meant = (
            one for one in fresh if not which or any(which in each.called.casefold() for each in one.made)
        )
        return next(meant, None)

    def drop(self, utterance: Utterance) -> None:
        """What was done for it is put back, what was set for it called off."""
        self._settled = asyncio.get_running_loop().time()
        self._past = deque((one for one in self._past if one is not utterance), maxlen=REMEMBERED)

    def _last_done(self) -> Utterance | None:
        return next((one for one in reversed(self._past) if one.deeds), None)

    def forget(self) -> None:
        """Nothing was said and nothing was done."""
        self._past.clear()
        self._now = Utterance()
        self.forgotten()

    def why(self) -> str:
        """One sentence about what was done last, and for which words."""
        last = self._last_done()
        if last is None:
            return "I have not done anything yet"
        alike: dict[tuple[str, str, bool], list[Deed]] = {}
        for deed in last.deeds:
            alike.setdefault((deed.verb, str(deed.args), deed.ok), []).append(deed)
        done = listed([_told(deeds) for deeds in alike.values()][:MOST_KINDS])
        heard = f'I heard "{last.heard[:LONGEST_QUOTE]}"' if last.heard else "The brain asked for it"
        quote = last.because or heard
        return f"{quote}, so I {done}"


def _told(deeds: list[Deed]) -> str:
    """What was done alike to several things is one deed: "turned off 10 devices"."""
    names = [target.name for deed in deeds for target in deed.before]
    args = {name: value for name, value in deeds[0].args.items() if name != "device"}
    return wording.deed(deeds[0].verb, names, args, ok=deeds[0].ok)
