"""Spoken name → devices: by every name they answer to, and never by a guess (P10)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.api import Device
from assistant.errors import ToolError, UnknownDevice
from assistant.home.registry import Registry, cleaned


class Light(Device):
    pass


class Blinds(Device):
    pass


def home(*devices: Device) -> Registry:
    registry = Registry()
    for device in devices:
        registry.add(device)
    return registry


def resolved(registry: Registry, spoken: str) -> list[str]:
    everything = {device.name: device for device in registry.devices}
    return [device.name for device in registry.resolve(spoken, everything)[1]]


HOME = home(
    Light(name="kitchen light", area="kitchen"),
    Light(name="Leselampe", area="living room", aliases=["reading lamp", "lamp"]),
    Light(name="lamp", area="bedroom"),
    Blinds(name="blinds", area="living room", aliases=["curtains"]),
)


@pytest.mark.parametrize(
    ("spoken", "names"),
    [
        ("kitchen light", ["kitchen light"]),
        ("The Kitchen Light, please", ["kitchen light"]),
        ("reading lamp", ["Leselampe"]),
        ("living room lamp", ["Leselampe"]),
        ("lamp in the bedroom", ["lamp"]),
        ("curtains", ["blinds"]),
        ("living room curtains", ["blinds"]),
        ("all lights", ["kitchen light", "Leselampe", "lamp"]),
        ("living room lights", ["Leselampe"]),
        ("lights in the bedroom", ["lamp"]),
        ("everything in the living room", ["Leselampe", "blinds"]),
    ],
)
def test_what_people_say(spoken: str, names: list[str]) -> None:
    assert resolved(HOME, spoken) == names


@pytest.mark.parametrize("spoken", ["garage light", "kitchen", "light", "", "on", "cellar lights"])
def test_p10_what_is_unknown_or_unclear_is_refused(spoken: str) -> None:
    with pytest.raises(UnknownDevice):
        resolved(HOME, spoken)


def test_the_same_name_in_two_areas_gets_the_area_before_it() -> None:
    registry = home(Light(name="lamp", area="study"), Light(name="lamp", area="hall"))
    assert [device.name for device in registry.devices] == ["study lamp", "hall lamp"]
    with pytest.raises(UnknownDevice):
        resolved(registry, "lamp")


def test_the_same_name_twice_in_one_area_is_refused() -> None:
    with pytest.raises(ToolError, match="two devices called 'Lamp'"):
        home(Light(name="lamp", area="study"), Light(name="Lamp", area="study"))


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_hostile_names_are_one_short_line_of_plain_characters(name: str) -> None:
    clean = cleaned(name)
    assert len(clean) <= 60
    assert not set(clean) & set('\n\r\t:;(),"<>{}[]`\u202e')


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_p10_no_text_whatever_resolves_by_accident(spoken: str) -> None:
    try:
        names = resolved(HOME, spoken)
    except ToolError:
        return
    assert names


def test_long_names_that_are_alike_get_a_number_each() -> None:
    registry = Registry()
    for _ in range(12):
        registry.admit(Light(name="a" * 5000, area="b" * 5000))
    assert len(registry) == 12
    assert all(len(device.name) <= 60 for device in registry.devices)
