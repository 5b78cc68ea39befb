"""The marks ``tool`` and ``hears`` of an author's functions; see `reacting` for the others."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args, get_type_hints, overload

from assistant import given
from assistant.errors import PluginError
from assistant.tools.declaring import check_marked, declare, where
from assistant.tools.schema import Declaration
from assistant.tools.sentences import listed
from assistant.tools.vocabulary import Risk, Speak

PAYLOAD_BYTES = 256 * 1024
"""What arrives is left out when it is larger, unless its listener asks for more."""

PAYLOADS = (str, bytes, dict, Mapping, Any)

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

    if isinstance(function, str):
        raise PluginError(f"tool() takes no sentence by itself; write @tool(phrases=({function!r},))")
    if not isinstance(slow, bool):
        raise PluginError(f"slow={slow!r} is neither True nor False; write @tool(slow=True)")
    if not isinstance(phrases, str | Collection):
        raise PluginError(f'phrases={phrases!r} is no list of sentences; write phrases=("play {{song}}",)')
    if not isinstance(risk, Risk):
        raise PluginError(
            f"risk={risk!r} is no Risk; write {listed([f'Risk.{each.name}' for each in Risk], 'or')}"
        )
    if speak not in get_args(Speak):
        raise PluginError(
            f"speak={speak!r} is no time to speak; write {listed([*map(repr, get_args(Speak))], 'or')}"
        )

    def mark(marked: AsyncTool) -> AsyncTool:
        # ("one phrase") without its comma is a string, which would be read letter by letter.
        several = (phrases,) if isinstance(phrases, str) else tuple(phrases)
        check_marked(marked, "tool")
        if not all(isinstance(phrase, str) for phrase in several):
            raise PluginError(f'a phrase is a sentence, not {several!r}; write phrases=("play {{song}}",)')
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

    if not topics or not all(isinstance(topic, str) for topic in topics):
        raise PluginError('hears() needs its topics as texts; write @hears("{topic}/state")')

    given.number(largest, "largest=", "largest=1_000_000, in bytes")

    def mark(marked: Hearer) -> Hearer:
        check_marked(marked, "hears")
        if inspect.iscoroutinefunction(marked):
            name = marked.__name__
            raise PluginError(
                f"{where(marked)}: {name} hears and is async: nobody awaits it; write `def {name}`"
            )
        vars(marked)["hears_topics"] = topics
        vars(marked)["hears_how"] = {"retained": retained, "largest": largest}
        return marked

    return mark


def check_listener(method: Callable[..., None]) -> None:
    """Refuse a listener that nothing could be given to.

    Raises:
        PluginError: with file and line, and what to write instead.
    """
    name, parameters = method.__name__, inspect.signature(method).parameters
    if next(iter(parameters), "") != "self":
        raise PluginError(
            f"{where(method)}: {name} is a method and has no self; write `def {name}(self, payload: str)`"
        )
    if "payload" not in parameters:
        raise PluginError(
            f"{where(method)}: {name} takes no payload; write `def {name}(self, payload: str) -> None`"
        )
    for other in parameters.keys() - {"self", "payload", "topic"}:
        if parameters[other].default is inspect.Parameter.empty:
            raise PluginError(
                f"{where(method)}: {name} gets `payload` and, if it likes, `topic`; nobody gives it {other!r}"
            )
    hint = get_type_hints(method).get("payload", str)
    if (typing.get_origin(hint) or hint) not in PAYLOADS:
        shown = getattr(hint, "__name__", str(hint))
        raise PluginError(
            f"{where(method)}: {name}: a payload is str, bytes or dict (a JSON object), not {shown}; "
            "write `payload: str` and read it yourself, with json.loads for JSON"
        )


def decoder(method: Callable[..., None]) -> Callable[[bytes], Any]:
    """What makes of a payload what a listener's annotation wants."""
    hint = get_type_hints(method).get("payload", str)
    if hint is bytes:
        return bytes
    if (typing.get_origin(hint) or hint) is dict:
        return _json_object
    return bytes.decode


def _json_object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except ValueError as error:
        raise ValueError(f"expected a JSON object, got {payload[:40]!r}; write `payload: str`") from error
    if not isinstance(value, dict):
        raise TypeError(f"expected a JSON object, got {payload[:40]!r}; write `payload: str`")
    return value
