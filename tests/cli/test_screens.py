"""`assistant screens`: tokens that open one screen each."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.app import House
from assistant.config import PluginEntry
from assistant.errands import Errands
from assistant.errors import UsageError
from assistant.web.tokens import ScreenTokens
from tests.parts.homes import lived_in, shipped, told


def test_made_listed_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_SCREENS", '[{"name": "hall", "area": "hallway"}]')

    def run(*words: str) -> tuple[int, list[dict[str, object]]]:
        code = main(["screens", *words, "--json"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    code, (made, _) = run("token", "living", "room")
    assert (code, made["name"]) == (0, "living room")
    assert made["path"] == f"/screen/living%20room?token={made['token']}"
    assert ScreenTokens(tmp_path).whose(str(made["token"])) == "living room"
    assert stat.S_IMODE((tmp_path / "screens.json").stat().st_mode) == 0o600
    _, (hall, room, _) = run()
    assert (hall["name"], hall["area"], hall["open"], hall["token_made"]) == ("hall", "hallway", None, None)
    assert (room["name"], room["token_made"]) == ("living room", ScreenTokens(tmp_path).all()["living room"])
    assert run("revoke", "Living", "Room")[0] == 0
    assert ScreenTokens(tmp_path).whose(str(made["token"])) == ""
    for words in (["revoke", "attic"], ["token"], ["token", "a/b"], ["bake"]):
        code, items = run(*words)
        assert (code, items[0]["event"]) == (UsageError.exit_code, "error"), words


async def test_a_daemon_tells_which_are_open(tmp_path: Path) -> None:
    config = shipped(tmp_path)
    frame = PluginEntry(name="picture_file", settings={"name": "frame", "file": str(tmp_path / "x.jpg")})

    async def use(_house: House, errands: Errands) -> None:
        ok, items = await told(errands, {"do": "screens"})
        assert (ok, items) == (
            True,
            [{"event": "screen", "name": "frame", "area": "", "open": True, "size": [800, 480]}],
        )

    await lived_in(config.model_copy(update={"plugins": [*config.plugins, frame]}), use)
