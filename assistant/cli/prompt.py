"""The prompt of `assistant run`: typed sentences, one per line; an empty line is the button."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from assistant.app import House
from assistant.errands import Errands
from assistant.keyboard import own_input
from assistant.phases import Phase

LINES_AT_ONCE = 8


class Prompt:
    """Reads standard input on a thread of its own, and outlives a house that is built anew.

    ``note`` shows a line to whoever types.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._lines: asyncio.Queue[str] = asyncio.Queue()

    def start(self) -> None:
        """Begin to read."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="prompt", daemon=True).start()

    async def answer(self, house: House, errands: Errands) -> bool:
        """Answer until nothing more comes; whether somebody at a terminal has ended it.

        What takes its time does not keep the next line waiting.
        """
        free = asyncio.Semaphore(LINES_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            while line := await self._lines.get():
                if line.strip():
                    await free.acquire()
                    typed = tasks.create_task(errands.typed(line), name="typed")
                    typed.add_done_callback(lambda _typed: free.release())
                elif own_input().isatty():
                    self._push(house)
        return own_input().isatty()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        for line in own_input():
            loop.call_soon_threadsafe(self._lines.put_nowait, line)
        loop.call_soon_threadsafe(self._lines.put_nowait, "")

    def _push(self, house: House) -> None:
        """Listen without a wake word, or be silent when the assistant talks."""
        if house.conversation.phase is Phase.SPEAKING:
            house.conversation.stop()
        elif not house.known_as.room.push():
            self._note("There is no microphone that could listen now; type the sentence.")
