"""Who speaks when: one reply at a time, cut off by the user, with tool calls in the middle of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from assistant.brain.calls import Batch, Calls, blocks
from assistant.brain.line import Line
from assistant.brain.memory import Conversation, Memory
from assistant.brain.mouth import Mouth, Spoken
from assistant.brain.parts import Parts
from assistant.brain.protocols import Understanding
from assistant.brain.thinking import Thinker
from assistant.brain.wire import Said

Work = Callable[[], Awaitable[None]]
Understand = Callable[[], Awaitable[tuple[Thinker, Understanding]]]
NOTHING = Spoken()


class Turns:
    """The turns of one session; `run` and every reply live in the session's task group."""

    def __init__(self, line: Line, parts: Parts, conversation: Conversation, memory: Memory) -> None:
        self.calls = Calls()
        self._line = line
        self._options = parts.options
        self._conversation = conversation
        self._memory = memory
        self._mouth = Mouth(line, parts.voice, conversation.setup)
        self._resumable = "sessionResumption" in conversation.setup
        self._requests: deque[Work] = deque()
        self._answers: deque[Work] = deque()
        self._user_speaks = False
        self._changed = asyncio.Event()
        self._current: asyncio.Task[None] | None = None
        self._awaited: Batch | None = None
        self._speaking = False
        self._offered = False
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Take what users and tools ask for, one after another, for ever."""
        async with asyncio.TaskGroup() as self._tasks:
            await self._offer_handle()
            while True:
                work = self._next()
                if work is None:
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                await self._no_handle()
                self._current = self._tasks.create_task(_run(work))
                await asyncio.wait([self._current])
                if self._current.cancelled():
                    await self._cut_off()
                if not self._busy():
                    await self._offer_handle()

    def perform(self, work: Work) -> None:
        """Take a turn, as soon as the present one is over; mostly `respond`."""
        self._requests.append(work)
        self._changed.set()

    def user_speaks(self, speaks: bool) -> None:
        """While the user speaks no answer of a tool is told."""
        self._user_speaks = speaks
        self._changed.set()

    def interrupt(self) -> None:
        """Stop what is being said or done; the client is told to stop playing it."""
        self._requests.clear()
        if self._current is not None:
            self._current.cancel()

    async def _cut_off(self) -> None:
        self._speaking = False
        if self._awaited is not None:
            await self._withdraw(self._awaited)
            self._awaited = None
        await self._line.content(interrupted=True)
        await self._complete()

    def tell(self, batch: Batch) -> None:
        """Say what came out of calls that the conversation did not wait for."""
        match batch.scheduling:
            case "SILENT":
                self._answers.append(self._complete)
            case "INTERRUPT":
                self._answers.appendleft(lambda: self._tell(batch))
                if self._speaking and self._current is not None:
                    self._current.cancel()
            case _:
                self._answers.append(lambda: self._tell(batch))
        self._changed.set()

    @property
    def _group(self) -> asyncio.TaskGroup:
        assert self._tasks is not None, "turns are taken while run() runs"
        return self._tasks

    def _next(self) -> Work | None:
        if self._requests:
            return self._requests.popleft()
        if self._answers and not self._user_speaks:
            return self._answers.popleft()
        return None

    def _busy(self) -> bool:
        return bool(self._requests or self._answers or self.calls.pending)

    async def _offer_handle(self) -> None:
        if self._resumable and not self._offered:
            handle = self._memory.handle(self._conversation)
            self._offered = True
            await self._line.send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    async def _no_handle(self) -> None:
        if self._resumable and self._offered:
            self._offered = False
            await self._line.send({"sessionResumptionUpdate": {"newHandle": "", "resumable": False}})

    async def respond(self, understand: Understand) -> None:
        """Answer a request of the user: the body of a turn."""
        thinker, understanding = await understand()
        if not understanding.calls:
            await self.say(understanding.say)
            return
        blocking = blocks(self._conversation.setup, understanding, self._options.blocking)
        batch = self.calls.open(thinker, understanding, blocking=blocking)
        if blocking:
            self._awaited = batch
            await self._line.send(batch.message())
            await self._finished(batch, self._options.tool_seconds)
            self._awaited = None
            await self._tell(batch)
        else:
            self._group.create_task(self._tell_later(batch))
            await self._line.send(batch.message())
            await self.say(understanding.say)

    async def _tell_later(self, batch: Batch) -> None:
        await self._finished(batch, self._options.slow_tool_seconds)
        self.tell(batch)

    async def _finished(self, batch: Batch, seconds: float) -> None:
        """Wait for every answer, but not for ever."""
        try:
            async with asyncio.timeout(seconds):
                await batch.finished.wait()
        except TimeoutError:
            batch.scheduling = "WHEN_IDLE"
            await self._withdraw(batch)

    async def _withdraw(self, batch: Batch) -> None:
        if ids := self.calls.cancel(batch):
            await self._line.send({"toolCallCancellation": {"ids": list(ids)}})

    async def _tell(self, batch: Batch) -> None:
        await self.say(await batch.thinker.answer(batch.understanding, batch.responses()))

    async def say(self, text: str) -> None:
        """A whole turn of the model's: speech, its playback, its end."""
        if text:
            self._conversation.add(Said("model", text))
        self._speaking = True
        spoken = await self._mouth.say(text)
        await self._line.content(generationComplete=True)
        left = spoken.ends_at - asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, left * self._options.playback_pace))
        self._speaking = False
        await self._complete(spoken)

    async def _complete(self, spoken: Spoken = NOTHING) -> None:
        status = "IN_PROGRESS" if self.calls.pending else "IDLE"
        await self._line.content(turnComplete=True, interactionStatus=status)
        usage = self._conversation.usage.report(said=spoken.text, spoken_seconds=spoken.seconds)
        await self._line.send({"usageMetadata": usage})


async def _run(work: Work) -> None:
    await work()
