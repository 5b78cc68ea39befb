"""Places that keep the past themselves: Frigate's recordings, a folder into which somebody else writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.config import CameraConfig
from assistant.errors import VisionError
from assistant.vision.eyes import as_state
from assistant.vision.pipe import Item
from assistant.vision.places import named, parted, password, path_of, scheme
from assistant.wallclock import WallClock

if TYPE_CHECKING:
    import httpx2

FETCH_SECONDS = 20.0
LARGEST_FILM = 96 * 2**20
FILMS = frozenset({".mp4", ".mkv", ".mov", ".avi", ".webm", ".mpg", ".mpeg", ".ts", ".flv", ".wmv", ".3gp"})
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
SETTLED_SECONDS = 1.0
"""A file that was written to within that is still being written."""
WRITTEN_LOOKS = 12
"""Each half of that after the one before."""


@dataclass(frozen=True)
class Film:
    """A film as it was recorded: bytes, or the path of a file. ``begin`` or ``end`` is when that was, in
    seconds since 1970."""

    data: bytes = b""
    path: str = ""
    begin: float | None = None
    end: float | None = None


class Recorder(Protocol):
    """A camera that is asked for its past."""

    async def film(self, begin: float, end: float) -> Film:
        """What it has of a span.

        Raises:
            VisionError: nothing, or nobody is there.
        """
        ...

    async def still(self) -> Film:
        """Its newest picture; raises what ``film`` raises."""
        ...

    async def state(self) -> Item:
        """How it is, as a camera of the ring process tells it."""
        ...


def recorder(camera: CameraConfig, clock: WallClock) -> Recorder:
    """The recorder that a camera's URL names."""
    if scheme(camera.url) in ("frigate", "frigates"):
        return Frigate(camera)
    return Folder(camera, clock)


class Frigate:
    """A camera of Frigate, by its HTTP API: port 5000 without a login, 8971 with one."""

    def __init__(self, camera: CameraConfig) -> None:
        parts = parted(camera, camera.url)
        secure = "https" if parts.scheme == "frigates" else "http"
        host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
        self._base = f"{secure}://{host}:{parts.port or 5000}"
        self._camera, self._id = camera, named(parts)
        self._user = camera.user or parts.username or ""
        self._password = parts.password or password(camera)

    async def film(self, begin: float, end: float) -> Film:
        """Its recording of the span."""
        path = f"/api/{self._id}/start/{begin:.0f}/end/{max(end, begin + 1):.0f}/clip.mp4"
        return Film(await self._fetched(path, "Frigate has no recording of that time."), begin=begin)

    async def still(self) -> Film:
        """Its latest picture."""
        return Film(await self._fetched(f"/api/{self._id}/latest.jpg?h=720", "Frigate has no picture now."))

    async def state(self) -> Item:
        """Whether Frigate answers."""
        try:
            await self._fetched("/api/version", "")
        except VisionError as error:
            return as_state(self._camera.name, "away", str(error).rstrip("."))
        return as_state(self._camera.name, "live", codec="frigate")

    async def _fetched(self, path: str, missing: str) -> bytes:
        import httpx2

        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                httpx2.AsyncClient(base_url=self._base, trust_env=False, verify=False) as client,
            ):
                if self._user:
                    told = {"user": self._user, "password": self._password}
                    (await client.post("/api/login", json=told)).raise_for_status()
                async with client.stream("GET", path) as answer:
                    return await _body(answer, missing)
        except TimeoutError as error:
            raise VisionError("Frigate takes too long to answer.") from error
        except httpx2.HTTPStatusError as error:
            raise VisionError("Frigate refuses the user name or the password.") from error
        except (httpx2.HTTPError, OSError) as error:
            raise VisionError("Frigate does not answer.") from error


async def _body(answer: httpx2.Response, missing: str) -> bytes:
    if answer.status_code in (401, 403):
        raise VisionError("Frigate wants a user name and a password.")
    if answer.status_code != 200:
        raise VisionError(missing or "Frigate does not answer as it should.")
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST_FILM:
            raise VisionError("That recording is too large; ask for fewer seconds.")
    if not body:
        raise VisionError(missing)
    return bytes(body)


class Folder:
    """Files that a camera or a recorder puts into a folder."""

    def __init__(self, camera: CameraConfig, clock: WallClock) -> None:
        self._path, self._name, self._clock = path_of(camera.url), camera.name, clock

    async def film(self, begin: float, end: float) -> Film:
        """The newest film that ended in the span or after its begin; else the newest picture. Where there is
        none, one that is just being written is waited for a little."""
        for _ in range(WRITTEN_LOOKS):
            files = await asyncio.to_thread(self._files, FILMS | PICTURES)
            if found := _of_span(files, begin, end):
                return found
            if not await asyncio.to_thread(self._writing):
                break
            await asyncio.sleep(SETTLED_SECONDS / 2)
        if files:
            then = self._clock.at(files[0][0])
            raise VisionError(f"There is nothing of that time; the newest file is of {then:%d %B, %H:%M}.")
        raise VisionError("There is no film in its folder yet.")

    def _writing(self) -> bool:
        """Whether somebody writes a film now."""
        return any(0 <= self._clock.read() - at < SETTLED_SECONDS for at, _ in self._there(FILMS))

    async def still(self) -> Film:
        """The newest file."""
        files = await asyncio.to_thread(self._files, FILMS | PICTURES)
        if not files:
            raise VisionError("There is no picture in its folder yet.")
        return Film(path=str(files[0][1]), end=files[0][0])

    async def state(self) -> Item:
        """Whether the folder is there, and how old its newest file is."""
        if not self._path.is_dir():
            return as_state(self._name, "away", "there is no such folder")
        files = await asyncio.to_thread(self._files, FILMS | PICTURES)
        if not files:
            return as_state(self._name, "waiting", "no film has come into its folder yet", codec="folder")
        age = self._clock.read() - files[0][0]
        return as_state(self._name, "live", codec="folder", last_frame_s=round(age, 1))

    def _files(self, kinds: frozenset[str]) -> list[tuple[float, Path]]:
        """Finished files, the newest first, with the time of their end."""
        now = self._clock.read()
        found = [(at, path) for at, path in self._there(kinds) if now - at >= SETTLED_SECONDS]
        return sorted(found, reverse=True)

    def _there(self, kinds: frozenset[str]) -> Iterator[tuple[float, Path]]:
        """All files, with the time when they were written to last."""
        for path in self._path.glob("*"):
            if path.suffix.lower() in kinds and not path.name.startswith("."):
                with suppress(OSError):
                    yield path.stat().st_mtime, path


def _of_span(files: list[tuple[float, Path]], begin: float, end: float) -> Film | None:
    """The first film of a span, else the first picture."""
    films = [(at, path) for at, path in files if path.suffix.lower() in FILMS]
    for known in (films, files):
        for at, path in known:
            if begin <= at <= end + 60:
                return Film(path=str(path), end=at)
    return None
