"""Device: a plugin with a name, an area, state that it reports, and commands that it confirms."""

from __future__ import annotations

import asyncio
import inspect
import math
import re
import time
import types
import typing
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, ClassVar, Literal, dataclass_transform, get_type_hints

from assistant import retained
from assistant.errors import LinkError, NotConfirmed, NotTaken
from assistant.events import CommandSent, Reported, StateChanged
from assistant.marking import tool
from assistant.pace import Patience, Throttle
from assistant.plain import one_line
from assistant.plugin import PLACEHOLDER, Field, Payload, Plugin, encoded, held_harmless
from assistant.tools.acting import reaching_out
from assistant.tools.invoking import Answer
from assistant.tools.sentences import listed
from assistant.tools.table import Target
from assistant.tools.vocabulary import Choice, Range, Risk

LATE_SECONDS = 120.0
"""A report that comes later than this says nothing about the command."""
MAX_TEXT = 1000
MAX_PROBLEM = 300


class State(Field):
    """One field that the device reports; ``None`` until it did."""

    def __init__(self, unit: str = "") -> None:
        self.unit = unit
        self.name = ""
        self._types: tuple[type, ...] | None = None
        self._range: Range | None = None
        self._options: tuple[Any, ...] = ()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, device: Device | None, owner: type) -> Any:
        return self if device is None else device.states.get(self.name)

    def __set__(self, device: Device, value: Any) -> None:
        if self._types is None:
            hint = get_type_hints(type(device), include_extras=True).get(self.name, Any)
            self._types, self._range, self._options = _types(hint), _range(hint), _options(hint)
        value = fitted(value, self._types)
        if self._options and value is not None and value not in self._options:
            known = ", ".join(map(str, self._options))
            raise ValueError(f"{self.name} {str(value)[:40]!r} is not one of {known}")
        if self._range and isinstance(value, int | float):
            low, high = self._range.low, self._range.high
            if not low <= value <= high:
                raise ValueError(f"{self.name} {value} is not between {low:g} and {high:g}")
        device.take(self.name, value)


def state(*, unit: str = "", init: Literal[False] = False) -> Any:
    """A field reported by the device, e.g. ``on: bool | None = state()``; ``unit`` is spoken.

    ``init`` is for type checkers alone: a reported field is never a setting.
    """
    return State(unit)


