"""A timer and a reaction in one whole house: its own voice rings, speaks and asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from assistant.app import House
from assistant.config import PluginEntry
from assistant.config.model import RoomConfig
from assistant.desk import Desk
from assistant.errands import Errands
from assistant.events import Silenced, Spoke
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told
from tests.test_conversation import Loudspeaker

CHIME = '''"""Says when the light in the kitchen goes on, and asks whether it may stay on."""

from assistant.api import StateChanged, ask, say, when


@when(StateChanged, device="kitchen light", field="on", value=True, lasting="1 s")
async def still_on(change: StateChanged) -> None:
    await say(f"The {change.device} is still on")
    answer = await ask("Shall it stay on?")
    await say(f"You said {answer}")
'''


async def test_a_timer_rings_until_stop_and_a_bare_function_reacts_speaks_and_asks(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "chime.py").write_text(CHIME)
    config = shipped(tmp_path / "state")
    config = config.model_copy(
        update={
            "plugin_paths": [tmp_path / "plugins"],
            "plugins": [*config.plugins, PluginEntry(name="chime")],
        }
    )

    async def both(house: House, errands: Errands) -> None:
        await reacts(house, errands)
        await rings(house, errands)

    await lived_in(config, both)


async def reacts(house: House, errands: Errands) -> None:
    with house.bus.subscribed(Spoke) as spoken:
        await told(errands, {"do": "say", "text": "turn on the kitchen light"})
        said: list[str] = []
        async with asyncio.timeout(10):
            while "Shall it stay on?" not in said:
                said.append(str(getattr(await spoken.get(), "text", "")))
        _, items = await told(errands, {"do": "say", "text": "turn off the kitchen light"})
        assert not [item for item in items if item["event"] in ("tool_call", "command")]
        async with asyncio.timeout(10):
            while "You said turn off the kitchen light" not in said:
                said.append(str(getattr(await spoken.get(), "text", "")))
    assert said[-3:] == [
        "The kitchen light is still on",
        "Shall it stay on?",
        "You said turn off the kitchen light",
    ]
    lamp = next(device for device in house.registry.devices if device.name == "kitchen light")
    assert lamp.states["on"] is True  # the answer went to the one who asked, and to no brain


async def rings(house: House, errands: Errands) -> None:
    speaker = Loudspeaker()
    house.conversation.mouths.append(speaker)
    with house.bus.subscribed(Spoke) as spoken:
        ok, _ = await told(errands, {"do": "say", "text": "set a timer for one second"})
        assert ok
        speaker.played = b""
        async with asyncio.timeout(10):
            while "timer is done" not in str(event := await spoken.get()):
                pass
    assert isinstance(event, Spoke)
    assert event.audio_s > 1.5, "a tone, and words"
    await until(lambda: len(speaker.played) > 48_000)
    _, items = await told(errands, {"do": "say", "text": "stop"})
    assert [item["name"] for item in items if item["event"] == "tool_call"] == ["stop_ringing"]
    _, items = await told(errands, {"do": "say", "text": "what timers are there"})
    assert "There are no timers." in [item["text"] for item in items if item["event"] == "spoke"]
    with house.bus.subscribed(Silenced) as silenced:  # the stop button
        await told(errands, {"do": "say", "text": "set a timer for one second"})
        await until(lambda: bool(house.voice._ringing), 5)
        house.conversation.stop()
        assert silenced.qsize() == 1
        await until(lambda: not house.voice._ringing)


WALKTHROUGH = '''"""Says in the bedroom when the back door stands open at night."""

from assistant.api import StateChanged, say, when


@when(StateChanged, device="back door", field="open", value=True, lasting="0.2 s")
async def left_open(change: StateChanged) -> None:
    await say("The back door has been open for ten minutes", room="bedroom")
'''


class RoomSpeaker(Loudspeaker):
    speaks = True


async def test_what_is_said_in_the_bedroom_is_heard_in_the_bedroom_and_a_timer_rings_where_it_was_set(
    tmp_path: Path,
) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "door.py").write_text(WALKTHROUGH)
    config = shipped(tmp_path / "state")
    rooms = {room: RoomConfig(input=room) for room in ("kitchen", "bedroom")}
    plugins = [*config.plugins, PluginEntry(name="door")]
    changed = {"plugin_paths": [tmp_path / "plugins"], "plugins": plugins, "rooms": rooms}
    kitchen, bedroom = RoomSpeaker(), RoomSpeaker()

    async def walked_through(house: House, errands: Errands) -> None:
        house.conversation.mouths.rooms.update(kitchen=kitchen, bedroom=bedroom)
        await house.link.publish("zigbee2mqtt/back door", '{"contact": false}')
        await until(lambda: len(bedroom.played) > 48_000, 10)
        assert kitchen.played == b""
        bedroom.played = b""
        await told(errands, {"do": "say", "text": "set a timer for one second", "room": "kitchen"})
        await until(lambda: bool(house.voice._ringing), 5)
        kitchen.played = b""
        await until(lambda: len(kitchen.played) > 48_000, 10)
        await told(errands, {"do": "say", "text": "stop", "room": "kitchen"})
        assert bedroom.played == b""
        house.known_as.rooms[1].change(muted=True)
        desk = Desk(house, errands)
        assert [(room["room"], room["muted"]) for room in desk.home()["rooms"]] == [
            ("kitchen", False),
            ("bedroom", True),
        ]
        assert 'assistant_room_muted{room="bedroom"} 1' in desk.metrics()

    await lived_in(config.model_copy(update=changed), walked_through)
