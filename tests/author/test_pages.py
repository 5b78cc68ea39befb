"""The pages for authors say what is so; that they can be played is tested in test_installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant import config as configuration
from assistant.author import levels, reference
from assistant.config.read import placed
from assistant.loader import Loader, LoadState
from assistant.shelf import Shelf
from assistant.testing.stories import played
from assistant.testing.told import stories_beside
from tests.author.pages import (
    PAGES,
    PEERS,
    SHOWN,
    WALKTHROUGHS,
    blocks,
    lines_elsewhere,
    lines_here,
    table_of_lines,
)
from tests.parts.installed import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # in Apprise


def test_the_lines_of_the_others_are_counted() -> None:
    assert table_of_lines() in (PAGES / "peers.md").read_text(), "python -m tests.author.pages"
    for page in WALKTHROUGHS:
        text = (PAGES / page).read_text()
        assert f"| here | {lines_here(PAGES / page)} |" in text
        for peer, shown in SHOWN.items():
            told = lines_elsewhere(peer, Path(page).stem)
            row = rf"^\| {shown}[^|]* \| {re.escape(told)} \|"
            assert told == "–" or re.search(row, text, re.MULTILINE), (page, peer, told)


def test_what_is_written_for_the_others_can_be_read() -> None:
    for file in PEERS.rglob("*.*"):
        match file.suffix:
            case ".py":
                compile(file.read_text(), file, "exec")
            case ".yaml":
                placed(file)
            case ".json":
                json.loads(file.read_text())
            case ".toml":
                tomllib.loads(file.read_text())


def test_every_block_of_the_tutorial_does_something(tmp_path: Path) -> None:
    page = ROOT / "docs" / "plugins.md"
    for number, (name, language, text) in enumerate(blocks(page)):
        if language == "python" and name.startswith("test_"):
            compile(text, name, "exec")
        elif language == "python":
            (tmp_path / name).write_text(text)
            settings: dict[str, Any] = {"name": "x", "topic": "y"} if "(Device)" in text else {}
            settings |= {"name": "x", "file": str(tmp_path / "x.jpg")} if "(Display)" in text else {}
            settings |= {"command": ["/bin/true"]} if "(Captioner)" in text else {}
            entry = configuration.PluginEntry(name=Path(name).stem, settings=settings)
            loaded = Loader([tmp_path]).load(entry)
            assert loaded.state is LoadState.ENABLED, loaded.reason
            does = "(Display)" in text or "(Captioner)" in text
            assert loaded.plugins[0].tools() or loaded.plugins[0].reactions() or does
        elif language == "yaml" and not name:
            file = tmp_path / f"{number}.yaml"
            file.write_text(f"plugin_paths: [{tmp_path}]\n{text}")
            config = configuration.load(file, {})
            loader = Loader(config.plugin_paths)
            assert [loader.load(entry).reason for entry in config.plugins if loader.load(entry).reason] == []
        else:
            assert language == "console" or name.endswith(".yaml"), (name, language)


def test_what_authors_write_is_typed(tmp_path: Path) -> None:
    for page in WALKTHROUGHS:
        for name, language, text in blocks(PAGES / page):
            if language == "python":
                (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "--follow-imports=silent", "."],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_reference_is_that_of_the_docstrings() -> None:
    page = PAGES / "reference.md"
    assert page.read_text() == reference.page(), (
        "python -m assistant.author.reference > docs/plugins/reference.md"
    )


def test_the_vocabulary_does_not_change_unnoticed() -> None:
    snapshot = ROOT / "tests" / "data" / "api.txt"
    told = (
        "a public name or signature has changed: raise assistant.api.VERSION, run `python -m assistant.author.reference "
        "signatures > tests/data/api.txt`, and write a line into CHANGELOG.md"
    )
    assert snapshot.read_text() == reference.snapshot(), told
    assert f"[api {reference.digest()}]" in (ROOT / "CHANGELOG.md").read_text(), (
        f"{told} that ends in [api {reference.digest()}]"
    )


def test_the_levels_of_the_shipped_plugins_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # what one of them needs may lie in ours
    text = (ROOT / "docs" / "plugins.md").read_text()
    assert levels.table() in text, "python -m assistant.author.levels"


SHIPPED = [
    stories_beside(file.path)
    for file in Shelf().files.values()
    if file.source == "shipped" and stories_beside(file.path).is_file()
]


@pytest.mark.parametrize("stories", SHIPPED, ids=lambda path: path.name)
async def test_the_stories_of_the_shipped_plugins_come_true(
    stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    assert await played(stories) == []
