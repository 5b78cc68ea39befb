"""The cameras of the house: who they are, how they are, and clips of them by the clock on the wall."""

from __future__ import annotations

import asyncio
import difflib
import logging
import time as monotonic_time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from assistant.config import CameraConfig
from assistant.errors import VisionError
from assistant.vision import places
from assistant.vision.clips import Clip
from assistant.vision.eyes import Eyes, as_state
from assistant.vision.moments import Span, said
from assistant.vision.pipe import Item
from assistant.vision.recorders import Film, Recorder, recorder
from assistant.wallclock import WallClock, span, within

log = logging.getLogger(__name__)

PRIVATE_SECONDS = 5.0
FINE = " (fine)"
"""Behind the name of a camera: its stream of larger pictures."""
FROZEN_SECONDS = 4.0
"""A picture that is older is not spoken of as now."""
STILL_SECONDS = 20.0
STILL_SPAN_SECONDS = 2.0
"""A picture of a moment may be so much older."""
BEGUN_SECONDS, FRESH_SECONDS = 3.0, 8.0
FIRST_SECONDS = 12.0
"""A camera that is just being connected to is waited for so long."""


class Cameras:
    """Every configured camera, behind its names."""

    def __init__(self, configured: Sequence[CameraConfig], clock: WallClock) -> None:
        self._clock = clock
        self.configured = list(configured)
        self._names = _names(configured)
        self._recorders: dict[str, Recorder] = {
            camera.name: recorder(camera, clock) for camera in configured if places.recorded(camera.url)
        }
        self.eyes = Eyes(_sources([camera for camera in configured if camera.name not in self._recorders]))
        self.eyes.begun = self._begun
        self._private: set[str] = set()
        self._news = asyncio.Event()
        self._told = asyncio.Event()
        self.changed: Callable[[Item], None] = lambda _state: None
        """Called with the state of a camera that has come or gone."""
        self.eyes.changed = self._heard

    async def run(self) -> None:
        """Keep the ring process, and private times."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.eyes.run(), name="rings")
            tasks.create_task(self._keep_private(), name="private times")

    def _heard(self, state: Item) -> None:
        self._news.set()
        self._told.set()
        if not str(state["name"]).endswith(FINE):
            self.changed(state)

    def _begun(self) -> None:
        self._private.clear()  # a new process knows of none
        self._news.set()

    async def _keep_private(self) -> None:
        while True:
            for camera in self.configured:
                await self._made_private(camera)
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(PRIVATE_SECONDS):
                    await self._news.wait()

    async def _made_private(self, camera: CameraConfig) -> None:
        on = self.is_private(camera)
        if camera.name in self._recorders or on == (camera.name in self._private):
            return
        names = [camera.name] + ([camera.name + FINE] if camera.detail_url else [])
        try:
            for name in names:
                await self.eyes.ask({"do": "private", "camera": name, "on": on}, seconds=5)
        except VisionError:
            return  # the process is on its way; it is told when it is there
        (self._private.add if on else self._private.discard)(camera.name)

    def has_ring(self, camera: CameraConfig) -> bool:
        """Whether we keep its last seconds ourselves."""
        return camera.name not in self._recorders

    def is_private(self, camera: CameraConfig, at: float | None = None) -> bool:
        """Whether nobody may look now, or at what was ``at`` that moment (seconds since 1970)."""
        then = (self._clock.now() if at is None else self._clock.at(at)).time()
        return any(within(then, span(text)) for text in camera.private)

    def public(self, camera: CameraConfig) -> None:
        """Nothing of a camera is looked at in its private time, even when it begins in the
        middle of a clip: its ring learns of it some seconds late.

        Raises:
            VisionError: it is private now.
        """
        if self.is_private(camera):
            raise VisionError(f"The {camera.name} is private at this time.")

    def _public(self, camera: CameraConfig, *moments: float) -> None:
        """A ring forgets private times by itself; what others have recorded of them is not asked for.

        Raises:
            VisionError: it is private now, or was at one of these moments.
        """
        self.public(camera)
        if not self.has_ring(camera) and any(self.is_private(camera, at) for at in moments):
            raise VisionError(f"The {camera.name} was private at that time.")

    def areas(self) -> list[str]:
        """Where cameras hang, as far as none is called so."""
        there = {camera.area for camera in self.configured if camera.area}
        return sorted(area for area in there if _folded(area) not in self._names)

    def named(self, spoken: str) -> CameraConfig:
        """The camera of that name, alias or area; refuses rather than guesses.

        Raises:
            VisionError: there is none, or it could be several; with the best candidates.
        """
        wanted = _folded(spoken)
        if camera := self._names.get(wanted):
            return camera
        there = [camera for camera in self.configured if _folded(camera.area) == wanted and wanted]
        if len(there) == 1:
            return there[0]
        if there:
            several = tuple(camera.name for camera in there)
            raise VisionError(f"Which camera do you mean: {' or '.join(several[:4])}?", options=several)
        if not spoken and len(self.configured) == 1:
            return self.configured[0]
        raise _unknown(spoken, self.configured, self._names)

    async def settled_states(self) -> list[Item]:
        """The same, once every camera has been tried."""
        for camera in self.configured:
            if camera.name not in self._recorders:
                await self._connected(camera)
        return await self.states()

    async def states(self) -> list[Item]:
        """How every camera is; ``at`` of the last picture is told as its age."""
        found: list[Item] = []
        for camera in self.configured:
            keeper = self._recorders.get(camera.name)
            if keeper is not None:
                state = await keeper.state()
            else:
                state = self.eyes.states.get(camera.name) or as_state(camera.name, "connecting")
            if self.is_private(camera):
                state = {**state, "state": "private", "why": ""}
            found.append({**state, "area": camera.area, "url": places.shown(camera.url)})
        return found

    async def clip(self, camera: CameraConfig, wanted: Span, wish: Item, *, raw: bool = False) -> Clip:
        """A clip of a span; ``wish`` is how it is prepared, ``raw`` as the camera encoded it.

        Raises:
            VisionError: it is private, there is nothing, or nobody is there.
        """
        self._public(camera, wanted.begin, wanted.end)
        keeper = self._recorders.get(camera.name)
        if keeper is None:
            return await self._from_ring(camera, wanted, wish, raw=raw)
        await asyncio.sleep(max(0.0, min(60.0, wanted.end - self._clock.read())))
        self.public(camera)
        film = await keeper.film(wanted.begin, wanted.end)
        return await self._of_film(film, wish)

    async def _of_film(self, film: Film, wish: Item) -> Clip:
        head = {"do": "prepare", "path": film.path, "wish": {**wish, "end": 120.0}}
        told, data = await self.eyes.ask(head, film.data)
        begin = film.begin
        if begin is None and film.end is not None:
            begin = film.end - float(told["duration"])
        late = 0.0 if film.end is None else max(0.0, self._clock.read() - film.end)
        return Clip.of(told, data, begin, late if film.path else 0.0)

    async def _from_ring(self, camera: CameraConfig, wanted: Span, wish: Item, *, raw: bool) -> Clip:
        await self._connected(camera)
        if wanted.now and _just_begun(self.eyes.states.get(camera.name, {})):
            length = wanted.end - wanted.begin
            wanted = Span(self._clock.read(), self._clock.read() + min(length, FRESH_SECONDS), now=True)
        offset = self._clock.read() - monotonic_time.monotonic()
        name = camera.name
        if camera.detail_url and wish.get("pixels", 0) > 1000:
            fine = self.eyes.states.get(name + FINE, {})
            name += FINE if fine.get("state") == "live" else ""
        head = {
            "do": "cut",
            "camera": name,
            "begin": wanted.begin - offset,
            "end": wanted.end - offset,
            "wish": wish,
            "raw": raw,
        }
        told, data = await self.eyes.ask(head, seconds=60 + max(0.0, wanted.end - self._clock.read()))
        self.public(camera)
        if told.get("nothing"):
            raise VisionError(_nothing(camera, told["camera"], wanted, self._clock))
        since = self._clock.read() - monotonic_time.monotonic()  # the clock may have been set meanwhile
        begin = float(told["at"]) + since + float(told.get("begin_s", 0.0))
        late = max(0.0, wanted.end - (float(told["last_at"]) + offset))
        return Clip.of(told, data, begin, late)

    async def _connected(self, camera: CameraConfig) -> None:
        """Wait a little for a camera that is being connected to for the first time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                while self.eyes.states.get(camera.name, {}).get("state", "connecting") == "connecting":
                    self._told.clear()
                    await self._told.wait()

    async def still(
        self, camera: CameraConfig, pixels: int = 1280, *, at: float | None = None
    ) -> tuple[bytes, float]:
        """The newest picture as JPEG, or the last one before ``at`` (seconds since 1970), and how old it is
        in seconds; raises what ``clip`` raises."""
        self._public(camera, *([] if at is None else [at]))
        keeper = self._recorders.get(camera.name)
        if keeper is not None:
            film = await (keeper.still() if at is None else keeper.film(at - STILL_SPAN_SECONDS, at))
            head = {"do": "prepare", "path": film.path, "still": True, "pixels": pixels}
            _, data = await self.eyes.ask(head, film.data, seconds=STILL_SECONDS)
            return data, 0.0 if film.end is None else self._clock.read() - film.end
        await self._connected(camera)
        now = monotonic_time.monotonic()
        end = now if at is None else min(now, now - (self._clock.read() - at))
        head = {
            "do": "still",
            "camera": camera.name,
            "begin": now - camera.seconds if at is None else end - STILL_SPAN_SECONDS,
            "end": end,
            "pixels": pixels,
        }
        told, data = await self.eyes.ask(head, seconds=STILL_SECONDS)
        self.public(camera)
        if told.get("nothing"):
            wanted = Span(self._clock.read() - 1, self._clock.read(), now=at is None)
            raise VisionError(_nothing(camera, told["camera"], wanted, self._clock))
        return data, max(0.0, now - float(told["last_at"]))


