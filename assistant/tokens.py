"""How many tokens a text is for a brain, about."""

from __future__ import annotations

BYTES_PER_TOKEN = 4


def text_tokens(text: str) -> int:
    """About four letters of English each; letters that take more bytes take more tokens too.

    An estimate: nobody is billed by it.
    """
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)
