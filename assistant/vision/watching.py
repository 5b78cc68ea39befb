"""Cameras that keep watch: what moves is described once by the cheap model, remembered, and perhaps
announced."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote

from assistant.config import CameraConfig
from assistant.errors import VisionError
from assistant.events import CameraSaw, Event, StateChanged
from assistant.plain import one_line
from assistant.speaking import Voice
from assistant.vision.cameras import Cameras
from assistant.vision.describing import Describer
from assistant.vision.looks import Look, Wanted
from assistant.vision.memory import Memory, Seen
from assistant.vision.tally import Tally
from assistant.wallclock import WallClock

log = logging.getLogger(__name__)

LOOK_SECONDS = 6.0
"""So often the last key pictures are compared, by ourselves and for nothing."""
AFTER_SECONDS = 6.0
"""What has begun to happen is given so long before it is looked at."""
CLIP_SECONDS = 12.0
LEAST_SHARE = 0.01
LONGEST_TEXT = 300
MOST_THINGS = 10
REVIEWS = "frigate/reviews"
QUESTION = "What happens here? Ignore what does not move."
NOTHING_KNOWN = "Something moved."
HAPPENED = frozenset({"on", "open", "pressed", "ding", "motion"})


class House(Protocol):
    """The house as far as it is needed here; see ``assistant.plugin.Host``."""

    @property
    def voice(self) -> Voice: ...
    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]: ...
    def subscribe(
        self, topic: str, heard: Callable[[str, bytes], None], *, retained: bool = True
    ) -> Callable[[], None]: ...
    def tell(self, event: Event) -> None: ...


@dataclass
class Watch:
    """Notices, describes and remembers, for the cameras whose ``watch.by`` says by what."""

    describer: Describer
    memory: Memory
    house: House
    clock: WallClock
    _noticed: asyncio.Queue[tuple[CameraConfig, tuple[str, ...], float]] = field(
        default_factory=lambda: asyncio.Queue(20)
    )
    _last: dict[str, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Keep watch until cancelled."""
        watching = [camera for camera in self.describer.cameras.configured if camera.watch.by]
        if not watching:
            return
        with ExitStack() as subscribed:
            if any("frigate" in camera.watch.by for camera in watching):
                subscribed.callback(self.house.subscribe(REVIEWS, self._reviewed, retained=False))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._describe(), name="captions")
                tasks.create_task(self._feel(watching), name="sensors")
                names = [camera.name for camera in watching]
                tasks.create_task(self.describer.tally.watching(names), name="keeping watch")
                for camera in watching:
                    if "change" in camera.watch.by:
                        tasks.create_task(self._look(camera), name=f"watching {camera.name}")

    async def _look(self, camera: CameraConfig) -> None:
        """Compare the last key pictures; nothing of them leaves the ring process."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._quiet(camera):
                continue
            with suppress(VisionError):
                if await _moves(self.describer.cameras, camera, 2 * LOOK_SECONDS):
                    self._notice(camera)

    async def _feel(self, watching: list[CameraConfig]) -> None:
        """Sensors of the house: motion, a door, a bell."""
        with self.house.listen(StateChanged) as changes:
            while True:
                change = await changes.get()
                if not isinstance(change, StateChanged) or not _happened(change.value):
                    continue
                for camera in watching:
                    if "motion" in camera.watch.by and change.device in camera.watch.sensors:
                        self._notice(camera)

    def _reviewed(self, _topic: str, payload: bytes) -> None:
        """Frigate has seen something: its camera has the name that our URL ends with."""
        try:
            told = json.loads(payload)
            after = told["after"]
            name, data = str(after["camera"]), after.get("data")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        if told.get("type") != "end":
            return  # it goes on; at its end it is known what it was
        labels = data.get("objects") if isinstance(data, dict) else None
        told_of = labels[:MOST_THINGS] if isinstance(labels, list) else []
        things = tuple(one_line(label, 30) for label in told_of if isinstance(label, str))
        for camera in self.describer.cameras.configured:
            if "frigate" in camera.watch.by and unquote(camera.url.rstrip("/").rpartition("/")[2]) == name:
                self._notice(camera, things)

    def _quiet(self, camera: CameraConfig) -> bool:
        """Whether this is left out: it is private, or was described lately, or often enough today."""
        last = self._last.get(camera.name)
        if last is not None and self._now() - last < camera.watch.quiet_seconds:
            return True
        return spent(camera, self.describer.tally) or self.describer.cameras.is_private(camera)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _notice(self, camera: CameraConfig, things: tuple[str, ...] = ()) -> None:
        if self._quiet(camera) or self._noticed.full():
            return
        self._last[camera.name] = self._now()
        self.describer.tally.add(counted(camera))
        self._noticed.put_nowait((camera, things, self.clock.read()))

    async def _describe(self) -> None:
        """One after the other: a house full of movement must not be a house full of requests."""
        while True:
            camera, things, at = await self._noticed.get()
            await self.describer.tally.written()
            await asyncio.sleep(min(AFTER_SECONDS, at + AFTER_SECONDS - self.clock.read()))
            then = self.clock.at(at).isoformat()  # whoever had to wait is not shown what came later
            try:
                model = self.describer.config.caption_model
                wanted = Wanted(QUESTION, "facts", model, paid_as="caption", kept=True)
                look = await self.describer.look(camera, wanted, then, CLIP_SECONDS)
                seen = _seen(at, camera, look, things)
            except VisionError as error:
                log.info("%s: %s", camera.name, error)
                seen = Seen(at, camera.name, _labels(things) or NOTHING_KNOWN, 1, things)
            await self._remember(camera, seen)

    async def _remember(self, camera: CameraConfig, seen: Seen) -> None:
        if seen.importance < 1:
            return
        try:
            await asyncio.to_thread(self.memory.note, seen)
        except VisionError as error:
            log.error("%s", error)
        self.house.tell(CameraSaw(camera.name, seen.text, seen.importance, seen.things, seen.at))
        words = {word.casefold() for word in camera.watch.announce}
        if words & {thing.casefold() for thing in seen.things}:
            text = f"At the {camera.name}: {seen.text}"
            self.house.voice.say(text, by="cameras", room="", urgent=False)


def counted(camera: CameraConfig) -> str:
    """Under which name its captions are counted."""
    return f"watch {camera.name}"


def spent(camera: CameraConfig, tally: Tally) -> bool:
    """Whether it has noticed as much as it may today."""
    return tally.number(counted(camera)) >= camera.watch.daily


async def _moves(cameras: Cameras, camera: CameraConfig, seconds: float) -> bool:
    """Whether something has moved in the last seconds; only key pictures are looked at.

    Raises:
        VisionError: it cannot be seen.
    """
    if not cameras.has_ring(camera):
        return False
    now = time.monotonic()
    head = {"do": "movement", "camera": camera.name, "begin": now - seconds, "end": now}
    told, _ = await cameras.eyes.ask(head)
    moved = [one for one in told.get("movement", []) if one["kind"] == "movement"]
    return any(one["share"] >= LEAST_SHARE for one in moved)


def _seen(at: float, camera: CameraConfig, look: Look, things: tuple[str, ...]) -> Seen:
    facts: Mapping[str, Any] = look.facts or {}
    found = list(things)
    found += ["person"] if _number(facts.get("people")) else []
    found += ["parcel"] if _number(facts.get("parcels")) else []
    for kind in ("vehicles", "animals"):
        told = facts.get(kind)
        found += [str(one)[:30] for one in told] if isinstance(told, list) else []
    importance = _number(facts.get("importance", 1))
    text = _labels(things) or _moved(look) if look.brain == "embedded" else look.text
    kept = tuple(dict.fromkeys(found))[:MOST_THINGS]
    return Seen(at, camera.name, one_line(text, LONGEST_TEXT), min(3, importance), kept, dict(facts))


def _moved(look: Look) -> str:
    """What can be told of a film that nobody has described."""
    moved = [one for one in (look.clip.movement if look.clip else []) if one["kind"] == "movement"]
    sides = list(dict.fromkeys(side for one in moved for side in one["sides"]))
    where = f" {'in' if sides[0] == 'middle' else 'at'} the {sides[0]}" if len(sides) == 1 else ""
    return NOTHING_KNOWN.replace(".", f"{where}.")


def _labels(things: tuple[str, ...]) -> str:
    """What Frigate recognised needs no cloud."""
    return f"Frigate recognised: {', '.join(things)}." if things else ""


def _happened(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.casefold() in HAPPENED)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < 1000 else 0
