"""`assistant forget`: what is kept about the people of the house is removed, with or without a daemon."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant import store
from assistant.cli.output import Output, logging_to_stderr
from assistant.config import Config
from assistant.errors import UsageError, VisionError
from assistant.forgetting import Forgetter, Wish, wished
from assistant.keeping import BY_NAME_ONLY, GOOGLE, TABLE
from assistant.keyboard import own_input
from assistant.wallclock import WallClock

YES = ("y", "yes")


def forget(options: argparse.Namespace) -> int:
    """Forget, and tell what went, what stays, and what others may have.

    Raises:
        UsageError: a word is unknown, or nobody can be asked whether it is meant.
    """
    logging_to_stderr(quiet=options.json)
    wish = wished(options.what, _moment(options.since))
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    if not (options.dry_run or options.yes or _meant(wish)):
        output.note("Nothing was removed.")
        return 1
    if options.dry_run:
        lived_in = bool(store.holder(config.state_dir).get("address"))
        forgetter = Forgetter(config, dry=True, lived_in=lived_in)
        items = [each.item(dry=True) for each in forgetter.forget(wish)]
        ok = True
    else:
        ok, items = _forgotten(config, wish)
    for item in items:
        output.tell(item)
    _tell_the_rest(wish, output)
    output.tell({"event": "done"})
    return 0 if ok and not any(item.get("problem") for item in items) else 1


def _moment(when: str | None) -> datetime | None:
    if when is None:
        return None
    from assistant.vision.moments import moment

    try:
        return datetime.fromtimestamp(moment(when, WallClock()))
    except (VisionError, OverflowError, OSError) as error:
        raise UsageError(f"--since: {error}") from error


def _meant(wish: Wish) -> bool:
    if not own_input().isatty():
        raise UsageError(
            "nobody can be asked whether this is meant: add --yes, or --dry-run to see what would go"
        )
    since = f" since {wish.since:%Y-%m-%d %H:%M}" if wish.since else ""
    sys.stderr.write(f"Forget {', '.join(wish.kinds)}{since}? It cannot be brought back. [y/N] ")
    sys.stderr.flush()
    return own_input().readline().strip().lower() in YES


def _forgotten(config: Config, wish: Wish) -> tuple[bool, list[dict[str, Any]]]:
    """Through the daemon that lives in the state folder, else by holding the folder meanwhile."""
    address = store.holder(config.state_dir).get("address")
    if address:
        from assistant.control import asked

        items: list[dict[str, Any]] = []
        ok = asyncio.run(asked(Path(address), wish.told(), items.append))
        return ok, items
    store.folder(config.state_dir)
    with store.held(config.state_dir, ""):
        return True, [each.item() for each in Forgetter(config).forget(wish)]


def _tell_the_rest(wish: Wish, output: Output) -> None:
    """What stays and why; what is not ours to remove."""
    for row in TABLE:
        if row.kind not in wish.kinds and row.files:
            why = f" (named only: --what {row.kind})" if row.kind in BY_NAME_ONLY else ""
            output.tell({"event": "stays", "kind": row.kind, "what": f"{row.what}{why}"})
    if "ledger" in wish.kinds:
        output.tell(
            {
                "event": "stays",
                "kind": "ledger",
                "what": "what each day of this month cost: the limits count it",
            }
        )
    output.tell({"event": "stays", "kind": "", "what": GOOGLE})
