"""Signature and docstring → declaration; what the brain could not be told is refused, with what to write."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from assistant.errors import PluginError
from assistant.tools.docstrings import described
from assistant.tools.schema import Declaration, Parameter
from assistant.tools.sentences import listed
from assistant.tools.vocabulary import Choice, Range, Risk, Unit

JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
INSTEAD: dict[str, str] = {
    "dict": "a dataclass with one field for each key",
    "Mapping": "a dataclass with one field for each key",
    "tuple": "list[...]",
    "set": "list[...]",
    "frozenset": "list[...]",
    "Sequence": "list[...]",
    "datetime": "str, such as '2026-07-01 07:30', and read it yourself",
    "date": "str, such as '2026-07-01', and read it yourself",
    "time": "str, such as '07:30', and read it yourself",
    "timedelta": 'a number with its unit: Annotated[int, Unit("minutes")]',
    "bytes": "str",
    "Path": "str",
    "Decimal": "float",
    "complex": "two floats",
    "Any": "the one type that is meant",
    "object": "the one type that is meant",
    "list": "list[str] or another type of element",
}
ANYTHING = "str, int, float, bool, Percent, a Literal, an Enum, a dataclass or a list of these"
LONGEST_DESCRIPTION = 2000
SLOT = re.compile(r"\{(?:a |-)?([^{}=]*)(?:=[^{}]*)?\}")
"""The parameter of a phrase's slot: of ``{text}``, ``{a text}`` (words that are new) and ``{text=tea}``."""


class _Place(NamedTuple):
    """Where a type stands, for messages; ``within`` are the dataclasses around it."""

    text: str
    within: tuple[type, ...] = ()

    def refuse(self, problem: str) -> PluginError:
        return PluginError(f"{self.text}: {problem}")


