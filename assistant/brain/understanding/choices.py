"""A tool's question which one is meant, and the short answer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from assistant.brain.home import Tool
from assistant.brain.understanding.meaning import Call
from assistant.brain.understanding.words import words

MOST_OPTIONS = 20
PLACED = ("on", "in")


@dataclass(frozen=True, slots=True)
class Choice:
    """A call that lacks one value, and what may stand there."""

    call: Call
    slot: str
    options: tuple[str, ...]

    def agreed(self) -> Call | None:
        """The call with what was offered, when that was one thing and somebody says yes to it."""
        if len(self.options) != 1:
            return None
        return Call(self.call.name, {**self.call.args, self.slot: self.options[0]})

    def made(self, content: Sequence[str]) -> Call | None:
        """The call with the one option that has all of these words; None when none or several have."""
        said = {_bare(word) for word in content}
        said = said - {self.slot, *PLACED} or said  # "on the kitchen screen"
        found = [option for option in self.options if said and said <= {_bare(w) for w in words(option)}]
        exact = [option for option in found if {_bare(word) for word in words(option)} == said]
        chosen = exact or found
        if len(chosen) != 1:
            return None
        return Call(self.call.name, {**self.call.args, self.slot: chosen[0]})


def left_open(call: Call, tool: Tool | None, response: Mapping[str, Any]) -> Choice | None:
    """The choice that a tool's answer leaves; None when it is no question."""
    error, options = response.get("error"), response.get("valid_options")
    if tool is None or not isinstance(error, str) or not isinstance(options, list | tuple) or not options:
        return None
    slot = _slot(tool, error)
    if not slot or not error.rstrip().endswith("?"):
        return None
    return Choice(call, slot, tuple(str(option) for option in options[:MOST_OPTIONS]))


def _slot(tool: Tool, question: str) -> str:
    """The text that is asked for: the one that the question names ("on which screen"), else the first."""
    texts = {
        name: schema
        for name, schema in tool.properties.items()
        if schema.get("type") == "string" and name != "device"
    }
    said = words(question)
    asked = [name for name in texts if ("which", name) in pairwise(said)]
    return next(iter(asked or (name for name, schema in texts.items() if not schema.get("enum"))), "")


def _bare(word: str) -> str:
    """Without the zero of a time and the plural of a name: 06 -> 6, minutes -> minute."""
    return word.lstrip("0").removesuffix("s") or "0"
