"""Keys that soon expire, made and used over the real SDK."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cli.parser import parsed
from assistant.cli.token import token
from assistant.errors import AssistantError, UsageError
from assistant.live import wire
from assistant.live.endpoint import Endpoint, gemini_endpoint
from assistant.live.failures import LinkLost
from assistant.live.minting import minted
from assistant.live.session import Briefing, Setup
from tests.brain.stand_ins import brain

REAL = "the real key"


async def opened(endpoint: Endpoint) -> None:
    async with wire.connected(endpoint, Setup(Briefing("Hello.")), None, asyncio.timeout(5)):
        pass


async def test_a_key_made_of_another_opens_as_many_links_as_were_asked_for(tmp_path: Path) -> None:
    async with brain(tmp_path, keys=frozenset({REAL})) as address:
        real = Endpoint("gemini", "m", key=REAL, base_url=address.url, certificate=address.certificate)
        until = datetime.now(UTC) + timedelta(minutes=5)
        name = await minted(real, until=until, connections=2, seconds=5)
        assert name.startswith("auth_tokens/")
        assert REAL not in name
        guest = replace(real, key=name, api_version="v1alpha")
        await opened(guest)
        await opened(guest)
        with pytest.raises(LinkLost, match="refuses the API key"):
            await opened(guest)
        unlimited = await minted(real, until=until, connections=0, seconds=5)
        for _ in range(3):
            await opened(replace(guest, key=unlimited))
        with pytest.raises(LinkLost, match="refuses the API key"):
            await minted(replace(real, key="wrong"), until=until, connections=1, seconds=5)


async def test_nobody_there_is_one_sentence() -> None:
    nowhere = Endpoint("gemini", "m", key=REAL, base_url="http://127.0.0.1:9")
    with pytest.raises(LinkLost, match="cannot be reached"):
        await minted(nowhere, until=datetime.now(UTC), connections=1, seconds=5)
    with pytest.raises(LinkLost, match="Vertex AI makes no keys"):
        await minted(replace(nowhere, project="p"), until=datetime.now(UTC), connections=1, seconds=5)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "there is no key for Gemini"),
        (["--minutes", "0"], "--minutes is a number from 1"),
        (["--connections", "1001"], "--connections is a number from 0"),
    ],
)
def test_what_cannot_be_made_is_said(arguments: list[str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        token(parsed(["token", *arguments]))


def test_the_command_names_what_went_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "config.yaml"
    written.write_text("gemini: {base_url: 'http://127.0.0.1:9'}\n")
    monkeypatch.setenv("GEMINI_API_KEY", REAL)
    with pytest.raises(AssistantError, match="cannot be reached"):
        token(parsed(["token", "--config", str(written)]))


def test_an_expiring_key_goes_to_the_service_that_knows_such_keys() -> None:
    from assistant.config import GeminiConfig

    made = gemini_endpoint(GeminiConfig(), {"GEMINI_API_KEY": "auth_tokens/abc"})
    assert made is not None
    assert made.api_version == "v1alpha"
