"""A clock that can be put forward: the event loop's own, and the one on the wall with it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from types import TracebackType

from assistant.wallclock import WallClock, clock_time

STEP_SECONDS = 2.0
"""Short enough that nobody takes a link for dead meanwhile."""
BREATH_SECONDS = 0.001
"""Messages over sockets need real time, if very little."""
TURNS = 10


class Clock:
    """While it is open, ``forward`` lets time pass for everything in this event loop.

    Sockets still work: only timers believe it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._real = self._loop.time
        self._ahead = 0.0
        self._wall = datetime.now().timestamp() - self._real()
        self.wall = WallClock(read=lambda: self._wall + self._time())

    def __enter__(self) -> Clock:
        self._loop.time = self._time  # type: ignore[method-assign]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.time = self._real  # type: ignore[method-assign]

    def now(self) -> datetime:
        """The local date and time in this home."""
        return self.wall.now()

    def set(self, to: str | datetime) -> None:
        """Set the clock on the wall; no time passes.

        To a moment, or a time of today (``"23:30"``) or of another day (``"2026-12-01 23:30"``).
        """
        if isinstance(to, str):
            day, _, at = to.strip().rpartition(" ")
            wanted: time = clock_time(at)
            on = _date(day) if day else self.now().date()
            self._wall = self.wall.instant(datetime.combine(on, wanted)) - self._time()
        else:
            self._wall = to.timestamp() - self._time()

    async def forward(self, seconds: float | timedelta) -> None:
        """Let so much time pass, with everything that is due in it happening in its order."""
        left = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        while left > 0:
            await self.settle()
            step = min(STEP_SECONDS, left)
            self._ahead += step
            left -= step
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that is due now; what goes over the network may take longer."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await asyncio.to_thread(_breathe)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _time(self) -> float:
        return self._real() + self._ahead


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write for example 2026-12-01 18:59") from None


def _breathe() -> None:
    import time as real

    real.sleep(BREATH_SECONDS)
