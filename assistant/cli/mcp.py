"""`assistant mcp`: the house's tools for another agent, through the running daemon or a house of its own."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant import store
from assistant.cli.output import logging_to_stderr
from assistant.errors import AssistantError, UsageError
from assistant.keyboard import own_input


def mcp(options: argparse.Namespace) -> int:
    """Serve until the agent goes."""
    logging_to_stderr(quiet=True)
    try:
        from assistant.mcp.serving import serve
    except ImportError as error:
        from assistant.mcp.servers import MISSING

        raise UsageError(MISSING) from error
    if own_input().isatty():
        raise UsageError("assistant mcp is started by an agent, which speaks to it on stdin; see docs/mcp.md")
    config = configuration.load(configuration.find(options.config))
    if store.holder(config.state_dir).get("address"):
        asyncio.run(serve(lambda request, hear: _of_daemon(config, request, hear)))
        return 0
    store.folder(config.state_dir)
    with store.held(config.state_dir, ""):
        return asyncio.run(_own_house(config, serve))


async def _of_daemon(
    config: configuration.Config, request: dict[str, Any], hear: Callable[[dict[str, Any]], None]
) -> list[dict[str, Any]]:
    """Where it is now: it may have been started anew."""
    from assistant.control import asked

    told: list[dict[str, Any]] = []

    def tell(item: dict[str, Any]) -> None:
        hear(item)
        told.append(item)

    try:
        address = store.holder(config.state_dir).get("address")
        if not address:
            return [{"event": "error", "text": "The house does not run now."}]
        await asked(Path(address), request, tell)
    except AssistantError as error:
        told.append({"event": "error", "text": str(error)})
    return told


async def _own_house(config: configuration.Config, serve: Any) -> int:
    from assistant.app import House, furnished, run
    from assistant.errands import Errands

    async def use(house: House) -> int:
        house.ears_open.set()
        await furnished(house)
        errands = Errands(house)

        async def ask(
            request: dict[str, Any], hear: Callable[[dict[str, Any]], None]
        ) -> list[dict[str, Any]]:
            told: list[dict[str, Any]] = []

            def tell(item: dict[str, Any]) -> None:
                hear(item)
                told.append(item)

            try:
                await errands.handle(request, tell)
            except AssistantError as error:
                told.append({"event": "error", "text": str(error)})
            return told

        await serve(ask)
        return 0

    return await run(config, use)
