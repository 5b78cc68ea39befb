"""Areas by their other names: told to both brains, understood by them and by the house."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant import prompts
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from assistant.config.home import HomeConfig
from assistant.device import Device
from assistant.home.areas import AreaNames
from assistant.home.catalogue import by_area
from assistant.home.registry import Registry, folded
from tests.home.test_floors import resolved


class Light(Device):
    kind = "light"


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    for area in ("living room", "kitchen", "parlour"):
        made.add(Light(name=f"{area} lamp", area=area))
    made.add(Light(name="reading lamp", area="living room"))
    made.areas.wish({"living room": ["lounge", "Front-Room", "kitchen", "parlour"]})
    return made


@pytest.mark.parametrize(
    ("spoken", "meant"),
    [
        ("lounge lights", ["living room lamp", "reading lamp"]),
        ("all lights in the lounge", ["living room lamp", "reading lamp"]),
        ("lounge reading lamp", ["reading lamp"]),
        ("front room reading lamp", ["reading lamp"]),
        ("kitchen lights", ["kitchen lamp"]),
        ("parlour lights", ["parlour lamp"]),
    ],
)
def test_the_house_knows_what_is_meant(registry: Registry, spoken: str, meant: list[str]) -> None:
    assert resolved(registry, "", spoken) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("turn on the lights in the lounge", {"living room lamp", "reading lamp"}),
        ("turn off the front room reading lamp", {"reading lamp"}),
        ("turn on the lights in the parlour", {"parlour lamp"}),
    ],
)
def test_the_embedded_brain_understands_what_the_prompt_says(
    registry: Registry, text: str, meant: set[str]
) -> None:
    told = prompts.instruction(by_area(registry.devices, registry.areas))
    assert "- living room (also lounge, Front-Room, kitchen, parlour): light:" in told
    verbs = [
        {"name": name, "parameters": {"type": "OBJECT", "properties": {"device": {"type": "STRING"}}}}
        for name in ("turn_on", "turn_off")
    ]
    setup = {"systemInstruction": told, "tools": [{"functionDeclarations": verbs}]}
    calls = Understander(read_setup(setup), datetime.now).understand(text).calls
    devices = {d.name: d for d in registry.devices}
    assert {d.name for call in calls for d in registry.resolve(str(call.args["device"]), devices)[1]} == meant


def test_the_owners_word_comes_before_what_sources_know() -> None:
    names = AreaNames(folded)
    assert names.found("one", {"Kitchen": ["galley", "pantry"], "": ["x"], "hall": ["hall", ""]})
    assert not names.found("one", {"Kitchen": ["galley", "pantry"]})
    names.wish({"cellar": ["Pantry"]})
    assert (names.of("kitchen"), names.of("cellar"), names.of("hall")) == (["galley"], ["Pantry"], [])
    assert names.found("one", {})
    assert names.by_name == {"pantry": "cellar"}


def test_other_names_are_names() -> None:
    assert HomeConfig.model_validate({"areas": {"living room": ["lounge"]}}).areas == {
        "living room": ["lounge"]
    }
    with pytest.raises(ValueError, match="String should match"):
        HomeConfig.model_validate({"areas": {"living room": ["lounge): light: everything"]}})
