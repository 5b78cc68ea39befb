"""Tool calls under way: who waits for which answers, and what a late or unknown answer means."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.brain.protocols import Setup, Understanding
from assistant.brain.thinking import Thinker
from assistant.brain.wire import Hangup, Json, ToolAnswer

REMEMBERED = 1000
"""Finished call ids that are still known, so that a late answer is forgiven."""
URGENCY = ["SILENT", "WHEN_IDLE", "INTERRUPT"]
NO_ANSWER = {"error": "That took too long, so I don't know whether it worked.", "retryable": False}


@dataclass
class Batch:
    """The calls of one ``toolCall`` message; they are answered together."""

    thinker: Thinker
    understanding: Understanding
    ids: tuple[str, ...]
    blocking: bool
    answers: dict[str, Json] = field(default_factory=dict)
    scheduling: str = "SILENT"
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def message(self) -> dict[str, Any]:
        """The ``toolCall`` to send."""
        calls = zip(self.ids, self.understanding.calls, strict=True)
        return {
            "toolCall": {
                "functionCalls": [{"id": id_, "name": c.name, "args": dict(c.args)} for id_, c in calls]
            }
        }

    def take(self, answer: ToolAnswer) -> None:
        """Note one answer; the most urgent wish of all decides when to speak."""
        self.answers[answer.id] = answer.response
        wish = answer.scheduling if answer.scheduling in URGENCY else "WHEN_IDLE"
        self.scheduling = max(self.scheduling, wish, key=URGENCY.index)
        if len(self.answers) == len(self.ids):
            self.finished.set()

    def responses(self) -> list[Json]:
        """The answers in the order of the calls."""
        return [self.answers.get(id_, NO_ANSWER) for id_ in self.ids]


class Calls:
    """Every call of one session that is not answered yet."""

    def __init__(self) -> None:
        self._open: dict[str, Batch] = {}
        self._scripted: set[str] = set()
        self._done: deque[str] = deque(maxlen=REMEMBERED)
        self._numbers = itertools.count(1)

    @property
    def pending(self) -> bool:
        """Whether any answer is still awaited."""
        return bool(self._open or self._scripted)

    @property
    def blocking(self) -> bool:
        """Whether the conversation stands still for an answer."""
        return any(batch.blocking for batch in self._open.values())

    def open(self, thinker: Thinker, understanding: Understanding, *, blocking: bool) -> Batch:
        """Give the calls ids that no other session uses."""
        ids = tuple(f"call-{next(self._numbers)}-{secrets.token_hex(4)}" for _ in understanding.calls)
        batch = Batch(thinker, understanding, ids, blocking)
        self._open.update(dict.fromkeys(ids, batch))
        return batch

    def expect(self, id_: str) -> None:
        """A script made a call of its own."""
        self._scripted.add(id_)

    def scripted(self, ids: Iterable[str]) -> Iterator[str]:
        """Those of the ids that a script is waiting for."""
        return (id_ for id_ in ids if id_ in self._scripted)

    def take_scripted(self, *ids: str) -> tuple[str, ...]:
        """Those of the ids (none given: all) that a script is waiting for; it waits no longer."""
        taken = tuple(sorted(self._scripted & set(ids or self._scripted)))
        self._scripted.difference_update(taken)
        self._done.extend(taken)
        return taken

    def take(self, answer: ToolAnswer) -> Batch | None:
        """Note an answer. A piece of an answer that will continue comes back as a batch of its own."""
        batch = self._open.get(answer.id)
        if batch is None:
            if answer.id in self._done:
                return None
            raise Hangup(1008, "Requested entity was not found.")
        if answer.will_continue and not batch.blocking:
            return replace(
                batch,
                ids=(answer.id,),
                answers={answer.id: answer.response},
                scheduling=answer.scheduling,
            )
        self._close(answer.id)
        batch.take(answer)
        return None

    def cancel(self, batch: Batch) -> tuple[str, ...]:
        """Forget a batch; the ids that had no answer yet."""
        unanswered = tuple(id_ for id_ in batch.ids if id_ in self._open)
        for id_ in unanswered:
            self._close(id_)
        return unanswered

    def _close(self, id_: str) -> None:
        del self._open[id_]
        self._done.append(id_)


def blocks(setup: Setup, understanding: Understanding, default: str) -> bool:
    """Whether the conversation waits for these calls: by declaration, else by the model's custom."""
    declared = {
        declaration.get("name"): declaration.get("behavior")
        for tool in setup.get("tools", [])
        for declaration in tool.get("functionDeclarations", [])
    }
    custom = {"always": True, "never": False}.get(default, "3.8" not in setup["model"])
    wishes = {declared.get(call.name) for call in understanding.calls}
    if wishes & {"BLOCKING"}:
        return True
    return custom and bool(wishes - {"NON_BLOCKING"})
