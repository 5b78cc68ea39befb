"""A small mind and voice of the right shape, and a client on the real SDK."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google import genai
from google.genai import live, types

from assistant.brain.parts import Options, Parts
from assistant.brain.protocols import Setup, Voice
from assistant.brain.script import read
from assistant.brain.server import Address, serve
from assistant.errors import BrainError


@dataclass(frozen=True)
class SmallCall:
    name: str
    args: dict[str, Any]


@dataclass(frozen=True)
class SmallUnderstanding:
    calls: tuple[SmallCall, ...] = ()
    say: str = ""


@dataclass(frozen=True)
class SmallHearing:
    text: str


@dataclass
class SmallEar:
    """Hears the number of 100 ms that were fed, as the sentence "N tenths"."""

    said: list[str] = field(default_factory=list)
    fed: int = 0

    def start(self) -> None:
        self.fed = 0

    def feed(self, pcm16k: bytes) -> None:
        self.fed += len(pcm16k)

    def finish(self) -> SmallHearing:
        return SmallHearing(self.said.pop(0) if self.said else f"{round(self.fed / 3200)} tenths")


@dataclass
class SmallMind:
    """Turns "turn on X [and Y]" into calls, stays silent at "psst" and repeats everything else."""

    setup: Setup
    ear: SmallEar = field(default_factory=SmallEar)
    recalled: list[str] = field(default_factory=list)

    async def open_ear(self) -> None:
        """It has one from the beginning."""

    def borrow(self, other: SmallMind) -> bool:
        return False

    def listen(self) -> None:
        self.ear.start()

    def understand_text(self, text: str) -> SmallUnderstanding:
        if text == "psst":
            return SmallUnderstanding()
        if found := re.fullmatch(r"turn on (.+)", text):
            devices = found[1].split(" and ")
            return SmallUnderstanding(tuple(SmallCall("turn_on", {"device": d}) for d in devices))
        return SmallUnderstanding(say=f"You said: {text}")

    def recall(self, text: str) -> None:
        self.recalled.append(text)

    def understand_heard(self, hearing: SmallHearing) -> SmallUnderstanding:
        return self.understand_text(hearing.text)

    def answer(self, understanding: SmallUnderstanding, responses: list[dict[str, Any]]) -> str:
        return " ".join(str(r.get("text") or r.get("error") or r) for r in responses)


@dataclass
class House:
    """Opens small minds, perhaps slowly, and remembers them."""

    minds: list[SmallMind] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    delay: float = 0.0

    async def open_mind(self, setup: Setup, *, cache: Path, whisper: Path | None) -> SmallMind:
        await asyncio.sleep(self.delay)
        self.minds.append(SmallMind(setup, SmallEar(self.heard)))
        return self.minds[-1]


class Hum:
    """Ten milliseconds of a constant a letter."""

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        for _ in text:
            yield b"\x01\x02" * 240


class Hoarse:
    """A voice whose process has gone."""

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        yield b"\x01\x02" * 240
        raise BrainError("the voice hoarse does not speak")


@asynccontextmanager
async def brain(
    state: Path,
    *,
    house: House | None = None,
    script: str | None = None,
    voice: Voice | None = None,
    **options: Any,
) -> AsyncIterator[Address]:
    """A brain with small parts that does not wait for playback unless told to."""
    wishes = Options(**{"playback_pace": 0.0, **options})
    parts = Parts(
        open_mind=(house or House()).open_mind,
        voice=voice or Hum(),
        cache=state,
        script=None if script is None else read(script),
        options=wishes,
    )
    async with serve(parts, state) as address:
        yield address


def trust(address: Address) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(address.certificate))


@asynccontextmanager
async def client(address: Address, version: str = "v1beta", key: str = "any") -> AsyncIterator[genai.Client]:
    """The SDK, pointed at a brain as the product points it."""
    context = trust(address)
    made = genai.Client(
        api_key=key,
        http_options=types.HttpOptions(
            base_url=address.url,
            api_version=version,
            client_args={"verify": context},
            async_client_args={
                "ssl": context,
                "verify": context,
                "proxy": None,
                "close_timeout": 1,
                "max_size": 2**24,
            },
        ),
    )
    try:
        yield made
    finally:
        await made.aio.aclose()
        made.close()


@asynccontextmanager
async def connected(
    address: Address, config: dict[str, Any] | None = None, **how: Any
) -> AsyncIterator[live.AsyncSession]:
    """A live session."""
    async with (
        client(address, **how) as made,
        asyncio.timeout(10),
        made.aio.live.connect(
            model="gemini-3.1-flash-live-preview",
            config=types.LiveConnectConfig(
                **{
                    "response_modalities": ["AUDIO"],
                    "input_audio_transcription": {},
                    "output_audio_transcription": {},
                    **(config or {}),
                }
            ),
        ) as session,
    ):
        yield session


@dataclass
class Heard:
    """What one turn looked like to the client."""

    order: list[str] = field(default_factory=list)
    said: str = ""
    heard: str = ""
    audio: bytes = b""
    calls: list[types.FunctionCall] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    usage: types.UsageMetadata | None = None
    raw: list[types.LiveServerMessage] = field(default_factory=list)

    def take(self, message: types.LiveServerMessage) -> None:
        self.raw.append(message)
        self._content(message.server_content)
        if message.tool_call:
            self._note("tool_call")
            self.calls += message.tool_call.function_calls or []
        if message.tool_call_cancellation:
            self._note("cancelled")
            self.cancelled += message.tool_call_cancellation.ids or []
        if update := message.session_resumption_update:
            self._note("resumable" if update.resumable else "busy")
            self.handles += [update.new_handle] if update.new_handle else []
        if message.go_away:
            self._note(f"go away {message.go_away.time_left}")
        if message.usage_metadata:
            self._note("usage")
            self.usage = message.usage_metadata

    def _content(self, content: types.LiveServerContent | None) -> None:
        if content is None:
            return
        for part in (content.model_turn and content.model_turn.parts) or []:
            self._note("audio" if part.inline_data else "text")
            self.audio += (part.inline_data and part.inline_data.data) or b""
            self.said += part.text or ""
        if content.output_transcription:
            self._note("caption")
            self.said += content.output_transcription.text or ""
        if content.input_transcription:
            self._note("heard")
            self.heard += content.input_transcription.text or ""
        for name in ("interrupted", "generation_complete", "turn_complete"):
            if getattr(content, name):
                self._note(name)

    def _note(self, what: str) -> None:
        if not self.order or self.order[-1] != what:
            self.order.append(what)


async def turn(session: live.AsyncSession, until: str = "") -> Heard:
    """One turn as `receive` gives it, or up to a certain kind of message."""
    heard = Heard()
    async for message in session.receive():
        heard.take(message)
        if until and until in heard.order:
            break
    return heard


async def say(session: live.AsyncSession, text: str) -> None:
    await session.send_client_content(
        turns=types.Content(role="user", parts=[types.Part(text=text)]), turn_complete=True
    )


async def answer(session: live.AsyncSession, *calls: types.FunctionCall, **fields: Any) -> None:
    """Every call is done; ``fields`` go into the responses."""
    response = fields.pop("response", None)
    await session.send_tool_response(
        function_responses=[
            types.FunctionResponse(
                id=call.id,
                name=call.name,
                response=response or {"status": "done", "text": f"The {(call.args or {})['device']} is on."},
                **fields,
            )
            for call in calls
        ]
    )
