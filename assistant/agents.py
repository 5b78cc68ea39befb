"""What other agents may do in the house: call its own tools, under the same policy as a brain."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from assistant import prompts
from assistant.app import House
from assistant.briefing import whole
from assistant.control import Tell
from assistant.errors import ToolError, UsageError
from assistant.floods import Bucket
from assistant.plain import plain
from assistant.tools.dispatch import Dispatcher, ToolCall
from assistant.tools.policy.judge import Asker, Policy
from assistant.tools.schema import Declaration
from assistant.tools.vocabulary import Risk

AGAIN_SECONDS = 2.0
"""The same call so soon is a repetition, whatever its id; later it is meant anew."""
CALLS, CALLS_A_SECOND = 60, 1.0
OF_PEOPLE = ("undo", "why", "cancel_that", "do_later", "cancel_planned")
"""About what people in the house said last; that is no agent's."""


class Agents:
    """Agents have a dispatcher of their own: they say no sentences, so nothing they do is done "again"."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._dispatcher = Dispatcher(house.furniture.table, house.registry, house.bus, Policy(Asker.AGENT))
        self._dispatcher.asked_for = house.dispatcher.asked_for
        self._bucket = Bucket(CALLS, CALLS_A_SECOND)
        self._lately: dict[str, tuple[float, str]] = {}
        """Calls of the last seconds: when, and under which id."""

    async def handle(self, request: dict[str, Any], tell: Tell) -> bool:
        """Do what a request says; whether it worked.

        Raises:
            UsageError: it is no such request.
            ToolError: the call is not for agents, or one too many.
        """
        match request:
            case {"do": "tools"}:
                tell(self._tools())
                return True
            case {"do": "call", "tool": str(tool), "args": dict(args), "id": str(ident)}:
                return await self._call(tool, args, ident, tell)
        raise UsageError("a call needs a tool, args and an id")

    def _tools(self) -> dict[str, Any]:
        """Everything that an agent may call, and what the home has.

        Strangers' tools are not passed on, and what is never done on a word alone is not offered.
        """
        return {
            "event": "tools",
            "instruction": whole(self._house.furniture).instruction.removeprefix(prompts.HOUSE).strip(),
            "tools": [
                {
                    "name": each.name,
                    "description": each.description,
                    "parameters": each.schema(),
                    "risk": each.risk.name.lower(),
                }
                for each in self._offered()
            ],
        }

    async def _call(self, tool: str, args: dict[str, Any], ident: str, tell: Tell) -> bool:
        """Call a tool and tell how it ended; whether it worked."""
        now = asyncio.get_running_loop().time()
        if not self._bucket.take(now):
            raise ToolError("Those were too many actions; wait a minute.")
        if tool not in {each.name for each in self._offered()}:
            raise ToolError(f"There is no tool called {tool[:60]}.")
        ident = self._known_as(json.dumps([tool, args], sort_keys=True, default=str), ident, now)
        self._dispatcher.new_utterance()

        async def meanwhile(sentence: str) -> None:
            tell({"event": "progress", "text": sentence})

        result = await self._dispatcher.call(ToolCall(ident, tool, args), meanwhile)
        tell(
            {
                "event": "answer",
                "ok": result.ok,
                "text": result.text,
                "state": plain(result.state),
                "options": list(result.options),
            }
        )
        return result.ok

    def _known_as(self, same: str, ident: str, now: float) -> str:
        """The id of a call, or that of the one it repeats."""
        self._lately = {one: it for one, it in self._lately.items() if now - it[0] < AGAIN_SECONDS}
        return self._lately.setdefault(same, (now, ident))[1]

    def _offered(self) -> list[Declaration]:
        declared = self._house.furniture.table.own_declarations()
        return [each for each in declared if each.risk < Risk.SECURITY and each.name not in OF_PEOPLE]
