"""Other names of the house's areas: the living room is the lounge, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Fold = Callable[[str], str]
MOST_AREAS, MOST_NAMES = 200, 10


class AreaNames:
    """Areas by their other names; what the owner has written comes first. ``fold`` makes names comparable."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._own: dict[str, tuple[str, ...]] = {}
        self._found: dict[str, dict[str, tuple[str, ...]]] = {}
        self.by_name: dict[str, str] = {}
        """Other name → area, both folded."""

    def wish(self, own: Mapping[str, Sequence[str]]) -> None:
        """What the owner has written."""
        self._own = self._bounded(own)
        self._settle()

    def found(self, source: str, names: Mapping[str, Sequence[str]]) -> bool:
        """What a source knows, in place of what it knew before; whether that changed anything."""
        before = self.by_name
        self._found[source] = self._bounded(names)
        self._settle()
        return self.by_name != before

    def of(self, area: str) -> list[str]:
        """The other names of an area; one that means another area first is not among them."""
        at = self._fold(area)
        told = [name for known in self._known() for name in known.get(at, ())]
        return list(dict.fromkeys(name for name in told if self.by_name.get(self._fold(name)) == at))

    def _known(self) -> list[dict[str, tuple[str, ...]]]:
        return [self._own, *self._found.values()]

    def _bounded(self, names: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        known = list(names.items())[:MOST_AREAS]
        return {self._fold(area): tuple(others[:MOST_NAMES]) for area, others in known if self._fold(area)}

    def _settle(self) -> None:
        self.by_name = {}
        for known in self._known():
            for area, others in known.items():
                for name in filter(None, map(self._fold, others)):
                    if name != area:
                        self.by_name.setdefault(name, area)
