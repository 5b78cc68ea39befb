"""What authors hand to the vocabulary: of another kind, it is refused with what to write instead."""

from __future__ import annotations

import inspect
from collections.abc import Mapping


def kind_of(value: object) -> str:
    """A value as an author would call it: "a property", "the function go", "int"."""
    if isinstance(value, property):
        return "a property"
    if inspect.isroutine(value):
        return f"the function {getattr(value, '__name__', '')}".rstrip()
    if inspect.ismodule(value):
        return f"the module {value.__name__}"
    if inspect.iscoroutine(value):
        return "something that was not awaited"
    return "None" if value is None else type(value).__name__


def text(value: object, what: str, instead: str) -> str:
    """The value, when it is a text.

    Raises:
        TypeError: it is none; ``what`` says where it was given, ``instead`` what to write.
    """
    if isinstance(value, str):
        return value
    raise TypeError(f"{what} is a text, not {kind_of(value)}; write {instead}")


def number(value: object, what: str, instead: str) -> float:
    """The value, when it is a number; raises as `text`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise TypeError(f"{what} is a number, not {kind_of(value)}; write {instead}")


def pairs(value: object, what: str, instead: str, *, verb: str = "is") -> None:
    """Refuse what is neither a dict nor left out; raises as `text`."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{what} {verb} a dict, not {kind_of(value)}; write {instead}")
