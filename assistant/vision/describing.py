"""What is to be seen: a clip is cut, prepared and sent, and the answer becomes a sentence with clock
times."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from assistant.captioning import Captioner, Scene
from assistant.config import CameraConfig, ClipsConfig
from assistant.errors import VisionError
from assistant.events import ClipSent, Event
from assistant.money import Tokens
from assistant.plain import text as carried
from assistant.prompts import CLIP, clip_question
from assistant.vision import models
from assistant.vision.asking import Asking, Input, Progress, Question, Told
from assistant.vision.cameras import FROZEN_SECONDS, Cameras
from assistant.vision.clips import Clip, fine, wish
from assistant.vision.failing import Busy, Retired, Unreachable
from assistant.vision.keeping import Kept
from assistant.vision.looks import ANSWER_TOKENS, FACTS, Look, Wanted, answered, facts_of, placed
from assistant.vision.moments import by_the_clock, later, said, span
from assistant.vision.pipe import split
from assistant.vision.serving import Service
from assistant.vision.tally import CLIPS, Tally
from assistant.vision.uploads import Uploads
from assistant.wallclock import WallClock

log = logging.getLogger(__name__)

PROMPT_TOKENS = 900
SAME = frozenset({"same", "the same", "that clip", "the same clip", "that"})
UNCHANGED = "Not a single point of the picture changes; the camera may be frozen."
FREE = "embedded"
LOCAL = "local"
UNKNOWN_SECONDS = 600.0
WEB = "Films of the web are watched by Gemini only, and it cannot be reached now."
CAPTIONED = ("answer", "facts")
"""Scenes and transcripts need the whole film."""
DAILY = "Today's {number} clips have been looked at (clips.daily)."

Services = Callable[[], Awaitable[Sequence[Service]]]
"""Whom to ask, the best first, as they can be reached now."""


class Purse(Protocol):
    """Who pays; see ``assistant.live.purse.Purse``."""

    def setting_aside(self, endpoint: Any, ahead: Tokens) -> AbstractContextManager[str]: ...
    def paid(self, endpoint: Any, tokens: Tokens, kind: str = "live") -> float: ...


@dataclass
class Describer:
    """Answers questions about clips; the only way on which they leave the house."""

    cameras: Cameras
    services: Services
    purse: Purse
    config: ClipsConfig
    clock: WallClock
    tell: Callable[[Event], None]
    tally: Tally
    kept: Kept = field(default_factory=Kept)
    uploads: Uploads = field(default_factory=Uploads)
    captioner: Callable[[], Captioner | None] = lambda: None
    """Who describes pictures in this house, if somebody does."""

    async def look(self, camera: CameraConfig, wanted: Wanted, when: str = "", seconds: float = 0.0) -> Look:
        """What happened before a camera.

        Raises:
            VisionError: nothing can be seen; the text says why and may be spoken.
        """
        seconds = seconds or self.config.seconds
        if when.casefold().strip() in SAME and (known := self.kept.last(camera.name)):
            self.cameras.public(camera)
            return await self._of_clip(camera, known, wanted)
        asked_for = span(when, seconds, self.clock)
        how = wish(seconds, wanted.question, wanted.fps)
        clip = await self.cameras.clip(camera, asked_for, how)
        self.kept.remember(camera.name, clip)
        look = await self._of_clip(camera, clip, wanted)
        if asked_for.now and clip.late_s > FROZEN_SECONDS:
            then = said(self.clock.read() - clip.late_s, self.clock)
            before = f"The picture of the {camera.name} has been standing still since {then}. Before that: "
            look = replace(look, text=before + look.text)
        return look

    async def _of_clip(self, camera: CameraConfig, clip: Clip, wanted: Wanted) -> Look:
        """One clip of a camera, described."""
        one = Input(data=clip.data, mime=clip.mime, fps=clip.fps, resolution=self._resolution(wanted))
        look = await self._asked([one], wanted, clip, camera)
        text = look.text
        if clip.begin is not None:
            text = by_the_clock(text, clip.begin, clip.seconds, self.clock, kept=wanted.kept)
        if clip.still and clip.frames > 4 and wanted.kind == "answer":
            text = f"{text} {UNCHANGED}"
        return replace(look, text=text, camera=camera.name, clip=clip, begin=clip.begin)

    async def films(
        self, inputs: Sequence[Input], wanted: Wanted, progress: Progress = lambda _sent, _all: None
    ) -> Look:
        """A question about films from elsewhere: files, uploads, YouTube; raises what ``look`` raises."""
        resolution = self._resolution(wanted)
        inputs = [replace(one, resolution=one.resolution or resolution) for one in inputs]
        clip = Clip(b"".join(one.data for one in inputs), seconds=_length(inputs), sound=True)
        look = await self._asked(inputs, wanted, clip, None, progress)
        return _of_the_whole(look, inputs[0].cut_at, clip.seconds)

    def _resolution(self, wanted: Wanted) -> str:
        return wanted.resolution or ("high" if fine(wanted.question) else "")

    async def _asked(
        self,
        inputs: Sequence[Input],
        wanted: Wanted,
        clip: Clip,
        camera: CameraConfig | None,
        progress: Progress = lambda _sent, _all: None,
    ) -> Look:
        """Ask one service after the other, and of each one model after the other."""
        question = self._question(inputs, wanted, clip, camera)
        why: VisionError | None = None
        for service in await self.services():
            kept = self.uploads if camera else None  # nobody says "the same" of a film from elsewhere
            if service.brain == FREE and any(one.uri for one in inputs):
                why = why or VisionError(WEB)
                continue
            asking = Asking(service, round(self.config.inline_mb * 2**20), progress, kept)
            if service.brain == FREE and (look := await self._captioned(inputs, wanted, clip, camera)):
                return replace(look, text=f"{why} {look.text}" if why and not wanted.kept else look.text)
            try:
                if service.brain != FREE:
                    self._within_the_day()
                told, usd = await self._of_models(asking, question, wanted, clip, camera)
            except (Busy, Unreachable, Retired, Broke) as error:
                why = why or error
                continue
            text = answered(carried(told.text), wanted, cut=told.cut)
            facts = facts_of(text, free=service.brain == FREE) if question.schema else None
            if facts is not None:
                text = str(facts.get("summary", text))
            if why is not None and not wanted.kept:
                text = f"{why} {text}"
            return Look(
                text,
                brain=service.brain,
                model=told.model,
                usd=usd,
                tokens_in=told.tokens_in,
                tokens_out=told.tokens_out,
                facts=facts,
                clip=clip,
            )
        raise why or VisionError("There is nobody who could look at that.")

    async def _captioned(
        self, inputs: Sequence[Input], wanted: Wanted, clip: Clip, camera: CameraConfig | None
    ) -> Look | None:
        """The answer of a plugin that describes pictures here; None when there is none."""
        captioner = self.captioner()
        one = inputs[0]
        if captioner is None or one.uri or wanted.kind not in CAPTIONED:
            return None
        head = {"do": "prepare", "most": max(1, captioner.most_pictures), "pixels": captioner.pixels}
        try:
            told, data = await self.cameras.eyes.ask({**head, "path": str(one.path or "")}, one.data)
            pictures = tuple(split(data, told["lengths"]))
            scene = Scene(wanted.question, pictures, tuple(told["seconds"]), camera.name if camera else "")
            text = carried(await captioner.captioned(scene))
        except VisionError as error:
            log.warning("%s", error)
            return None
        text = answered(text, replace(wanted, kind="answer", schema=None), cut=False)
        return Look(text, brain=LOCAL, model=captioner.title, clip=clip)

    def _question(
        self, inputs: Sequence[Input], wanted: Wanted, clip: Clip, camera: CameraConfig | None
    ) -> Question:
        about = self._about(camera, clip) if camera else wanted.about
        known = camera.known if camera else ""
        text = clip_question(wanted.question, about=about, known=known, kind=wanted.kind)
        schema = wanted.schema or (FACTS if wanted.kind == "facts" else None)
        return Question(CLIP, text, inputs, schema, ANSWER_TOKENS[wanted.kind])

    def _about(self, camera: CameraConfig, clip: Clip) -> str:
        where = f" ({camera.area})" if camera.area else ""
        if clip.begin is None:
            return f"The film was taken by the camera {camera.name}{where}."
        then = self.clock.at(clip.begin)
        return (
            f"The film was taken by the camera {camera.name}{where}. It begins on "
            f"{then:%A, %d %B %Y at %H:%M:%S} local time and lasts {clip.seconds:.0f} seconds."
        )

    async def _of_models(
        self, asking: Asking, question: Question, wanted: Wanted, clip: Clip, camera: CameraConfig | None
    ) -> tuple[Told, float]:
        """The answer of the first model that gives one, and its price."""
        service = asking.service
        free = service.brain == FREE
        names = [service.model] if free else list(models.line(wanted.model or self.config.model))
        for number, model in enumerate(names):
            payer = _priced(service, model)
            with self.purse.setting_aside(payer, _ahead(question, clip, model)) as obstacle:
                if obstacle:
                    raise Broke(obstacle)
                if not free and number == 0:
                    await self._leaves(service, clip, camera, sum(one.size for one in question.inputs))
                try:
                    told = await asking.ask(question, model)
                except (Busy, Retired):
                    if number + 1 == len(names):
                        raise
                    continue
                tokens = Tokens(picture_in=told.tokens_in, text_out=told.tokens_out)
                return told, 0.0 if free else self.purse.paid(payer, tokens, wanted.paid_as)
        raise Retired("There is no video model to ask.")

    async def _leaves(self, service: Service, clip: Clip, camera: CameraConfig | None, size: int) -> None:
        """Nothing leaves the house without being told, and counted."""
        self.tally.add(CLIPS)
        await self.tally.written()
        name = camera.name if camera else "a film"
        self.tell(ClipSent(name, round(clip.seconds, 1), size, service.brain))

    def _within_the_day(self) -> None:
        if self.config.daily and self.tally.number(CLIPS) >= self.config.daily:
            raise Broke(DAILY.format(number=self.config.daily))


class Broke(VisionError):
    """There is no money, or no clip left for today."""


def _priced(service: Service, model: str) -> Any:
    """The service with the model that is billed."""
    return replace(service, model=model)  # type: ignore[type-var]


def _of_the_whole(look: Look, begins: float, seconds: float) -> Look:
    """An answer about a piece of a film, with its places as they are in the film."""
    if not begins:
        return look
    facts = None if look.facts is None else placed(look.facts, begins, seconds)
    return replace(look, text=later(look.text, begins, seconds), facts=facts)


def _length(inputs: Sequence[Input]) -> float:
    """Seconds of what is asked about, as far as they are known; else ten minutes are reckoned with."""
    return sum(max(0.0, (one.end or one.seconds or UNKNOWN_SECONDS) - (one.begin or 0.0)) for one in inputs)


def _ahead(question: Question, clip: Clip, model: str) -> Tokens:
    """What a question may cost at most."""
    sight = models.sight(model)
    fine_parts = any(one.resolution in ("high", "ultra high") for one in question.inputs)
    fps = max((one.fps or 1.0 for one in question.inputs), default=1.0)
    pictures = max(clip.frames, round(clip.seconds * fps))
    frames = pictures * (sight.fine_tokens if fine_parts else sight.frame_tokens)
    sound = round(clip.seconds * models.SOUND_TOKENS) if clip.sound else 0
    return Tokens(picture_in=frames + sound, text_in=PROMPT_TOKENS, text_out=question.answer_tokens)
