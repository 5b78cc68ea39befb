"""Signature → declaration, and the check of what a model sends back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import pytest

from assistant.api import Choice, Percent, Range, Risk, Unit
from assistant.errors import PluginError, ToolError
from assistant.tools.checking import checked
from assistant.tools.declaring import declare
from assistant.tools.schema import Declaration


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


class Day(IntEnum):
    MONDAY = 1
    SUN_DAY = 7


@dataclass(frozen=True)
class Item:
    """One thing to buy."""

    name: str
    amount: Annotated[int, Range(1, 99)] = 1
    shops: list[Literal["market", "baker"]] = field(default_factory=list)


async def shop(
    items: list[Item],
    day: Day = Day.MONDAY,
    shelf: Literal[1, 2] = 1,
    price: int | float | None = None,
    colours: Annotated[list[str], Choice("red", "blue")] | None = None,
) -> str:
    """Write a shopping list.

    Everything on it is bought at once.

    Args:
        items: What to buy,
            in the order of the shop.
        day (Day): When to go.

    Returns:
        What nobody at the other end wants to know.
    """
    return ""


def test_nested_dataclasses_enums_and_docstrings_are_declared() -> None:
    told = declared(shop)
    assert told.description == "Write a shopping list.\n\nEverything on it is bought at once."
    properties = told.schema()["properties"]
    assert properties["items"] == {
        "type": "array",
        "description": "What to buy, in the order of the shop.",
        "items": {
            "type": "object",
            "description": "One thing to buy.",
            "properties": {
                "name": {"type": "string"},
                "amount": {"type": "integer", "minimum": 1, "maximum": 99},
                "shops": {"type": "array", "items": {"type": "string", "enum": ["market", "baker"]}},
            },
            "required": ["name"],
        },
    }
    assert properties["day"] == {
        "type": "string",
        "description": "When to go.",
        "enum": ["monday", "sun day"],
    }
    assert properties["shelf"] == {"type": "string", "enum": ["1", "2"]}
    assert properties["price"] == {"type": "number"}
    assert properties["colours"] == {"type": "array", "items": {"type": "string", "enum": ["red", "blue"]}}


def test_a_function_gets_what_its_annotations_promise() -> None:
    sent = {
        "items": [{"name": "bread", "amount": "2", "shops": ["Baker"]}, {"name": "milk"}],
        "day": "Sun Day",
        "shelf": 2,
        "colours": ["Red"],
    }
    assert checked(declared(shop), sent) == {
        "items": [Item("bread", 2, ["baker"]), Item("milk")],
        "day": Day.SUN_DAY,
        "shelf": 2,
        "colours": ["red"],
    }
    assert checked(declared(everything), {"text": "x", "level": 1, "mode": "cool"})["mode"] is Mode.COOL


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([{"amount": 2}], "I need to know the name."),
        ([{"name": "x", "amount": 100}], "The amount must be between 1 and 99."),
        ([{"name": "x", "colour": "red"}], "The items has no colour."),
        (["bread"], "The items must have its parts named."),
    ],
)
def test_what_is_wrong_inside_an_object_is_said(items: Any, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        checked(declared(shop), {"items": items})


def test_phrases_name_parameters() -> None:
    with pytest.raises(
        PluginError, match=r"the phrase 'buy \{thing\}' has a slot \{thing\}.*write \{items\}"
    ):
        declare(shop, risk=Risk.COMFORT, phrases=("buy {thing}",))


async def no_docstring(a: int) -> str:
    return ""


async def untyped(a) -> str:  # type: ignore[no-untyped-def]
    """Do."""
    return ""


async def unmapped(a: dict[str, int]) -> str:
    """Do."""
    return ""


async def when(at: datetime) -> str:
    """Do."""
    return ""


async def anything(a: Any) -> str:
    """Do."""
    return ""


async def either(a: int | str) -> str:
    """Do."""
    return ""


@dataclass
class Node:
    below: Node


@dataclass
class Pair:
    both: tuple[int, int]


async def holds_itself(a: Node) -> str:
    """Do."""
    return ""


async def holds_a_tuple(a: Pair) -> str:
    """Do."""
    return ""


async def too_bright(level: Percent = 255) -> str:
    """Do."""
    return ""


async def no_such_speed(speed: Annotated[str, Choice("low", "high")] = "fast") -> str:
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
        (unmapped, "parameter 'a': type dict[str, int] cannot be declared; write a dataclass with one"),
        (when, "parameter 'at': type datetime cannot be declared; write str, such as '2026-07-01 07:30'"),
        (anything, "parameter 'a': type Any cannot be declared; write the one type that is meant"),
        (either, "choose one type (and None)"),
        (holds_itself, "parameter 'a': Node.below: Node holds itself"),
        (holds_a_tuple, "parameter 'a': Pair.both: type tuple[int, int] cannot be declared; write list[...]"),
        (too_bright, "parameter 'level': its default 255 is not between 0 and 100"),
        (no_such_speed, "parameter 'speed': its default 'fast' is not one of low and high"),
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
