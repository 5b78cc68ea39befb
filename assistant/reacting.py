"""Reactions: the marks ``when``, ``every`` and ``at``, and what runs the functions that bear them (P3)."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, suppress
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Protocol, TypeVar

from assistant import faults, given
from assistant.errors import PluginError
from assistant.events import Event
from assistant.speaking import speak_as
from assistant.tools.declaring import check_marked
from assistant.wallclock import BACK_SECONDS, LATE_SECONDS, WallClock, clock_time, seconds_in, span, weekdays
from assistant.wallclock import within as lies_within

log = logging.getLogger(__name__)

REACTION_SECONDS = 300.0
SHORTEST_SECONDS = 0.1
MARKS = "reactions"

Reaction = TypeVar("Reaction", bound=Callable[..., Any])


@dataclass(frozen=True)
class When:
    """What ``when`` was told; texts may hold ``{setting}``."""

    kinds: tuple[type[Event], ...]
    filters: Mapping[str, Any] = field(default_factory=dict)
    lasting: str = ""
    between: str = ""


@dataclass(frozen=True)
class Every:
    """What ``every`` was told."""

    seconds: float
    between: str = ""


@dataclass(frozen=True)
class At:
    """What ``at`` was told."""

    time: str
    days: str | tuple[str, ...] = ""


Mark = When | Every | At


def when(
    *kinds: type[Event], lasting: str = "", between: str = "", **filters: Any
) -> Callable[[Reaction], Reaction]:
    """Mark a function that is called when something has happened.

    ``kinds`` are events, such as StateChanged; ``filters`` are fields of theirs (``device="back door"``,
    ``field="open"``, ``value=True``): a value, or a function that says whether one is meant. The function may
    take the event. With ``lasting="10 min"`` it is called once it has been so for that long, unbroken; with
    ``between="22:00-6:00"`` only then. In texts ``{setting}`` is filled in.
    """

    given.text(lasting, "lasting=", 'lasting="10 min"')
    given.text(between, "between=", 'between="22:00-6:00"')
    if not kinds or not all(isinstance(kind, type) and issubclass(kind, Event) for kind in kinds):
        raise PluginError("when() needs an event; write @when(StateChanged)")

    def mark(marked: Reaction) -> Reaction:
        check_marked(marked, "when")
        place = _place(marked)
        for kind in kinds:
            known = [each.name for each in dataclasses.fields(kind)]
            for name in filters:
                if name not in known:
                    raise PluginError(
                        f"{place}: {kind.__name__} has no {name!r}; it has {', '.join(known) or 'no fields'}"
                    )
        _readable(place, lasting, seconds_in)
        _readable(place, between, span)
        return _marked(marked, When(kinds, filters, lasting, between), parameters=1)

    return mark


def every(
    *, seconds: float = 0, minutes: float = 0, hours: float = 0, between: str = ""
) -> Callable[[Reaction], Reaction]:
    """Mark a function that is called again and again; the first time after one interval.

    One that takes longer than its interval is not called twice at the same time.
    """

    for value in (seconds, minutes, hours):
        given.number(value, "an interval", "@every(minutes=5)")
    given.text(between, "between=", 'between="22:00-6:00"')

    def mark(marked: Reaction) -> Reaction:
        check_marked(marked, "every")
        total = seconds + 60 * minutes + 3600 * hours
        if total < SHORTEST_SECONDS:
            raise PluginError(
                f"{_place(marked)}: every() needs an interval of at least {SHORTEST_SECONDS} s; "
                "write @every(minutes=5)"
            )
        _readable(_place(marked), between, span)
        return _marked(marked, Every(total, between), parameters=0)

    return mark


def at(time: str, /, *, days: str | Collection[str] = "") -> Callable[[Reaction], Reaction]:
    """Mark a function that is called at a time of day (``"7:30"``), by the clock on the wall.

    ``days`` are ``"weekdays"``, ``"weekends"`` or names (``"mon, thu"``); without them, every day. A time
    that summer time leaves out is the first moment after the gap, one that comes twice is the first. When
    the machine was off or slept, it is called up to 15 minutes late, or not at all.
    """
    if not isinstance(time, str):
        raise PluginError('at() needs a time of day; write @at("7:30")')
    wanted = days if isinstance(days, str) else tuple(days) if isinstance(days, Collection) else (days,)
    for day in (wanted,) if isinstance(wanted, str) else wanted:
        given.text(day, "a day", 'days="weekdays" or days="mon, thu"')

    def mark(marked: Reaction) -> Reaction:
        check_marked(marked, "at")
        _readable(_place(marked), time, clock_time)
        if isinstance(wanted, tuple):
            _readable(_place(marked), " ".join(wanted), weekdays)
        else:
            _readable(_place(marked), wanted, weekdays)
        return _marked(marked, At(time, wanted), parameters=0)

    return mark


def reactions(function: Callable[..., Any]) -> tuple[Mark, ...]:
    """The marks of a function."""
    found: tuple[Mark, ...] = vars(function).get(MARKS, ())
    return found


def _marked(function: Reaction, mark: Mark, *, parameters: int) -> Reaction:
    taken = [name for name in inspect.signature(function).parameters if name != "self"]
    if len(taken) > parameters:
        allowed = "the event and nothing else" if parameters else "no parameters"
        raise PluginError(f"{_place(function)}: {function.__name__} may take {allowed}")
    vars(function)[MARKS] = (*reactions(function), mark)
    return function


def _place(function: Callable[..., Any]) -> str:
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def _readable(place: str, text: str, read: Callable[[str], object]) -> None:
    """Refuse a misspelt text where it is written; one with a ``{setting}`` can be read only later."""
    if text and "{" not in text:
        try:
            read(text)
        except ValueError as error:
            raise PluginError(f"{place}: {error}") from error


class Surroundings(Protocol):
    """The house as far as reactions need it."""

    @property
    def clock(self) -> WallClock: ...
    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]: ...


class Owner(Protocol):
    """The plugin whose reactions they are."""

    @property
    def title(self) -> str: ...
    @property
    def host(self) -> Surroundings: ...
    def fill(self, template: str) -> str: ...
    def complain(self, text: str, same: object = None) -> None: ...


class Reactor:
    """Runs the reactions of one plugin: each in a task of its own, none able to hurt another."""

    def __init__(self, owner: Owner, marked: Sequence[tuple[Mark, Callable[..., Any]]]) -> None:
        self._owner = owner
        self._marked = marked

    async def run(self) -> None:
        """React for ever.

        Raises:
            PluginError: a ``{setting}`` cannot be read.
        """
        speak_as(self._owner.title)
        async with asyncio.TaskGroup() as tasks:
            for mark, function in self._marked:
                tasks.create_task(self._reacting(mark, function), name=f"{self._owner.title}: reaction")

    async def _reacting(self, mark: Mark, function: Callable[..., Any]) -> None:
        match mark:
            case When():
                await self._when(mark, function)
            case Every():
                await self._every(mark, function)
            case At():
                await self._at(mark, function)

    async def _when(self, mark: When, function: Callable[..., Any]) -> None:
        takes = bool(inspect.signature(function).parameters)
        meant = _Meant({name: self._filled(value) for name, value in mark.filters.items()})
        seconds = self._read(mark.lasting, seconds_in)
        with self._owner.host.listen(*mark.kinds) as events:
            happened = _at_once(events, meant) if seconds is None else _lasting(events, meant, seconds)
            async with aclosing(happened):
                async for event in happened:
                    if self._now_within(mark.between):
                        await self._call(function, *([event] if takes else []))

    async def _every(self, mark: Every, function: Callable[..., Any]) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + mark.seconds
        while True:
            await asyncio.sleep(due - loop.time())
            if self._now_within(mark.between):
                await self._call(function)
            due += mark.seconds * max(1, -(-(loop.time() - due) // mark.seconds))

    async def _at(self, mark: At, function: Callable[..., Any]) -> None:
        clock = self._owner.host.clock
        wanted = clock_time(self._owner.fill(mark.time))
        days = weekdays(self._owner.fill(mark.days) if isinstance(mark.days, str) else mark.days)
        done = clock.read()
        while True:
            now = clock.read()
            due = clock.next(wanted, days, after=done if 0 <= done - now <= BACK_SECONDS else now)
            late = await clock.until(due)
            if late is not None and late <= LATE_SECONDS:
                await self._call(function)
                done = due

    def _filled(self, value: Any) -> Any:
        return self._owner.fill(value) if isinstance(value, str) else value

    def _read(self, text: str, read: Callable[[str], Any]) -> Any:
        if not text:
            return None
        try:
            return read(self._owner.fill(text))
        except ValueError as error:
            raise PluginError(f"{self._owner.title}: {error}") from error

    def _now_within(self, between: str) -> bool:
        ends: tuple[time, time] | None = self._read(between, span)
        return ends is None or lies_within(self._owner.host.clock.now().time(), ends)

    async def _call(self, function: Callable[..., Any], *arguments: Event) -> None:
        """Run the author's code; whatever it raises ends here."""
        try:
            async with asyncio.timeout(REACTION_SECONDS):
                outcome = function(*arguments)
                if inspect.isawaitable(outcome):
                    await outcome
        except BaseException as error:
            if faults.passes(error):
                raise
            module = function.__module__
            name = function.__name__
            what = f"{self._owner.title}: {name} failed: {faults.in_one_line(error, module)}"
            self._owner.complain(what, (name, type(error), faults.place(error, module)))
            log.debug("%s: the traceback", self._owner.title, exc_info=error)


