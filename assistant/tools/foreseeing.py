"""What a call of a device's verb would do, found out before it is made: for what is to be done later."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from assistant.errors import Refused, ToolError, UnknownDevice
from assistant.tools.checking import checked
from assistant.tools.dispatch import Resolver
from assistant.tools.policy.matching import Case
from assistant.tools.table import Target, Tool, ToolTable
from assistant.tools.vocabulary import Risk
from assistant.tools.wording import wish

MOST_DEVICES = 100
ONLY_NOW = "I {what} only when you are there: please ask for it when it is to be done."
NOTHING_LATER = "That only tells something; I can't do it later."


@dataclass(frozen=True)
class Setting:
    """One argument of a tool."""

    name: str
    value: Annotated[str, "as text, such as 40"]


@dataclass(frozen=True)
class Step:
    """One call of a device's tool."""

    tool: str
    device: str
    arguments: list[Setting] = field(default_factory=list)


@dataclass(frozen=True)
class Foreseen:
    """A call as it would be made: the verb's tool of each device, and the arguments without the device."""

    label: str
    args: dict[str, Any]
    tools: Sequence[Tool]
    could: Sequence[Target]

    @property
    def devices(self) -> list[Target]:
        """Those that it would change."""
        return [tool.device for tool in self.tools if tool.device is not None]

    @property
    def verb(self) -> str:
        """The name of the tool."""
        return self.tools[0].name

    @property
    def told(self) -> str:
        """In plain words: "turn off the fan"."""
        return wish(self.verb, [device.name for device in self.devices], self.args)

    def case(self, resolver: Resolver, besides: Mapping[str, Any]) -> Case:
        """It as the policy judges it; ``besides`` are more values that the user must have said."""
        args = {**self.args, **besides}
        return Case(self.tools[0].declaration, args, self.devices, self.could, resolver.place_names)


def foreseen(table: ToolTable, resolver: Resolver, step: Step) -> Foreseen:
    """What a step would do now.

    Raises:
        ToolError: it cannot be done, or nothing of its kind is done while nobody is there.
    """
    tools = [tool for tool in table.named(step.tool) if tool.device is not None]
    if not tools:
        near = difflib.get_close_matches(step.tool, table.names(), 3)
        raise ToolError(f"There is no device tool called {step.tool[:60]}.", options=tuple(near))
    targets = {tool.device.name: tool.device for tool in tools if tool.device is not None}
    if not step.device.strip():
        raise UnknownDevice("Which device do you mean?", options=tuple(targets)[:5])
    label, devices = resolver.resolve(step.device, targets)
    if len(devices) > MOST_DEVICES:
        raise ToolError(f"Those are more than {MOST_DEVICES} devices; name a room or a floor.")
    chosen = [tool for device in devices for tool in tools if tool.device is device]
    args = {each.name: _value(each.value) for each in step.arguments}
    able = _able(_harmless(chosen), args)
    return Foreseen(label, args, able, list(targets.values()))


def _value(text: str) -> Any:
    """A number as one, so that it is told with its unit."""
    try:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text


def _harmless(chosen: Sequence[Tool]) -> list[Tool]:
    """Of a group, what may be done while nobody is there.

    Raises:
        ToolError: nothing of it.
    """
    if all(tool.declaration.risk is Risk.READ for tool in chosen):
        raise ToolError(NOTHING_LATER)
    if harmless := [tool for tool in chosen if tool.declaration.risk <= Risk.COMFORT]:
        return harmless
    names = [tool.device.name for tool in chosen if tool.device is not None]
    raise Refused(ONLY_NOW.format(what=wish(chosen[0].name, names, {})))


def _able(chosen: Sequence[Tool], args: Mapping[str, Any]) -> list[Tool]:
    """Those that take such arguments.

    Raises:
        ToolError: none does.
    """
    able, problems = [], []
    for tool in chosen:
        name = tool.device.name if tool.device is not None else tool.name
        try:
            checked(tool.declaration, args, who=f"The {name}")
        except ToolError as error:
            problems.append(error)
        else:
            able.append(tool)
    if not able:
        raise problems[0]
    return able


class Kept:
    """Resolves labels to the devices that were meant when it was said."""

    def __init__(self, meant: Mapping[str, list[Target]]) -> None:
        self._meant = meant

    def resolve(self, spoken: str, candidates: Mapping[str, Target]) -> tuple[str, list[Target]]:
        """The devices of a label."""
        return spoken, [device for device in self._meant[spoken] if device.name in candidates]

    def place_names(self, device: Target) -> Sequence[str]:
        """Nobody's words are compared with it."""
        return ()
