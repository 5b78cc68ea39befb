"""Whether a device is there, from one or more topics that say so."""

from __future__ import annotations

from assistant.devices.found import Found


class Presence:
    """What was last said on each availability topic, and what that means together."""

    def __init__(self, found: Found) -> None:
        self._mode = found.availability_mode
        self._told: dict[str, bool | None] = {one.topic: None for one in found.availability}
        self._last: bool | None = None

    @property
    def there(self) -> bool | None:
        """None until enough was said."""
        told = list(self._told.values())
        if self._mode == "latest":
            return self._last
        deciding = self._mode == "any"  # one True is enough for "any", one False for "all"
        if deciding in told:
            return deciding
        return (not deciding) if told and None not in told else None

    def set(self, topic: str, there: bool | None) -> None:
        """Somebody said so; None says nothing."""
        if there is not None:
            self._told[topic] = self._last = there

    def inherit(self, other: Presence) -> None:
        """Keep what was said about an earlier description of the same device."""
        for topic in self._told.keys() & other._told.keys():
            self._told[topic] = other._told[topic]
        self._last = other._last
