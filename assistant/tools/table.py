"""The tools that the loaded plugins offer: one declaration per verb, however many devices have it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import PluginError
from assistant.tools.declaring import where
from assistant.tools.schema import Declaration, Parameter
from assistant.tools.vocabulary import Risk

if TYPE_CHECKING:
    from assistant.tools.policy.matching import Case

DEVICE = Parameter("device", "string")
"""What may stand there is said once, in the instruction, and not with each verb."""


class Target(Protocol):
    """What a device tool acts on: its name, and what it has reported."""

    @property
    def name(self) -> str: ...
    @property
    def states(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Tool:
    """A callable tool of one plugin. ``device`` is None for a tool that belongs to no device.

    ``cases`` are what its arguments ask for, when that is to be judged instead of the call itself: one that
    does something later may do then what may be done now.
    """

    declaration: Declaration
    function: Callable[..., Awaitable[object]]
    owner: str
    device: Target | None = None
    cases: Callable[[Mapping[str, Any]], Sequence[Case]] | None = None

    @property
    def name(self) -> str:
        """The name the brain calls."""
        return self.declaration.name


class ThereTwice(PluginError):
    """The same plugin, which is no device, has its tools there already: a mistake of the owner's."""


class ToolTable:
    """Tools by name; several devices may share a name, nothing else may."""

    def __init__(self) -> None:
        self._tools: dict[str, dict[int, Tool]] = {}
        """By name and identity: comparing tools means comparing all that they declare."""
        self.strangers: Callable[[Container[str]], Mapping[str, Tool]] = lambda _taken: {}
        """Tools that are nobody's of the house, by names that are not among those taken."""

    def add(self, tool: Tool) -> None:
        """Offer a tool.

        Raises:
            PluginError: another plugin's tool has the name; both are named.
            ThereTwice: it is the same plugin's.
        """
        others = self._tools.setdefault(tool.name, {})
        other = next(iter(others.values()), None)
        if other is not None and (other.device is None or tool.device is None):
            if other.owner == tool.owner:
                raise ThereTwice(f"{tool.owner} is there twice; leave one of them out")
            raise PluginError(
                f"{where(tool.function)}: tool {tool.name!r} of {tool.owner} is also a tool of "
                f"{other.owner}; rename one of them"
            )
        others[id(tool)] = tool

    def add_all(self, tools: Iterable[Tool]) -> None:
        """Offer all of them or, when one cannot be, none.

        Raises:
            PluginError: another plugin's tool has a name.
        """
        added: list[Tool] = []
        try:
            for tool in tools:
                self.add(tool)
                added.append(tool)
        except PluginError:
            self.remove_all(added)
            raise

    def remove_all(self, tools: Iterable[Tool]) -> None:
        """Offer them no more."""
        for tool in tools:
            others = self._tools[tool.name]
            del others[id(tool)]
            if not others:
                del self._tools[tool.name]

    def named(self, name: str) -> list[Tool]:
        """The tools of that name, empty when there is none."""
        if own := self._tools.get(name):
            return list(own.values())
        stranger = self.strangers(self._tools).get(name)
        return [stranger] if stranger is not None else []

    def names(self) -> list[str]:
        """Every name, in the order of loading, strangers last."""
        return [*self._tools, *self.strangers(self._tools)]

    def verbs(self, device: Target) -> set[str]:
        """Names of the tools that this device has."""
        return {
            name
            for name, tools in self._tools.items()
            if any(tool.device is device for tool in tools.values())
        }

    def declarations(self) -> list[Declaration]:
        """What the brain is told: one entry per name."""
        strangers = [tool.declaration for tool in self.strangers(self._tools).values()]
        return [*self.own_declarations(), *strangers]

    def own_declarations(self) -> list[Declaration]:
        """What the house itself can do, without what strangers offer."""
        return [merged(list(tools.values())) for tools in self._tools.values()]


def merged(tools: list[Tool]) -> Declaration:
    """One declaration for the same verb of many devices: the union of their parameters."""
    first = tools[0].declaration
    if tools[0].device is None:
        return first
    parameters: dict[str, list[Parameter]] = {}
    for tool in tools:
        for parameter in tool.declaration.parameters:
            parameters.setdefault(parameter.name, []).append(parameter)
    union = tuple(_widest(same, everywhere=len(same) == len(tools)) for same in parameters.values())
    phrases = tuple(dict.fromkeys(p for tool in tools for p in tool.declaration.phrases))[:6]
    risk = Risk(max(tool.declaration.risk for tool in tools))
    return replace(first, parameters=(DEVICE, *union), phrases=phrases, risk=risk)


def _widest(same: list[Parameter], *, everywhere: bool) -> Parameter:
    lows, highs = [p.low for p in same], [p.high for p in same]
    return replace(
        same[0],
        required=everywhere and all(p.required for p in same),
        options=tuple(dict.fromkeys(option for p in same for option in p.options)),
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
    )
