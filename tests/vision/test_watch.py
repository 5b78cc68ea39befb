"""Cameras that keep watch: noticed, described once, remembered, announced; questions about the day from memory."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.cli.bench.rtsp import Server
from assistant.config import CameraConfig, ClipsConfig
from assistant.events import CameraSaw, StateChanged
from assistant.live.endpoint import Endpoint
from assistant.live.purse import Purse
from assistant.money import Ledger, Limits, Price
from assistant.testing.bare import BareHost
from assistant.vision import watching
from assistant.vision.cameras import Cameras
from assistant.vision.describing import Describer
from assistant.vision.memory import Memory, Seen, fitting
from assistant.vision.tally import Tally
from assistant.vision.watching import Watch
from assistant.wallclock import WallClock
from tests.brain.stand_ins import brain
from tests.parts.cameras import until

FACTS = {
    "summary": "A courier leaves a parcel [00:01].",
    "people": 1,
    "vehicles": ["van"],
    "animals": [],
    "parcels": 1,
    "importance": 2,
    "events": [{"at": "00:03", "what": "parcel"}],
}
CAPTION = f"""
- on: rest
  match: gemini-3.5-flash-lite:generateContent
  do:
    - reply:
        candidates: [{{content: {{parts: [{{text: '{json.dumps(FACTS)}'}}]}}, finishReason: STOP}}]
        usageMetadata: {{promptTokenCount: 900, totalTokenCount: 1000}}
