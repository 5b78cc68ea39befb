"""The real Zigbee2MQTT with virtual devices behind it: a sentence becomes a Zigbee frame and a spoken answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant.app import House
from assistant.errands import Errands
from assistant.home.link import Link
from tests.parts.home import running, until
from tests.parts.homes import lived_in, shipped, told
from tests.parts.mosquitto import mosquitto

pytestmark = [pytest.mark.partner, pytest.mark.system("mosquitto")]

HERE = Path(__file__).parent / "zigbee2mqtt"
CACHE = Path(os.environ.get("ASSISTANT_PARTNERS", "~/.cache/assistant-partners")).expanduser() / "zigbee2mqtt"
SPEECH = Path(__file__).parents[1] / "data" / "speech"
SENTENCES: list[tuple[dict[str, Any], str, tuple[str, str, dict[str, Any]], str]] = [
    (
        {"do": "hear", "file": str(SPEECH / "cmd_fl_awb_00.wav"), "wake": False},
        "kitchen light",
        ("genOnOff", "on", {}),
        "The kitchen light is on",
    ),
    (
        {"do": "say", "text": "dim the kitchen light to 50 percent"},
        "kitchen light",
        ("genLevelCtrl", "moveToLevelWithOnOff", {"level": 127}),
        "The kitchen light is on at 50 percent.",
    ),
    (
        {"do": "say", "text": "close the blinds to 30 percent"},
        "bedroom blinds",
        ("closuresWindowCovering", "goToLiftPercentage", {}),
        "percent open",
    ),
    ({"do": "say", "text": "turn the heater on"}, "heater", ("genOnOff", "on", {}), "The heater is on."),
    (
        {"do": "say", "text": "lock the front door"},
        "front door",
        ("closuresDoorLock", "lockDoor", {}),
        "The front door is locked.",
    ),
]


async def run(*command: str | Path) -> None:
    """A script of the partner's; its last words when it fails."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()[-2000:]


@contextlib.asynccontextmanager
async def zigbee2mqtt(port: int) -> AsyncIterator[None]:
    """Zigbee2MQTT on this broker, its radio and devices made of software."""
    CACHE.mkdir(parents=True, exist_ok=True)
    await run(HERE / "install", CACHE)
    await run(HERE / "start", CACHE, "--broker", f"127.0.0.1:{port}")
    try:
        yield
    finally:
        await run(HERE / "stop", CACHE)


async def test_sentences_become_zigbee_frames(tmp_path: Path) -> None:
    async with asyncio.timeout(400), mosquitto(tmp_path) as port, zigbee2mqtt(port):
        url = f"mqtt://127.0.0.1:{port}"
        frames: list[tuple[str, dict[str, Any]]] = []
        radio = Link(url)
        radio.subscribe("radio/sent/#", lambda topic, payload: frames.append((topic, json.loads(payload))))
        config = shipped(tmp_path / "state", ASSISTANT_MQTT_URL=url, ASSISTANT_HOME__PRETEND="false")
        config = config.model_copy(update={"plugins": []})

        async def live(house: House, errands: Errands) -> None:
            await until(lambda: len(house.registry.devices) == 8, seconds=20)
            assert await house.session.ready(30)
            for request, name, (cluster, command, content), answer in SENTENCES:
                frames.clear()
                ok, items = await told(errands, request)
                spoken = " ".join(item["text"] for item in items if item["event"] == "spoke")
                assert ok, (request, items)
                assert answer in spoken
                sent = [frame for topic, frame in frames if topic == f"radio/sent/{name}"]
                assert any(
                    (frame["cluster"], frame["command"]) == (cluster, command)
                    and content.items() <= frame["payload"].items()
                    for frame in sent
                ), (request, sent)
            open_door = {"cluster": "genOnOff", "attributes": {"onOff": 1}}
            await radio.publish("radio/inject/back door", json.dumps(open_door))
            back_door = next(device for device in house.registry.devices if device.name == "back door")
            await until(lambda: back_door.states.get("open") is True)
            ok, items = await told(errands, {"do": "say", "text": "is the back door open"})
            assert "Yes, the back door is open." in [
                item["text"] for item in items if item["event"] == "spoke"
            ]

        async with running(radio):
            await lived_in(config, live)
