"""Small grammar: device sentences made fit to be spoken, and many of them made one."""

from __future__ import annotations

import re
from collections.abc import Mapping

LISTED = 4


def listed(words: list[str], last: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence(text: str) -> str:
    """One spoken sentence: capital first, stop last, single spaces."""
    text = re.sub(r"\s+", " ", text).strip() or "Done"
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else f"{text}."


def about(name: str, text: str) -> str:
    """A device's own sentence with its article: ``lamp is on`` → ``The lamp is on.``"""
    if text.casefold().startswith(name.casefold()):
        rest = text[len(name) :]
        if plural(name) and rest.startswith(" is "):
            rest = f" are {rest[4:]}"
        article = "" if name[:1].isupper() else "the "
        text = f"{article}{name}{rest}"
    return sentence(text)


def counted(number: int, what: str) -> str:
    """``1 area``, ``2 areas``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def plural(name: str) -> bool:
    """Whether a household name takes "are": blinds, curtains, lights, but not glass."""
    last = name.split()[-1] if name.split() else ""
    return last.endswith("s") and not last.endswith(("ss", "us"))


def collated(texts: Mapping[str, str], *, label: str = "") -> str:
    """What several devices answered, as few sentences as possible.

    ``label`` names them all (``all lights``) and is used when all answered the same.
    """
    if len(texts) == 1:
        return about(*next(iter(texts.items())))
    groups: dict[str, list[str]] = {}
    for name, text in texts.items():
        groups.setdefault(_said_of(name, text), []).append(name)
    return " ".join(_group(rest, names, label if len(groups) == 1 else "") for rest, names in groups.items())


def _said_of(name: str, text: str) -> str:
    match = re.fullmatch(rf"(?:the )?{re.escape(name)} is (.+?)\.?", text, re.IGNORECASE | re.DOTALL)
    return match[1] if match else text


def _group(rest: str, names: list[str], label: str) -> str:
    if len(names) == 1:
        return about(names[0], f"{names[0]} is {rest}")
    if label:
        return sentence(f"{label} are {rest}")
    if len(names) > LISTED:
        return sentence(f"{len(names)} devices are {rest}")
    return sentence(f"the {listed(names)} are {rest}")
