"""Tools of strangers: they get no name that the house has, or will have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace

from assistant.tools.table import Tool

LONGEST_NAME = 64
"""Gemini takes no longer ones."""


class Guests:
    """Tools by the name of who offers them.

    Which name each has is found anew whenever somebody asks: the house's own come and go, and are never
    in a stranger's way.
    """

    def __init__(self) -> None:
        self._tools: dict[str, tuple[Tool, ...]] = {}

    def welcome(self, host: str, tools: Sequence[Tool]) -> None:
        """Offer these of that host, and no others of it."""
        self._tools.pop(host, None)
        if tools:
            self._tools[host] = tuple(tools)

    def named(self, taken: Container[str]) -> dict[str, Tool]:
        """Each under the name it can have: its own, else with its host's before it."""
        wanted = Counter(tool.name for tools in self._tools.values() for tool in tools)
        found: dict[str, Tool] = {}
        for host, tools in self._tools.items():
            for tool in tools:
                own = [tool.name] if wanted[tool.name] == 1 else []
                free = (
                    name
                    for name in (*own, f"{host}_{tool.name}"[:LONGEST_NAME])
                    if name not in taken and name not in found
                )
                if name := next(free, ""):
                    found[name] = replace(tool, declaration=replace(tool.declaration, name=name))
        return found
