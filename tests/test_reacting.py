"""Reactions: what happened, what has lasted, what is due; and that one hurts no other (P3)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant import reacting, wallclock
from assistant.api import Device, Heard, Plugin, StateChanged, at, every, state, when
from assistant.config import PluginEntry
from assistant.loader import Loader, LoadState
from assistant.testing.bare import BareHost
from assistant.wallclock import WallClock

BERLIN = ZoneInfo("Europe/Berlin")


@contextlib.asynccontextmanager
async def living(plugin: Plugin, host: BareHost) -> AsyncIterator[BareHost]:
    plugin.attach(host)
    task = asyncio.get_running_loop().create_task(plugin.keep_alive())
    await asyncio.sleep(0.01)
    try:
        yield host
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=2)
        assert task.cancelled()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def opened(value: object, device: str = "back door") -> StateChanged:
    return StateChanged(device, "open", value, None)


class Watch(Plugin):
    door: str = "back door"
    patience: str = "10 min"

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self._seen: list[object] = []

    @when(StateChanged, device="{door}", field="open", value=True)
    def opens(self, change: StateChanged) -> None:
        self._seen.append(("opens", change.device))

    @when(StateChanged, device="{door}", field="open", value=True, lasting="{patience}")
    async def stays_open(self) -> None:
        await self.say("It has been open for ten minutes")

    @when(Heard, text=lambda text: "help" in text)
    async def called(self, heard: Heard) -> None:
        self._seen.append(heard.text)


@pytest.mark.looptime
async def test_what_happened_and_what_is_not_meant() -> None:
    watch = Watch()
    async with living(watch, BareHost()) as host:
        for event in (
            opened(True),
            opened(False),
            opened(True, "front door"),
            Heard("help me"),
            Heard("hello"),
        ):
            host.tell(event)
        host.tell(StateChanged("back door", "open", 1, None))  # a number is no yes
        await settled()
        assert sorted(map(str, watch._seen)) == ["('opens', 'back door')", "help me"]


@pytest.mark.looptime
async def test_lasting_is_told_once_and_only_unbroken() -> None:
    async with living(Watch(), BareHost()) as host:
        host.tell(opened(True))
        await asyncio.sleep(500)
        host.tell(opened(False))
        await asyncio.sleep(500)
        assert host.voice.said == []
        host.tell(opened(True))
        host.tell(opened(True))
        await asyncio.sleep(599)
        assert host.voice.said == []
        await asyncio.sleep(2000)
        assert host.voice.said == ["It has been open for ten minutes"]


class Warm(Plugin):
    @when(StateChanged, field="temperature", value=lambda value: value > 25, lasting="1 min")
    async def warm(self, change: StateChanged) -> None:
        await self.say(f"{change.device} {change.value}")


@pytest.mark.looptime
async def test_a_condition_that_goes_on_holding_is_told_once_for_each_device() -> None:
    async with living(Warm(), BareHost()) as host:
        for second, (device, value) in enumerate(
            [("attic", 26), ("attic", 27), ("cellar", 26), ("attic", 28)]
        ):
            host.tell(StateChanged(device, "temperature", value, None))
            await asyncio.sleep(second * 10)
        await asyncio.sleep(100)
        host.tell(StateChanged("attic", "temperature", 29, None))
        await asyncio.sleep(100)
        assert host.voice.said == ["attic 26", "cellar 26"]


class Night(Plugin):
    @when(StateChanged, between="22:00-6:00")
    async def told(self) -> None:
        await self.say("at night")


@pytest.mark.looptime
async def test_between_is_by_the_clock_on_the_wall() -> None:
    hour = 12

    def read() -> float:
        return datetime(2026, 11, 29, hour, 0, tzinfo=BERLIN).timestamp()

    async with living(Night(), BareHost(clock=WallClock(BERLIN, read))) as host:
        host.tell(opened(True))
        await settled()
        hour = 23
        host.tell(opened(True))
        await settled()
        assert host.voice.said == ["at night"]


class Beats(Plugin):
    def __init__(self) -> None:
        super().__init__()
        self._at: list[float] = []

    @every(seconds=10)
    async def beat(self) -> None:
        self._at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(25 if len(self._at) == 1 else 0)


@pytest.mark.looptime
async def test_every_keeps_its_beat_and_never_runs_twice_at_once() -> None:
    beats = Beats()
    async with living(beats, BareHost()):
        await asyncio.sleep(65)
    first = beats._at[0]
    assert [round(moment - first) for moment in beats._at] == [0, 30, 40, 50]


class Morning(Plugin):
    time: str = "7:30"

    @at("{time}", days="weekdays")
    async def wake(self) -> None:
        await self.say(f"{self.clock.now():%a %d %H:%M}")


@pytest.mark.looptime
async def test_at_is_right_over_summer_time_and_leaves_out_the_weekend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wallclock, "LOOK_SECONDS", 900)  # four days are many looks
    loop = asyncio.get_running_loop()
    begin = datetime(2026, 3, 27, 7, 0, tzinfo=BERLIN).timestamp() - loop.time()
    async with living(Morning(), BareHost(clock=WallClock(BERLIN, lambda: begin + loop.time()))) as host:
        await asyncio.sleep(4 * 86400)
        assert host.voice.said == ["Fri 27 07:30", "Mon 30 07:30", "Tue 31 07:30"]


@pytest.mark.looptime
@pytest.mark.parametrize(("jump", "said"), [(600, 1), (7200, 0), (-3600, 1)])
async def test_at_rings_once_however_the_clock_is_set(jump: int, said: int) -> None:
    """Ten minutes over it: late; two hours over it: not any more; put back an hour after it: not again."""
    loop = asyncio.get_running_loop()
    begin = datetime(2026, 3, 3, 7, 29, tzinfo=BERLIN).timestamp() - loop.time()
    skew = 0.0
    async with living(
        Morning(), BareHost(clock=WallClock(BERLIN, lambda: begin + loop.time() + skew))
    ) as host:
        await asyncio.sleep(30 if jump > 0 else 120)
        skew = jump
        await asyncio.sleep(2 * 3600)
        assert len(host.voice.said) == said


class Unruly(Plugin):
    calls: int = 0

    @when(Heard)
    async def hang(self) -> None:
        await asyncio.Event().wait()

    @when(Heard)
    def fail(self) -> None:
        self.calls += 1
        raise SystemExit("no")

    @when(StateChanged)
    async def feed_itself(self) -> None:
        self.calls += 1
        self.host.tell(opened(True))

    @every(seconds=1)
    async def healthy(self) -> None:
        await self.say("still there")


async def test_p3_a_reaction_that_hangs_raises_or_feeds_itself_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reacting, "REACTION_SECONDS", 0.05)
    unruly = Unruly()
    async with living(unruly, BareHost()) as host:
        for _ in range(5):
            host.tell(Heard("hello"))
        host.tell(opened(True))
        await asyncio.sleep(1.1)
        assert host.voice.said == ["still there"]
        assert unruly.calls > 100
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 2, lines  # each of them once
    assert any("fail failed" in line and "test_reacting.py" in line for line in lines)


async def test_a_bare_function_with_a_mark_is_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "chime.py").write_text(
        '"""A chime."""\n'
        "from assistant.api import StateChanged, say, when\n\n\n"
        '@when(StateChanged, device="front door", value=True)\n'
        "async def chime(change: StateChanged) -> None:\n"
        '    await say(f"The {change.device} is {change.field}")\n'
    )
    loaded = Loader([tmp_path]).load(PluginEntry(name="chime"))
    assert loaded.state is LoadState.ENABLED, loaded.reason
    host = BareHost()
    from assistant.speaking import speak_through

    speak_through(host.voice)
    async with living(loaded.plugins[0], host):
        host.tell(opened(True, "front door"))
        await settled()
    assert host.voice.said == ["The front door is open"]


def _wrong() -> list[tuple[str, str]]:
    return [
        (
            "@when(StateChanged, devise='x')\nasync def f(): ...",
            "has no 'devise'; it has device, field, value, before",
        ),
        ("@when()\nasync def f(): ...", "needs an event"),
        ("@when(StateChanged, lasting='soon')\nasync def f(): ...", "write for example 90 s"),
        ("@when(StateChanged, between='night')\nasync def f(): ...", "write for example 22:00-6:00"),
        ("@when(StateChanged)\nasync def f(a, b): ...", "may take the event and nothing else"),
        ("@every()\nasync def f(): ...", "write @every(minutes=5)"),
        ("@at('25:00')\nasync def f(): ...", "write for example 7:30"),
        ("@at('7:00', days='someday')\nasync def f(): ...", "'someday' is no day"),
        ("@at('7:00')\nasync def f(x): ...", "may take no parameters"),
    ]


@pytest.mark.parametrize(("code", "problem"), _wrong())
def test_a_mistake_in_a_mark_is_refused_where_it_is_written(tmp_path: Path, code: str, problem: str) -> None:
    (tmp_path / "wrong.py").write_text(f"from assistant.api import *\n\n{code}\n")
    loaded = Loader([tmp_path]).load(PluginEntry(name="wrong"))
    assert loaded.state is LoadState.BROKEN
    assert problem in loaded.reason
    assert f"{tmp_path / 'wrong.py'}:" in loaded.reason


class Lamp(Device):
    on: bool | None = state()

    @when(StateChanged, device="{name}")
    async def told(self) -> None:
        await self.say("changed")


@pytest.mark.looptime
async def test_a_device_may_react_to_itself() -> None:
    lamp = Lamp(name="lamp")
    async with living(lamp, BareHost()) as host:
        lamp.heard(lambda: setattr(lamp, "on", True))
        await settled()
        assert host.voice.said == ["changed"]
