"""Timers, alarms and reminders: they ring in time, however the clock is set, and outlive their house."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assistant import agenda as agenda_module
from assistant.config import PluginEntry
from assistant.errors import ToolError
from assistant.loader import Loader
from assistant.plugin import Plugin
from assistant.speaking import speak_through
from assistant.testing.bare import BareHost
from assistant.wallclock import WallClock
from tests.parts.home import until

LONGEST_SECONDS = 40.0
BERLIN = ZoneInfo("Europe/Berlin")


class Clock:
    """A wall clock that runs, and can be set."""

    def __init__(self, *shown: int) -> None:
        self._begun = asyncio.get_running_loop().time()
        self.shown = datetime(*shown, tzinfo=BERLIN).timestamp()  # type: ignore[misc,arg-type]

    def read(self) -> float:
        return self.shown + asyncio.get_running_loop().time() - self._begun

    def set(self, *shown: int) -> None:
        self.shown += datetime(*shown, tzinfo=BERLIN).timestamp() - self.read()  # type: ignore[misc,arg-type]


class House:
    """One plugin in a house of its own; ``do`` calls its tools."""

    def __init__(self, name: str, folder: Path, clock: Clock) -> None:
        (self.plugin,) = Loader().load(PluginEntry(name=name)).plugins
        self.host = BareHost(folder, WallClock(BERLIN, clock.read))
        self.voice = self.host.voice
        self._tools = {tool.name: tool.function for tool in self.plugin.tools()}

    async def do(self, tool: str, **arguments: Any) -> str:
        answer = await self._tools[tool](**arguments)
        return str(getattr(answer, "text", answer))


@contextlib.asynccontextmanager
async def living(name: str, folder: Path, clock: Clock) -> AsyncIterator[House]:
    house = House(name, folder, clock)
    plugin: Plugin = house.plugin
    plugin.attach(house.host)
    speak_through(house.voice)
    task = asyncio.get_running_loop().create_task(plugin.keep_alive())
    try:
        yield house
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=2)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda_module, "LOOK_SECONDS", 0.05)


async def test_many_timers_ring_each_in_its_time(tmp_path: Path) -> None:
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        assert await house.do("set_timer", seconds=1) == "The timer is set for 1 second"
        await house.do("set_timer", seconds=1, name="The Pasta timer")
        await house.do("set_timer", seconds=600, name="tea")
        with pytest.raises(ToolError, match="a tea timer already"):
            await house.do("set_timer", seconds=5, name="tea")
        await until(lambda: len(house.voice.rang) == 2)
        assert sorted(house.voice.rang) == ["the 1 second timer is done", "the pasta timer is done"]
        assert "the pasta timer is done" in await house.do("timers_left")
        assert await house.do("change_timer", name="pasta") == "the pasta timer is cancelled"
        assert "the tea timer has 9 minutes" in await house.do("timers_left", name="tea")
        await asyncio.sleep(0.2)
        assert await house.do("change_timer", action="cancel") == "the tea timer is cancelled"


async def test_a_timer_is_paused_resumed_and_changed(tmp_path: Path) -> None:
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        await house.do("set_timer", seconds=1, name="egg")
        assert await house.do("change_timer", action="pause") == "the egg timer is paused"
        await asyncio.sleep(1.2)
        assert house.voice.rang == []
        assert await house.do("add_to_timer", seconds=60) == "the egg timer has 1 minute and 1 second left"
        with pytest.raises(ToolError, match="has only 1 minute"):
            await house.do("add_to_timer", seconds=-300)
        await house.do("add_to_timer", seconds=-60)
        assert await house.do("change_timer", action="resume") == "the egg timer is running again"
        await until(lambda: house.voice.rang == ["the egg timer is done"])
        house.voice.hush()
        await asyncio.sleep(0.2)
        with pytest.raises(ToolError, match="no timer"):
            await house.do("change_timer", action="pause")


async def test_which_timer_is_asked_with_the_choices(tmp_path: Path) -> None:
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        for minutes, name in ((10, ""), (20, ""), (5, "egg")):
            await house.do("set_timer", seconds=minutes * 60, name=name)
        with pytest.raises(ToolError, match=r"Which one do you mean: egg, 10 minute or 20 minute\?") as asked:
            await house.do("change_timer", action="cancel")
        assert asked.value.options == ("egg", "10 minute", "20 minute")
        with pytest.raises(ToolError, match="There is no pizza timer. Do you mean egg"):
            await house.do("change_timer", action="cancel", name="pizza")
        assert (
            await house.do("change_timer", action="cancel", name="20 minute")
            == "the 20 minute timer is cancelled"
        )
        assert await house.do("change_timer", action="cancel", name="both") == "Both timers are cancelled"


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_timer_counts_seconds_however_the_clock_is_set(tmp_path: Path, hours: int) -> None:
    clock = Clock(2026, 11, 29, 12, 0)
    async with living("timers", tmp_path, clock) as house:
        await house.do("set_timer", seconds=1)
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(0.2)
        clock.set(2026, 11, 29, 12 + hours, 0)
        await until(lambda: bool(house.voice.rang))
        assert asyncio.get_running_loop().time() - begun == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize(
    ("hour", "minute", "rang", "said"),
    [
        (12, 0, [], []),
        (12, 12, ["the tea timer has been done for 2 minutes"], []),
        (15, 10, [], ["While I was away, the tea timer ended 3 hours ago"]),
    ],
)
async def test_p4_a_timer_that_was_due_while_the_house_was_down_says_so(
    tmp_path: Path, hour: int, minute: int, rang: list[str], said: list[str]
) -> None:
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        await house.do("set_timer", seconds=600, name="tea")
    async with living("timers", tmp_path, Clock(2026, 11, 29, hour, minute)) as house:
        await asyncio.sleep(0.3)
        assert (house.voice.rang, house.voice.said) == (rang, [*rang, *said])
        assert len(json.dumps(await house.plugin.storage.all())) > 2 or said


async def test_a_timer_that_is_set_right_after_the_clock_was_set_keeps_its_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenda_module, "LOOK_SECONDS", 60.0)  # nobody has noticed yet
    clock = Clock(2026, 11, 29, 12, 0)
    async with living("timers", tmp_path, clock) as house:
        assert await house.do("timers_left") == "There are no timers"
        await asyncio.sleep(0.05)
        clock.set(2026, 11, 29, 9, 0)
        await house.do("set_timer", seconds=3600)
        await asyncio.sleep(0.1)
        assert "59 minutes" in await house.do("timers_left") or "1 hour" in await house.do("timers_left")
        assert not house.voice.rang


async def test_an_alarm_rings_at_its_time_and_again_on_the_next_day_over_summer_time(tmp_path: Path) -> None:
    clock = Clock(2026, 3, 28, 6, 59, 59)
    async with living("alarms", tmp_path, clock) as house:
        told = await house.do("set_alarm", when="every day 07:00")
        assert told == "The alarm rings every day at 7:00, the next time at 7:00"
        await until(lambda: house.voice.rang == ["It is 07:00, your alarm"])
        assert await house.do("cancel_alarm") == "The alarm is off"
        await asyncio.sleep(0.2)
        assert await house.do("list_alarms") == "There is an alarm every day at 7:00"
        clock.set(2026, 3, 29, 6, 59, 59)  # the night of summer time
        await until(lambda: len(house.voice.rang) == 2)
        assert house.voice.rang[1] == "It is 07:00, your alarm"


async def test_an_alarm_rings_once_when_the_clock_is_put_back_over_it(tmp_path: Path) -> None:
    clock = Clock(2026, 11, 27, 6, 59, 59)
    async with living("alarms", tmp_path, clock) as house:
        await house.do("set_alarm", when="weekdays 07:00")
        await until(lambda: bool(house.voice.rang))
        house.voice.hush()
        await asyncio.sleep(0.2)
        clock.set(2026, 11, 27, 6, 59, 59)
        await asyncio.sleep(1.2)
        assert len(house.voice.rang) == 1
        clock.set(2026, 11, 20, 6, 59, 59)  # it had been a week wrong
        await until(lambda: len(house.voice.rang) == 2)


async def test_an_alarm_that_was_missed_says_so(tmp_path: Path) -> None:
    async with living("alarms", tmp_path, Clock(2026, 11, 29, 6, 0)) as house:
        assert await house.do("set_alarm", when="07:00") == "The alarm is set for 7:00"
    async with living("alarms", tmp_path, Clock(2026, 11, 29, 7, 5)) as house:
        await until(lambda: house.voice.rang == ["Your alarm was at 7:00, 5 minutes ago"])
        assert await house.do("snooze", seconds=60) == "I'll ring again in 1 minute"
        await asyncio.sleep(0.2)
        assert await house.do("list_alarms") == "There is an alarm at 7:06"
        with pytest.raises(ToolError, match="No alarm rings"):
            await house.do("snooze")
    async with living("alarms", tmp_path, Clock(2026, 11, 29, 9, 0)) as house:
        await until(lambda: house.voice.said == ["I was away and missed your alarm at 7:06"])
        await asyncio.sleep(0.2)
        with pytest.raises(ToolError, match="no alarm"):
            await house.do("cancel_alarm")


async def test_a_reminder_is_said_when_its_time_has_come(tmp_path: Path) -> None:
    async with living("reminders", tmp_path, Clock(2026, 11, 29, 19, 59, 59)) as house:
        assert (
            await house.do("remind", task="take out the bins", when="20:00")
            == "I'll remind you at 20:00: take out the bins"
        )
        assert await house.do("remind", task="call mum", when="every sunday 18:00") == (
            "I'll remind you every Sunday at 18:00: call mum"
        )
        with pytest.raises(ToolError, match="passed already"):
            await house.do("remind", task="x", when="2020-01-01 10:00")
        await until(lambda: house.voice.rang == ["Remember: take out the bins"])
        with pytest.raises(ToolError, match="Which one: take out the bins or call mum"):
            await house.do("cancel_reminder")
        assert await house.do("cancel_reminder", task="all") == "All 2 reminders are cancelled"
        assert await house.do("list_reminders") == "There are no reminders"


async def test_a_spoilt_entry_does_not_stop_the_others(tmp_path: Path) -> None:
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        await house.plugin.storage.set("1", {"due": "soon"})
        await house.plugin.storage.set("2", [1])
        await house.do("set_timer", seconds=600)
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        assert await house.do("timers_left") == "the 10 minute timer has 10 minutes left"


async def test_a_disk_that_refuses_makes_nothing_ring_for_ever(tmp_path: Path) -> None:
    async with living("timers", tmp_path, Clock(2026, 11, 29, 12, 0)) as house:
        await house.do("set_timer", seconds=1)
        (kept,) = (tmp_path / "plugins").glob("*.sqlite")
        for file in (tmp_path / "plugins").iterdir():
            file.unlink()
        kept.mkdir()
        await until(lambda: bool(house.voice.rang))
        house.voice.hush()
        await asyncio.sleep(1.5)
        assert house.voice.rang == ["the 1 second timer is done"]
        with pytest.raises(ToolError, match="can't remember that: the disk refuses"):
            await house.do("set_timer", seconds=1)
        assert await house.do("timers_left") == "There are no timers"


# --- the whole daemon ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def daemon(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A real daemon with nothing but timers, alarms and reminders; whatever it does, it does not live long."""
    config = folder / "config.yaml"
    config.write_text(
        "home: {pretend: false, announce: {enabled: false}, sources: []}\n"
        "plugins: [timers, alarms, reminders]\n"
    )
    environment = os.environ | {
        "ASSISTANT_STATE_DIR": str(folder / "state"),
        "ASSISTANT_BRAIN": "embedded",
        "ASSISTANT_MQTT_URL": "embedded",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "run", "--json", "--config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        end = threading.Timer(LONGEST_SECONDS, process.kill)
        end.start()
        try:
            yield process
        finally:
            end.cancel()
            end.join()
            process.kill()


def spoken_until(process: subprocess.Popen[str], *wanted: str) -> list[str]:
    """What the daemon says until it has said all that is wanted."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "spoke":
            said.append(event["text"])
        if all(any(each in text for text in said) for each in wanted):
            return said
    raise AssertionError(f"it never said {wanted}, but {said}")


def told(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{text}\n")
    process.stdin.flush()


def killed_and_started_again(folder: Path) -> list[str]:
    with daemon(folder) as first:
        told(first, "set a tea timer for three seconds")
        told(first, "set an egg timer for ten minutes")
        told(first, "set an alarm for 6:30 on weekdays")
        told(first, "remind me to take out the bins tomorrow morning")
        spoken_until(first, "egg timer is set", "alarm rings on weekdays at 6:30", "take out the bins")
        first.send_signal(signal.SIGKILL)
    with daemon(folder) as second:
        said = spoken_until(second, "tea timer is done")
        told(second, "stop")
        told(second, "what timers are there")
        told(second, "what alarms are set")
        told(second, "what are my reminders")
        said += spoken_until(second, "egg timer has 9 minutes", "on weekdays at 6:30", "take out the bins")
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=20)
    return said


async def test_p4_timers_alarms_and_reminders_survive_kill_9(tmp_path: Path) -> None:
    said = await asyncio.to_thread(killed_and_started_again, tmp_path)
    assert not any("tea timer" in text for text in said[-3:]), said  # it rang, was stopped, and is over
