"""What the audio process does: source → ears and gate → daemon; daemon → mouth and speaker."""

from __future__ import annotations

import argparse
import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain

from assistant.audio.canceller import EchoCanceller
from assistant.audio.devices import Microphone, NoPortAudio, Speaker, cancels_echo
from assistant.audio.ears import Ears, Echo, OwnWords
from assistant.audio.foretelling import Foreteller
from assistant.audio.gate import Gate, GateSettings
from assistant.audio.handover import Handover
from assistant.audio.interruption import Interruption
from assistant.audio.listening import VoiceDetector, WakeWords
from assistant.audio.messages import (
    PUSH,
    EndOfReply,
    Flush,
    FromAudio,
    Mute,
    OpenGate,
    Play,
    Pulse,
    Ready,
    Sensitivity,
    Shut,
    Sign,
    SourceEnded,
    Trouble,
    Volume,
)
from assistant.audio.mouth import Mouth, NoMouth
from assistant.audio.naming import is_recorded
from assistant.audio.nearness import Near
from assistant.audio.pipe import packed, received
from assistant.audio.playback import Playback
from assistant.audio.proof import Proof
from assistant.audio.recorded import RecordedMicrophone, RecordedSpeaker
from assistant.audio.recording import FRAME_BYTES, frames
from assistant.audio.signs import sign
from assistant.errors import AudioError

FRAME_SECONDS = 0.02
PULSE_SECONDS = 0.2
TAIL_FRAMES = 150
"""At most 3 s of silence are added to a recording."""
WHOLE_RECORDING_MS = 600_000
NONE = "none"
"""The name of the microphone or speaker that a room does not have."""


