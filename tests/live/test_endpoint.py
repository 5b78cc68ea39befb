"""Where the key comes from, and that it is never shown."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from assistant.cli.output import logging_to_stderr
from assistant.config import GeminiConfig
from assistant.errors import ConfigError
from assistant.live import wire
from assistant.live.endpoint import KEY_NAME, Endpoint, api_key, gemini_endpoint
from assistant.live.failures import LinkLost
from assistant.live.session import Briefing, Setup
from tests.brain.stand_ins import brain

KEY = "AIza-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def key_file(home: Path, mode: int = 0o600) -> Path:
    path = home / ".config" / "assistant" / KEY_NAME
    path.parent.mkdir(parents=True)
    path.write_text(f"{KEY}\n")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("name", ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
def test_from_the_environment(name: str) -> None:
    assert api_key({name: f" {KEY}\n"}) == KEY


def test_from_systemds_credentials(tmp_path: Path) -> None:
    (tmp_path / KEY_NAME).write_text(f"{KEY}\n")
    assert api_key({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == KEY


def test_from_a_private_file(tmp_path: Path) -> None:
    key_file(tmp_path)
    assert api_key({}) == KEY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, mode)
    with pytest.raises(ConfigError, match="others can read this key; run `chmod 600") as caught:
        api_key({})
    assert str(path) in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_file_of_bytes_that_are_no_text_is_refused(tmp_path: Path) -> None:
    key_file(tmp_path).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="the key cannot be read"):
        api_key({})


def test_without_a_key_there_is_no_gemini() -> None:
    assert api_key({}) == ""
    assert gemini_endpoint(GeminiConfig(), {}) is None


def test_vertex_needs_a_project_and_no_key() -> None:
    found = gemini_endpoint(GeminiConfig(project="home", location="europe-west1"), {})
    assert found is not None
    assert (found.project, found.location, found.key) == ("home", "europe-west1", "")
    assert gemini_endpoint(GeminiConfig(project="home"), {}) == Endpoint(
        "gemini", "gemini-3.8-live", project="home", location="global"
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("", ("generativelanguage.googleapis.com", 443)),
        ("https://gateway.home:8443/live", ("gateway.home", 8443)),
        ("https://gateway.home", ("gateway.home", 443)),
        ("https://[::1]:8443", ("::1", 8443)),
    ],
)
def test_the_host_to_try(url: str, host: tuple[str, int]) -> None:
    assert Endpoint("gemini", "m", base_url=url).host == host


def test_the_key_is_not_in_the_repr() -> None:
    found = gemini_endpoint(GeminiConfig(), {"GEMINI_API_KEY": KEY})
    assert found is not None
    assert found.key == KEY
    assert KEY not in repr(found)


async def test_the_key_is_not_in_the_log_even_when_everything_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging_to_stderr(quiet=False)
    with caplog.at_level(logging.DEBUG):
        async with brain(tmp_path) as address:
            endpoint = Endpoint(
                "gemini", "embedded", key=KEY, base_url=address.url, certificate=address.certificate
            )
            async with wire.connected(endpoint, Setup(Briefing("Hello.")), None, asyncio.timeout(8)):
                pass
        with pytest.raises(LinkLost):
            async with wire.connected(endpoint, Setup(Briefing("Hello.")), None, asyncio.timeout(1)):
                pass
    assert caplog.records, "something was logged at DEBUG"
    assert KEY not in caplog.text
