"""No secret in the log: not by value, not by shape, not when libraries tell everything they do."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest

from assistant.config.secrets import secret
from assistant.redaction import REDACTION, Redaction
from tests.brain.stand_ins import brain
from tests.live.test_session import source, talking

KEY = "AIzaSyD-not-a-real-key-0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"> x-goog-api-key: {KEY}", "> x-goog-api-key: …"),
        ("key auth_tokens/abc.def-1 was refused", "key … was refused"),
        ("mqtt://ada:pass word@broker.lan", "mqtt://ada:pass word@broker.lan"),
        ("mqtts://ada:p%40ss@broker.lan:8883", "mqtts://…@broker.lan:8883"),
        ("GET https://host/v1?alt=json&key=abcdef HTTP", "GET https://host/v1?alt=json&key=… HTTP"),
        ("wss://host/x?access_token=abc", "wss://host/x?access_token=…"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("the kitchen light is on", "the kitchen light is on"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, left: str) -> None:
    assert Redaction().clean(text) == left


def test_what_is_known_to_be_one_is_hidden_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (
        secret("web-token", ("TOKEN",), {"TOKEN": "correct-horse-battery"}, "token")
        == "correct-horse-battery"
    )
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.addFilter(REDACTION)
    log = logging.getLogger("somebody else")
    log.addHandler(handler)
    log.propagate = False
    try:
        log.warning("sent %s", {"token": "correct-horse-battery"})
        try:
            raise ValueError("correct-horse-battery is wrong")
        except ValueError:
            log.exception("it failed")
    finally:
        log.removeHandler(handler)
    assert "correct-horse" not in lines.getvalue()
    assert "ValueError: … is wrong" in lines.getvalue()


async def test_the_sdk_and_its_socket_tell_everything_but_the_key(tmp_path: Path) -> None:
    hidden, bare = io.StringIO(), io.StringIO()
    clean, leaky = logging.StreamHandler(hidden), logging.StreamHandler(bare)
    clean.addFilter(REDACTION)
    root, before = (
        logging.getLogger(),
        {name: logging.getLogger(name).level for name in ("", "websockets.client")},
    )
    others = root.handlers
    root.handlers = [leaky, clean]  # the filter changes the record: whoever wants it whole comes first
    for handler in root.handlers:
        handler.setLevel(logging.DEBUG)
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        async with brain(tmp_path) as address, talking(source(address, key=KEY)) as client:
            assert await client.say("hello")
    finally:
        root.handlers = others
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    assert KEY in bare.getvalue(), "if it is not told any more, this test proves nothing"
    assert len(hidden.getvalue()) > 1000
    assert KEY not in hidden.getvalue()
