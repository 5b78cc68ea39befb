"""WLED lights by their MQTT topics: ``<base>/<device>/g``, ``/c``, ``/v`` and ``/status``.

A light tells its brightness, its first colour and its effect's number; the effects' names are WLED 0.15's.
"Publish on brightness changes" (``/g``, ``/c``, ``/v``) is on unless somebody switched it off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Overheard,
    Part,
    Property,
    Role,
    Told,
    Values,
    colours,
    properties,
    words,
)

EFFECTS: Mapping[str, int] = {
    "solid": 0, "blink": 1, "breathe": 2, "wipe": 3, "random colors": 5, "colorloop": 8, "rainbow": 9,
    "scan": 10, "fade": 12, "theater": 13, "running": 15, "twinkle": 17, "sparkle": 20, "strobe": 23,
    "chase": 28, "colorful": 34, "traffic light": 35, "aurora": 38, "fireworks": 42, "rain": 43,
    "fire flicker": 45, "lightning": 57, "pride 2015": 63, "fire 2012": 66, "lake": 75, "meteor": 76,
    "ripple": 79, "glitter": 87, "candle": 88, "bouncing balls": 91, "sinelon": 92, "popcorn": 95,
    "plasma": 97, "heartbeat": 100, "pacifica": 101, "candle multi": 102, "sunrise": 104, "noise pal": 107,
}  # fmt: skip
"""By WLED's own numbers, which never change."""
NUMBERED = {number: name for name, number in EFFECTS.items()}
TAG = re.compile(rb"<([a-z]{2})>([^<]{0,64})</\1>")
COLOUR = re.compile(r"#?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
MAC = re.compile(r"[0-9a-f]{12}")
PRESET = Property("preset", int, low=1, high=250, writable=True, role=Role.SETTING, title="preset number")
SPEED = Property("effect_speed", int, "percent", 0, 100, writable=True, tolerance=1, role=Role.SETTING)
STRENGTH = SPEED.but(name="effect_intensity")


class Wled(Overheard):
    """``topic`` is the base of the device topics; WLED's own default is ``wled``."""

    rank: ClassVar[int] = 70
    topic: str = "wled"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._names: dict[str, str] = {}

    @hears("{topic}/+/status", "{topic}/+/g", "{topic}/+/c")
    def _says(self, payload: bytes, topic: str) -> None:
        # "wled/all" is where a whole group listens; nobody reports there.
        self.overhear(topic.split("/")[-2], topic, payload)

    @hears("{topic}/+/v")
    def _tells(self, payload: bytes, topic: str) -> None:
        device, values = topic.split("/")[-2], _tags(payload)
        self.overhear(device, topic, payload, traits=values)
        if self.told(device) and self._names.get(device) != (name := values.get("ds", "")):
            self._names[device] = name
            self.again(device)

    def described(self, device: str, told: Told) -> Found | None:
        """A light, once it has said anything but that it is there."""
        base = f"{self.topic}/{device}"
        if not {f"{base}/{ending}" for ending in ("g", "c", "v")} & told.last.keys():
            return None
        traits = told.traits.get(f"{base}/v", set())
        owned = [properties.ON, properties.BRIGHTNESS, properties.COLOR.but(options=colours.NAMES)]
        readers = {f"{base}/g": _level, f"{base}/c": _coloured}
        if {"fx", "ac"} <= traits:
            owned += [properties.EFFECT.but(options=tuple(EFFECTS)), SPEED, STRENGTH, PRESET]
            readers[f"{base}/v"] = _state
        light = Part(
            "light", "light", tuple(owned), readers, lambda wanted: _orders(base, wanted),
        )  # fmt: skip
        named = self._names.get(device, "")
        return Found(
            id=f"wled {device}",
            name=named if named and named != "WLED" else f"WLED {device}",
            parts=(light,),
            availability=(Availability(f"{base}/status", _there),),
            same_as=frozenset({device.lower()} if MAC.fullmatch(device.lower()) else ()),
            model="WLED",
            unsupported={} if {"fx", "ac"} <= traits else {"effect": "it has not told its state on /v yet"},
        )


def _there(payload: bytes) -> bool | None:
    return {"online": True, "offline": False}.get(words(payload))


def _level(payload: bytes) -> Values:
    """0 is off; the brightness to come back to is not told then."""
    level = float(words(payload))
    return {"on": level > 0, "brightness": level / 2.55}


def _coloured(payload: bytes) -> Values:
    text = words(payload)
    if not COLOUR.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is no colour")
    return {"color": colours.named_hex(text)}


def _tags(payload: bytes) -> dict[str, str]:
    """The elements of the XML that hold text; the first of each, more of them are a colour's other parts."""
    found: dict[str, str] = {}
    for match in TAG.finditer(payload):
        found.setdefault(match[1].decode(), match[2].decode(errors="replace").strip())
    return found


def _state(payload: bytes) -> Values:
    """The state as the XML has it.

    Raises:
        LookupError, ValueError: it is not WLED's.
    """
    values = _tags(payload)
    told: dict[str, Any] = dict(_level(values["ac"].encode()))
    rgb = [float(match[2]) for match in TAG.finditer(payload) if match[1] == b"cl"]
    if len(rgb) == 3:
        told["color"] = colours.named_rgb(*rgb)
    told["effect"] = NUMBERED.get(int(values["fx"]), f"effect {int(values['fx'])}")
    for tag, name in (("sx", "effect_speed"), ("ix", "effect_intensity")):
        if tag in values:
            told[name] = float(values[tag]) / 2.55
    if "ps" in values:
        told["preset"] = int(values["ps"]) if int(values["ps"]) > 0 else None
    return told


def _orders(base: str, wanted: Values) -> list[Command]:
    """Everything in one message of the JSON API: a fade is one fade."""
    state: dict[str, Any] = {}
    if "on" in wanted:
        state["on"] = bool(wanted["on"])
    if "brightness" in wanted:
        state["on"], state["bri"] = wanted["brightness"] > 0, max(round(wanted["brightness"] * 2.55), 1)
    segment: dict[str, Any] = {}
    if "color" in wanted:
        segment["col"] = [list(colours.rgb_of(str(wanted["color"])))]
        segment["fx"] = EFFECTS["solid"]  # most effects have colours of their own
    if "effect" in wanted:
        segment["fx"] = EFFECTS[str(wanted["effect"])]
    for name, key in (("effect_speed", "sx"), ("effect_intensity", "ix")):
        if name in wanted:
            segment[key] = round(wanted[name] * 2.55)
    if "preset" in wanted:
        state["ps"] = wanted["preset"]
    return [Command(f"{base}/api", json.dumps({**state, **({"seg": segment} if segment else {})}))]
