"""Timers: many, named, kept over a power cut. See also alarms.py and reminders.py."""

from datetime import timedelta
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from assistant.api import (
    Answer,
    Plugin,
    Range,
    Risk,
    Seconds,
    ToolError,
    asked_in,
    hush,
    ring,
    room_named,
    tool,
)
from assistant.api.due import Agenda, Entry, spoken_length

LATE_SECONDS = 5
LONG_AGO_SECONDS = 15 * 60
SPELLED = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
UNNAMED = {"the", "my", "a", "an", "and", "also", "another", "new", "timer", "one"}
ASKING = {
    "add", "can", "could", "create", "give", "i", "like", "make", "me", "need", "on", "put", "run", "set",
    "start", "to", "us", "want", "we", "would", "you",
}  # fmt: skip
"""What comes before "an egg timer" when somebody wishes for one; no name begins so."""
ALL = {"all", "every", "both", "all of", "all my", "all our", "all the", "all of the", "all of my"}
SETS = (
    "set a timer for {seconds}",
    "set a {name} timer for {seconds}",
    "set a {seconds} timer",
    "set a timer of {seconds}",
    "start a timer for {seconds}",
    "start a {seconds} timer",
    "start a {name} timer for {seconds}",
    "set a {seconds} timer for {name}",
    "set a timer for {seconds} for {name}",
    "timer for {seconds}",
    "{seconds} timer",
    "set a timer called {name} for {seconds}",
    "set a timer for {seconds} called {name}",
    "count down {seconds}",
    "set the timer to {seconds}",
    "set a timer",
    "start a timer",
    "set a timer for {seconds} in the {room}",
    "set a {seconds} timer in the {room}",
    "set a {name} timer for {seconds} in the {room}",
    "set another timer for {seconds}",
    "set another {seconds} timer",
    "another timer for {seconds}",
    "another {seconds} timer",
    "another one for {seconds}",
    "another one for the {name} {seconds}",
    "another timer for the {name} {seconds}",
    "set another {name} timer for {seconds}",
    "set a timer for the {name} for {seconds}",
    "set a timer for the {name} {seconds}",
    "{name} timer for {seconds}",
    "{name} timer {seconds}",
    "add a timer for {seconds}",
    "add a {seconds} timer",
    "add a {name} timer for {seconds}",
    "create a timer for {seconds}",
    "create a {seconds} timer",
    "make a {seconds} timer",
    "give me a {seconds} timer",
    "put on a {seconds} timer",
    "i need a {seconds} timer",
    "new {seconds} timer",
    "time {seconds}",
    "start a {name} timer",
    "set a {name} timer",
    "set a timer for {name}",
)
ASKS = (
    "how long is left on the timer",
    "how long is left on the {name} timer",
    "what timers are there",
    "how much time is left on the timer",
    "how much time is left on the {name} timer",
    "how long is left",
    "how much time is left",
    "what timers are running",
    "list the timers",
    "what timers do i have",
    "which timers are running",
    "how long does the {name} timer have left",
    "are there any timers",
    "how long has the {name} timer got",
    "what is the timer at",
    "how long left",
    "how much longer",
    "how long do i have left",
    "how long do i have left on the {name}",
    "how long is left on the {name}",
    "how much time is left on the {name}",
    "how long until the timer",
    "how long until the {name} timer",
)

More = Annotated[int, Range(-86400, 86400), "in seconds; negative takes away"]


