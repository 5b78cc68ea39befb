"""`assistant picture` and `assistant gallery`: through the running daemon, or a house of their own."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant import store
from assistant.cli.ask import carried_out
from assistant.cli.output import Output, logging_to_stderr
from assistant.errors import UsageError

CAMERA = "camera:"
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def picture(options: argparse.Namespace) -> int:
    """Have a picture made or changed, and shown where a screen is named."""
    edit = options.edit or ""
    if edit and (Path(edit).is_file() or ADDRESS.match(edit)):
        edit = str(_there(edit))
    request = {
        "do": "picture",
        "prompt": " ".join(options.prompt),
        "screen": options.screen,
        "aspect": options.aspect,
        "size": options.size,
        "count": options.count,
        "references": [ref if ref.startswith(CAMERA) else str(_there(ref)) for ref in options.ref],
        "edit": edit,
        "mask": str(_there(options.mask)) if options.mask else "",
        "part": options.part,
        "mode": options.mode,
        "yes": options.yes,
    }
    return carried_out(options, request)


def gallery(options: argparse.Namespace) -> int:
    """List the pictures, or do something with one."""
    request: dict[str, Any] = {"do": "gallery", "screen": options.screen}
    match options.what:
        case ["keep" | "remove" | "show" as what, ident]:
            request[what] = ident
        case ["add", file]:
            request["add"] = str(_there(file))
        case ["keep" | "remove" | "show" | "add", *_]:
            raise UsageError(f"write: assistant gallery {options.what[0]} and one id (or file, to add)")
        case words:
            request["words"] = " ".join(words)
            return _listed(options, request)
    return carried_out(options, request)


def _listed(options: argparse.Namespace, request: dict[str, Any]) -> int:
    """Without a daemon straight from the disk: a house of its own would want to write there first."""
    config = configuration.load(configuration.find(options.config))
    if store.holder(config.state_dir).get("address"):
        return carried_out(options, request)
    from assistant.atelier import gallery_in
    from assistant.portfolio import listed

    logging_to_stderr(quiet=True)
    output = Output(as_json=options.json)
    for item in asyncio.run(listed(gallery_in(config.state_dir, config), request["words"])):
        output.tell(item)
    output.tell({"event": "done"})
    return 0


def _there(written: str) -> Path:
    if ADDRESS.match(written):
        raise UsageError(f"{written}: addresses are not taken; download the picture first")
    path = Path(written)
    if not path.is_file():
        raise UsageError(f"{path}: {'is no file' if path.exists() else 'there is no such file'}")
    return path.resolve()
