"""Where each key was written, and a mistake in one as a sentence: place, path, what was expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from assistant.errors import ConfigError

KeyPath = tuple[str | int, ...]

EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "model_type": "a mapping (key: value lines)",
    "dict_type": "a mapping (key: value lines)",
    "path_type": "a path",
    "is_instance_of": "a path",
}

SECRET = re.compile(r"password|passwd|secret|token|(^|_)pin$|api_?key$", re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """Where the keys of one configuration were written: in the file or in environment variables."""

    file: Path = Path("configuration")
    nodes: dict[KeyPath, yaml.Node] = field(default_factory=dict)
    names: dict[KeyPath, yaml.Node] = field(default_factory=dict)
    """The keys themselves; ``nodes`` are their values."""
    variables: dict[KeyPath, str] = field(default_factory=dict)

    def of(self, at: KeyPath, *, name: bool = False) -> str:
        """``file:line:column`` of a value (with ``name``, of the key itself), or its variable."""
        above = [at[:length] for length in range(len(at), -1, -1)]
        for path in above:
            if path in self.variables:
                return self.variables[path]
        if at not in self.nodes and (below := self._variable_below(at)):
            return below
        if name and at in self.names:
            return marked(self.file, self.names[at])
        return marked(self.file, next((self.nodes[path] for path in above if path in self.nodes), None))

    def _variable_below(self, at: KeyPath) -> str:
        """The variable that has made a section which the file does not have."""
        return next((name for path, name in self.variables.items() if at and path[: len(at)] == at), "")

    def mistake(self, problem: str, at: KeyPath, *, name: bool = False) -> ConfigError:
        """The error to raise for a key."""
        return ConfigError(f"{self.of(at, name=name)}: {problem}")

    def invalid(
        self, error: ValidationError, value: Any, known: Callable[[KeyPath], Iterable[str]], within: KeyPath
    ) -> ConfigError:
        """The error to raise for the first thing that a model refused in ``value``, written at ``within``.

        ``known`` tells which keys there may be at a path inside the value.
        """
        worst = min(error.errors(), key=lambda e: (e["type"] != "extra_forbidden", str(e["loc"])))
        way = _way(worst, value)
        at = (*within, *way)
        match worst["type"]:
            case "extra_forbidden":
                names = list(known(way[:-1]))
                hint = _instead(str(at[-1]), names)
                return self.mistake(f"there is no key {dotted(at)!r}; {hint}", at, name=True)
            case "missing":
                problem = f"{dotted(at[:-1])}: the setting {at[-1]!r} is missing"
                return self.mistake(problem, at[:-1], name=True)
        wanted, hint = _expected(worst)
        return self.mistake(f"{dotted(at)}: expected {wanted}, found {kind(worst['input'])}{hint}", at)


def nearest(name: str, known: Sequence[str]) -> str:
    """``did you mean 'brain'?``, or nothing when nothing is near."""
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else ""


def _instead(name: str, known: Sequence[str]) -> str:
    """What to do about a key that there is not."""
    if SECRET.search(name):
        return "secrets never stand here, but in files that nobody else may read: assistant setup"
    return nearest(name, known) or f"known here: {', '.join(known) or 'none'}"


def marked(file: Path, node: yaml.Node | None) -> str:
    """``file:line:column``, as editors understand it."""
    if node is None:
        return str(file)
    return f"{file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def dotted(at: Sequence[str | int]) -> str:
    """``plugins[0].mqtt_light.topic``."""
    text = ""
    for part in at:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def kind(value: Any) -> str:
    """What was found instead, in few words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return repr(value if not isinstance(value, str) else value[:60])


def _expected(error: ErrorDetails) -> tuple[str, str]:
    message = error["msg"].removeprefix("Value error, ")
    words = EXPECTED.get(error["type"]) or message[0].lower() + message[1:]
    hint = ""
    if error["type"] in ("literal_error", "enum") and isinstance(error["input"], str):
        near = nearest(error["input"], re.findall(r"'([^']*)'", words))
        hint = f"; {near}" if near else ""
    return words.removeprefix("input should be "), hint


def _way(error: ErrorDetails, value: Any) -> KeyPath:
    """The keys that lead to the mistake, without what pydantic adds for unions and validators."""
    way: list[str | int] = []
    for part in error["loc"]:
        known = range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
        if part in known:
            value = value[part]
        elif error["type"] != "missing":
            break
        way.append(part)
    return tuple(way)
