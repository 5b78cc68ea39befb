"""The marks ``tool`` and ``hears`` of an author's functions; see `reacting` for the others."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_type_hints, overload

from assistant.tools.declaring import declare
from assistant.tools.schema import Declaration
from assistant.tools.vocabulary import Risk, Speak

PAYLOAD_BYTES = 256 * 1024
"""What arrives is left out when it is larger, unless its listener asks for more."""

AsyncTool = TypeVar("AsyncTool", bound=Callable[..., Coroutine[Any, Any, Any]])
Hearer = TypeVar("Hearer", bound=Callable[..., None])


@dataclass(frozen=True)
class ToolMark:
    """What ``@tool`` was told."""

    risk: Risk
    phrases: tuple[str, ...]
    slow: bool = False
    speak: Speak = "when idle"

    def declared(self, function: Callable[..., Any]) -> Declaration:
        """What the brain is told of the function.

        Raises:
            PluginError: it cannot be declared.
        """
        told = declare(function, risk=self.risk, phrases=self.phrases)
        return replace(told, slow=self.slow, speak=self.speak)


@overload
def tool(function: AsyncTool, /) -> AsyncTool: ...
@overload
def tool(
    *, risk: Risk = ..., phrases: tuple[str, ...] = ..., slow: bool = ..., speak: Speak = ...
) -> Callable[[AsyncTool], AsyncTool]: ...
def tool(
    function: AsyncTool | None = None,
    /,
    *,
    risk: Risk = Risk.COMFORT,
    phrases: tuple[str, ...] = (),
    slow: bool = False,
    speak: Speak = "when idle",
) -> AsyncTool | Callable[[AsyncTool], AsyncTool]:
    """Mark an async function or method that the brain may call.

    The docstring becomes its description (with "Args:" the texts of its parameters), the annotations its
    schema; ``phrases`` are example sentences (``{parameter}`` is a slot). The sentence it returns is spoken.
    A ``slow`` tool may take five minutes instead of 15 s: the conversation goes on meanwhile, `tell` says
    how far it is, and ``speak`` is when its answer is spoken: "now" (over whatever is being said),
    "when idle" or "never".
    """

    def mark(marked: AsyncTool) -> AsyncTool:
        # ("one phrase") without its comma is a string, which would be read letter by letter.
        several = (phrases,) if isinstance(phrases, str) else tuple(phrases)
        vars(marked)["tool_mark"] = ToolMark(risk, several, slow, speak)
        return marked

    return mark(function) if function is not None else mark


def hears(*topics: str, retained: bool = True, largest: int = PAYLOAD_BYTES) -> Callable[[Hearer], Hearer]:
    """Mark a method that is called with what arrives on MQTT topics (``{setting}`` is filled in).

    The method's ``payload`` parameter is annotated ``str`` (UTF-8), ``bytes`` or ``dict`` (a JSON
    object); a payload that does not fit is logged and dropped. It may also take ``topic: str``.
    Without ``retained`` it hears nothing that the broker had kept: commands are never meant for later.
    Payloads of more bytes than ``largest`` are left out.
    """

    def mark(marked: Hearer) -> Hearer:
        vars(marked)["hears_topics"] = topics
        vars(marked)["hears_how"] = {"retained": retained, "largest": largest}
        return marked

    return mark


def decoder(method: Callable[..., None]) -> Callable[[bytes], Any]:
    """What makes of a payload what a listener's annotation wants."""
    hint = get_type_hints(method).get("payload", str)
    if hint is bytes:
        return bytes
    if (typing.get_origin(hint) or hint) is dict:
        return _json_object
    return bytes.decode


def _json_object(payload: bytes) -> dict[str, Any]:
    value = json.loads(payload)
    if not isinstance(value, dict):
        raise TypeError(f"expected a JSON object, got {payload[:40]!r}")
    return value
