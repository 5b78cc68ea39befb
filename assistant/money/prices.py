"""Prices per million tokens, with the day they were read; the unknown is billed at the dearest rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Tokens:
    """Tokens of one turn by what they carried; ``unknown`` is what the server did not split."""

    text_in: int = 0
    audio_in: int = 0
    picture_in: int = 0
    unknown_in: int = 0
    text_out: int = 0
    audio_out: int = 0
    unknown_out: int = 0


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens of the models whose names begin like this, as of ``read_on``."""

    model: str
    text_in: float
    audio_in: float
    picture_in: float
    text_out: float
    audio_out: float
    read_on: str = ""

    def of(self, tokens: Tokens) -> float:
        """What these tokens cost, in dollars."""
        into = (self.text_in, self.audio_in, self.picture_in)
        out = (self.text_out, self.audio_out)
        return (
            tokens.text_in * self.text_in
            + tokens.audio_in * self.audio_in
            + tokens.picture_in * self.picture_in
            + tokens.unknown_in * max(into)
            + tokens.text_out * self.text_out
            + tokens.audio_out * self.audio_out
            + tokens.unknown_out * max(out)
        ) / MILLION


FREE = Price("embedded", 0.0, 0.0, 0.0, 0.0, 0.0)


def price_of(model: str, prices: Sequence[Price]) -> Price:
    """The price of a model: its own, that of the longest beginning of its name, else the dearest of all."""
    name = model.removeprefix("models/")
    if name == FREE.model or not prices:
        return FREE if name == FREE.model else _UNKNOWN
    fitting = [price for price in prices if name.startswith(price.model)]
    if fitting:
        return max(fitting, key=lambda price: (len(price.model), price.read_on))
    return max(prices, key=lambda price: price.audio_out)


_UNKNOWN = Price("unknown", 10.0, 10.0, 10.0, 50.0, 50.0)
"""Somebody has emptied the table of prices; dearer than any Live model of 2026, so that limits still hold."""
