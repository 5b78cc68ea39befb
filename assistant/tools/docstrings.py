"""A tool's docstring: what it does, and under "Args:" what each parameter means."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ARGUMENTS = "Args:"
FOR_READERS = ("Returns:", "Raises:", "Yields:", "Note:", "Example:", "Examples:", "Attributes:")
"""Sections that say something to people who read the code, and nothing to a brain."""
ENTRY = re.compile(r"(\w+)(?:\s*\([^)]*\))?:\s*(.*)")


@dataclass(frozen=True)
class Described:
    """The description without its sections, and the text of each parameter that has one."""

    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def described(documented: Callable[..., Any] | type) -> Described:
    """Read a docstring in the form that is common: sections with a colon, their lines indented."""
    lines = (inspect.getdoc(documented) or "").splitlines()
    kept: list[str] = []
    arguments: list[str] = []
    section: list[str] = kept
    for line in lines:
        if line in (ARGUMENTS, *FOR_READERS):
            section = arguments if line == ARGUMENTS else []
        else:
            if line.strip() and not line.startswith(" "):
                section = kept
            section.append(line)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept).strip())
    return Described(text, dict(_entries(arguments)))


def _entries(lines: list[str]) -> Iterator[tuple[str, str]]:
    """``name: text``; what is indented further goes on with it."""
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    name, words = "", [""]
    for line in lines:
        begins = len(line) - len(line.lstrip()) == margin and ENTRY.fullmatch(line.strip())
        if begins:
            if name:
                yield name, " ".join(words).strip()
            name, words = begins[1], [begins[2]]
        else:
            words.append(line.strip())
    if name:
        yield name, " ".join(words).strip()
