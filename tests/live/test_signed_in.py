"""Google Cloud without anybody signed in: a sentence, on every way to it, and never the end of the house."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from assistant.config import PicturesConfig
from assistant.errors import VisionError
from assistant.live import wire
from assistant.live.endpoint import Endpoint
from assistant.live.failures import Cause, LinkLost
from assistant.live.session import Briefing, Setup
from assistant.vision import failing
from assistant.vision.gallery import Gallery
from assistant.vision.painting import Painter, Service
from assistant.vision.serving import raw
from assistant.vision.undrawn import NotDrawn
from assistant.vision.wishing import Order
from tests.vision.parts import purse

CLOUD = Endpoint("gemini", "gemini-3.8-live", project="home", location="us-central1")


@pytest.fixture(params=["{}", None], ids=["broken", "missing"])
def _nobody(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the sign-in is broken, or is not there."""
    file = tmp_path / "sign-in.json"
    if request.param is not None:
        file.write_text(request.param)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))


@pytest.mark.usefixtures("_nobody")
async def test_a_talk_and_a_question_are_refused_with_what_to_do() -> None:
    with pytest.raises(LinkLost, match="signed in to Google Cloud") as lost:
        async with wire.connected(CLOUD, Setup(Briefing("")), None, asyncio.timeout(20)):
            pass
    assert lost.value.failure.cause is Cause.CONFIGURATION
    with pytest.raises(LinkLost, match="signed in to Google Cloud"):
        await wire.models(CLOUD, 20)


@pytest.mark.usefixtures("_nobody")
async def test_no_picture_is_drawn_and_no_clip_described(tmp_path: Path) -> None:
    async def service() -> Service:
        return Service("gemini", partial(wire.lent, CLOUD), vertex=True)

    for model in ("gemini-nano-banana-2.1", "imagen-4.0-generate-001"):
        painter = Painter(
            PicturesConfig(model=model), Gallery(tmp_path / "gallery"), service, purse(tmp_path / "money")
        )
        with pytest.raises(NotDrawn, match="signed in to Google Cloud"):
            await painter.paint(Order("a boat"), [])
    async with wire.lent(CLOUD) as client:
        with pytest.raises(raw()) as refused:
            await client.aio.models.generate_content(model="gemini-3.8-flash", contents="what is there?")
    why = failing.understood(refused.value)
    assert type(why) is VisionError
    assert "signed in to Google Cloud" in str(why)
