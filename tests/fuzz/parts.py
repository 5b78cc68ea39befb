"""What fuzz targets share: any JSON, and true values with something wrong in one place."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\u202e",
        "💡" * 20,
        "9" * 400,
        "NaN",
        "-1e999",
        "../..",
        "{{x}}",
        "<b>",
        "true",
        "on",
        "\ud7ff",
    ]
)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([0, -1, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf")])
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
QUICK = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
"""Bounded: the whole folder takes less than a minute."""


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything within a JSON value, itself included."""
    found = [way]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*way, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:20]):
            found += places(inner, (*way, index))
    return found


def changed(value: Any, way: tuple[Any, ...], to: Any) -> Any:
    """The same with something else in one place."""
    if not way:
        return to
    first, *rest = way
    if isinstance(value, dict):
        return {
            key: changed(inner, tuple(rest), to) if key == first else inner for key, inner in value.items()
        }
    return [changed(inner, tuple(rest), to) if index == first else inner for index, inner in enumerate(value)]


@st.composite
def near(draw: st.DrawFn, true: Any) -> Any:
    """A true value with anything in one or two of its places."""
    value = true
    for _ in range(draw(st.integers(1, 2))):
        value = changed(value, draw(st.sampled_from(places(value))), draw(JSON))
    return value


@st.composite
def torn(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes that end too early, or with one of them another."""
    if not data:
        return draw(st.binary(max_size=40))
    at = draw(st.integers(0, len(data) - 1))
    if draw(st.booleans()):
        return data[:at]
    return data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at + 1 :]
