"""A plugin that says, when asked on ``counting/do``, how many tasks the house has; for P6."""

import asyncio
from typing import Any

from assistant.api import Plugin, hears


class Counting(Plugin):
    """Answers on ``counting/tasks``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._asked = asyncio.Event()

    @hears("counting/do", retained=False)
    def _count(self, payload: str) -> None:
        self._asked.set()

    async def run(self) -> None:
        """Count when asked."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self.publish("counting/tasks", len(asyncio.all_tasks()))
