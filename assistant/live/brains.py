"""The brains there are, best first: which of them may be tried now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from assistant.live.endpoint import Endpoint
from assistant.live.failures import Cause, Failure

REST_SECONDS = {Cause.QUOTA: 60.0, Cause.NETWORK: 30.0, Cause.MONEY: 60.0, Cause.CONFIGURATION: 60.0}
"""How long a brain that failed like this is left alone while another serves."""
STUCK_SECONDS = REST_SECONDS[Cause.NETWORK]
"""The same for one whose links all end over what the user says."""

BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

Source = Callable[[], Awaitable[Endpoint]]
"""Where a brain is now; the embedded one may have moved after a restart."""


class Brains:
    """Known by their rank, 0 the best; one with a wrong key or model is given up for good."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = list(sources)
        self._given_up: set[int] = set()
        self._resting: dict[int, float] = {}
        self._cut_off: set[int] = set()
        """Those that could not be reached when they were tried last."""

    def __len__(self) -> int:
        return len(self._sources)

    @property
    def given_up(self) -> bool:
        """Whether none of them can ever serve."""
        return len(self._given_up) == len(self._sources)

    async def endpoint(self, rank: int) -> Endpoint:
        """Where this one is now."""
        return await self._sources[rank]()

    def usable(self) -> list[int]:
        """Ranks to try now; when all of them rest, nevertheless all."""
        now = asyncio.get_running_loop().time()
        ranks = [rank for rank in range(len(self._sources)) if rank not in self._given_up]
        return [rank for rank in ranks if self._resting.get(rank, 0.0) <= now] or ranks

    def failed(self, rank: int, failure: Failure, *, was_up: bool, stuck: bool) -> bool:
        """Remember how one ended, perhaps ``stuck`` with the same words again; whether it is left alone for
        a while."""
        if failure.cause is Cause.NETWORK:
            self._cut_off.add(rank)
        if failure.cause is Cause.CONFIGURATION and not was_up:
            self._given_up.add(rank)
        seconds = REST_SECONDS.get(failure.cause, STUCK_SECONDS if stuck else None)
        if seconds is not None:
            self._resting[rank] = asyncio.get_running_loop().time() + seconds
        return seconds is not None

    def serves(self, rank: int) -> None:
        """This one answers."""
        self._cut_off.discard(rank)

    async def away(self, rank: int) -> bool:
        """Whether this one could not be reached when it was tried last, nor can be now."""
        return rank in self._cut_off and not await _reachable(await self.endpoint(rank))

    def any_before(self, rank: int) -> bool:
        """Whether there is a better one that is not given up."""
        return any(better not in self._given_up for better in range(rank))

    async def better_than(self, rank: int) -> bool:
        """Whether a better one that does not rest can be reached again."""
        for better in self.usable():
            if better < rank:
                if await _reachable(await self.endpoint(better)):
                    return True
                self._cut_off.add(better)
        return False


def pause(failure: Failure, failures: int) -> float:
    """Seconds to wait before the next round, after so many in which no brain answered."""
    if failures and failure.cause is Cause.QUOTA:
        return REST_SECONDS[Cause.QUOTA]
    return BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]


async def _reachable(endpoint: Endpoint) -> bool:
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(*endpoint.host)
    except OSError:
        return False
    writer.close()
    return True
