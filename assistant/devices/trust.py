"""Words from the network that would reach a prompt: which of them may.

Whoever may write to the discovery topics chooses names; a name must never become an instruction to the brain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

MOST_OPTIONS = 16
MOST_WORDS = 4
"""Of a name, numbers not counted; the order of the house goes on in more."""
WORD = re.compile(r"[^\W\d_]+")
OPTION = re.compile(r"[\w][\w +./-]{0,23}")
ORDERS = re.compile(
    r"""
    \b(ignore|disregard|forget|override|bypass)\b .{0,40}
      \b(instructions?|previous|prior|above|rules?|prompts?|all)\b
  | \b(system|assistant|developer|user) \s* (:|message|prompt|override)
  | \byou \s+ (must|should|shall|are|will|have)\b
  | \b(new|follow\w*|these|secret) \s+ (instructions?|rules?|orders?)\b
  | \b(unlock|disarm|open) \b .{0,30} \b(doors?|locks?|alarm|garage|gate)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def orders(text: str) -> bool:
    """Whether a name reads like an order to a language model rather than like a name."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c if c.isprintable() else " " for c in plain if unicodedata.category(c) != "Cf")
    return ORDERS.search(re.sub(r"[\s_]+", " ", plain)) is not None


OPENS = re.compile(
    r"\b(unlock|disarm|garagentor|turoffner|gache|portail|(garage|gate|door|entry)\W+(door\W+)?(opener|release|buzzer|open|relay|strike))\b"
    r"|\bopen\W+(the\W+)?(garage|gate|(front|back|main|garage|entry)\W+door|door)\b|\bgarage\W+door$|\b(door\W+)?buzzer\b"
)


def lets_in(name: str) -> bool:
    """Whether a button or a plain relay of this name opens a door: many a gate is no more than that."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return OPENS.search("".join(c for c in plain if not unicodedata.combining(c))) is not None


ENTRANCES = re.compile(r"\b(garage|gate|door|garagentor|tor|portail|portao|porton|cancello|brama|poort)s?\b")
COVERED = re.compile(r"\b(blind|curtain|shade|shutter|screen|drape|awning|rollo|jalousie|store|gardine)s?\b")


def entrance(name: str) -> bool:
    """Whether what opens under this name is a garage door or a gate, whatever its source takes it for."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return ENTRANCES.search(bare) is not None and COVERED.search(bare) is None


WIPES = re.compile(r"\b(factory|wipe|erase|format|unpair|remove from network|reset (settings|device))\b")


def wipes(name: str) -> bool:
    """Whether what is pressed by this name leaves a device without its settings."""
    return WIPES.search(re.sub(r"[\W_]+", " ", name.casefold())) is not None


@lru_cache(maxsize=4096)
def talks(*texts: str) -> bool:
    """Whether a name, an area or an alias says so much that it might be meant for the brain."""
    return any(orders(text) or len(WORD.findall(text)) > MOST_WORDS for text in texts)


def harmless(options: Sequence[str]) -> tuple[str, ...]:
    """Options as they may be told to a brain; none when one of them is no plain word, or they are too many.

    What is not told can still be said: the device checks it, and offers the nearest.
    """
    if len(options) > MOST_OPTIONS or any(not OPTION.fullmatch(o) or orders(o) for o in options):
        return ()
    return tuple(options)
