"""Texts read aloud by a brain: plain requests, beside the session and without its memory."""

from __future__ import annotations

import asyncio

import httpx2  # how google-genai makes its requests; it lets these errors through
from google.genai import types

from assistant.errors import BrainError
from assistant.live.endpoint import Endpoint
from assistant.live.wire import RAW, client


async def read_aloud(endpoint: Endpoint, text: str) -> bytes:
    """A text as speech, 24 kHz mono s16le.

    Raises:
        BrainError: there is none; the text says why.
    """
    config = types.GenerateContentConfig(response_modalities=["AUDIO"])
    try:
        maker = await asyncio.to_thread(client, endpoint)
        try:
            answer = await maker.aio.models.generate_content(
                model=endpoint.model, contents=text, config=config
            )
        finally:
            await maker.aio.aclose()
    except (*RAW, httpx2.HTTPError) as error:
        raise BrainError(f"the {endpoint.brain} brain does not read aloud just now") from error
    speech = b"".join(part.inline_data.data or b"" for part in answer.parts or () if part.inline_data)
    if not speech:
        raise BrainError("there is nothing in the text that can be spoken")
    return speech
