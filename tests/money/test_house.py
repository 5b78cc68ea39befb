"""Money in the whole house: past the soft limit answers are short, past the hard one they cost nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant import app, parts, prompts
from assistant.app import House
from assistant.brain.certificate import certificate
from assistant.cli.bench.gauge import gauge
from assistant.config import Config
from assistant.events import Online
from tests.parts.home import until

MONEY = {
    "daily_soft_usd": 0.4,
    "daily_usd": 2.0,
    "prices": [
        {
            "model": "gemini-",
            "text_in": 0,
            "audio_in": 3000,
            "picture_in": 0,
            "text_out": 0,
            "audio_out": 12_000,
        }
    ],
}
"""At a thousand times the usual price a turn costs about half a dollar."""


async def test_first_fewer_words_then_the_embedded_brain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, _ = certificate(tmp_path / "cloud", lambda: datetime.now(UTC))
    config = Config.model_validate(
        {
            "money": MONEY,
            "home": {"pretend": False},
            "state_dir": str(tmp_path / "state"),
            "mqtt": {"broker": "embedded"},
        }
    )
    async with gauge(pem, "gemini-3.8-live") as (cloud, endpoint):
        monkeypatch.setattr(parts, "gemini_endpoint", lambda _config: endpoint)

        async def use(house: House) -> int:
            house.ears_open.set()
            assert await house.session.ready(20)
            with house.bus.subscribed(Online) as news:
                assert prompts.THRIFTY not in cloud.instructions[0]
                assert await house.conversation.ask("what can you do")
                await until(lambda: len(cloud.instructions) == 2, seconds=10)
                assert prompts.THRIFTY in cloud.instructions[1]
                while house.purse.obstacle(endpoint) == "":
                    assert await house.conversation.ask("what can you do")
                assert 1.0 < (house.purse.spent_today() or 0) < 2.0
                while await news.get() != Online("embedded"):
                    pass
            asked = len(cloud.utterances), cloud.tokens["turns"]
            assert await house.conversation.ask("what time is it")
            assert (len(cloud.utterances), cloud.tokens["turns"]) == asked
            return 0

        async with asyncio.timeout(60):
            assert await app.run(config, use) == 0
