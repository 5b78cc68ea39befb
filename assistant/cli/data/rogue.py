"""A plugin that does on order what bad plugins do; for `assistant bench house-faults` and `storm`."""

import asyncio
import time
from typing import Any

from assistant.api import Plugin, hears

FLOOD = 2000
HOARD = 64 * 2**20


class Rogue(Plugin):
    """Orders come on ``rogue/do``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._orders: asyncio.Queue[str] = asyncio.Queue()

    @hears("rogue/do", retained=False)
    def _misbehave(self, payload: str) -> None:
        match payload:
            case "raise":
                raise RuntimeError("as it was told to")
            case "exit":
                raise SystemExit("as it was told to")
            case "hold":
                time.sleep(60)
            case _:
                self._orders.put_nowait(payload)

    async def run(self) -> None:
        """Do what needs to be done slowly."""
        while True:
            match await self._orders.get():
                case "end":
                    raise RuntimeError("its task was told to end")
                case "hang":
                    await asyncio.Event().wait()
                case "flood":
                    for number in range(FLOOD):
                        await self.publish(f"rogue/flood/{number}", number)
                case "hoard":
                    hoard = bytearray(HOARD)
                    hoard[:] = bytes(1) * HOARD
                    await asyncio.sleep(0.5)
