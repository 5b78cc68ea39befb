"""Verbs that only some things have, and the sentences for them; ``specials`` matches these."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.brain.home import Home, Thing, Tool
from assistant.brain.understanding.kinds import family

THING = "{n}"
CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Special:
    """One verb, the kinds of thing that have it, and sentences for it.

    In a frame ``{n}`` is the thing, ``{parameter}`` a value, ``(of on)`` one of these words, ``(of )`` it or
    none.
    """

    verb: str
    kinds: frozenset[str]
    frames: tuple[str, ...]
    fixed: Mapping[str, Any]

    @property
    def exact(self) -> bool:
        """Whether only a whole name will do: "night" alone is not yet "movie night"."""
        return self.frames[0] == THING

    def open(self, tool: Tool) -> bool:
        """Whether it takes words that nobody has listed."""
        slots = set(re.findall(r"\{(\w+)\}", " ".join(self.frames))) - {"n"}
        schemas = [tool.properties.get(slot, {}) for slot in slots]
        return any(s.get("type", "string") == "string" and not s.get("enum") for s in schemas)

    def fits(self, thing: Thing) -> bool:
        """Whether the thing may have the verb; without kinds anything may."""
        return not self.kinds or bool(self.kinds & {thing.kind, family(thing.kind).name})


def _special(verb: str, kinds: str, frames: str, **fixed: Any) -> Special:
    lines = [frame.strip() for line in frames.splitlines() for frame in line.split("|") if frame.strip()]
    named = frozenset(kind.strip() for kind in kinds.split(",") if kind.strip())
    return Special(verb, named, tuple(itertools.chain.from_iterable(map(_written_out, lines))), fixed)


def _written_out(frame: str) -> Iterator[str]:
    """``set {n} (to at) {p}`` as ``set {n} to {p}`` and ``set {n} at {p}``."""
    found = CHOICE.search(frame)
    if found is None:
        yield frame
        return
    for choice in found[1].split(" "):
        yield from _written_out(f"{frame[: found.start()]}{choice}{frame[found.end() :]}")


SPECIALS = (
    _special(
        "set_tilt",
        "blinds",
        """
        tilt {n} to {tilt} (percent ) | tilt {n} {tilt} percent | set tilt of {n} to {tilt} (percent )
        set {n} tilt to {tilt} (percent ) | (turn set) slats of {n} to {tilt} (percent )
        """,
    ),
    _special("set_tilt", "blinds", "open slats (of on) {n} | tilt {n} open", tilt=100),
    _special("set_tilt", "blinds", "close slats (of on) {n} | tilt {n} (closed shut)", tilt=0),
    _special(
        "set_effect",
        "light",
        """
        (start play show) {effect} (effect ) on {n} | (set change turn) {n} to {effect} (effect )
        let {n} {effect} | set effect of {n} to {effect} | {effect} effect on {n}
        (set put) {n} on {effect} | make {n} {effect}
        """,
    ),
    _special("set_color_temperature", "light", "(set change make turn) {n} (to ) {color_temperature} kelvin"),
    _special(
        "set_mode",
        "thermostat",
        """
        (set switch change turn put) {n} (to on in) {mode} (mode ) | set mode of {n} to {mode}
        {n} (to ) {mode} mode
        """,
    ),
    _special(
        "set_fan_mode",
        "thermostat",
        "set fan (mode speed ) (of on) {n} to {fan_mode} | set {n} fan (mode speed ) to {fan_mode}",
    ),
    _special(
        "set_preset",
        "",
        """
        (set switch change turn put) {n} (to on in) {preset} (mode ) | (set turn) {preset} mode on {n}
        {preset} mode (on for) {n} | set (preset mode) of {n} to {preset} | {n} (to ) {preset} mode
        """,
    ),
    _special(
        "set_oscillation",
        "fan",
        """
        let {n} (swing oscillate rotate) | (swing oscillate rotate) {n} | turn on oscillation (of on) {n}
        turn oscillation of {n} on
        """,
        oscillating=True,
    ),
    _special(
        "set_oscillation",
        "fan",
        """
        stop {n} (swinging oscillating rotating) | turn off oscillation (of on) {n}
        turn oscillation of {n} off
        """,
        oscillating=False,
    ),
    _special(
        "set_humidity",
        "humidifier, dehumidifier",
        """
        set {n} to {humidity} (percent ) | set humidity to {humidity} (percent )
        set humidity of {n} to {humidity} (percent )
        """,
    ),
    _special(
        "clean_rooms",
        "vacuum",
        """
        (clean vacuum hoover) {rooms} | (clean vacuum hoover) {rooms} with {n}
        let {n} (clean vacuum) {rooms} | tell {n} to (clean vacuum) {rooms}
        have {n} (clean vacuum) {rooms} | send {n} to {rooms}
        """,
    ),
    _special(
        "clean_spot",
        "vacuum",
        "spot clean (with ) {n} | let {n} clean (here spot) | (clean vacuum) here with {n}",
    ),
    _special(
        "sound_siren",
        "siren",
        """
        (sound start) {n} for {duration} (seconds second)
        (turn switch) on {n} for {duration} (seconds second)
        (sound start) {n} (with in) {tone} (tone ) | (sound start) {n} at {volume} percent
        """,
    ),
    _special("sound_siren", "siren", "sound {n}"),
    _special("locate", "vacuum, mower", "(find locate) {n} | make {n} beep | let {n} beep"),
    _special(
        "start_mowing", "mower", "mow (lawn grass garden) | start mowing (lawn grass ) | cut (lawn grass)"
    ),
    _special(
        "arm", "alarm", "arm {n} | arm alarm | arm house | (turn switch) on {n} | (turn switch set) {n} on"
    ),
    _special(
        "arm",
        "alarm",
        "arm (house alarm {n}) (for in ) {mode} (mode ) | set {n} to {mode} (mode )",
    ),
    _special(
        "disarm", "alarm", "disarm {n} | disarm (alarm house) | (turn switch) off {n} | (turn switch) {n} off"
    ),
    _special(
        "select_source",
        "media player",
        """
        (switch set change turn) {n} to {source} | (play put) {source} on (on ) {n}
        select {source} on {n}
        """,
    ),
    _special("press", "button", "(press push hit) {n} (button )"),
    _special(
        "activate",
        "scene",
        """
        (activate start run) (scene ) {n} (scene ) | set (scene ) {n} (scene ) | (turn switch) on {n}
        (turn switch) {n} on | {n} (scene mode)
        """,
    ),
    _special("activate", "scene", "{n}"),
    _special("set_option", "number, select, text, setting", "(set change) {n} to {value} (percent )"),
    _special(
        "set_option",
        "",
        "(set change) {option} (of on for at) {n} to {value} | (set change) {n} {option} to {value}",
    ),
    _special(
        "set_option",
        "",
        """
        (turn switch) on {option} (of on for at) {n} | (turn switch) {option} (of on for at) {n} on
        enable {option} (of on for at) {n}
        """,
        value="on",
    ),
    _special(
        "set_option",
        "",
        """
        (turn switch) off {option} (of on for at) {n} | (turn switch) {option} (of on for at) {n} off
        disable {option} (of on for at) {n}
        """,
        value="off",
    ),
)


def declared(home: Home) -> list[tuple[Special, Tool]]:
    """The special verbs that a home has."""
    return [(special, tool) for special in SPECIALS if (tool := home.tool(special.verb))]
