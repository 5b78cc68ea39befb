"""`assistant run`: the daemon, with a prompt for typed sentences and the microphone when there is one."""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import signal
from functools import partial
from pathlib import Path

from assistant import config as configuration
from assistant import store
from assistant.app import House, furnished
from assistant.app import run as run_house
from assistant.audio.advice import advice
from assistant.cli.check import proven
from assistant.cli.output import Output, logging_to_stderr
from assistant.cli.prompt import Prompt
from assistant.control import as_json, served
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.errors import AssistantError, BrainError, ConfigError
from assistant.events import Event, Heard, Offline, Online, Problem, Reported, ToolCalled, ToolFinished
from assistant.forgetting import Oblivion, tidied
from assistant.home.reloader import Reloader
from assistant.household.announcer import Announcer
from assistant.household.diary import Diary
from assistant.household.ducking import Ducking
from assistant.household.vigil import Vigil
from assistant.importing import theirs
from assistant.leaving import STOP_SECONDS, soon, unending
from assistant.ops.notify import Notifier
from assistant.own_voice import Manner
from assistant.permission import checked
from assistant.threads import watch_children
from assistant.tools.sentences import counted
from assistant.web.access import access

EARS_SECONDS = 3.0
INNER: tuple[type[Event], ...] = (Reported, ToolCalled, ToolFinished, Heard)
"""Events that people at the prompt need not see."""


PUBLISHED = tuple(kind for kind in TOLD if kind is not Reported)
"""Events that the dashboard may see; of reports it learns that something has changed."""
EVERYWHERE = ("0.0.0.0", "::")
PUBLIC: tuple[type[Event], ...] = (Problem, Online, Offline)
"""What a journal may keep: nothing of what was said."""


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM, Ctrl-C or the end of a terminal's input."""
    faulthandler.enable()  # a watchdog that bites leaves the stacks in the journal
    logging_to_stderr(quiet=options.json)
    path = configuration.find(options.config)
    config = configuration.load(path)
    access(config.web)
    checked(config)
    output = Output(as_json=options.json, must=False)
    state = store.folder(config.state_dir)
    socket = store.socket_path(state)
    with store.held(state, str(socket)):
        daemon = Daemon(config, path, output, socket)
        daemon.quiet, daemon.reloads = options.quiet, options.reload
        return asyncio.run(_lived(daemon))


async def _lived(daemon: Daemon) -> int:
    watch_children(asyncio.get_running_loop())
    return await daemon.run()


def _end_in_time() -> None:
    """Whatever a plugin makes of its end."""
    loop = asyncio.get_running_loop()
    soon(0, STOP_SECONDS, lambda: unending(asyncio.all_tasks(loop), theirs))