def where(function: Callable[..., Any]) -> str:
    """``file:line`` of a function, for messages to its author."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else function.__module__


def check_marked(marked: object, mark: str) -> None:
    """Refuse a mark above what is no function.

    Raises:
        PluginError: with what it stands above.
    """
    below = inspect.unwrap(marked) if callable(marked) else marked
    if not inspect.isfunction(below) or isinstance(marked, staticmethod):
        kind = "class" if isinstance(marked, type) else type(marked).__name__
        raise PluginError(f"@{mark} stands above a {kind}; write it above `async def`, as the only one")
    if mark != "tool" and (inspect.isgeneratorfunction(below) or inspect.isasyncgenfunction(below)):
        raise PluginError(
            f"{where(below)}: {below.__name__} yields, and nobody takes it; write a plain function"
        )


def declare(
    function: Callable[..., Any], *, risk: Risk, phrases: tuple[str, ...] = (), own_words: bool = False
) -> Declaration:
    """Read a tool's signature and docstring; refuse what the brain could not be told.

    Raises:
        PluginError: with file, line and parameter, and what to write instead.
    """
    name, told = function.__name__, described(function)
    if not told.description:
        raise PluginError(
            f'{where(function)}: tool {name} has no docstring; write one sentence: """What it does."""'
        )
    if len(told.description) > LONGEST_DESCRIPTION:
        raise PluginError(
            f"{where(function)}: tool {name} is described with {len(told.description)} characters, which "
            f"brains read every time; write one or two sentences, at most {LONGEST_DESCRIPTION} characters"
        )
    if inspect.isasyncgenfunction(function):
        raise PluginError(
            f"{where(function)}: tool {name} yields, and a tool returns one sentence; what it says meanwhile "
            "goes with `await tell(…)`"
        )
    if not inspect.iscoroutinefunction(function):
        raise PluginError(f"{where(function)}: tool {name} is not async; write `async def {name}`")
    _check_self(function)
    hints = _hints(function)
    asked_for = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    parameters = tuple(
        dataclasses.replace(found, description=_one_text(words, found.description))
        for found, words in (
            (_parameter(function, parameter, hints), told.parameters.get(parameter.name, ""))
            for parameter in asked_for
        )
    )
    _check_phrases(function, phrases, [p.name for p in asked_for])
    return Declaration(name, told.description, parameters, risk, phrases, own_words=own_words)


def _check_self(function: Callable[..., Any]) -> None:
    """A method without ``self`` would get the plugin in the place of its first parameter."""
    within = function.__qualname__.rpartition(".")[0]
    first = next(iter(inspect.signature(function).parameters), "")
    if within and not within.endswith("<locals>") and first != "self":
        raise PluginError(
            f"{where(function)}: tool {function.__name__} is a method and has no self; "
            f"write `async def {function.__name__}(self)`"
        )


def _check_phrases(function: Callable[..., Any], phrases: tuple[str, ...], names: list[str]) -> None:
    known = [*names, "device"] if "self" in inspect.signature(function).parameters else names
    instead = listed([f"{{{name}}}" for name in known] or ["plain words"])
    for phrase in phrases:
        for slot in filter(None, SLOT.findall(phrase)):
            if slot not in known:
                raise PluginError(
                    f"{where(function)}: tool {function.__name__}: the phrase {phrase!r} has a slot "
                    f"{{{slot}}}, which is no parameter; write {instead}"
                )


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
    place = _Place(f"{where(function)}: {function.__name__}: parameter {parameter.name!r}")
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        raise place.refuse("*args and **kwargs cannot be declared; name each parameter")
    if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        raise place.refuse("arguments come by name; leave the / out")
    if parameter.name not in hints:
        raise PluginError(
            f"{place.text} has no type; write `{parameter.name}: str`, int, float, bool or Percent"
        )
    required = parameter.default is inspect.Parameter.empty
    found = _typed(parameter.name, hints[parameter.name], place, required=required)
    if not required:
        _check_default(found, parameter.default, place)
        found = dataclasses.replace(found, default=parameter.default)
    return found


def _check_default(parameter: Parameter, default: object, place: _Place) -> None:
    low, high = parameter.low, parameter.high
    numeric = parameter.type in ("integer", "number") and parameter.make is None
    if numeric and default is not None and not isinstance(default, int | float):
        raise place.refuse(f"its default {default!r} is no number; write a default that is one, or `= None`")
    if isinstance(default, int | float) and not isinstance(default, bool):
        if (low is not None and default < low) or (high is not None and default > high):
            raise place.refuse(f"its default {default:g} is not between {low:g} and {high:g}")
    elif type(default) is str and parameter.options and default not in parameter.options:
        raise place.refuse(f"its default {default!r} is not one of {listed([*parameter.options])}")


def _typed(name: str, hint: Any, place: _Place, *, required: bool = True) -> Parameter:
    hint, marks = _bare(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if set(inner) == {int, float}:
            inner = [float]
        if len(inner) != 1:
            raise place.refuse(f"{hint} cannot be declared; choose one type (and None)")
        hint, inner_marks = _bare(inner[0])
        marks += inner_marks
    spread = next((mark for mark in marks if isinstance(mark, Range)), None)
    chosen = next((mark.options for mark in marks if isinstance(mark, Choice)), ())
    words = [mark for mark in marks if isinstance(mark, str)]
    words += [f"in {mark.name}" for mark in marks if isinstance(mark, Unit) and mark.name != "area"]
    found = _of_type(name, hint, place)
    if spread and (found.items or found).type not in ("integer", "number"):
        raise place.refuse("a Range limits numbers, and this is none; write int or float, or a Choice")
    limits: dict[str, Any] = {"low": spread.low, "high": spread.high} if spread else {}
    if chosen:
        limits |= {"options": chosen, "make": None}
    if limits and found.items is not None:  # what a list is made of, not the list, is limited
        found, limits = dataclasses.replace(found, items=dataclasses.replace(found.items, **limits)), {}
    text = "; ".join(filter(None, (*words, found.description)))
    return dataclasses.replace(found, required=required, description=text, **limits)


def _one_text(words: str, more: str) -> str:
    """What the docstring says of a parameter, and its annotation besides: `How wet; in percent`."""
    return "; ".join(filter(None, (words.removesuffix(".") if more else words, more)))


def _bare(hint: Any) -> tuple[Any, list[Any]]:
    """Without its marks, and the marks."""
    if typing.get_origin(hint) is Annotated:
        hint, *marks = typing.get_args(hint)
        return hint, marks
    return hint, []


def _of_type(name: str, hint: Any, place: _Place) -> Parameter:
    if hint in JSON_TYPES:
        return Parameter(name, JSON_TYPES[hint])
    if typing.get_origin(hint) is Literal:
        return _one_of(name, {str(option): option for option in typing.get_args(hint)})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _one_of(name, {_word(member): member for member in hint})
    if typing.get_origin(hint) is list and (elements := typing.get_args(hint)):
        return Parameter(name, "array", items=_typed(name, elements[0], place))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _object(name, hint, place)
    if isinstance(hint, Range | Unit):
        raise place.refuse(
            f"{hint} is no type, but says more of one; write Annotated[int, {type(hint).__name__}(…)]"
        )
    shown = getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint)
    origin = getattr(typing.get_origin(hint) or hint, "__name__", "")
    raise place.refuse(f"type {shown} cannot be declared; write {INSTEAD.get(origin, ANYTHING)}")


def _one_of(name: str, meant: Mapping[str, Any]) -> Parameter:
    same = all(word == option and type(option) is str for word, option in meant.items())
    return Parameter(name, "string", options=tuple(meant), make=None if same else meant.__getitem__)


def _word(member: enum.Enum) -> str:
    """What a person would say for a member: its value when that is text, else its name."""
    return member.value if isinstance(member.value, str) else member.name.lower().replace("_", " ")


def _object(name: str, kind: type, place: _Place) -> Parameter:
    if kind in place.within:
        raise place.refuse(f"{kind.__name__} holds itself, which cannot be declared; write its parts out")
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except NameError as error:
        raise place.refuse(
            f"the dataclass {kind.__name__} names {error.name!r}, which is not imported"
        ) from error
    told = described(kind)
    own_words = "" if told.description.startswith(f"{kind.__name__}(") else told.description
    fields = []
    for part in dataclasses.fields(kind):
        if not part.init:
            continue
        inner = _Place(f"{place.text}: {kind.__name__}.{part.name}", (*place.within, kind))
        optional = part.default is not dataclasses.MISSING or part.default_factory is not dataclasses.MISSING
        fields.append(_typed(part.name, hints[part.name], inner, required=not optional))
    return Parameter(name, "object", own_words, fields=tuple(fields), make=lambda parts: kind(**parts))
