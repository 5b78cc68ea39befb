"""`assistant screens`: which there are, and tokens that open one screen each."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from assistant import config as configuration
from assistant import store
from assistant.cli.output import Output, logging_to_stderr
from assistant.config import Config
from assistant.control import asked
from assistant.errors import UsageError
from assistant.web.tokens import ScreenTokens

USE = "write: assistant screens, or: assistant screens token NAME, or: assistant screens revoke NAME"


def screens(options: argparse.Namespace) -> int:
    """List the screens, make a token for one, or take one back; a daemon that runs heeds it at once.

    Raises:
        UsageError: the words make no sense, or there is no such token.
    """
    logging_to_stderr(quiet=True)
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    tokens = ScreenTokens(store.folder(config.state_dir))
    match options.what:
        case []:
            for item in _listed(config, tokens):
                output.tell(item)
        case ["token", *words] if words:
            name = " ".join(words)
            token = tokens.make(name, datetime.now())
            path = f"/screen/{quote(name)}?token={token}"
            output.tell({"event": "screen_token", "name": name, "token": token, "path": path})
        case ["revoke", *words] if words:
            name = " ".join(words)
            tokens.revoke(name)
            output.tell({"event": "step", "text": f"The token of the screen {name} opens nothing any more."})
        case _:
            raise UsageError(USE)
    output.tell({"event": "done"})
    return 0


def _listed(config: Config, tokens: ScreenTokens) -> list[dict[str, Any]]:
    """Those of the daemon, or of the configuration when none runs; and those that only have a token."""
    found: dict[str, dict[str, Any]] = {}
    address = store.holder(config.state_dir).get("address")
    if address:
        told: list[dict[str, Any]] = []
        asyncio.run(asked(Path(address), {"do": "screens"}, told.append))
        found = {item["name"].casefold(): item for item in told if item["event"] == "screen"}
    else:
        for wanted in config.screens:
            found[wanted.name.casefold()] = _unseen(wanted.name, wanted.area or wanted.name)
    made = tokens.all()
    for name in made:
        found.setdefault(name.casefold(), _unseen(name, ""))
    by_name = {name.casefold(): at for name, at in made.items()}
    return [{**item, "token_made": by_name.get(key)} for key, item in sorted(found.items())]


def _unseen(name: str, area: str) -> dict[str, Any]:
    return {"event": "screen", "name": name, "area": area, "open": None, "size": None}
