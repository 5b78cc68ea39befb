"""The real Home Assistant: it sees the assistant on MQTT and mutes it, and the assistant commands what it has."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assistant.config import PluginEntry
from assistant.devices.source import Source
from assistant.home.link import Link
from assistant.loader import Loader
from assistant.testing.sources import SourceHouse
from tests.cli.test_bad_input import environment
from tests.partners.test_zigbee2mqtt import run
from tests.parts.home import running, until
from tests.parts.mosquitto import mosquitto

pytestmark = [pytest.mark.partner, pytest.mark.system("mosquitto", "python3.11")]
"""2024.3 is the last release for Python 3.11, which most machines still have."""

HERE = Path(__file__).parent / "home_assistant"
CACHE = (
    Path(os.environ.get("ASSISTANT_PARTNERS", "~/.cache/assistant-partners")).expanduser() / "home-assistant"
)
LAMP = {
    "name": None,
    "unique_id": "lab_lamp",
    "state_topic": "lab/lamp",
    "command_topic": "lab/lamp/set",
    "schema": "json",
    "brightness": True,
    "color_mode": True,
    "supported_color_modes": ["brightness"],
    "device": {"identifiers": ["lab lamp"], "name": "Reading lamp", "suggested_area": "Study"},
}


@contextlib.asynccontextmanager
async def home_assistant(port: int, devices: Path) -> AsyncIterator[tuple[str, str]]:
    """A fresh one on this broker: its URL and a token."""
    CACHE.mkdir(parents=True, exist_ok=True)
    await run(HERE / "install", CACHE)
    await run(HERE / "start", CACHE, "--broker", f"127.0.0.1:{port}", "--devices", devices)
    try:
        yield (CACHE / "url").read_text().strip(), (CACHE / "token").read_text().strip()
    finally:
        await run(HERE / "stop", CACHE)


async def asked(url: str, token: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """An answer of its REST API."""

    def ask() -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=10) as answer:
            return json.load(answer)

    return await asyncio.to_thread(ask)


async def state(url: str, token: str, entity: str, wanted: str) -> None:
    """Wait until an entity has a state."""
    seen = ""
    for _ in range(100):
        states = {each["entity_id"]: each["state"] for each in await asked(url, token, "/api/states")}
        seen = states.get(entity, f"not there; there are {sorted(states)}")
        if seen == wanted:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{entity} is {seen}, not {wanted}")


async def shown(url: str, token: str, entity: str) -> Image.Image:
    """The picture that an entity shows, once it has one."""

    def fetch(path: str) -> bytes:
        with urllib.request.urlopen(url + path, timeout=10) as answer:
            return bytes(answer.read())

    for _ in range(100):
        there = {each["entity_id"]: each for each in await asked(url, token, "/api/states")}.get(entity)
        if there and there["state"] not in ("unknown", "unavailable"):
            data = await asyncio.to_thread(fetch, there["attributes"]["entity_picture"])
            return Image.open(io.BytesIO(data))
        await asyncio.sleep(0.2)
    raise AssertionError(f"{entity} shows nothing")


@contextlib.asynccontextmanager
async def daemon(folder: Path, broker: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """The assistant as it is run at home, with a screen that Home Assistant shows; gives who tells it things."""
    folder.mkdir()
    config = folder / "config.yaml"
    config.write_text("plugins:\n- lists\n- pictures\n- picture_mqtt: {name: hall}\n")
    own = {"ASSISTANT_MQTT_URL": broker, "ASSISTANT_HOME__PRETEND": "false"}
    env = {**environment(folder), **own}

    async def say(text: str) -> None:
        program = (sys.executable, "-m", "assistant", "say", "--config", str(config), text)
        said = await asyncio.create_subprocess_exec(*program, env=env)
        assert await said.wait() == 0

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "assistant", "run", "--json", "--config", str(config)),
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield say
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def test_home_assistant_sees_the_assistant_and_mutes_it(tmp_path: Path) -> None:
    devices = tmp_path / "devices.json"
    devices.write_text(json.dumps({"homeassistant/light/lab/config": LAMP}))
    mute = "switch.assistant_microphone_muted"
    async with (
        asyncio.timeout(900),
        mosquitto(tmp_path) as port,
        home_assistant(port, devices) as (url, token),
        daemon(tmp_path / "state", f"mqtt://127.0.0.1:{port}") as say,
    ):
        await state(url, token, mute, "off")
        await state(url, token, "sensor.assistant_state", "idle")
        await asked(url, token, "/api/services/switch/turn_on", {"entity_id": mute})
        await state(url, token, mute, "on")
        volume = {"entity_id": "number.assistant_volume", "value": 40}
        await asked(url, token, "/api/services/number/set_value", volume)
        await state(url, token, "number.assistant_volume", "40")
        await say("add milk to the shopping list")
        await say("show the shopping list on the hall screen")
        assert (await shown(url, token, "image.hall")).size == (1280, 720)
        await run(HERE / "stop", CACHE)
        # Another home on the same broker is what a restart looks like from outside.
        async with home_assistant(port, devices) as (again, new_token):
            await state(again, new_token, mute, "on")
            await state(again, new_token, "number.assistant_volume", "40")


async def test_the_assistant_commands_what_home_assistant_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = tmp_path / "devices.json"
    devices.write_text(json.dumps({"homeassistant/light/lab/config": LAMP}))
    async with asyncio.timeout(900), mosquitto(tmp_path) as port:
        lamp = Link(f"mqtt://127.0.0.1:{port}", client_id="lamp")
        orders: list[dict[str, Any]] = []

        def obey(_topic: str, payload: bytes) -> None:
            orders.append(json.loads(payload))
            reports.put_nowait(json.dumps({"color_mode": "brightness", "brightness": 255, **orders[-1]}))

        async def report() -> None:
            while True:
                await lamp.publish("lab/lamp", await reports.get(), retain=True)

        reports: asyncio.Queue[str] = asyncio.Queue()
        lamp.subscribe("lab/lamp/set", obey)
        async with running(lamp), home_assistant(port, devices) as (url, token):
            monkeypatch.setenv("HOME_ASSISTANT_TOKEN", token)
            (source,) = Loader().load(PluginEntry(name="home_assistant", settings={"url": url})).plugins
            assert isinstance(source, Source)
            house = SourceHouse(source)
            async with asyncio.TaskGroup() as tasks:
                keeping = [tasks.create_task(source.keep_alive()), tasks.create_task(report())]
                await until(lambda: "Reading lamp" in house.names, seconds=20)
                assert house.device("Reading lamp").area == "Study"
                reports.put_nowait(json.dumps({"state": "OFF"}))
                await until(lambda: house.device("Reading lamp").states.get("on") is False, seconds=10)
                done = await house.do("turn_on", "Reading lamp", brightness=40)
                assert done.ok, done
                assert orders == [{"state": "ON", "brightness": 102}]
                assert house.device("Reading lamp").states["brightness"] == 40
                assert (await house.do("turn_off", "Reading lamp")).ok
                for each in keeping:
                    each.cancel()
