"""What people write by mistake, and the one sentence that each of them reads: where, what, and what instead."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from assistant.author.quality import examined
from assistant.author.scaffold import written
from assistant.config import PluginEntry
from assistant.errors import UsageError
from assistant.loader import Loader, LoadState
from assistant.testing import Brain, Home

HEAD = '"""Tricks."""\nfrom assistant.api import Device, Plugin, Range, StateChanged, every, hears, state, tool\n'
GO = '    @tool(phrases=("go",))\n    async def go(self) -> str:\n        """Go."""\n        return ""\n'
BARE = 'async def go() -> str:\n    """Go."""\n    return ""\n'
MISTAKES = {
    "a tab": (f"{HEAD}class A(Plugin):\n    x: int = 1\n\ty: int = 2\n", "5: TabError: inconsistent use of tabs and spaces in indentation; indent with spaces only"),
    "no indentation": (f"{HEAD}class A(Plugin):\nx = 1\n", "4: IndentationError: expected an indented block after class definition on line 3; indent what belongs together"),
    "a name not imported": (f'"""A."""\nfrom assistant.api import Plugin\n@tool\n{BARE}', "3: NameError: name 'tool' is not defined; write `from assistant.api import tool`"),
    "a name misspelt": ('"""A."""\nfrom assistant.api import tools\n', "2: ImportError: cannot import name 'tools'"),
    "a module misspelt": ('"""A."""\nfrom asistant.api import tool\n', "2: ModuleNotFoundError: No module named 'asistant'; write `from assistant.api import …`"),
    "a file beside": ('"""A."""\nimport beside\n', "2: ModuleNotFoundError: No module named 'beside'; a plugin is one file or one folder"),
    "an argument misspelt": (f'{HEAD}@tool(phrase=("go",))\n{BARE}', "3: TypeError: tool() got an unexpected keyword argument 'phrase'; tool takes risk=, phrases=, slow=, speak="),
    "a phrase alone": (f'{HEAD}@tool("go")\n{BARE}', "3: tool() takes no sentence by itself; write @tool(phrases=('go',))"),
    "a risk in words": (f'{HEAD}@tool(risk="high")\n{BARE}', "3: risk='high' is no Risk; write Risk.READ, Risk.COMFORT, Risk.COSTLY or Risk.SECURITY"),
    "a time to speak": (f'{HEAD}@tool(slow=True, speak="later")\n{BARE}', "3: speak='later' is no time to speak; write 'now', 'when idle' or 'never'"),
    "a place": (f"{HEAD}@tool\n{BARE.replace('()', '(thing: str, /)')}", "3: go: parameter 'thing': arguments come by name; leave the / out"),
    "no self": (f"{HEAD}class A(Plugin):\n{GO.replace('self', '')}", "4: tool go is a method and has no self; write `async def go(self)`"),
    "no plugin": (f"{HEAD}class A:\n{GO}", "3: class A is no plugin; write `class A(Plugin)`"),
    "hears alone": (f'{HEAD}@hears("a")\ndef on_a(payload: str) -> None: ...\n', "3: on_a hears, which only a method can"),
    "no payload": (f'{HEAD}class A(Plugin):\n    @hears("a")\n    def _a(self) -> None: ...\n', "4: _a takes no payload; write `def _a(self, payload: str) -> None`"),
    "a payload too many": (f'{HEAD}class A(Plugin):\n    @hears("a")\n    def _a(self, payload: str, client: str) -> None: ...\n', "4: _a gets `payload` and, if it likes, `topic`; nobody gives it 'client'"),
    "a payload of a kind": (f'{HEAD}class A(Plugin):\n    @hears("a")\n    def _a(self, payload: list) -> None: ...\n', "4: _a: a payload is str, bytes or dict (a JSON object), not list; write `payload: str`"),
    "a topic of nobody": (f'{HEAD}class A(Plugin):\n    @hears("{{topik}}")\n    def _a(self, payload: str) -> None: ...\n', "4: A: '{topik}' names 'topik', which is not a setting"),
    "a range upside down": (f"{HEAD}LOW = Range(6, 1)\n", "3: Range(6, 1) holds nothing; write Range(1, 6)"),
    "a default of none": (f"{HEAD}class A(Plugin):\n    url: str = None\n{GO}", "4: the setting 'url' is str, and its default is None; write `url: str | None = None`"),
    "a default in words": (f"{HEAD}class A(Plugin):\n    n: int = 'three'\n{GO}", "4: the setting 'n' is int, and its default is 'three'; write a default that is int"),
    "no super": (f"{HEAD}class A(Plugin):\n    def __init__(self, **settings: object) -> None:\n        self._x = 1\n{GO}", "3: its __init__ must begin with super().__init__(**settings)"),
    "one tool twice": (f"{HEAD}class A(Plugin):\n{GO}class B(Plugin):\n{GO}", "9: tool 'go' of B is also a tool of A; rename one of them"),
    "hears without its topic": (f"{HEAD}class A(Plugin):\n    @hears\n    def _a(self, payload: str) -> None: ...\n", '4: hears() needs its topics as texts; write @hears("{topic}/state")'),
    "hears a list": (f'{HEAD}class A(Plugin):\n    @hears(["a", "b"])\n    def _a(self, payload: str) -> None: ...\n', "4: hears() needs its topics as texts"),
    "when without its event": ('"""A."""\nfrom assistant.api import when\n@when\nasync def a() -> None: ...\n', "3: when() needs an event; write @when(StateChanged)"),
    "at without its time": ('"""A."""\nfrom assistant.api import at\n@at\nasync def a() -> None: ...\n', '3: at() needs a time of day; write @at("7:30")'),
    "a choice of a list": ('"""A."""\nfrom assistant.api import Choice\nHOW = Choice(["a", "b"])\n', "3: a Choice is between words, not (['a', 'b'],); write Choice("),
    "a range of words": (f'{HEAD}from typing import Annotated\n@tool\nasync def go(x: Annotated[str, Range(1, 5)]) -> str:\n    """Go."""\n    return x\n', "4: go: parameter 'x': a Range limits numbers, and this is none; write int"),
    "a tool that yields": (f'{HEAD}@tool\nasync def go() -> str:\n    """Go."""\n    yield ""\n', "3: tool go yields, and a tool returns one sentence; what it says meanwhile goes with `await tell"),
    "a tool that is a class": (f'{HEAD}@tool\nclass A:\n    """Go."""\n', "3: @tool stands above a class; write it above `async def`"),
    "a tool that is a property": (f'{HEAD}class A(Plugin):\n    @tool\n    @property\n    def a(self) -> str:\n        """Go."""\n', "4: @tool stands above a property; write it above `async def`"),
    "a phrase that is a number": (f'{HEAD}@tool(phrases=["go", 7])\n{BARE}', "3: a phrase is a sentence, not ('go', 7); write phrases="),
    "a device that asks for one": (f'{HEAD}class A(Device):\n    name: str = "x"\n    @tool\n    async def aim(self, device: str) -> str:\n        """Aim."""\n        return ""\n', "5: aim: the parameter 'device' says which device is meant, which the house knows already; call yours"),
    "an init that is async": (f"{HEAD}class A(Plugin):\n    async def __init__(self) -> None: ...\n", "4: __init__ is async; write `def`, and await in run()"),
    "a house in init": (f"{HEAD}class A(Plugin):\n    def __init__(self) -> None:\n        super().__init__()\n        self.host.publish('a', 'b')\n", "6: A is not attached yet: do this in run(), not in __init__"),
    "a loop in init": (f"{HEAD}import asyncio\nclass A(Plugin):\n    def __init__(self) -> None:\n        super().__init__()\n        asyncio.get_running_loop()\n", "7: RuntimeError: no running event loop; the house runs the loop"),
    "a class that is abstract": (f"{HEAD}from abc import ABC, abstractmethod\nclass A(Plugin, ABC):\n    @abstractmethod\n    def go(self) -> str: ...\n", "4: TypeError: Can't instantiate abstract class A with"),
    "slots": (f"{HEAD}class A(Plugin):\n    __slots__ = ('x',)\n    x: int = 3\n", "3: ValueError: 'x' in __slots__ conflicts with class variable; leave __slots__ out"),
    "a file of its own": (f"{HEAD}open('own.json')\n", "3: FileNotFoundError: [Errno 2] No such file or directory: 'own.json'; a plugin's own file is Path(__file__).with_name('own.json')"),
    "a signal": (f"{HEAD}import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n", "4: ValueError: signal only works in main thread of the main interpreter; signals are the house's own"),
    "a working folder": (f"{HEAD}import os\nos.chdir('/')\n", "4: it changes the working folder of the whole house (chdir); that was put back: write whole paths"),
    "a limit of calls": (f"{HEAD}import sys\nsys.setrecursionlimit(900)\n", "4: it changes the limit of nested calls of the whole house (setrecursionlimit); that was put back"),
    "a silent log": (f"{HEAD}import logging\nlogging.disable()\n", "4: it changes the log of the whole house (disable); that was put back: write log = "),
    "a log of its own": (f"{HEAD}import logging\nlogging.basicConfig(force=True)\n", "4: it changes the log of the whole house (basicConfig); that was put back"),
    "a patience of its own": (f"{HEAD}import socket\nclass A(Plugin):\n    def __init__(self) -> None:\n        super().__init__()\n        socket.setdefaulttimeout(1)\n", "7: it changes the patience with others of the whole house (setdefaulttimeout); that was put back"),
    "a screen that shows nothing": ('"""A."""\nfrom assistant.api.pictures import Display\nclass A(Display):\n    pass\n', "3: a Display without show() shows nothing; write `async def show"),
    "a screen that is awaited": ('"""A."""\nfrom assistant.api.pictures import Display\nclass A(Display):\n    def show(self, picture): ...\n', "4: show is not async; write `async def show`"),
    "an interval of words": ('"""A."""\nfrom assistant.api import every\n@every(minutes="5")\nasync def a() -> None: ...\n', "3: TypeError: an interval is a number, not str; write @every(minutes=5)"),
    "a day that is a number": ('"""A."""\nfrom assistant.api import at\n@at("7:00", days=5)\nasync def a() -> None: ...\n', "3: TypeError: a day is a text, not int; write days="),
    "lasting a number": (f"{HEAD}from assistant.api import when\n@when(StateChanged, lasting=10)\nasync def a() -> None: ...\n", '4: TypeError: lasting= is a text, not int; write lasting="10 min"'),
    "between a pair": (f"{HEAD}from assistant.api import when\n@when(StateChanged, between=(22, 6))\nasync def a() -> None: ...\n", '4: TypeError: between= is a text, not tuple; write between="22:00-6:00"'),
    "a reaction that yields": (f"{HEAD}@every(minutes=5)\nasync def a():\n    yield\n", "3: a yields, and nobody takes it; write a plain function"),
    "hears and is async": (f'{HEAD}class A(Plugin):\n    @hears("a")\n    async def _a(self, payload: str) -> None: ...\n', "4: _a hears and is async: nobody awaits it; write `def _a`"),
    "hears without self": (f'{HEAD}class A(Plugin):\n    @hears("a")\n    def _a(payload: str) -> None: ...\n', "4: _a is a method and has no self; write `def _a(self, payload: str)`"),
    "a mark below a static method": (f"{HEAD}class A(Plugin):\n    @staticmethod\n{GO.replace('self', '')}", "4: @staticmethod above go hides its mark; leave @staticmethod out"),
    "a mark above a static method": (f'{HEAD}class A(Plugin):\n    @tool\n    @staticmethod\n    async def go() -> str:\n        """Go."""\n', "4: @tool stands above a staticmethod; write it above `async def`"),
    "a slowness of words": (f'{HEAD}@tool(slow="yes")\n{BARE}', "3: slow='yes' is neither True nor False; write @tool(slow=True)"),
    "phrases of a number": (f"{HEAD}@tool(phrases=5)\n{BARE}", "3: phrases=5 is no list of sentences; write phrases="),
    "a default that is no number": (f'{HEAD}@tool\nasync def go(x: int = "a") -> str:\n    """Go."""\n    return ""\n', "3: go: parameter 'x': its default 'a' is no number"),
    "a range for a type": (f'{HEAD}@tool\nasync def go(x: Range(1, 5)) -> str:\n    """Go."""\n    return ""\n', "3: go: parameter 'x': Range(low=1, high=5) is no type, but says more of one; write Annotated[int, Range(…)]"),
    "a description that is a book": (f'{HEAD}@tool\nasync def go() -> str:\n    """{"Go on. " * 20000}"""\n    return ""\n', "3: tool go is described with 139999 characters, which brains read every time"),
    "a property that is a setting": (f'{HEAD}class A(Plugin):\n    topic: str\n    @property\n    def topic(self) -> str:\n        return "x"\n{GO}', "4: the setting 'topic' is str, and a property besides; write another name for one of them"),
    "a method that is a setting": (f"{HEAD}class A(Plugin):\n    go: int\n{GO}", "4: the setting 'go' is int, and the function go besides; write another name"),
    "a state without its brackets": (f'{HEAD}class A(Device):\n    name: str = "x"\n    on: bool | None = state\n', "5: the setting 'on' is bool | None, and the function state besides; write `on: bool | None = state()`"),
    "a type that is a property": (f"{HEAD}class A(Plugin):\n    @property\n    def size(self) -> int:\n        return 1\n    x: size = 3\n", "7: the setting 'x' has a property for its type; write str, int, bool …"),
    "a state of no type": (f'{HEAD}class A(Device):\n    name: str = "x"\n    on = state()\n', "5: the state 'on' has no type; write `on: bool | None = state()`"),
    "a state of no device": (f"{HEAD}class A(Plugin):\n    on: bool | None = state()\n", "4: 'on' is a state; only a Device reports: write `class A(Device)`"),
    "a unit of a number": (f'{HEAD}class A(Device):\n    name: str = "x"\n    on: int | None = state(unit=5)\n', "5: the unit of 'on' is a word, not 5; write state"),
    "a choice of nothing": ('"""A."""\nfrom assistant.api import Choice\nHOW = Choice()\n', "3: a Choice is between words, not (); write Choice("),
    "hosts that are none": (f"{HEAD}class A(Plugin):\n    http_hosts = 5\n{GO}", "4: http_hosts is 5; write http_hosts = "),
    "a host of nobody": (f'{HEAD}class A(Plugin):\n    http_hosts = ("{{{{url}}}}",)\n{GO}', "4: http_hosts names 'url', which is not a setting; write `url: str`"),
    "words of whom": (f'{HEAD}class A(Plugin):\n    own_words = "no"\n{GO}', "4: own_words is True or False, not 'no'"),
    "a run that yields": (f"{HEAD}class A(Plugin):\n    async def run(self):\n        yield\n", "4: run yields, and nobody takes it"),
    "a run that wants more": (f"{HEAD}class A(Plugin):\n    async def run(self, more: int) -> None: ...\n", "4: run gets nothing; write `async def run(self) -> None`"),
    "an init that wants more": (f"{HEAD}class A(Plugin):\n    def __init__(self, url: str) -> None:\n        super().__init__()\n", "4: __init__ wants 'url', which nobody gives it; write `url: str` into the class"),
    "an end of the house": (f"{HEAD}import sys\nsys.exit(3)\n", "4: SystemExit: 3; nobody but its owner ends the house"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_line_and_remedy(tmp_path: Path, mistake: str) -> None:
    text, words = MISTAKES[mistake]
    (tmp_path / "tricks.py").write_text(text)
    (tmp_path / "beside.py").write_text("")
    before = Path.cwd(), sys.getrecursionlimit(), logging.root.manager.disable, [*logging.root.handlers]
    found, *_ = examined(tmp_path / "tricks.py")
    assert found.state is LoadState.BROKEN
    assert before == (
        Path.cwd(),
        sys.getrecursionlimit(),
        logging.root.manager.disable,
        logging.root.handlers,
    )
    assert found.reason.startswith(f"{tmp_path}/tricks.py:{words}"), found.reason


WHILE_IT_RUNS = '''"""Tricks."""
from assistant.api import Answer, Device, Plugin, ToolError, announce, hears, look, ring, room_named, say, state, tell, tool


async def raised(error: BaseException) -> None:
    raise error


class Tricks(Plugin):
    http_hosts = ("127.0.0.1",)

    @tool(phrases=("unawaited",))
    async def unawaited(self) -> str:
        """Forget an await."""
        return self.storage.get("x")

    @tool(phrases=("raw",))
    async def raw(self) -> bytes:
        """Return bytes."""
        return b"x"

    @tool(phrases=("thing",))
    async def thing(self) -> object:
        """Return a thing."""
        return object()

    @tool(phrases=("lots",))
    async def lots(self) -> str:
        """Return a book."""
        return "x" * 9000

    @tool(phrases=("send",))
    async def send(self) -> str:
        """Send a list."""
        await self.publish("a", [1])
        return ""

    @tool(phrases=("truth",))
    async def truth(self) -> bool:
        """Say yes."""
        return True


    @tool(phrases=("wrong",))
    async def wrong(self, which: str) -> str:
        """Do what is wrong."""
        return str(await eval(which))


class Gadget(Device):
    topic: str
    on: bool | None = state()

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        await self.publish("{topic}/set", "1")
        await self.confirm(self.on)
        return "on"

    @hears("{topic}")
    def _state(self, payload: dict) -> None:
        self.on = payload["on"]
'''


async def test_mistakes_that_show_while_it_runs_are_told_with_their_line(
    home: Home, brain: Brain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger().addHandler(caplog.handler)
    file = tmp_path / "tricks.py"
    file.write_text(WHILE_IT_RUNS)
    home.folders = [tmp_path]
    await home.add("tricks")
    await home.add("gadget", name="gadget", topic="g")
    told = {
        "unawaited": "tricks.py:12: it returned what was not awaited; write `return await …`",
        "raw": "tricks.py:17: it returned bytes; write `return data.decode()`",
        "thing": "tricks.py:22: it returned object; return a sentence or an Answer",
        "send": "tricks.py:35: TypeError: a payload is text, bytes, a number or a dict, not list; write json.dumps",
    }
    for name, words in told.items():
        assert not (await brain.calls(name)).ok
        assert words in caplog.messages[-1]
    assert not (await brain.calls("turn_on", device="gadget")).ok
    assert "tricks.py:58: TypeError: confirm() takes a function" in caplog.messages[-1]
    assert (await brain.calls("truth")).text == "Yes."
    await brain.calls("lots")
    assert "tricks.py:27: tool lots of Tricks answered with 9000 characters" in caplog.messages[-1]
    for payload, words in (
        (
            "nonsense",
            "tricks.py:61: ValueError: expected a JSON object, got b'nonsense'; write `payload: str`",
        ),
        ('{"on": 1}', "tricks.py:63: TypeError: 1 is int, not bool or None"),
    ):
        await home.publish("g", payload)
        assert words in caplog.messages[-1]
    with pytest.raises(UsageError, match="there is no device 'lamp' in this home; the devices here: gadget"):
        home.device("lamp")


WRONG = {
    "say(5)": "TypeError: what say() says is a text, not int; write say(",
    "self.say(None)": "TypeError: what say() says is a text, not None; write say(",
    "announce(say)": "TypeError: what announce() says is a text, not the function say; write",
    "say('x', room=5)": 'TypeError: a room is a text, not int; write room="bedroom"',
    "ring('x', minutes='3')": "TypeError: how long ring() rings is a number, not str; write minutes=5",
    "tell(5)": "TypeError: what tell() tells is a text, not int; write tell(str(…))",
    "look(5)": "TypeError: the camera of look() is a text, not int; write look(",
    "self.publish(None, 'x')": "TypeError: a topic is a text, not None; write publish(",
    "self.publish('a', 'x', retain=True)": "unexpected keyword argument 'retain'; publish takes topic, payload",
    "self.storage.set(5, 1)": "TypeError: a key of the storage is a text, not int; write storage.set(",
    "self.storage.get('k' * 300)": "TypeError: a key of the storage has at most 200 characters",
    "(lambda it: (it.close(), it['b']))(self.storage.get('a'))": "TypeError: 'coroutine' object is not subscriptable; write await before the call",
    "self.http.get(123)": "TypeError: a URL is a text, not int; write get(",
    "self.http.get('http://127.0.0.1', headers=5)": "TypeError: the headers of a request are a dict, not int; write",
    "self.http.get('http://127.0.0.1', timeout=5)": "'timeout'; get takes url, params=, headers=, largest=",
    "self.http.post('http://127.0.0.1', body='x')": "TypeError: the body of post() is bytes, not str; write text.encode()",
    "room_named(5)": "TypeError: a room is a text, not int",
    "Answer('x', 5)": "TypeError: the state of an Answer is a dict, not int; write Answer(",
    "raised(next(iter([])))": "StopIteration: next(…) found nothing: write next(…, None)",
    "raised(TimeoutError('of mine'))": "TimeoutError: of mine",
}  # fmt: skip


async def test_what_is_handed_to_the_vocabulary_is_refused_in_one_sentence(
    home: Home, brain: Brain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger().addHandler(caplog.handler)
    (tmp_path / "tricks.py").write_text(WHILE_IT_RUNS)
    home.folders = [tmp_path]
    await home.add("tricks")
    for which, words in WRONG.items():
        result = await brain.calls("wrong", which=which)
        assert (result.ok, result.text) == (False, "That did not work."), which
        assert words in caplog.messages[-1], (which, caplog.messages[-1])
    for given in ("''", "None"):
        told = await brain.calls("wrong", which=f"raised(ToolError({given}))")
        assert told.text == "That did not work."


def test_one_phrase_or_host_without_its_comma_is_one(tmp_path: Path) -> None:
    (tmp_path / "tricks.py").write_text(
        f'{HEAD}class Tricks(Plugin):\n    http_hosts = "example.org"\n' + GO.replace('("go",)', '("go")')
    )
    (plugin,) = Loader([tmp_path]).load(PluginEntry(name="tricks")).plugins
    assert plugin.tools()[0].declaration.phrases == ("go",)


def test_what_the_template_writes_is_no_mistake(tmp_path: Path) -> None:
    code, *_ = written("pump", "device", tmp_path)
    assert examined(code)[1] == []
