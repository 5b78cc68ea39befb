"""A question about films, asked of a video model through google-genai: sent inline or as a file, with bounded
patience; every way in which it can fail is a sentence."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import VisionError
from assistant.vision import models, serving
from assistant.vision.failing import (
    ATTEMPTS,
    GONE,
    LOST_CLIP,
    NOT_ALLOWED,
    Lost,
    Refusing,
    Unreachable,
    elsewhere,
    understood,
    wait,
)
from assistant.vision.looks import ANSWER_TOKENS
from assistant.vision.serving import UPLOAD_SECONDS, Service, deleted, raw
from assistant.vision.uploads import Uploads

if TYPE_CHECKING:
    from google.genai import Client, types

BEGIN_SECONDS = 30.0
"""A service that takes no byte of a film within that does not take it."""
REQUEST_SECONDS = 90.0
PROCESSING_SECONDS = 180.0
POLL_SECONDS = 1.0
LOST_SECONDS = 5.0
LARGEST_UPLOAD = 2 * 2**30
WHOLE = ("", "FINISH_REASON_UNSPECIFIED", "STOP")
"""Why an answer ends that is complete."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Input:
    """One film for a question: bytes, the path of a file, or the URI of one that the service has or can fetch
    (an uploaded file, YouTube). ``begin`` and ``end`` are offsets in seconds; ``resolution`` is low, medium,
    high or ultra high, or empty for the model's own."""

    data: bytes = field(default=b"", repr=False)
    path: Path | None = None
    uri: str = ""
    mime: str = "video/mp4"
    fps: float | None = None
    begin: float | None = None
    end: float | None = None
    resolution: str = ""
    seconds: float = 0.0
    """How long all of it is; 0: nobody knows."""
    cut_at: float = 0.0
    """Where it begins in the film that it was cut out of, in seconds."""

    @property
    def size(self) -> int:
        """Bytes that leave the house with it: none of a film that the service fetches itself."""
        try:
            return len(self.data) or (self.path.stat().st_size if self.path else 0)
        except OSError:
            return 0  # gone meanwhile: sending it tells that


@dataclass(frozen=True)
class Question:
    """What is asked of whom. ``schema`` makes the answer JSON."""

    system: str
    text: str
    inputs: Sequence[Input]
    schema: dict[str, Any] | None = None
    answer_tokens: int = ANSWER_TOKENS["answer"]


