"""What the commands for authors do and tell; from an installed program they are run in test_installed."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.author.explain import why
from assistant.author.quality import examined
from assistant.author.scaffold import KINDS, written
from assistant.cli.parser import parsed
from assistant.config import PluginEntry
from assistant.errors import UsageError
from assistant.loader import Loader, LoadState
from assistant.testing.stories import played
from assistant.testing.told import stories_beside


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[dict[str, Any]]]:
    """The command in this process; its exit code, and its JSON lines."""
    options = parsed([*map(str, words), "--json"])
    code = int(options.command(options))
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_plugin_passes_as_it_is(tmp_path: Path, kind: str) -> None:
    code, stories, page = written("Garden pump", kind, tmp_path)
    assert [code.name, stories.name, page.name] == [
        "garden_pump.py",
        "garden_pump.stories.yaml",
        "garden_pump.md",
    ]
    assert ast.get_docstring(ast.parse(code.read_text()))
    _, remarks, verdict = examined(code)
    assert (remarks, verdict.level) == ([], "gold")
    assert await played(stories) == []
    with pytest.raises(UsageError, match="is there already; nothing was written"):
        written("garden_pump", kind, tmp_path)


@pytest.mark.parametrize("name", ["garden lights", "bus", "curtains", "awning", "lock", "robot vacuum"])
async def test_a_new_device_passes_as_it_is_whatever_it_is(tmp_path: Path, name: str) -> None:
    code, stories, _ = written(name, "device", tmp_path)
    assert await played(stories) == []
    assert examined(code)[2].level == "gold"


def test_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="is no name for a plugin; write words of letters, such as garden_pump"
    ):
        written("../pump", "device", tmp_path)
    with pytest.raises(UsageError, match="'Off' is no name for a plugin"):
        written("Off", "device", tmp_path)


def test_a_name_that_a_plugin_has_already_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mqtt light", "garden pump"):
        options = parsed(["plugin", "new", name])
        assert options.command(options) == 0
    told, _, other = capsys.readouterr().out.partition("Next: ")
    assert "There is a plugin mqtt_light already (" in told
    assert (
        "whose place yours takes; to have both, begin anew with: assistant plugin new my_mqtt_light" in told
    )
    assert "already" not in other
    with pytest.raises(UsageError, match="'import' is no name for a plugin"):
        written("import", "tool", tmp_path)


def test_new_check_test_and_pack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "plugin", "new", "garden pump")[0] == 0
    code, items = run(capsys, "plugin", "check", "garden_pump.py")
    declared = next(item for item in items if item["event"] == "declaration" and item["name"] == "turn_on")
    assert (code, declared["description"]) == (0, "Switch a device on.")
    assert declared["parameters"]["required"] == ["device"]  # as the brain sees it, not as it is written
    assert items[-2]["level"] == "gold"
    code, items = run(capsys, "plugin", "test")
    assert (code, items[0]["stories"], items[0]["wrong"]) == (0, 3, 0)
    text = Path("garden_pump.py").read_text()
    Path("garden_pump.py").write_text(text.replace('payload == "1"', 'payload == "on"'))
    code, items = run(capsys, "plugin", "test", "garden_pump.py")
    assert code == 1
    assert items[0]["story"] == "turn on the garden pump"
    Path("garden_pump.py").write_text(text)
    assert run(capsys, "plugin", "pack", "garden_pump.py")[0] == 0


def test_only_what_is_allowed_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "dice.py").write_text(
        'from assistant.api import tool\n@tool\nasync def dice() -> str:\n    """Roll."""\n    return ""\n'
    )
    sha256 = Loader([tmp_path]).shelf.files["dice"].sha256
    for allow, state in (
        ({}, LoadState.ENABLED),
        ({"dice": "any"}, LoadState.ENABLED),
        ({"dice": sha256}, LoadState.ENABLED),
        ({"dice": "0" * 64}, LoadState.DISABLED),
        ({"other": "any"}, LoadState.DISABLED),
    ):
        loader = Loader([tmp_path], allow)
        assert loader.load(PluginEntry(name="dice")).state is state, allow
        assert loader.load(PluginEntry(name="clock")).state is LoadState.ENABLED
    assert "is " + sha256 in Loader([tmp_path], {"dice": "0" * 64}).load(PluginEntry(name="dice")).reason


@pytest.mark.speech
def test_say_lends_what_the_stories_have_and_says_who_is_not_played(tmp_path: Path) -> None:
    written("garden pump", "device", tmp_path)
    stories = tmp_path / "garden_pump.stories.yaml"
    stories.write_text(
        "settings: {name: garden pump, topic: a}\nwith: [{mqtt_switch: {name: fan, topic: fan}}]\nstories: []\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "plugin", "say", "turn on the garden pump", "garden_pump.py", "--json"],
        cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    items = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    (why_not,) = [item["text"] for item in items if item["event"] == "reason"]
    assert why_not.startswith("Nobody plays the garden pump here: write what it reports after 1 on a/set")


def test_why_a_sentence_went_elsewhere(tmp_path: Path) -> None:
    written("garden pump", "device", tmp_path)
    found, _, _ = examined(tmp_path / "garden_pump.py")
    called = {"name": "turn_on", "args": {"device": "kitchen light"}}
    elsewhere, unnamed, *_ = why("turn on the kitchen light", found.tools, [called], "It is on.")
    assert elsewhere.startswith("The sentence went elsewhere: turn_on")
    assert "does not say 'garden pump'" in unnamed


def test_why_a_sentence_fits_no_phrase(tmp_path: Path) -> None:
    written("rice", "tool", tmp_path)
    tools = Loader([tmp_path]).load(PluginEntry(name="rice")).tools
    told = {
        said: list(why(said, tools, [], "What?"))
        for said in ("rice for ten", "feed the cat", "rice for 900 people")
    }
    assert (
        told["rice for ten"][0]
        == "The nearest phrase is 'rice for {people} people' of rice; it lacks: people."
    )
    assert told["feed the cat"][0].startswith("No phrase is like it; the nearest is")
    assert told["rice for 900 people"][1] == "{people} takes a number from 0 to 100."
    assert list(why("rice", tools, [{"name": "rice", "args": {}}], "")) == []


def test_the_stories_of_a_folder_lie_beside_it() -> None:
    assert stories_beside(Path("/a/pump/__init__.py")) == Path("/a/pump.stories.yaml")
    assert stories_beside(Path("/a/pump.py")) == Path("/a/pump.stories.yaml")


def test_stories_of_a_phrase_without_the_device_say_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mixer.py").write_text(
        '"""Mixes."""\nfrom assistant.api import Device, tool\nclass Mixer(Device):\n'
        '    @tool(phrases=("knead the dough",))\n    async def knead(self) -> str:\n        """Knead."""\n'
        '        return "Kneaded"\n'
    )
    (tmp_path / "mixer.stories.yaml").write_text(
        "settings: {name: mixer}\nstories:\n  - {said: knead the dough, spoke: Kneaded.}\n"
    )
    code, told = run(capsys, "plugin", "test", tmp_path / "mixer.py")
    assert code == 1
    assert [item["text"] for item in told if item["event"] == "reason"] == [
        f"{tmp_path}/mixer.py:4: the phrase 'knead the dough' says nothing of device, which knead needs; "
        "put {device} into it"
    ]
