"""Spoken name → devices, by name, alias, area and kind; refuses rather than guesses (P10)."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence

from assistant.device import Device
from assistant.errors import ToolError, UnknownDevice
from assistant.home.areas import AreaNames
from assistant.home.floors import RELATIVE, Floors
from assistant.home.here import Here
from assistant.rooms import asking_place
from assistant.tools.sentences import listed
from assistant.tools.table import Target

MAX_NAME, ROOM_FOR_NUMBER = 60, 6
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
    "temperature": ("temperature sensor", "thermostat"),
    "humidity": ("humidity sensor",),
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
        self.floors = Floors(folded)
        self.areas = AreaNames(folded)

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
        short = wanted[
            : MAX_NAME - ROOM_FOR_NUMBER
        ].strip()  # a number that is cut off would tell nobody apart
        choices = itertools.chain(
            [wanted, *([f"{area} {wanted}"] if area else [])], (f"{short} {n}" for n in itertools.count(2))
        )
        device.name = next((name for name in choices if folded(name) not in self._devices), wanted)
        self.add(device)

    def remove(self, device: Device) -> None:
        """Forget a device."""
        if self._devices.get(folded(device.name)) is device:
            del self._devices[folded(device.name)]

    def __len__(self) -> int:
        return len(self._devices)

    @property
    def devices(self) -> list[Device]:
        """All devices in the order they came."""
        return list(self._devices.values())

    def resolve(self, spoken: str, candidates: Mapping[str, Target]) -> tuple[str, list[Target]]:
        """A label for the answer and the devices meant, among those that have the tool.

        What the name alone does not tell is looked for in the room where it was said.

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
        here = HERE.within(self.devices, asking_place().area)
        if exact := [device for device in exact if device in here and device.name in candidates] or exact:
            return _one_of(exact, candidates)
        group = [device for device in self._group(wanted, here) if device.name in candidates]
        if group:
            label = group[0].name if len(group) == 1 else _label(spoken)
            return label, [candidates[device.name] for device in group]
        if asking_place().area and wanted:
            able = [device for device in self.devices if device.name in candidates]
            nearest = HERE.meant([device for device in able if device in here], wanted)
            if found := nearest or HERE.meant(able, wanted):
                return _one_of(found, candidates)
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
                wanted in (folded(name), folded(f"{area} {name}"), folded(f"{name} {area}"))
                for name in (device.name, *device.aliases)
                for area in (device.area, *self.areas.of(device.area))
            )
        ]

    def _group(self, wanted: str, here: Sequence[Device]) -> Sequence[Device]:
        """``all lights``, ``kitchen lights``, ``lights kitchen``, ``everything upstairs``.

        ``lights`` are those ``here``, when there are any.
        """
        if wanted in EVERYTHING:
            return self.devices
        area, inside = self._place(wanted)
        rest = f" {wanted} ".replace(f" {area} ", " ", 1).split() if area else wanted.split()
        rest = [word for word in rest if word != "all" and not (area and word == "on")]
        pool = [device for device in self.devices if not area or folded(device.area) in inside]
        if area and (rest == ["everything"] or (not rest and "all" in wanted.split())):
            return pool
        there = [d for d in pool if " ".join(rest) in map(folded, (d.name, *d.aliases))]
        if area and len(there) == 1:
            return there
        if len(rest) != 1 or not (area or "all" in wanted.split() or rest[0].endswith("s")):
            return []
        one = next((word for word in _singulars(rest[0]) if word in KIND_WORDS), rest[0].removesuffix("s"))
        kinds = KIND_WORDS.get(one, (rest[0], one))
        found = [device for device in pool if device.household_kind in kinds]
        near = [device for device in found if device in here]
        return found if area or "all" in wanted.split() else near or found

    def place_names(self, device: Target) -> list[str]:
        """What the area is called besides its name, and what the floor is, or may be, called: of a device."""
        area = str(getattr(device, "area", ""))
        floor = self.floors.of(area)
        above = [*self.floors.names(floor), *self.floors.perhaps(floor)] if floor else []
        return [*self.areas.of(area), *above]

    def _place(self, wanted: str) -> tuple[str, frozenset[str]]:
        """The longest name of an area or a floor in it, and the areas meant; "" when there is none.

        Raises:
            UnknownDevice: "upstairs" may be several floors.
        """
        places = self.floors.places(device.area for device in self.devices)
        for alias, area in self.areas.by_name.items():
            if area in places:
                places.setdefault(alias, frozenset({area}))
        floors = RELATIVE if self.floors.all else ()
        names = [name for name in (*places, *floors) if f" {name} " in f" {wanted} "]
        name = max(names, key=len, default="")
        if name and name not in places:
            return name, frozenset(map(folded, self.floors.meant(name).areas))
        return name, places.get(name, frozenset())

    def similar(self, spoken: str) -> list[str]:
        """The names of devices most like what was said."""
        return self._similar(folded(spoken[:200]), {device.name: device for device in self.devices})

    def _similar(self, wanted: str, candidates: Mapping[str, Target]) -> list[str]:
        """The names most like what was said: by spelling, then by a shared word."""
        by_fold = {folded(name): name for name in candidates}
        close = difflib.get_close_matches(wanted, by_fold, 3, cutoff=0.6)
        shared = [fold for fold in by_fold if set(fold.split()) & set(wanted.split())]
        return [by_fold[fold] for fold in dict.fromkeys([*close, *shared])][:3]


def _singulars(word: str) -> list[str]:
    """``lights`` → ``light``, ``switches`` → ``switch``, ``humidities`` → ``humidity``."""
    return [word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)]


HERE = Here(folded, KIND_WORDS)


def _one_of(found: Sequence[Device], candidates: Mapping[str, Target]) -> tuple[str, list[Target]]:
    """The one that is meant.

    Raises:
        UnknownDevice: it could be several.
    """
    names = [device.name for device in found]
    if len(found) == 1 and names[0] in candidates:
        return names[0], [candidates[names[0]]]
    raise UnknownDevice(f"Do you mean the {listed(names)}?", options=tuple(names))


def _label(spoken: str) -> str:
    words = cleaned(spoken).split()
    return " ".join(words) if words[:1] in (["all"], ["the"], ["both"]) else f"the {' '.join(words)}"
