"""Words from the network that would reach a prompt: which of them may.

Whoever may write to the discovery topics chooses names; a name must never become an instruction to the brain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MOST_OPTIONS = 16
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


def harmless(options: Sequence[str]) -> tuple[str, ...]:
    """Options as they may be told to a brain; none when one of them is no plain word, or they are too many.

    What is not told can still be said: the device checks it, and offers the nearest.
    """
    if len(options) > MOST_OPTIONS or any(not OPTION.fullmatch(o) or orders(o) for o in options):
        return ()
    return tuple(options)
