"""The documents are true: their examples load and run, and they name what there is."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from assistant import api
from assistant import config as configuration
from assistant.cli.output import LINES
from assistant.config import PluginEntry
from assistant.control import as_json
from assistant.devices.overheard import Overheard
from assistant.devices.source import Source
from assistant.errands import TOLD
from assistant.loader import Loader, LoadState
from tests.parts.finds import SourceHouse

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


async def test_the_example_of_a_source_finds_and_switches_a_bulb(tmp_path: Path) -> None:
    code, _ = blocks("python", ROOT / "docs" / "sources.md")
    (tmp_path / "bulbs.py").write_text(code)
    (source,) = Loader([tmp_path]).load(PluginEntry(name="bulbs")).plugins
    assert isinstance(source, Source)
    house = SourceHouse(source)
    hello = next(heard for topic, heard in house.heard if topic == "bulbs/+/hello")
    hello("bulbs/attic/hello", b"")
    house.on_publish = lambda _topic, _payload: house.say("bulbs/attic/is", "lit")
    result = await house.do("turn_on", "attic")
    assert (result.text, house.published) == ("The attic is on.", [("bulbs/attic/do", "light up")])


async def test_the_example_of_an_overheard_device_reads_what_it_says(tmp_path: Path) -> None:
    _, code = blocks("python", ROOT / "docs" / "sources.md")
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