def _just_begun(state: Item) -> bool:
    """Whether there is no past yet: then the next seconds are looked at instead."""
    return state.get("state") == "live" and state["ring_s"] < BEGUN_SECONDS > state["since_s"]


def _sources(cameras: Sequence[CameraConfig]) -> list[Item]:
    """What the ring process connects to: every camera, and those that have a finer stream once more."""
    fine = [camera for camera in cameras if camera.detail_url]
    return [places.source(camera) for camera in cameras] + [
        {**places.source(camera, fine=True), "name": camera.name + FINE} for camera in fine
    ]


def _nothing(camera: CameraConfig, state: Item, wanted: Span, clock: WallClock) -> str:
    """Why there are no pictures of a span, in one sentence."""
    age = state.get("last_frame_s")
    if state["state"] in ("away", "silent", "connecting") and wanted.now:
        since = "" if age is None else f" Its last picture came {said(clock.read() - age, clock)}."
        why = state["why"] or "it is still being connected to"
        return f"I can't see the {camera.name} now: {why}.{since}"
    if state.get("ring_s", 0.0) >= 1:
        kept = f"{state['ring_s']:.0f} seconds"
        return f"I keep only the last {kept} of the {camera.name}; that is longer ago."
    return f"I have no pictures of the {camera.name} from that time."


