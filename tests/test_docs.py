"""The documents are true: their examples load and run, and they name what there is."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant import api
from assistant import config as configuration
from assistant.cli.output import LINES
from assistant.config import PluginEntry
from assistant.control import as_json
from assistant.devices.overheard import Overheard
from assistant.errand import TOLD
from assistant.loader import Loader, LoadState
from assistant.testing.sources import SourceHouse

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "plugins").glob("*.md")),
]


def blocks(language: str, *paths: Path) -> list[str]:
    found = [re.findall(rf"```{language}\n(.*?)```", path.read_text(), re.DOTALL) for path in paths]
    return [block for each in found for block in each]


@pytest.mark.parametrize("code", blocks("python", ROOT / "README.md"))
def test_python_examples_load_as_plugins(tmp_path: Path, code: str) -> None:
    (tmp_path / "example.py").write_text(code)
    settings = {"name": "garden pump", "topic": "pump"} if "Device" in code else {}
    loaded = Loader([tmp_path]).load(PluginEntry(name="example", settings=settings))
    assert loaded.state is LoadState.ENABLED, loaded.reason
    assert loaded.plugins[0].tools() or loaded.plugins[0].reactions()


async def test_the_example_of_a_source_passes_its_own_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, test = blocks("python", ROOT / "docs" / "sources.md")
    (tmp_path / "bulbs.py").write_text(code)
    assert Loader([tmp_path]).load(PluginEntry(name="bulbs")).state is LoadState.ENABLED
    monkeypatch.syspath_prepend(tmp_path)
    page: dict[str, Any] = {}
    exec(test, page)
    await page["test_a_bulb_that_says_hello_is_switched"]()
    sys.modules.pop("bulbs")


async def test_the_example_of_an_overheard_device_reads_what_it_says(tmp_path: Path) -> None:
    _, code, _ = blocks("python", ROOT / "docs" / "sources.md")
    (tmp_path / "boxes.py").write_text(code)
    (source,) = Loader([tmp_path]).load(PluginEntry(name="boxes")).plugins
    assert isinstance(source, Overheard)
    house = SourceHouse(source)
    house.say("boxes/attic/temp", "21.5")
    house.say("boxes/attic/hum", "40")
    await source.catch_up()
    assert house.device("attic").states == {"temperature": 21.5, "humidity": 40}


@pytest.mark.parametrize("text", blocks("yaml", ROOT / "README.md"))
def test_yaml_examples_are_configurations_whose_plugins_load(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    config = configuration.load(file, {})
    for entry in config.plugins:
        assert Loader().load(entry).state is LoadState.ENABLED


def test_the_readme_names_every_shipped_plugin() -> None:
    text = (ROOT / "README.md").read_text()
    assert [name for name in Loader().names() if f"`{name}`" not in text and name != "mqtt"] == []


def test_every_event_of_the_command_line_is_documented() -> None:
    text = (ROOT / "docs" / "events.md").read_text()
    for name in {cls.event for cls in TOLD} | set(LINES):
        assert f"`{name}`" in text
    for cls in TOLD:
        fields = [field.name for field in dataclasses.fields(cls)]
        row = next(line for line in text.splitlines() if line.startswith(f"| `{cls.event}`"))
        assert all(f"`{field}`" in row for field in fields), row
    assert as_json(TOLD[0]("alexa"))["event"] == "woke"  # type: ignore[call-arg]


def test_the_vocabulary_is_documented() -> None:
    text = (ROOT / "docs" / "plugins.md").read_text()
    assert [name for name in api.__all__ if f"`{name}`" not in text] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        assert target.startswith("http") or (path.parent / target).exists(), target
