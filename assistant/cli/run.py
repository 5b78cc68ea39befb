"""`assistant run`: the daemon, with a prompt for typed sentences and the microphone when there is one."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import threading
from pathlib import Path

from assistant import config as configuration
from assistant import store
from assistant.app import House, furnished
from assistant.app import run as run_house
from assistant.cli.output import Output, logging_to_stderr
from assistant.control import as_json, served
from assistant.errands import TOLD, Errands
from assistant.errors import BrainError
from assistant.events import Event, Heard, Reported, ToolCalled, ToolFinished
from assistant.household.announcer import Announcer
from assistant.household.left import Left
from assistant.household.vigil import Vigil

EARS_SECONDS = 3.0
INNER: tuple[type[Event], ...] = (Reported, ToolCalled, ToolFinished, Heard)
"""Events that people at the prompt need not see."""


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM, Ctrl-C or the end of a terminal's input."""
    logging_to_stderr(quiet=options.json)
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    state = store.folder(config.state_dir)
    socket = store.socket_path(state)
    with store.held(state, str(socket)):
        return asyncio.run(Daemon(config, output, socket).run())


class Daemon:
    """The long-running house: control socket, microphone, prompt."""

    def __init__(self, config: configuration.Config, output: Output, socket: Path) -> None:
        self._config = config
        self._output = output
        self._socket = socket
        self._stop = asyncio.Event()

    async def run(self) -> int:
        """Build the house and live in it until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        announced = self._config.home.announce.enabled
        return await run_house(self._config, self._live, progress=self._output.note, announced=announced)

    async def _live(self, house: House) -> int:
        errands = Errands(house)
        async with served(self._socket, errands.handle), asyncio.TaskGroup() as tasks:
            living = [
                tasks.create_task(self._show(house), name="show"),
                tasks.create_task(self._listen(house), name="microphone"),
                tasks.create_task(self._welcome(house), name="welcome"),
                tasks.create_task(self._prompt(house, errands), name="prompt"),
            ]
            if self._config.home.announce.enabled:
                living.append(tasks.create_task(self._announce(house), name="announce"))
            await self._stop.wait()
            for task in living:
                task.cancel()
        return 0

    async def _announce(self, house: House) -> None:
        """Be a thing among the owner's other things."""

        async def say(text: str) -> None:
            if house.brain is None:
                raise BrainError("texts are read by the embedded brain, and brain.use is gemini")
            await house.conversation.announce(text, await house.brain.read_aloud(text))

        wanted, known_as = self._config.home.announce, house.known_as
        announcer = Announcer(
            known_as.own,
            house.link,
            house.bus,
            known_as.room,
            linked=known_as.linked,
            stop=house.conversation.stop,
            say=say,
            prefix=wanted.prefix,
            transcripts=wanted.transcripts,
            cost_today=house.purse.spent_today,
        )
        await announcer.run()

    async def _welcome(self, house: House) -> None:
        await furnished(house)
        areas = len({device.area for device in house.registry.devices})
        self._output.note(
            f"The home has {len(house.registry.devices)} devices in {areas} areas, "
            f"on the message broker {house.broker.url} ({house.broker.kind})."
        )
        if await house.session.ready(60):
            self._output.note("Ready. Type a sentence, for example: turn on the kitchen light")
        else:
            self._output.note("No brain answers yet; the house keeps trying.")

    async def _show(self, house: House) -> None:
        quiet = () if self._output.as_json else INNER
        with house.bus.subscribed(*TOLD) as news:
            while True:
                event = await news.get()
                if not isinstance(event, quiet):
                    self._output.tell(as_json(event))

    async def _listen(self, house: House) -> None:
        """Keep the microphone open; a house without one says so once and goes on."""
        known_as = house.known_as
        left = Left(house.state / "left.json")
        vigil = Vigil(self._config.audio, known_as.room, house.conversation, house.bus, left)
        vigil.told, vigil.settled = self._output.note, house.ears_open.set
        await vigil.run()

    async def _prompt(self, house: House, errands: Errands) -> None:
        """Typed sentences, one per line."""
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

        threading.Thread(target=read, name="prompt", daemon=True).start()
        while line := await lines.get():
            if line.strip():
                await errands.handle({"do": "say", "text": line[:5000]}, lambda _item: None)
        if sys.stdin.isatty():
            self._stop.set()