"""


@pytest.mark.speech
async def test_what_a_camera_notices_is_remembered_once_and_announced(
    footage: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "AFTER_SECONDS", 0.5)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 1.0)
    clock, host = WallClock(), BareHost(tmp_path)
    watch = {"by": ["change", "motion", "frigate"], "sensors": ["porch motion"], "announce": ["parcel"]}
    async with (
        Server({"door": footage("door.mp4")}).open() as server,
        brain(tmp_path, script=CAPTION) as address,
    ):
        door = CameraConfig.model_validate({"name": "front door", "url": server.url("door"), "watch": watch})
        cloud = Endpoint(
            "gemini", "gemini-3.8-live", key="any", base_url=address.url, certificate=address.certificate
        )

        async def services() -> list[Endpoint]:
            return [cloud]

        purse = Purse(Limits(Ledger(tmp_path)), [Price("gemini-", 1, 1, 1, 5, 5)])
        cameras, memory = Cameras([door], clock), Memory(tmp_path / "seen.sqlite", clock, 30)
        describer = Describer(cameras, services, purse, ClipsConfig(), clock, host.tell, Tally(None, clock))
        keeper = Watch(describer, memory, host, clock)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(cameras.run()), tasks.create_task(keeper.run())]
            await until(cameras.eyes, "front door", "live")
            server.rewind("door", 2)
            with host.listen(CameraSaw) as seen:
                async with asyncio.timeout(15):
                    saw = await seen.get()
                host.tell(StateChanged("porch motion", "motion", True, False))
                for told in (
                    {},
                    {"data": None},
                    {"data": {"objects": None}},
                    {"data": {"objects": {"a": 1}}},
                ):
                    after = {"camera": "door", **told}
                    host.report("frigate/reviews", json.dumps({"type": "end", "after": after}))
                host.report("frigate/reviews", "[" * 100_000)
                await asyncio.sleep(1.5)
                assert seen.empty(), "it was described less than quiet_seconds ago"
            for task in running:
                task.cancel()
    assert isinstance(saw, CameraSaw)
    assert re.fullmatch(r"A courier leaves a parcel at \d\d:\d\d:\d\d\.", saw.text), (
        "it is still true tomorrow"
    )
    assert (saw.importance, saw.things) == (2, ("person", "parcel", "van"))
    assert host.voice.said == [f"At the front door: {saw.text}"]
    (kept,) = memory.since(0)
    assert kept.text == saw.text
    (row,) = Ledger(tmp_path).rows(clock.now().strftime("%Y-%m"))
    assert (row.kind, row.model) == ("caption", "gemini-3.5-flash-lite")


ZONE = ZoneInfo("Europe/Berlin")


def blind(folder: Path, host: BareHost, clock: WallClock, *names: str) -> Watch:
    """Keeps watch over cameras that nobody sees through: what a sensor felt is remembered all the same."""
    watch = {"by": ["motion"], "sensors": ["porch motion"], "quiet_seconds": 60, "daily": 3}
    same = {"url": str(folder), "watch": watch, "private": ["6:00-7:00"]}
    cameras = Cameras([CameraConfig.model_validate({"name": name, **same}) for name in names], clock)

    async def services() -> list[Endpoint]:
        return []

    purse = Purse(Limits(Ledger(folder)), [])
    describer = Describer(
        cameras, services, purse, ClipsConfig(), clock, host.tell, Tally(folder / "looks.json", clock)
    )
    return Watch(describer, Memory(folder / "seen.sqlite", clock, 30), host, clock)


@pytest.mark.looptime
async def test_a_day_has_so_many_captions_and_private_time_none(tmp_path: Path) -> None:
    loop, host = asyncio.get_running_loop(), BareHost(tmp_path)
    begun, begins = loop.time(), datetime(2026, 11, 29, 23, 50, tzinfo=ZONE).timestamp()
    keeper = blind(tmp_path, host, WallClock(ZONE, lambda: begins + loop.time() - begun), "shed")
    seen_by = {}
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(keeper.run())
        await asyncio.sleep(1)
        with host.listen(CameraSaw) as seen:
            for minutes in (2, 3.5, 5, 9, 12, 12.5, 20, 390, 440, 450):
                await asyncio.sleep(begun + 60 * minutes - loop.time())
                host.tell(StateChanged("porch motion", "motion", True, False))
                await asyncio.sleep(20)
                seen_by[minutes] = seen.qsize()
        running.cancel()
    before = {2: 1, 3.5: 2, 5: 3, 9: 3}
    after = {12: 4, 12.5: 4, 20: 5, 390: 5, 440: 6, 450: 6}
    assert seen_by == before | after, (
        "three before midnight, three after it, none in private time, nor at once"
    )


@pytest.mark.looptime
async def test_a_restart_gives_no_more_captions_and_is_no_new_watch(tmp_path: Path) -> None:
    loop, host = asyncio.get_running_loop(), BareHost(tmp_path)
    begins = datetime(2026, 11, 29, 12, tzinfo=ZONE).timestamp() - loop.time()
    clock = WallClock(ZONE, lambda: begins + loop.time())
    watched = []
    for _ in range(4):
        keeper = blind(tmp_path, host, clock, "shed")
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(keeper.run())
            await asyncio.sleep(1)
            for _ in range(2):
                host.tell(StateChanged("porch motion", "motion", True, False))
                await asyncio.sleep(70)
            watched.append(keeper.describer.tally.since("shed"))
            running.cancel()
    assert len(keeper.memory.since(0)) == 3
    assert len(set(watched)) == 1
    await asyncio.sleep(1000)
    assert blind(tmp_path, host, clock, "shed").describer.tally.since("shed") == watched[0]
    (tmp_path / "looks.json").write_text("[")
    assert blind(tmp_path, host, clock, "shed").describer.tally.since("shed") is None, "it was set aside"


@pytest.mark.looptime
async def test_what_several_cameras_notice_at_once_is_of_that_moment(tmp_path: Path) -> None:
    loop, host = asyncio.get_running_loop(), BareHost(tmp_path)
    begins = datetime(2026, 11, 29, 12, tzinfo=ZONE).timestamp() - loop.time()
    keeper = blind(tmp_path, host, WallClock(ZONE, lambda: begins + loop.time()), "shed", "gate", "porch")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(keeper.run())
        await asyncio.sleep(1)
        with host.listen(CameraSaw) as seen:
            host.tell(StateChanged("porch motion", "motion", True, False))
            found = [await seen.get() for _ in range(3)]
        running.cancel()
    times = [saw.at - begins for saw in found if isinstance(saw, CameraSaw)]
    assert max(times) - min(times) < 0.5, "each was to wait for those before"


def test_questions_about_the_day_find_what_fits(tmp_path: Path) -> None:
    clock = WallClock(read=lambda: 1_000_000.0)
    memory = Memory(tmp_path / "seen.sqlite", clock, 3)
    assert memory.since(0) == []
    memory.note(Seen(100.0, "front door", "long forgotten", 3))
    memory.note(Seen(999_000.0, "front door", "A courier leaves a box.", 2, ("person", "parcel")))
    memory.note(Seen(999_100.0, "garden", "A cat walks off.", 1, ("cat",)))
    found = memory.since(0)
    assert [one.at for one in found] == [999_000.0, 999_100.0]
    assert [one.camera for one in fitting("did a package come today?", found)] == ["front door"]
    assert [one.camera for one in fitting("when did the cat leave?", found)] == ["garden"]
    assert [one.camera for one in fitting("did anybody come today?", found)] == ["front door"]
    assert len(fitting("what changed since noon?", found)) == 2
    assert fitting("was there a dog?", found) == []
    assert (tmp_path / "seen.sqlite").stat().st_mode & 0o077 == 0
