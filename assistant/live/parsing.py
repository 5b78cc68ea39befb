"""A server's frames → our messages; everything in them is hostile until it has passed here."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from uuid import uuid4

from google.genai import types

from assistant.live.messages import (
    BargedIn,
    Calls,
    CallsCancelled,
    Generated,
    GoAway,
    Handle,
    Message,
    Speech,
    SpeechText,
    Transcribed,
    TurnDone,
    Usage,
)
from assistant.live.rates import RATE, Resampler, rate_of
from assistant.money import Tokens
from assistant.plain import one_line
from assistant.tools.dispatch import ToolCall

log = logging.getLogger(__name__)

LONGEST_THOUGHT = 2000
MOST_TOKENS = 2**20
"""The largest context of any Gemini model; more in one turn is a mistake, and must not empty the purse."""
LONGEST_TURN = 50_000
"""Characters heard and spoken in one turn, about an hour of talk; whatever says more is no voice."""
UNTOLD_SECONDS = 30.0
"""A server that does not say when it cuts the link: half of what is usual (field reports, 2026)."""
NAMELESS = "nameless-"

Status = types.InteractionStatus


class Parser:
    """Of one link: it knows whether a turn is going on.

    ``in_stages``: the model answers several times in one turn, which is over only when it says ``IDLE``. One
    that is ``IN_PROGRESS`` because a slow tool of ours still works has ended its turn: the user may go on.
    """

    def __init__(self, *, in_stages: bool = False) -> None:
        self._in_stages = in_stages
        self._turn_open = False
        self._our_work: set[str] = set()
        self._half_sample = b""
        self._resampler = Resampler(RATE)
        self._letters_left = LONGEST_TURN
        self._written = ""
        """What an answer without a voice consists of so far."""
        self._voiced = False

    def messages(self, raw: types.LiveServerMessage) -> Iterator[Message | Handle | GoAway]:
        """Our messages in a server frame, in the order in which they must be handled."""
        content = raw.server_content or types.LiveServerContent()
        self._in_stages = self._in_stages or self._goes_on(content)
        if content.interrupted:
            self._half_sample = b""
            yield BargedIn()
        for told in self._told(content, raw):
            self._turn_open = True
            yield told
        if content.generation_complete and not self._in_stages:
            yield Generated()
        yield from _about_the_link(raw)
        if raw.usage_metadata is not None:
            yield _usage(raw.usage_metadata)
        if self._is_over(content):
            if self._written and not self._voiced:
                yield SpeechText(self._written)
            self._turn_open, self._half_sample, self._letters_left = False, b"", LONGEST_TURN
            self._written, self._voiced = "", False
            yield TurnDone()

    def _told(self, content: types.LiveServerContent, raw: types.LiveServerMessage) -> Iterator[Message]:
        if text := self._text(content.input_transcription):
            yield Transcribed(text)
        parts: Sequence[types.Part] = (content.model_turn and content.model_turn.parts) or ()
        for part in parts:
            if part.thought and part.text:
                log.info("thought: %s", one_line(part.text, LONGEST_THOUGHT))
            elif part.text:
                self._written += self._text(part)
            if pcm := self._whole_samples(part.inline_data):
                self._voiced = True
                yield Speech(pcm)
        if text := self._text(content.output_transcription):
            self._voiced = True
            yield SpeechText(text)
        if raw.tool_call is not None and raw.tool_call.function_calls:
            calls = tuple(_call(call) for call in raw.tool_call.function_calls)
            self._our_work.update(call.id for call in calls)
            yield Calls(calls)
        if raw.tool_call_cancellation is not None and raw.tool_call_cancellation.ids:
            self._our_work.difference_update(raw.tool_call_cancellation.ids)
            yield CallsCancelled(tuple(raw.tool_call_cancellation.ids))

    def _text(self, told: types.Transcription | types.Part | None) -> str:
        text = ((told and told.text) or "")[: self._letters_left]
        self._letters_left -= len(text)
        return text

    def _whole_samples(self, blob: types.Blob | None) -> bytes:
        """Nobody promises that a frame ends where a sample does; its half belongs to the next frame."""
        if blob is None or not blob.data or (rate := rate_of(blob.mime_type)) is None:
            return b""
        if rate != self._resampler.rate:
            self._resampler, self._half_sample = Resampler(rate), b""
        pcm = self._half_sample + blob.data
        whole = len(pcm) - len(pcm) % 2
        self._half_sample = pcm[whole:]
        return self._resampler.resampled(pcm[:whole])

    def responded(self, call_id: str) -> None:
        """A tool's last result has gone out."""
        self._our_work.discard(call_id)

    def _goes_on(self, content: types.LiveServerContent) -> bool:
        return content.interaction_status is Status.IN_PROGRESS and not self._our_work

    def _is_over(self, content: types.LiveServerContent) -> bool:
        """An ``IDLE`` that comes alone ends a turn too, unless it is the late twin of a turnComplete."""
        if self._goes_on(content):
            return False
        idle = content.interaction_status is Status.IDLE
        return bool(content.turn_complete) or (idle and self._turn_open)


def _about_the_link(raw: types.LiveServerMessage) -> Iterator[Handle | GoAway]:
    if raw.go_away is not None:
        yield GoAway(seconds(raw.go_away.time_left))
    update = raw.session_resumption_update
    if update is not None and update.resumable and update.new_handle:
        yield Handle(update.new_handle)


def _usage(used: types.UsageMetadata) -> Usage:
    prompt, response = _count(used.prompt_token_count), _count(used.response_token_count)
    asked = _by_kind(used.prompt_tokens_details)
    answered = _by_kind(used.response_tokens_details)
    tools, thoughts = _count(used.tool_use_prompt_token_count), _count(used.thoughts_token_count)
    tokens = Tokens(
        text_in=asked["text"] + tools,
        audio_in=asked["audio"],
        picture_in=asked["picture"],
        unknown_in=max(prompt - sum(asked.values()), 0),
        text_out=answered["text"] + thoughts,
        audio_out=answered["audio"],
        unknown_out=max(response - answered["text"] - answered["audio"], 0),
    )
    return Usage(prompt, response, _count(used.total_token_count), tokens)


def _by_kind(details: Sequence[types.ModalityTokenCount] | None) -> dict[str, int]:
    """Tokens of text, of sound, and of everything seen."""
    counts = {"text": 0, "audio": 0, "picture": 0}
    for detail in details or ():
        kind = {"TEXT": "text", "AUDIO": "audio"}.get(str(getattr(detail.modality, "value", "")), "picture")
        counts[kind] = _count(counts[kind] + _count(detail.token_count))
    return counts


def _count(tokens: int | None) -> int:
    return min(max(tokens or 0, 0), MOST_TOKENS)


def seconds(duration: str | None) -> float:
    """``"50s"`` as the server writes durations; a cautious guess when it cannot be read."""
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d+)?)s\s*", duration or "", re.ASCII)
    return float(match[1]) if match else UNTOLD_SECONDS


def _call(call: types.FunctionCall) -> ToolCall:
    return ToolCall(call.id or NAMELESS + uuid4().hex, call.name or "", call.args or {})


def told_id(call_id: str) -> str:
    """A call's id as the server gave it: calls without one have a name among us only."""
    return "" if call_id.startswith(NAMELESS) else call_id
