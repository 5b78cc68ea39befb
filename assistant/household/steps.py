"""One step of a plan: a verb and the devices that were meant when it was said, kept by what stays theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.bus import Bus
from assistant.home.registry import folded
from assistant.tools.dispatch import Dispatcher, ToolCall
from assistant.tools.foreseeing import Foreseen, Kept
from assistant.tools.journal import Deed
from assistant.tools.policy.judge import Asker, Policy
from assistant.tools.sentences import listed, sentence
from assistant.tools.setters import PAIRS, restoring
from assistant.tools.table import Target, ToolTable
from assistant.tools.vocabulary import Risk
from assistant.tools.wording import wish

OPPOSITE = {verb: other for pair in PAIRS.values() for verb, other in (pair, pair[::-1])}
LIGHTS = ("light", "lamp")


@dataclass(frozen=True)
class Planned:
    """A verb, its arguments, and its devices: what tells each for ever → what it was called then."""

    verb: str
    args: Mapping[str, Any]
    devices: Mapping[str, str]
    lights: bool = False
    """Whether they are all lamps."""

    @property
    def told(self) -> str:
        """In plain words: "turn off the fan"."""
        return wish(self.verb, list(self.devices.values()), self.args)

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as doing it once."""
        return self.verb in OPPOSITE or self.verb.startswith("set_")

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        about = {"args": dict(self.args), "devices": dict(self.devices), "lights": self.lights}
        return {"verb": self.verb, **about}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Planned:
        """What ``kept`` made.

        Raises:
            KeyError, TypeError, ValueError: somebody else wrote it.
        """
        devices = {str(key): str(name) for key, name in dict(kept["devices"]).items()}
        return cls(str(kept["verb"]), dict(kept["args"]), devices, bool(kept.get("lights")))


@dataclass(frozen=True)
class Outcome:
    """How some steps ended: what changed, what may be told, and what did not work."""

    text: str
    problem: str
    deeds: Sequence[Deed]


def key(device: Target) -> str:
    """What stays a device's own when it is given another name: the id of one that was found."""
    ident = getattr(device, "id", "")
    return f"id {ident}" if ident else f"name {folded(device.name)}"


def planned(found: Foreseen) -> Planned:
    """A step as it is kept."""
    return Planned(found.verb, found.args, _by_key(found.devices), _are_lights(found.devices))


def _by_key(devices: Iterable[Target]) -> dict[str, str]:
    return {key(device): device.name for device in devices}


def _are_lights(devices: Sequence[Target]) -> bool:
    return all(str(getattr(each, "household_kind", "")).endswith(LIGHTS) for each in devices)


def there(step: Planned, table: ToolTable) -> list[Target]:
    """Those of its devices that the house has now, and that may still do this while nobody is there."""
    return [
        tool.device
        for tool in table.named(step.verb)
        if tool.device is not None
        and key(tool.device) in step.devices
        and tool.declaration.risk <= Risk.COMFORT
    ]


async def carried_out(steps: Sequence[Planned], table: ToolTable, bus: Bus) -> Outcome:
    """Do the steps, all at once, as if they were asked for now; none is refused for what others have said."""
    meant: dict[str, list[Target]] = {}
    calls, missing = [], []
    for number, step in enumerate(steps):
        devices = there(step, table)
        known = {key(device) for device in devices}
        missing += [name for ident, name in step.devices.items() if ident not in known]
        if devices:
            label = listed([device.name for device in devices])
            meant[label] = devices
            calls.append(ToolCall(f"plan-{number}", step.verb, {"device": label, **step.args}))
    dispatcher = Dispatcher(table, Kept(meant), bus, Policy(Asker.AGENT))
    results = await asyncio.gather(*map(dispatcher.call, calls))
    lost = [f"The {name} is not there any more." for name in missing]
    problems = [*lost, *(result.text for result in results if not result.ok)]
    done = " ".join(dict.fromkeys(sentence(result.text) for result in results))
    return Outcome(done, " ".join(dict.fromkeys(problems)), dispatcher.journal.now.deeds)


def changed(deeds: Iterable[Deed]) -> bool:
    """Whether a device is not as it was before some deeds."""
    return any(before != device.states for deed in deeds for device, before in deed.before.items())


def reverse(deeds: Iterable[Deed], table: ToolTable) -> list[Planned]:
    """The steps that bring devices back to what they were before some deeds."""
    steps: list[Planned] = []
    for deed in deeds:
        for device, before in deed.before.items():
            verbs = table.verbs(device)
            back = restoring(before, device.states, verbs)
            if before.get("on") is None and (other := OPPOSITE.get(deed.verb)) in verbs and not back:
                back = [(str(other), {})]
            steps += [Planned(verb, args, _by_key([device]), _are_lights([device])) for verb, args in back]
    return steps
