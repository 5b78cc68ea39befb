"""Plays the steps of a script on one connection."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

from assistant.brain.line import Line
from assistant.brain.turns import Turns, Work
from assistant.brain.wire import Hangup

if TYPE_CHECKING:
    from assistant.brain.script import Script, Step

FLAGS: dict[str, dict[str, Any]] = {
    "interrupted": {"interrupted": True},
    "generation_complete": {"generationComplete": True},
    "turn_complete": {"turnComplete": True, "interactionStatus": "IDLE"},
}


class Player:
    """Knows the script, the number of its connection and how to do every step."""

    def __init__(self, script: Script | None, connection: int, line: Line, turns: Turns) -> None:
        self._script = script
        self._connection = connection
        self._line = line
        self._turns = turns
        self._numbers = itertools.count(1)

    def instead(self, event: str, text: str, normal: Work) -> Work:
        """What to do at this event: the script's steps, else what is normal."""
        if self._script is None:
            return normal
        steps = self._script.steps(event, text, self._connection)
        return normal if steps is None else partial(self._play, steps, normal)

    async def _play(self, steps: Sequence[Step], normal: Work) -> None:
        for step in steps:
            if step.name == "normal":
                await normal()
            else:
                await self._step(step.name, step.value)

    async def _step(self, name: str, value: Any) -> None:
        match name:
            case "send":
                await self._line.send(value)
            case "interrupted" | "generation_complete" | "turn_complete":
                await self._line.content(**FLAGS[name])
            case "send_text":
                await self._line.send_raw(value)
            case "oversize":
                await self._line.send_raw(b'{"pad":"' + b"x" * value + b'"}')
            case "say":
                await self._turns.say(value)
            case "tool_call":
                await self._tool_call(value if isinstance(value, list) else [value])
            case "wait":
                await asyncio.sleep(value)
            case "go_away":
                await self._line.send({"goAway": {"timeLeft": f"{value:g}s"}})
            case _:
                await self._end(name, value)

    async def _end(self, name: str, value: Any) -> None:
        """The steps that end something."""
        match name:
            case "close":
                close = value if isinstance(value, dict) else {"code": value}
                raise Hangup(close["code"], str(close.get("reason", "")))
            case "abort":
                self._line.abort()
                raise WebSocketDisconnect(1006)
            case "cancel_calls":
                ids = self._turns.calls.take_scripted()
                await self._line.send({"toolCallCancellation": {"ids": list(ids)}})
            case "stall":
                self._line.stall()
            case "hang":
                await asyncio.Event().wait()

    async def _tool_call(self, calls: list[dict[str, Any]]) -> None:
        sent = []
        for call in calls:
            id_ = str(call.get("id") or f"script-{next(self._numbers)}")
            self._turns.calls.expect(id_)
            sent.append({"id": id_, "name": call["name"], "args": call.get("args", {})})
        await self._line.send({"toolCall": {"functionCalls": sent}})
