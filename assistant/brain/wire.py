"""The client's side of the Live wire: one frame in, typed messages out, or the close code it deserves."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.brain.protocols import Setup

Json = dict[str, Any]

INVALID_ARGUMENT = "Request contains an invalid argument."
DEEPEST = 64
"""Nesting a client may send; a tool schema of a whole home needs about ten."""

OPAQUE = {"response", "args", "parametersJsonSchema", "responseJsonSchema", "labels", "default", "example"}
"""Keys whose values belong to the user: nothing inside is renamed."""
NAMED_BY_USER = {"properties", "defs"}
"""Keys whose values map names of the user's to schemas: the names stay, the schemas are normalised."""


class Hangup(Exception):
    """Close the connection with this code and reason."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


def invalid(detail: str = "") -> Hangup:
    """The close that the real service answers a malformed message with."""
    return Hangup(1007, f"{INVALID_ARGUMENT} {detail}".strip())


@dataclass(frozen=True)
class SetUp:
    """The first message: model, instructions, tools, how to listen."""

    setup: Setup


@dataclass(frozen=True)
class Said:
    """One earlier or present turn, as text; ``others`` counts parts that are not text."""

    role: str
    text: str
    others: int = 0


@dataclass(frozen=True)
class Content:
    """Turns to add; ``complete`` asks for an answer."""

    turns: tuple[Said, ...]
    complete: bool


@dataclass(frozen=True)
class Audio:
    """A piece of s16le mono speech."""

    pcm: bytes
    rate: int


@dataclass(frozen=True)
class Picture:
    """A video frame; the embedded brain only counts it."""


@dataclass(frozen=True)
class Typed:
    """Text in the flow of speech."""

    text: str


@dataclass(frozen=True)
class ActivityStart:
    """The client says: the user starts to speak."""


@dataclass(frozen=True)
class ActivityEnd:
    """The client says: the user has finished."""


@dataclass(frozen=True)
class StreamEnd:
    """The microphone is off for now."""


@dataclass(frozen=True)
class ToolAnswer:
    """What one function call led to."""

    id: str
    name: str = ""
    response: Json = field(default_factory=dict)
    scheduling: str = "WHEN_IDLE"
    will_continue: bool = False


@dataclass(frozen=True)
class ToolAnswers:
    """Answers to one or several calls."""

    answers: tuple[ToolAnswer, ...]


@dataclass(frozen=True)
class ContextUpdate:
    """New instructions or tools in mid-session; ``changes`` are keys of the setup to replace."""

    changes: Setup


ClientMessage = (
    SetUp
    | Content
    | Audio
    | Picture
    | Typed
    | ActivityStart
    | ActivityEnd
    | StreamEnd
    | ToolAnswers
    | ContextUpdate
)


def parse(frame: str | bytes) -> list[ClientMessage]:
    """The messages in one frame; `Hangup` when the real service would hang up."""
    message = camel(load(frame))
    if len(message) != 1:
        raise invalid("Exactly one message per frame is expected.")
    name, body = next(iter(message.items()))
    reader = READERS.get(name)
    if reader is None:
        raise Hangup(1007, f'Invalid JSON payload received. Unknown name "{name[:40]}": Cannot find field.')
    return reader(_object(body, name))


def load(text: str | bytes) -> Json:
    """Strict JSON whose top is an object."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Hangup(1007, "Invalid JSON payload received. Not an object in JSON.") from error
    return _object(value, "message")


def camel(value: Any, depth: int = DEEPEST, *, rename: bool = True) -> Any:
    """Both key spellings of the SDK to camelCase, what belongs to the user untouched."""
    if depth == 0:
        raise invalid("The message is nested too deeply.")
    match value:
        case dict():
            result = {}
            for key, inner in value.items():
                name = camel_key(key) if rename else clean(key)
                if rename and name in NAMED_BY_USER and isinstance(inner, dict):
                    result[name] = {clean(k): camel(v, depth - 1) for k, v in inner.items()}
                else:
                    result[name] = camel(inner, depth - 1, rename=rename and name not in OPAQUE)
            return result
        case list():
            return [camel(inner, depth - 1, rename=rename) for inner in value]
        case str():
            return clean(value)
        case _:
            return value


def camel_key(key: str) -> str:
    """``will_continue`` and ``willContinue`` alike to ``willContinue``."""
    return re.sub(r"(?<=[A-Za-z0-9])_([a-z0-9])", lambda found: found[1].upper(), clean(key))


