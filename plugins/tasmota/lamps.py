"""Lamps of a Tasmota device: one of all channels, one for each, or a colour and a white."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.api.sources import Command, Part, Reader, Values, Writer, colours, decoded, properties

from .announced import Announced

DIMMER, WHITES, RGB, RGBW, RGBCCT = 1, 2, 3, 4, 5
CHANNELS = "68"
"""SetOption68: each channel is a lamp of its own."""


@dataclass(frozen=True)
class Keys:
    """What one lamp is called in reports and commands."""

    power: str
    level: str = "Dimmer"
    kind: int = DIMMER


def lamps(device: Announced, relays: Sequence[int]) -> Iterator[Part]:
    """All lamps behind these relays (their numbers)."""
    kind = int(device.config.get("lt_st", 0))
    if not relays:
        return
    if device.option(CHANNELS):
        for channel, number in enumerate(relays, 1):
            yield _light(device, number, Keys(device.power(number), f"Channel{channel}"))
    elif kind in (RGBW, RGBCCT) and not device.config.get("lk", 1) and len(relays) > 1:
        colour, white, *_ = relays
        yield _light(device, colour, Keys(device.power(colour), "Dimmer1", RGB))
        yield _light(
            device, white, Keys(device.power(white), "Dimmer2", WHITES if kind == RGBCCT else DIMMER)
        )
    else:
        yield _light(device, relays[0], Keys(device.power(relays[0]), kind=kind))


def _light(device: Announced, number: int, keys: Keys) -> Part:
    fields = [properties.ON]
    if keys.kind >= DIMMER:
        fields.append(properties.BRIGHTNESS)
    if keys.kind in (WHITES, RGBCCT):
        fields.append(properties.COLOR_TEMPERATURE.but(low=2000, high=6536))
    if keys.kind in (RGB, RGBW, RGBCCT):
        fields.append(properties.COLOR.but(options=colours.NAMES))
    topic = device.topic(0, "Backlog")
    ident = "light" if keys.level == "Dimmer" else f"light_{number + 1}"
    return Part(
        ident, "light", tuple(fields), device.readers(_lit(device, keys)), _lighting(keys, topic),
        topics=frozenset({topic}), name=device.name(number),
    )  # fmt: skip


def _lit(device: Announced, keys: Keys) -> Reader:
    def read(payload: bytes) -> Values:
        report = decoded(payload)
        values: dict[str, Any] = {}
        if keys.power in report:
            values["on"] = device.switched(report[keys.power])
        if keys.level in report:
            values["brightness"] = report[keys.level]
        hue, saturation, _ = map(float, str(report.get("HSBColor", "0,0,0")).split(","))
        white = "CT" in report and saturation == 0
        if "CT" in report:
            lit = white or keys.kind == WHITES
            values["color_temperature"] = colours.kelvin(report["CT"]) if lit else None
        if "HSBColor" in report:
            values["color"] = None if white and keys.kind != RGB else colours.named_hs(hue, saturation)
        return values

    return read


def _lighting(keys: Keys, topic: str) -> Writer:
    def write(wanted: Values) -> list[Command]:
        if wanted.get("on") is False:
            return [Command(topic, f"{keys.power} OFF")]
        orders = [f"{keys.power} ON"] if wanted.get("on") else []
        if "color" in wanted:
            hue, saturation = colours.hs_of(str(wanted["color"]))
            orders += [f"HSBColor1 {hue:.0f}", f"HSBColor2 {saturation:.0f}"]
        if "color_temperature" in wanted:
            orders.append(f"CT {round(1_000_000 / wanted['color_temperature'])}")
        if "brightness" in wanted:
            orders.append(f"{keys.level} {wanted['brightness']}")
        return [Command(topic, ";".join(f"NoDelay;{order}" for order in orders))]

    return write
