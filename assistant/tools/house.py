"""Tools of the house itself, whatever plugins there are: put it back, and say why."""

from __future__ import annotations

from assistant.tools.dispatch import Dispatcher
from assistant.tools.schema import declare
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Risk

UNDO = ("put it back", "undo that", "undo", "change it back", "put that back", "put everything back")
WHY = ("why did you do that", "why did you do this", "what did you just do", "why did that happen")


def house_tools(dispatcher: Dispatcher) -> list[Tool]:
    """The tools that need the dispatcher's memory."""

    async def undo() -> str:
        """Put back what was changed for the last request."""
        return await dispatcher.undo()

    async def why() -> str:
        """Say what was done last and for which words; for "why did you do that?"."""
        return dispatcher.journal.why()

    return [
        Tool(declare(undo, risk=Risk.COMFORT, phrases=UNDO), undo, "house"),
        Tool(declare(why, risk=Risk.READ, phrases=WHY), why, "house"),
    ]
