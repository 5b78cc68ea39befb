"""A test that hangs, whatever it waits for, fails and is named."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from tests.limits import LIMIT


async def awaits() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    "hang", [lambda: asyncio.run(awaits()), threading.Event().wait], ids=["awaits", "locks"]
)
def test_what_hangs_is_interrupted(hang: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(pytest.fail.Exception, match="the story hung"), LIMIT.of("the story", seconds=0.1):
        hang()
    assert time.monotonic() - began < 60
