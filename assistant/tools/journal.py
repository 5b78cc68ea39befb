"""What was done and why, for "put it back" and "why did you do that?"."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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


class Journal:
    """The last utterances that led to something."""

    def __init__(self) -> None:
        self._now = Utterance()
        self._past: deque[Utterance] = deque(maxlen=REMEMBERED)
        self.forgotten: Callable[[], None] = lambda: None
        """Called when it is forgotten: who else remembers what was said."""

    def begin(self) -> None:
        """Somebody says something new."""
        if self._now.deeds:
            self._past.append(self._now)
        self._now = Utterance()

    def heard(self, text: str) -> None:
        """What was understood of it."""
        self._now.heard = text

    def note(self, deed: Deed) -> None:
        """Something was done for it."""
        self._now.deeds.append(deed)

    def take_last(self) -> list[Deed]:
        """What is to be put back, the latest first; putting it back twice does nothing."""
        return list(reversed(self._past.pop().deeds)) if self._past else []

    def forget(self) -> None:
        """Nothing was said and nothing was done."""
        self._past.clear()
        self._now = Utterance()
        self.forgotten()

    def why(self) -> str:
        """One sentence about what was done last, and for which words."""
        if not self._past:
            return "I have not done anything yet"
        last = self._past[-1]
        alike: dict[tuple[str, str, bool], list[Deed]] = {}
        for deed in last.deeds:
            alike.setdefault((deed.verb, str(deed.args), deed.ok), []).append(deed)
        done = listed([_told(deeds) for deeds in alike.values()][:MOST_KINDS])
        quote = f'I heard "{last.heard[:LONGEST_QUOTE]}"' if last.heard else "The brain asked for it"
        return f"{quote}, so I {done}"


def _told(deeds: list[Deed]) -> str:
    """What was done alike to several things is one deed: "turned off 10 devices"."""
    names = [target.name for deed in deeds for target in deed.before]
    args = {name: value for name, value in deeds[0].args.items() if name != "device"}
    return wording.deed(deeds[0].verb, names, args, ok=deeds[0].ok)
