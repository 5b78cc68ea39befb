"""What each kind of thing is called, and which house verb a wish becomes for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.brain.understanding.tables import bag


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds that are spoken of and handled alike."""

    name: str
    singular: tuple[str, ...]
    plural: tuple[str, ...]
    verbs: Mapping[str, str]
    level: str = ""
    """Verb that takes an absolute value."""
    value: str = ""
    """Parameter of that verb."""
    unit: str = "percent"
    property: str = ""
    """What "up" and "down" move."""
    group: str = ""
    """Plural that the house resolves by itself ("all lights")."""


def _family(name: str, nouns: str, verbs: str, **more: str) -> Family:
    singular, _, plural = nouns.partition("/")
    pairs = (entry.split("=") for entry in verbs.split())
    return Family(
        name,
        tuple(noun.strip() for noun in singular.split(",") if noun.strip()),
        tuple(noun.strip() for noun in plural.split(",") if noun.strip()),
        dict(pairs),
        **more,
    )


POWER = "on=turn_on off=turn_off"
FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        _family(
            "light",
            "light, lamp, bulb/lights, lamps, bulbs, lighting",
            f"{POWER} up=change_brightness down=change_brightness",
            level="turn_on",
            value="brightness",
            property="brightness",
            group="lights",
        ),
        _family(
            "switch",
            "switch, plug, socket, outlet/switches, plugs, sockets, outlets",
            f"{POWER} start=turn_on stop=turn_off",
        ),
        _family("heater", "heater, heating/heaters", f"{POWER} start=turn_on stop=turn_off"),
        _family(
            "blinds",
            "blind, curtain, shade, shutter/blinds, curtains, shades, shutters, drapes",
            "open=open up=open close=close down=close stop=stop",
            level="set_position",
            value="position",
            property="position",
            group="blinds",
        ),
        _family(
            "thermostat",
            "thermostat, heating, temperature, heat, climate/thermostats",
            f"{POWER} up=change_temperature down=change_temperature",
            level="set_temperature",
            value="temperature",
            unit="degrees",
            property="temperature",
        ),
        _family("lock", "lock, door/locks, doors", "lock=lock unlock=unlock"),
        _family(
            "fan",
            "fan, ventilator/fans, ventilators",
            f"{POWER} start=turn_on stop=turn_off up=set_speed down=set_speed",
            level="set_speed",
            value="speed",
            property="speed",
        ),
        _family(
            "media player",
            "media player, player, music, tv, speaker, stereo, radio/media players, speakers, tvs",
            f"{POWER} play=play start=play pause=pause stop=pause next=next_track previous=previous_track "
            "up=change_volume down=change_volume mute=set_volume",
            level="set_volume",
            value="volume",
            property="volume",
        ),
        _family(
            "vacuum",
            "vacuum, vacuum cleaner, robot, hoover, robot vacuum, vacuum robot/vacuums",
            "start=start_cleaning clean=start_cleaning on=start_cleaning "
            "dock=return_to_dock off=return_to_dock stop=return_to_dock pause=return_to_dock",
        ),
        _family(
            "mower",
            "mower, lawn mower, lawnmower/mowers, lawn mowers",
            "start=start_mowing on=start_mowing dock=return_to_dock off=return_to_dock stop=stop pause=pause",
        ),
        _family("door sensor", "door, door sensor/doors, door sensors", ""),
        _family("window sensor", "window, window sensor/windows, window sensors", ""),
        _family("motion sensor", "motion, motion sensor, movement/motion sensors", ""),
        _family("temperature sensor", "temperature, temperature sensor, thermometer/temperatures", ""),
        _family("humidity sensor", "humidity, humidity sensor/humidities", ""),
    )
}
ANY = _family(
    "device",
    "/",
    f"{POWER} open=open close=close stop=stop lock=lock unlock=unlock play=play pause=pause start=turn_on",
)
LIKE = {
    "dimmable light": "light",
    "colour light": "light",
    "color light": "light",
    "lamp": "light",
    "curtain": "blinds",
    "curtains": "blinds",
    "blind": "blinds",
    "shutter": "blinds",
    "cover": "blinds",
    "awning": "blinds",
    "air conditioner": "thermostat",
    "water heater": "thermostat",
    "air purifier": "fan",
    "plug": "switch",
    "outlet": "switch",
    "tv": "media player",
    "speaker": "media player",
    "climate": "thermostat",
    "contact sensor": "door sensor",
}
MOVED_BY: Mapping[str, str] = {
    **{entry.property: entry.name for entry in FAMILIES.values() if entry.property},
    "colour": "light",
    "track": "media player",
}
"""Family whose property this is."""
RISKY = frozenset({"unlock", "open", "disarm"})
"""Verbs that let somebody in; blinds are the exception that may open."""
HOUSE_VERBS = bag(
    """
    turn_on turn_off change_brightness open close stop set_position set_temperature change_temperature
    lock unlock set_speed play pause next_track previous_track set_volume change_volume start_cleaning
    return_to_dock get_state get_time get_date
    """
)


def family(kind: str) -> Family:
    """The family of a kind; kinds of plugins we do not know can do whatever they declare."""
    return FAMILIES.get(LIKE.get(kind, kind), ANY)


def has_colour(kind: str) -> bool:
    """Only a light whose kind says so can change its colour."""
    return "colour" in kind or "color" in kind


def has_brightness(kind: str) -> bool:
    """A plain light can only be on or off."""
    return family(kind).name == "light" and kind != "light"
