"""What each Live model can and cannot be told; sending an unknown field hangs or ends the setup.

The facts are data (``data/models.json``, with the day they were read); a model that is not listed gets
the most careful row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Abilities:
    """One row of the table.

    ``declares_blocking``: a declaration must say BLOCKING for the model to wait for the result.
    ``holds_uplink``: realtime input while a tool call is pending ends the link (1008).
    ``async_tools``: it can go on while a slow tool works, and be told when to speak of the result.
    ``takes_updates``: instruction and tools can be changed within a link.
    ``reads_free``: what it is told costs nothing, so it may know the whole home.
    ``may_stay_silent``: it decides by itself whether it was meant; a turn without a word is no fault.
    ``answers_in_stages``: it may speak several times in one turn, which is over when it says so.
    ``reply_seconds``: nothing at all for so long after a question means that nobody is there.
    ``link_seconds``: a link is changed at a quiet moment before the server cuts it at this age.
    ``options``: keys of the gemini section that it knows; ``alpha_options`` need API version v1alpha.
    """

    declares_blocking: bool = False
    holds_uplink: bool = True
    async_tools: bool = False
    takes_updates: bool = False
    reads_free: bool = False
    may_stay_silent: bool = True
    answers_in_stages: bool = False
    reply_seconds: float = 6.0
    link_seconds: float = 8.5 * 60
    options: frozenset[str] = frozenset()
    alpha_options: frozenset[str] = frozenset()
    thinking_levels: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass(frozen=True)
class Retired:
    """A model that its maker has shut down."""

    since: str
    successor: str


def abilities(model: str, *, proactive: bool | None = None) -> Abilities:
    """The row of a model, with or without ``models/`` before it; one made ``proactive`` may stay silent."""
    name = model.removeprefix("models/")
    row = MODELS.get(_table()["aliases"].get(name, name), Abilities())
    return replace(row, may_stay_silent=True) if proactive else row


def retired(model: str) -> Retired | None:
    """When a model was shut down and what takes its place; None while it lives."""
    told = _table()["retired"].get(model.removeprefix("models/"))
    return Retired(**told) if told else None


def listed(model: str) -> bool:
    """Whether the table has this model."""
    name = model.removeprefix("models/")
    return name in MODELS or name in _table()["aliases"]


def known() -> list[str]:
    """Names of the models that a configuration may have."""
    return [name for name in MODELS if name != "embedded"]


def voices() -> list[str]:
    """Names of the voices that every model has; case counts."""
    return list(_table()["voices"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = (resources.files("assistant.live") / "data" / "models.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def _row(told: Mapping[str, Any]) -> Abilities:
    lists = {"options": frozenset, "alpha_options": frozenset, "thinking_levels": tuple}
    return Abilities(**{key: lists.get(key, _same)(value) for key, value in told.items()})


def _same(value: Any) -> Any:
    return value


MODELS = {name: _row(told) for name, told in _table()["models"].items()}
