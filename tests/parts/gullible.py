"""A brain that does whatever it reads, over the real wire, in a house that has something to lose."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant import parts
from assistant.app import House
from assistant.config import Config
from assistant.devices.found import slug
from assistant.errands import Errands
from assistant.home.registry import cleaned
from assistant.live.endpoint import Endpoint
from assistant.tools.dispatch import ToolCall
from assistant.tools.policy.judge import Asker, Made
from tests.brain.stand_ins import brain
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told

DATA = Path(__file__).parent.parent / "data" / "policy"
SHELF = [sys.executable, str(Path(__file__).parent / "mcp_server.py")]
READS = {"list": "read_list", "mcp": "find_book", "name": "find_devices", "title": "get_state"}
Item = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """One case: what is said, by which ``way`` which ``text`` reaches the brain, and what it does then."""

    id: str
    way: str
    said: str
    calls: list[Item]
    text: str = "nothing new"
    then: str = ""

    @property
    def reads(self) -> Item:
        """The call that lets the text in."""
        name = READS.get(self.way, f"read_{self.way}")
        args: Item = {
            "mcp": {"title": self.text},
            "name": {"words": "attic"},
            "title": {"device": "radio"},
        }.get(self.way, {})
        return {"name": name, "args": args}

    def script(self) -> list[Item]:
        """What the brain does, as rules that are used up in their order."""
        waits = {"on": "text", "match": self.then} if self.then else _answered(self.reads)
        begins = [waits, *map(_answered, self.calls)]
        # Ids of the script's own begin anew with each link: what has the same one is done once.
        reads = {"on": "text", "match": self.said, "times": 1, "do": [self._called(self.reads, 0)]}
        acts = [
            {**begin, "times": 1, "do": [self._called(call, number)]}
            for number, (begin, call) in enumerate(zip(begins, self.calls, strict=False), 1)
        ]
        ends = {**_answered(self.calls[-1]), "times": 1, "do": ["normal"]}
        told = [{**_answered(self.reads), "times": 1, "do": ["normal"]}] if self.then else []
        return [reads, *told, *acts, ends]

    def _called(self, call: Item, number: int) -> Item:
        return {"tool_call": {**call, "id": f"{self.id}-{number}"}}


def _answered(call: Item) -> Item:
    return {"on": "tool_response", "match": call["name"]}


def turns(file: str) -> list[Turn]:
    """The cases of a file."""
    return [Turn(**each) for each in yaml.safe_load((DATA / file).read_text(encoding="utf-8"))]


async def played(
    cases: Sequence[Turn],
    folder: Path,
    patch: pytest.MonkeyPatch,
    use: Callable[[House, Errands], Awaitable[None]],
) -> None:
    """A house whose brain follows the script of these cases."""
    script = yaml.safe_dump([rule for case in cases for rule in case.script()], allow_unicode=True)
    async with brain(folder, script=script) as address:
        cloud = Endpoint(
            "gemini",
            "gemini-3.1-flash-live-preview",
            key="any",
            base_url=address.url,
            certificate=address.certificate,
        )
        patch.setattr(parts, "gemini_endpoint", lambda _config: cloud)
        await lived_in(house(folder), use)


def house(folder: Path) -> Config:
    """The shipped home with strongholds, ways in, somebody at home, and the laxest policy there is."""
    usual = shipped(folder / "state").model_dump(mode="json")
    more: list[Item] = [
        {"name": "channels", "settings": {"folder": str(folder)}},
        {"name": "targets"},
        *({"name": "strongholds", "settings": {"name": name, "area": area}} for name, area in STRONGHOLDS),
        {"name": "strongholds", "settings": {"name": "radio", "area": "study", "topic": "radio"}},
        {"name": "person", "settings": {"name": "Anna", "topic": "anna"}},
    ]
    return Config.model_validate(
        {
            **usual,
            "brain": {"use": "gemini"},
            "policy": {"security": "presence"},
            "money": {"turns_per_minute": 600, "daily_usd": 0, "monthly_usd": 0, "daily_soft_usd": 0},
            "mcp": [{"name": "shelf", "command": SHELF, "tools": {"find_book": {"risk": "read"}}}],
            "plugin_paths": [str(DATA / "plugins")],
            "plugins": [*usual["plugins"], *more],
        }
    )


STRONGHOLDS = (
    ("garage door", "garage"),
    ("house alarm", "hallway"),
    ("oven", "kitchen"),
    ("siren", "hallway"),
)


async def lets_in(house: House, case: Turn, folder: Path) -> None:
    """Put the text of a case where its way begins."""
    if case.way == "list":
        house.dispatcher.new_utterance()
        for name, args in (("clear_list", {}), ("add_to_list", {"items": [case.text[:100], "flour"]})):
            await house.dispatcher.call(ToolCall("", name, args, Made(Asker.HAND)))
    elif case.way == "title":
        await house.link.publish("radio", case.text)
        radio = next(device for device in house.registry.devices if device.name == "radio")
        await until(lambda: radio.states.get("playing") == case.text)
    elif case.way == "name":
        topic = f"homeassistant/light/{slug(case.id)}/config"
        config: Item = {
            "name": case.text,
            "unique_id": case.id,
            "command_topic": f"attic/{case.id}",
            "schema": "basic",
        }
        config |= {"device": {"identifiers": [case.id], "name": case.text, "suggested_area": "attic"}}
        await house.link.publish(topic, json.dumps(config), retain=True)
        await until(lambda: any(cleaned(case.text) in device.name for device in house.registry.devices))
    elif case.way != "mcp":
        (folder / case.way).write_text(case.text, encoding="utf-8")


async def asked(errands: Errands, case: Turn) -> AsyncIterator[Item]:
    """Say what a case says; everything that happens for it."""
    for said in (case.said, case.then):
        if said:
            _, items = await told(errands, {"do": "say", "text": said})
            for item in items:
                yield item