@dataclass(frozen=True)
class Told:
    """The answer, who gave it, and the tokens that are billed; ``cut`` when it is only a part of it."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cut: bool = False


@dataclass
class Asking:
    """Asks one service. ``inline_bytes`` is what may travel within the request."""

    service: Service
    inline_bytes: int
    progress: Progress = lambda _sent, _all: None
    uploads: Uploads | None = None
    """Where what is sent is kept for the next question; without, it is deleted after this one."""

    async def ask(self, question: Question, model: str) -> Told:
        """The answer of one model.

        Raises:
            Busy: no time or no quota, after three attempts.
            Retired: the model is gone.
            Refusing: the answer was blocked.
            Unreachable: no way to the service.
            VisionError: anything else; the text says what.
        """
        client = await asyncio.to_thread(serving.client, self.service)
        uploaded: list[str] = []
        try:
            await self._without_lost(client, question)
            try:
                return await self._told(client, question, model, uploaded)
            except Lost:
                self._forget(question)
                return await self._told(client, question, model, uploaded)
        finally:
            await deleted(client, uploaded)
            with suppress(*raw()):
                await client.aio.aclose()

    async def _told(self, client: Client, question: Question, model: str, uploaded: list[str]) -> Told:
        parts = [await self._part(client, one, model, uploaded) for one in question.inputs]
        return _told(await self._generated(client, question, model, parts), model)

    async def _without_lost(self, client: Client, question: Question) -> None:
        """What the service has lost of what was sent before is sent anew."""
        for one in question.inputs:
            if self.uploads and (kept := self.uploads.known(self.service, one.data)):
                there = False
                with suppress(*raw(), TimeoutError):
                    async with asyncio.timeout(LOST_SECONDS):
                        there = bool(await client.aio.files.get(name=kept.name))
                if not there:
                    self.uploads.forget(kept)

    def _forget(self, question: Question) -> None:
        """All of it is sent anew, whatever the service says that it has."""
        for one in question.inputs:
            if self.uploads and (kept := self.uploads.known(self.service, one.data)):
                self.uploads.forget(kept)

    async def _part(self, client: Client, one: Input, model: str, uploaded: list[str]) -> types.Part:
        from google.genai import types

        size = one.path.stat().st_size if one.path else len(one.data)
        if one.uri:
            part = types.Part(file_data=types.FileData(file_uri=one.uri, mime_type=_mime_of(one)))
        elif self.uploads and (kept := self.uploads.known(self.service, one.data)):
            part = types.Part(file_data=types.FileData(file_uri=kept.uri, mime_type=kept.mime))
        elif size <= self.inline_bytes:
            data = one.data if one.path is None else await asyncio.to_thread(one.path.read_bytes)
            part = types.Part(inline_data=types.Blob(data=data, mime_type=one.mime))
        else:
            file = await self._uploaded(client, one, size)
            uploaded.append(file.name or "")
            file = await self._active(client, file)
            if self.uploads and one.data:
                self.uploads.keep(self.service, one.data, file)
                uploaded.remove(file.name or "")
            part = types.Part(file_data=types.FileData(file_uri=file.uri, mime_type=file.mime_type))
        if one.fps or one.begin is not None or one.end is not None:
            part.video_metadata = types.VideoMetadata(
                fps=one.fps,
                start_offset=None if one.begin is None else f"{one.begin:g}s",
                end_offset=None if one.end is None else f"{one.end:g}s",
            )
        if one.resolution and models.sight(model).part_resolution:
            level = f"MEDIA_RESOLUTION_{one.resolution.upper().replace(' ', '_')}"
            part.media_resolution = types.PartMediaResolution(level=types.PartMediaResolutionLevel(level))
        return part

    async def _uploaded(self, client: Client, one: Input, size: int) -> types.File:
        from google.genai import types

        if size > LARGEST_UPLOAD:
            raise VisionError("That film is larger than 2 gigabytes: cut it first.")
        wanted = types.UploadFileConfig(mime_type=one.mime, display_name="clip")
        clock, begun = asyncio.get_running_loop().time, False

        def progress(sent: int, whole: int) -> None:
            nonlocal begun
            if not begun:
                limit.reschedule(clock() + UPLOAD_SECONDS)
            begun = True
            self.progress(sent, whole)

        try:
            async with asyncio.timeout(BEGIN_SECONDS) as limit:
                with await asyncio.to_thread(_Counted, one, size, progress) as film:
                    return await client.aio.files.upload(file=film, config=wanted)
        except TimeoutError as error:
            slow = "Sending the clip took too long." if begun else "Gemini does not answer."
            raise Unreachable(slow) from error
        except raw() as error:
            raise understood(error, "The clip could not be sent: the connection broke off.") from error

    async def _active(self, client: Client, file: types.File) -> types.File:
        """Wait until the service has looked through an upload."""
        try:
            async with asyncio.timeout(PROCESSING_SECONDS):
                while True:
                    state = file.state.name if file.state else "ACTIVE"
                    if state == "FAILED":
                        why = (file.error and file.error.message) or ""
                        raise VisionError(f"Gemini could not read the clip{': ' if why else ''}{why[:200]}.")
                    if state == "ACTIVE":
                        return file
                    await asyncio.sleep(POLL_SECONDS)
                    file = await client.aio.files.get(name=file.name or "")
        except TimeoutError as error:
            raise VisionError("Gemini takes too long to look through the clip.") from error
        except raw() as error:
            if getattr(error, "code", None) in GONE:
                raise Lost(f"{LOST_CLIP}.") from error
            raise understood(error) from error

    async def _generated(
        self, client: Client, question: Question, model: str, parts: list[types.Part]
    ) -> types.GenerateContentResponse:
        from google.genai import types

        contents = types.Content(role="user", parts=[*parts, types.Part(text=question.text)])
        config = _config(question, model)
        for attempt in range(ATTEMPTS):
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    return await client.aio.models.generate_content(
                        model=model, contents=contents, config=config
                    )
            except TimeoutError as error:
                raise Unreachable("Gemini takes too long to answer.") from error
            except raw() as error:
                pause = wait(error, attempt)
                if pause is None:
                    fetched = any(one.uri for one in question.inputs)
                    raise (elsewhere if fetched else understood)(error) from error
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def _config(question: Question, model: str) -> types.GenerateContentConfig:
    from google.genai import types

    thinking = models.sight(model).thinking
    return types.GenerateContentConfig(
        system_instruction=question.system,
        max_output_tokens=question.answer_tokens,
        response_mime_type="application/json" if question.schema else None,
        response_json_schema=question.schema,
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(thinking.upper()))
        if thinking
        else None,
    )


class _Counted(io.BufferedReader):
    """A film that tells how much of it has been read."""

    def __init__(self, one: Input, size: int, progress: Progress) -> None:
        raw: Any = one.path.open("rb", buffering=0) if one.path else io.BytesIO(one.data)
        super().__init__(raw)
        self._size, self._progress = size, progress

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._progress(min(self.tell(), self._size), self._size)
        return data


def _told(answer: types.GenerateContentResponse, model: str) -> Told:
    """The text of an answer.

    Raises:
        Refusing: it was blocked, wholly or in the middle.
        VisionError: it is empty.
    """
    usage = answer.usage_metadata
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        raise Refusing(NOT_ALLOWED)
    candidate = answer.candidates[0] if answer.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    text = "".join(part.text for part in parts if part.text and not part.thought).strip()
    reason = candidate.finish_reason.name if candidate and candidate.finish_reason else ""
    if reason not in WHOLE and reason != "MAX_TOKENS":
        raise Refusing(NOT_ALLOWED)
    if not text and reason in WHOLE:
        raise VisionError("Gemini gave no answer about that clip.")
    if not text:
        raise VisionError("Gemini thought too long about that clip and gave no answer.")
    tokens_in = (usage and usage.prompt_token_count) or 0
    total = (usage and usage.total_token_count) or 0
    tokens_out = max(total - tokens_in, (usage and usage.candidates_token_count) or 0)
    return Told(text, model, tokens_in, tokens_out, reason == "MAX_TOKENS")


def _mime_of(one: Input) -> str | None:
    """YouTube is told without a type."""
    return None if "youtu" in one.uri else one.mime
