"""What each Live model can and cannot be told; sending an unknown field hangs or ends the setup.

Source of the facts: vendor pages and field reports of November 2026; a model that is not listed
gets the most careful row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Abilities:
    """One row of the table.

    ``declares_blocking``: a declaration must say BLOCKING for the model to wait for the result.
    ``holds_uplink``: realtime input while a tool call is pending ends the link (1008).
    ``reads_free``: what it is told costs nothing, so it may know the whole home.
    ``may_stay_silent``: it decides by itself whether it was meant; a turn without a word is no fault.
    ``reply_seconds``: nothing at all for so long after a question means that nobody is there.
    ``link_seconds``: a link is changed at a quiet moment before the server cuts it at this age.
    """

    declares_blocking: bool = False
    holds_uplink: bool = True
    reads_free: bool = False
    may_stay_silent: bool = True
    reply_seconds: float = 6.0
    link_seconds: float = 8.5 * 60


CAREFUL = Abilities()
MODELS = {
    "embedded": Abilities(
        holds_uplink=False, reads_free=True, may_stay_silent=False, reply_seconds=20.0, link_seconds=86_400.0
    ),
    "gemini-3.8-live": Abilities(declares_blocking=True, holds_uplink=False, link_seconds=50 * 60),
    "gemini-3.8-live-extended-thinking": Abilities(holds_uplink=False),
    "gemini-3.1-flash-live-preview": Abilities(),
    "gemini-2.5-flash-native-audio-preview-12-2025": Abilities(declares_blocking=True),
}


def abilities(model: str) -> Abilities:
    """The row of a model, with or without ``models/`` before it."""
    return MODELS.get(model.removeprefix("models/"), CAREFUL)
