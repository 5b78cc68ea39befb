"""What a bare word ("the light") means in the room where it was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from assistant.device import Device

Fold = Callable[[str], str]


class Here:
    """Devices that a word without a place may mean; ``kinds`` are what the words for kinds stand for."""

    def __init__(self, fold: Fold, kinds: Mapping[str, Sequence[str]]) -> None:
        self._fold, self._kinds = fold, kinds

    def within(self, devices: Iterable[Device], area: str) -> list[Device]:
        """Those of one area; none when nobody knows which."""
        wanted = self._fold(area)
        return [device for device in devices if wanted and self._fold(device.area) == wanted]

    def meant(self, devices: Sequence[Device], word: str) -> list[Device]:
        """Those whose name has the word or, when there is none, that are of such a kind."""
        wanted = set(word.split())
        named = [d for d in devices if any(wanted <= self._words(name) for name in (d.name, *d.aliases))]
        kinds = self._kinds.get(word, (word,))
        return named or [device for device in devices if device.household_kind in kinds]

    def _words(self, name: str) -> set[str]:
        return set(self._fold(name).split())
