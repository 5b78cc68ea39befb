"""Signature → declaration: what the brain is told about a tool, and the check of what it sends back."""

from __future__ import annotations

import difflib
import enum
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from assistant.errors import PluginError, ToolError
from assistant.tools.sentences import listed
from assistant.tools.vocabulary import Choice, Range, Risk, Speak, Unit

JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
MISSING = object()
MOST_OPTIONS_TOLD = 20


@dataclass(frozen=True)
class Parameter:
    """One argument of a tool. ``items`` is the type of a list's elements."""

    name: str
    type: str
    description: str = ""
    required: bool = True
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    items: str = ""

    def brief(self) -> Parameter:
        """With examples instead of a long list of options: a device that refuses says its own."""
        if len(self.options) <= MOST_OPTIONS_TOLD:
            return self
        return replace(self, options=(), description=f"such as {listed([*self.options[:3]])}")

    def schema(self) -> dict[str, Any]:
        """As JSON Schema (draft 2020-12 subset that Gemini understands)."""
        schema: dict[str, Any] = {"type": self.type}
        if self.description:
            schema["description"] = self.description
        if self.type == "array":
            schema["items"] = {"type": self.items}
        if self.options:
            schema["enum"] = list(self.options)
        if self.low is not None:
            schema["minimum"] = self.low
        if self.high is not None:
            schema["maximum"] = self.high
        return schema


