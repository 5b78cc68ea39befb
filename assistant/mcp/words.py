"""Text of strangers as it may stand in an instruction, in a log line, or be spoken."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

QUOTES = str.maketrans(dict.fromkeys('"“”„«»', "'"))
"""The embedded brain takes what is quoted in a description for a sentence that calls the tool."""
LONGEST_ANSWER = 2000
"""In characters: two minutes of speech."""


def cleaned(text: str, longest: int) -> str:
    """One line that can be read: no control, no invisible and no reversing characters."""
    seen = "".join(each if each.isprintable() else " " for each in text[: 4 * longest])
    words = " ".join(seen.split())
    return words if len(words) <= longest else f"{words[:longest]} ..."


def described(text: str, longest: int) -> str:
    """A description that gives nobody any sentences."""
    return cleaned(text, longest).translate(QUOTES)


def answered(content: Iterable[Any], structured: Any) -> str:
    """What a tool answered, as words; what cannot be said is named by its kind."""
    words = " ".join(_part(part) for part in content)
    if not words.strip() and structured is not None:
        words = json.dumps(structured, ensure_ascii=False, default=str)
    return cleaned(words, LONGEST_ANSWER) or "nothing"


def read_out(contents: Iterable[Any]) -> str:
    """What is in a document, as words; what is no text is named."""
    words = " ".join(str(getattr(part, "text", "(no text)")) for part in contents)
    return cleaned(words, LONGEST_ANSWER) or "nothing"


def _part(part: Any) -> str:
    match part.type:
        case "text":
            return str(part.text)
        case "resource":
            return str(getattr(part.resource, "text", "(a file)"))
        case "resource_link":
            return f"(a file: {part.name})"
    return f"({part.type})"
