"""A real Chromium without a screen, driven over its own debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--remote-debugging-port=0"),
)
START_SECONDS, SECONDS = 40.0, 15.0


class Page:
    """One tab; ``complaints`` are what its console and its policies said."""

    def __init__(self, socket: ClientConnection, address: str, tabs: contextlib.AsyncExitStack) -> None:
        self._socket, self._address, self._tabs = socket, address, tabs
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(SECONDS):
            while True:
                told = json.loads(await self._socket.recv())
                if told.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                    self.complaints.append(json.dumps(told["params"])[:300])
                if told.get("id") == number:
                    assert "error" not in told, told
                    return dict(told["result"])

    async def another(self) -> Page:
        """A window beside this one, gone with the browser."""
        made = await self.do("Target.createTarget", url="about:blank", newWindow=True)
        address = f"{self._address.rpartition('/')[0]}/{made['targetId']}"
        socket = await self._tabs.enter_async_context(connect(address, max_size=None, proxy=None))
        return Page(socket, address, self._tabs)

    async def open(self, url: str, width: int = 1200, height: int = 800) -> None:
        """Go to an address in a window of this size."""
        for domain in ("Page", "Runtime", "Log"):
            await self.do(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.do("Emulation.setDeviceMetricsOverride", **size)
        await self.do("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def value(self, script: str) -> Any:
        """What an expression is on the page."""
        told = await self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until an expression is true."""
        async with asyncio.timeout(SECONDS):
            while not await self.value(f"Boolean({script})"):  # noqa: ASYNC110 - the page has no event for it
                await asyncio.sleep(0.05)

    async def picture(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode((await self.do("Page.captureScreenshot", format="png"))["data"])


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """A browser with one empty tab, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *("chromium", *QUIET, f"--user-data-dir={profile}", "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            target = await _first_page(port)
            async with contextlib.AsyncExitStack() as tabs:
                socket = await tabs.enter_async_context(connect(target, max_size=None, proxy=None))
                yield Page(socket, target, tabs)
        finally:
            await ended(process)


async def ended(process: asyncio.subprocess.Process) -> None:
    """Ask a program to end; one that does not listen is killed."""
    with contextlib.suppress(ProcessLookupError, TimeoutError):
        process.terminate()
        async with asyncio.timeout(SECONDS):
            await process.wait()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _port(file: Path) -> int:
    async with asyncio.timeout(START_SECONDS):
        while True:
            with contextlib.suppress(OSError, IndexError, ValueError):
                return int(file.read_text().splitlines()[0])
            await asyncio.sleep(0.05)


async def _first_page(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(START_SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return str(next(each["webSocketDebuggerUrl"] for each in json.loads(body) if each["type"] == "page"))