async def _at_once(events: asyncio.Queue[Event], meant: _Meant) -> AsyncGenerator[Event, None]:
    """Every event that is meant."""
    while True:
        event = await events.get()
        if meant.subject(event) is not None and meant.holds(event):
            yield event
        await asyncio.sleep(0)  # whoever is flooded with events is no reason for others to wait


async def _lasting(
    events: asyncio.Queue[Event], meant: _Meant, seconds: float
) -> AsyncGenerator[Event, None]:
    """Events whose condition has held for so long; once for each time that it began to hold."""
    clock = asyncio.get_running_loop().time
    waiting: dict[object, tuple[float, Event]] = {}
    told: set[object] = set()
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(min((due for due, _ in waiting.values()), default=None)):
                event = await events.get()
                if (about := meant.subject(event)) is not None:
                    if not meant.holds(event):
                        waiting.pop(about, None)
                        told.discard(about)
                    elif not (meant.conditional and (about in waiting or about in told)):
                        waiting[about] = (clock() + seconds, event)
                await asyncio.sleep(0)
        for about, (due, event) in list(waiting.items()):
            if due <= clock() and events.empty():
                del waiting[about]
                told.add(about)
                yield event


class _Meant:
    """Which events a reaction is about, and which of them are as it wants them."""

    def __init__(self, filters: Mapping[str, Any]) -> None:
        self._about = {name: wanted for name, wanted in filters.items() if name not in ("value", "before")}
        self._condition = {name: wanted for name, wanted in filters.items() if name in ("value", "before")}

    @property
    def conditional(self) -> bool:
        """Whether it asks for a value."""
        return bool(self._condition)

    def subject(self, event: Event) -> object:
        """Whom an event is about, when that is meant; None otherwise."""
        if not all(_fits(getattr(event, name), wanted) for name, wanted in self._about.items()):
            return None
        return (type(event), getattr(event, "device", ""), getattr(event, "field", ""))

    def holds(self, event: Event) -> bool:
        """Whether it is as it is wanted."""
        return all(_fits(getattr(event, name), wanted) for name, wanted in self._condition.items())


def _fits(value: Any, wanted: Any) -> bool:
    if callable(wanted):
        return bool(wanted(value))
    if isinstance(wanted, str) and isinstance(value, str):
        return wanted.casefold() == value.casefold()
    # True is no 1 here: a lamp that is on is not at one percent.
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def marked_functions(functions: Iterable[Callable[..., Any]]) -> list[tuple[Mark, Callable[..., Any]]]:
    """Each mark of each function, with the function."""
    return [(mark, function) for function in functions for mark in reactions(function)]