class AudioProcess:
    """Joins a source, the gate and a sink to the socket of the daemon."""

    def __init__(self, options: argparse.Namespace, writer: asyncio.StreamWriter) -> None:
        self._options = options
        self._writer = writer
        own = {path.stem: path for path in options.model}
        offsets = {word: int(text) for word, _, text in (each.rpartition("=") for each in options.offset)}
        self._words = (options.wake, own, offsets)
        self._wake = WakeWords(*self._words)
        self._wake.sensitivity = options.sensitivity
        self._mouth: Mouth = NoMouth() if options.file else Mouth()
        self._mouth.volume = options.volume
        self._echo = Echo.HALF_DUPLEX
        self._hears = options.file is not None or options.input != NONE
        self._playback = Playback(self.send, self._follow_up)
        self._ears = self._joined()
        self._handover = Handover(self._hear)
        self._deaf = threading.Event()
        if options.muted:
            self.send(self._ears.followed(self._gate.mute(True)))

    def _joined(self) -> Ears:
        settings = GateSettings(
            self._options.end_silence_ms,
            follow_up_ms=self._options.follow_up_ms,
            always=self._options.always,
            live=not (self._options.file or is_recorded(self._options.input)),
        )
        canceller = None
        if not self._options.file:
            self._echo = _echo(self._options)
            is_mute = isinstance(self._mouth, NoMouth)
            canceller = EchoCanceller() if self._echo is Echo.CANCELLED and not is_mute else None
        said = WakeWords(*self._words).remotely if not self._options.file else (lambda _pcm: "")
        words = OwnWords(self._wake, said)

        foreteller = Foreteller() if canceller is not None else None

        def reference(pcm: bytes) -> None:
            if foreteller is not None:
                foreteller.played(pcm)
            if self._mouth.speaking:
                words.speaks(pcm)
                if canceller is not None and self._ears.cancels:
                    canceller.played(pcm)

        self._mouth.reference = reference
        near = Near(VoiceDetector())
        self._gate = Gate(settings, near, words)
        interruption = Interruption(VoiceDetector(), foreteller)
        ears = Ears(self._gate, self._mouth, interruption, canceller, self._echo)
        ears.near, ears.signs = near, self._options.signs
        if not self._options.file:
            # The recordings are those of the models built in; somebody's own need not know that voice.
            ears.proof = Proof(self._wake, [word for word in self._wake.words if word not in self._words[1]])
        return ears

    def send(self, messages: Iterable[FromAudio]) -> None:
        """To the daemon."""
        for message in messages:
            self._writer.write(packed(message))

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Work until the daemon closes, or the source ends."""
        if self._options.push:
            window = WHOLE_RECORDING_MS if self._options.file else None
            self.send(self._ears.followed(self._gate.open(PUSH, window)))
        source = self._recording() if self._options.file else self._room()
        async with asyncio.TaskGroup() as tasks:
            working = [
                tasks.create_task(source),
                tasks.create_task(self._follow_orders(reader)),
                tasks.create_task(self._watch_playback()),
                tasks.create_task(self._tell_pulse()),
            ]
            await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for task in working:
                task.cancel()

    async def _follow_orders(self, reader: asyncio.StreamReader) -> None:
        """Until the daemon closes."""
        with suppress(AudioError):
            async for message in received(reader):
                self._obey(message)

    def _obey(self, message: object) -> None:
        self._handover.listen()
        match message:
            case Play() | Sign() | Flush() | EndOfReply():
                self._speak(message)
            case OpenGate() | Shut() | Mute():
                self.send(self._ears.settled())
                self._open_or_shut(message)
            case Volume(percent):
                self._mouth.volume = percent
            case Sensitivity(percent):
                self._wake.sensitivity = percent

    def _open_or_shut(self, message: OpenGate | Shut | Mute) -> None:
        match message:
            case OpenGate(by) if self._hears:
                self.send(self._ears.followed(self._gate.open(by)))
            case Shut(name):
                self.send(self._ears.refused(name))
            case Mute(on):
                self.send(self._ears.followed(self._gate.mute(on)))

    def _speak(self, message: Play | Sign | Flush | EndOfReply) -> None:
        match message:
            case Play(pcm) if self._ears.drops_speech:
                self._mouth.drop(pcm)
            case Play(pcm):
                self.send(self._ears.followed(self._gate.shut()))
                self._mouth.play(pcm)
            case Sign(name) if self._options.signs:
                self._mouth.sign(sign(name))
            case Flush():
                self._ears.told_to_forget()
                self._mouth.flush()
                self._playback.finish(self._mouth, follow_up=False)
            case EndOfReply():
                self._playback.reply = message

    async def _watch_playback(self) -> None:
        """With every frame of the microphone; where none come, by a clock of its own, which costs more."""
        while not self._playback.stuck:
            frames = self._ears.frames
            await asyncio.sleep(PULSE_SECONDS if self._hears else FRAME_SECONDS)
            if self._ears.frames == frames:
                self._playback.look(self._mouth)

    async def _tell_pulse(self) -> None:
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            self.send([Pulse(self._ears.frames, self._ears.peak)])
            self._ears.peak = 0

    def _follow_up(self) -> None:
        if self._hears and not self._options.file:
            self.send(chain(self._ears.settled(), self._ears.followed(self._gate.follow_up())))

    async def _recording(self) -> None:
        """Play a file into the gate in real time."""
        try:
            loop = asyncio.get_running_loop()
            due = loop.time()
            self.send([Ready(self._options.file.name)])
            for frame in chain(frames(self._options.file), self._tail()):
                due += FRAME_SECONDS
                await asyncio.sleep(due - loop.time())
                self.send(self._ears.hear(frame))
                self._playback.look(self._mouth)
        except AudioError as error:
            self.send([Trouble(str(error), fatal=True)])
        self.send([SourceEnded()])

    def _tail(self) -> Iterator[bytes]:
        """Silence after a recording, until its last word has ended like any other."""
        for _ in range(TAIL_FRAMES):
            if not self._gate.is_open:
                return
            yield bytes(FRAME_BYTES)

    async def _room(self) -> None:
        """The speaker is opened first, so that the first thing that is heard can be answered."""
        news = [
            *(Trouble(f"{why}; it is left out") for why in self._wake.broken),
            *await self._open_speaker(),
        ]
        ready = Ready(self._options.input, not isinstance(self._mouth, NoMouth), self._wake.words)
        if self._hears:
            await self._microphone([ready, *news])
        else:
            self.send([ready, *news])
            await asyncio.Event().wait()

    async def _open_speaker(self) -> list[FromAudio]:
        """What there is to tell about it."""
        if self._options.output == NONE:
            self._mute_mouth()
            return []
        opened = RecordedSpeaker if is_recorded(self._options.output) else Speaker
        try:
            self._speaker: object = await asyncio.to_thread(opened, self._options.output, self._mouth)
        except AudioError as error:
            self._mute_mouth()
            return [Trouble(f"{error}; answers are not heard")]
        return []

    async def _microphone(self, news: list[FromAudio]) -> None:
        loop = asyncio.get_running_loop()

        def take(frame: bytes) -> None:
            if news:
                loop.call_soon_threadsafe(self.send, tuple(news))
                news.clear()
            self._handover.take(frame, loop, hurry=not self._ears.calm)

        listening = RecordedMicrophone if is_recorded(self._options.input) else Microphone
        try:
            await asyncio.to_thread(listening(self._options.input).read, take, self._deaf)
        except AudioError as error:
            self.send([Trouble(str(error), fatal=True, for_good=isinstance(error, NoPortAudio))])
        finally:
            self._deaf.set()

    def _hear(self, frame: bytes) -> None:
        told = [*self._ears.hear(frame)]
        self.send(told)
        self._playback.look(self._mouth)
        if any(isinstance(each, Trouble) and each.fatal for each in told):
            self._deaf.set()

    def _mute_mouth(self) -> None:
        """Without a speaker speech must not pile up."""
        muted = self._gate.is_muted
        self._mouth = NoMouth()
        self._ears = self._joined()
        self.send(self._ears.followed(self._gate.mute(muted)))


def _echo(options: argparse.Namespace) -> Echo:
    """What is done against the echo: what was wished, or what suits the device."""
    if options.echo != "auto":
        return Echo(options.echo)
    without = is_recorded(options.input) or cancels_echo(f"{options.input} {options.output}")
    return Echo.DEVICE if without else Echo.CANCELLED
