"""Whether an author's class can work at all: what Python lets pass, and what would never do anything."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from typing import Any, get_type_hints

from assistant import faults, given
from assistant.device import Device, State
from assistant.errors import PluginError
from assistant.plugin import PLACEHOLDER, Plugin
from assistant.tools.declaring import where

MARKS = ("tool_mark", "hears_topics", "reactions")
NO_TYPES = (
    property,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    int,
    float,
    list,
    dict,
    tuple,
)
"""What authors write in the place of a type, and what takes any value whatever."""


def well_shaped(kind: type[Plugin]) -> None:
    """Refuse a class that cannot do what it says.

    Raises:
        PluginError: with the line, and what to write instead.
    """
    for problem in _problems(kind):
        raise PluginError(problem)


def _problems(kind: type[Plugin]) -> Iterator[str]:
    for name, value in vars(kind).items():
        if isinstance(value, staticmethod | classmethod | property):
            yield from _hidden(name, value)
        elif isinstance(value, State):
            yield from _unreported(kind, name, value)
    for name in kind.settings_declared:
        hint = get_type_hints(kind)[name]
        if isinstance(hint, NO_TYPES):
            place = faults.class_place(kind, name)
            found = given.kind_of(hint)
            yield f"{place}: the setting {name!r} has {found} for its type; write str, int, bool …"
    if not isinstance(kind.own_words, bool):
        yield f"{faults.class_place(kind, 'own_words')}: own_words is True or False, not {kind.own_words!r}"
    yield from _unreachable(kind)
    yield from _not_given(kind)
    if inspect.isasyncgenfunction(kind.run):
        yield f"{where(kind.run)}: run yields, and nobody takes it; write `await` or a loop"
    elif [*inspect.signature(kind.run).parameters] != ["self"]:
        yield f"{where(kind.run)}: run gets nothing; write `async def run(self) -> None`"


def _not_given(kind: type[Plugin]) -> Iterator[str]:
    """What ``__init__`` wants and nobody hands over."""
    for name, wanted in inspect.signature(kind.__init__).parameters.items():
        empty = wanted.default is inspect.Parameter.empty
        variable = wanted.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if empty and not variable and name != "self" and name not in kind.settings_declared:
            yield (
                f"{where(kind.__init__)}: __init__ wants {name!r}, which nobody gives it; "
                f"write `{name}: str` into the class, and `def __init__(self, **settings)`"
            )


def _hidden(name: str, value: Any) -> Iterator[str]:
    """Marks that nobody sees, under another one."""
    inner = value.fget if isinstance(value, property) else value.__func__
    if inspect.isfunction(inner) and any(mark in vars(inner) for mark in MARKS):
        above = type(value).__name__
        instead = f"leave @{above} out, and write `{name}(self, …)`"
        yield f"{where(inner)}: @{above} above {name} hides its mark; {instead}"


def _unreported(kind: type[Plugin], name: str, value: State) -> Iterator[str]:
    place = faults.class_place(kind, name)
    if not issubclass(kind, Device):
        yield f"{place}: {name!r} is a state; only a Device reports: write `class {kind.__name__}(Device)`"
    elif name not in get_type_hints(kind):
        yield f"{place}: the state {name!r} has no type; write `{name}: bool | None = state()`"
    elif not isinstance(value.unit, str):
        yield f'{place}: the unit of {name!r} is a word, not {value.unit!r}; write state(unit="percent")'


def _unreachable(kind: type[Plugin]) -> Iterator[str]:
    """Hosts that are none."""
    hosts: object = inspect.getattr_static(kind, "http_hosts")
    if isinstance(hosts, property):
        return
    place = faults.class_place(kind, "http_hosts")
    entries = (hosts,) if isinstance(hosts, str) else hosts
    if not isinstance(entries, tuple | list | set | frozenset) or not all(
        isinstance(each, str) for each in entries
    ):
        yield f'{place}: http_hosts is {hosts!r}; write http_hosts = ("example.org", "{{url}}")'
        return
    for name in (name for each in entries for name in PLACEHOLDER.findall(each)):
        if name not in kind.settings_declared:
            yield f"{place}: http_hosts names {name!r}, which is not a setting; write `{name}: str` above it"
