"""Runs one tool: its author's code, with what may come of it, and whose words its answer is made of."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant import faults, given
from assistant.errors import ToolError
from assistant.plain import plain, text
from assistant.speaking import answering, speak_as
from assistant.tools.acting import reaching_out
from assistant.tools.declaring import where
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Risk

log = logging.getLogger(__name__)
_left_behind: dict[asyncio.Task[Answer | BaseException], Tool] = {}
"""Calls that were called off and go on."""

TOOL_SECONDS = 15.0
SLOW_TOOL_SECONDS = 300.0
LEAVING_SECONDS = 2.0
"""What a tool that is called off may take to tidy up."""
LONGEST_ANSWER = 8000
"""In characters: ten minutes of speech, and every brain reads it all."""
LONGEST_WORD = 24
"""A reported text that is longer, or has a space in it, is more than the name of a state."""


@dataclass(frozen=True)
class Answer:
    """What a tool may return instead of a plain sentence, when the bare values help the brain.

    ``foreign`` words come from outside, such as from a sign before a camera: until the user speaks again,
    only what the user has asked for is done. None: as the tool declares (``own_words``).
    """

    text: str
    state: dict[str, Any] = field(default_factory=dict)
    foreign: bool | None = None

    def __post_init__(self) -> None:
        given.pairs(self.state, "the state of an Answer", 'Answer("…", {"level": 5})')


async def invoke(tool: Tool, values: Mapping[str, Any]) -> Answer:
    """The one place where plugin code runs for a brain; whatever it raises ends here.

    Raises:
        ToolError: it did not work; the text may be told.
    """
    if tool.device is None and tool.declaration.risk is not Risk.READ:
        reaching_out()  # what a plain function does to the world, only its author knows
    speak_as(tool.owner)
    answering(not tool.declaration.slow)
    seconds = SLOW_TOOL_SECONDS if tool.declaration.slow else TOOL_SECONDS
    outcome = await _within(seconds, tool, values)
    if isinstance(outcome, Answer):
        return outcome
    if isinstance(outcome, ToolError) and str(outcome).strip():
        raise outcome
    if isinstance(outcome, ToolError):  # "Done." would be said of nothing
        raise ToolError("That did not work.") from outcome
    # A tool of ours may call what its author has written: `get_state` calls `describe`.
    author = getattr(tool.function, "__self__", None)
    module = tool.function.__module__ if author is None else type(author).__module__
    faults.log_fault(log, f"tool {tool.name} of {tool.owner} failed", outcome, module)
    raise ToolError("That did not work.") from outcome


async def _within(seconds: float, tool: Tool, values: Mapping[str, Any]) -> Answer | BaseException:
    """What came of a tool, in a task of its own: one that will not be cancelled is left behind, and neither
    its caller nor the house waits for it.

    Raises:
        ToolError: it took too long, or an earlier call of it is still not over.
    """
    if any(left.function == tool.function for left in _left_behind.values()):
        raise ToolError("I called that off, but it is still not over.")
    # Of no TaskGroup: that would wait for it.
    running = asyncio.get_running_loop().create_task(_contained(tool, values), name=f"tool {tool.name}")
    try:
        if await _over(running, seconds):
            return asyncio.CancelledError() if running.cancelled() else running.result()
    finally:
        if running.cancel() and not await _over(running, LEAVING_SECONDS):
            _leave_behind(running, tool)
    log.warning("tool %s of %s took more than %g s", tool.name, tool.owner, seconds)
    raise ToolError("That took too long, I stopped waiting.")


async def _over(running: asyncio.Task[Answer | BaseException], seconds: float) -> bool:
    return bool((await asyncio.wait({running}, timeout=seconds))[0])


async def _contained(tool: Tool, values: Mapping[str, Any]) -> Answer | BaseException:
    """A tool's answer or whatever it raised: a SystemExit that left a task would end the event loop."""
    try:
        return _readable(await tool.function(**values), tool)
    except BaseException as error:
        if faults.passes(error):
            raise
        return error


def _leave_behind(running: asyncio.Task[Answer | BaseException], tool: Tool) -> None:
    """Remember it until it ends by itself, if ever: until then nobody may call it again."""
    what = f"{where(tool.function)}: tool {tool.name} of {tool.owner}"
    log.error("%s goes on though it was called off and is not called again: let CancelledError pass", what)
    _left_behind[running] = tool
    running.add_done_callback(_left_behind.pop)


def _readable(answer: object, tool: Tool) -> Answer:
    """What a tool returned, with a state that JSON can carry: the brain must get an answer in any case."""
    state: Any = plain(answer.state) if isinstance(answer, Answer) else {}
    words = _words(answer.text if isinstance(answer, Answer) else answer, tool)
    if len(words) > LONGEST_ANSWER:
        what = f"{where(tool.function)}: tool {tool.name} of {tool.owner}"
        log.warning("%s answered with %d characters; cut: return what can be told", what, len(words))
        words = f"{words[:LONGEST_ANSWER]} ..."
    told = Answer(text(words), state if isinstance(state, dict) else {})
    declared = answer.foreign if isinstance(answer, Answer) else None
    return Answer(told.text, told.state, _is_foreign(tool, told) if declared is None else declared)


def _words(answer: object, tool: Tool) -> str:
    """A returned value as it can be spoken.

    Raises:
        TypeError: nobody would understand it; with file, line and what to return instead.
    """
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError(f"{where(tool.function)}: it returned what was not awaited; write `return await …`")
    if isinstance(answer, bytes | bytearray):
        raise TypeError(f"{where(tool.function)}: it returned bytes; write `return data.decode()`")
    if isinstance(answer, BaseException):
        raise TypeError(
            f"{where(tool.function)}: it returned an error; write `raise {type(answer).__name__}(…)`"
        )
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if (
        answer is not None
        and type(answer).__str__ is object.__str__
        and type(answer).__repr__ is object.__repr__
    ):
        kind = type(answer).__name__
        raise TypeError(f"{where(tool.function)}: it returned {kind}; return a sentence or an Answer")
    return "Done" if answer is None else str(answer)


def _is_foreign(tool: Tool, answer: Answer) -> bool:
    """Of a device: whether free text that it has reported is told. Of others: what they do not vouch for."""
    if tool.device is None:
        return not tool.declaration.own_words
    told = f"{answer.text} {answer.state}".casefold()
    free = (value for value in tool.device.states.values() if isinstance(value, str) and _is_free(value))
    return any(value.casefold() in told or repr(value)[1:-1].casefold() in told for value in free)


def _is_free(value: str) -> bool:
    return len(value) > LONGEST_WORD or " " in value.strip()
