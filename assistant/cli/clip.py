"""`assistant clip` and `assistant cameras`: through the running daemon, or a house of their own."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from assistant.cli import finding
from assistant.cli.ask import asked_for
from assistant.cli.output import Output
from assistant.errors import UsageError
from assistant.vision.addresses import obstacle

ACCEPTED = ("http://", "https://")


def clip(options: argparse.Namespace) -> int:
    """Answer a question about what a camera has filmed, or about a film."""
    path = Path(os.path.expanduser(options.of))  # noqa: PTH111 -- Path's own raises where there is no such user
    web = options.of.startswith(ACCEPTED)
    missing = "" if web else obstacle(path)
    film = web or not missing
    if missing and ("/" in options.of or path.suffix in (".mp4", ".mov", ".avi", ".mkv", ".webm")):
        raise UsageError(f"{options.of}: {missing}")
    if options.save and film:
        raise UsageError("--save keeps a camera's clip; a film is there already")
    if not film and (options.begin or options.end):
        raise UsageError(
            "--from and --to are places in a film; of a camera, --at and --seconds say what is seen"
        )
    if options.seconds is not None and not 0 < options.seconds <= 120:
        raise UsageError("--seconds is more than 0 and at most 120")
    if options.fps is not None and not 0 < options.fps <= 24:
        raise UsageError("--fps is more than 0 and at most 24")
    if options.save and not options.save.parent.is_dir():
        raise UsageError(f"{options.save}: there is no folder {options.save.parent}")
    request = {
        "do": "clip",
        "of": str(path.resolve()) if film and "://" not in options.of else options.of,
        "film": film,
        "question": options.question or "",
        "seconds": options.seconds,
        "at": options.at,
        "save": str(options.save.resolve()) if options.save else "",
        "as": options.kind,
        "model": options.model,
        "fps": options.fps,
        "resolution": options.resolution,
        "from": options.begin,
        "to": options.end,
        "prepare": options.prepare,
    }
    return asked_for(options, request)


def cameras(options: argparse.Namespace) -> int:
    """Tell how the cameras are, or find some."""
    if options.find is not None:
        return finding.find(options.find, options.user, Output(as_json=options.json))
    if options.user:
        raise UsageError("--user goes with --find")
    return asked_for(options, {"do": "cameras"})
