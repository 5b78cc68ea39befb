"""Finding and loading plugins: states, shadowing, functions, folders, mistakes."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assistant import bounded
from assistant import config as configuration
from assistant.bus import Bus
from assistant.config import PluginEntry
from assistant.errors import ConfigError, PluginError
from assistant.importing import modules_of
from assistant.loader import Loader, LoadState
from assistant.shelf import shipped_plugins
from assistant.tools.table import ToolTable

GREETER = '''"""Greets."""
from assistant.api import Plugin, tool

class Greeter(Plugin):
    greeting: str = "{}"

    @tool
    async def greet(self) -> str:
        """Greet somebody."""
        return self.greeting
'''
DEVICE = "from assistant.api import Device, state\nclass Bad(Device):\n"
FUNCTIONS = '''from assistant.api import tool

@tool
async def roll_dice(sides: int = 6) -> str:
    """Roll dice."""
    return str(sides)
'''


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def entry(plugin: str, **settings: object) -> PluginEntry:
    return PluginEntry(name=plugin, settings=settings)


def folder(path: Path, **files: str) -> Path:
    path.mkdir(parents=True)
    for name, text in files.items():
        (path / f"{name}.py").write_text(text)
    return path


async def test_a_class_and_its_settings(tmp_path: Path) -> None:
    loader = Loader([folder(tmp_path / "p", greeter=GREETER.format("Hi"))])
    loaded = loader.load(entry("greeter", greeting="Hello"))
    assert loaded.state is LoadState.ENABLED
    (tool,) = loaded.plugins[0].tools()
    assert (tool.name, tool.owner) == ("greet", "Greeter")
    assert await tool.function() == "Hello"


def test_a_list_that_is_a_default_is_each_ones_own(tmp_path: Path) -> None:
    text = "from assistant.api import Plugin\nclass Friends(Plugin):\n    names: list[str] = []\n"
    loader = Loader([folder(tmp_path / "p", friends=text)])
    one, other = (loader.load(entry("friends")).plugins[0] for _ in range(2))
    vars(one)["names"].append("Ada")
    assert (vars(one)["names"], vars(other)["names"]) == (["Ada"], [])


async def test_bare_functions_are_a_plugin(tmp_path: Path) -> None:
    loaded = Loader([folder(tmp_path / "p", my_dice=FUNCTIONS)]).load(entry("my_dice"))
    (tool,) = loaded.plugins[0].tools()
    assert (tool.name, tool.owner, await tool.function(sides=4)) == ("roll_dice", "my_dice", "4")


async def test_a_folder_is_a_plugin_with_parts(tmp_path: Path) -> None:
    inside = folder(
        tmp_path / "p" / "talk", __init__="from .words import Greeter", words=GREETER.format("Hi")
    )
    loader = Loader([inside.parent])
    for name in ("talk", "greeter"):
        loaded = loader.load(entry(name))
        assert loaded.state is LoadState.ENABLED, loaded.reason
        assert await loaded.plugins[0].tools()[0].function() == "Hi"


async def test_the_first_folder_wins(tmp_path: Path) -> None:
    first = folder(tmp_path / "a", greeter=GREETER.format("first"))
    second = folder(tmp_path / "b", greeter=GREETER.format("second"))
    user = folder(tmp_path / "home/.config/assistant/plugins", greeter=GREETER.format("user"))
    for folders, expected in (([first, second], "first"), ([second], "second"), ([], "user")):
        loaded = Loader(folders).load(entry("greeter"))
        assert await loaded.plugins[0].tools()[0].function() == expected
    assert user.is_dir()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ndef (:\n", "bad.py:2: SyntaxError"),
        ("\n\n1 / 0\n", "bad.py:3: ZeroDivisionError: division by zero"),
        ("import nothing_of_that_name\n", "bad.py:1: ModuleNotFoundError"),
        ("raise SystemExit(1)\n", "bad.py:1: SystemExit: 1"),
        ("x = 1\ny = '\0'\n", "bad.py:2: SyntaxError: source code string cannot contain null bytes"),
        (FUNCTIONS.replace("sides: int", "sides: object"), "sides"),
        (FUNCTIONS.replace('"""Roll dice."""', "pass"), "roll_dice"),
        ("from assistant.api import Plugin\nclass Bad(Plugin):\n    x: Nowhere\n", "Nowhere"),
        (
            "from assistant.api import Plugin\nclass Bad(Plugin):\n    def tools(self): 1 / 0\n",
            "bad.py:3: tools is the house's own name in every Plugin; call yours my_tools",
        ),
        (
            f"{DEVICE}    on: bool | None = state()\n    states = 5\n",
            "bad.py:4: states is the house's own name in",
        ),
        (
            f"{DEVICE}    def __init__(self, **settings):\n        super().__init__(**settings)\n"
            "        self._states = []\n",
            "bad.py:5: self._states is the house's own name in every Device; call yours _my_states",
        ),
        (
            f"{DEVICE}    def __hash__(self): return 1\n",
            "class Bad: __hash__ is another than the house's own",
        ),
        (f"{DEVICE}    kind = 5\n", 'kind is 5; write a word, kind = "switch"'),
        (f"{DEVICE}    def run(self): ...\n", "bad.py:3: run is not async; write `async def run`"),
        (
            f"import json\n{DEVICE}    pass\njson.loads = lambda *text: 1 / 0\n",
            "bad.py:5: it puts something of its own in the place of json.loads, which others use, too",
        ),
        (
            f"import functools, json\nfrom assistant.bus import Bus\n{DEVICE}    pass\n"
            "@functools.wraps(Bus.publish)\ndef mine(self, event): ...\nBus.publish = mine\n",
            "bad.py:6: it puts something of its own in the place of assistant.bus.Bus.publish, which",
        ),
        (
            f"import json\n{DEVICE}    def __init__(self, **settings):\n        super().__init__(**settings)\n"
            "        json.loads = self.describe\n",
            "bad.py: it puts something of its own in the place of json.loads",
        ),
        ("x = 1\n", "bad.py: there is no plugin in it"),
        (
            "from assistant.api import Plugin\nclass Bad(Plugin):\n    def __init__(self): self._x = 1\n",
            "super().__init__(**settings)",
        ),
    ],
)
def test_p3_a_broken_file_is_told_and_stops_nobody(tmp_path: Path, text: str, words: str) -> None:
    loader = Loader([folder(tmp_path / "p", bad=text, greeter=GREETER.format("Hi"))])
    functions = (json.loads, Bus.publish)
    bad = entry("bad", name="x") if "Device" in text else entry("bad")
    broken = loader.load(bad)
    assert broken.state is LoadState.BROKEN
    assert words in broken.reason
    assert (json.loads, Bus.publish) == functions
    assert loader.load(entry("greeter")).state is LoadState.ENABLED
    assert loader.load(bad).reason == broken.reason


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"greeting": 3}, "plugins.greeter.greeting: expected text, found 3"),
        ({"greting": "x"}, "there is no key 'plugins.greeter.greting'; did you mean 'greeting'?"),
    ],
)
def test_wrong_settings_are_mistakes_in_the_configuration(
    tmp_path: Path, settings: dict[str, object], words: str
) -> None:
    loader = Loader([folder(tmp_path / "p", greeter=GREETER.format("Hi"))])
    with pytest.raises(ConfigError, match=re.escape(words)):
        loader.load(entry("greeter", **settings))


HANGS = "import time\nfrom assistant.api import Plugin\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "import time\ntime.sleep(1)\nfrom assistant.api import Plugin\nclass Bad(Plugin): ...\n",
            "bad.py:2: importing",
        ),
        ("while True:\n    pass\n", "bad.py:"),
        (
            f"{HANGS}class Bad(Plugin):\n    def __init__(self):\n        time.sleep(1)\n",
            "bad.py:5: making it",
        ),
    ],
)
def test_p3_a_plugin_that_hangs_while_it_is_loaded_is_left_out_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.setattr(bounded, "LOAD_SECONDS", 0.3)
    loader = Loader([folder(tmp_path / "p", bad=text, greeter=GREETER.format("Hi"))])
    broken = loader.load(entry("bad"))
    assert broken.state is LoadState.BROKEN
    assert words in broken.reason
    assert "took more than 0.3 s; it is left out" in broken.reason
    assert loader.load(entry("greeter")).state is LoadState.ENABLED
    time.sleep(1)
    assert loader.load(entry("bad")).state is LoadState.BROKEN


def test_p3_modules_that_come_meanwhile_in_another_thread_break_no_plugin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    ended = threading.Event()

    def imports() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            sys.modules[f"comes{number % 999}"] = sys
            sys.modules.pop(f"comes{(number - 500) % 999}", None)

    thread, usual = threading.Thread(target=imports), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        assert [modules_of("no_such_plugin") for _ in range(300)] == [{}] * 300
    finally:
        sys.setswitchinterval(usual)
        ended.set()
        thread.join()


def test_two_plugins_with_the_same_tool_are_both_named(tmp_path: Path) -> None:
    twin = GREETER.format("Hi").replace("class Greeter", "class Twin")
    loader = Loader([folder(tmp_path / "p", greeter=GREETER.format("Hi"), twin=twin)])
    table = ToolTable()
    table.add(loader.load(entry("greeter")).plugins[0].tools()[0])
    with pytest.raises(PluginError, match="'greet' of Twin is also a tool of Greeter"):
        table.add(loader.load(entry("twin")).plugins[0].tools()[0])


def test_everything_shipped_loads_and_declares_its_tools() -> None:
    loader = Loader()
    config = configuration.load(configuration.shipped(), {})
    loaded = [loader.load(entry) for entry in config.plugins]
    assert [(entry.name, entry.reason) for entry in loaded if entry.state is not LoadState.ENABLED] == []
    tools = {tool.name for entry in loaded for plugin in entry.plugins for tool in plugin.tools()}
    assert {"turn_on", "set_position", "lock", "unlock", "get_time", "get_state", "start_cleaning"} <= tools
    used = {entry.name for entry in config.plugins}
    names = set(loader.names())
    assert used | set(config.home.sources) <= names
    there = {"url": "http://homeassistant.local:8123"}
    assert loader.load(entry("home_assistant", **there)).state is LoadState.ENABLED
    own: dict[str, dict[str, Any]] = {
        "weather": {"latitude": 52.5, "longitude": 13.4},
        "commands": {"allowed": {"nothing": ["/bin/true"]}},
        "presence": {},
        "energy": {},
        "gpio_button": {"name": "x", "pin": 17},
        "gpio_led": {"name": "x", "pin": 17},
        "respeaker_leds": {"leds": 12, "power_pin": 5},
        "pictures": {},
        "picture_framebuffer": {"name": "x"},
        "picture_cast": {"name": "x", "address": "127.0.0.1"},
        "picture_dlna": {"name": "x", "url": "http://127.0.0.1:1/d.xml"},
        "picture_file": {"name": "x", "file": "/tmp/x.png"},
        "picture_http": {"name": "x", "url": "http://127.0.0.1:1/"},
        "picture_mqtt": {"name": "x"},
    }
    for name in names - used - {"mqtt_device", "home_assistant", "notifications"}:
        there = {} if name in ("mqtt", *config.home.sources) else {"name": "x", "topic": "y"}
        settings = own.get(name, there)
        assert loader.load(entry(name, **settings)).state is LoadState.ENABLED
    assert shipped_plugins().is_dir()
