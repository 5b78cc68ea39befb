"""Templates of discovery: the simple ones are read without Jinja, the others run in the sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, UndefinedError

from assistant.api.sources import decoded, words

from .allowed import ATTRIBUTE_NAMES
from .bounded import Refused
from .sandbox import Sandbox

MISSING = object()
FAILURES = (
    TemplateError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)
"""What a template's own mistakes raise."""
SIMPLE = re.compile(
    r"\{\{-?\s*(?:(?P<value>value)|value_json(?P<path>(?:\.[A-Za-z]\w*|\[\s*(?:'[^'\\]*'|\"[^\"\\]*\"|\d{1,4})\s*\])*))"
    r"(?P<filters>(?:\s*\|\s*(?:lower|default\((?:'[^'\\]*'|\"[^\"\\]*\")\)))*)\s*-?\}\}"
)
STEP = re.compile(r"\.(?P<name>\w+)|\[\s*(?:'(?P<one>[^']*)'|\"(?P<two>[^\"]*)\"|(?P<index>\d+))\s*\]")
FILTER = re.compile(r"lower|default\((?:'([^']*)'|\"([^\"]*)\")\)")
Step = str | int
Change = Callable[[Any], Any]


class Absent(LookupError):
    """The template needs something that this payload does not have: it says nothing."""


class Template:
    """A value or command template, checked when it is made.

    Raises:
        Refused: it is no template, or one that may not run here.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._simple = _simple(source)
        self._run = None if self._simple else _compiled(source)

    def read(self, payload: bytes) -> str:
        """The rendered state of a report, trimmed.

        Raises:
            Absent: the report says nothing about it.
            ValueError: the payload is not UTF-8, or the template fails on it.
        """
        if self._simple is not None:
            path, changes = self._simple
            return _text(_walked(payload, path), changes)
        text = words(payload)
        try:
            variables = {"value": text, "value_json": decoded(payload)}
        except ValueError:
            variables = {"value": text}
        return self._rendered(variables)

    def fill(self, value: Any, **variables: Any) -> str:
        """A command's payload.

        Raises:
            ValueError: the template fails on it.
        """
        if self._simple is not None and self._simple[0] is None:
            return _text(value, self._simple[1])
        try:
            return self.rendered({"value": value, **variables})
        except Absent as error:
            raise ValueError(f"the template {self.source[:80]!r} lacks something") from error

    def rendered(self, variables: Mapping[str, Any]) -> str:
        """Rendered with these variables and no other, always by Jinja."""
        run = self._run or _compiled(self.source)
        return self._rendered(variables, run)

    def _rendered(self, variables: Mapping[str, Any], run: Callable[..., str] | None = None) -> str:
        run = run or self._run
        assert run is not None
        try:
            return run(variables)
        except UndefinedError as error:
            raise Absent(str(error)) from error
        except Refused:
            raise
        except FAILURES as error:
            # Without the report in it, so that it is one complaint and not one for each report.
            problem = type(error).__name__
            raise ValueError(f"the template {self.source[:80]!r} fails ({problem})") from error


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    return Sandbox()


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Callable[[Mapping[str, Any]], str]:
    return _sandbox().compiled(source)


@lru_cache(maxsize=2048)
def _simple(source: str) -> tuple[tuple[Step, ...] | None, tuple[Change, ...]] | None:
    """Path and filters of a template that is nothing more; a path of None is the bare ``value``."""
    match = SIMPLE.fullmatch(source.strip())
    if match is None:
        return None
    changes = tuple(_change(found) for found in FILTER.finditer(match["filters"]))
    if match["value"]:
        return None, changes
    path: list[Step] = []
    for step in STEP.finditer(match["path"]):
        if step["name"] in ATTRIBUTE_NAMES:
            return None
        path.append(int(step["index"]) if step["index"] else _first(step["name"], step["one"], step["two"]))
    return tuple(path), changes


def _first(*texts: str | None) -> str:
    return next(text for text in texts if text is not None)


def _change(found: re.Match[str]) -> Change:
    if found[0] == "lower":
        return lambda value: "" if value is MISSING else str(value).lower()
    default = _first(found[1], found[2])
    return lambda value: default if value is MISSING else value


def _walked(payload: bytes, path: tuple[Step, ...] | None) -> Any:
    if path is None:
        return words(payload)
    try:
        value = decoded(payload)
    except ValueError:
        value = MISSING
    for step in path:
        if value is MISSING:
            raise Absent(f"there is no {step}")
        value = _stepped(value, step)
    return value


def _stepped(value: Any, step: Step) -> Any:
    if isinstance(value, dict):
        return value.get(step, MISSING)
    if isinstance(step, int) and isinstance(value, list | str):
        return value[step] if step < len(value) else MISSING
    return MISSING


def _text(value: Any, changes: tuple[Change, ...]) -> str:
    for change in changes:
        value = change(value)
    return "" if value is MISSING else str(value).strip()
