"""Home Assistant's domains as household kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistant.api.sources import Property, Role, Values, classes, colours, properties, slug

from .sketch import Attributes, Call, Read, Sketch, Unsupported, attribute, truth

COVERS: Mapping[str, str] = {
    "awning": "awning",
    "curtain": "curtains",
    "damper": "damper",
    "door": "door",
    "garage": "garage door",
    "gate": "gate",
    "shutter": "shutter",
    "window": "window",
}
COLOUR_MODES = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})


def light(sketch: Sketch) -> str:
    """Everything wished at once is one call: a fade is one fade."""
    modes = set(sketch.words("supported_color_modes"))
    sketch.has(properties.ON, lambda state, _: truth(state))
    if modes - {"onoff", "unknown"}:
        sketch.has(properties.BRIGHTNESS, attribute("brightness", lambda level: level / 2.55))
    if "color_temp" in modes:
        low, high = sketch.number("min_color_temp_kelvin", 2000), sketch.number("max_color_temp_kelvin", 6500)
        own = properties.COLOR_TEMPERATURE.but(low=low, high=high)
        sketch.has(own, _while("color_temp", attribute("color_temp_kelvin")))
    if modes & COLOUR_MODES:
        sketch.has(properties.COLOR, attribute("rgb_color", lambda rgb: colours.named_rgb(*rgb)))
    if effects := sketch.words("effect_list"):
        sketch.has(properties.EFFECT.but(options=effects), attribute("effect"))
    sketch.write_all = _lit
    return "light"


def _while(mode: str, read: Read) -> Read:
    """The value counts only while the lamp is in this colour mode."""
    return lambda state, attributes: read(state, attributes) if attributes.get("color_mode") == mode else None


def _lit(wanted: Values) -> list[Call]:
    if wanted.get("on") is False or wanted.get("brightness") == 0:
        return [("light.turn_off", {})]
    data: dict[str, Any] = {}
    if "brightness" in wanted:
        data["brightness_pct"] = round(wanted["brightness"])
    if "color" in wanted:
        data["rgb_color"] = list(colours.rgb_of(str(wanted["color"])))
    if "color_temperature" in wanted:
        data["color_temp_kelvin"] = round(wanted["color_temperature"])
    if "effect" in wanted:
        data["effect"] = wanted["effect"]
    return [("light.turn_on", data)]


def switch(sketch: Sketch) -> str:
    """On and off."""
    sketch.has(properties.ON, lambda state, _: truth(state))
    sketch.switches("on", "turn_on", "turn_off")
    return "outlet" if sketch.about == "outlet" else "siren" if sketch.domain == "siren" else "switch"


def lock(sketch: Sketch) -> str:
    """A code is not asked for: unlocking is refused on a spoken word anyway."""
    sketch.has(properties.LOCKED, lambda state, _: {"locked": True, "unlocked": False}.get(state))
    sketch.switches("locked", "lock", "unlock")
    return "lock"


def cover(sketch: Sketch) -> str:
    """Position and tilt in percent, 100 is open, as with us."""
    prefix = "valve" if sketch.domain == "valve" else "cover"
    sketch.has(properties.OPEN, lambda state, _: {"open": True, "closed": False}.get(state))
    for feature, action in ((1, "open"), (2, "close"), (8, "stop")):
        if sketch.can(feature):
            sketch.does(action, f"{action}_{prefix}")
    if sketch.can(4) or "current_position" in sketch.attributes:
        sketch.has(properties.POSITION, attribute("current_position"))
    if sketch.can(4):
        sketch.sets("position", f"set_{prefix}_position", "position", round)
    if sketch.can(128):
        sketch.has(properties.TILT, attribute("current_tilt_position"))
        sketch.sets("tilt", "set_cover_tilt_position", "tilt_position", round)
    return "valve" if prefix == "valve" else COVERS.get(sketch.about, "blinds")


def climate(sketch: Sketch) -> str:
    """Its temperatures are in its home's unit."""
    inward = classes.celsius if sketch.fahrenheit else float
    outward = classes.fahrenheit if sketch.fahrenheit else float
    modes, service = ("hvac_modes", "set_hvac_mode") if sketch.domain == "climate" else ("operation_list", "")
    if sketch.can(1):
        low, high = sketch.number("min_temp", 7), sketch.number("max_temp", 35)
        own = properties.TARGET.but(
            low=inward(low), high=inward(high), step=sketch.number("target_temp_step", 0.5)
        )
        sketch.has(own, attribute("temperature", inward))
        sketch.sets("target", "set_temperature", "temperature", outward)
    if "current_temperature" in sketch.attributes:
        sketch.has(properties.TEMPERATURE, attribute("current_temperature", inward))
    if "current_humidity" in sketch.attributes:
        sketch.has(properties.HUMIDITY, attribute("current_humidity"))
    if options := sketch.words(modes):
        sketch.has(properties.MODE.but(options=options), lambda state, _: state)
        if service:
            sketch.sets("mode", service, "hvac_mode")
        else:
            sketch.sets("mode", "set_operation_mode", "operation_mode")
    if sketch.can(8) and (options := sketch.words("fan_modes")):
        sketch.has(properties.FAN_MODE.but(options=options), attribute("fan_mode"))
        sketch.sets("fan_mode", "set_fan_mode", "fan_mode")
    if sketch.can(16) and (options := sketch.words("preset_modes")):
        sketch.has(properties.PRESET.but(options=options), attribute("preset_mode"))
        sketch.sets("preset", "set_preset_mode", "preset_mode")
    return "water heater" if sketch.domain == "water_heater" else "thermostat"


