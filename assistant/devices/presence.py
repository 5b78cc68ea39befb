"""Whether a device is there, from one or more topics that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from assistant.devices.found import Availability, Found, Mode, Part


class Presence:
    """What was last said on each availability topic, and what that means together."""

    __slots__ = ("_last", "_mode", "_told")

    def __init__(self, places: Sequence[Availability], mode: Mode) -> None:
        self._mode = mode
        self._told: dict[str, bool | None] = {one.topic: None for one in places}
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


class Whereabouts:
    """Whether a device is there, and those of its parts that say it for themselves."""

    __slots__ = ("_deciding", "_device", "_found", "_own", "_parts")

    def __init__(self, found: Found, parts: Sequence[Part]) -> None:
        self._found = found
        self._device = Presence(found.availability, found.availability_mode)
        self._parts = [part for part in parts if part.availability is not None]
        self._own = {
            part.id: Presence(part.availability or (), part.availability_mode) for part in self._parts
        }
        main = parts[0]
        # A lamp is there or not, whatever its thermometer says; a weather station while any of its values is.
        self._deciding = [main.id] if main.write or main.actions else [part.id for part in parts]

    def of(self, part: Part) -> bool | None:
        """Whether one part is there; None when nobody has said so."""
        return self._own.get(part.id, self._device).there

    @property
    def there(self) -> bool | None:
        """Whether the device is."""
        if not self._own:
            return self._device.there
        told = [self._own.get(id, self._device).there for id in self._deciding]
        return True if True in told else None if None in told else False

    @property
    def absent(self) -> frozenset[str]:
        """Ids of the parts that have said for themselves that they are not there."""
        return frozenset(id for id, own in self._own.items() if own.there is False)

    def places(self) -> Iterator[tuple[Availability, Callable[[bool | None], None]]]:
        """Where to listen, and who takes what is said there."""
        for places, own in [
            (self._found.availability, self._device),
            *((part.availability or (), self._own[part.id]) for part in self._parts),
        ]:
            for place in places:
                yield place, partial(own.set, place.topic)

    def say(self, there: bool) -> None:
        """The device came or went, said some other way than on a topic."""
        self._device.set("", there)

    def inherit(self, other: Whereabouts) -> None:
        """Keep what was said about an earlier description of the same device."""
        self._device.inherit(other._device)
        for id, own in self._own.items():
            own.inherit(other._own.get(id, other._device))
