"""Clips that the service has got and will be asked about again: sent once, deleted soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from assistant.vision import serving
from assistant.vision.serving import Service, deleted, raw

KEPT_SECONDS = 300.0
"""As long as "the same clip" is understood."""
SWEEP_SECONDS = 15.0
LEAVE_SECONDS = 8.0


class Stored(Protocol):
    """A file as the service names it."""

    @property
    def name(self) -> str | None: ...
    @property
    def uri(self) -> str | None: ...
    @property
    def mime_type(self) -> str | None: ...


@dataclass(frozen=True)
class Upload:
    """One clip that was sent: to whom, its bytes here and its names there, and when it is to be deleted."""

    service: Service
    data: bytes = field(repr=False)
    name: str
    uri: str
    mime: str
    until: float


@dataclass
class Uploads:
    """What is there now. ``run`` deletes what is too old, and at the end everything."""

    clock: Callable[[], float] = monotonic
    seconds: float = KEPT_SECONDS
    _kept: list[Upload] = field(default_factory=list)

    def known(self, service: Service, data: bytes) -> Upload | None:
        """The upload of these very bytes, if that service still has it."""
        now = self.clock()
        for one in self._kept:
            if one.data is data and _same(one.service, service) and now < one.until:
                return one
        return None

    def keep(self, service: Service, data: bytes, file: Stored) -> None:
        """Remember an upload that may be asked about again."""
        upload = Upload(
            service, data, file.name or "", file.uri or "", file.mime_type or "", self.clock() + self.seconds
        )
        self._kept.append(upload)

    def forget(self, upload: Upload) -> None:
        """The service has lost it."""
        if upload in self._kept:
            self._kept.remove(upload)

    async def run(self) -> None:
        """Delete what is too old; all when the house closes."""
        try:
            while True:
                await asyncio.sleep(SWEEP_SECONDS)
                now = self.clock()
                await self._delete([one for one in self._kept if one.until <= now])
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._delete(list(self._kept))

    async def _delete(self, uploads: Sequence[Upload]) -> None:
        for upload in uploads:
            self.forget(upload)
            client = await asyncio.to_thread(serving.client, upload.service)
            await deleted(client, [upload.name])
            with suppress(*raw()):
                await client.aio.aclose()


def _same(one: Service, other: Service) -> bool:
    """Whether the files of the one are those of the other, whatever model is asked."""
    return (one.base_url, one.key, one.project) == (other.base_url, other.key, other.project)
