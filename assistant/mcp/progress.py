"""How far a slow tool of a server is, in our own words: its own have no place in the middle of a talk."""

from __future__ import annotations

import asyncio

from assistant.tools.telling import teller

PAUSE_SECONDS = 10.0
"""Between two sentences; whoever listens wants to know that it goes on, not each step."""


class Progress:
    """Hears a server's progress notifications of one call, and tells of some."""

    def __init__(self, speaker: str) -> None:
        self._speaker = speaker
        self._tell = teller()  # it is heard in the task that reads what comes in
        self._told_at: float | None = None
        self._told = ""

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """It is at ``progress`` of ``total``."""
        now = asyncio.get_running_loop().time()
        if self._told_at is not None and now - self._told_at < PAUSE_SECONDS:
            return
        sentence = self._sentence(progress, total)
        if sentence != self._told:
            self._told, self._told_at = sentence, now
            await self._tell(sentence)

    def _sentence(self, progress: float, total: float | None) -> str:
        if total is not None and 0 < total < float("inf") and 0 <= progress <= total:
            return f"{self._speaker} is at {100 * progress / total:.0f} percent"
        return f"{self._speaker} is still at it"
