"""Every mistake of an author is told with its line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.author.lint import remarks
from assistant.author.quality import examined

HEAD = '"""A pump."""\nimport asyncio\nfrom assistant.api import Device, Plugin, Topic, Unit, hears, state, tool\n'
TOOL = f'{HEAD}class Pump(Plugin):\n    topic: Topic\n    @tool(phrases=("go",))\n    async def go(self) -> str:\n        """Go."""\n'
RETURNS = '\n        return ""\n'
MISTAKES: list[tuple[str, int, str, str]] = [
    (f"{HEAD}import time\n{TOOL.removeprefix(HEAD)}        time.sleep(1){RETURNS}", 10, "time.sleep() holds up the whole house", "await asyncio.sleep(...)"),
    (f"{HEAD}from time import sleep\n{TOOL.removeprefix(HEAD)}        sleep(1){RETURNS}", 10, "time.sleep() holds up", "await asyncio.sleep(...)"),
    (f"{HEAD}import requests\n{TOOL.removeprefix(HEAD)}        requests.get('x'){RETURNS}", 10, "requests.get() holds up", "await self.http.get(url)"),
    (f"{HEAD}from urllib.request import urlopen\n{TOOL.removeprefix(HEAD)}        urlopen('x'){RETURNS}", 10, "urllib.request.urlopen() holds", "await self.http.get(url)"),
    (f"{TOOL}        a = open('x').read(){RETURNS}", 9, "open() holds up", "await asyncio.to_thread(...)"),
    (f"{HEAD}from pathlib import Path\n{TOOL.removeprefix(HEAD)}        Path('x').read_text(){RETURNS}", 10, "pathlib.Path.read_text() holds up", "await asyncio.to_thread(...)"),
    (f"{HEAD}import subprocess as sp\n{TOOL.removeprefix(HEAD)}        sp.run(['ls']){RETURNS}", 10, "subprocess.run() holds up", "create_subprocess_exec"),
    (f"{TOOL}        asyncio.create_task(self.go()){RETURNS}", 9, "asyncio.create_task() makes a task that nobody ends", "asyncio.TaskGroup()"),
    (f"{TOOL}        try: 1\n        except: pass{RETURNS}", 10, "this swallows what the house must know", "catch the one exception"),
    (f"{TOOL}        await self.publish('a/+', '1'){RETURNS}", 9, "the topic 'a/+' contains a wildcard", "write the whole topic"),
    (f"{TOOL}        await self.publish(f'a/{{self.topic}}', '1'){RETURNS}", 9, "the topic is put together from values", "write a template of settings"),
    (f"{TOOL}        await self.publish('x', '1'){RETURNS}", 7, "go says that it is done, whether or not", "await self.confirm"),
    (f"{HEAD}class Pump(Device):\n    on: bool | None = state()\n", 5, "the state 'on' is never set", "set self.on in a method with @hears"),
    (f"{HEAD}class Pump(Device):\n    on: bool = state()\n    @hears('a')\n    def _a(self, payload: str) -> None:\n        self.on = True\n", 5, "the state 'on' is None until", "write `on: bool | None = state()`"),
    (f"{HEAD}class Pump(Device):\n    t: float | None = state(unit='°C')\n    @hears('a')\n    def _a(self, payload: str) -> None:\n        self.t = 1.0\n", 5, "the unit '°C' is read aloud", 'as it is spoken: "degrees Celsius"'),
    (f"{HEAD}class Pump(Plugin):\n    @hears('#')\n    def _a(self, payload: str) -> None: ...\n", 5, "it hears everything that is said", 'begin with "{topic}/"'),
    (TOOL.replace("topic: Topic", "topic: str") + f"        await self.publish('{{topic}}/set', '1'){RETURNS}", 5, "commands go to the setting 'topic'", "write `topic: Topic`"),
    ("from assistant.api import tool\n", 1, "the file has no docstring", "write one sentence"),
    (f"{TOOL}        a = input(){RETURNS}", 9, "input() reads what is typed to the house, which a plugin never gets", "await ask(...)"),
    (f"{HEAD}import sys\nNAME = sys.stdin.readline()\n", 5, "sys.stdin.readline() reads what is typed", "await ask(...)"),
    (f"{HEAD}import time\ntime.sleep(1)\n", 5, "time.sleep() holds up the whole house", "await asyncio.sleep(...)"),
    (f"{TOOL}        self.publish('x', '1'){RETURNS}", 9, "self.publish() is not awaited", "write `await self.publish(…)`"),
    (f"{TOOL}        n = self.storage.get('x', 0){RETURNS}", 9, "self.storage.get() is not awaited", "write `await self.storage.get(…)`"),
    (f"{TOOL}        self.go(){RETURNS}", 9, "self.go() is not awaited", "write `await self.go(…)`"),
    (f"{HEAD}from assistant.api import every, say\n@every(minutes=1)\nasync def go() -> None:\n    say('x')\n", 7, "say() is not awaited", "write `await say(…)`"),
    (f"{TOOL}        return jsn.dumps(1)\n", 9, "nothing here is called 'jsn'", "mend its spelling"),
    (f"{TOOL}        return ''\n    async def go(self) -> str:\n        return ''\n", 10, "Pump has go twice: this one takes the place of the one in line 7", "rename one"),
    (f"{TOOL}        return 'The {{self.topic}}'\n", 9, "this is said as it stands", 'write an f before it: f"The {self.topic}"'),
    (f"{TOOL}        await self.http.get('x'){RETURNS}", 9, "Pump may speak to no host", "http_hosts = ("),
    (f"{TOOL}        await self.publish('{{topc}}/a', '1'){RETURNS}", 9, "'{topc}/a' names 'topc', which is not a setting", "write {topic}"),
    (f"{HEAD}from assistant.home.registry import Registry\n", 4, "assistant.home.registry is the house's own", "assistant.api"),
    (f"{HEAD}class Pump(Device):\n    on: bool = False\n    @hears('a')\n    def _a(self, payload: str) -> None:\n        self.on = True\n", 8, "'on' is a setting, and what is reported goes into it", "write `on: bool | None = state()`"),
    (f"{HEAD}class Pump(Device):\n    on: bool | None = state()\n    @tool\n    async def turn_on(self) -> str:\n        self.on = True\n", 8, "turn_on sets 'on' itself", "await self.confirm(lambda: self.on == …)"),
    (f"{HEAD}import json\n{TOOL.removeprefix(HEAD)}        json.loads = self.go{RETURNS}", 10, "json.loads is not this plugin's", "call your own function"),
    (f"{TOOL}        await self.announce('x'){RETURNS}", 9, "Pump has no 'announce'", "write `from assistant.api import announce`, and announce(…) without self"),
    (f"{TOOL}        await self.storge.get('x'){RETURNS}", 9, "Pump has no 'storge'", "did you mean storage?"),
    (f"{TOOL}        await self.confirm(self.on){RETURNS}", 9, "confirm(self.on) is given what is so now", "write `confirm(lambda: self.on)`"),
    (TOOL.replace("    topic: Topic", "    seen = []") + f"        self.seen.append(1){RETURNS}", 5, "all plugins of the class Pump share this one 'seen'", "write self._seen = [] in an __init__"),
    (TOOL.replace("    topic: Topic", "    _seen: dict[str, int] = {}") + f"        self._seen['x'] = 1{RETURNS}", 5, "all plugins of the class Pump share this one '_seen'", "write self._seen = {} in an __init__"),
    (TOOL.replace("    topic: Topic", "    seen: ClassVar[set[int]] = set()") + f"        Pump.seen.add(1){RETURNS}", 5, "all plugins of the class Pump share this one 'seen'", "write self._seen = set() in an __init__"),
    (TOOL.replace("    topic: Topic", "    names: list[str] = []") + f"        self.names.append('x'){RETURNS}", 9, "'names' is a setting, and this changes it", "keep it in self._names"),
    (TOOL.replace("    topic: Topic", "    count: int = 0") + f"        self.count += 1{RETURNS}", 9, "'count' is a setting, and this changes it", "or in self.storage"),
    (f"{HEAD}import threading\n{TOOL.removeprefix(HEAD)}        threading.Thread(target=print).start(){RETURNS}", 10, "threading.Thread() makes a thread that nobody ends", "await asyncio.to_thread(...)"),
    (f"{HEAD}import os\n{TOOL.removeprefix(HEAD)}        os.chdir('/'){RETURNS}", 10, "os.chdir() is for the whole house", "whole paths"),
    (f"{HEAD}import signal\n{TOOL.removeprefix(HEAD)}        signal.raise_signal(2){RETURNS}", 10, "signal.raise_signal() is for the whole house", "raise ToolError(...)"),
    (f"{HEAD}import os\n{TOOL.removeprefix(HEAD)}        os.fork(){RETURNS}", 10, "os.fork() is for the whole house", "create_subprocess_exec"),
    (f"{TOOL}        asyncio.get_running_loop().stop(){RETURNS}", 9, "asyncio.get_running_loop.stop() is for the whole house", "return from run()"),
    (f"{TOOL}        asyncio.all_tasks(){RETURNS}", 9, "asyncio.all_tasks() is for the whole house", "asyncio.TaskGroup()"),
    (f"{HEAD}class Pump(Plugin): ...\nclass Pump(Plugin): ...\n", 5, "the file has Pump twice: this one takes the place of the one in line 4", "rename one"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words", "instead"), MISTAKES, ids=[words for _, _, words, _ in MISTAKES]
)
def test_a_mistake_is_told_with_line_and_remedy(
    tmp_path: Path, text: str, line: int, words: str, instead: str
) -> None:
    file = tmp_path / "pump.py"
    file.write_text(text)
    found = [remark for remark in remarks(file) if remark.text.startswith(words)]
    assert found, remarks(file)
    assert (found[0].line, instead in found[0].instead) == (line, True), found


def test_what_goes_through_a_thread_holds_up_nobody(tmp_path: Path) -> None:
    file = tmp_path / "pump.py"
    file.write_text(
        f"{HEAD}import time\ndef slowly() -> None:\n    time.sleep(1)\n{TOOL.removeprefix(HEAD)}"
        f"        await asyncio.to_thread(slowly)\n        await asyncio.to_thread(lambda: open('x').read()){RETURNS}"
    )
    assert remarks(file) == []


PHRASES = '''"""Tricks."""
from assistant.api import tool

@tool(phrases=("show me", "…show {} once more"))
async def show(how: str) -> str:
    """Show something.

    Args:
        hwo: In which way.
    """
    return ""

@tool
async def dance() -> str:
    """Dance."""
    return ""
'''


def test_what_no_sentence_can_reach_is_told(tmp_path: Path) -> None:
    file = tmp_path / "tricks.py"
    file.write_text(PHRASES)
    _, found, verdict = examined(file)
    texts = [remark.text for remark in found]
    assert texts == [
        "Args: describes 'hwo', which is no parameter of show",
        "the phrase 'show me' says nothing of how, which show needs",
        "dance has no phrases: the embedded brain finds it by nothing else",
    ]
    assert verdict.level == "none"


def test_nothing_grave_is_to_be_said_about_what_is_shipped() -> None:
    from assistant.shelf import Shelf

    grave = {
        f"{file.name}:{remark.line}: {remark.text}"
        for file in Shelf().files.values()
        if file.source == "shipped"
        for path in ([file.path] if file.path.name != "__init__.py" else file.path.parent.rglob("*.py"))
        for remark in remarks(path)
        if remark.grave
    }
    assert grave == set()
