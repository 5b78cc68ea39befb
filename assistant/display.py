"""Display: a plugin that is a screen. A driver says what its panel is and how a file gets there."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from assistant import faults
from assistant.errors import LinkError, PluginError, ToolError
from assistant.plugin import Plugin
from assistant.showing import Form, NotShown, Panel, Picture

log = logging.getLogger(__name__)

SHOW_SECONDS = 60.0
"""A slow panel needs half a minute for its colours."""


class Medium(Protocol):
    """What a display writes its pictures into, where that knows for itself how large it is."""

    def panel(self, rotate: int) -> Panel:
        """What it is made of now; ``rotate`` -1 is as it says itself."""
        ...

    @property
    def problem(self) -> str:
        """Why nothing can be shown; "" when it can."""
        ...

    async def show(self, picture: Picture) -> None: ...
    async def clear(self) -> None: ...


class Display(Plugin):
    """A screen that is no page in a browser: ``show`` gets pictures that fit its panel already.

    A driver writes ``show``, or names the ``medium`` that has one.

    ``colours`` is the panel's palette as "#rrggbb" (measured ones look best; empty: all colours), ``rotate``
    how far it hangs turned, in degrees clockwise; ``form`` is "jpeg", "png" or "as it is".
    """

    name: str
    area: str = ""
    aliases: Sequence[str] = ()
    width: int = 800
    height: int = 480
    rotate: int = 0
    colours: Sequence[str] = ()
    form: Form = "jpeg"
    largest: int = 0
    forgets: ClassVar[bool] = False
    """A driver whose panel loses its picture with the power says so: it is shown again after a restart."""

    def __init__(self, **settings: Any) -> None:
        kind = type(self)
        if kind.show is Display.show and kind.medium is Display.medium:
            raise PluginError(
                f"{faults.class_place(kind)}: a Display without show() shows nothing; "
                "write `async def show(self, picture: Picture) -> None`"
            )
        self._shown: bytes | None = None
        super().__init__(**settings)

    @property
    def title(self) -> str:
        """Its name in the home."""
        return self.name

    @property
    def medium(self) -> Medium | None:
        """What the pictures go into; None: the settings say what it is, and the driver how it is written."""
        return None

    @property
    def panel(self) -> Panel:
        """What pictures are fitted to."""
        if (medium := self.medium) is not None:
            return medium.panel(self.rotate)
        form: Form = "png" if self.colours else self.form
        return Panel(self.width, self.height, tuple(self.colours), self.rotate, form, self.largest)

    @property
    def absence(self) -> str:
        """Why nobody would see a picture; a driver that can tell says so."""
        problem = medium.problem if (medium := self.medium) is not None else ""
        return f"The {self.name} screen shows nothing: {problem}." if problem else ""

    async def show(self, picture: Picture) -> None:
        """Put it on the panel; return once it is there.

        Raises:
            ToolError: it is not; the text may be spoken.
        """
        medium = self.medium
        assert medium is not None, "there is a medium, or another show()"
        await medium.show(picture)

    async def clear(self) -> None:
        """Show nothing; a panel that cannot stays as it is."""
        if (medium := self.medium) is None:
            raise ToolError(f"The {self.name} cannot be cleared.")
        await medium.clear()

    async def keep(self, topic: str, payload: bytes | Mapping[str, Any]) -> None:
        """Publish something that the broker keeps; a mapping goes as JSON.

        Raises:
            ToolError: there is no broker now, or it does not take it.
        """
        data = payload if isinstance(payload, bytes) else json.dumps(dict(payload))
        try:
            await self.host.publish(self.fill(topic), data, qos=1, retain=True)
        except LinkError as error:
            raise ToolError(f"The message broker does not take the picture: {error}") from error

    async def present(self, picture: Picture) -> None:
        """Show what is not shown already: ink that need not move lasts longer.

        Raises:
            NotShown: the driver failed, or took too long.
        """
        if picture.data == self._shown:
            return
        self._shown = None
        try:
            async with asyncio.timeout(SHOW_SECONDS):
                await self.show(picture)
        except ToolError as error:
            raise NotShown(str(error)) from error
        except TimeoutError as error:
            raise NotShown(f"The {self.name} takes too long to show it.") from error
        except BaseException as error:
            if faults.passes(error):
                raise
            faults.log_fault(log, f"the display {self.name} failed", error, type(self).__module__)
            raise NotShown(f"The {self.name} does not work.") from error
        self._shown = picture.data

    async def wipe(self) -> None:
        """Show nothing."""
        self._shown = None
        await self.clear()

    def notice(self, text: str) -> None:
        """A panel that is slow shows no progress."""
