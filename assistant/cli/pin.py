"""`assistant pin`: the PIN for what is never done on a spoken word; it is typed, and shown nowhere."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from assistant import config as configuration
from assistant import store
from assistant.cli.output import Output, logging_to_stderr
from assistant.control import asked
from assistant.errors import UsageError
from assistant.keyboard import own_input, own_secret
from assistant.permission import pin_of
from assistant.tools.policy.pin import LONGEST, Pin, spoken_wait


def pin(options: argparse.Namespace) -> int:
    """Set it, type it for what waits, forget it, or say whether there is one.

    Raises:
        UsageError: the two do not agree, or no daemon waits for it.
        PinError: it is no PIN.
    """
    logging_to_stderr(quiet=True)
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    ok = True
    if options.what == "enter":
        address = store.holder(config.state_dir).get("address")
        if not address:
            raise UsageError("no daemon runs, so nothing waits for a PIN")
        ok = asyncio.run(asked(Path(address), {"do": "consent", "pin": _typed("PIN: ")}, output.tell))
    else:
        output.tell(
            {"event": "step", "text": _kept(options.what, pin_of(config, store.folder(config.state_dir)))}
        )
    output.tell({"event": "done"})
    return 0 if ok else 1


def _kept(what: str, kept: Pin) -> str:
    match what:
        case "set":
            digits = _typed("New PIN: ")
            if own_input().isatty() and _typed("Once more: ") != digits:
                raise UsageError("those were two different PINs; nothing was changed")
            kept.set(digits)
            return "The PIN is set. Say for what in the configuration: policy.security, policy.devices."
        case "forget":
            kept.forget()
            return "There is no PIN any more."
    if not kept.is_set:
        return "No PIN is set; set one with: assistant pin set"
    wait = kept.locked_seconds
    return f"The PIN is locked for {spoken_wait(wait)}." if wait else "A PIN is set."


def _typed(prompt: str) -> str:
    """Without showing it; from a pipe, its first line."""
    if own_input().isatty():
        return own_secret(prompt).strip()
    return own_input().readline(LONGEST * 8).strip()
