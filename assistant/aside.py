"""State that cannot be read is set aside and told once; the house goes on with a new one.

A power cut can leave a file empty, full of zeros or cut short; a memory card can lose any of it; a restored
backup can be a newer version's or another user's. Whatever it is, nothing is overwritten: it may be rescued.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

log = logging.getLogger(__name__)

BROKEN = ".broken"
MOST = 9
"""So many of one name are kept beside each other; the last one gives way."""
NONSENSE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What making something of a file's content may raise."""
BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file, and what is worth nothing without it."""

T = TypeVar("T")


def set_aside(path: Path, why: object) -> str:
    """Move a file, or whatever is in its place, out of the way; the sentence for whoever should know."""
    aside = next(
        name for number in range(1, MOST + 1) if not (name := _named(path, number)).exists() or number == MOST
    )
    try:
        path.replace(aside)
        os.utime(aside)  # from now on it has its days, however old it was
        for ending in BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as error:
        return f"{path} could not be read ({why}), nor set aside ({error.strerror}); move it away by hand."
    return f"{path} could not be read ({why}) and was set aside as {aside.name}; a new one is begun."


def _named(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}{BROKEN}{f'-{number}' if number > 1 else ''}")


def restored(
    path: Path | None,
    made: Callable[[Any], T],
    new: T,
    *,
    instead: T | None = None,
    parse: Callable[[bytes], Any] = json.loads,
) -> T:
    """What was ``made`` of the JSON in a file; ``new`` where there is no file, or no path.

    One that cannot be read, or of which nothing can be made, is set aside, told in the log, and answered
    with ``instead`` (``new`` unless given).
    """
    if path is None:
        return new
    try:
        return made(parse(_content(path)))
    except FileNotFoundError:
        return new
    except (IsADirectoryError, PermissionError) as error:
        log.warning("%s", set_aside(path, error.strerror))
    except OSError as error:  # the disk's trouble, or a shortage of ours: the file may be good
        log.warning("%s cannot be read now: %s", path, error.strerror)
    except NONSENSE as error:
        log.warning("%s", set_aside(path, error))
    return new if instead is None else instead


def _content(path: Path) -> bytes:
    """What is in a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is empty, or as good as: what a power cut leaves.
    """
    data = path.read_bytes()
    if not data.strip(b"\0"):
        raise ValueError(f"{'nothing but zeros' if data else 'nothing'} is in it")
    return data