def fan(sketch: Sketch) -> str:
    """Speed in percent."""
    sketch.has(properties.ON, lambda state, _: truth(state))
    sketch.switches("on", "turn_on", "turn_off")
    if sketch.can(1):
        step = max(sketch.number("percentage_step", 1), 1)
        sketch.has(properties.SPEED.but(tolerance=step / 2 + 1), attribute("percentage"))
        sketch.sets("speed", "set_percentage", "percentage", round)
    if sketch.can(2):
        sketch.has(properties.OSCILLATING, attribute("oscillating"))
        sketch.sets("oscillating", "oscillate", "oscillating")
    if sketch.can(8) and (options := sketch.words("preset_modes")):
        sketch.has(properties.PRESET.but(options=options), attribute("preset_mode"))
        sketch.sets("preset", "set_preset_mode", "preset_mode")
    return "fan"


def humidifier(sketch: Sketch) -> str:
    """The humidity that it should keep."""
    sketch.has(properties.ON, lambda state, _: truth(state))
    sketch.switches("on", "turn_on", "turn_off")
    low, high = sketch.number("min_humidity", 0), sketch.number("max_humidity", 100)
    sketch.has(properties.TARGET_HUMIDITY.but(low=low, high=high), attribute("humidity"))
    sketch.sets("target_humidity", "set_humidity", "humidity", round)
    return "dehumidifier" if sketch.about == "dehumidifier" else "humidifier"


def vacuum(sketch: Sketch) -> str:
    """Robots that clean."""
    sketch.has(properties.STATUS, lambda state, _: state)
    if "battery_level" in sketch.attributes:
        sketch.has(properties.BATTERY, attribute("battery_level"))
    if sketch.can(32) and (options := sketch.words("fan_speed_list")):
        sketch.has(properties.PRESET.but(options=options), attribute("fan_speed"))
        sketch.sets("preset", "set_fan_speed", "fan_speed")
    for feature, action, service in (
        (4, "pause", "pause"),
        (8, "stop", "stop"),
        (16, "dock", "return_to_base"),
        (512, "locate", "locate"),
        (8192, "start", "start"),
    ):
        if sketch.can(feature):
            sketch.does(action, service)
    return "vacuum"


def mower(sketch: Sketch) -> str:
    """Robots that mow."""
    sketch.has(properties.STATUS, lambda state, _: state)
    for feature, action, service in (
        (1, "start", "start_mowing"),
        (2, "pause", "pause"),
        (4, "dock", "dock"),
    ):
        if sketch.can(feature):
            sketch.does(action, service)
    return "mower"


def alarm(sketch: Sketch) -> str:
    """Arming where no code is wanted for it; disarming is a matter of security."""
    sketch.has(properties.STATUS, lambda state, _: state)
    features = ((1, "home"), (2, "away"), (4, "night"), (16, "custom_bypass"), (32, "vacation"))
    for feature, mode in features:
        if sketch.can(feature) and not sketch.attributes.get("code_arm_required"):
            sketch.does(f"arm_{mode}", f"alarm_arm_{mode}")
    if not sketch.attributes.get("code_format"):
        sketch.does("disarm", "alarm_disarm")
    return "alarm"


def media_player(sketch: Sketch) -> str:
    """What plays."""
    sketch.has(properties.STATUS, lambda state, _: state)
    if sketch.can(4):
        sketch.has(properties.VOLUME, attribute("volume_level", lambda level: round(level * 100)))
        sketch.sets("volume", "volume_set", "volume_level", lambda percent: percent / 100)
    if sketch.can(2048) and (options := sketch.words("source_list")):
        sketch.has(Property("source", str, options=options, writable=True), attribute("source"))
        sketch.sets("source", "select_source", "source")
    for feature, action, service in (
        (16384, "play", "media_play"),
        (1, "pause", "media_pause"),
        (4096, "stop", "media_stop"),
        (32, "next", "media_next_track"),
        (16, "previous", "media_previous_track"),
    ):
        if sketch.can(feature):
            sketch.does(action, service)
    return "media player"


