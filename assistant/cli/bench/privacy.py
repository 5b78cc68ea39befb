"""What leaves a house in which people talk to each other, and what once they talk to it (promise P2)."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice, repeat
from pathlib import Path
from shutil import which

from assistant import config as configuration
from assistant.audio.proof import sample
from assistant.audio.recording import FRAME_BYTES, frames
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.tap import Packet, Seen
from assistant.cli.bench.voice import RECORDING
from assistant.cli.bench.wake import RATE, Reader, manual, s16, voices
from assistant.errors import AssistantError, UsageError

WAKE = "hey_jarvis"
FRAME_SECONDS = 0.02
FRAMES_A_MINUTE = 3000
SET_UP_SECONDS = 2.0
"""What a brain is told at the start of a link has left by then; links grow old, and are changed."""
FRAME_ON_THE_WIRE = 350
"""The least that 20 ms of speech weigh, deflated as they travel (measured: 350 to 720 bytes; silence 41)."""
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
APART = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")


class WatchError(AssistantError):
    """The house could not be watched."""


@dataclass(frozen=True)
class Verdict:
    """What of the packets could have been a voice, before the wake word and after it."""

    talk: Sequence[Packet]
    """While nobody spoke to the house, and no link was being set up."""
    set_ups: Sequence[int]
    """Bytes of the start of each link before the wake word, the first one first: none says much more."""
    sentence: Sequence[Packet]
    elsewhere: Sequence[Packet]
    """To anybody but the brain, at any time."""
    minutes: float
    """Of talk that nobody was to hear."""

    @property
    def largest_second(self) -> int:
        """Bytes of the second of the talk in which most has left."""
        seconds: dict[int, int] = {}
        for packet in self.talk:
            seconds[int(packet.at)] = seconds.get(int(packet.at), 0) + packet.size
        return max(seconds.values(), default=0)


async def privacy(_config: configuration.Config, figures: Figures, rounds: int) -> None:
    """So many minutes of talk without the wake word, then one sentence with it.

    Raises:
        UsageError: this machine has nobody who could talk, or does not let itself be watched.
    """
    if problem := obstacle():
        raise UsageError(problem)
    if not (people := voices()):
        raise UsageError("nobody is there who could talk: apt install flite")
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        recording = Path(folder) / "room.wav"
        seconds = room(recording, islice(_talk(people), rounds * FRAMES_A_MINUTE))
        _tell(await watched(Path(folder), recording, seconds), figures)


def obstacle() -> str:
    """Why nothing can be watched on this machine; "" when it can."""
    for program, package in (("unshare", "util-linux"), ("ip", "iproute2")):
        if which(program, path=PATH) is None:
            return f"{program} is missing: apt install {package}"
    if subprocess.run((*APART, "true"), capture_output=True, check=False).returncode:
        return "this machine allows no network namespaces: be root, or allow those of users"
    return ""


def room(path: Path, talk: Iterable[bytes]) -> float:
    """A recording of talk, then of somebody who says the wake word and asks for the light; its seconds."""
    written = 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for frame in chain(talk, repeat(bytes(FRAME_BYTES), 50), sample(WAKE), frames(RECORDING)):
            file.writeframesraw(frame)
            written += 1
    return written * FRAME_SECONDS


def _talk(people: Sequence[Reader]) -> Iterator[bytes]:
    """The manual of Python, read by one after the other, for ever."""
    for number in count():
        pcm = s16(people[number % len(people)].read(manual(number)))
        yield from (pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES))


async def watched(folder: Path, recording: Path, seconds: float) -> Seen:
    """Let a daemon hear a recording behind a wire of its own; everything that left.

    Raises:
        WatchError: it did not come so far.
    """
    tap = (sys.executable, "-m", "assistant.cli.bench.tap", "--state", str(folder))
    process = await asyncio.create_subprocess_exec(
        *(*APART, *tap, "--recording", str(recording), "--seconds", str(seconds)),
        stdout=subprocess.PIPE,
        env={**os.environ, "PATH": PATH},
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise WatchError("the house could not be watched; what stands above says why")
    told = json.loads(out)
    return Seen(**{**told, "packets": [Packet(**packet) for packet in told["packets"]]})


def judged(seen: Seen) -> Verdict:
    """What is to be known of a watch.

    Raises:
        WatchError: it says nothing: a packet was lost, the brain was never there, or nobody woke it at last.
    """
    if seen.dropped or not seen.captured:
        raise WatchError(f"the capture lost {seen.dropped} of {seen.captured} packets")
    if not seen.online or not seen.woke:
        missing = "no brain answered" if not seen.online else "the wake word was not heard"
        raise WatchError(f"{missing}: {'; '.join(seen.told) or 'nobody says why'}")
    before = [packet for packet in seen.packets if packet.at < seen.woke]
    begun: dict[int, float] = {}
    sizes: dict[int, int] = {}
    talk = []
    for packet in before:
        if packet.at - begun.setdefault(packet.port, packet.at) < SET_UP_SECONDS:
            sizes[packet.port] = sizes.get(packet.port, 0) + packet.size
        else:
            talk.append(packet)
    return Verdict(
        talk=talk,
        set_ups=list(sizes.values()),
        sentence=[packet for packet in seen.packets if packet.at >= seen.woke],
        elsewhere=[packet for packet in seen.packets if packet.to != seen.brain],
        minutes=(seen.woke - seen.online) / 60,
    )


def _tell(seen: Seen, figures: Figures) -> None:
    verdict = judged(seen)
    talk, sentence, elsewhere = (
        sum(packet.size for packet in packets)
        for packets in (verdict.talk, verdict.sentence, verdict.elsewhere)
    )
    rows: tuple[tuple[str, float, str, float], ...] = (
        (f"{verdict.minutes:.1f} min of talk: bytes a minute that left", talk / verdict.minutes, "B", 350),
        ("… in the second in which most left", verdict.largest_second, "B", FRAME_ON_THE_WIRE),
        ("… in the largest set-up of a link", max(verdict.set_ups), "B", verdict.set_ups[0] * 1.1),
        ("… seconds of microphone in the ledger", seen.left_before, "s", 0),
        ("bytes to anybody but the brain", elsewhere, "B", 0),
        ("a sentence after the wake word (the watch sees voices)", sentence / 1000, "kB", 10),
    )
    for name, value, unit, aim in rows:
        figures.add(name, value)
        figures.tell(name, unit, aim)
