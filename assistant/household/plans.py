"""What devices are to do later: kept on disk before it is promised (P4), done as if it were asked for then.

The times are in `agenda`; what may be planned, how late it is still done, and how it ends, is here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant import revoking
from assistant.agenda import Agenda, Entry
from assistant.amenities import FOLDER, House
from assistant.bus import Bus
from assistant.errors import ToolError
from assistant.events import Problem
from assistant.home.furniture import Furniture
from assistant.home.registry import Registry, folded
from assistant.household.steps import Planned, carried_out, changed, key, planned, reverse, there
from assistant.moments import moment, spoken, spoken_days, spoken_length
from assistant.revoking import Revocable
from assistant.rooms import asked_in
from assistant.speaking import say
from assistant.storage import Storage
from assistant.tools import wording
from assistant.tools.foreseeing import Foreseen, Setting, Step, foreseen
from assistant.tools.journal import Deed, Journal, Utterance
from assistant.tools.policy.matching import Case
from assistant.tools.sentences import listed
from assistant.tools.table import ToolTable
from assistant.wallclock import WallClock, seconds_in

log = logging.getLogger(__name__)

MOST_PLANS = 50
MOST_STEPS = 20
FARTHEST_SECONDS = 30 * 86400.0
LATE_SECONDS = 15 * 60.0
"""So late anything is still done."""
LIGHT_LATE_SECONDS = 2 * 3600.0
OFF_LATE_SECONDS = 86400.0
"""What only switches off is better late than never: the heater that was to be off at midnight."""
OFF = frozenset({"turn_off", "stop", "pause", "lock"})
DEVICES_SECONDS = 60.0
"""So long after its time a device may take to be found: the house may have just begun."""
LOOK_SECONDS = 1.0
SUN = ("sun", "dusk", "dawn")
NO_SUN = "I don't know when the sun rises or sets here. Please say a time, such as at eight in the evening."
WHEN = "When should I do that? Say for example: at six, or in ten minutes."
SO_BEFORE = "It was so before, so it stays."
NOT_BACK = "How to put that back I don't know; please do it yourself."
ALL = frozenset({"all", "everything", "all plans", "every plan", "all of it", "all of them"})
UNSAID = frozenset({"plan", "thing", "planned", "to", "at", "turn", "on"})


@dataclass(frozen=True)
class Home:
    """What plans are about, and who hears of what is done."""

    table: ToolTable
    registry: Registry
    bus: Bus


class Plans:
    """The house's plans; what was done for one is told in the ``journal`` of what people ask for."""

    def __init__(self, home: Home, journal: Journal, storage: Storage, clock: WallClock) -> None:
        self._table, self._registry, self._bus = home.table, home.registry, home.bus
        self._clock = clock
        self._agenda = Agenda(storage, clock, self._due, steady=_steady)
        self._journal = journal
        self.linked: Callable[[], bool] = lambda: True
        """Whether the broker can be reached."""

    async def run(self) -> None:
        """Do what is due, for ever."""
        await self._agenda.run()

    def cases(self, args: Mapping[str, Any]) -> Sequence[Case]:
        """What a call of ``do_later`` asks for, as the policy judges it: the same as now, and its time.

        Raises:
            ToolError: some of it cannot be done later.
        """
        times = _times(str(args.get("when") or ""), args.get("seconds"))
        steps = [_step(each) for each in args.get("calls") or [] if isinstance(each, Mapping)]
        return [self._foreseen(step).case(self._registry, times) for step in steps]

    async def add(self, steps: Sequence[Step], when: str, seconds: int | None) -> str:
        """Plan the steps, or with ``seconds`` alone do them now and put them back then; says so.

        Raises:
            ToolError: they cannot be planned; the text says why.
        """
        if not steps or len(steps) > MOST_STEPS:
            raise ToolError(f"Name what is to be done, at most {MOST_STEPS} things.")
        if not when and seconds is None:
            raise ToolError(WHEN)
        if len(await self._entries()) >= MOST_PLANS:
            raise ToolError(f"There are {MOST_PLANS} plans already; cancel some first.")
        found = [self._foreseen(step) for step in steps]
        if not when and seconds is not None:
            return await self._for_a_while([planned(each) for each in found], seconds)
        entry = self._entry(found, when, seconds)
        await self._agenda.add(entry)
        ahead = self._ahead(entry)
        called = f"the plan to {_what(entry)} {ahead}"
        revoking.made(Revocable(called, partial(self._revoke, entry, called)))
        return f"{_capital(ahead)} I'll {_what(entry)}"

    async def told(self) -> str:
        """What is planned, in one sentence."""
        entries = await self._entries()
        if not entries:
            return "Nothing is planned"
        shown = [f"{self._time(entry)} I'll {_what(entry)}" for entry in entries[:5]]
        more = f"; and {len(entries) - 5} more" if len(entries) > 5 else ""
        return f"{'; '.join(shown)}{more}"

    async def cancel(self, what: str, when: str) -> str:
        """Cancel the plan of which these words are told, and that time.

        Raises:
            ToolError: there is none, or several could be meant.
        """
        entries = await self._entries()
        if not entries:
            raise ToolError("Nothing is planned.")
        everything = folded(what) in ALL or what.strip().casefold() in ALL
        found = [each for each in entries if everything or self._is(each, what, when)]
        if not found:
            raise ToolError(f"That is not planned. {_capital(await self.told())}.")
        if len(found) > 1 and not everything:
            choices = tuple(self._called(each) for each in found[:5])
            raise ToolError(f"Do you mean {listed([*choices], 'or')}?", options=choices)
        for entry in found:
            await self._agenda.remove(entry)
        return f"{_capital(self._called(found[0]))} is cancelled" if len(found) == 1 else "All is cancelled"

    async def _entries(self) -> list[Entry]:
        """All that can be read; what somebody else has written into the file is let go."""
        read: list[Entry] = []
        for entry in await self._agenda.entries():
            if _readable(entry):
                read.append(entry)
            else:
                await self._agenda.remove(entry)
        return read

    def _foreseen(self, step: Step) -> Foreseen:
        return foreseen(self._table, self._registry, step)

    def _entry(self, found: Sequence[Foreseen], when: str, seconds: int | None) -> Entry:
        if any(word in when.casefold() for word in SUN) and "sunday" not in when.casefold():
            raise ToolError(NO_SUN)
        try:
            wanted = moment(when, self._clock)
        except ValueError as error:
            raise ToolError(str(error)) from error
        if wanted.instant - self._clock.read() > FARTHEST_SECONDS:
            raise ToolError("I plan at most 30 days ahead.")
        what = {
            "steps": [planned(each).kept() for each in found],
            "seconds": seconds,
            "counted": _is_counted(when),
        }
        at = wanted.time if wanted.days else None
        return Entry("", wanted.instant, what, at, wanted.days, asked_in())

    async def _for_a_while(self, steps: Sequence[Planned], seconds: float) -> str:
        """Do it now, and plan how it is put back."""
        done = await carried_out(steps, self._table, self._bus)
        if not any(deed.ok for deed in done.deeds):
            raise ToolError(done.problem)
        for deed in done.deeds:
            self._journal.now.note(deed)
        back = await self._plan_back(done.deeds, seconds)
        if back is None:
            return f"{done.text} {NOT_BACK if changed(done.deeds) else SO_BEFORE}"
        revoking.made(Revocable(revoking.DONE, partial(self._put_back_now, back)))
        return f"{done.text} {_capital(self._ahead(back))} I'll {_what(back)}"

    async def _plan_back(self, deeds: Sequence[Deed], seconds: float) -> Entry | None:
        """Plan how devices are put back; what was planned so before is put off. None: nothing has changed."""
        steps = [each for each in reverse(deeds, self._table) if there(each, self._table)]
        meant = {key(device) for deed in deeds for device in deed.before}
        for entry in await self._entries():
            if entry.what.get("back") and meant.intersection(*(each.devices for each in _steps(entry))):
                steps = [each for each in steps if not meant.intersection(each.devices)]
                steps += _steps(entry)
                await self._agenda.remove(entry)
        if not steps:
            return None
        what = {"steps": [each.kept() for each in steps], "back": True, "counted": True}
        back = Entry("", self._clock.read() + seconds, what, room=asked_in())
        await self._agenda.add(back)
        return back

    async def _revoke(self, entry: Entry, called: str) -> str:
        if entry not in await self._entries():
            return ""
        await self._agenda.remove(entry)
        return f"{called} is cancelled"

    async def _put_back_now(self, back: Entry) -> str:
        if back not in await self._entries():
            return ""
        await self._agenda.remove(back)
        done = await carried_out(_steps(back), self._table, self._bus)
        return done.text or done.problem

    async def _due(self, entry: Entry, late: float) -> None:
        if not _readable(entry):
            return
        steps = _steps(entry)
        due = self._clock.read() - late
        what = f"I was to {_what(entry)} {spoken(due, self._clock)}"
        if entry.what.get("begun") and not all(step.repeatable for step in steps):
            await self._say(entry, f"{what}, and was interrupted. Please see whether it is done.")
        elif not await self._reachable(steps, due):
            ago = spoken_length(self._clock.read() - due)
            await self._say(entry, f"{what}, {ago} ago, and could not. I leave it now.")
        else:
            entry.what["begun"] = True
            await self._agenda.change(entry)
            await self._do(entry, steps, what)
        entry.what.pop("begun", None)

    async def _do(self, entry: Entry, steps: Sequence[Planned], what: str) -> None:
        done = await carried_out(steps, self._table, self._bus)
        planned_for = spoken(entry.due or 0.0, self._clock).removeprefix("at ")
        utterance = Utterance(because=f"It was planned for {planned_for}")
        for deed in done.deeds:
            utterance.note(deed)
        self._journal.keep(utterance)
        if done.problem:
            await self._say(entry, f"{what}. {done.problem}")
        if seconds := entry.what.get("seconds"):
            await self._plan_back(done.deeds, float(seconds))

    async def _reachable(self, steps: Sequence[Planned], due: float) -> bool:
        """Wait until the devices can be reached; False when it has become too late for what is to be done."""
        most = _patience(steps)
        begun = self._clock.read()
        while (late := self._clock.read() - due) <= most:
            looked = self._clock.read() - begun
            found = all(len(there(step, self._table)) == len(step.devices) for step in steps)
            if self.linked() and (found or looked > DEVICES_SECONDS):
                return True
            await asyncio.sleep(LOOK_SECONDS)
        log.info("a plan is %.0f s late; it is left", late)
        return False

    async def _say(self, entry: Entry, text: str) -> None:
        await say(text, room=entry.where())

    def _time(self, entry: Entry) -> str:
        due = entry.due or 0.0
        if entry.days and entry.at:
            return f"{spoken_days(entry.days)} at {entry.at.hour}:{entry.at:%M}"
        return spoken(due, self._clock)

    def _ahead(self, entry: Entry) -> str:
        """The time of a plan that was just made, in the way that it was said."""
        if entry.what.get("counted"):
            return f"in {spoken_length((entry.due or 0.0) - self._clock.read())}"
        return self._time(entry)

    def _called(self, entry: Entry) -> str:
        return f"the plan to {_what(entry)} {self._time(entry)}"

    def _is(self, entry: Entry, what: str, when: str) -> bool:
        """Whether all the words of ``what`` are told of it, and it is at that time."""
        if not _roots(what) <= _roots(self._called(entry)):
            return False
        if not when:
            return True
        try:
            wanted = moment(when, self._clock)
        except ValueError as error:
            raise ToolError(str(error)) from error
        then = self._clock.at(entry.due or 0.0)
        return (then.hour, then.minute) == (wanted.time.hour, wanted.time.minute)


