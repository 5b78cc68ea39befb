"""Standard input is for whoever has started the program: to plugins, and what they start, it has ended."""

from __future__ import annotations

import getpass
import io
import os
import sys
from typing import TextIO

OURS = 0
"""The file descriptor of standard input."""
ENDED = 'standard input belongs to whoever started the house; a plugin asks with `await ask("…?")`'


class Withheld(io.TextIOBase):
    """What stands in the place of standard input; ``real`` is what it was."""

    def __init__(self, real: TextIO) -> None:
        self.real = real

    def readable(self) -> bool:
        """It looks like any other input."""
        return True

    def fileno(self) -> int:
        """An empty file."""
        return OURS

    def read(self, size: int | None = -1, /) -> str:
        """Nothing comes.

        Raises:
            EOFError: always; it says what to write instead.
        """
        raise EOFError(ENDED)

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        """As ``read``."""
        return self.read(size)


def withhold() -> None:
    """From now on only ``own_input`` gives what is typed; whoever else reads it gets an error."""
    if sys.stdin is None or isinstance(sys.stdin, Withheld):
        return
    kept = os.dup(OURS)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, OURS)
    os.close(nothing)
    sys.stdin = Withheld(os.fdopen(kept, encoding=sys.stdin.encoding, errors=sys.stdin.errors))


def own_input() -> TextIO:
    """Standard input, for ourselves."""
    return sys.stdin.real if isinstance(sys.stdin, Withheld) else sys.stdin


def own_secret(prompt: str) -> str:
    """A line that is not shown while it is typed."""
    before, sys.stdin = sys.stdin, own_input()  # of what getpass reads, where there is no /dev/tty
    try:
        return getpass.getpass(prompt)
    finally:
        sys.stdin = before
