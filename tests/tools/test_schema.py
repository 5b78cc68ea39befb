"""Signature → declaration, and the check of what a model sends back."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest

from assistant.api import Choice, Percent, Range, Risk, Unit
from assistant.errors import PluginError, ToolError
from assistant.tools.schema import Declaration, checked, declare


class Mode(Enum):
    HEAT = "heat"
    COOL = "cool"


async def everything(
    text: str,
    level: Percent,
    by: Annotated[int, Range(-5, 5), Unit("steps")] = 1,
    color: Annotated[str, Choice("red", "light blue")] | None = None,
    mode: Mode = Mode.HEAT,
    speed: Literal["low", "high"] = "low",
    names: list[str] | None = None,
    exact: float = 0.5,
    loud: bool = False,
) -> str:
    """Do everything."""
    return ""


def declared(function: Any) -> Declaration:
    return declare(function, risk=Risk.COMFORT)


def test_every_annotation_becomes_json_schema() -> None:
    schema = declared(everything).schema()
    assert schema["required"] == ["text", "level"]
    properties = schema["properties"]
    assert properties["level"] == {
        "type": "integer",
        "description": "in percent",
        "minimum": 0,
        "maximum": 100,
    }
    assert properties["by"]["minimum"] == -5
    assert properties["color"] == {"type": "string", "enum": ["red", "light blue"]}
    assert properties["mode"]["enum"] == ["heat", "cool"]
    assert properties["speed"]["enum"] == ["low", "high"]
    assert properties["names"] == {"type": "array", "items": {"type": "string"}}
    assert properties["exact"]["type"] == "number"
    assert properties["loud"]["type"] == "boolean"


async def no_docstring(a: int) -> str:
    return ""


async def untyped(a) -> str:  # type: ignore[no-untyped-def]
    """Do."""
    return ""


async def unmapped(a: dict[str, int]) -> str:
    """Do."""
    return ""


async def variadic(*args: int) -> str:
    """Do."""
    return ""


def not_async(a: int) -> str:
    """Do."""
    return ""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (no_docstring, "has no docstring"),
        (untyped, "parameter 'a' has no type"),
        (unmapped, "parameter 'a': type dict cannot be declared; write str"),
        (variadic, "name each parameter"),
        (not_async, "write `async def not_async`"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_file_line_and_remedy(function: Any, words: str) -> None:
    with pytest.raises(PluginError) as caught:
        declared(function)
    assert words in str(caught.value)
    assert f"test_schema.py:{function.__code__.co_firstlineno}" in str(caught.value)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"text": "x", "level": "30"}, {"text": "x", "level": 30}),
        ({"text": 5, "level": 30.0}, {"text": "5", "level": 30}),
        ({"text": "x", "level": 0, "color": "Light Blue"}, {"text": "x", "level": 0, "color": "light blue"}),
        ({"text": "x", "level": 1, "color": None}, {"text": "x", "level": 1}),
        ({"text": "x", "level": 1, "names": "one"}, {"text": "x", "level": 1, "names": ["one"]}),
        ({"text": "x", "level": 1, "loud": "true"}, {"text": "x", "level": 1, "loud": True}),
    ],
)
def test_what_models_really_send_is_understood(args: dict[str, Any], expected: dict[str, Any]) -> None:
    assert checked(declared(everything), args) == expected


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"level": 5}, "I need to know the text."),
        ({"text": "x", "level": 101}, "must be between 0 and 100"),
        ({"text": "x", "level": "NaN"}, "must be a number"),
        ({"text": "x", "level": True}, "must be a number"),
        ({"text": "x", "level": 10**400}, "must be a number"),
        ({"text": {}, "level": 1}, "must be words"),
        ({"text": "x", "level": 1, "color": "reed"}, "I don't know the color 'reed'"),
        ({"text": "x", "level": 1, "loud": "maybe"}, "must be yes or no"),
        ({"text": "x", "level": 1, "extra": 1}, "has no extra"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(args: dict[str, Any], words: str) -> None:
    with pytest.raises(ToolError, match=words):
        checked(declared(everything), args)
