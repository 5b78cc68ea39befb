"""The mouth: what is heard, what is forgotten, and how much may wait."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import numpy as np
import pytest

from assistant.audio.messages import EndOfReply, Flush, GateOpened, Play, Played, Progress
from assistant.audio.mouth import (
    BEGINNING_LOOKS,
    BEGINNING_PULLS,
    FADE_BYTES,
    STANDSTILL_LOOKS,
    Mouth,
    NoMouth,
    Standstill,
)
from assistant.audio.pipe import packed, received
from assistant.audio.process import Audio
from assistant.errors import AudioError

LOUD = np.full(24_000, 8000, "<i2").tobytes()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speech_has_been_heard_when_the_card_has_let_it_out() -> None:
    clock = Clock()
    mouth = Mouth(clock)
    mouth.play(LOUD[:960])
    assert mouth.left() == pytest.approx(0.02)
    assert mouth.pull(480, latency=0.1) == LOUD[:960]
    assert mouth.left() == pytest.approx(0.12)
    assert mouth.pull(480, latency=0.1) == bytes(960), "silence moves the end no further"
    clock.now += 0.13
    assert mouth.left() == 0


def test_a_slip_is_a_block_that_is_not_heard_right_behind_the_one_before() -> None:
    clock = Clock()
    mouth = Mouth(clock)
    mouth.play(bytes([1, 0]) * 24_000)
    for after, latency in ((0, 0.06), (0, 0.08), (0.0213, 0.0787), (0.0213, 0.0774), (0.04, 0.0574)):
        clock.now += after  # a card that asks in a rhythm of its own, and now and then twice
        mouth.pull(480, latency)
    assert mouth.slips == 0
    clock.now += 0.11
    mouth.pull(480, 0.01)
    assert mouth.slips == 1, "it ran dry"
    clock.now += 0.02
    mouth.pull(480, 0.002)
    assert mouth.slips == 2, "it dropped something"
    mouth.flush()
    clock.now += 5
    mouth.play(bytes([1, 0]) * 480)
    mouth.pull(480, 0.01)
    assert mouth.slips == 2, "after a pause there is nothing to be behind"


def test_forgetting_ends_in_ten_milliseconds_without_a_click() -> None:
    mouth = Mouth()
    mouth.play(LOUD)
    mouth.pull(480)
    mouth.flush()
    rest = np.frombuffer(mouth.pull(480), "<i2").astype(int)
    assert rest[0] == 8000
    assert np.abs(np.diff(rest)).max() < 100
    assert not rest[FADE_BYTES // 2 :].any()
    assert mouth.taken == len(LOUD)
    assert mouth.played == 960 + FADE_BYTES


def test_a_softer_voice_counts_for_the_rest_of_the_sentence() -> None:
    mouth = Mouth()
    mouth.play(LOUD)
    mouth.pull(480)
    mouth.volume = 50
    assert set(np.frombuffer(mouth.pull(480), "<i2")) == {4000}


def test_a_card_that_begins_late_does_not_stand_still_and_one_that_stops_does() -> None:
    mouth, standstill = Mouth(), Standstill()
    mouth.pull(480)
    assert not any(standstill.seen(mouth) for _ in range(BEGINNING_LOOKS)), "its buffer is full"
    for _ in range(BEGINNING_PULLS):
        mouth.pull(480)
        assert not standstill.seen(mouth)
    assert [standstill.seen(mouth) for _ in range(STANDSTILL_LOOKS + 1)].count(True) == 1


def test_without_a_speaker_nothing_waits() -> None:
    mouth = NoMouth()
    mouth.play(LOUD)
    assert (mouth.left(), mouth.taken, mouth.played) == (0, len(LOUD), 0)


class Child:
    """The audio process, as far as the daemon sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._received = received(reader)
        self.writer = writer

    def say(self, *messages: Progress | Played | GateOpened) -> None:
        for message in messages:
            self.writer.write(packed(message))

    async def hears(self) -> object:
        return await anext(self._received)


@contextlib.asynccontextmanager
async def audio() -> AsyncIterator[tuple[Audio, Child]]:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    its_reader, its_writer = await asyncio.open_connection(sock=theirs)
    made = Audio(reader, writer, 0)

    async def listen() -> None:
        with contextlib.suppress(AudioError):
            async for _ in made.messages():
                pass

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen())
        yield made, Child(its_reader, its_writer)
        listening.cancel()
        writer.close()
        its_writer.close()


async def waits(awaitable: asyncio.Task[None]) -> bool:
    await asyncio.sleep(0.05)
    return not awaitable.done()


async def test_a_story_waits_when_a_minute_of_it_has_not_been_heard() -> None:
    async with audio() as (it, child), asyncio.TaskGroup() as tasks:
        for _ in range(61):
            it.play(LOUD)
            await child.hears()
        room = tasks.create_task(it.room())
        assert await waits(room)
        child.say(Progress(len(LOUD), len(LOUD)))
        await room
        it.play(LOUD)
        room = tasks.create_task(it.room())
        assert await waits(room)
        it.flush()
        child.say(Progress(62 * len(LOUD), len(LOUD)))
        await room


async def test_a_long_speech_at_once_is_sent_in_pieces_that_are_taken() -> None:
    async with audio() as (it, child):
        it.play(LOUD * 100)
        heard = [await child.hears() for _ in range(100)]
        assert heard == [Play(LOUD)] * 100


async def test_what_was_heard_of_an_answer_is_known() -> None:
    async with audio() as (it, child):
        child.say(Progress(480, 480), GateOpened("push"))
        await asyncio.sleep(0.05)
        it.play(LOUD)
        assert it.heard() == 0
        child.say(Progress(480 + 24_000, 480 + 24_000))
        await asyncio.sleep(0.05)
        assert it.heard() == 0.5
        it.flush()
        assert it.heard() == 0
        it.play(LOUD)
        assert it.heard() == 0


async def test_the_end_of_an_answer_is_waited_for_and_told() -> None:
    async with audio() as (it, child), asyncio.TaskGroup() as tasks:
        it.play(LOUD)
        ending = tasks.create_task(it.finish(follow_up=False))
        assert [await child.hears(), await child.hears()] == [
            Play(LOUD),
            EndOfReply(follow_up=False, number=1),
        ]
        assert await waits(ending)
        it.flush()
        assert await child.hears() == Flush()
        child.say(Played(1))
        await ending


async def test_the_end_of_an_answer_that_was_broken_off_is_not_that_of_the_next() -> None:
    async with audio() as (it, child), asyncio.TaskGroup() as tasks:
        it.play(LOUD)
        first = tasks.create_task(it.finish())
        await asyncio.sleep(0)
        it.flush()
        it.play(LOUD)
        second = tasks.create_task(it.finish())
        assert [await child.hears() for _ in range(5)][-1] == EndOfReply(number=2)
        child.say(Played(1))
        await first
        assert await waits(second)
        child.say(Played(2))
        await second


@pytest.mark.parametrize("end", [b"", b"\xff\0\0\0\0"], ids=["gone", "garbage"])
async def test_a_process_that_dies_or_talks_nonsense_keeps_nobody_waiting(end: bytes) -> None:
    async with audio() as (it, child), asyncio.TaskGroup() as tasks:
        for _ in range(70):
            it.play(LOUD)
            await child.hears()
        waiting = [tasks.create_task(it.room()), tasks.create_task(it.finish())]
        await asyncio.sleep(0.05)
        child.writer.write(end)
        child.writer.close()
        await asyncio.wait(waiting, timeout=2)
        assert all(task.done() for task in waiting)
