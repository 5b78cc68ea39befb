"""Values are changed in a configuration's text, and nothing else is."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import config as configuration
from assistant.config.edit import edited


@pytest.mark.parametrize(
    ("text", "path", "value", "after"),
    [
        ("a: 1 # why\nb: 2\n", ("a",), 3, "a: 3 # why\nb: 2\n"),
        ("a:\nb: 2\n", ("a",), "x", "a: x\nb: 2\n"),
        ("a: # why\nb: 2\n", ("a",), "x", "a: x # why\nb: 2\n"),
        ("a:\n  b: 1\n", ("a", "c"), True, "a:\n  c: true\n  b: 1\n"),
        ("a: {b: 1} # why\n", ("a", "c"), "on", 'a: {"b": 1, "c": "on"} # why\n'),
        ("a: {}\n", ("a", "c", "d"), 1, 'a: {"c": {"d": 1}}\n'),
        ("a: 1\n", ("b", "c"), "two words", 'a: 1\n\nb:\n  c: "two words"\n'),
        ("", ("b",), 1, "b: 1\n"),
        ("# nothing\n", ("b",), 1, "# nothing\n\nb: 1\n"),
        ("a:\n  - 1\n  - 2\n\n# of b\nb: 3\n", ("a",), ["x", "y"], "a:\n  - x\n  - y\n\n# of b\nb: 3\n"),
        ("a:\n- 1\nb: 3", ("a",), 5, "a: 5\nb: 3"),
        ("a: >\n  long\n  text\nb: 3\n", ("b",), 4, "a: >\n  long\n  text\nb: 4\n"),
        ("a : 1\n", ("a",), 2, "a : 2\n"),
        ("a: 1 # same\n", ("a",), 1, "a: 1 # same\n"),
    ],
)
def test_one_value(text: str, path: tuple[str, ...], value: object, after: str) -> None:
    assert edited(text, {path: value}) == after


@given(value=st.text(max_size=40).filter(str.isprintable), number=st.integers(0, 3))
@settings(max_examples=10, deadline=None)
def test_any_text_can_be_a_value_of_the_shipped_configuration(value: str, number: int) -> None:
    path = [("mqtt", "user"), ("home", "announce", "name"), ("audio", "input"), ("gemini", "voice")][number]
    text = configuration.template()
    before, after = yaml.safe_load(text), yaml.safe_load(edited(text, {path: value}))
    section = after
    for name in path[:-1]:
        section = section[name]
    assert section[path[-1]] == value
    other = before
    for name in path[:-1]:
        other = other[name]
    other[path[-1]] = value
    assert after == before