@dataclass(frozen=True)
class Declaration:
    """A tool as the brain sees it. ``phrases`` are example sentences that call it.

    The conversation goes on while a ``slow`` one works; ``speak`` says when its answer is spoken.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...] = ()
    risk: Risk = Risk.COMFORT
    phrases: tuple[str, ...] = ()
    slow: bool = False
    speak: Speak = "when idle"

    def schema(self) -> dict[str, Any]:
        """The parameters as one JSON Schema object."""
        return {
            "type": "object",
            "properties": {p.name: p.schema() for p in self.parameters},
            "required": [p.name for p in self.parameters if p.required],
        }

    def brief(self) -> Declaration:
        """For a brain that bills every word."""
        return replace(self, parameters=tuple(parameter.brief() for parameter in self.parameters))

    def text(self) -> str:
        """The description with the example phrases as its last paragraph."""
        if not self.phrases:
            return self.description
        quoted = ", ".join(f'"{phrase}"' for phrase in self.phrases)
        return f"{self.description}\n\nFor example: {quoted}."


def where(function: Callable[..., Any]) -> str:
    """``file:line`` of a function, for messages to its author."""
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def declare(function: Callable[..., Any], *, risk: Risk, phrases: tuple[str, ...] = ()) -> Declaration:
    """Read a tool's signature and docstring; refuse what the brain could not be told.

    Raises:
        PluginError: with file, line and parameter, and what to write instead.
    """
    description = inspect.getdoc(function)
    if not description:
        raise PluginError(
            f"{where(function)}: tool {function.__name__} has no docstring; "
            'write one sentence: """What it does."""'
        )
    if not inspect.iscoroutinefunction(function):
        raise PluginError(
            f"{where(function)}: tool {function.__name__} is not async; write `async def {function.__name__}`"
        )
    hints = _hints(function)
    parameters = [
        _parameter(function, parameter, hints)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self"
    ]
    return Declaration(function.__name__, description, tuple(parameters), risk, phrases)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise PluginError(
            f"{where(function)}: {function.__name__}: annotation names {error.name!r}, which is not imported"
        ) from error


def _parameter(
    function: Callable[..., Any], parameter: inspect.Parameter, hints: Mapping[str, Any]
) -> Parameter:
    place = f"{where(function)}: {function.__name__}: parameter {parameter.name!r}"
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        raise PluginError(f"{place}: *args and **kwargs cannot be declared; name each parameter")
    if parameter.name not in hints:
        raise PluginError(f"{place} has no type; write `{parameter.name}: str`, int, float, bool or Percent")
    return _typed(
        parameter.name, hints[parameter.name], place, required=parameter.default is inspect.Parameter.empty
    )


def _typed(name: str, hint: Any, place: str, *, required: bool) -> Parameter:
    marks: list[Any] = []
    if typing.get_origin(hint) is Annotated:
        hint, *marks = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if len(inner) != 1:
            raise PluginError(f"{place}: {hint} cannot be declared; choose one type (and None)")
        hint = inner[0]
        if typing.get_origin(hint) is Annotated:
            hint, *inner_marks = typing.get_args(hint)
            marks += inner_marks
    options = _options(hint)
    spread = next((mark for mark in marks if isinstance(mark, Range)), None)
    chosen = next((mark.options for mark in marks if isinstance(mark, Choice)), options)
    words = [mark for mark in marks if isinstance(mark, str)]
    words += [f"in {mark.name}" for mark in marks if isinstance(mark, Unit) and mark.name != "area"]
    kind, items = _json_type(hint, place, bool(options))
    return Parameter(
        name=name,
        type=kind,
        description="; ".join(words),
        required=required,
        options=chosen,
        low=spread.low if spread else None,
        high=spread.high if spread else None,
        items=items,
    )


def _options(hint: Any) -> tuple[str, ...]:
    if typing.get_origin(hint) is Literal:
        return tuple(str(option) for option in typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return tuple(str(member.value) for member in hint)
    return ()


def _json_type(hint: Any, place: str, has_options: bool) -> tuple[str, str]:
    if has_options:
        return "string", ""
    if hint in JSON_TYPES:
        return JSON_TYPES[hint], ""
    if typing.get_origin(hint) is list and (args := typing.get_args(hint)) and args[0] in JSON_TYPES:
        return "array", JSON_TYPES[args[0]]
    shown = getattr(hint, "__name__", str(hint))
    raise PluginError(
        f"{place}: type {shown} cannot be declared; "
        "write str, int, float, bool, Percent, a Literal, an Enum or a list"
    )


def checked(declaration: Declaration, args: Mapping[str, Any], *, who: str = "") -> dict[str, Any]:
    """The arguments a tool may be called with, or one sentence why not.

    Raises:
        ToolError: an argument is missing, unknown, of the wrong type or out of range.
    """
    known = {parameter.name: parameter for parameter in declaration.parameters}
    values: dict[str, Any] = {}
    for name, value in args.items():
        if name not in known:
            subject = who or declaration.name
            raise ToolError(f"{subject} has no {_spoken(name)}.", options=tuple(known))
        if value is not None:
            values[name] = coerce(known[name], value)
    for parameter in declaration.parameters:
        if parameter.required and parameter.name not in values:
            raise ToolError(f"I need to know the {_spoken(parameter.name)}.", options=parameter.options)
    return values


def coerce(parameter: Parameter, value: Any) -> Any:
    """One argument as the type that was declared; models send 30.0 or "30" where 30 is meant."""
    match parameter.type:
        case "boolean":
            return _boolean(parameter, value)
        case "integer" | "number":
            return _number(parameter, value)
        case "array":
            elements = value if isinstance(value, list) else [value]
            item = Parameter(parameter.name, parameter.items, options=parameter.options)
            return [coerce(item, element) for element in elements[:100]]
        case _:
            return _text(parameter, value)


def _boolean(parameter: Parameter, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise ToolError(f"The {_spoken(parameter.name)} must be yes or no.")


def _number(parameter: Parameter, value: Any) -> int | float:
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ToolError(f"The {_spoken(parameter.name)} must be a number.")
    low, high = parameter.low, parameter.high
    if (low is not None and number < low) or (high is not None and number > high):
        raise ToolError(f"The {_spoken(parameter.name)} must be {_between(low, high)}.")
    return round(number) if parameter.type == "integer" else number


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"between {low:g} and {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}"


def _text(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ToolError(f"The {_spoken(parameter.name)} must be words.")
    text = str(value).strip()[:1000]
    if not parameter.options:
        return text
    by_fold = {option.casefold(): option for option in parameter.options}
    if text.casefold() in by_fold:
        return by_fold[text.casefold()]
    near = difflib.get_close_matches(text.casefold(), by_fold, 3) or list(by_fold)[:5]
    raise ToolError(
        f"I don't know the {_spoken(parameter.name)} {text[:60]!r}.", options=tuple(by_fold[n] for n in near)
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ")
