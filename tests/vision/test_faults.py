"""Cameras that die, hang, lie and come back; a ring process that is killed. Each is a sentence, and all recovers."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.bench.rtsp import Server
from assistant.config import CameraConfig
from assistant.errors import ConfigError, VisionError
from assistant.vision import places
from assistant.vision.cameras import Cameras
from assistant.vision.clips import wish
from assistant.vision.moments import Span, span
from assistant.vision.rings.sources import Source, in_words, opened
from assistant.wallclock import WallClock
from tests.parts.cameras import decoded, until
from tests.parts.web import moved, web

CLOCK = WallClock()


@asynccontextmanager
async def house(*configured: CameraConfig) -> AsyncIterator[Cameras]:
    cameras = Cameras(configured, CLOCK)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(cameras.run())
        try:
            yield cameras
        finally:
            running.cancel()


def camera(url: str, name: str = "front door", **more: Any) -> CameraConfig:
    return CameraConfig(name=name, url=url, **more)


def last(seconds: float) -> Span:
    return span("now", seconds, CLOCK)


async def test_cameras_and_their_process_fail_and_come_back(footage: Callable[[str], Path]) -> None:
    """Three houses at once: it is all waiting."""
    footage("door.mp4")
    async with asyncio.TaskGroup() as tasks:
        for story in (
            _stands_still_dies_and_comes_back,
            _killed_and_replaced,
            _takes_the_call_and_says_nothing,
        ):
            tasks.create_task(story(footage))


async def _stands_still_dies_and_comes_back(footage: Callable[[str], Path]) -> None:
    """Also: a clip of the last seconds of one that has just died is cut and decodes, again and again."""
    async with Server({"door": footage("door.mp4")}).open() as server:
        front = camera(server.url("door"))
        async with house(front) as cameras:
            await until(cameras.eyes, "front door", "live")
            await asyncio.sleep(4)
            server.stalled = True
            await until(cameras.eyes, "front door", "silent")
            clip = await cameras.clip(front, last(10), wish(10))
            assert clip.late_s > 2, (clip, cameras.eyes.states)
            assert decoded(clip.data).times
            await asyncio.sleep(1.5)
            with pytest.raises(
                VisionError, match="I can't see the front door now: it.* Its last picture came"
            ):
                await cameras.clip(front, last(2), wish(2))
            _, age = await cameras.still(front)
            assert age > 3
            server.stalled = False
            await until(cameras.eyes, "front door", "live")
            server.password = "viewer:secret"
            server.drop()
            state = await until(cameras.eyes, "front door", "away")
            await asyncio.sleep(1)
            state = cameras.eyes.states["front door"]
            assert "refuses the user name or the password" in state["why"]
            for _ in range(5):
                clip = await cameras.clip(front, last(30), wish(30))  # a busy machine takes its time
                assert decoded(clip.data).first_is_key
            server.password = ""
            await until(cameras.eyes, "front door", "live")
            assert cameras.eyes.restarts == 0


async def _killed_and_replaced(footage: Callable[[str], Path]) -> None:
    async with Server({"door": footage("door.mp4")}).open() as server:
        front = camera(server.url("door"))
        async with house(front) as cameras:
            await until(cameras.eyes, "front door", "live")
            async with asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(_refused(cameras, front))
                await asyncio.sleep(0.3)
                os.kill(cameras.eyes.pid, signal.SIGSEGV)
                assert "starting again" in await asked
            await until(cameras.eyes, "front door", "live")
            await asyncio.sleep(2.5)
            assert decoded((await cameras.clip(front, last(2), wish(2))).data).times
            assert cameras.eyes.restarts == 1


async def _refused(cameras: Cameras, front: CameraConfig) -> str:
    now = CLOCK.read()
    with pytest.raises(VisionError) as caught:
        await cameras.clip(front, Span(now, now + 5), wish(5))
    return str(caught.value)


async def test_nobody_there_a_wrong_name_and_no_video_are_told_apart(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/hostname\n")
    async with Server({"door": footage("door.mp4")}).open() as server:
        wanted = {
            "dead": ("rtsp://127.0.0.1:9/x", "nothing listens at its address"),
            "wrong": (server.url("nothing"), "there is no such stream"),
            "list": (str(tmp_path / "list.m3u8"), "no video that I can read"),
            "gone": (str(tmp_path / "gone.mp4"), "there is no such file"),
        }
        async with house(*(camera(url, name) for name, (url, _) in wanted.items())) as cameras:
            for name, (_, why) in wanted.items():
                state = await until(cameras.eyes, name, "away")
                assert why in state["why"], (name, state)
                with pytest.raises(VisionError, match=f"I can't see the {name} now"):
                    await cameras.clip(cameras.named(name), last(5), wish(5))


async def _takes_the_call_and_says_nothing(footage: Callable[[str], Path]) -> None:
    server = Server({"door": footage("door.mp4")})
    server.deaf = True
    async with server.open(), house(camera(server.url("door"))) as cameras:
        state = await until(cameras.eyes, "front door", "away", seconds=20)
        assert state["why"] == "it does not answer"
        server.deaf = False
        await until(cameras.eyes, "front door", "live", seconds=20)


async def test_private_time_forgets_and_refuses(footage: Callable[[str], Path]) -> None:
    async with Server({"door": footage("door.mp4")}).open() as server:
        front = camera(server.url("door"), private=["0:00-23:59", "23:58-0:01"])
        async with house(front) as cameras:
            await until(cameras.eyes, "front door", "private")
            with pytest.raises(VisionError, match="is private at this time"):
                await cameras.clip(front, last(5), wish(5))
            assert cameras.eyes.states["front door"]["ring_mb"] == 0


async def test_a_clock_that_is_set_and_private_time_that_begins_in_the_middle_of_a_clip(
    footage: Callable[[str], Path],
) -> None:
    ahead = datetime(2026, 11, 23, 12).timestamp() - time.monotonic()
    clock = WallClock(read=lambda: ahead + time.monotonic())
    front = camera(f"file:{footage('door.mp4')}", private=["22:00-23:00"])
    cameras = Cameras([front], clock)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(cameras.run())
        await until(cameras.eyes, "front door", "live")
        assert (await cameras.clip(front, span("now", 2, clock), wish(2))).frames
        asked = tasks.create_task(cameras.clip(front, span("next", 1, clock), wish(1)))
        await asyncio.sleep(0.3)
        ahead += 3600
        begin = (await asked).begin
        assert begin == pytest.approx(clock.read(), abs=60), "by the clock as it is now"
        ahead = datetime(2026, 11, 23, 21, 59, 59).timestamp() - time.monotonic()
        with pytest.raises(VisionError, match="is private at this time"):
            await cameras.clip(front, span("next", 1.5, clock), wish(2))
        running.cancel()


async def test_what_others_recorded_of_private_time_is_not_asked_for(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 23, 12).timestamp()
    (tmp_path / "night.mp4").write_bytes(b"a film")
    os.utime(tmp_path / "night.mp4", (noon - 9 * 3600, noon - 9 * 3600))
    clock = WallClock(read=lambda: noon)
    drive = camera(str(tmp_path), private=["22:00-7:00"])
    cameras = Cameras([drive], clock)
    for hours in (-5.001, -9, -13.999):
        at = noon + hours * 3600
        with pytest.raises(VisionError, match="was private at that time"):
            await cameras.clip(drive, Span(at - 10, at + 10), wish(20))
        with pytest.raises(VisionError, match="was private at that time"):
            await cameras.still(drive, at=at)
    with pytest.raises(VisionError, match="nothing of that time"):
        await cameras.clip(drive, Span(noon - 4 * 3600, noon - 4 * 3600 + 10), wish(10))


def test_names_are_not_guessed() -> None:
    both = [
        camera("rtsp://a/1", area="porch"),
        camera("rtsp://a/2", "garden", aliases=["back yard"], area="porch"),
    ]
    cameras = Cameras(both, CLOCK)
    assert cameras.named("the front-door camera") is both[0]
    assert cameras.named("Back Yard") is both[1]
    for spoken, why in (
        ("cellar", "no camera called"),
        ("porch", "front door or garden"),
        ("", "Which camera"),
    ):
        with pytest.raises(VisionError, match=why) as caught:
            cameras.named(spoken)
        assert caught.value.options


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("rtsp://10.0.0.2/stream", "rtsp://viewer:p%40ss@10.0.0.2/stream"),
        ("rtsp://own:key@10.0.0.2/stream", "rtsp://own:key@10.0.0.2/stream"),
        ("go2rtc://10.0.0.3:1984/door", "rtsp://viewer:p%40ss@10.0.0.3:8554/door"),
        ("go2rtc://10.0.0.3/front door", "rtsp://viewer:p%40ss@10.0.0.3:8554/front%20door"),
        ("go2rtc://10.0.0.3/T%C3%BCr", "rtsp://viewer:p%40ss@10.0.0.3:8554/T%C3%BCr"),
        ("rtsp://10.0.0.2/front door", "rtsp://viewer:p%40ss@10.0.0.2/front%20door"),
        ("/dev/video2", "v4l2:/dev/video2"),
        ("rpicam:", "rpicam:"),
    ],
)
def test_what_a_url_means(url: str, opened: str) -> None:
    told = places.source(camera(url, user="viewer"), {"ASSISTANT_CAMERA_FRONT_DOOR_PASSWORD": "p@ss"})
    assert told["url"] == opened
    assert "p%40ss" not in places.shown(told["url"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("rtsp://viewer:p/ss@10.0.0.2/stream", "no host and port that can be read"),
        ("rtsp://[::1/stream", "no host and port that can be read"),
        ("go2rtc://10.0.0.3/door?rtsp=http", "no host and port that can be read"),
        ("frigate://10.0.0.4:99999/door", "no host and port that can be read"),
        ("frigate://10.0.0.4", "ends with the name that it has there: frigate://host/name"),
        ("home-assistant://ha.local:ssl/camera.door", "no host and port that can be read"),
    ],
)
def test_what_is_no_address_of_a_camera_is_told_without_its_password(url: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as told:
        Cameras([camera(url)], CLOCK)
    assert "ss@" not in str(told.value)
    assert "viewer" not in str(told.value)


def test_home_assistant_needs_a_token_and_nonsense_is_refused() -> None:
    url = "home-assistant://ha.local/camera.door"
    told = places.source(camera(url), {"HOME_ASSISTANT_TOKEN": "long"})
    assert told["url"] == "http://ha.local:8123/api/camera_proxy_stream/camera.door"
    assert told["headers"] == "Authorization: Bearer long\r\n"
    with pytest.raises(ConfigError, match="is no kind of camera"):
        places.source(camera("gopher://x"), {})
    with pytest.raises(ConfigError, match="YouTube has films and no cameras"):
        places.source(camera("https://www.youtube.com/watch?v=dQw4w9WgXcQ"), {})


@pytest.mark.parametrize("to", ["http://localhost:{port}/within", "/within", "file:///etc/hostname"])
async def test_a_camera_that_sends_us_elsewhere_is_not_followed_and_sees_no_token(to: str) -> None:
    async with web() as camera, web() as victim:
        camera.answers["/video"] = moved(to.format(port=victim.port))
        source = Source("yard", f"{camera.url}/video", headers="Authorization: Bearer a-token-of-ours\r\n")
        with pytest.raises((OSError, ValueError)) as refused:
            await asyncio.to_thread(opened, source)
        assert victim.asked == []
        assert [request.split()[1] for request in camera.asked] == ["/video"]
        assert "sends us to another address" in in_words(refused.value)
