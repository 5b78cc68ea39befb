"""Alarms by the clock on the wall, once or again and again. See timers.py and reminders.py."""

from functools import cached_property
from typing import ClassVar

from assistant.api import (
    MorningMoment,
    Plugin,
    Risk,
    Seconds,
    ToolError,
    asked_in,
    hush,
    ring,
    room_named,
    tool,
)
from assistant.api.due import Agenda, Entry, moment, spoken, spoken_days, spoken_length

LATE_SECONDS = 60
LONG_AGO_SECONDS = 15 * 60
ALL = {"all", "every", "both", "all of", "all my", "all our", "all the"}


class Alarms(Plugin):
    """Wake people."""

    own_words: ClassVar[bool] = True

    @cached_property
    def _agenda(self) -> Agenda:
        return Agenda(self.storage, self.clock, self._due, called=self._called)

    async def run(self) -> None:
        """Wait for the next one."""
        await self._agenda.run()

    async def _due(self, alarm: Entry, late: float) -> None:
        rings_at = spoken(self.clock.read() - late, self.clock)
        if late > LONG_AGO_SECONDS:
            await self.say(f"I was away and missed your alarm {rings_at}", room=alarm.where())
            return
        was = f"Your alarm was {rings_at}, {spoken_length(late)} ago" if late > LATE_SECONDS else ""
        await ring(was or f"It is {self.clock.now():%H:%M}, your alarm", room=alarm.where())

    @tool(
        phrases=(
            "set an alarm for {when}",
            "set an alarm at {when}",
            "wake me at {when}",
            "wake me up at {when}",
            "wake me {when}",
            "wake me up {when}",
            "set an alarm {when}",
            "set the alarm for {when}",
            "set my alarm for {when}",
            "alarm at {when}",
            "set alarm for {when}",
            "wake us at {when}",
            "set an alarm",
            "wake me up",
            "set an alarm for {when} in the {room}",
            "wake me at {when} in the {room}",
        )
    )
    async def set_alarm(self, when: MorningMoment = "", room: str = "") -> str:
        """Set an alarm, once or on days of the week.

        Args:
            room: where it rings, if not here
        """
        if not when:
            raise ToolError("When should it ring? Say for example: wake me at seven")
        alarms = await self._agenda.entries()
        try:
            wanted = moment(when, self.clock)
        except ValueError as error:
            raise ToolError(str(error)) from error
        if len(alarms) >= 50:
            raise ToolError("There are too many alarms already")
        elsewhere = room_named(room)
        wished = (wanted.instant, wanted.days, elsewhere or asked_in())
        if not any((alarm.due, alarm.days, alarm.room) == wished for alarm in alarms):
            at = wanted.time if wanted.days else None
            await self._agenda.add(Entry("", wanted.instant, at=at, days=wanted.days, room=wished[-1]))
        place = f" in the {elsewhere}" if elsewhere else ""
        if wanted.days:
            again = f"{spoken_days(wanted.days)} at {wanted.time.hour}:{wanted.time:%M}"
            return f"The alarm rings {again}{place}, the next time {spoken(wanted.instant, self.clock)}"
        return f"The alarm is set for {spoken(wanted.instant, self.clock).removeprefix('at ')}{place}"

    @tool(
        phrases=(
            "cancel the alarm",
            "cancel the alarm at {when}",
            "cancel the alarm for {when}",
            "delete the alarm",
            "delete the alarm at {when}",
            "cancel the {when} alarm",
            "delete the {when} alarm",
            "cancel my alarm",
            "cancel the alarm {when}",
            "cancel the {which} alarm",
            "delete the {which} alarm",
            "cancel {which} alarms",
            "delete {which} alarms",
            "remove the alarm",
            "turn off the alarm",
            "turn the alarm off",
            "stop the alarm",
        )
    )
    async def cancel_alarm(self, when: MorningMoment = "", which: str = "") -> str:
        """Cancel an alarm; one that rings is only stopped.

        Args:
            which: more words about it, or "all"
        """
        if self._agenda.ringing:
            await hush()
            return "The alarm is off"
        alarms = await self._agenda.entries()
        if not alarms:
            raise ToolError("There is no alarm")
        which = " ".join(word for word in which.lower().split() if word not in ("the", "my"))
        if which not in ALL and which not in ("", "next") and not when:
            raise ToolError(f"There is no {which} alarm. {self._told(alarms)}")
        found = (
            alarms[:1] if which == "next" else [each for each in alarms if not when or self._is(each, when)]
        )
        if not found:
            on_that_day = [alarm for alarm in alarms if self._is(alarm, when, only_the_day=True)]
            question = "Do you mean that one?" if len(on_that_day) == 1 else "Which one?"
            if on_that_day and which not in ALL:
                raise ToolError(f"{self._told(on_that_day)}. {question}", options=self._times(on_that_day))
            raise ToolError(f"There is no alarm then. {self._told(alarms)}")
        if len(found) > 1 and which not in ALL:
            raise ToolError(f"{self._told(found)}. Which one?", options=self._times(found))
        for alarm in found:
            await self._agenda.remove(alarm)
        return "The alarm is cancelled" if len(found) == 1 else f"All {len(found)} alarms are cancelled"

    @tool(
        risk=Risk.READ,
        phrases=(
            "what alarms are set",
            "what alarms are there",
            "when is my alarm",
            "list the alarms",
            "do i have an alarm",
            "what alarms do i have",
            "is there an alarm",
            "when will you wake me",
            "which alarms are set",
            "when does the alarm ring",
            "what time is my alarm",
        ),
    )
    async def list_alarms(self) -> str:
        """Tell which alarms are set."""
        alarms = await self._agenda.entries()
        return self._told(alarms) if alarms else "There is no alarm"

    @tool(
        phrases=(
            "snooze",
            "snooze for {seconds}",
            "snooze the alarm",
            "give me {seconds} more",
            "wake me again in {seconds}",
        )
    )
    async def snooze(self, seconds: Seconds = 540) -> str:
        """Let an alarm that rings ring again later."""
        if not self._agenda.ringing:
            raise ToolError("No alarm rings")
        (alarm, *_) = self._agenda.ringing
        await self._agenda.add(Entry("", self.clock.read() + seconds, room=alarm.room))
        await hush()
        return f"I'll ring again in {spoken_length(seconds)}"

    def _is(self, alarm: Entry, when: str, *, only_the_day: bool = False) -> bool:
        try:
            wanted = moment(when, self.clock)
        except ValueError as error:
            raise ToolError(str(error)) from error
        then = self.clock.at(alarm.due or 0.0)
        if only_the_day:
            return alarm.days == wanted.days and (
                bool(wanted.days) or then.date() == self.clock.at(wanted.instant).date()
            )
        return alarm.due == wanted.instant or (then.hour, then.minute) == (
            wanted.time.hour,
            wanted.time.minute,
        )

    def _called(self, alarm: Entry) -> str:
        return f"the alarm {self._one(alarm)}"

    def _times(self, alarms: list[Entry]) -> tuple[str, ...]:
        return tuple(f"{self.clock.at(alarm.due or 0.0):%H:%M}" for alarm in alarms)

    def _told(self, alarms: list[Entry]) -> str:
        told = [self._one(alarm) for alarm in alarms[:5]]
        more = f", and {len(alarms) - 5} more" if len(alarms) > 5 else ""
        return f"{'There is an alarm' if len(alarms) == 1 else 'There are alarms'} {'; '.join(told)}{more}"

    def _one(self, alarm: Entry) -> str:
        if alarm.days and alarm.at:
            return f"{spoken_days(alarm.days)} at {alarm.at.hour}:{alarm.at:%M}"
        return spoken(alarm.due or 0.0, self.clock)