def _unknown(
    spoken: str, configured: Sequence[CameraConfig], known: Mapping[str, CameraConfig]
) -> VisionError:
    """No camera is called so: which there are, the most alike first."""
    if not configured:
        return VisionError("There is no camera here; name them under cameras in the configuration.")
    near = difflib.get_close_matches(_folded(spoken), known, 3, cutoff=0.6)
    best = tuple(dict.fromkeys(known[name].name for name in near)) or tuple(each.name for each in configured)
    options = " or ".join(best[:4])
    if spoken:
        return VisionError(f"I have no camera called {spoken[:40]!r}; there is {options}.", options=best)
    return VisionError(f"Which camera do you mean: {options}?", options=best)


def _folded(text: str) -> str:
    words = text.casefold().replace("-", " ").replace("_", " ").split()
    return " ".join(word for word in words if word not in ("the", "my", "our", "camera", "cam"))


def _names(cameras: Sequence[CameraConfig]) -> dict[str, CameraConfig]:
    names: dict[str, CameraConfig] = {}
    for camera in cameras:
        for name in (camera.name, *camera.aliases):
            if not _folded(name):
                raise camera.mistake(f"cameras: {name!r} is no name for a camera")
            if names.setdefault(_folded(name), camera) is not camera:
                raise camera.mistake(f"cameras: two cameras are called {name!r}")
    return names
