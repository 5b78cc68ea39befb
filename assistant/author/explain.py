"""Why a sentence did not reach a plugin's tools, in the terms of its author."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.brain.understanding.kinds import HOUSE_VERBS
from assistant.home.registry import folded
from assistant.tools.declaring import SLOT as NAMED
from assistant.tools.table import Tool

SLOT = re.compile(r"\{[^{}=]*[}=]|\}")
"""What of a phrase's slot is not said."""
LEAST_ALIKE = 0.45


def why(sentence: str, tools: Sequence[Tool], calls: Sequence[dict[str, Any]], answer: str) -> Iterator[str]:
    """One line for each reason, the likeliest first; empty when one of the tools was called."""
    if any(_meant(tool, call) for tool in tools for call in calls):
        return
    if not tools:
        yield "The plugin has no tool, so no sentence can reach it; what it does, it does by itself."
        return
    for call in calls:
        whose = "which is not of this plugin"
        if tool := next((tool for tool in tools if tool.name == call["name"]), None):
            assert tool.device is not None, "one that is of no device is meant by its name alone"
            whose = f"for another device than {tool.device.name!r}"
        yield f"The sentence went elsewhere: {call['name']}({call['args']}), {whose}."
    yield from _nearest(sentence, tools)
    yield from _devices(sentence, tools)
    for tool in tools:
        house = tool.device is not None and tool.name in HOUSE_VERBS
        if not tool.declaration.phrases and not house:
            yield (
                f"{tool.name} has no phrases: the embedded brain finds it by nothing else (Gemini reads the "
                f'docstring). Write @tool(phrases=("…",)).'
            )
    if answer and not calls:
        yield f"The brain answered: {answer}"


def _meant(tool: Tool, call: dict[str, Any]) -> bool:
    own = tool.device is None or folded(str(call["args"].get("device", ""))) == folded(tool.device.name)
    return bool(call["name"] == tool.name) and own


def _nearest(sentence: str, tools: Sequence[Tool]) -> Iterator[str]:
    said = folded(sentence)
    phrases = [(tool, phrase) for tool in tools for phrase in tool.declaration.phrases]
    alike = sorted(phrases, key=lambda each: -_alike(said, each[1]))
    for tool, phrase in alike[:1]:
        if _alike(said, phrase) < LEAST_ALIKE:
            yield f"No phrase is like it; the nearest is {phrase!r} of {tool.name}. Add this one."
            return
        plain = set(folded(SLOT.sub(" ", phrase)).split())
        missing = sorted(plain - set(said.split()))
        if missing:
            yield f"The nearest phrase is {phrase!r} of {tool.name}; it lacks: {', '.join(missing)}."
            return
        yield from _slots(tool, phrase)


def _slots(tool: Tool, phrase: str) -> Iterator[str]:
    yield f"The phrase {phrase!r} of {tool.name} has all of these words; it must fit as a whole, in order."
    for parameter in tool.declaration.parameters:
        if parameter.name not in NAMED.findall(phrase):
            continue
        if parameter.options:
            yield f"{{{parameter.name}}} takes one of: {', '.join(parameter.options)}."
        elif parameter.type in ("integer", "number"):
            limits = "" if parameter.low is None else f" from {parameter.low:g} to {parameter.high:g}"
            yield f"{{{parameter.name}}} takes a number{limits}."
        elif parameter.type in ("array", "object"):
            yield f"{{{parameter.name}}} is a {parameter.type}: only Gemini can fill that in."


def _devices(sentence: str, tools: Sequence[Tool]) -> Iterator[str]:
    names = list(dict.fromkeys(tool.device.name for tool in tools if tool.device is not None))
    said = f" {folded(sentence)} "
    for name in names:
        if f" {folded(name)} " not in said:
            yield f"The sentence does not say {name!r}; name, alias or area is what it answers to."
        else:
            verbs = sorted(
                {tool.name for tool in tools if tool.device is not None and tool.device.name == name}
            )
            yield f"It names the {name}, which has the verbs: {', '.join(verbs)}."


def _alike(said: str, phrase: str) -> float:
    return difflib.SequenceMatcher(None, said.split(), folded(SLOT.sub("…", phrase)).split()).ratio()
