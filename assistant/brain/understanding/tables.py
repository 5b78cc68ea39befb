"""Ways to write word tables as text, so that they read as the data they are."""

from __future__ import annotations


def table(text: str) -> dict[str, str]:
    """``a=b | c=d`` and line ends between entries."""
    entries = (entry for line in text.splitlines() for entry in line.split("|"))
    pairs = (entry.split("=", 1) for entry in entries if "=" in entry)
    return {left.strip(): right.strip() for left, right in pairs}


def spread(text: str) -> dict[str, str]:
    """``meaning: phrase, phrase`` lines, turned into phrase -> meaning; a line without ``:`` goes on."""
    found: dict[str, str] = {}
    meaning = ""
    for line in text.strip().splitlines():
        start, colon, rest = line.partition(":")
        meaning, phrases = (start.strip(), rest) if colon else (meaning, line)
        found |= {phrase.strip(): meaning for phrase in phrases.split(",") if phrase.strip()}
    return found


def phrases(text: str) -> frozenset[str]:
    """Phrases between commas."""
    return frozenset(phrase.strip() for phrase in text.replace("\n", " ").split(",") if phrase.strip())


def bag(text: str) -> frozenset[str]:
    """Single words between blanks."""
    return frozenset(text.split())
