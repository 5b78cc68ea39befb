"""Taking back what was asked for: "put it back" for what was done, "cancel that" for what was set, too."""

from __future__ import annotations

from assistant.errors import ToolError
from assistant.revoking import DONE, DRAWING
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.journal import Deed
from assistant.tools.sentences import listed, sentence
from assistant.tools.setters import restoring
from assistant.tools.vocabulary import Risk

RIGHT_AFTER_SECONDS = 60.0
"""Later than that, nobody can tell what "that" is."""
NOTHING = "There is nothing to cancel."
NOT_DRAWING = "Nothing is being drawn now."
OVER = "That is over already."


async def put_back(dispatcher: Dispatcher) -> str:
    """Put back what was changed for the last request, as far as the devices have verbs for it.

    Raises:
        ToolError: there is nothing, or it did not work.
    """
    results = await _restored(dispatcher, dispatcher.journal.take_last())
    if not results and (said := await dispatcher.put_back_otherwise()):
        return said
    if not results:
        raise ToolError("There is nothing that I could put back.")
    return _told(results)


async def cancel_that(dispatcher: Dispatcher, which: str = "") -> str:
    """Call off what the last request has set, stop what it has begun, or put back what was done for it.

    Raises:
        ToolError: it could be several things, with what they are called; or it did not work.
    """
    which = which.casefold()
    last = dispatcher.journal.latest(RIGHT_AFTER_SECONDS, which)
    if last is None and which and which in DRAWING:
        return NOT_DRAWING
    last = last or dispatcher.journal.latest(RIGHT_AFTER_SECONDS)
    if last is None:
        return NOTHING
    called = list(dict.fromkeys([*(each.called for each in last.made), *([DONE] if last.deeds else [])]))
    meant = [name for name in called if which in name.casefold()] or called
    if len(meant) > 1:
        raise ToolError(f"Do you mean {listed(meant, 'or')}?", options=tuple(meant))
    said = ""
    if revocable := next((each for each in reversed(last.made) if each.called == meant[0]), None):
        last.made.remove(revocable)
        said = await revocable.revoke()
    deeds: list[Deed] = []
    if meant == [DONE]:
        deeds, last.deeds = last.deeds[::-1], []
    if not (last.made or last.deeds):
        dispatcher.journal.drop(last)
    results = await _restored(dispatcher, deeds)
    return _told(results) if results else said or OVER


async def _restored(dispatcher: Dispatcher, deeds: list[Deed]) -> list[ToolResult]:
    results: list[ToolResult] = []
    for deed in deeds:
        for device, before in deed.before.items():
            for verb, args in restoring(before, device.states, dispatcher.table.verbs(device)):
                back = ToolCall("", verb, {"device": device.name, **args})
                results.append(await dispatcher.run(back, judged=Risk.COSTLY))
    return results


def _told(results: list[ToolResult]) -> str:
    text = " ".join(dict.fromkeys(sentence(result.text) for result in results))
    if not any(result.ok for result in results):
        raise ToolError(text)
    return text
