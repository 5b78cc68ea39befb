"""The ring process at work: cameras on threads, requests of the daemon on the loop."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import socket
import threading
import time
from contextlib import suppress
from typing import BinaryIO

import av
import av.error

from assistant.errors import VisionError
from assistant.vision.pipe import LARGEST_BUFFER, Body, Item, memory_file, received, send
from assistant.vision.rings.camera import Camera
from assistant.vision.rings.cutting import copied, copyable, unheard, write
from assistant.vision.rings.darkrooms import NOT_MADE, Darkrooms
from assistant.vision.rings.decoding import quiet
from assistant.vision.rings.ring import Cut, last_group
from assistant.vision.rings.sources import Source
from assistant.vision.rings.thrift import give_back
from assistant.vision.rings.wishes import Wish

log = logging.getLogger(__name__)

PULSE_SECONDS = 1.0
TIDY_SECONDS = 1.0
"""It takes some milliseconds for which whoever asks meanwhile would wait."""
SETTLED_SECONDS = 5.0
"""Most cameras have been opened then."""
MOST_WAIT_SECONDS = 60.0
LOOK_SECONDS = 1.0
LOOKING = Wish(fps=2.0, sound=False, copy_bytes=0, keys=True, pixels=96).told()
"""For movement only key pictures are looked at."""
FILMS = ("cut", "still", "movement", "prepare")


class Worker:
    """Serves one daemon."""

    def __init__(self, writer: asyncio.StreamWriter, tray: socket.socket) -> None:
        self._writer, self._tray = writer, tray
        self._cameras: dict[str, Camera] = {}
        self._darkrooms = Darkrooms()
        self._untidy = asyncio.Event()

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Until the daemon closes the socket; then nobody waits for answers any more, and nothing is made."""
        async with asyncio.TaskGroup() as tasks:
            at_work = {tasks.create_task(self._pulse()), tasks.create_task(self._tidy())}
            async for head, body in received(reader):
                answering = tasks.create_task(self._answer(head, body))
                at_work.add(answering)
                answering.add_done_callback(at_work.discard)
            for each in at_work:
                each.cancel()
        self._darkrooms.close()
        for camera in self._cameras.values():
            camera.leave()

    async def _pulse(self) -> None:
        while True:
            self._send({"states": [camera.shown() for camera in self._cameras.values()]})
            await asyncio.sleep(PULSE_SECONDS)

    async def _tidy(self) -> None:
        """Give back what films and the beginning took, once for all that come one after the other."""
        while True:
            await self._untidy.wait()
            await asyncio.sleep(TIDY_SECONDS)
            self._untidy.clear()
            await asyncio.to_thread(give_back)

    def _send(self, head: Item, body: Body = b"") -> None:
        if not self._writer.is_closing():
            send(self._writer, head, body, tray=self._tray)

    async def _answer(self, head: Item, body: bytes) -> None:
        told: Item
        data: Body
        try:
            told, data = await self._done(head, body)
        except VisionError as error:
            told, data = {"error": str(error)}, b""
        except (av.error.FFmpegError, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
            log.warning("a request could not be done: %s", error)
            told, data = {"error": NOT_MADE}, b""
        self._send({"id": head.get("id"), **told}, data)
        del body, data
        if head.get("do") in FILMS:
            self._untidy.set()

    async def _done(self, head: Item, body: bytes) -> tuple[Item, Body]:
        match head.get("do"):
            case "cameras":
                self._begin([Source(**told) for told in head["cameras"]])
                return {}, b""
            case "private":
                self._camera(head).private(bool(head["on"]))
                return {}, b""
            case "cut":
                return await self._cut(head)
            case "still":
                return await self._still(head)
            case "movement":
                return await self._movement(head)
            case "prepare":
                return await self._prepare(head, body)
        raise VisionError("the ring process does not know this request")

    def _begin(self, sources: list[Source]) -> None:
        asyncio.get_running_loop().call_later(SETTLED_SECONDS, self._untidy.set)
        for source in sources:
            camera = self._cameras[source.name] = Camera(source)
            threading.Thread(target=camera.run, name=source.name, daemon=True).start()

    def _camera(self, head: Item) -> Camera:
        return self._cameras[head["camera"]]

    async def _cut(self, head: Item) -> tuple[Item, Body]:
        """``begin`` and ``end`` are monotonic seconds of this machine; what is to come is waited for."""
        camera, begin, end = self._camera(head), float(head["begin"]), float(head["end"])
        await asyncio.sleep(min(MOST_WAIT_SECONDS, max(0.0, end - time.monotonic())))
        cut = camera.cut(begin, end)
        if cut is None:
            return {"nothing": True, "camera": camera.shown()}, b""
        if head.get("raw"):
            return self._told(cut, camera), await self._whole(cut)
        wish = Wish.of(head.get("wish", {}))
        job, films = await asyncio.to_thread(_negative, cut, begin, end, wish)
        made, data = await self._darkrooms.make(job, films)
        return {**self._told(cut, camera), **made}, data

    async def _whole(self, cut: Cut) -> Body:
        """The film as the camera encoded it; a sound that no MP4 carries is encoded anew."""
        if not unheard(cut):
            return await asyncio.to_thread(_in_memory, cut)
        film, mute = await asyncio.to_thread(lambda: (copied(cut, container="mov"), copied(cut)))
        _, data = await self._darkrooms.make({"do": "voiced", "split": len(film)}, film + mute)
        return data

    def _told(self, cut: Cut, camera: Camera) -> Item:
        return {"at": cut.at, "last_at": cut.last_at, "camera": camera.shown()}

    async def _still(self, head: Item) -> tuple[Item, bytes]:
        camera = self._camera(head)
        cut = camera.cut(float(head["begin"]), float(head["end"]))
        if cut is None:
            return {"nothing": True, "camera": camera.shown()}, b""
        film = await asyncio.to_thread(copied, last_group(cut), container="mov")
        _, data = await self._darkrooms.make({"do": "picture", "pixels": head["pixels"]}, film)
        return self._told(cut, camera), data

    async def _movement(self, head: Item) -> tuple[Item, bytes]:
        """What has moved in a span; nothing of it leaves."""
        camera = self._camera(head)
        cut = camera.cut(float(head["begin"]), float(head["end"]))
        if cut is None:
            return {"nothing": True, "camera": camera.shown()}, b""
        film = await asyncio.to_thread(copied, cut, container="mov")
        made, _ = await self._darkrooms.make({"do": "movement", "wish": LOOKING}, film)
        return {**self._told(cut, camera), **made}, b""

    async def _prepare(self, head: Item, body: bytes) -> tuple[Item, bytes]:
        kinds = {"still": "picture", "most": "pictures", "known": "known"}
        kind = next((kind for key, kind in kinds.items() if head.get(key)), "film")
        job = {**head, "do": kind}
        return await self._darkrooms.make(job, body)


def _negative(cut: Cut, begin: float, end: float, wish: Wish) -> tuple[Item, bytes]:
    """The job of making a clip from exactly ``begin``, or copied with all of its first group; its films."""
    small = sum(len(packet.data) for packet in cut.packets) <= wish.copy_bytes
    early = max(0.0, begin - cut.at)
    film = copied(cut, container="mov")
    as_it_is = copied(cut) if small and early < LOOK_SECONDS * 4 and copyable(cut) else b""
    exact = dataclasses.replace(wish, begin=0.0 if as_it_is else early, end=end - cut.at)
    job = {"do": "film", "wish": exact.told(), "split": len(film) if as_it_is else 0}
    return job, film + as_it_is


def _in_memory(cut: Cut) -> BinaryIO:
    """The film as it is, in a file that can be handed over."""
    file = memory_file()
    write(cut, file)
    return file


def served(fd: int, tray: int) -> None:
    """Run on the inherited sockets until the daemon closes them."""
    quiet()
    with suppress(KeyboardInterrupt):
        asyncio.run(_served(fd, tray))


async def _served(fd: int, tray: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=fd), limit=LARGEST_BUFFER)
    with suppress(ConnectionError), socket.socket(fileno=tray) as ours:
        ours.setblocking(False)
        await Worker(writer, ours).run(reader)
    writer.close()
