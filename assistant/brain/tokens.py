"""Ephemeral keys: made over REST, spent by opening Live connections."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from assistant.brain.refusal import Refusal
from assistant.brain.wire import Json

LIFE = timedelta(minutes=30)
MOST = 1000
UNLIMITED = 10**9


class Tokens:
    """The tokens of one server."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._left: dict[str, tuple[int, datetime]] = {}

    def make(self, wish: Json) -> Json:
        """A new token for so many connections, until a moment."""
        uses = wish.get("uses", 1)
        if type(uses) is not int or not 0 <= uses <= 1000:
            raise Refusal(400, "'uses' is a number from 1 to 1000, or 0 for no limit.")
        try:
            until = (
                datetime.fromisoformat(str(wish["expireTime"]))
                if "expireTime" in wish
                else self._now() + LIFE
            )
        except ValueError as error:
            raise Refusal(400, "'expireTime' is a time like 2026-01-31T12:00:00Z.") from error
        if until.tzinfo is None:
            raise Refusal(400, "'expireTime' needs a time zone.")
        self._forget_old()
        name = f"auth_tokens/{secrets.token_urlsafe(32)}"
        self._left[name] = (uses or UNLIMITED, until)
        return {"name": name}

    def spend(self, name: str) -> bool:
        """Whether the token opens one more connection."""
        self._forget_old()
        uses, until = self._left.get(name, (0, self._now()))
        if not uses:
            return False
        self._left[name] = (uses - 1, until)
        return True

    def _forget_old(self) -> None:
        now = self._now()
        left = [(name, (uses, until)) for name, (uses, until) in self._left.items() if uses and now < until]
        self._left = dict(left[-MOST:])
