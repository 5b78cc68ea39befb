"""What any described device may have besides its main function: settings, buttons, scenes."""

from __future__ import annotations

import difflib
from typing import Annotated, ClassVar

from assistant.devices.composed import FoundDevice, needs
from assistant.devices.properties import Property, Role
from assistant.devices.trust import lets_in, wipes
from assistant.errors import Refused, ToolError
from assistant.marking import tool
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Risk


class Detailed(FoundDevice):
    """Settings by their spoken name; every kind of described device has this."""

    verbs_of: ClassVar[tuple[str, ...]] = ("setting", "number", "select", "text", "device")

    @property
    def settings(self) -> dict[str, Property]:
        """Writable properties that no verb of its own sets, by spoken name."""
        own = {name for name, prop in self.properties.items() if prop.writable and self._is_setting(name)}
        return {self.properties[name].spoken: self.properties[name] for name in sorted(own)}

    def _is_setting(self, name: str) -> bool:
        return self.properties[name].role in (Role.SETTING, Role.DIAGNOSTIC) or self.household_kind in (
            "setting",
            "number",
            "select",
            "text",
            "device",
        )

    def tools(self) -> list[Tool]:
        """Its verbs; ``set_option`` only where there is something to set."""
        return [found for found in super().tools() if found.name != "set_option" or self.settings]

    @tool
    async def set_option(
        self,
        value: Annotated[str, "the wished value: a word, a number, on or off"],
        option: Annotated[
            str, "which setting, for example 'child lock'; may be left out when there is only one"
        ] = "",
    ) -> str:
        """Change a special setting of a device, such as child lock, sensitivity or a programme."""
        name = self._setting(option)
        spoken = self.properties[name].spoken
        called = (spoken, name.replace("_", " "))  # a name that reads like an order is not spoken
        if self.properties[name].risk >= Risk.SECURITY or any(lets_in(n) or wipes(n) for n in called):
            raise Refused(f"I don't change {self.properties[name].spoken} on a spoken word alone")
        wanted = self._meant(self.properties[name], value)
        await self.change({name: wanted})
        own = self.properties[name].spoken
        return f"{own} of the {self.name} is {self.phrase(name, wanted).removeprefix('at ')}"

    def _setting(self, spoken: str) -> str:
        by_words = {prop.spoken.casefold(): name for name, prop in self.properties.items() if self.can(name)}
        wanted = spoken.casefold().replace("_", " ").strip()
        if wanted in by_words:
            return by_words[wanted]
        settings = list(self.settings)
        if not wanted and len(settings) == 1:
            return by_words[settings[0].casefold()]
        near = difflib.get_close_matches(wanted, by_words, 3) or settings[:5]
        raise ToolError(f"the {self.name} has no setting {spoken[:40]!r}", options=tuple(near))

    def _meant(self, own: Property, value: str) -> object:
        options = {option.casefold().replace("_", " "): option for option in own.options}
        if options:
            wanted = value.casefold().replace("_", " ").strip()
            if wanted not in options:
                near = difflib.get_close_matches(wanted, options, 3) or list(options)[:5]
                raise ToolError(f"the {own.spoken} can't be {value[:40]!r}", options=tuple(near))
            return options[wanted]
        try:
            meant = own.fit(value)
        except ValueError as error:
            raise ToolError(f"the {own.spoken} can't be that: {error}") from error
        low, high = own.low, own.high
        if isinstance(meant, int | float) and not isinstance(meant, bool) and not _between(meant, low, high):
            raise ToolError(f"the {own.spoken} goes from {low:g} to {high:g}")
        return meant


def _between(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


class Button(Detailed):
    """Something to press; it has no state."""

    verbs_of: ClassVar[tuple[str, ...]] = ("button",)

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Restarting, updating and resetting is nobody's comfort, opening a door is security."""
        if lets_in(self.name):
            return Risk.SECURITY
        words = self.name.casefold()
        costly = any(word in words for word in ("restart", "reboot", "reset", "update", "factory", "remove"))
        return Risk.COSTLY if costly else declared

    @needs(action="press")
    @tool
    async def press(self) -> str:
        """Press a button."""
        await self.send_action("press")
        return f"{self.name} was pressed"


class Scene(Detailed):
    """Something to call up; it has no state."""

    verbs_of: ClassVar[tuple[str, ...]] = ("scene",)

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """One that opens a door says so in its name."""
        return Risk.SECURITY if lets_in(self.name) else declared

    @needs(action="activate")
    @tool
    async def activate(self) -> str:
        """Activate a scene."""
        await self.send_action("activate")
        return f"{self.name} was activated"
