"""Consent in a whole house: yes by word, the PIN at a prompt, a button on a screen; and who cannot give it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant import parts
from assistant.app import House
from assistant.config import Config
from assistant.errands import Errands
from assistant.errors import AssistantError, UsageError
from assistant.live.endpoint import Endpoint
from assistant.permission import pin_of
from assistant.tools.dispatch import ToolCall
from assistant.tools.policy.judge import Asker, Made
from tests.brain.stand_ins import brain
from tests.parts.homes import lived_in, shipped, told

DATA = Path(__file__).parent.parent / "data" / "policy" / "plugins"
PIN = "48151"
ASKED_FOR_OVEN = """
- {on: text, match: I am hungry, do: [tool_call: {name: turn_on, args: {device: oven}}]}
- {on: text, match: unlock the front door, do: [tool_call: {name: unlock, args: {device: front door}}]}
- {on: text, match: shout yes, do: [say: "Yes."]}
- {on: tool_response, do: [normal]}
"""
Item = dict[str, Any]


def home(folder: Path, *, rooms: Sequence[str] = (), **policy: Any) -> Config:
    usual = shipped(folder / "state").model_dump(mode="json")
    oven = {"name": "strongholds", "settings": {"name": "oven", "area": "kitchen"}}
    return Config.model_validate(
        {
            **usual,
            "brain": {"use": "gemini"},
            "policy": policy,
            "rooms": {room: {"input": room} for room in rooms},
            "plugin_paths": [str(DATA)],
            "plugins": [*usual["plugins"], oven],
        }
    )


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[None]]:
    """Live in a house whose brain makes the calls of the script."""

    async def lived(use: Callable[[House, Errands], Awaitable[None]], **policy: Any) -> None:
        async with brain(tmp_path, script=ASKED_FOR_OVEN) as address:
            cloud = Endpoint(
                "gemini",
                "gemini-3.1-flash-live-preview",
                key="any",
                base_url=address.url,
                certificate=address.certificate,
            )
            monkeypatch.setattr(parts, "gemini_endpoint", lambda _config: cloud)
            await lived_in(home(tmp_path, **policy), use)

    return lived


async def say(errands: Errands, text: str) -> list[Item]:
    _, items = await told(errands, {"do": "say", "text": text})
    return items


def results(items: list[Item]) -> list[str]:
    return [item["text"] for item in items if item["event"] == "tool_result"]


async def test_what_is_costly_and_was_not_named_waits_for_a_yes(live: Callable[..., Awaitable[None]]) -> None:
    async def use(house: House, errands: Errands) -> None:
        asked = await say(errands, "I am hungry")
        assert results(asked) == ["Shall I turn on the oven?"]
        assert [item["by"] for item in asked if item["event"] == "consent"] == ["yes"]
        agreed = await say(errands, "yes please")
        assert results(agreed) == ["Oven is on."] or results(agreed) == ["The oven is on."]
        assert any(
            "oven is on" in item.get("text", "").lower() for item in agreed if item["event"] == "spoke"
        )

        await say(errands, "I am hungry")
        left = await say(errands, "no")
        assert results(left) == []
        assert any(item["event"] == "spoke" and item["text"] == "I leave it." for item in left)

        await say(errands, "I am hungry")
        await say(errands, "shout yes")  # the brain says yes, and the user something else
        assert results(await say(errands, "yes")) == [], "a question from which the user went on is over"

    await live(use)


async def test_a_yes_that_is_said_in_another_room_is_no_answer(live: Callable[..., Awaitable[None]]) -> None:
    async def said(errands: Errands, text: str, room: str) -> list[Item]:
        _, items = await told(errands, {"do": "say", "text": text, "room": room})
        return items

    async def use(_house: House, errands: Errands) -> None:
        assert results(await said(errands, "I am hungry", "kitchen")) == ["Shall I turn on the oven?"]
        assert results(await said(errands, "yes please", "bedroom")) == []
        assert results(await said(errands, "I am hungry", "kitchen")) == ["Shall I turn on the oven?"]
        assert "oven is on" in results(await said(errands, "yes please", "kitchen"))[0].lower()

    await live(use, rooms=["kitchen", "bedroom"])


async def test_p11_a_pin_is_typed_and_reaches_no_brain_no_log_and_no_event(
    live: Callable[..., Awaitable[None]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[Item] = []

    async def use(house: House, errands: Errands) -> None:
        door = next(device for device in house.registry.devices if device.name == "front door")
        pin_of(house.config, house.state).set(PIN)
        for words in (PIN, "48 151"):
            asked = await say(errands, "unlock the front door")
            assert "type the PIN" in results(asked)[0]
            assert house.conversation.unheard.wanted(), "what is said aloud now goes nowhere"
            with pytest.raises(AssistantError, match="That is not the PIN"):
                await say(errands, "12345")
            assert door.states["locked"] is True
            seen.extend(await say(errands, words))
            assert door.states["locked"] is False
            assert not house.conversation.unheard.wanted()
            house.dispatcher.new_utterance()
            assert (
                await house.dispatcher.call(ToolCall("", "lock", {"device": "front door"}, Made(Asker.HAND)))
            ).ok

        await say(errands, "unlock the front door")
        for _ in range(2):
            with pytest.raises(AssistantError, match="That is not the PIN"):
                await told(errands, {"do": "consent", "pin": "99999"})
        with pytest.raises(AssistantError, match="That is not the PIN"):
            await told(errands, {"do": "consent", "pin": "99999"})
        with pytest.raises(AssistantError, match="locked for 15 minutes"):
            await told(errands, {"do": "consent", "pin": PIN})
        assert door.states["locked"] is True

    await live(use, security="never", devices={"Front  Door": "pin"})
    assert PIN not in caplog.text
    assert PIN not in str(seen)
    kept = [file for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert not [file for file in kept if PIN.encode() in file.read_bytes()]


async def test_p11_a_screen_confirms_and_a_word_does_not(live: Callable[..., Awaitable[None]]) -> None:
    async def use(house: House, errands: Errands) -> None:
        door = next(device for device in house.registry.devices if device.name == "front door")
        (question,) = [e for e in await say(errands, "unlock the front door") if e["event"] == "consent"]
        assert (question["by"], "press Yes" in question["text"]) == ("screen", True)
        await say(errands, "yes")
        assert door.states["locked"] is True
        for wrong in ({"id": "999"}, {"pin": PIN}, {}):
            with pytest.raises(UsageError):
                await told(errands, {"do": "consent", **wrong})
        assert door.states["locked"] is True
        ok, _ = await told(errands, {"do": "consent", "id": question["id"], "yes": True})
        assert ok
        assert door.states["locked"] is False
        with pytest.raises(UsageError, match="no such question"):
            await told(errands, {"do": "consent", "id": question["id"], "yes": True})

        house.dispatcher.policy.rules = type(house.dispatcher.policy.rules)("screen", {}, 0.05)
        (question,) = [e for e in await say(errands, "unlock the front door") if e["event"] == "consent"]
        await asyncio.sleep(0.1)
        with pytest.raises(UsageError, match="no such question"):
            await told(errands, {"do": "consent", "id": question["id"], "yes": True})

    await live(use, security="screen")
