"""Who draws in a test: the scripted brain, over its own wire, through the SDK."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from assistant.brain.server import Address
from assistant.config import PicturesConfig
from assistant.live.purse import Purse
from assistant.money import Ledger, Limits
from assistant.vision.gallery import Gallery
from assistant.vision.painting import Painter, Service
from tests.brain.stand_ins import client


def purse(folder: Path, **limits: Any) -> Purse:
    """With a ledger of its own and no limits but these."""
    folder.mkdir(parents=True, exist_ok=True)
    return Purse(Limits(Ledger(folder), **limits), [])


def painter(address: Address, gallery: Gallery, till: Purse, **config: Any) -> Painter:
    """Asks the brain at this address as if it were the cloud."""

    async def service() -> Service:
        return Service("gemini", partial(client, address))

    return Painter(PicturesConfig(**config), gallery, service, till)


def noon() -> datetime:
    return datetime(2026, 11, 29, 12)
