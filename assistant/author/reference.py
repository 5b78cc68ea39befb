"""The reference of `assistant.api`, made of its docstrings, and signatures that do not change unnoticed.

``python -m assistant.author.reference`` prints the page docs/plugins/reference.md, with ``signatures`` the
snapshot tests/data/api.txt.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from assistant import api
from assistant.fetching import Http, Reply
from assistant.storage import Storage
from assistant.wallclock import WallClock

HEAD = f"""\
# Reference

Everything an author may import from `assistant.api`, version {api.VERSION}. Made of the docstrings:
`python -m assistant.author.reference > docs/plugins/reference.md`.
"""
PROVIDED: dict[str, type] = {"Storage": Storage, "Http": Http, "Reply": Reply, "WallClock": WallClock}
"""What is not imported, but is there: self.storage, self.http and what it returns, self.clock."""
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
QUOTED = re.compile(r"(: |-> )'([^']*)'")
FOR_AUTHORS = (
    "name", "area", "aliases", "kind", "title", "publish", "confirm", "describe", "run", "say", "storage",
    "http", "http_hosts", "clock", "states", "available", "get_state", "complain",
)  # fmt: skip
"""Of Plugin and Device: the rest is how the house handles them, and may change."""


def page() -> str:
    """The reference as Markdown."""
    parts = [HEAD]
    for name, value in sorted(_everything().items(), key=lambda each: each[0].casefold()):
        parts.append(f"## {name}\n\n```text\n{chr(10).join(signatures(name, value))}\n```\n")
        if text := _text(value):
            parts.append(f"{text}\n")
        if inspect.isclass(value) and not issubclass(value, Enum | BaseException):
            parts += [f"* `{member}` {_first(text)}" for member, text in _members(value) if text]
            parts.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def snapshot() -> str:
    """Version and every signature, one a line."""
    lines = [f"version {api.VERSION}"]
    for name, value in sorted(_everything().items()):
        lines += signatures(name, value)
    return "\n".join(lines) + "\n"


def _everything() -> dict[str, Any]:
    return {name: getattr(api, name) for name in api.__all__ if name != "VERSION"} | PROVIDED


def digest() -> str:
    """Eight signs that are others as soon as a signature is."""
    return hashlib.sha256(snapshot().encode()).hexdigest()[:8]


def signatures(name: str, value: Any) -> list[str]:
    """``name(parameters) -> result``; for a class one line for each public member besides."""
    if inspect.isclass(value):
        if issubclass(value, Enum):
            return [f"class {name}: {', '.join(value.__members__)}"]
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        head = f"class {name}({bases})" if bases else f"class {name}"
        return [head, *(f"{name}.{member}" for member, _ in _members(value))]
    if inspect.isfunction(value):
        overloads = typing.get_overloads(value) or [value]
        prefix = "async " if inspect.iscoroutinefunction(value) else ""
        return [f"{prefix}{name}{_signature(each)}" for each in overloads]
    return [f"{name} = {value!r}"]


def _members(cls: type) -> Iterator[tuple[str, str]]:
    for name, value in inspect.getmembers_static(cls):
        if name.startswith("_") or _home(cls, name).startswith("builtins"):
            continue
        if issubclass(cls, api.Plugin) and name not in FOR_AUTHORS:
            continue
        if isinstance(value, classmethod | staticmethod):
            value = value.__func__
        if inspect.isfunction(value):
            prefix = "async " if inspect.iscoroutinefunction(value) else ""
            yield f"{prefix}{name}{_signature(value)}", inspect.getdoc(value) or ""
        elif isinstance(value, property) or hasattr(value, "func"):
            yield name, inspect.getdoc(value) or ""
        elif inspect.isdatadescriptor(value) or not callable(value):
            yield name, ""
    declared = getattr(cls, "__dataclass_fields__", {})
    yield from ((field, "") for field in declared if not hasattr(cls, field))
    settings = getattr(cls, "settings_declared", {})
    yield from ((setting, "") for setting in settings if not hasattr(cls, setting))


def _home(cls: type, name: str) -> str:
    return next((base.__module__ for base in cls.__mro__ if name in vars(base)), "")


def _signature(function: Any) -> str:
    return ADDRESS.sub("", QUOTED.sub(r"\1\2", str(inspect.signature(function))))


def _text(value: Any) -> str:
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return ""
    return (inspect.getdoc(value) or "").replace("``", "`")


def _first(text: str) -> str:
    return " ".join(text.replace("``", "`").split("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(snapshot() if "signatures" in sys.argv[1:] else page())
