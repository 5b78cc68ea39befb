"""The real mosquitto, for tests that need somebody else's broker."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from tests.system_parts import found

CONFIG = """\
listener {port} 127.0.0.1
set_tcp_nodelay true
max_queued_messages 0
persistence false
"""


def free_port() -> int:
    """A TCP port of the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def mosquitto(
    folder: Path, *, port: int = 0, extra: str = "allow_anonymous true\n"
) -> AsyncIterator[int]:
    """Run mosquitto until the block ends; gives its port."""
    port = port or free_port()
    config = folder / f"mosquitto-{port}.conf"
    config.write_text(CONFIG.format(port=port) + extra)
    process = await asyncio.create_subprocess_exec(
        found("mosquitto") or "mosquitto",
        "-c",
        config,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_it_answers(port)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _until_it_answers(port: int) -> None:
    async with asyncio.timeout(5):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.01)
