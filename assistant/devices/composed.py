"""A described device with the verbs that its parts can do: commanded, and confirmed by its reports."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, TypeVar

from assistant.devices.found import Command, Found, Part
from assistant.devices.reading import UNREADABLE, Carrier, Described
from assistant.devices.trust import harmless
from assistant.errors import NotConfirmed, ToolError
from assistant.marking import ToolMark
from assistant.plugin import methods
from assistant.tools.declaring import declare
from assistant.tools.schema import Declaration, Parameter
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Risk

Verb = TypeVar("Verb", bound=Callable[..., Any])


def needs(*names: str, action: str = "") -> Callable[[Verb], Verb]:
    """Mark a verb that only devices have whose properties of these names are writable, or that have the
    action.
    """

    def mark(verb: Verb) -> Verb:
        vars(verb)["needs"] = (names, action)
        return verb

    return mark


@functools.cache
def _declared(verb: Callable[..., Any], risk: Risk, phrases: tuple[str, ...]) -> Declaration:
    """What a verb declares; the same for all devices of a kind, of which a home has hundreds."""
    return declare(verb, risk=risk, phrases=phrases)


@functools.lru_cache(maxsize=4096)
def _narrowed(declaration: Declaration, parameters: tuple[Parameter, ...]) -> Declaration:
    """A declaration with the parameters that a device has; the same for all that have the same."""
    return replace(declaration, parameters=parameters)


class FoundDevice(Described):
    """What a source found, as the house's own device; subclasses bring the verbs of their kinds."""

    verbs_of: ClassVar[tuple[str, ...]] = ()
    """Kinds of part that this class is for."""

    def __init__(self, found: Found, parts: Sequence[Part], carrier: Carrier, **naming: Any) -> None:
        # Spelt out for type checkers: without it they take a device's settings for the parameters.
        super().__init__(found, parts, carrier, **naming)

    async def change(self, wanted: Mapping[str, Any], *, timeout: float | None = None) -> str:
        """Bring properties to wished values, confirmed by a report.

        Raises:
            NotConfirmed: it is away, did not do it, or cannot tell.
        """
        parts = await self.wish(wanted)
        reported = all(self.properties[name].readable for name in wanted)
        told = reported and all(part.reports for part in parts)
        await self._confirmed(lambda: self.agrees(wanted), told=told, timeout=timeout)
        return self.describe()

    async def wish(self, wanted: Mapping[str, Any]) -> list[Part]:
        """Send wished values without waiting; the parts that were told."""
        wishes: dict[str, tuple[Part, dict[str, Any]]] = {}
        for name, value in wanted.items():
            slot = self._slots[name]
            wishes.setdefault(slot.part.id, (slot.part, {}))[1][slot.inner] = value
        for part, values in wishes.values():
            self._there(part)
            assert part.write is not None, "only writable properties are offered"
            try:
                commands = part.write(values)
            except UNREADABLE as error:
                self.complain(f"{self.name}: its source cannot put {dict(values)} into a command: {error}")
                raise ToolError(f"I don't know how to tell the {self.name} that") from error
            await self._send(commands)
        return [part for part, _ in wishes.values()]

    async def act(
        self, action: str, done: Callable[[], object] = lambda: True, *, timeout: float | None = None
    ) -> str:
        """Let it do one of its actions, confirmed by a report that makes ``done`` true."""
        part = await self.send_action(action)
        await self._confirmed(done, told=part.reports, timeout=timeout)
        return self.describe()

    async def send_action(self, action: str) -> Part:
        """Send an action that changes no state, so that nothing can confirm it; the part that took it."""
        part = next((part for part in self._parts if action in part.actions), None)
        if part is None:
            raise ToolError(f"the {self.name} can't do that")
        self._there(part)
        await self._send(part.actions[action])
        return part

    def agrees(self, wanted: Mapping[str, Any]) -> bool:
        """Whether what it has reported is what was wished."""
        return all(
            self._slots[name].property.agrees(self.states.get(name), value) for name, value in wanted.items()
        )

    async def _send(self, commands: Sequence[Command]) -> None:
        for command in commands:
            shown = "(a code)" if command.secret else command.payload
            await self.deliver(command.topic, shown, partial(self._carrier.send, command))

    def _there(self, part: Part) -> None:
        """Refuse at once what has said for itself that it is away.

        Raises:
            NotConfirmed: nothing was sent.
        """
        if self._presence.of(part) is False and self.available is not False:
            what = part.name or part.kind
            raise NotConfirmed(f"the {what} of the {self.name} is offline")

    async def _confirmed(self, done: Callable[[], object], *, told: bool, timeout: float | None) -> None:
        if not told:
            raise NotConfirmed(f"I told the {self.name}, but it does not report whether it did it")
        await self.confirm(done, timeout=timeout)

    def tools(self) -> list[Tool]:
        """The verbs of its kind that its properties allow, with their ranges and options."""
        found = []
        for name, method in methods(type(self)):
            mark = vars(method).get("tool_mark")
            names, action = vars(method).get("needs", ((), ""))
            offered = all(map(self.can, names)) and (not action or self.acts(action))
            if isinstance(mark, ToolMark) and offered:
                found.append(self._tool(name, method, mark))
        return found

    def _tool(self, name: str, method: Callable[..., Any], mark: ToolMark) -> Tool:
        declaration = _declared(method, self.risk_of(name, mark.risk), mark.phrases)
        kept = tuple(self._fitted(parameter) for parameter in declaration.parameters if self._has(parameter))
        return Tool(_narrowed(declaration, kept), getattr(self, name), self.id, self)

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """The risk of a verb on this device; a garage door is not a pair of curtains."""
        return declared

    def _has(self, parameter: Parameter) -> bool:
        """Whether a parameter makes sense: those that bear a property's name need that property."""
        return parameter.name not in self.optional() or self.can(parameter.name)

    @classmethod
    def optional(cls) -> frozenset[str]:
        """Names of parameters that are properties, which a device of this class may lack."""
        return frozenset()

    def _fitted(self, parameter: Parameter) -> Parameter:
        slot = self._slots.get(parameter.name)
        if slot is None:
            return parameter
        own = slot.property
        return replace(
            parameter,
            options=harmless(own.options) or parameter.options,
            low=own.low if own.low is not None else parameter.low,
            high=own.high if own.high is not None else parameter.high,
        )
