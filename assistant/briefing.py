"""What each brain is told about the house: everything when words are free, else as much as may be billed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant import prompts
from assistant.config import GeminiConfig
from assistant.home.catalogue import by_area, chosen, storeys
from assistant.home.furniture import Furniture
from assistant.home.search import NAME as SEARCH
from assistant.live.options import Options
from assistant.live.session import Briefing, Setup
from assistant.tokens import text_tokens
from assistant.tools.schema import Declaration, told_once

LEAST_CATALOGUE_TOKENS = 300
"""However many verbs a home has, some names must be left."""


@dataclass(frozen=True)
class Budget:
    """What a brief costs. ``named`` of the ``devices`` are listed, the others found by a search.

    ``tokens`` is an estimate of instruction, catalogue and declarations together.
    """

    devices: int
    named: int
    tokens: int


def setup(
    config: GeminiConfig,
    furniture: Furniture,
    lately: Sequence[str],
    *,
    thrifty: bool = False,
    hung: str = "",
) -> Setup:
    """What either brain is told when a link begins; ``lately`` are names of devices, the last used first;
    ``hung`` is when what is on a screen was hung there, ISO 8601 ("": nothing is)."""
    told, _ = brief(furniture, tokens=config.home_tokens, lately=lately)
    if thrifty:
        told = replace(told, instruction=f"{told.instruction}\n\n{prompts.THRIFTY}")
    return Setup(
        brief=told,
        whole=whole(furniture),
        lately=prompts.HUNG.format(at=hung) if hung else "",
        voice=config.voice,
        options=Options.of(config),
        trigger_tokens=config.trigger_tokens,
        connect_seconds=config.connect_seconds,
        rest_seconds=config.rest_minutes * 60,
    )


def whole(furniture: Furniture) -> Briefing:
    """All devices, and all options of every tool; there is nothing left to search for."""
    areas = by_area(furniture.registry.devices, furniture.registry.areas)
    return Briefing(
        prompts.instruction(areas, rooms=furniture.rooms, storeys=storeys(furniture.registry)),
        _without_search(furniture.table.declarations()),
    )


def brief(furniture: Furniture, *, tokens: int, lately: Sequence[str]) -> tuple[Briefing, Budget]:
    """As many devices as ``tokens`` allow in all; the others can be searched for."""
    tools = told_once([declared.brief() for declared in furniture.table.declarations()])
    devices, areas = furniture.registry.devices, furniture.registry.areas
    floors, rooms = storeys(furniture.registry), furniture.rooms
    bare = prompts.instruction({}, unlisted=1, rooms=rooms, storeys=floors)
    fixed = text_tokens(bare) + declared_tokens(tools) + text_tokens(", ".join(areas.by_name))
    named = chosen(devices, tokens=max(tokens - fixed, LEAST_CATALOGUE_TOKENS), lately=lately)
    unlisted = len(devices) - len(named)
    told = Briefing(
        prompts.instruction(by_area(named, areas), unlisted=unlisted, rooms=rooms, storeys=floors),
        tools if unlisted else _without_search(tools),
    )
    spent = text_tokens(told.instruction) + declared_tokens(told.declarations)
    return told, Budget(len(devices), len(named), spent)


def declared_tokens(tools: Sequence[Declaration]) -> int:
    """What the declarations cost, as JSON; of what is empty nothing is sent."""
    return sum(text_tokens(json.dumps(_sent(tool))) for tool in tools)


def _sent(tool: Declaration) -> dict[str, object]:
    parameters = {name: value for name, value in tool.schema().items() if value}
    told = {"name": tool.name, "description": tool.text()}
    return {**told, "parameters": parameters} if tool.parameters else dict(told)


def _without_search(tools: Sequence[Declaration]) -> list[Declaration]:
    return [tool for tool in tools if tool.name != SEARCH]
