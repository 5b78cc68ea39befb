"""A look at a film: how it is wanted, what came of it, and facts as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from assistant.errors import VisionError
from assistant.plain import plain
from assistant.vision.clips import Clip
from assistant.vision.moments import later
from assistant.vision.pipe import Item

UNREADABLE = "Gemini's answer about that clip could not be read."
TOO_LONG = "Gemini's answer about that clip was too long: ask about a part of it."
CUT = "That was not all: ask about a part of it."
LONGEST_ANSWER = 4000
"""Characters of what is spoken."""
ANSWER_TOKENS = {"answer": 1024, "facts": 2048, "scenes": 4096, "transcript": 8192}
KINDS = ("answer", "facts", "scenes", "transcript")
RESOLUTIONS = ("", "low", "medium", "high", "ultra high")

FACTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string", "description": "one short sentence"},
        "people": {"type": "integer"},
        "vehicles": {"type": "array", "items": {"type": "string"}},
        "animals": {"type": "array", "items": {"type": "string"}},
        "parcels": {"type": "integer"},
        "importance": {"type": "integer", "description": "0 nothing, 1 usual, 2 worth telling, 3 urgent"},
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"at": {"type": "string"}, "what": {"type": "string"}},
                "required": ["at", "what"],
            },
        },
    },
    "required": ["summary", "people", "vehicles", "animals", "parcels", "importance", "events"],
}


@dataclass(frozen=True)
class Wanted:
    """How a question is asked. ``kind`` is answer, facts, scenes or transcript. What is empty or 0 is left
    to us; ``schema`` asks for JSON of another shape; ``about`` is what a film from elsewhere is; what is
    ``kept`` is read later."""

    question: str = "What happens here?"
    kind: str = "answer"
    model: str = ""
    fps: float = 0.0
    resolution: str = ""
    schema: dict[str, Any] | None = None
    about: str = ""
    paid_as: str = "clip"
    kept: bool = False

    @property
    def formed(self) -> bool:
        """Whether the answer is JSON."""
        return self.schema is not None or self.kind == "facts"


@dataclass(frozen=True)
class Look:
    """An answer. ``text`` may be spoken; ``facts`` is there when they were asked for; ``begin`` is when the
    clip begins, in seconds since 1970."""

    text: str
    camera: str = ""
    brain: str = ""
    model: str = ""
    begin: float | None = None
    usd: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    facts: Item | None = None
    clip: Clip | None = None

    def shown(self) -> Item:
        """For the command line."""
        return {
            "text": self.text,
            "camera": self.camera,
            "brain": self.brain,
            "model": self.model,
            "begin": self.begin,
            "usd": round(self.usd, 6),
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "facts": self.facts,
            "clip": self.clip.shown() if self.clip else None,
        }


def answered(text: str, wanted: Wanted, *, cut: bool) -> str:
    """What a model said, as long as it may be; ``cut`` when the service broke it off.

    Raises:
        VisionError: half of a JSON is none.
    """
    if wanted.formed:
        if cut:
            raise VisionError(TOO_LONG)
        return text
    longest = LONGEST_ANSWER if wanted.kind == "answer" else len(text)
    return f"{text[:longest]} {CUT}" if cut or len(text) > longest else text


def placed(facts: Item, begins: float, seconds: float) -> Item:
    """Facts about a piece of a film, with their places as they are in the whole; see ``moments.later``."""

    def moved(value: Any) -> Any:
        match value:
            case str():
                return later(value, begins, seconds)
            case list():
                return [moved(each) for each in value]
            case dict():
                return {key: moved(each) for key, each in value.items()}
        return value

    return {key: moved(value) for key, value in facts.items()}


def facts_of(text: str, *, free: bool) -> Item | None:
    """JSON of a model; a ``free`` brain, which sees nothing, answers in words: None.

    Raises:
        VisionError: it is not.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        if free:
            return None
        raise VisionError(UNREADABLE) from error
    if not isinstance(told, dict):
        raise VisionError(UNREADABLE)
    facts = plain(told)
    assert isinstance(facts, dict)
    return facts
