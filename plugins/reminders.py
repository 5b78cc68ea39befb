"""Reminders: words that are said when their time has come. See timers.py and alarms.py."""

import re
from functools import cached_property
from typing import ClassVar

from assistant.api import Answer, Moment, Plugin, Risk, ToolError, asked_in, hush, ring, room_named, tool
from assistant.api.due import Agenda, Entry, moment, spoken, spoken_days, spoken_length

LATE_SECONDS = 60
RING_MINUTES = 3.0
"""Nobody has to get up for a reminder: after that it is only said once more when asked for."""
OVER = re.compile(r"\b(yesterday( (morning|afternoon|evening))?|last (night|week|month|year)|ago)$", re.I)
LAST = re.compile(r"\blast$", re.I)
BARE = re.compile(r"(\d{1,2}:\d\d)?")
"""A time of day without a day, or none."""
ALL = {"all", "everything", "all reminders", "all my reminders"}


class Reminders(Plugin):
    """Remind people of what they wanted to be reminded of."""

    own_words: ClassVar[bool] = True

    @cached_property
    def _agenda(self) -> Agenda:
        return Agenda(self.storage, self.clock, self._due, called=_called)

    async def run(self) -> None:
        """Wait for the next one."""
        await self._agenda.run()

    async def _due(self, reminder: Entry, late: float) -> None:
        was = f", {spoken_length(late)} ago" if late > LATE_SECONDS else ""
        told = (
            f"I was to remind you{was}: {reminder.what['task']}"
            if was
            else f"Remember: {reminder.what['task']}"
        )
        await ring(told, room=reminder.where(), minutes=RING_MINUTES)

    @tool(
        phrases=(
            "remind me to {task} {when}",
            "remind me {when} to {task}",
            "remind me to {task}",
            "remind us to {task} {when}",
            "set a reminder to {task} {when}",
            "set a reminder {when} to {task}",
            "remind me of {task} {when}",
            "remind me about {task} {when}",
            "remind me that {task} {when}",
            "don't let me forget to {task} {when}",
            "remind me in the {room} to {task} {when}",
            "remind me in the {room} {when} to {task}",
        )
    )
    async def remind(self, task: str, when: Moment = "", room: str = "") -> str:
        """Remind of something, once or on days of the week.

        Args:
            task: what to say then
            room: where it is said, if not here
        """
        task = " ".join(task.split())[:200]
        if not task:
            raise ToolError("What should I remind you of?")
        if _past(task, when):
            raise ToolError("That is over. When should I remind you? Please say it all again")
        if not when:
            raise ToolError(f"When should I remind you to {task}? Please say it all again")
        try:
            wanted = moment(when, self.clock)
        except ValueError as error:
            raise ToolError(str(error)) from error
        if len(await self._agenda.entries()) >= 100:
            raise ToolError("There are too many reminders already")
        at = wanted.time if wanted.days else None
        elsewhere = room_named(room)
        what = {"task": task}
        await self._agenda.add(Entry("", wanted.instant, what, at, wanted.days, elsewhere or asked_in()))
        place = f" in the {elsewhere}" if elsewhere else ""
        return f"I'll remind you {self._time(wanted.instant, wanted.days)}{place}: {task}"

    @tool(
        risk=Risk.READ,
        phrases=(
            "what are my reminders",
            "what reminders are there",
            "list the reminders",
            "list my reminders",
            "what reminders do i have",
            "do i have any reminders",
            "read my reminders",
        ),
    )
    async def list_reminders(self) -> Answer:
        """Tell the reminders and their times."""
        reminders = await self._agenda.entries()
        if not reminders:
            return Answer("There are no reminders")
        told = [f"{self._time(each.due or 0.0, each.days)}: {each.what['task']}" for each in reminders[:5]]
        more = f"; and {len(reminders) - 5} more" if len(reminders) > 5 else ""
        return Answer(f"{'; '.join(told)}{more}", foreign=True)

    @tool(
        phrases=(
            "forget the reminder",
            "cancel the reminder",
            "delete the reminder",
            "cancel the reminder to {task}",
            "forget the reminder to {task}",
            "delete the reminder to {task}",
            "cancel {task} reminders",
            "delete {task} reminders",
            "cancel the reminder about {task}",
            "cancel the {task} reminder",
        )
    )
    async def cancel_reminder(self, task: str = "") -> str:
        """Forget a reminder.

        Args:
            task: words of it, or "all"
        """
        reminders = await self._agenda.entries()
        if not reminders:
            raise ToolError("There are no reminders")
        wanted = set(task.lower().split()) - {"the", "my", "a", "to"}
        everything = bool(wanted) and wanted <= {"all", "every", "both", "of", "reminders"}
        found = [each for each in reminders if everything or wanted <= set(each.what["task"].lower().split())]
        if not found:
            raise ToolError(f"There is no reminder to {task}")
        if len(found) > 1 and not everything:
            choices = tuple(str(each.what["task"]) for each in found[:5])
            raise ToolError(f"Which one: {', '.join(choices[:-1])} or {choices[-1]}?", options=choices)
        for each in found:
            if each in self._agenda.ringing:
                await hush()
            await self._agenda.remove(each)
        return "The reminder is cancelled" if len(found) == 1 else f"All {len(found)} reminders are cancelled"

    def _time(self, instant: float, days: frozenset[int]) -> str:
        if not days:
            return spoken(instant, self.clock)
        then = self.clock.at(instant)
        return f"{spoken_days(days)} at {then.hour}:{then:%M}"


def _past(task: str, when: str) -> bool:
    """Whether a day gone by was named: of "call mum yesterday at 5" only "at 5" is a time to come."""
    return bool(LAST.search(task)) or (bool(OVER.search(task)) and bool(BARE.fullmatch(when)))


def _called(reminder: Entry) -> str:
    return f"the reminder to {reminder.what['task']}"