def plans_of(furniture: Furniture, journal: Journal, bus: Bus, host: House) -> Plans:
    """The plans of a house, kept beside what its plugins keep."""
    home = Home(furniture.table, furniture.registry, bus)
    path = host.folder / FOLDER / "plans.sqlite"
    return Plans(home, journal, Storage(path, lambda text: host.tell(Problem(f"plans: {text}"))), host.clock)


def _step(told: Mapping[str, Any]) -> Step:
    """A step as a brain sends it; what is wrong in it is told when it is checked."""
    settings = [each for each in told.get("arguments") or [] if isinstance(each, Mapping)]
    arguments = [Setting(str(each.get("name")), str(each.get("value"))) for each in settings]
    return Step(str(told.get("tool", "")), str(told.get("device", "")), arguments)


def _steps(entry: Entry) -> list[Planned]:
    return [Planned.read(kept) for kept in entry.what["steps"]]


def _times(when: str, seconds: object) -> dict[str, Any]:
    """A time and a length as values that the user must have said."""
    times: dict[str, Any] = {wording.FOR: seconds} if isinstance(seconds, int | float) else {}
    if not _is_counted(when):
        return times | {wording.AT: when} if when else times
    try:
        return times | {wording.IN: seconds_in(when.strip().casefold().removeprefix("in").lstrip("+ "))}
    except ValueError:  # it is told when it is planned
        return times


def _is_counted(when: str) -> bool:
    return when.strip().casefold().startswith(("in ", "+"))


def _readable(entry: Entry) -> bool:
    try:
        float(entry.what.get("seconds") or 0)
        return bool(_steps(entry))
    except (KeyError, TypeError, ValueError) as error:
        log.warning("what is kept as plan %s cannot be read: %r", entry.id, error)
        return False


def _what(entry: Entry) -> str:
    told = listed([step.told for step in _steps(entry)])
    seconds = entry.what.get("seconds")
    return f"{told} for {spoken_length(seconds)}" if seconds else told


def _steady(entry: Entry) -> bool:
    """What was planned by a length of time keeps to it when the clock on the wall is set anew."""
    return bool(entry.what.get("counted"))


def _patience(steps: Sequence[Planned]) -> float:
    """How many seconds late the steps may be done."""
    if all(step.verb in OFF for step in steps):
        return OFF_LATE_SECONDS
    return LIGHT_LATE_SECONDS if all(step.lights for step in steps) else LATE_SECONDS


def _roots(text: str) -> set[str]:
    """The words that count, without their plural."""
    return {word.removesuffix("s") for word in folded(text).split()} - UNSAID


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
