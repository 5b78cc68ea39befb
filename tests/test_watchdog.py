"""P3: a plugin that holds the loop is thrown out, and the house goes on."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

import pytest

from assistant import watchdog
from assistant.config import PluginEntry
from assistant.importing import theirs
from assistant.loader import Loader
from assistant.testing.bare import BareHost

HOLDERS = {
    "sleeps": "time.sleep(60)",
    "spins": "while True: pass",
    "swallows": """
        for _ in range(60):
            try:
                time.sleep(1)
            except ValueError:
                pass""",
}
PLUGIN = """
import time

from assistant.api import Plugin, hears


class Holder(Plugin):
    @hears("hold")
    def _hold(self, payload: str) -> None:
        {body}
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(watchdog, "PATIENCE_SECONDS", 0.3)


@pytest.mark.parametrize("how", HOLDERS)
async def test_p3_a_plugin_that_holds_the_loop_is_thrown_out(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "holder.py").write_text(PLUGIN.format(body=HOLDERS[how]))
    (plugin,) = Loader([tmp_path]).load(PluginEntry(name="holder")).plugins
    host = BareHost()
    plugin.attach(host)
    with watchdog.watched(theirs):
        await asyncio.sleep(0.2)
        began = time.monotonic()
        host.report("hold", "now")
        assert time.monotonic() - began < 10
        await asyncio.sleep(0.2)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "holder.py:" in told[0]
    assert "held up the whole house" in told[0]


async def test_other_code_is_told_but_not_interrupted(caplog: pytest.LogCaptureFixture) -> None:
    with watchdog.watched(theirs):
        await asyncio.sleep(0.2)
        time.sleep(1.0)  # noqa: ASYNC251 - that is what it is about
        await asyncio.sleep(0.2)
    told = [record.getMessage() for record in caplog.records if record.name == watchdog.__name__]
    assert len(told) == 1
    assert f"{Path(__file__).name}:" in told[0]


async def test_a_loop_that_turns_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    with watchdog.watched(theirs):
        await asyncio.sleep(1.0)
    assert not caplog.records
    assert "watchdog" not in {thread.name for thread in sys.modules["threading"].enumerate()}