def number(sketch: Sketch) -> str:
    """A number within a range."""
    step = abs(sketch.number("step", 1)) or 1
    unit = classes.unit_word(str(sketch.attributes.get("unit_of_measurement") or ""))
    low, high = sketch.number("min", 0), sketch.number("max", 100)
    name, title = _titled(sketch, "number")
    own = Property(
        name, float, unit, low, high, step, role=Role.SETTING, title=title, writable=True, tolerance=step / 2
    )
    sketch.has(own, lambda state, _: float(state))
    sketch.sets(name, "set_value", "value")
    return "number"


def select(sketch: Sketch) -> str:
    """One of some options."""
    options = sketch.words("options")
    if not options:
        raise Unsupported("it has no options")
    name, title = _titled(sketch, "choice")
    sketch.has(
        Property(name, str, options=options, role=Role.SETTING, title=title, writable=True),
        lambda state, _: state,
    )
    sketch.sets(name, "select_option", "option")
    return "select"


def text(sketch: Sketch) -> str:
    """Words of the owner's."""
    name, title = _titled(sketch, "text")
    sketch.has(Property(name, str, role=Role.SETTING, title=title, writable=True), lambda state, _: state)
    sketch.sets(name, "set_value", "value")
    return "text"


def press(sketch: Sketch) -> str:
    """A button."""
    sketch.does("press", "press")
    return "button"


def activate(sketch: Sketch) -> str:
    """A scene, or a script, which is one that takes its time."""
    sketch.does("activate", "turn_on")
    return "scene"


def sensor(sketch: Sketch) -> str:
    """A number with its unit, or a word."""
    unit, about = str(sketch.attributes.get("unit_of_measurement") or ""), sketch.about
    name, title = _titled(sketch, about.replace("_", " ") or "value")
    if about in classes.KINDS or about == "battery":
        name = about
    counted = (unit or "state_class" in sketch.attributes) and about not in classes.WORDS_CLASSES
    if not counted:
        sketch.has(Property(name, str, role=Role.SENSOR, title=title), lambda state, _: state)
        return "sensor"
    convert = (lambda t: round(classes.celsius(float(t)), 1)) if unit in classes.FAHRENHEIT else float
    if name == "battery" and unit in ("", "%"):
        sketch.has(properties.BATTERY, lambda state, _: convert(state))
    else:
        own = Property(name, float, classes.unit_word(unit), role=Role.SENSOR, title=title)
        sketch.has(own, lambda state, _: convert(state))
    return classes.KINDS.get(about, "sensor") if sketch.role is Role.MAIN else "sensor"


def binary_sensor(sketch: Sketch) -> str:
    """A truth with a meaning of its own."""
    name, title = _titled(sketch, sketch.about or "value")
    meaning = classes.BINARY.get(sketch.about, classes.Meaning(name))

    def read(state: str, _attributes: Attributes) -> bool | None:
        told = truth(state)
        return told if told is None else told is not meaning.inverted

    sketch.has(Property(meaning.name, bool, title="" if sketch.about else title), read)
    return meaning.kind


def event(sketch: Sketch) -> str:
    """The last thing that happened."""
    name, title = _titled(sketch, "action")
    sketch.has(Property(name, str, role=Role.SENSOR, title=title), attribute("event_type"))
    return "sensor"


def _titled(sketch: Sketch, otherwise: str) -> tuple[str, str]:
    """Name and title of a property, after the entity's own name."""
    title = str(sketch.attributes.get("friendly_name") or otherwise)[:60].casefold()
    return slug(sketch.entity.partition(".")[2]), title


DOMAINS: Mapping[str, Callable[[Sketch], str]] = {
    "light": light,
    "lock": lock,
    "cover": cover,
    "valve": cover,
    "climate": climate,
    "water_heater": climate,
    "fan": fan,
    "humidifier": humidifier,
    "vacuum": vacuum,
    "lawn_mower": mower,
    "alarm_control_panel": alarm,
    "media_player": media_player,
    "event": event,
    "sensor": sensor,
    "binary_sensor": binary_sensor,
    **dict.fromkeys(("switch", "input_boolean", "siren"), switch),
    **dict.fromkeys(("number", "input_number"), number),
    **dict.fromkeys(("select", "input_select"), select),
    **dict.fromkeys(("text", "input_text"), text),
    **dict.fromkeys(("button", "input_button"), press),
    **dict.fromkeys(("scene", "script"), activate),
}
"""Domain → what fills the sketch and says the kind."""
