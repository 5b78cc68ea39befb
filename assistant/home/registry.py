"""Spoken name → devices, by name, alias, area and kind; refuses rather than guesses (P10)."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence

from assistant.device import Device
from assistant.errors import ToolError, UnknownDevice
from assistant.tools.sentences import listed
from assistant.tools.table import Target

MAX_NAME = 60
ALLOWED = re.compile(r"[^\w '&.\-]+")
LITTLE_WORDS = {"the", "my", "our", "a", "an", "in", "of", "please", "every", "each", "both", "whole"}
EVERYTHING = {"everything", "all devices", "all"}
BLINDS = ("blinds", "curtains", "shutter", "awning", "cover")
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "light": ("light", "dimmable light", "colour light"),
    "lamp": ("light", "dimmable light", "colour light"),
    **dict.fromkeys(("blind", "curtain", "shade", "shutter", "cover"), BLINDS),
    **dict.fromkeys(("switch", "plug", "outlet", "socket"), ("switch", "outlet")),
    "lock": ("lock",),
    "fan": ("fan",),
    "thermostat": ("thermostat",),
    "speaker": ("media player",),
    "vacuum": ("vacuum",),
    "sensor": ("door sensor", "window sensor", "motion sensor", "temperature sensor", "humidity sensor"),
    "door": ("door sensor", "lock"),
    "window": ("window sensor",),
}


def cleaned(name: str) -> str:
    """A device's name as it may enter a prompt: normal characters, one line, bounded length."""
    text = unicodedata.normalize("NFKC", name)
    text = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"\s+", " ", ALLOWED.sub(" ", text).replace("_", " ")).strip()[:MAX_NAME].strip()


def folded(text: str) -> str:
    """For comparing: case, accents and little words do not count."""
    plain = unicodedata.normalize("NFKD", cleaned(text)).encode("ascii", "ignore").decode() or cleaned(text)
    words = [word for word in plain.casefold().replace("-", " ").split() if word not in LITTLE_WORDS]
    return " ".join(words)


class Registry:
    """The devices of the home by every name they answer to."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}

    def add(self, device: Device) -> None:
        """Take a device in. Its name is cleaned; the same name in two areas gets the area put before it.

        Raises:
            ToolError: the name is empty or taken.
        """
        device.name = cleaned(device.name)
        device.area = cleaned(device.area)
        device.aliases = [alias for alias in map(cleaned, device.aliases) if alias]
        if not device.name:
            raise ToolError("A device needs a name of letters or digits.")
        twin = self._devices.get(folded(device.name))
        if twin is not None and folded(twin.area) != folded(device.area):
            self.remove(twin)
            for same in (twin, device):
                same.name = cleaned(f"{same.area} {same.name}")
            self._devices[folded(twin.name)] = twin
        if folded(device.name) in self._devices:
            raise ToolError(f"There are two devices called {device.name!r}; rename one of them.")
        self._devices[folded(device.name)] = device

    def admit(self, device: Device) -> None:
        """Take in a device that nobody has named with care: a name that is taken gets the area or a number.

        Raises:
            ToolError: its name has no letter and no digit.
        """
        wanted, area = cleaned(device.name), cleaned(device.area)
        choices = itertools.chain(
            [wanted, *([f"{area} {wanted}"] if area else [])], (f"{wanted} {n}" for n in itertools.count(2))
        )
        device.name = next((name for name in choices if folded(name) not in self._devices), wanted)
        self.add(device)

    def remove(self, device: Device) -> None:
        """Forget a device."""
        if self._devices.get(folded(device.name)) is device:
            del self._devices[folded(device.name)]

    @property
    def devices(self) -> list[Device]:
        """All devices in the order they came."""
        return list(self._devices.values())

    def resolve(self, spoken: str, candidates: Mapping[str, Target]) -> tuple[str, list[Target]]:
        """A label for the answer and the devices meant, among those that have the tool.

        Raises:
            UnknownDevice: nothing, or more than one thing, could be meant; with the best candidates.
            ToolError: the device exists but cannot do it.
        """
        wanted = folded(spoken[:200])
        exact = self._named(wanted)
        if len(exact) == 1:
            if exact[0].name not in candidates:
                raise ToolError(
                    f"The {exact[0].name} can't do that.", options=tuple(self._similar(wanted, candidates))
                )
            return exact[0].name, [candidates[exact[0].name]]
        if len(exact) > 1:
            names = [device.name for device in exact]
            raise UnknownDevice(f"Do you mean the {listed(names)}?", options=tuple(names))
        group = [device for device in self._group(wanted) if device.name in candidates]
        if group:
            label = group[0].name if len(group) == 1 else _label(spoken)
            return label, [candidates[device.name] for device in group]
        near = self._similar(wanted, candidates)
        hint = f" Do you mean the {' or the '.join(near)}?" if near else ""
        raise UnknownDevice(f"I don't know a device called {cleaned(spoken)}.{hint}", options=tuple(near))

    def _named(self, wanted: str) -> list[Device]:
        """By name; else by alias or area and name, which may fit several."""
        if wanted in self._devices:
            return [self._devices[wanted]]
        return [
            device
            for device in self.devices
            if any(
                wanted in (folded(name), folded(f"{device.area} {name}"), folded(f"{name} {device.area}"))
                for name in (device.name, *device.aliases)
            )
        ]

    def _group(self, wanted: str) -> Sequence[Device]:
        """``all lights``, ``kitchen lights``, ``lights kitchen``, ``everything hallway``."""
        if wanted in EVERYTHING:
            return self.devices
        areas = {folded(device.area) for device in self.devices if device.area}
        area = next((a for a in sorted(areas, key=len, reverse=True) if f" {a} " in f" {wanted} "), "")
        rest = f" {wanted} ".replace(f" {area} ", " ", 1).split() if area else wanted.split()
        rest = [word for word in rest if word != "all"]
        pool = [device for device in self.devices if not area or folded(device.area) == area]
        if area and (rest == ["everything"] or (not rest and "all" in wanted.split())):
            return pool
        if len(rest) != 1 or not (area or "all" in wanted.split() or rest[0].endswith("s")):
            return []
        kinds = KIND_WORDS.get(rest[0].removesuffix("s"), (rest[0], rest[0].removesuffix("s")))
        return [device for device in pool if device.household_kind in kinds]

    def similar(self, spoken: str) -> list[str]:
        """The names of devices most like what was said."""
        return self._similar(folded(spoken[:200]), {device.name: device for device in self.devices})

    def _similar(self, wanted: str, candidates: Mapping[str, Target]) -> list[str]:
        """The names most like what was said: by spelling, then by a shared word."""
        by_fold = {folded(name): name for name in candidates}
        close = difflib.get_close_matches(wanted, by_fold, 3, cutoff=0.6)
        shared = [fold for fold in by_fold if set(fold.split()) & set(wanted.split())]
        return [by_fold[fold] for fold in dict.fromkeys([*close, *shared])][:3]


def _label(spoken: str) -> str:
    words = cleaned(spoken).split()
    return " ".join(words) if words[:1] in (["all"], ["the"], ["both"]) else f"the {' '.join(words)}"
