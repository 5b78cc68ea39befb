"""What a camera sees now, shown to the brain that talks."""

from __future__ import annotations

from assistant.errors import BrainError
from assistant.live.messages import Picture
from assistant.live.purse import FREE_BRAINS
from assistant.live.session import Session

BLIND = "I cannot see just now: that needs Gemini."


class Sight:
    """The session's eye; what it shows is billed with the turns of the conversation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def show(self, jpeg: bytes) -> None:
        """Send a picture along with the conversation, now or never.

        Raises:
            BrainError: nobody answers, or nobody who can see.
        """
        if not self._session.brain or self._session.brain in FREE_BRAINS:
            raise BrainError(BLIND)
        self._session.post(Picture(jpeg))
