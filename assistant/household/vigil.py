"""Keeps a room's ears open: starts the audio process, replaces one that hangs, says once what is wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from assistant.audio.canceller import FRAME_BYTES
from assistant.audio.messages import Frame, FromAudio, GateClosed, GateOpened, Pulse, Ready, Trouble
from assistant.audio.process import Audio, started
from assistant.bus import Bus
from assistant.config import AudioConfig
from assistant.errors import AudioError
from assistant.events import Problem
from assistant.floor import Shut
from assistant.household.changes import LOOK_SECONDS as CHANGE_SECONDS
from assistant.household.changes import Change, devices, models
from assistant.household.room import Room
from assistant.mouths import HouseMouths

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
OPENING_SECONDS = 12.0
"""PortAudio was seen to take up to 30 s to open a device that will never open."""
STALLED_SECONDS = 0.5
HUNG_SECONDS = 1.5
"""The process tells that it lives five times a second; a busy machine may be late."""
GONE_SECONDS = 3.0
ZERO_SECONDS = 3.0
ZERO_AGAIN_SECONDS = 3600.0
"""Some headsets deliver zeros whenever nobody speaks: that is worth a sentence, but not one every minute."""
STEADY_SECONDS = 10.0
STUCK_SECONDS = 180.0
RESTART_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 8.0, 30.0, 60.0)
MISSED_SECONDS = 8.0
"""A device that was there, or is wanted by its name, is tried that often, to be heard within ten seconds of
its return (P5). An attempt costs 0.3 s of a processor, too much for a house that never had one."""

GONE = (
    "The microphone has delivered nothing for three seconds; the assistant goes on trying. "
    "Typed sentences work."
)
SILENT = (
    "The microphone is on but delivers only zeros: is it switched off at the device, or muted by the system?"
)
DEAD = "The microphone or the speaker cannot be opened: the sound system does not answer."
ENDED = (
    "The audio process ends before it hears anything; the log says more, or `assistant doctor --audio`. "
    "The assistant goes on trying. Typed sentences work."
)
MUTED = "The microphone is muted; `assistant room unmute`, its button or the dashboard opens it again."
NONSENSE = "The audio process talks nonsense and is started again."


class Talk(Protocol):
    """Whoever takes what is heard."""

    mouths: HouseMouths

    async def listen(self, ears: AsyncIterator[FromAudio], room: str, shut: Shut, /) -> bool: ...


class Vigil:
    """One room's ears.

    ``told`` gets sentences for people at a terminal; ``settled`` is called once it is known whether there is
    a microphone.
    """

    def __init__(self, room: Room, talk: Talk, bus: Bus, *, alone: bool = True) -> None:
        self._config, self._room, self._talk, self._bus = room.audio, room, talk, bus
        self._of = "" if alone else f"{room.place.room}: "
        """Before every sentence, where there are other rooms."""
        self.told: Callable[[str], None] = lambda _sentence: None
        self.settled: Callable[[], None] = lambda: None
        self._clock = asyncio.get_running_loop().time
        self._complaint = ""
        self._looked_at = self._clock()
        self._silent_again_at = 0.0
        self._opened = self._had_one = False
        self._words: list[str] = []
        self._open_by = ""
        self._frames_out = 0
        """What has left since the gate was opened."""
        self._for_good = False
        self._pulse = Pulse(0, 0)
        self._pulse_at = self._flowed_at = self._sounded_at = self._clock()

    def trouble(self) -> str:
        """What is wrong with the ears, as it was told to people; "" when they are well or never were."""
        return self._complaint if self._had_one else ""

    def stuck(self) -> str:
        """Whether nobody looks after the ears any more, which nothing but a new process would mend."""
        lost = self._clock() - self._looked_at
        left_alone = f"{self._of}the ears were left alone for {lost:.0f} s"
        return "" if self._for_good or lost < STUCK_SECONDS else left_alone

    async def run(self) -> None:
        """For ever; or until it is clear that there will be no microphone."""
        failures = 0
        while not self._for_good:
            begun = self._looked_at = self._clock()
            self._opened = False
            try:
                async with started(self._config, settings=self._room.present) as audio:
                    await self._served(audio)
            except AudioError as error:  # it has not begun
                self._complain(_in_a_sentence(str(error)))
            if not (self._opened or self._complaint):
                self._complain(ENDED)
            self.settled()
            failures = 0 if self._flowed_at - begun > STEADY_SECONDS else failures + 1
            await self._rest(failures)

    async def _rest(self, failures: int) -> None:
        """Wait before the next attempt, the longer the more have failed, or until a device comes or goes."""
        seconds = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
        if self._had_one or self._config.input != AudioConfig().input:
            seconds = min(seconds, MISSED_SECONDS)
        until, plugged = self._clock() + seconds, Change(devices)
        while (left := until - self._clock()) > 0 and not plugged.seen():
            self._looked_at = self._clock()
            await asyncio.sleep(min(left, CHANGE_SECONDS))

    async def _served(self, audio: Audio) -> None:
        self._pulse = Pulse(0, 0)
        self._pulse_at = self._sounded_at = begun = self._clock()
        self._models = Change(lambda: models(self._config.wake_folder))
        self._plugged = Change(devices)
        audio.pulse = self._felt
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._watch(audio, begun), name="vigil")
                await self._talk.listen(self._heard(audio), self._room.place.room, audio.shut)
                watching.cancel()
        finally:
            self._room.ears = None
            self._note_left()
            if self._talk.mouths.rooms.get(self._room.place.room) is audio:
                del self._talk.mouths.rooms[self._room.place.room]

    def _felt(self, pulse: Pulse) -> None:
        now = self._pulse_at = self._clock()
        if pulse.frames > self._pulse.frames:
            if self._complaint == self._of + GONE:
                self.told(f"{self._of}The microphone is back.")
                self._complaint = ""
            self._flowed_at = now
        if pulse.peak:
            self._sounded_at = now
            if self._complaint == self._of + SILENT:
                self.told(f"{self._of}The microphone is heard again.")
                self._complaint = ""
        self._pulse = pulse

    async def _watch(self, audio: Audio, begun: float) -> None:
        """Replace a process that lives no more; tell of a microphone that does."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = self._looked_at = self._clock()
            hears = self._config.has_microphone
            known = self._complaint not in ("", self._of + SILENT)
            if hears and self._had_one and not known and now - self._flowed_at > GONE_SECONDS:
                self._complain(GONE)
            if not self._opened:
                if now - begun > OPENING_SECONDS:
                    self._complain(DEAD)
                    return audio.kill()
                continue
            stalled = hears and now - self._flowed_at > STALLED_SECONDS + LOOK_SECONDS * 2
            if stalled or now - self._pulse_at > HUNG_SECONDS:
                log.warning("%sthe microphone delivers nothing; its process is replaced", self._of)
                return audio.kill()
            if self._is_outdated(audio) and not (self._open_by or audio.speaking):
                log.info("%swake words or devices have changed; the audio process is started again", self._of)
                return audio.kill()
            if hears and now - self._sounded_at > ZERO_SECONDS and now > self._silent_again_at:
                self._silent_again_at = now + ZERO_AGAIN_SECONDS
                self._complain(SILENT)

    def _is_outdated(self, audio: Audio) -> bool:
        """Whether a new process would hear other wake words, or perhaps find the speaker that is missing."""
        dumb = self._config.has_speaker and not audio.speaks
        return self._models.seen() or (dumb and self._plugged.seen())

    def _complain(self, text: str) -> None:
        """Say once what is wrong; a house that never had a microphone has no problem."""
        if (text := self._of + text) != self._complaint:
            self._complaint = text
            self.told(text)
            if self._had_one:
                self._bus.publish(Problem(text))

    async def _heard(self, audio: Audio) -> AsyncIterator[FromAudio]:
        """What is heard, until the process ends, or says what nobody understands."""
        try:
            async for message in self._judged(audio):
                yield message
        except AudioError as error:
            log.warning("%s%s", self._of, error)
            self._complain(NONSENSE)
            audio.kill()

    async def _judged(self, audio: Audio) -> AsyncIterator[FromAudio]:
        async for message in audio.messages():
            match message:
                case Ready(words=words):
                    self._opened = self._had_one = True
                    self._flowed_at = self._pulse_at = self._sounded_at = self._clock()
                    self._talk.mouths.rooms[self._room.place.room] = audio
                    self._room.ears = audio
                    audio.apply(self._room.present)
                    self._room.tell()
                    self.settled()
                    self._welcome(words)
                case Trouble(text, fatal=True, for_good=for_good):
                    self._for_good = for_good
                    self._complain(_in_a_sentence(text))
                case Trouble(text):
                    yield Trouble(self._of + text)
                case _:
                    self._count(message)
                    yield message

    def _welcome(self, words: list[str]) -> None:
        """Whether it hears shows only later; what it listens for is told again when it is something else."""
        mended = self._complaint not in (self._of + GONE, self._of + SILENT)
        if mended:
            self._complaint = ""
        if mended or words != self._words:
            muted = self._room.settings.muted and self._config.has_microphone
            self.told(self._of + (MUTED if muted else _listening_for(self._config, words)))
        self._words = words

    def _count(self, message: FromAudio) -> None:
        """What has left is counted here, where it arrives: a process that dies tells nothing any more.

        Raises:
            AudioError: it has left through a closed gate.
        """
        match message:
            case GateOpened(by):
                self._note_left()
                self._open_by = by
            case Frame() if not self._open_by:
                raise AudioError("the audio process let something out while its gate was closed")
            case Frame(pcm):
                self._frames_out += len(pcm) // FRAME_BYTES
            case GateClosed():
                self._note_left()

    def _note_left(self) -> None:
        self._room.left.note(self._open_by, self._frames_out)
        self._open_by, self._frames_out = "", 0


def _in_a_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}. Typed sentences work."


def _listening_for(config: AudioConfig, words: list[str]) -> str:
    if not config.has_microphone:
        return "Speaking only: there is no microphone (audio.input: none)."
    if config.always_listens:
        return (
            "Listening to everything that is said (audio.wake: none); with Gemini all of it leaves the house "
            "and is billed."
        )
    if not words:
        return "Listening after a push only: no wake word is set (audio.wake)."
    spoken = " or ".join(repr(word.replace("_", " ")) for word in words)
    return f"Listening for {spoken}."