def _parts(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _range(hint: Any) -> Range | None:
    """The range of ``Percent | None`` and the like."""
    marks = [mark for part in _parts(hint) for mark in getattr(part, "__metadata__", ())]
    return next((mark for mark in marks if isinstance(mark, Range)), None)


def _options(hint: Any) -> tuple[Any, ...]:
    """The values of ``Literal["ok", "full"] | None``, or of a ``Choice``; () when any will do."""
    parts = _parts(hint)
    marks = [mark for part in parts for mark in getattr(part, "__metadata__", ())]
    named = [typing.get_args(part) for part in parts if typing.get_origin(part) is Literal]
    named += [mark.options for mark in marks if isinstance(mark, Choice)]
    return tuple(value for values in named for value in values)


def _types(hint: Any) -> tuple[type, ...]:
    parts = [part.__origin__ if hasattr(part, "__metadata__") else part for part in _parts(hint)]
    named = [part for part in parts if typing.get_origin(part) is Literal]
    parts = [part for part in parts if part not in named]
    parts += dict.fromkeys(type(value) for part in named for value in typing.get_args(part))
    if Any in parts:  # "anything" is a class since Python 3.11, but none to check against
        return ()
    return tuple(kind for part in parts if isinstance(kind := typing.get_origin(part) or part, type))


def fitted(value: Any, allowed: tuple[type, ...]) -> Any:
    """A reported value as one of the declared types.

    Raises:
        TypeError, ValueError: it is of another type, not finite, or too long.
    """
    if value is None or not allowed or object in allowed:
        return value
    if isinstance(value, bool):
        if bool in allowed:
            return value
    elif isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number that can be meant")
        if int in allowed and float(value).is_integer():
            return int(value)
        if float in allowed:
            return float(value)
    elif isinstance(value, tuple(kind for kind in allowed if kind not in (bool, int, float))):
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise ValueError(f"text of {len(value)} characters")
        return value
    words = ["None" if kind is types.NoneType else kind.__name__ for kind in allowed]
    raise TypeError(f"{value!r} is {type(value).__name__}, not {listed(words, 'or')}")


@dataclass_transform(kw_only_default=True, field_specifiers=(state,))
class Device(Plugin):
    """Something in the home with state and verbs.

    ``kind`` is the household word for it (``dimmable light``, ``switch``, ``blinds`` ...): groups such
    as "all lights" go by it. Without one, the last word of the class name serves.
    """

    name: str
    area: str = ""
    aliases: list[str] = []  # noqa: RUF012 - a setting with a default, never changed in place
    kind: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        told = vars(cls).get("available")
        if isinstance(told, property) and not cls.__module__.startswith("assistant."):
            cls.available = held_harmless(told, lambda _device: None)  # type: ignore[assignment]

    def __init__(self, **settings: Any) -> None:
        self._states: dict[str, Any] = {}
        self._fresh: dict[str, Any] = {}
        self._reports = 0
        self._reported_at: float | None = None
        self._reports_at_command = 0
        self._commanded_at = 0.0
        self._late: Callable[[], object] | None = None
        self._refusal = self._misread = ""
        self._patience = Patience()
        self._throttle = Throttle()
        self._news: asyncio.Event | None = None  # a home has hundreds of devices and one command at a time
        super().__init__(**settings)

    @property
    def title(self) -> str:
        """Its name in the home."""
        return self.name

    @property
    def states(self) -> dict[str, Any]:
        """What it has reported so far, by field."""
        return self._states

    def _target(self) -> Target | None:
        return self

    @property
    def available(self) -> bool | None:
        """Whether it is there; None when nobody has said so. Commands to what is away are refused at once."""
        return None

    @property
    def silent_for(self) -> float | None:
        """Seconds since its last report; None when there was none."""
        return None if self._reported_at is None else time.monotonic() - self._reported_at

    @property
    def source(self) -> str:
        """Who brought it into the house."""
        return "configuration"

    @property
    def problem(self) -> str:
        """Why its last command was not taken on the way, or its last report not understood; "" when all is
        well.
        """
        return self._refusal or self._misread

    def misread(self, text: str, same: object = None) -> None:
        """It sent what cannot be read: it stays marked until it sends something that can."""
        self._misread = one_line(text, MAX_PROBLEM)
        super().misread(text, same)

    @property
    def way(self) -> str:
        """What stands between us and it; told when that is away."""
        return "the home's message broker"

    @property
    def household_kind(self) -> str:
        """The household word for it: its declared kind, or the last word of its class name.

        Its fields tell whether a light is dimmable or coloured.
        """
        if self.kind:
            return self.kind
        word = re.split(r"(?<=[a-z0-9])(?=[A-Z])", type(self).__name__)[-1].lower()
        word = {"lamp": "light", "bulb": "light", "plug": "switch", "relay": "switch"}.get(word, word)
        if word != "light":
            return word
        fields = {n for n, f in inspect.getmembers_static(type(self)) if isinstance(f, State)}
        return "colour light" if "color" in fields else "dimmable light" if "brightness" in fields else word

    def topics_published(self) -> list[str]:
        """What a device hears on is also where its commands go: those settings hold no wildcards either."""
        heard = [name for topic in self.topics_heard() for name in PLACEHOLDER.findall(topic)]
        heard = [name for name in heard if name in self.settings_declared]  # of others, `fill` tells
        return list(dict.fromkeys([*super().topics_published(), *heard]))

    async def publish(self, topic: str, payload: Payload) -> None:
        """Send a command; only reports that arrive after it can confirm it.

        Raises:
            NotConfirmed: the broker is away; nothing was sent or kept.
        """
        where, what = self.fill(topic), encoded(payload)
        # The broker says whether it took it: a refused command is not a device that does not answer.
        await self.deliver(where, what, lambda: self.host.publish(where, what, qos=1))

    async def deliver(self, where: str, what: str | bytes, send: Callable[[], Awaitable[None]]) -> None:
        """Send one command by ``send``, unless the device is away or has had too many.

        Raises:
            NotConfirmed: the device or the way to it is away; nothing was sent or kept.
            ToolError: too many commands.
        """
        if self.available is False:
            raise NotConfirmed(f"the {self.name} is offline")
        clock = asyncio.get_running_loop().time
        self._throttle.count(self.name, clock())
        self._reports_at_command, self._commanded_at, self._late = self._reports, clock(), None
        reaching_out()
        shown = what if isinstance(what, str) else what.decode(errors="replace")
        try:
            await send()
        except asyncio.CancelledError:
            # Called off while the broker had not answered yet: it is on its way, and nobody can call it back.
            self.host.tell(CommandSent(self.name, where, shown))
            raise
        except NotTaken as error:
            self._refusal = str(error)
            self.complain(f"{self.name} cannot be commanded: {error}")
            raise NotConfirmed(f"{self.way} does not let me command the {self.name}") from error
        except LinkError as error:
            raise NotConfirmed(f"I can't reach the {self.name}: {self.way} is away") from error
        self._refusal = ""
        self.host.tell(CommandSent(self.name, where, shown))

    async def confirm(self, happened: Callable[[], object], *, timeout: float | None = None) -> None:
        """Wait for a report newer than the last command that makes ``happened()`` true (P9).

        Without a ``timeout`` (seconds) it waits as long as this device's reports have taken so far.

        Raises:
            NotConfirmed: no such report in time.
        """
        if not callable(happened):
            raise TypeError("confirm() takes a function; write confirm(lambda: self.on)")
        sent_after, sent_at = self._reports_at_command, self._commanded_at
        try:
            async with asyncio.timeout(self._patience.seconds if timeout is None else timeout):
                while not (self._reports > sent_after and happened()):
                    self._news = self._news or asyncio.Event()
                    await self._news.wait()
        except TimeoutError as error:
            self._late = happened
            problem = "did not do it" if self._reports > sent_after else "does not answer"
            raise NotConfirmed(f"the {self.name} {problem}") from error
        self._patience.learn(asyncio.get_running_loop().time() - sent_at)

    def take(self, name: str, value: Any) -> None:
        """Keep a reported value; used by ``state`` fields."""
        before = self._states.get(name)
        self._states[name] = self._fresh[name] = value
        if before != value and self._host is not None:
            self._host.tell(StateChanged(self.name, name, value, before))

    def heard(self, read: Callable[[], None]) -> None:
        """Run a reader; when it set any state, that was a report."""
        self._fresh = {}
        before, self._misread = self._misread, ""
        try:
            read()
        finally:
            if not self._fresh:
                self._misread = self._misread or before
            else:
                self._reports += not retained.kept()  # what a broker had kept answers no command
                self._reported_at = time.monotonic()
                self._learn_late()
                if self._news is not None:
                    self._news.set()
                    self._news = None
                self.host.tell(Reported(self.name, dict(self._fresh)))

    def _learn_late(self) -> None:
        """A report that confirms what we had given up: next time we wait longer."""
        if self._late is None:
            return
        took = asyncio.get_running_loop().time() - self._commanded_at
        if took > LATE_SECONDS or self._late():
            self._late = None
            if took <= LATE_SECONDS:
                self._patience.learn(took)

    def describe(self) -> str:
        """Its state as a sentence, without the article: ``lamp is on at 30 percent``."""
        known = {name: value for name, value in self.states.items() if value is not None}
        if not known:
            return f"{self.name} has not reported yet"
        return f"{self.name} is {listed([self._phrase(name, value) for name, value in known.items()])}"

    def _phrase(self, name: str, value: Any) -> str:
        words = name.replace("_", " ")
        if isinstance(value, bool):
            return words if value else {"on": "off"}.get(name, f"not {words}")
        field = inspect.getattr_static(type(self), name, None)
        unit = f" {field.unit}" if isinstance(field, State) and field.unit else ""
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        return f"at {words} {shown}{unit}"

    @tool(risk=Risk.READ)
    async def get_state(self) -> Answer:
        """Tell what a device reports."""
        return Answer(
            self.describe(), {name: value for name, value in self.states.items() if value is not None}
        )


def take_over(heir: Device, ancestor: Device) -> None:
    """Give a device what the version of before has reported, as far as the fields are still there."""
    for name, value in ancestor.states.items():
        if isinstance(inspect.getattr_static(type(heir), name, None), State):
            with suppress(TypeError, ValueError):  # the field's type or range is another now
                setattr(heir, name, value)
    heir._reported_at, heir._patience = ancestor._reported_at, ancestor._patience
