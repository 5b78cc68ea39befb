"""Frigate's cameras and zones: what they count, whether something moves, and their switches.

Events, reviews, pictures and what somebody said near a camera are not listened to: they are large, or
nobody's business here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Overheard,
    Part,
    Property,
    Reader,
    Risk,
    Role,
    Told,
    Values,
    decoded,
    slug,
    words,
)

TRUTHS = {"ON": True, "OFF": False}
WATCHING = frozenset({"enabled", "detect", "recordings", "motion"})
"""Without these a camera sees nothing."""
FEATURES: Mapping[str, Property] = {
    "motion": Property("motion_detection", bool),
    "motion_threshold": Property("motion_threshold", int, low=1, high=255),
    "motion_contour_area": Property("motion_contour_area", int, low=1, high=1000),
    "birdseye_mode": Property("birdseye_mode", str, options=("CONTINUOUS", "MOTION", "OBJECTS")),
}
"""Features that are not simply on or off, or whose names say too little."""
NOT_CAMERAS = frozenset({"notifications", "profile", "camera_activity", "onConnect", "model_state"})
SERVICE = "Frigate itself"
"""Beside the cameras; no camera's name has a space."""
DETECTIONS = Property("detections", float, "a second", role=Role.SENSOR, title="detections")
SPEED = Property("detector_time", float, "milliseconds", role=Role.SENSOR, title="detector time")
GLOBAL: Mapping[str, Property] = {
    "notifications": Property("notifications", bool, writable=True, role=Role.SETTING),
    "profile": Property("profile", str, writable=True, role=Role.SETTING, risk=Risk.COSTLY),
}
"""Beside the cameras: what is switched or chosen for all of them."""
VIEW = Property("view", str, writable=True, readable=False, role=Role.SETTING)


class Frigate(Overheard):
    """``topic`` is Frigate's ``topic_prefix``."""

    rank: ClassVar[int] = 70
    topic: str = "frigate"

    @hears("{topic}/+/+")
    def _counts(self, payload: bytes, topic: str) -> None:
        place, what = topic[len(self.topic) + 1 :].split("/")
        said = words(payload)
        if place in GLOBAL and what == "state":
            self.overhear(SERVICE, topic, payload)
        known = (what == "motion" and said in TRUTHS) or what == "review_status" or said.isdigit()
        if known and place not in NOT_CAMERAS:
            self.overhear(place, topic, payload)

    @hears("{topic}/+/+/active", "{topic}/+/+/state")
    def _switches(self, payload: bytes, topic: str) -> None:
        place = topic[len(self.topic) + 1 :].split("/")[0]
        if place not in NOT_CAMERAS:
            self.overhear(place, topic, payload, traits=["truth"] if words(payload) in TRUTHS else [])

    @hears("{topic}/+/audio/+")
    def _sounds(self, payload: bytes, topic: str) -> None:
        place, _, what = topic[len(self.topic) + 1 :].split("/")
        if what == "dBFS" or (words(payload) in TRUTHS and what not in ("set", "state")):
            self.overhear(place, topic, payload)

    @hears("{topic}/stats")
    def _stats(self, payload: bytes, topic: str) -> None:
        # With many cameras it is longer than what is kept; the house reads it whole.
        report = decoded(payload)
        self.overhear(SERVICE, topic, b"", traits=[f"key {key}" for key in report if key == "detectors"])

    def described(self, device: str, told: Told) -> Found | None:
        """A camera, a zone, or the service."""
        base = f"{self.topic}/{device}"
        unsupported: dict[str, str] = {}
        if device == SERVICE:
            parts, spoken = tuple(_service(self.topic, told)), "Frigate"
        else:
            place = Place(base, told)
            parts, unsupported = (place.part(),), place.unsupported
            spoken = device.replace("_", " ").replace("-", " ")
            kind = "camera" if place.camera else "zone"
            spoken = spoken if spoken.casefold().endswith((kind, "cam")) else f"{spoken} {kind}"
        return Found(
            id=f"frigate {device}",
            name=spoken,
            parts=parts,
            availability=(Availability(f"{self.topic}/available", _there),),
            model="Frigate",
            unsupported=unsupported,
        )


def _there(payload: bytes) -> bool | None:
    return {"online": True, "offline": False, "stopped": False}.get(words(payload))


