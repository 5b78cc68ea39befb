"""Asks a model for a picture, and turns everything that may come instead into the right sentence."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.plain import one_line
from assistant.vision.headers import BadPicture, Header, header
from assistant.vision.table import Model
from assistant.vision.undrawn import FINISHES, SAYINGS, NotDrawn, refusal

if TYPE_CHECKING:
    from google.genai import Client, types

log = logging.getLogger(__name__)

LONGEST_PROMPT = 4000
LONGEST_WORDS = 200
AGAIN_SECONDS = 2.0
PEOPLE = {"DONT_ALLOW": "ALLOW_NONE"}
"""Gemini's models have another word for it than Imagen."""
HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")


@dataclass(frozen=True)
class Before:
    """The picture that is to be changed, and the turn in which the model made it (empty: another's)."""

    prompt: str
    data: bytes = field(repr=False)
    mime: str
    turn: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    ``references`` are pictures to go by: file and type. Of an edit, ``mask`` shows white what may change, or
    ``part`` names it; ``mode`` is what is done there (see `imagen`). ``count`` pictures are made in one
    request, where the model makes several.
    """

    prompt: str
    ratio: str
    size: str
    references: Sequence[tuple[bytes, str]] = field(default=(), repr=False)
    before: Before | None = None
    search: bool = False
    people: str = ""
    thinking: str = ""
    safety: str = ""
    mask: bytes = field(default=b"", repr=False)
    part: str = ""
    mode: str = ""
    count: int = 1


@dataclass(frozen=True)
class Made:
    """What came. ``turn`` is the model's answer without its pixels; ``words`` what it said besides;
    ``tokens_picture`` are those of the picture itself, where the service counts them."""

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    words: str
    turn: Sequence[Mapping[str, Any]]
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_picture: int = 0


Outcome = Made | NotDrawn
"""Of several pictures each may come or not."""
Asking = Callable[[], AbstractAsyncContextManager["Client"]]


class Artist:
    """Asks one model over one client; ``client`` opens it, ``free`` is a brain that cannot draw."""

    def __init__(self, model: Model, client: Asking, *, seconds: float, free: bool = False) -> None:
        self.model, self._client, self._seconds, self._free = model, client, seconds, free

    async def make(self, wish: Wish) -> list[Outcome]:
        """Ask once, for as many as the wish counts; a service that stumbles is asked once more, and never a
        dearer one.

        Raises:
            NotDrawn: there is none at all; the text says why.
        """
        try:
            async with asyncio.timeout(self._seconds), self._client() as client:
                return await self._tried(client, wish)
        except TimeoutError as error:
            raise NotDrawn("timeout") from error

    async def _tried(self, client: Client, wish: Wish) -> list[Outcome]:
        try:
            return await self._once(client, wish)
        except NotDrawn as first:
            if self._free and first.cause == "no image":
                raise NotDrawn("cannot draw") from first
            if first.cause == "no image":
                again = replace(wish, prompt=f"Generate an image of {wish.prompt}")
            elif first.cause == "busy":
                await asyncio.sleep(AGAIN_SECONDS)
                again = wish
            else:
                raise
        return await self._once(client, again)

    async def _once(self, client: Client, wish: Wish) -> list[Outcome]:
        import httpx2
        from google.auth import exceptions as login
        from google.genai import errors

        from assistant.vision import imagen

        try:
            if self.model.way == "vertex":
                return await imagen.make(client, self.model, wish)
            response = await client.aio.models.generate_content(
                model=self.model.name, contents=contents(wish), config=_config(wish)
            )
        except errors.APIError as error:
            raise refusal(error) from error
        except httpx2.TimeoutException as error:
            raise NotDrawn("timeout") from error
        except (httpx2.HTTPError, login.TransportError, login.TimeoutError) as error:
            raise NotDrawn("offline") from error
        except login.GoogleAuthError as error:
            raise NotDrawn("sign-in") from error
        except OSError as error:
            raise NotDrawn("offline") from error
        except ValueError as error:  # the SDK's own, for an answer that is none
            log.warning("the drawing service sent no answer: %s", type(error).__name__)
            raise NotDrawn("garbled") from error
        return [read(response)]


def contents(wish: Wish) -> list[types.ContentUnion]:
    """The turns of a request: an edit repeats the last picture with its signature, and nothing older."""
    from google.genai import types

    asked = [types.Part(text=wish.prompt)]
    pictures = [types.Part.from_bytes(data=data, mime_type=mime) for data, mime in wish.references]
    before = wish.before
    if before is None:
        return [types.Content(role="user", parts=[*pictures, *asked])]
    if not before.turn:
        own = types.Part.from_bytes(data=before.data, mime_type=before.mime)
        return [types.Content(role="user", parts=[own, *pictures, *asked])]
    return [
        types.Content(role="user", parts=[types.Part(text=before.prompt)]),
        types.Content(role="model", parts=[_replayed(part, before) for part in before.turn]),
        types.Content(role="user", parts=[*pictures, *asked]),
    ]


def _replayed(part: Mapping[str, Any], before: Before) -> types.Part:
    from google.genai import types

    signature = base64.b64decode(part["signature"]) if part.get("signature") else None
    if part.get("picture"):
        blob = types.Blob(data=before.data, mime_type=before.mime)
        return types.Part(inline_data=blob, thought_signature=signature)
    return types.Part(text=str(part.get("text", "")), thought_signature=signature)


def _config(wish: Wish) -> types.GenerateContentConfig:
    from google.genai import types

    return types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=types.ImageConfig(
            aspect_ratio=wish.ratio,
            image_size=wish.size,
            person_generation=PEOPLE.get(wish.people, wish.people) or None,
        ),
        safety_settings=_safety(wish.safety) if wish.safety else None,
        tools=[types.Tool(google_search=types.GoogleSearch())] if wish.search else None,
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(wish.thinking.upper()))
        if wish.thinking
        else None,
    )


def _safety(threshold: str) -> list[types.SafetySetting]:
    """The same threshold for all that the service looks for."""
    from google.genai import types

    return [
        types.SafetySetting(
            category=types.HarmCategory(f"HARM_CATEGORY_{harm}"),
            threshold=types.HarmBlockThreshold(threshold),
        )
        for harm in HARMS
    ]


def read(response: types.GenerateContentResponse) -> Made:
    """The picture in an answer, of several the last that is one; what it thought on its way is passed over.

    Raises:
        NotDrawn: there is none.
    """
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        log.warning("a prompt was blocked: %s", feedback.block_reason.name)
        raise NotDrawn("blocked prompt")
    candidate = response.candidates[0] if response.candidates else None
    content = candidate.content if candidate is not None else None
    turn: list[dict[str, Any]] = []
    words: list[str] = []
    found: tuple[bytes, Header] | None = None
    unreadable: BadPicture | None = None
    for part in (content.parts if content is not None else None) or ():
        if part.thought:
            continue
        signature = base64.b64encode(part.thought_signature).decode() if part.thought_signature else ""
        if part.inline_data is not None and part.inline_data.data:
            try:  # the bytes tell what they are, whatever their label
                found = part.inline_data.data, header(part.inline_data.data)
            except BadPicture as error:
                unreadable = error
                continue
            turn = [each for each in turn if not each.get("picture")]
            turn.append({"picture": True, "signature": signature})
        elif part.text:
            words.append(part.text)
            turn.append({"text": part.text, "signature": signature})
    text = one_line(" ".join(words), LONGEST_WORDS)
    if found is None:
        raise NotDrawn("garbled") if unreadable else _without(candidate, text)
    return _made(*found, text, turn, response.usage_metadata)


def _without(candidate: types.Candidate | None, text: str) -> NotDrawn:
    """Why an answer has no picture."""
    reason = candidate.finish_reason.name if candidate is not None and candidate.finish_reason else "none"
    log.warning("no picture came: %s", reason)  # its words may repeat what was asked for
    cause = FINISHES.get(reason, "no image")
    if text and cause == "no image":
        return NotDrawn(cause, f"{SAYINGS[cause]} It said: {text}", foreign=True)
    return NotDrawn(cause)


def _made(
    data: bytes,
    head: Header,
    words: str,
    turn: Sequence[Mapping[str, Any]],
    used: types.GenerateContentResponseUsageMetadata | None,
) -> Made:
    prompt = (used.prompt_token_count or 0) if used is not None else 0
    thoughts = (used.thoughts_token_count or 0) if used is not None else 0
    return Made(data, head.mime, head.width, head.height, words, turn, prompt, thoughts, _pixels(used))


def _pixels(used: types.GenerateContentResponseUsageMetadata | None) -> int:
    """Tokens of the picture itself; 0 when the service does not tell."""
    details = (used.candidates_tokens_details if used is not None else None) or ()
    return sum(each.token_count or 0 for each in details if each.modality == "IMAGE")
