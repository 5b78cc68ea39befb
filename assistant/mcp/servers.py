"""All servers of tools that the configuration names; the library is loaded only when there are some."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.config import McpServer
from assistant.tools.guests import Guests
from assistant.tools.table import Tool, ToolTable

if TYPE_CHECKING:
    from assistant.mcp.client import Server

log = logging.getLogger(__name__)

MISSING = "the package mcp is not installed: pip install 'assistant[mcp]'"


class Servers:
    """Brings their tools into a table; ``changed`` is called when it has others than before."""

    def __init__(self, wishes: Sequence[McpServer], table: ToolTable) -> None:
        self._wishes = [wish for wish in wishes if wish.enabled]
        self._table = table
        self._guests = Guests()
        table.strangers = self._guests.named
        self._servers: list[Server] = []
        self._problem = ""
        self.changed: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Keep all connected, for ever; each is told and tried again by itself."""
        if not self._wishes:
            return
        try:
            client: Any = await asyncio.to_thread(importlib.import_module, "assistant.mcp.client")
        except ImportError:
            self._problem = f"there are no tools of MCP servers: {MISSING}"
            log.error("%s", self._problem)
            return
        for name in ("mcp", "client"):  # the library writes whole tracebacks for what we tell in a sentence
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._servers = [client.Server(wish, self._offered) for wish in self._wishes]
        async with asyncio.TaskGroup() as tasks:
            for server in self._servers:
                tasks.create_task(server.run(), name=server.title)

    def trouble(self) -> str:
        """What is wrong with them, in a line."""
        return self._problem or "; ".join(server.trouble for server in self._servers if server.trouble)

    def roll(self) -> list[dict[str, object]]:
        """A ``plugin`` event for each."""
        told = {server.wish.name: server for server in self._servers}
        return [_item(wish, told.get(wish.name), self._problem) for wish in self._wishes]

    def _offered(self, host: str, tools: Sequence[Tool]) -> None:
        self._guests.welcome(host, tools)
        self.changed()


def _item(wish: McpServer, server: Server | None, problem: str) -> dict[str, object]:
    trouble = problem or (server.trouble if server else "it is not connected yet")
    return {
        "event": "plugin",
        "name": wish.name,
        "state": "broken" if trouble else "enabled",
        "reason": trouble or "; ".join(server.refused if server else ()),
        "since": "",
        "source": "mcp",
        "file": "",
        "sha256": "",
        "devices": [],
        "tools": [tool.name for tool in server.tools] if server else [],
    }
