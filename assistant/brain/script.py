"""Scripts: what the brain does instead of thinking, faults included (docs/brain-scripts.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import BrainError

EVENTS = ("connect", "setup", "text", "audio", "tool_response", "rest", "picture")


COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Step:
    """One thing to do; ``value`` has been checked against `STEPS`."""

    name: str
    value: Any


@dataclass
class Rule:
    """When to do which steps."""

    event: str
    steps: tuple[Step, ...]
    match: str = ""
    connection: int | None = None
    times: int | None = None
    used: int = 0


@dataclass
class Script:
    """The rules of one server; the first that fits wins."""

    rules: list[Rule] = field(default_factory=list)

    def steps(self, event: str, text: str, connection: int) -> tuple[Step, ...] | None:
        """What to do now; None: behave as ever."""
        for rule in self.rules:
            if (
                rule.event == event
                and rule.match.lower() in text.lower()
                and rule.connection in (None, connection)
                and (rule.times is None or rule.used < rule.times)
            ):
                rule.used += 1
                return rule.steps
        return None


def load(path: Path) -> Script:
    """Read a script; what is wrong in it is said with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrainError(f"The script {path} cannot be read: {error}.") from error
    return read(text, str(path))


def read(text: str, name: str = "script") -> Script:
    """A script from its text."""
    return _Reader(name).script(text)


class _Reader:
    """Walks the YAML tree, whose nodes still know their lines."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loader = yaml.SafeLoader("")

    def script(self, text: str) -> Script:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            problem = getattr(error, "problem", None) or "not YAML"
            raise BrainError(f"{self._name}:{line}: {problem}; a list of rules is expected.") from error
        if root is None:
            return Script()
        if not isinstance(root, yaml.SequenceNode):
            raise self._wrong(root, "a list of rules, each beginning with '- on:', is expected")
        return Script([self._rule(node) for node in root.value])

    def _rule(self, node: yaml.Node) -> Rule:
        fields = self._mapping(node, "a rule with 'on' and 'do'")
        known = {"on", "do", "match", "connection", "times"}
        for key, value in fields.items():
            if key not in known:
                raise self._wrong(value, f"'{key}' is unknown; a rule has {', '.join(sorted(known))}")
        if "on" not in fields or "do" not in fields:
            raise self._wrong(node, "a rule needs 'on' (an event) and 'do' (a list of steps)")
        event = self._value(fields["on"])
        if event not in EVENTS:
            raise self._wrong(fields["on"], f"{event!r} is no event; one of {', '.join(EVENTS)} is expected")
        if not isinstance(fields["do"], yaml.SequenceNode):
            raise self._wrong(fields["do"], "'do' needs a list of steps")
        return Rule(
            event,
            tuple(self._step(step) for step in fields["do"].value),
            self._text(fields.get("match")),
            self._count(fields.get("connection"), "connection"),
            self._count(fields.get("times"), "times"),
        )

    def _step(self, node: yaml.Node) -> Step:
        place: yaml.Node
        if isinstance(node, yaml.ScalarNode):
            name, value, place = str(node.value), True, node
        else:
            fields = self._mapping(node, "a step")
            if len(fields) != 1:
                raise self._wrong(node, "a step has exactly one name")
            ((name, place),) = fields.items()
            value = self._value(place)
        if name not in STEPS:
            raise self._wrong(node, f"'{name}' is no step; one of {', '.join(STEPS)} is expected")
        fits, expected = STEPS[name]
        if not fits(value):
            raise self._wrong(place, f"'{name}' needs {expected}")
        return Step(name, value)

    def _mapping(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"{what} is expected")
        # YAML 1.1 reads a bare `on` as true, so keys are taken as they were written
        return {str(key.value): value for key, value in node.value}

    def _value(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise self._wrong(node, "a plain value is expected") from error

    def _text(self, node: yaml.Node | None) -> str:
        return "" if node is None else str(self._value(node))

    def _count(self, node: yaml.Node | None, key: str) -> int | None:
        if node is None:
            return None
        value = self._value(node)
        if type(value) is not int or value < 1:
            raise self._wrong(node, f"'{key}' needs a whole number from 1")
        return value

    def _wrong(self, node: yaml.Node, problem: str) -> BrainError:
        return BrainError(f"{self._name}:{node.start_mark.line + 1}: {problem}.")


def _seconds(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 86_400


def _json(value: Any) -> bool:
    """YAML knows dates and sets, JSON does not."""
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return isinstance(value, dict)


def _calls(value: Any) -> bool:
    calls = value if isinstance(value, list) else [value]
    return bool(calls) and all(
        isinstance(call, dict)
        and isinstance(call.get("name"), str)
        and _json(call.get("args", {}))
        and call.keys() <= {"name", "args", "id"}
        for call in calls
    )


def _close(value: Any) -> bool:
    code = value.get("code") if isinstance(value, dict) else value
    usable = type(code) is int and (code in (1000, 1001, *range(1007, 1015)) or 3000 <= code < 5000)
    keys = value.keys() <= {"code", "reason"} if isinstance(value, dict) else True
    return usable and keys


def _http(value: Any) -> bool:
    status = value.get("status") if isinstance(value, dict) else value
    keys = value.keys() <= {"status", "message", "headers", "body"} if isinstance(value, dict) else True
    return type(status) is int and 400 <= status < 600 and keys


def _reason(value: Any) -> bool:
    return isinstance(value, str) and value.isupper()


def _drawing(value: Any) -> bool:
    """Colours as "#rrggbb", words to go with the picture, and how many tokens it counts for."""
    if value is True:
        return True
    return isinstance(value, dict) and all(
        (key == "tokens" and type(told) is int and told > 0)
        or (
            isinstance(told, str)
            and (key == "words" or (key in ("ground", "disc") and COLOUR.fullmatch(told)))
        )
        for key, told in value.items()
    )


def _yes(value: Any) -> bool:
    return value is True


STEPS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "normal": (_yes, "no value"),
    "send": (_json, "the JSON object to send"),
    "send_text": (lambda v: isinstance(v, str), "the text frame to send"),
    "oversize": (lambda v: type(v) is int and 0 < v <= 2**26, "a number of bytes"),
    "say": (lambda v: isinstance(v, str), "a sentence"),
    "tool_call": (_calls, "{name, args, id} or a list of them"),
    "cancel_calls": (_yes, "no value"),
    "wait": (_seconds, "a number of seconds"),
    "close": (_close, "a close code, or {code, reason}"),
    "abort": (_yes, "no value"),
    "hang": (_yes, "no value"),
    "stall": (_yes, "no value"),
    "go_away": (_seconds, "the seconds that are left"),
    "interrupted": (_yes, "no value"),
    "generation_complete": (_yes, "no value"),
    "turn_complete": (_yes, "no value"),
    "draw": (_drawing, 'no value, or {ground, disc: colours as "#rrggbb", words, tokens}'),
    "finish": (_reason, "a finish reason such as IMAGE_SAFETY"),
    "block": (_reason, "a block reason such as SAFETY"),
    "reply": (_json, "the JSON object to answer an HTTP request with"),
    "http": (_http, "an HTTP status from 400, or {status, message, headers, body}"),
}
"""Name of a step: whether a value fits, and what to say when not."""
