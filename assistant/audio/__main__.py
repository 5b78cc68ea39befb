"""The audio process: source → ears and gate → daemon; daemon → mouth and speaker.

A process of its own because PortAudio can hang in open and close, and because this is the one door
through which microphone bytes pass.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from assistant.audio.canceller import EchoCanceller
from assistant.audio.devices import Microphone, NoPortAudio, Speaker, cancels_echo, listed
from assistant.audio.ears import Ears, Echo, OwnWords
from assistant.audio.gate import PUSH, Gate, GateSettings
from assistant.audio.interruption import Interruption
from assistant.audio.listening import VoiceDetector, WakeWords
from assistant.audio.messages import (
    EndOfReply,
    Flush,
    FromAudio,
    Mute,
    OpenGate,
    Play,
    Played,
    Progress,
    Pulse,
    Ready,
    Sensitivity,
    Sign,
    SourceEnded,
    Trouble,
    Volume,
)
from assistant.audio.mouth import Mouth, NoMouth
from assistant.audio.pipe import packed, received
from assistant.audio.recording import FRAME_BYTES, frames
from assistant.audio.selftest import examined
from assistant.audio.signs import sign
from assistant.errors import AudioError

FRAME_SECONDS = 0.02
PULSE_SECONDS = 0.2
PROGRESS_BYTES = 4800
"""The daemon hears of every 100 ms that were played."""
TAIL_FRAMES = 150
"""At most 3 s of silence are added to a recording."""
WHOLE_RECORDING_MS = 600_000


class AudioProcess:
    """Joins a source, the gate and a sink to the socket of the daemon."""

    def __init__(self, options: argparse.Namespace, writer: asyncio.StreamWriter) -> None:
        self._options = options
        self._writer = writer
        own = dict(each.partition("=")[::2] for each in options.model)
        offsets = {word: int(text) for word, _, text in (each.partition("=") for each in options.offset)}
        self._words = (options.wake, {word: Path(path) for word, path in own.items()}, offsets)
        self._wake = WakeWords(*self._words)
        self._wake.sensitivity = options.sensitivity
        self._mouth: Mouth = NoMouth() if options.file else Mouth()
        self._mouth.volume = options.volume
        self._echo = Echo.HALF_DUPLEX
        self._told = Progress(0, 0)
        self._reply: EndOfReply | None = None
        self._ears = self._joined()
        if options.muted:
            self.send(self._ears.followed(self._gate.mute(True)))

    def _joined(self) -> Ears:
        settings = GateSettings(
            self._options.end_silence_ms,
            follow_up_ms=self._options.follow_up_ms,
            always=self._options.always,
        )
        canceller = None
        if not self._options.file:
            self._echo = _echo(self._options)
            canceller = EchoCanceller() if self._echo is Echo.CANCELLED else None
        said = WakeWords(*self._words) if not self._options.file else None
        words = OwnWords(self._wake, said or (lambda _pcm: ""))

        def reference(pcm: bytes) -> None:
            if self._mouth.sounding:
                words.speaks(pcm)
                if canceller is not None:
                    canceller.played(pcm)

        self._mouth.reference = reference
        self._gate = Gate(settings, VoiceDetector(), words)
        ears = Ears(self._gate, self._mouth, Interruption(VoiceDetector()), canceller, self._echo)
        ears.signs = self._options.signs
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
        source = self._recording() if self._options.file else self._microphone()
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
        match message:
            case Play(pcm) if self._ears.drops_speech:
                self._mouth.drop(pcm)
            case Play(pcm):
                self._mouth.play(pcm)
            case Sign(name):
                self._mouth.sign(sign(name))
            case Flush():
                self._ears.told_to_forget()
                self._mouth.flush()
                self._finish(follow_up=False)
            case EndOfReply():
                self._reply = message
            case OpenGate(by):
                self.send(self._ears.followed(self._gate.open(by)))
            case Mute(on):
                self.send(self._ears.followed(self._gate.mute(on)))
            case Volume(percent):
                self._mouth.volume = percent
            case Sensitivity(percent):
                self._wake.sensitivity = percent

    async def _watch_playback(self) -> None:
        while True:
            await asyncio.sleep(FRAME_SECONDS)
            if self._mouth.taken - self._told.taken >= PROGRESS_BYTES:
                self._tell_progress()
            if self._reply is not None and self._mouth.left() == 0:
                self._finish(follow_up=self._reply.follow_up)

    async def _tell_pulse(self) -> None:
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            self.send([Pulse(self._ears.frames, self._ears.peak)])
            self._ears.peak = 0

    def _tell_progress(self) -> None:
        self._told = Progress(self._mouth.taken, self._mouth.played)
        self.send([self._told])

    def _finish(self, *, follow_up: bool) -> None:
        """All has been heard that will be; of what was cut short nobody waits for a follow-up."""
        self._tell_progress()
        if self._reply is not None:
            self._reply = None
            self.send([Played()])
            if follow_up and not self._options.file:
                self.send(self._ears.followed(self._gate.follow_up()))

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
        except AudioError as error:
            self.send([Trouble(str(error), fatal=True)])
        self.send([SourceEnded()])

    def _tail(self) -> Iterator[bytes]:
        """Silence after a recording, until its last word has ended like any other."""
        for _ in range(TAIL_FRAMES):
            if not self._gate.is_open:
                return
            yield bytes(FRAME_BYTES)

    async def _microphone(self) -> None:
        loop = asyncio.get_running_loop()
        stop = threading.Event()
        news: list[FromAudio] = [Ready(self._options.input)]

        def hear(frame: bytes) -> None:
            self.send(news)
            news.clear()
            self.send(self._ears.hear(frame))

        def take(frame: bytes) -> None:
            loop.call_soon_threadsafe(hear, frame)

        try:
            self._speaker = await asyncio.to_thread(Speaker, self._options.output, self._mouth)
        except AudioError as error:
            news.append(Trouble(f"{error}; answers are not heard"))
            self._mute_mouth()
        try:
            await asyncio.to_thread(Microphone(self._options.input).read, take, stop)
        except AudioError as error:
            self.send([Trouble(str(error), fatal=True, for_good=isinstance(error, NoPortAudio))])
        finally:
            stop.set()

    def _mute_mouth(self) -> None:
        """Without a speaker speech must not pile up."""
        self._mouth = NoMouth()
        self._ears = self._joined()


def _echo(options: argparse.Namespace) -> Echo:
    """What is done against the echo: what was wished, or what suits the device."""
    if options.echo != "auto":
        return Echo(options.echo)
    return Echo.DEVICE if cancels_echo(f"{options.input} {options.output}") else Echo.CANCELLED


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="assistant.audio")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--fd", type=int, help="socket of the daemon")
    what.add_argument(
        "--examine", action="store_true", help="print what is found of them, a line of JSON each"
    )
    what.add_argument("--list", action="store_true", help="print the sound devices as JSON")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--input", default="default")
    parser.add_argument("--output", default="default")
    parser.add_argument("--wake", action="append", default=[], metavar="WORD", help="may be repeated")
    parser.add_argument("--model", action="append", default=[], metavar="WORD=FILE.json")
    parser.add_argument("--offset", action="append", default=[], metavar="WORD=POINTS")
    parser.add_argument("--signs", action="store_true")
    parser.add_argument("--always", action="store_true")
    parser.add_argument("--echo", default="auto", choices=["auto", *(each.value for each in Echo)])
    parser.add_argument("--volume", type=int, default=100)
    parser.add_argument("--sensitivity", type=int, default=50)
    parser.add_argument("--muted", action="store_true")
    parser.add_argument("--push", action="store_true")
    parser.add_argument("--end-silence-ms", type=int, default=350)
    parser.add_argument("--follow-up-ms", type=int, default=6000)
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Run on the inherited socket."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=options.fd))
    with suppress(ConnectionError):
        try:
            await AudioProcess(options, writer).run(reader)
        except AudioError as error:
            writer.write(packed(Trouble(str(error), fatal=True, for_good=True)))
    writer.close()


def _looked_at(options: argparse.Namespace) -> Iterator[object]:
    """For people who look at their devices, without a daemon."""
    if options.examine:
        yield from (vars(step) for step in examined(options.input, options.output))
        return
    try:
        yield [vars(each) for each in listed()]
    except AudioError as error:
        yield {"error": str(error)}


def main() -> int:
    """`python -m assistant.audio`: started by the daemon, never by hand."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no audio in core dumps
    options = _options(sys.argv[1:])
    if options.list or options.examine:
        for line in _looked_at(options):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        return 0
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
