"""The rooms of the house by name, and the one in which the present request was said."""

from __future__ import annotations

import difflib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from assistant.errors import ToolError

LITTLE_WORDS = {"the", "in", "my", "our", "room"}
MOST_NAMED = 5


@dataclass(frozen=True)
class Place:
    """A room as people call it, and the area whose devices are in it; both "" when nobody knows where."""

    room: str = ""
    area: str = ""

    @property
    def key(self) -> str:
        """Its name as it stands in topics and names of files: a to z, digits and ``_``."""
        plain = unicodedata.normalize("NFKD", self.room).encode("ascii", "ignore").decode().casefold()
        key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        return key or f"room_{zlib.crc32(self.room.casefold().encode()):08x}"


NOWHERE = Place()


class Rooms:
    """The places that the owner has named; a house without any is one room, whatever it is called."""

    def __init__(self, places: Sequence[Place] = ()) -> None:
        self.places = tuple(places)

    def named(self, spoken: str) -> Place:
        """The room of that name or area; NOWHERE when none was named, or the house is one room.

        Raises:
            ToolError: there is no such room; with the nearest names (P10).
        """
        wanted = _folded(spoken)
        if not spoken.strip() or not self.places:
            return NOWHERE
        for place in self.places:
            if wanted == _folded(place.room):
                return place
        if found := [place for place in self.places if wanted == _folded(place.area)]:
            return found[0]
        names = {_folded(place.room): place.room for place in self.places}
        close = [names[near] for near in difflib.get_close_matches(wanted, names, 3, 0.6)]
        offered = tuple(close or [place.room for place in self.places][:MOST_NAMED])
        raise ToolError(
            f"I don't know a room called {_shown(spoken)}. Do you mean the {' or the '.join(offered)}?",
            options=offered,
        )


def _folded(text: str) -> str:
    words = [word for word in text.casefold().replace("_", " ").split() if word not in LITTLE_WORDS]
    return " ".join(words) or text.casefold().strip()


def _shown(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:40]


_place: ContextVar[Place] = ContextVar("place", default=NOWHERE)


def asked_from(place: Place) -> None:
    """From now on, in this task and those that it starts, what is done was asked for there."""
    _place.set(place)


def asking_place() -> Place:
    """Where the present request was said; NOWHERE when it was typed, or nobody asked."""
    return _place.get()


def asked_in() -> str:
    """The room in which the request was said that this tool works for.

    "" when it was typed, or when nobody asked: in ``run()`` and in reactions.
    """
    return _place.get().room