class Timers(Plugin):
    """Count down and ring."""

    own_words: ClassVar[bool] = True

    @cached_property
    def _agenda(self) -> Agenda:
        return Agenda(self.storage, self.clock, self._done, steady=True, called=_the)

    async def run(self) -> None:
        """Wait for the next one."""
        await self._agenda.run()

    async def _done(self, timer: Entry, late: float) -> None:
        if late > LONG_AGO_SECONDS:
            await self.say(
                f"While I was away, {_the(timer)} ended {spoken_length(late)} ago", room=timer.where()
            )
            return
        done = f"has been done for {spoken_length(late)}" if late > LATE_SECONDS else "is done"
        await ring(f"{_the(timer)} {done}", room=timer.where())

    @tool(phrases=SETS)
    async def set_timer(self, seconds: Seconds | None = None, name: str = "", room: str = "") -> str:
        """Start a timer; there may be many.

        Args:
            name: what it is for: pasta
            room: where it rings, if not here
        """
        if seconds is None:
            raise ToolError("How long should it run? Say for example: set a timer for ten minutes")
        timers = await self._agenda.entries()
        if len(timers) >= 50:
            raise ToolError("There are too many timers already")
        name = _name(name)
        if name and any(_name(timer.what["name"]) == name for timer in timers):
            raise ToolError(f"There is a {name} timer already; cancel it or choose another name")
        elsewhere = room_named(room)
        what = {"name": name, "seconds": seconds, "left": None}
        due = self.clock.read() + seconds
        await self._agenda.add(Entry("", due, what, room=elsewhere or asked_in()))
        where = f" in the {elsewhere}" if elsewhere else ""
        return f"The {name + ' ' if name else ''}timer is set for {spoken_length(seconds)}{where}"

    @tool(
        phrases=(
            "{action} the timer",
            "{action} the {name} timer",
            "{action} {name} timers",
            "{action} the timer for {name}",
            "turn off the timer",
            "delete the {name} timer",
        )
    )
    async def change_timer(
        self,
        action: Literal["cancel", "pause", "resume", "stop", "continue", "delete"] = "cancel",
        name: str = "",
    ) -> str:
        """Cancel, pause or resume a timer.

        Args:
            action: what to do with it
            name: its name or length, or "all"
        """
        timers = await self._meant(name, "Which one do you mean")
        done = {"pause": "paused", "resume": "running again", "continue": "running again"}.get(
            action, "cancelled"
        )
        for timer in timers:
            if action == "pause" and timer.due is not None:
                timer.what["left"], timer.due = max(1.0, timer.due - self.clock.read()), None
                await self._agenda.change(timer)
            elif done == "running again" and timer.due is None:
                timer.due = self.clock.read() + timer.what["left"]
                await self._agenda.change(timer)
            elif done == "cancelled":
                if timer in self._agenda.ringing:
                    await hush()
                await self._agenda.remove(timer)
        if len(timers) == 1:
            return f"{_the(timers[0])} is {done}"
        return f"{'Both' if len(timers) == 2 else f'All {_count(len(timers))}'} timers are {done}"

    @tool(
        phrases=(
            "add {seconds} to the timer",
            "add {seconds} to the {name} timer",
            "give the {name} timer {seconds} more",
            "add another {seconds} to the timer",
            "extend the timer by {seconds}",
            "extend the {name} timer by {seconds}",
            "remove {-seconds} from the timer",
            "remove {-seconds} from the {name} timer",
            "take {-seconds} off the timer",
            "take {-seconds} off the {name} timer",
            "take {-seconds} from the {name} timer",
            "shorten the timer by {-seconds}",
            "shorten the {name} timer by {-seconds}",
        )
    )
    async def add_to_timer(self, seconds: More, name: str = "") -> str:
        """Make a timer longer or shorter.

        Args:
            name: its name or length, where there are several
        """
        (timer, *more) = await self._meant(name, "Which one do you mean")
        if more:
            raise ToolError("I can only change one timer at a time")
        left = self._left(timer) + seconds
        if left <= 0:
            raise ToolError(f"{_the(timer)} has only {spoken_length(self._left(timer))} left")
        if timer.due is None:
            timer.what["left"] = left
        else:
            timer.due = self.clock.read() + left
        await self._agenda.change(timer)
        return f"{_the(timer)} has {spoken_length(left)} left"

    @tool(
        risk=Risk.READ,
        phrases=ASKS,
    )
    async def timers_left(self, name: str = "") -> Answer:
        """Tell the timers and how long they have left.

        Args:
            name: its name or length; empty for all
        """
        timers = await self._meant(name or "all", "Which one do you mean", some=False)
        if not timers:
            return Answer("There are no timers")
        told = [f"{_the(timer)} {self._state(timer)}" for timer in timers[:5]]
        more = f", and {_count(len(timers) - 5)} more" if len(timers) > 5 else ""
        shown = [
            {
                "name": _called(timer),
                "left": self._state(timer).removeprefix("has "),
                "until": self._until(timer),
                "seconds": round(self._left(timer), 1),
                "running": timer.due is not None,
            }
            for timer in timers[:5]
        ]
        return Answer("; ".join(told) + more, {"timers": shown})

    def _until(self, timer: Entry) -> str:
        """When it will ring; what is left would be wrong a moment later."""
        if timer.due is None or timer in self._agenda.ringing:
            return ""
        return f"{self.clock.now() + timedelta(seconds=self._left(timer)):%H:%M}"

    def _left(self, timer: Entry) -> float:
        if timer.due is None:
            return float(timer.what["left"])
        return max(0.0, timer.due - self.clock.read())

    def _state(self, timer: Entry) -> str:
        if timer in self._agenda.ringing:
            return "is done"
        left = f"{spoken_length(self._left(timer))} left"
        return f"has {left}" if timer.due is not None else f"is paused with {left}"

    async def _meant(self, name: str, question: str, *, some: bool = True) -> list[Entry]:
        """The timers that a name speaks of; one that could be several is asked about."""
        timers = await self._agenda.entries()
        wanted = _name(name)
        if not timers:
            if some:
                raise ToolError("There is no timer")
            return []
        if wanted in ALL or (not wanted and len(timers) == 1):
            return timers
        if wanted:
            found = [timer for timer in timers if wanted in (_name(timer.what["name"]), _length(timer))]
        else:
            found = [timer for timer in timers if timer in self._agenda.ringing]
        if len(found) == 1:
            return found
        choices = tuple(_called(timer) for timer in (found or timers))
        offered = " or ".join(filter(None, [", ".join(choices[:-1]), choices[-1]]))
        none = wanted and not found
        problem = f"There is no {wanted} timer. Do you mean" if none else f"{question}:"
        raise ToolError(f"{problem} {offered}?", options=choices)


def _name(text: str) -> str:
    words = text.lower().split()
    while words and words[0] in ASKING:
        del words[0]
    words = [word for word in words if word not in UNNAMED]
    return " ".join(words)[:40]


def _length(timer: Entry) -> str:
    return (
        spoken_length(timer.what["seconds"])
        .replace("minutes", "minute")
        .replace("hours", "hour")
        .replace("seconds", "second")
    )


def _called(timer: Entry) -> str:
    return str(timer.what["name"]) or _length(timer)


def _the(timer: Entry) -> str:
    return f"the {_called(timer)} timer"


def _count(number: int) -> str:
    return SPELLED[number] if number < len(SPELLED) else str(number)
