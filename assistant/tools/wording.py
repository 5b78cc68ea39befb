"""What a call would do, or has done, in plain words made of the call and never of what a brain says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.moments import spoken_length
from assistant.plain import one_line
from assistant.tools.sentences import listed

MOST_NAMED, LONGEST_VALUE = 3, 120
IN, AT, FOR = "planned in", "planned for", "planned to last"
"""Values that say when a call is made and for how many seconds; no tool has parameters of such names."""
UNITS = {
    "brightness": "percent",
    "humidity": "percent",
    "position": "percent",
    "speed": "percent",
    "temperature": "degrees",
    "tilt": "percent",
    "volume": "percent",
}
PAST = {
    "close": "closed",
    "lock": "locked",
    "lower": "lowered",
    "open": "opened",
    "pause": "paused",
    "play": "played",
    "press": "pressed",
    "raise": "raised",
    "set": "set",
    "start": "started",
    "stop": "stopped",
    "turn": "turned",
    "unlock": "unlocked",
}


SLOT = re.compile(r"\{(\w+)\}")
LIGHTS = {"light", "lamp"}
"""Where there are both, they are lights."""


def wish(verb: str, names: Sequence[str], args: Mapping[str, Any]) -> str:
    """``turn on the oven (200)``, ``lower the brightness of 6 lights by 20 percent``; each value is told."""
    values = dict(args)
    times = [_time(name, values.pop(name)) for name in (IN, AT, FOR) if name in values]
    return " ".join([_wish(verb, names, values), *times])


def phrased(tool: str, phrases: Iterable[str], args: Mapping[str, Any]) -> str:
    """A call as people order it: "remove eggs from the shopping list".

    It is the first of the tool's example phrases that begins with its verb and has a place for every value:
    none goes untold. "" when there is none.
    """
    given = {name: listed(said) for name, value in args.items() if (said := [*filter(None, texts(value))])}
    for phrase in phrases:
        begins = phrase.split()[:1] == [tool.partition("_")[0]]
        if begins and sorted(SLOT.findall(phrase)) == sorted(given) and "{" not in SLOT.sub("", phrase):
            return SLOT.sub(lambda slot: one_line(given[slot[1]], LONGEST_VALUE), phrase)
    return ""


def _time(name: str, value: Any) -> str:
    if name == AT:
        return f"at {value}" if str(value)[:1].isdigit() else str(value)
    return f"{'in' if name == IN else 'for'} {spoken_length(value)}"


def _wish(verb: str, names: Sequence[str], values: dict[str, Any]) -> str:
    whom = _whom(names)
    first, _, what = verb.replace("_", " ").partition(" ")
    of = f"the {what} of {whom}" if whom else f"the {what}"
    if first == "set" and what and len(values) == 1:
        return f"set {of} to {_value(verb.removeprefix('set_'), *values.values())}"
    by = values.get("by")
    if first == "change" and what and isinstance(by, int | float) and len(values) == 1:
        way = "lower" if by < 0 else "raise"
        return f"{way} {of} by {_value(verb.removeprefix('change_'), abs(by))}"
    words = f"{first} {of}" if first == "set" and what else " ".join(filter(None, [first, what, whom]))
    if first == "turn" and (brightness := values.pop("brightness", None)) is not None:
        words += f" at {_value('brightness', brightness)}"
    rest = one_line(", ".join(texts(values)), LONGEST_VALUE)
    return f"{words} ({rest})" if rest else words


def deed(verb: str, names: Sequence[str], args: Mapping[str, Any], *, ok: bool) -> str:
    """``turned on the fan``; ``tried to turn on the fan`` where that has not come true."""
    words = wish(verb, names, args)
    first, _, rest = words.partition(" ")
    return f"{PAST[first]} {rest}" if ok and first in PAST else f"tried to {words}"


def texts(value: object) -> list[str]:
    """Every bare value in the arguments of a call, as text."""
    match value:
        case Mapping():
            return [text for each in value.values() for text in texts(each)]
        case list():
            return [text for each in value for text in texts(each)]
        case None:
            return []
    return [str(value)]


def _whom(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return listed([f"the {name}" for name in names]) if names else ""
    lasts = {name.split()[-1].removesuffix("s") for name in names}
    if lasts == LIGHTS:
        return f"{len(names)} lights"
    return f"{len(names)} {lasts.pop()}s" if len(lasts) == 1 else f"{len(names)} devices"


def _value(what: str, value: object) -> str:
    text = one_line(", ".join(texts(value)), LONGEST_VALUE)
    unit = UNITS.get(what, "") if isinstance(value, int | float) else ""
    return f"{text} {unit.removesuffix('s') if value == 1 else unit}".rstrip()
