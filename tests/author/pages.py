"""The pages for authors, and the blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.parts.installed import ROOT

PAGES = ROOT / "docs" / "plugins"
WALKTHROUGHS = ("lamp.md", "service.md", "door.md")
BLOCK = re.compile(r"(?:`([\w.]+\.(?:py|yaml))`[^`]*?:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, str, str]]:
    """Each block of a page: the file named before it ("" when there is none), its language, its text."""
    for match in BLOCK.finditer(page.read_text()):
        yield match[1] or "", match[2], match[3]
