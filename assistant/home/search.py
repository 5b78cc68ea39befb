"""Finding a device by a few words about it: for brains that were not told all of a large home."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from assistant.device import Device
from assistant.errors import UnknownDevice
from assistant.home.catalogue import by_area
from assistant.home.registry import Registry, folded
from assistant.prompts import areas_listed
from assistant.tools.declaring import declare
from assistant.tools.invoking import Answer
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Risk

NAME = "find_devices"
MOST_FOUND = 12
ALIKE = 0.8


def search_tool(registry: Registry) -> Tool:
    """The tool that looks for devices."""

    async def find_devices(words: str) -> Answer:
        """Look for devices that are not in the list, by words of their name, area or kind."""
        found = search(words, registry.devices, registry.place_names)
        if not found:
            rooms = ", ".join(dict.fromkeys(device.area for device in registry.devices if device.area))
            raise UnknownDevice(f"No device is like that. The areas are: {rooms or 'none'}.")
        return Answer(
            "; ".join(areas_listed(by_area(found, registry.areas))),
            {"devices": [device.name for device in found]},
        )

    return Tool(declare(find_devices, risk=Risk.READ, own_words=True), find_devices, "house")


def search(
    words: str, devices: Sequence[Device], places: Callable[[Device], Sequence[str]] = lambda _device: ()
) -> list[Device]:
    """Those that most of the words fit, the best first; ``places`` are the names of the floor one is on."""
    wanted = [_stem(word) for word in folded(words[:200]).split()]
    scores = {device.name: _score(wanted, device, places(device)) for device in devices}
    best = max(scores.values(), default=0.0)
    good = [device for device in devices if best and scores[device.name] >= best - 0.5]
    return sorted(good, key=lambda device: -scores[device.name])[:MOST_FOUND]


def _score(wanted: Sequence[str], device: Device, floors: Sequence[str]) -> float:
    about = [*floors, device.name, device.area, device.household_kind, *device.aliases]
    own = {_stem(word) for text in about for word in folded(text).split()}
    return sum(1.0 if word in own else 0.9 * bool(_near(word, own)) for word in wanted)


def _near(word: str, own: set[str]) -> list[str]:
    return difflib.get_close_matches(word, own, 1, cutoff=ALIKE)


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