class Daemon:
    """The long-running house: control socket, microphone, prompt."""

    def __init__(self, config: configuration.Config, path: Path, output: Output, socket: Path) -> None:
        self.quiet = self.reloads = False
        self._config, self._path = config, path
        self._output = output
        self._socket = socket
        self._notifier = Notifier()
        self._prompt = Prompt(output.note)
        self._stop = asyncio.Event()
        self._anew = self._over = False
        self._oblivion = Oblivion()

    async def run(self) -> int:
        """Build the house and live in it until told to stop; SIGHUP builds it anew."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGHUP, self._read_again)
        self._prompt.start()
        while True:
            announced = self._config.home.announce.enabled
            code = await run_house(self._config, self._live, progress=self._output.note, announced=announced)
            await self._oblivion.fulfil(self._config)
            if not self._anew:
                return code
            self._anew = False
            self._stop.clear()

    def _end(self) -> None:
        _end_in_time()
        self._over, self._anew = True, False
        self._stop.set()

    def _read_again(self) -> None:
        """Take the configuration anew; one that is wrong changes nothing."""
        self._notifier.reloading()
        try:
            config = configuration.load(self._path)
            proven(config)
            if config.state_dir != self._config.state_dir:
                raise ConfigError("state_dir cannot change while the daemon runs; stop it and start it again")
        except AssistantError as error:
            self._output.tell(as_json(Problem(f"{error}. The configuration of before is kept.")))
            self._notifier.ready()
            return
        self._output.note("The configuration is read anew.")
        self._config = config
        self._build_anew()

    def _build_anew(self) -> None:
        self._anew = not self._over
        self._stop.set()

    async def _live(self, house: House) -> int:
        errands = Errands(house)
        handle = self._oblivion.before(errands.handle, self._build_anew)
        async with served(self._socket, handle), asyncio.TaskGroup() as tasks:
            living = [
                tasks.create_task(self._show(house), name="show"),
                tasks.create_task(self._listen(house), name="microphone"),
                tasks.create_task(self._welcome(house), name="welcome"),
                tasks.create_task(self._answer(house, errands), name="prompt"),
                tasks.create_task(house.health.run(), name="health"),
                tasks.create_task(tidied(self._config), name="tidy"),
                tasks.create_task(self._diary(house), name="diary"),
            ]
            if self._config.traces.url:
                living.append(tasks.create_task(self._trace(house), name="traces"))
            if self._config.web.enabled:
                living.append(tasks.create_task(self._serve_pages(house, Desk(house, errands)), name="web"))
            for room in house.known_as.rooms:
                if room.audio.duck:
                    ducking = Ducking(house.bus, house.registry, room.place.area, room.place.room)
                    living.append(tasks.create_task(ducking.run(), name="ducking"))
            if self.reloads:
                living.append(tasks.create_task(self._reload(house), name="reload"))
            if self._config.home.announce.enabled:
                living.append(tasks.create_task(self._announce(house), name="announce"))
            self._notifier.ready()
            await self._stop.wait()
            if not self._anew:
                self._notifier.stopping()
            await errands.end()
            for task in living:
                task.cancel()
        return 0

    async def _serve_pages(self, house: House, desk: Desk) -> None:
        """The dashboard, while the house stands; a house whose pages cannot be served stands, too."""
        from assistant.web.guard import Guard
        from assistant.web.pages import Pages
        from assistant.web.screens import Screens
        from assistant.web.server import served as pages_served
        from assistant.web.tokens import ScreenTokens

        web, allowed = self._config.web, access(self._config.web)
        screens = Screens(self._config.screens, house.studio.current)
        house.studio.wall.sources.append(screens.all)
        screens.late, screens.asked = house.studio.wall.late, lambda: house.consent.question
        pages = Pages(desk, PUBLISHED)
        screens.answer = pages.carried_out
        whose = ScreenTokens(house.state).whose
        app = pages.app(screens.routes())
        guarded = Guard(app, names=allowed.names, token=allowed.token, whose=whose)
        try:
            async with pages_served(guarded, web.host, web.port) as port:
                host = "127.0.0.1" if web.host in EVERYWHERE else web.host
                self._output.note(f"The dashboard is at http://{host}:{port}/")
                await screens.follow(house.bus)
        except AssistantError as error:
            self._output.tell(as_json(Problem(f"{error}; there are no pages.")))

    async def _trace(self, house: House) -> None:
        """Tell a collector how long each part of a turn took; a house that cannot lives all the same."""
        from assistant.ops.traces import traced

        try:
            async with traced(self._config.traces) as traces:
                await traces.run(house.bus)
        except AssistantError as error:
            house.bus.publish(Problem(str(error)))

    async def _reload(self, house: House) -> None:
        """Take plugins anew whenever their files are saved."""

        def told(text: str, used: bool) -> None:
            self._output.note(text) if used else house.bus.publish(Problem(text))

        await Reloader(house.keeper, told).run()

    async def _announce(self, house: House) -> None:
        """Be a thing, or one for each room, among the owner's other things."""
        wanted, known_as = self._config.home.announce, house.known_as

        async def say(room: str, text: str) -> None:
            if house.brain is None:
                raise BrainError("texts are read by the embedded brain, and brain.use is gemini")
            speech = await house.brain.read_aloud(text)
            await house.conversation.announce(text, speech, Manner(room=room))

        async with asyncio.TaskGroup() as tasks:
            for room, linked in zip(known_as.rooms, known_as.linked, strict=True):
                announcer = Announcer(
                    known_as.own if room is known_as.room else known_as.own.of(room.place),
                    house.link,
                    house.bus,
                    room,
                    linked=linked,
                    stop=house.conversation.stop,
                    say=partial(say, room.place.room),
                    prefix=wanted.prefix,
                    transcripts=wanted.transcripts,
                    cost_today=house.purse.spent_today,
                )
                tasks.create_task(announcer.run(), name=f"announce {room.place.room}")

    async def _welcome(self, house: House) -> None:
        await furnished(house)
        devices, areas = house.registry.devices, {device.area for device in house.registry.devices}
        self._output.note(
            f"The home has {counted(len(devices), 'device')} in {counted(len(areas), 'area')}, "
            f"on the message broker {house.broker.url} ({house.broker.kind})."
        )
        if await house.session.ready(60):
            self._output.note("Ready. Type a sentence, for example: turn on the kitchen light")
        else:
            self._output.note("No brain answers yet; the house keeps trying.")

    async def _show(self, house: House) -> None:
        quiet = () if self._output.as_json else INNER
        with house.bus.subscribed(*PUBLIC if self.quiet else TOLD) as news:
            while True:
                event = await news.get()
                if not isinstance(event, quiet):
                    self._output.tell(as_json(event))

    async def _diary(self, house: House) -> None:
        await Diary(house.state, self._config.keep.transcripts_days).run(house.bus)

    async def _listen(self, house: House) -> None:
        """Keep every room's microphone open; one without says so once, and the others go on."""
        rooms = house.known_as.rooms
        alone = not self._config.rooms
        async with asyncio.TaskGroup() as tasks:
            for room in rooms:
                vigil = Vigil(room, house.conversation, house.bus, alone=alone)
                for sentence in advice(room.audio):
                    house.bus.publish(Problem(sentence))
                vigil.told, vigil.settled = self._output.note, house.ears_open.set
                of = "" if alone else f" of the {room.place.room}"
                house.health.vital[f"ears{of}"], house.health.other[f"microphone{of}"] = (
                    vigil.stuck,
                    vigil.trouble,
                )
                tasks.create_task(vigil.run(), name=f"vigil {room.place.room}")

    async def _answer(self, house: House, errands: Errands) -> None:
        if await self._prompt.answer(house, errands):
            self._stop.set()
