"""The SDK's types ⇄ ours, on an open link; what a link is set up with is in `wishes`."""

from __future__ import annotations

import asyncio
import logging
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2
from google.auth.exceptions import GoogleAuthError
from google.genai import Client, errors, types
from websockets.exceptions import WebSocketException

from assistant.live.endpoint import Endpoint
from assistant.live.failures import Cause, Failure, LinkLost, classify
from assistant.live.messages import (
    Audio,
    GoAway,
    Handle,
    Message,
    Outgoing,
    Picture,
    Say,
    SpeechEnded,
    SpeechStarted,
    Unknown,
)
from assistant.live.models import abilities
from assistant.live.parsing import Parser, told_id
from assistant.live.wishes import connect_config, fixed, told, tools_of, wished_of

if TYPE_CHECKING:
    from google.genai.live import AsyncSession

    from assistant.live.session import Setup

log = logging.getLogger(__name__)

warnings.filterwarnings("ignore", message="The SDK's (token creation|ephemeral token)")
"""google-genai 3.4 calls its keys that expire experimental, each time; its users need not read that."""

MAX_FRAME = 16 * 2**20
RATE = "audio/pcm;rate=16000"
BYTES_PER_SECOND = 32_000
GOODBYE_SECONDS = 0.5
"""A server that is gone says no goodbye, and the next brain is waiting."""
CLOSE_SECONDS = 1.0
SCHEDULING = {"now": "INTERRUPT", "when idle": "WHEN_IDLE", "never": "SILENT"}
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the SDK stumbles with over a frame that it does not expect (google-genai 3.4, live.py, _receive)."""
RAW = (errors.APIError, GoogleAuthError, WebSocketException, OSError, *UNREADABLE)
"""Everything the SDK lets through; TimeoutError is an OSError."""


class Wire:
    """One open link."""

    def __init__(self, raw: AsyncSession, setup: Setup, model: str) -> None:
        self._raw = raw
        self._setup = setup
        self._able = abilities(model)
        self._declared = {declared.name: declared for declared in told(setup, self._able).declarations}
        self._server_listens = wished_of(setup, self._able).server_listens
        self._parser = Parser(in_stages=self._able.answers_in_stages)
        self._due = 0.0

    async def send(self, item: Outgoing) -> None:
        """Send what the user said.

        Raises:
            LinkLost: the link has ended.
        """
        try:
            match item:
                case Audio(pcm):
                    await self._in_time(len(pcm) / BYTES_PER_SECOND)
                    await self._raw.send_realtime_input(audio=types.Blob(data=pcm, mime_type=RATE))
                case Picture(jpeg):
                    picture = types.Blob(data=jpeg, mime_type="image/jpeg")
                    await self._raw.send_realtime_input(video=picture)
                case Say(text):
                    await self._raw.send_realtime_input(text=text)
                case SpeechStarted() if self._server_listens:
                    pass
                case SpeechEnded() if self._server_listens:
                    await self._raw.send_realtime_input(audio_stream_end=True)
                case SpeechStarted():
                    await self._raw.send_realtime_input(activity_start=types.ActivityStart())
                case SpeechEnded():
                    await self._raw.send_realtime_input(activity_end=types.ActivityEnd())
        except RAW as error:
            raise LinkLost(classify(error)) from error

    async def _in_time(self, seconds: float) -> None:
        """A server that listens for itself misjudges speech that comes faster than it was spoken, as what was
        kept for this link would."""
        if self._server_listens:
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(self._due - now)
            self._due = max(self._due, now) + seconds

    async def update(self, setup: Setup) -> bool:
        """Tell the model of a home that has changed, if a message can say it; else a new link must.

        Raises:
            LinkLost: the link has ended.
        """
        if not self._able.takes_updates or fixed(setup) != fixed(self._setup):
            return False
        brief = told(setup, self._able)
        try:
            await self._raw.send_context_update(
                system_instruction=brief.instruction, tools=tools_of(setup, self._able)
            )
        except RAW as error:
            raise LinkLost(classify(error)) from error
        self._setup, self._declared = setup, {declared.name: declared for declared in brief.declarations}
        return True

    def knows(self, tool: str) -> bool:
        """Whether the model has been told of a tool."""
        return tool in self._declared

    async def respond(self, call_id: str, name: str, result: dict[str, Any], *, more: bool = False) -> None:
        """Send a tool's result, or, when ``more`` follows, what a slow one says meanwhile.

        Raises:
            LinkLost: the link has ended.
        """
        response = types.FunctionResponse(id=told_id(call_id), name=name, response=result)
        declared = self._declared.get(name)
        if declared is not None and declared.slow and self._able.async_tools:
            response.scheduling = types.FunctionResponseScheduling(SCHEDULING[declared.speak])
            response.will_continue = more
        elif more:
            return  # this model waits for the one result
        if not more:
            self._parser.responded(call_id)
        try:
            await self._raw.send_tool_response(function_responses=[response])
        except RAW as error:
            raise LinkLost(classify(error)) from error

    async def remember(self, exchanges: Sequence[tuple[str, str]]) -> None:
        """Tell a brain that knows nothing of it what was said lately: pairs of user's words and answer.

        Raises:
            LinkLost: the link has ended.
        """
        turns: list[types.Content | types.ContentDict] = [
            types.Content(role=role, parts=[types.Part(text=text)])
            for exchange in exchanges
            for role, text in zip(("user", "model"), exchange, strict=True)
        ]
        if not turns:
            return
        try:
            await self._raw.send_client_content(turns=turns, turn_complete=False)
        except RAW as error:
            raise LinkLost(classify(error)) from error

    async def probe(self, seconds: float) -> None:
        """Ask whether anybody is there.

        Raises:
            LinkLost: nobody has answered in time.
        """
        try:
            async with asyncio.timeout(seconds):
                # The SDK offers no ping; its socket is a websockets connection (google-genai 2.x, live.py).
                await (await self._raw._ws.ping())
        except RAW as error:
            raise LinkLost(classify(error)) from error

    async def received(self) -> AsyncIterator[Message | Handle | GoAway | Unknown]:
        """All that the server says until the link ends; a frame that cannot be read ends nothing.

        Raises:
            LinkLost: always, at the end.
        """
        try:
            while True:  # the SDK's iterator ends with every turn
                try:
                    async for raw in self._raw.receive():
                        for message in self._parser.messages(raw):
                            yield message
                except UNREADABLE as error:
                    log.debug("a frame cannot be read: %s", type(error).__name__)
                    yield Unknown()
        except RAW as error:
            raise LinkLost(classify(error)) from error


@asynccontextmanager
async def connected(
    endpoint: Endpoint, setup: Setup, handle: str | None, patience: asyncio.Timeout
) -> AsyncIterator[Wire]:
    """A link, closed when the block ends. ``patience`` is for setting it up; it may be cut short meanwhile.

    Raises:
        LinkLost: it could not be made in time, or the setup was refused.
    """
    async with AsyncExitStack() as opened:
        try:
            async with patience:
                maker = await asyncio.to_thread(client, endpoint)
                opened.push_async_callback(_closed, maker.aio.aclose)
                opening = maker.aio.live.connect(
                    model=endpoint.model, config=connect_config(setup, endpoint.model, handle)
                )
                raw = await opening.__aenter__()
                opened.push_async_callback(_closed, partial(opening.__aexit__, None, None, None))
        except RAW as error:
            raise LinkLost(classify(error)) from error
        if raw.setup_complete is None:
            raise LinkLost(Failure(Cause.RETRY, "The brain did not accept the setup."))
        yield Wire(raw, setup, endpoint.model)


async def _closed(close: Callable[[], Awaitable[object]]) -> None:
    with suppress(*RAW):  # it is closed either way
        async with asyncio.timeout(CLOSE_SECONDS):
            await close()


def client(endpoint: Endpoint) -> Client:
    """A client for an endpoint: only URL, key and trust differ between brains.

    The SDK's own 20 s ping closes healthy links whose pongs are late, so it is off.
    """
    arguments: dict[str, Any] = {
        "max_size": MAX_FRAME,
        "ping_interval": None,
        "close_timeout": GOODBYE_SECONDS,
    }
    if endpoint.certificate is not None:
        trust = ssl.create_default_context(cafile=str(endpoint.certificate))
        arguments |= {"ssl": trust, "verify": trust, "proxy": None}
    options = types.HttpOptions(
        base_url=endpoint.base_url or None, api_version=endpoint.api_version, async_client_args=arguments
    )
    if endpoint.project:
        options.api_version = None
        return Client(
            vertexai=True, project=endpoint.project, location=endpoint.location, http_options=options
        )
    return Client(api_key=endpoint.key, http_options=options)


@asynccontextmanager
async def lent(endpoint: Endpoint) -> AsyncIterator[Client]:
    """The SDK's client for somebody who asks and judges the answers himself; closed when the block ends."""
    maker = await asyncio.to_thread(client, endpoint)
    try:
        yield maker
    finally:
        await _closed(maker.aio.aclose)


async def models(endpoint: Endpoint, seconds: float) -> list[str]:
    """Names of the models that this key may use, without ``models/``.

    Raises:
        LinkLost: nobody answers, or the key is refused.
    """
    async with asking(endpoint, seconds) as maker:
        pages = await maker.aio.models.list()
        return [(model.name or "").removeprefix("models/") async for model in pages]


@asynccontextmanager
async def asking(endpoint: Endpoint, seconds: float) -> AsyncIterator[Client]:
    """A client for questions over HTTP, closed when the block ends.

    Raises:
        LinkLost: nobody answers in time, or the key is refused.
    """
    maker = await asyncio.to_thread(client, endpoint)
    try:
        async with asyncio.timeout(seconds):
            yield maker
    except httpx2.HTTPError as error:
        offline = Failure(Cause.NETWORK, "The brain cannot be reached; is there an internet connection?")
        raise LinkLost(offline) from error
    except RAW as error:
        raise LinkLost(classify(error)) from error
    finally:
        await _closed(maker.aio.aclose)
