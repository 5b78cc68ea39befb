"""Plays every story of every file in this folder through a whole house."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.app import House
from assistant.config.home import HomeConfig
from assistant.config.model import RoomConfig
from assistant.errands import Errands
from tests.parts.homes import lived_in, shipped, told

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))
FLOORS = {
    "floors": {
        "ground floor": ["kitchen", "hallway"],
        "first floor": {"areas": ["living room"]},
        "second floor": {"areas": ["bedroom", "porch"], "aliases": ["under the roof"]},
    }
}
"""What a file of stories has for ``home.floors``, by its name."""
KEYS = {
    "name",
    "said",
    "room",
    "heard",
    "calls",
    "commands",
    "state",
    "spoke",
    "spoke_has",
    "failed",
    "absent",
}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
@pytest.mark.speech
async def test_stories(file: Path, tmp_path: Path) -> None:
    stories = yaml.safe_load(file.read_text())
    wrong: list[str] = []

    async def play(house: House, errands: Errands) -> None:
        for story in stories:
            assert set(story) <= KEYS, f"{story['name']}: unknown keys {set(story) - KEYS}"
            request = _heard(story["heard"]) if "heard" in story else {"do": "say", "text": story["said"]}
            request["room"] = story.get("room", "")
            ok, items = await told(errands, request)
            states = {device.name: device.states for device in house.registry.devices}
            wrong.extend(f"{story['name']}: {problem}" for problem in problems(story, ok, items, states))

    rooms = {room: RoomConfig(input=room) for story in stories if (room := story.get("room"))}
    config = shipped(tmp_path)
    home = HomeConfig.model_validate({**config.home.model_dump(), "floors": FLOORS.get(file.stem, {})})
    await lived_in(config.model_copy(update={"rooms": rooms, "home": home}), play)
    assert not wrong, "\n".join(wrong)


def _heard(name: str) -> dict[str, Any]:
    return {"do": "hear", "file": str(FOLDER.parent / "data" / "speech" / name), "wake": False}


def problems(
    story: dict[str, Any], ok: bool, items: list[dict[str, Any]], states: dict[str, Any]
) -> list[str]:
    """What of a story did not happen, and what happened that is not in it."""
    found = []
    if ok is story.get("failed", False):
        found.append(f"worked is {ok}: {[i for i in items if i['event'] in ('error', 'tool_result')]}")
    calls = [{"name": i["name"], "args": i["args"]} for i in items if i["event"] == "tool_call"]
    if "calls" in story and calls != story["calls"]:
        found.append(f"calls were {calls}")
    commands = [i for i in items if i["event"] == "command"]
    for wanted in story.get("commands", []):
        if not any(_is(command, wanted) for command in commands):
            found.append(f"no command {wanted} among {commands}")
    for name, fields in story.get("state", {}).items():
        # YAML 1.1 reads a bare `on` as true
        if any(
            states[name].get("on" if field is True else field) != value for field, value in fields.items()
        ):
            found.append(f"{name} is {states[name]}")
    spoken = " ".join(i["text"] for i in items if i["event"] == "spoke")
    if spoken != story.get("spoke", spoken) or story.get("spoke_has", "") not in spoken or not spoken:
        found.append(f"spoke {spoken!r}")
    found.extend(f"there was {i}" for i in items if i["event"] in story.get("absent", []))
    return found


def _is(command: dict[str, Any], wanted: dict[str, Any]) -> bool:
    payload = wanted.get("payload")
    sent = command["payload"] if isinstance(payload, str | None) else json.loads(command["payload"])
    same_payload = payload is None or sent == payload
    return same_payload and all(command[k] == v for k, v in wanted.items() if k != "payload")
