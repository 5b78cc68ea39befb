"""A plugin's failure is one line with its own file and line; what it returns always reaches the brain."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import faults
from assistant import plugin as plugin_module
from assistant.bus import Bus
from assistant.config import PluginEntry
from assistant.control import as_json
from assistant.events import Reported
from assistant.home.furniture import Furniture
from assistant.loader import Loader
from assistant.plain import plain
from assistant.plugin import Plugin
from assistant.testing.bare import BareHost
from assistant.tools.dispatch import Dispatcher, ToolCall

BAD = '''import asyncio, datetime, threading
from typing import Any
from assistant.api import Answer, Device, hears, state, tool

class Abort(BaseException): ...
class Unsayable(Exception):
    def __str__(self): 1 / 0

class Bad(Device):
    error: str
    seen: Any = state()

    def fail(self):
        match self.error:
            case "division": 1 / 0
            case "exit": raise SystemExit("out")
            case "abort": raise Abort("two\\nlines")
            case "unsayable": raise Unsayable
            case "group": raise ExceptionGroup("many", [ValueError("inner")])
            case "cancel": raise asyncio.CancelledError

    @tool
    async def work(self) -> str:
        """Work."""
        self.fail()
        return "it worked"

    @tool
    async def odd(self) -> Answer:
        """Answer oddly."""
        return Answer("odd \\ud800", {"set": {2, 1}, "when": datetime.date(2026, 1, 2), 3: threading.Lock(), "nan": float("nan")})

    @hears("t")
    def _heard(self, payload: str) -> None:
        self.seen = {payload}
        self.fail()

    async def run(self) -> None:
        self.fail()
        await asyncio.Event().wait()
'''


def made(folder: Path, error: str) -> tuple[Plugin, Dispatcher, BareHost]:
    (folder / "bad.py").write_text(BAD)
    furniture, host = Furniture(), BareHost()
    loaded = furniture.add(
        Loader([folder]), PluginEntry(name="bad", settings={"name": "thing", "error": error})
    )
    furniture.loaded.append(loaded)
    furniture.attach(host)
    assert loaded.plugins, loaded.reason
    return loaded.plugins[0], Dispatcher(furniture.table, furniture.registry, Bus()), host


ERRORS = [
    ("division", "ZeroDivisionError: division by zero"),
    (
        "exit",
        "SystemExit: out; nobody but its owner ends the house: raise a ToolError, or a PluginError in __init__",
    ),
    ("abort", "Abort: two lines"),
    ("unsayable", "Unsayable: (its text cannot be read)"),
    ("group", "ValueError: inner"),
]


@pytest.mark.parametrize(("error", "words"), ERRORS)
async def test_p3_a_failure_anywhere_is_one_line_with_the_plugins_own_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, error: str, words: str
) -> None:
    monkeypatch.setattr(plugin_module, "BACK_OFF_SECONDS", (60,))
    plugin, dispatcher, host = made(tmp_path, error)
    with caplog.at_level(logging.INFO):
        result = await dispatcher.call(ToolCall("1", "work", {"device": "thing"}))
        host.report("t", "x")
        host.report("t", "y")
        task = asyncio.get_running_loop().create_task(plugin.keep_alive())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert (result.ok, result.text) == (False, "That did not work.")
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 3
    heads = (
        "tool work of thing failed: ",
        "thing could not read t: ",
        "plugin thing failed and starts again in 60 s: ",
    )
    for head, text in zip(heads, texts, strict=True):
        assert text.startswith(f"{head}{tmp_path}/bad.py:"), text
        assert text.endswith(words)
        assert "\n" not in text
    assert not any(record.exc_info for record in caplog.records)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        dispatcher.new_utterance()
        await dispatcher.call(ToolCall("2", "work", {"device": "thing"}))
    assert [record.levelname for record in caplog.records if record.exc_info] == ["DEBUG"]


async def test_p3_a_plugin_that_cancels_itself_starts_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plugin, _, _ = made(tmp_path, "cancel")
    task = asyncio.get_running_loop().create_task(plugin.keep_alive())
    await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    assert "starts again in 1 s" in caplog.text


async def test_a_task_that_nobody_awaits_fails_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(faults.in_the_loop)
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)
    (record,) = caplog.records
    assert record.getMessage().endswith("ZeroDivisionError: division by zero")
    assert __file__ in record.getMessage()
    assert record.exc_info is None


async def test_a_state_that_is_no_json_is_answered_readably(tmp_path: Path) -> None:
    plugin, dispatcher, host = made(tmp_path, "")
    result = await dispatcher.call(ToolCall("1", "odd", {"device": "thing"}))
    response = json.loads(json.dumps(result.response(), allow_nan=False).encode())
    assert response["text"] == "Odd ?"
    state = response["state"]
    assert (state["set"], state["when"], state["nan"]) == ([1, 2], "2026-01-02", "nan")
    host.report("t", "x")
    told = [as_json(event) for event in host.events if isinstance(event, Reported)]
    assert told == [{"event": "report", "device": "thing", "state": {"seen": ["x"]}}]
    answer = await dispatcher.call(ToolCall("2", "get_state", {"device": "thing"}))
    assert json.dumps(answer.response())
    assert plugin.title == "thing"


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()), st.binary(),
        st.datetimes(), st.builds(Hostile), st.just(datetime.UTC), st.builds(lambda: 10**5000), st.complex_numbers(),
    ),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(st.characters()), inner) | st.tuples(inner),
    max_leaves=10,
)  # fmt: skip


@given(JUNK)
def test_plain_is_always_json(value: object) -> None:
    text = json.dumps(plain(value), allow_nan=False, ensure_ascii=False)
    assert json.loads(text.encode()) == plain(value)


def test_plain_ends_with_what_holds_itself() -> None:
    own: list[Any] = []
    own.extend([own, own, own])
    assert len(json.dumps(plain(own))) < 1_000_000
