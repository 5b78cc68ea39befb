"""Cameras that are no RTSP: pictures one by one, Frigate's recordings, a folder; and films of all kinds."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest
from av import VideoFrame

from assistant.cli.bench.rtsp import Server
from assistant.config import CameraConfig
from assistant.errors import VisionError
from assistant.vision.cameras import Cameras
from assistant.vision.clips import wish
from assistant.vision.moments import Span, span
from assistant.vision.rings.sources import Source, in_words, opened
from assistant.wallclock import WallClock
from tests.parts.cameras import decoded, until
from tests.vision.test_faults import CLOCK, house

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nConnection: close\r\n"


@asynccontextmanager
async def served(answer: Callable[[str, asyncio.StreamWriter], AsyncIterator[bytes]]) -> AsyncIterator[int]:
    """A web server that answers a path with pieces; its port."""

    talks: list[asyncio.Task[None]] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        talks.append(talk)
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            async for piece in answer(request, writer):
                writer.write(piece)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks)


def jpegs(film: Path) -> list[bytes]:
    """A film as pictures one by one."""
    found = []
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            assert isinstance(frame, VideoFrame)
            memory = io.BytesIO()
            frame.to_image().save(memory, "JPEG", quality=80)  # type: ignore[no-untyped-call]
            found.append(memory.getvalue())
    return found


@pytest.mark.speech
async def test_pictures_one_by_one_become_a_film(footage: Callable[[str], Path]) -> None:
    pictures = jpegs(footage("mute.mp4"))[20:]
    tokens: list[str] = []

    async def answer(request: str, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        tokens.append(request)
        yield HEAD % b"multipart/x-mixed-replace; boundary=frame" + b"\r\n"
        for picture in pictures:
            yield b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            yield picture + b"\r\n"
            await asyncio.sleep(0.1)

    async with served(answer) as port:
        door = CameraConfig(name="door", url=f"home-assistant://127.0.0.1:{port}/camera.door")
        os.environ["HOME_ASSISTANT_TOKEN"] = "long-lived"
        try:
            async with house(door) as cameras:
                state = await until(cameras.eyes, "door", "live")
                assert state["codec"] == "mjpeg"
                await asyncio.sleep(5)
                clip = await cameras.clip(door, span("now", 4, CLOCK), wish(4))
                film = decoded(clip.data)
                assert (film.video, film.size) == ("h264", (320, 180))
                assert film.red
                assert clip.movement
                picture, age = await cameras.still(door)
                assert picture[:2] == b"\xff\xd8"
                assert age < 2
        finally:
            del os.environ["HOME_ASSISTANT_TOKEN"]
    assert "/api/camera_proxy_stream/camera.door" in tokens[0]
    assert "Bearer long-lived" in tokens[0]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (b"401 Unauthorized", "refuses the user name"),
        (b"404 Not Found", "no such stream"),  # an entity that has been removed from Home Assistant
        (b"429 Too Many Requests", "asked too often"),
        (b"400 Bad Request", "does not give what is asked for"),
        (b"502 Bad Gateway", "has no picture"),  # an entity that is unavailable
        (b"503 Service Unavailable", "has no picture"),
    ],
)
async def test_a_camera_that_has_gone_from_its_server_is_told_in_words(status: bytes, told: str) -> None:
    async def answer(_request: str, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    async with served(answer) as port:
        gone = Source("gone", f"http://127.0.0.1:{port}/api/camera_proxy_stream/camera.gone")
        with pytest.raises(av.error.FFmpegError) as refused:
            await asyncio.to_thread(opened, gone)
    assert told in in_words(refused.value)
    assert "127.0.0.1" not in in_words(refused.value)
    assert "Errno" not in in_words(refused.value)


async def test_frigate_has_the_past_itself(footage: Callable[[str], Path]) -> None:
    asked: list[str] = []
    film = footage("door.mp4").read_bytes()

    async def answer(request: str, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        path = request.split(" ")[1]
        asked.append(path)
        if path.endswith("clip.mp4") and "/door/" in path:
            yield HEAD % b"video/mp4" + b"Content-Length: %d\r\n\r\n" % len(film) + film
        else:
            yield b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    async with served(answer) as port:
        door = CameraConfig(name="door", url=f"frigate://127.0.0.1:{port}/door")
        away = CameraConfig(name="away", url="frigate://127.0.0.1:9/away")
        other = CameraConfig(name="other", url=f"frigate://127.0.0.1:{port}/other")
        async with house(door, away, other) as cameras:
            now = CLOCK.read()
            clip = await cameras.clip(door, Span(now - 3600, now - 3590), wish(10))
            assert clip.begin == now - 3600
            assert decoded(clip.data).red
            assert f"/api/door/start/{now - 3600:.0f}/end/{now - 3590:.0f}/clip.mp4" in asked
            with pytest.raises(VisionError, match="Frigate has no recording of that time"):
                await cameras.clip(other, Span(now - 60, now), wish(10))
            with pytest.raises(VisionError, match="Frigate does not answer"):
                await cameras.clip(away, Span(now - 60, now), wish(10))
            assert [state["state"] for state in await cameras.states()] == ["away", "away", "away"]


async def test_a_folder_gives_its_newest_film_of_that_time(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    film = tmp_path / "one.mp4"
    film.write_bytes(footage("door.mp4").read_bytes())
    now = CLOCK.read()
    os.utime(film, (now - 100, now - 100))
    folder = CameraConfig(name="drive", url=str(tmp_path))
    empty = CameraConfig(name="shed", url=str(tmp_path / "empty"))
    (tmp_path / "empty").mkdir()
    async with house(folder, empty) as cameras:
        states = {state["name"]: (state["state"], state["why"]) for state in await cameras.states()}
        assert states == {"drive": ("live", ""), "shed": ("waiting", "no film has come into its folder yet")}
        clip = await cameras.clip(folder, Span(now - 120, now - 90), wish(12))
        assert clip.begin == pytest.approx(now - 112, abs=0.3)
        assert decoded(clip.data).red[0] == pytest.approx(4, abs=0.6)
        with pytest.raises(VisionError, match="the newest file is of"):
            await cameras.clip(folder, Span(now - 20, now), wish(12))
        (tmp_path / "broken.mp4").write_bytes(b"no film")
        os.utime(tmp_path / "broken.mp4", (now - 10, now - 10))
        with pytest.raises(VisionError, match="cannot be read"):
            await cameras.clip(folder, Span(now - 20, now), wish(12))


async def test_a_film_that_lands_while_it_is_asked_about_is_waited_for(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    film, folder = tmp_path / "one.mp4", CameraConfig(name="drive", url=str(tmp_path))
    data = footage("door.mp4").read_bytes()
    async with house(folder) as cameras:
        film.write_bytes(data[: len(data) // 2])
        now = CLOCK.read()
        asked = asyncio.get_running_loop().create_task(cameras.clip(folder, Span(now - 5, now), wish(12)))
        await asyncio.sleep(0.5)
        assert not asked.done(), "a film that is being written is not yet one"
        film.write_bytes(data)
        assert decoded((await asked).data).red


@pytest.mark.speech
async def test_small_things_are_looked_at_in_the_finer_stream(footage: Callable[[str], Path]) -> None:
    async with Server({"small": footage("door.mp4"), "large": footage("other.mp4")}).open() as server:
        told = {"name": "door", "url": server.url("small"), "detail_url": server.url("large")}
        clock = WallClock()
        cameras = Cameras([CameraConfig.model_validate(told)], clock)
        running = asyncio.get_running_loop().create_task(cameras.run())
        (door,) = cameras.configured
        await until(cameras.eyes, "door", "live")
        await until(cameras.eyes, "door (fine)", "live")
        await asyncio.sleep(3.5)
        usual = await cameras.clip(door, span("now", 3, clock), wish(3, "who is there?"))
        plate = await cameras.clip(door, span("now", 3, clock), wish(3, "read the number plate"))
        assert (usual.width, plate.width) == (320, 480)
        assert [state["name"] for state in await cameras.states()] == ["door"]
        running.cancel()
        await asyncio.wait([running])
