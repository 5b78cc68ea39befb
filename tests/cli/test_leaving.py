"""The daemon ends when it is told to, whatever a plugin has left behind, and wherever it was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.test_bad_input import environment
from tests.cli.test_daemon import wait_until

STAYS = """import threading, time
from assistant.api import Plugin

class Stays(Plugin):
    async def run(self) -> None:
        threading.Thread(target=lambda: time.sleep(600)).start()
"""
GOES_ON = """import asyncio
from assistant.api import Plugin

class GoesOn(Plugin):
    async def run(self) -> None:
        while True:
            try:
                await asyncio.sleep(600)
            except BaseException:
                pass
"""
NAMED_LIKE_A_MODULE = """from assistant.api import tool

@tool
async def nap() -> str:
    \"\"\"Nap.\"\"\"
    return ""
"""


def ended(folder: Path, plugin: str, text: str) -> str:
    """Run a daemon with one plugin, from that plugin's folder, and end it; what it wrote."""
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / f"{plugin}.py").write_text(text)
    config = folder / "config.yaml"
    config.write_text(f"plugin_paths: [{plugins}]\nhome: {{sources: []}}\nplugins: [{plugin}]\n")
    errors = folder / "daemon.err"
    with errors.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant", "run", "--config", str(config)],
            env=environment(folder / "state"), cwd=plugins,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err,
        )  # fmt: skip
        try:
            out = process.stdout
            assert out is not None
            os.set_blocking(out.fileno(), False)
            told = bytearray()

            def ready() -> bool:
                told.extend(out.read() or b"")
                return b"Ready." in told

            wait_until(ready, 60)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.communicate()
    return errors.read_text()


def test_p3_a_thread_left_behind_keeps_nobody(tmp_path: Path) -> None:
    wrote = ended(tmp_path, "stays", STAYS)
    assert "stays.py:6: the thread " in wrote
    assert "was left behind and is ended with the process; end it in run()" in wrote


def test_p3_a_task_that_swallows_its_end_keeps_nobody(tmp_path: Path) -> None:
    assert "goes_on.py:8: it goes on although it was cancelled" in ended(tmp_path, "goes_on", GOES_ON)


def test_p3_a_plugin_named_like_a_module_hides_none(tmp_path: Path) -> None:
    assert "Traceback" not in ended(tmp_path, "asyncio", NAMED_LIKE_A_MODULE)
