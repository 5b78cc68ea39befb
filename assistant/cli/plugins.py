"""`assistant plugins`: what became of each plugin, in the daemon, or as one would start."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from assistant import config as configuration
from assistant import store
from assistant.cli.output import Output, logging_to_stderr
from assistant.control import asked
from assistant.errors import UsageError
from assistant.home.furniture import Furniture
from assistant.home.roll import called
from assistant.loader import LoadState

FINE = (LoadState.ENABLED.value, LoadState.DISABLED.value)


def plugins(options: argparse.Namespace) -> int:
    """List the plugins, or let one out of quarantine; 1 when one of them needs somebody."""
    logging_to_stderr(quiet=True)
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    address = store.holder(config.state_dir).get("address")
    match options.what:
        case []:
            ok = _listed(config, address, output)
        case ["release", name]:
            if not address:
                raise UsageError("no daemon runs, and only a running one keeps plugins in quarantine")
            ok = asyncio.run(asked(Path(address), {"do": "release", "name": name}, output.tell))
        case _:
            raise UsageError("write: assistant plugins, or: assistant plugins release NAME")
    output.tell({"event": "done"})
    return 0 if ok else 1


def _listed(config: configuration.Config, address: str | None, output: Output) -> bool:
    states: list[str] = []

    def tell(item: dict[str, object]) -> None:
        states.append(str(item.get("state", "")))
        output.tell(item)

    if address:
        asyncio.run(asked(Path(address), {"do": "plugins"}, tell))
    else:
        furniture = Furniture()
        furniture.load(config)
        for item in called(furniture):
            tell(item)
    return all(state in FINE for state in states)
