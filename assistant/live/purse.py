"""Who pays: what a brain's turn costs, and whether it may be asked at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from assistant.live.endpoint import Endpoint
from assistant.money import LedgerError, Limits, Price, Row, Tokens, price_of

FREE_BRAINS = frozenset({"embedded"})


class Purse:
    """Writes every turn down; brains that cost nothing are never refused."""

    def __init__(
        self,
        limits: Limits,
        prices: Sequence[Price],
        *,
        thrifty: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._limits, self._prices, self._now = limits, tuple(prices), now
        self._became_thrifty = thrifty

    def obstacle(self, endpoint: Endpoint) -> str:
        """Why this brain must not be asked now, as a sentence; "" when it may."""
        return "" if endpoint.brain in FREE_BRAINS else self._limits.obstacle()

    @contextmanager
    def setting_aside(self, endpoint: Endpoint, ahead: Tokens) -> Iterator[str]:
        """Set aside what one request may cost at most, while the block lasts; the obstacle, or "" when it
        may be asked."""
        if endpoint.brain in FREE_BRAINS:
            yield ""
            return
        usd = price_of(endpoint.model, self._prices).of(ahead)
        if obstacle := self._limits.obstacle(usd):
            yield obstacle
            return
        with self._limits.held(usd):
            yield ""

    def spent_today(self) -> float | None:
        """US dollars, to the cent; None when the ledger cannot be read."""
        try:
            return round(self._limits.ledger.spent()[0], 2)
        except LedgerError:
            return None

    def connecting(self, endpoint: Endpoint) -> None:
        """A link is being made."""
        if endpoint.brain not in FREE_BRAINS:
            self._limits.connected()

    @property
    def thrifty(self) -> bool:
        """Whether answers should be short."""
        return self._limits.thrifty

    def paid(self, endpoint: Endpoint, tokens: Tokens, kind: str = "live") -> float:
        """A turn was counted; its price in dollars."""
        usd = price_of(endpoint.model, self._prices).of(tokens)
        before = self.thrifty
        at = self._now().isoformat(timespec="seconds")
        self._limits.ledger.note(Row(at, endpoint.brain, endpoint.model, kind, usd, tokens))
        if endpoint.brain not in FREE_BRAINS:
            self._limits.paid(usd, turn=kind == "live")
        if self.thrifty and not before:
            self._became_thrifty()
        return usd

    def obstacle_of(self, usd: float) -> str:
        """Why so much must not be spent now, as a sentence; "" when it may."""
        return self._limits.obstacle(usd)

    def reserved(self, usd: float) -> AbstractContextManager[None]:
        """Set so much aside while the block lasts."""
        return self._limits.held(usd)

    def paid_for(self, brain: str, model: str, usd: float, kind: str) -> None:
        """Something with a price of its own was bought; it says nothing about what the next turn costs."""
        before = self.thrifty
        at = self._now().isoformat(timespec="seconds")
        self._limits.ledger.note(Row(at, brain, model, kind, usd))
        if self.thrifty and not before:
            self._became_thrifty()
