"""P3: two dozen broken plugins in one house. Each is named with its place and the remedy; the lights still work."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from assistant import bounded, floods, watchdog
from assistant import config as configuration
from assistant.app import House
from assistant.errands import Errands
from assistant.home import guard
from assistant.loader import LoadState
from assistant.tools.dispatch import ToolCall
from tests.parts.homes import lived_in, told

PLUGIN = "import asyncio, logging, time\nfrom assistant.api import Device, Plugin, Percent, Topic, hears, state, tool\n\n"
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "no_syntax": ("x = 1\ndef (:\n", "no_syntax.py:2: SyntaxError: invalid syntax"),
    "no_import": ("import nowhere_to_be_found\n", "no_import.py:1: ModuleNotFoundError: No module named"),
    "hangs": ("import time\nwhile True:\n    time.sleep(0.05)\n", "hangs.py:3: importing"),
    "undocumented": (
        f"{PLUGIN}@tool\nasync def wave() -> str:\n    return ''\n",
        'undocumented.py:4: tool wave has no docstring; write one sentence: """What it does."""',
    ),
    "not_async": (
        f'{PLUGIN}@tool\ndef nod() -> str:\n    """Nod."""\n    return ""\n',
        "not_async.py:4: tool nod is not async; write `async def nod`",
    ),
    "unmappable": (
        f'{PLUGIN}@tool\nasync def bow(how: dict) -> str:\n    """Bow."""\n    return ""\n',
        "unmappable.py:4: bow: parameter 'how': type dict cannot be declared; write a dataclass with",
    ),
    "collides": (
        f'{PLUGIN}@tool\nasync def get_time() -> str:\n    """Tell the time."""\n    return ""\n',
        "collides.py:4: tool 'get_time' of collides is also a tool of clock; rename one of them",
    ),
    "wrong_topic": (
        f"{PLUGIN}class WrongTopic(Plugin):\n    @hears('a/#/b')\n    def _a(self, payload: str) -> None: ...\n",
        "wrong_topic.py:5: WrongTopic cannot hear 'a/#/b': it",
    ),
    "unknown_slot": (
        f"{PLUGIN}class UnknownSlot(Plugin):\n    @hears('{{topic}}')\n    def _a(self, payload: str) -> None: ...\n",
        "unknown_slot.py:5: UnknownSlot: '{topic}' names 'topic', which is not a setting",
    ),
    "falls_in_init": (
        f"{PLUGIN}class FallsInInit(Plugin):\n    def __init__(self) -> None:\n        1 / 0\n",
        "falls_in_init.py:6: ZeroDivisionError",
    ),
    "leaves": ("raise SystemExit(1)\n", "leaves.py:1: SystemExit: 1"),
    "unreadable": ("NAME = '\xe9'\n".encode("latin-1"), "; save the file as UTF-8"),
    "bare_return": ("\ufeffreturn 1\r\n", "bare_return.py:1: SyntaxError"),
    "tampers": (
        f"{PLUGIN}import json\njson.loads = lambda *text: 1 / 0\n",
        "tampers.py:5: it puts something of its own in the place of json.loads",
    ),
    "lames": (
        f"{PLUGIN}import asyncio\nasyncio.sleep = None\n",
        "lames.py: it puts something of its own in the place of asyncio.sleep",
    ),
    "deletes": (f"{PLUGIN}import asyncio\ndel asyncio.sleep\n", "deletes.py: it takes away asyncio.sleep"),
    "topic_misspelt": (
        f"{PLUGIN}class Misspelt(Device):\n    name: str = 'x'\n    topic: Topic = 'y'\n\n    @hears('{{topicc}}/s')\n    def _s(self, payload: str) -> None: ...\n",
        "names 'topicc', which is not a setting",
    ),
    "takes": (
        f"{PLUGIN}class Takes(Device):\n    name: str = 'x'\n    states = 5\n",
        "takes.py:6: states is the house's own name in every Device; call yours my_states",
    ),
    "empty": ("", "empty.py: there is no plugin in it: no Plugin, Device or marked function"),
    "json": (
        f'{PLUGIN}import json\n\n@tool\nasync def js() -> str:\n    """Tell."""\n    return json.nothing()\n',
        "",
    ),
    "wrong_default": (
        f"{PLUGIN}@tool\nasync def glow(level: Percent = 255) -> str:\n    '''Glow.'''\n    return ''\n",
        "wrong_default.py:4: glow: parameter 'level': its default 255 is not between 0 and 100",
    ),
    "wrong_setting": (
        f"{PLUGIN}class WrongSetting(Plugin):\n    at: 'Nowhere'\n",
        "wrong_setting.py:4: class WrongSetting: an annotation names 'Nowhere', which is not imported",
    ),
}
LIVING: dict[str, tuple[str, str]] = {
    "falls_in_run": (
        f"{PLUGIN}class FallsInRun(Plugin):\n    async def run(self) -> None:\n        raise ValueError('no')\n",
        "plugin FallsInRun failed and starts again in 1 s: ",
    ),
    "holds": (
        f"{PLUGIN}class Holds(Plugin):\n    async def run(self) -> None:\n"
        "        while True:\n            try:\n                time.sleep(60)\n"
        "            except Exception:\n                await asyncio.sleep(0)\n",
        "it held up the whole house at",
    ),
    "floods": (
        f"{PLUGIN}class Floods(Plugin):\n    async def run(self) -> None:\n"
        "        while True:\n            try:\n                await self.publish('flood', 'x')\n"
        "            except Exception:\n                pass\n",
        "it publishes more than 50 messages a second, 3 times in 10 minutes",
    ),
    "chatters": (
        f"{PLUGIN}class Chatters(Plugin):\n    async def run(self) -> None:\n"
        "        while True:\n            for _ in range(60):\n                print('la')\n            await asyncio.sleep(0.1)\n",
        "it writes more than 30 lines at once into the log",
    ),
    "leaks": (
        f"{PLUGIN}class Leaks(Plugin):\n    async def run(self) -> None:\n        self._kept = []\n        while True:\n"
        "            self._kept.append(asyncio.ensure_future(asyncio.sleep(99)))\n            await asyncio.sleep(0)\n",
        "it has started more than 200 tasks that do not end",
    ),
    "cancels": (
        f"{PLUGIN}class Cancels(Plugin):\n    async def run(self) -> None:\n        while True:\n"
        "            for task in asyncio.all_tasks() - {asyncio.current_task()}:\n                task.cancel()\n"
        "            await asyncio.sleep(0.1)\n",
        "it cancels a task that is not its own",
    ),
    "clogs": (
        f"{PLUGIN}class Clogs(Plugin):\n    async def run(self) -> None:\n        while True:\n"
        "            asyncio.get_running_loop().run_in_executor(None, time.sleep, 3)\n            await asyncio.sleep(0)\n",
        "it has made more than 100 calls in threads that do not return",
    ),
}  # fmt: skip
OTHERS = {
    "stops": f"{PLUGIN}class Stops(Plugin):\n    async def run(self) -> None:\n        asyncio.get_running_loop().stop()\n",
    "interrupts": f'{PLUGIN}from assistant.api import Risk\n@tool(risk=Risk.READ)\nasync def interrupt_it() -> str:\n    """Interrupt."""\n    raise KeyboardInterrupt\n',
    "huge": f'{PLUGIN}@tool(phrases=("tell a lot",))\nasync def lots() -> str:\n    """Tell a lot."""\n    return "x" * 50_000_000\n',
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "LOAD_SECONDS", 4.0)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(watchdog, "PATIENCE_SECONDS", 0.4)
    monkeypatch.setattr(floods, "LINES_A_SECOND", 40.0)
    monkeypatch.setattr(guard, "PAUSE_SECONDS", 0.05)


def furnished_with(folder: Path) -> configuration.Config:
    plugins = folder / "plugins"
    plugins.mkdir()
    everything = {**{n: t for n, (t, _) in {**BROKEN, **LIVING}.items()}, **OTHERS}
    for name, text in everything.items():
        (plugins / f"{name}.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    (plugins / "no_init").mkdir()
    lamp = "mqtt_dimmable_light: {name: kitchen light, area: kitchen, topic: zigbee2mqtt/kitchen light}"
    entries = ["clock", lamp, "no_init", "mqtt_switch: {name: x}", *everything]
    file = folder / "config.yaml"
    file.write_text(
        f"plugin_paths: [{plugins}]\nhome: {{sources: []}}\nplugins:\n"
        + "".join(f"  - {e}\n" for e in entries)
    )
    chosen = {
        "ASSISTANT_STATE_DIR": str(folder / "state"),
        "ASSISTANT_BRAIN": "embedded",
        "ASSISTANT_MQTT_URL": "embedded",
    }
    return configuration.load(file, chosen)


@pytest.mark.usefixtures("impatient")
@pytest.mark.alone  # some are shut out by how often they do it: a crowded machine slows them, too
async def test_p3_two_dozen_broken_plugins_in_one_house(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = furnished_with(tmp_path)
    logging.getLogger().addHandler(caplog.handler)

    async def live(house: House, errands: Errands) -> None:
        async with asyncio.timeout(90):
            while not all(state(house, name) is LoadState.QUARANTINED for name in [*LIVING][1:]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        ok, items = await told(errands, {"do": "say", "text": "turn on the kitchen light"})
        assert ok, items
        _, roll = await told(errands, {"do": "plugins"})
        by_name: dict[str, dict[str, Any]] = {item["name"]: item for item in roll}
        for name, (_, words) in BROKEN.items():
            assert words in by_name[name]["reason"], by_name[name]
            assert by_name[name]["state"] == ("broken" if words else "enabled")
        assert "no_init has no __init__.py; make an empty file" in by_name["no_init"]["reason"]
        assert by_name["mqtt_switch"]["state"] == "not configured"
        assert "the setting 'topic' is missing" in by_name["mqtt_switch"]["reason"]
        for name, (_, words) in [*LIVING.items()][1:]:
            assert words in by_name[name]["reason"], by_name[name]
            assert by_name[name]["since"]
        assert by_name["falls_in_run"]["state"] == "enabled"
        assert LIVING["falls_in_run"][1] in caplog.text
        answer = await house.dispatcher.call(ToolCall("", "lots"))
        assert (answer.ok, len(answer.text) < 10_000) == (True, True), answer.text[:99]
        assert not (await house.dispatcher.call(ToolCall("", "interrupt_it"))).ok
        assert "interrupts.py:8: KeyboardInterrupt" in caplog.text
        house.keeper.release("floods")
        assert state(house, "floods") is LoadState.ENABLED

    await lived_in(config, live)
    assert "Traceback" not in caplog.text


def state(house: House, name: str) -> LoadState:
    return next(loaded.state for loaded in house.furniture.loaded if loaded.name == name)