def _service(topic: str, told: Told) -> Iterator[Part]:
    """How fast it looks; without detectors there is nothing to say."""

    def read(payload: bytes) -> Values:
        report = decoded(payload) if payload else {}
        values = {"detections": report["detection_fps"]} if "detection_fps" in report else {}
        times = [float(one["inference_speed"]) for one in report.get("detectors", {}).values()]
        return {**values, "detector_time": max(times)} if times else values

    for name, own in GLOBAL.items():
        if f"{topic}/{name}/state" in told.last:
            yield _global(f"{topic}/{name}", own)
    if "key detectors" in told.traits.get(f"{topic}/stats", ()):
        yield Part("stats", "sensor", (DETECTIONS, SPEED), {f"{topic}/stats": read}, role=Role.SENSOR)


def _global(base: str, own: Property) -> Part:
    def write(wanted: Values) -> list[Command]:
        return [Command(f"{base}/set", _order(own.name, wanted[own.name]))]

    reader = _as(own.name, TRUTHS.__getitem__ if own.type is bool else str)
    return Part(own.name, "setting", (own,), {f"{base}/state": reader}, write, role=Role.SETTING)


@dataclass(frozen=True)
class Place:
    """What one camera or zone has told."""

    base: str
    told: Told

    @property
    def camera(self) -> bool:
        """Zones only count."""
        return any(self._ending(topic).endswith(("motion", "/state")) for topic in self.told.last)

    def _ending(self, topic: str) -> str:
        return topic[len(self.base) + 1 :]

    def _features(self) -> Iterator[tuple[str, Property]]:
        """What is switched or set; a word that is neither on nor off is only for those that are known."""
        for topic in self.told.last:
            feature, slash, last = self._ending(topic).rpartition("/")
            if slash and last == "state":
                own = FEATURES.get(feature)
                if own is None and "truth" in self.told.traits.get(topic, ()):
                    own = Property(slug(feature), bool)
                if own is not None:
                    risk = Risk.COSTLY if feature in WATCHING else Risk.COMFORT
                    yield feature, own.but(writable=True, role=Role.SETTING, risk=risk)

    @property
    def unsupported(self) -> dict[str, str]:
        """What has a state that nothing is known about."""
        known = {feature for feature, _ in self._features()}
        states = {
            self._ending(topic).removesuffix("/state") for topic in self.told.last if topic.endswith("/state")
        }
        return {
            name: "its state is neither on nor off, and what it means is not known" for name in states - known
        }

    def part(self) -> Part:
        """All of it is one thing."""
        owned, readers = [], {}
        for topic in sorted(self.told.last):
            if (value := self._value(self._ending(topic))) is not None:
                own, meant = value
                owned.append(own)
                readers[topic] = _as(own.name, meant)
        places = {}
        for feature, own in self._features():
            owned.append(own)
            readers[f"{self.base}/{feature}/state"] = _as(own.name, TRUTHS.get if own.type is bool else str)
            places[own.name] = f"{self.base}/{feature}/set"
        if any(feature == "ptz_autotracker" for feature, _ in self._features()):
            owned.append(VIEW)
            places["view"] = f"{self.base}/ptz"
        kind = "camera" if self.camera else "sensor"

        def write(wanted: Values) -> list[Command]:
            return [Command(places[name], _order(name, value)) for name, value in wanted.items()]

        return Part(kind, kind, tuple(owned), readers, write)

    def _value(self, ending: str) -> tuple[Property, Callable[[str], Any]] | None:
        name, _, last = ending.partition("/")
        spoken = slug(name).replace("_", " ")
        if ending == "motion":
            return Property("motion", bool), TRUTHS.__getitem__
        if ending == "review_status":
            return Property("review", str, role=Role.SENSOR), str.lower
        if name == "audio" and last == "dBFS":
            return Property("loudness", float, "decibels", role=Role.DIAGNOSTIC), float
        if name == "audio" and last not in ("", "state", "active"):
            return Property(f"hears_{slug(last)}", bool, role=Role.SENSOR), TRUTHS.__getitem__
        if last == "active":
            return Property(
                f"active_{slug(name)}", int, role=Role.DIAGNOSTIC, title=f"count of active {spoken}"
            ), int
        if not last:
            role = (
                Role.DIAGNOSTIC if name == "all" else Role.MAIN
            )  # who is seen counts as much as that something moves
            return Property(slug(name), int, role=role, title=f"count of {spoken}"), int
        return None


def _as(name: str, meant: Callable[[str], Any]) -> Reader:
    def read(payload: bytes) -> Values:
        return {name: meant(words(payload))}

    return read


def _order(name: str, value: Any) -> str:
    """A view is one of the camera's own presets."""
    if name == "view":
        return f"preset_{slug(str(value))}"
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    return str(value)
