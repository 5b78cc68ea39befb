"""The pages that show one screen in as many browsers, and which of them says how large it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.showing import Panel

WAITING = 32
"""So many news wait for a page that does not read; then it is the page that is slow."""

Item = dict[str, Any]


@dataclass(eq=False)
class Page:
    """One of them, by the name that it gave itself; ``seen`` is whether anybody could see it."""

    ident: str = ""
    panel: Panel | None = None
    seen: bool = True
    news: asyncio.Queue[Item] = field(default_factory=lambda: asyncio.Queue(WAITING))


class Pages:
    """Those that are open, the one that was opened or turned to last at the end."""

    def __init__(self) -> None:
        self._open: list[Page] = []
        self._told = Panel()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def panel(self) -> Panel:
        """That of the page which was opened or turned to last and is still visible: somebody looks at it. Of
        those that are all hidden, the last; without any, what was told last."""
        known = [page for page in self._open if page.panel is not None]
        page = next(iter(reversed([page for page in known if page.seen] or known)), None)
        return page.panel if page is not None and page.panel is not None else self._told

    @contextlib.contextmanager
    def opened(self, page: Page) -> Iterator[asyncio.Queue[Item]]:
        """A page that is open while the block lasts; what it is to do."""
        self._open.append(page)
        try:
            yield page.news
        finally:
            self._open.remove(page)

    def measured(self, ident: str, panel: Panel, *, seen: bool) -> None:
        """A page says how large it is, and whether it can be seen."""
        self._told = panel
        for page in [each for each in self._open if ident and each.ident == ident]:
            if seen and not page.seen:
                self._open.remove(page)
                self._open.append(page)
            page.panel, page.seen = panel, seen

    def tell(self, item: Item) -> None:
        """Say something to every one of them."""
        for page in self._open:
            if page.news.full():
                page.news.get_nowait()
            page.news.put_nowait(item)