def clean(text: str) -> str:
    """Text that can be encoded again: JSON may smuggle in half a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def unbase64(data: object, where: str) -> bytes:
    """Bytes from either base64 alphabet, padded or not."""
    if not isinstance(data, str):
        raise invalid(f"Bytes in base64 are expected at '{where}'.")
    text = data.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Hangup(1007, f"Invalid value at '{where}' (TYPE_BYTES), Base64 decoding failed.") from error


def texts(turn: Json, where: str) -> Said:
    """The text of one content object."""
    parts = [_object(part, f"{where}.parts") for part in _list(turn.get("parts", []), f"{where}.parts")]
    words = [_text(part["text"], f"{where}.parts.text") for part in parts if part.get("text") is not None]
    role = _text(turn.get("role", "user"), f"{where}.role")
    return Said(role, " ".join(words), len(parts) - len(words))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _object(value: object, where: str) -> Json:
    if isinstance(value, dict):
        return value
    raise invalid(f"An object is expected at '{where}'.")


def _list(value: object, where: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise invalid(f"A list is expected at '{where}'.")


def _text(value: object, where: str) -> str:
    if isinstance(value, str):
        return value
    raise invalid(f"Text is expected at '{where}'.")


def _flag(value: object, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise invalid(f"true or false is expected at '{where}'.")


def _setup(body: Json) -> list[ClientMessage]:
    model = _text(body.get("model", ""), "setup.model")
    if not re.fullmatch(r"(models|tunedModels|publishers/[\w-]+/models)/[\w.:@-]{1,200}", model):
        raise invalid("setup.model must look like models/NAME.")
    for key in (
        "generationConfig",
        "sessionResumption",
        "realtimeInputConfig",
        "inputAudioTranscription",
        "outputAudioTranscription",
    ):
        _object(body.get(key, {}), f"setup.{key}")
    return [SetUp({**body, **home(body)})]


def home(body: Json) -> Setup:
    """What a message says about the home: instructions and tools, checked."""
    found: Setup = {}
    if body.get("systemInstruction") is not None:
        found["systemInstruction"] = _object(body["systemInstruction"], "system_instruction")
        texts(found["systemInstruction"], "system_instruction")
    if body.get("tools") is not None:
        found["tools"] = _list(body["tools"], "tools")
        for tool in found["tools"]:
            _declarations(_object(tool, "tools").get("functionDeclarations", []))
    return found


def _declarations(declarations: object) -> None:
    where = "tools.function_declarations"
    for item in _list(declarations, where):
        declaration = _object(item, where)
        _text(declaration.get("name"), f"{where}.name")
        for key in ("description", "behavior"):
            _text(declaration.get(key, ""), f"{where}.{key}")


def _content(body: Json) -> list[ClientMessage]:
    turns = _list(body.get("turns", []), "client_content.turns")
    said = tuple(texts(_object(turn, "client_content.turns"), "client_content.turns") for turn in turns)
    for turn in turns:
        if turn.get("role") not in ("user", "model"):
            raise invalid("A role of user or model is expected at 'client_content.turns'.")
    return [Content(said, _flag(body.get("turnComplete", False), "client_content.turn_complete"))]


def _realtime(body: Json) -> list[ClientMessage]:
    messages: list[ClientMessage] = []
    for key, value in body.items():
        where = f"realtime_input.{key}"
        match key:
            case "audio" | "video":
                messages.append(_blob(value, where))
            case "mediaChunks":
                messages += [_blob(chunk, where) for chunk in _list(value, where)]
            case "text":
                messages.append(Typed(_text(value, where)))
            case "activityStart":
                messages.append(ActivityStart())
            case "activityEnd":
                messages.append(ActivityEnd())
            case "audioStreamEnd":
                messages += [StreamEnd()] if _flag(value, where) else []
            case _:
                raise Hangup(1007, f'Invalid JSON payload received. Unknown name "{key[:40]}".')
    return messages


def _blob(value: object, where: str) -> ClientMessage:
    blob = _object(value, where)
    mime = _text(blob.get("mimeType", ""), f"{where}.mime_type").lower().replace(" ", "")
    data = unbase64(blob.get("data", ""), f"{where}.data")
    if mime.startswith(("image/", "video/")):
        return Picture()
    kind, *parameters = mime.split(";")
    rate = dict(item.partition("=")[::2] for item in parameters).get("rate", "16000")
    if kind not in ("audio/pcm", "audio/l16") or not re.fullmatch(r"[1-9]\d{3,5}", rate, re.ASCII):
        raise invalid(f"audio/pcm;rate=16000 is expected at '{where}.mime_type'.")
    return Audio(data, int(rate))


def _tool_response(body: Json) -> list[ClientMessage]:
    where = "tool_response.function_responses"
    answers = []
    for item in map(lambda item: _object(item, where), _list(body.get("functionResponses", []), where)):
        answers.append(
            ToolAnswer(
                id=_text(item.get("id"), f"{where}.id"),
                name=_text(item.get("name", ""), f"{where}.name"),
                response=_object(item.get("response", {}), f"{where}.response"),
                scheduling=_text(item.get("scheduling", "WHEN_IDLE"), f"{where}.scheduling"),
                will_continue=_flag(item.get("willContinue", False), f"{where}.will_continue"),
            )
        )
    return [ToolAnswers(tuple(answers))]


def _context_update(body: Json) -> list[ClientMessage]:
    tools = body.get("tools")
    # the SDK wraps the list once more than in the setup
    inner = tools.get("tools", []) if isinstance(tools, dict) else tools
    return [ContextUpdate(home({**body, "tools": inner}))]


READERS: dict[str, Callable[[Json], list[ClientMessage]]] = {
    "setup": _setup,
    "clientContent": _content,
    "realtimeInput": _realtime,
    "toolResponse": _tool_response,
    "contextUpdate": _context_update,
}
