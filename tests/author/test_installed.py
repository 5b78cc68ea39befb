"""The author's way from an empty folder to a package, with nothing but the installed program."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.author.pages import PAGES, WALKTHROUGHS, blocks
from tests.parts.installed import OFFLINE, ROOT, Done, Installed
from tests.test_architecture import code_lines

ALONE = {
    "ASSISTANT_STATE_DIR": "state",
    "ASSISTANT_BRAIN": "embedded",
    "ASSISTANT_MQTT_URL": "embedded",
}
WHERE = "import assistant, assistant.shelf, sys; print(assistant.__file__, assistant.shelf.shipped_plugins(), *sys.path, sep='\\n')"


def items(done: Done) -> list[dict[str, object]]:
    """The JSON lines that a command has told."""
    return [json.loads(line) for line in done.out.splitlines()]


def test_what_runs_here_is_the_wheel_and_nothing_of_the_checkout(
    installed: Installed, tmp_path: Path
) -> None:
    package, plugins, *path = installed.run("python", "-I", "-c", WHERE, within=tmp_path).out.splitlines()
    assert Path(package).resolve().is_relative_to(installed.folder.resolve())
    assert plugins == f"{Path(package).parent}/_plugins"
    assert [each for each in path if Path(each).is_relative_to(ROOT)] == []


def played_page(page: Path, folder: Path, installed: Installed) -> Iterator[str]:
    """Write the files of a page and run its commands, in the order in which they stand there; what they showed."""
    for name, language, text in blocks(page):
        if name:
            (folder / name).write_text(text)
        if language == "console":
            for line in text.splitlines():
                done = installed.run(*shlex.split(line.removeprefix("$ ")), within=folder)
                assert done.code == 0, (line, done)
                yield done.out


@pytest.mark.parametrize("name", ["../plugins.md", *WALKTHROUGHS])
def test_a_page_is_played_from_an_empty_folder(name: str, tmp_path: Path, installed: Installed) -> None:
    page = PAGES / name
    shown = "".join(played_page(page, tmp_path, installed))
    assert re.search(r"\.py: (gold|silver)", shown), shown
    if name in WALKTHROUGHS:
        (code,) = tmp_path.glob("*.py")
        assert f"| here | {code_lines(code.read_text())} Python" in page.read_text()


def test_the_test_of_the_tutorial_passes(tmp_path: Path, installed: Installed) -> None:
    for name, _, text in blocks(PAGES / "../plugins.md"):
        if name in ("lamp.py", "lamp.stories.yaml", "test_lamp.py"):
            (tmp_path / name).write_text(text)
    done = installed.run("python", "-m", "pytest", "-q", "test_lamp.py", within=tmp_path)
    assert done.code == 0, done
    assert "1 passed" in done.out


@pytest.mark.speech
def test_say_tries_a_sentence_in_the_pretend_home(tmp_path: Path, installed: Installed) -> None:
    assert installed.run("assistant", "plugin", "new", "garden pump", within=tmp_path).code == 0
    words = ("plugin", "say", "turn on the garden pump", "garden_pump.py", "--json")
    done = installed.run("assistant", *words, within=tmp_path)
    assert done.code == 0, done
    assert [item["text"] for item in items(done) if item["event"] == "spoke"] == ["The garden pump is on."]
    (took,) = [item["parts"] for item in items(done) if item["event"] == "took"]
    assert isinstance(took, dict)
    assert [*took] == ["load", "build", "answer", "close"]


@pytest.mark.speech
def test_a_packed_plugin_is_installed_found_used_and_gone_again(tmp_path: Path, installed: Installed) -> None:
    (tmp_path / "config.yaml").write_text("home: {sources: [], pretend: false}\nplugins:\n  - rice\n")
    author = tmp_path / "author"
    author.mkdir()

    def asked(*words: str, **more: str) -> Done:
        return installed.run("assistant", *words, within=tmp_path, more={**ALONE, **more})

    assert installed.run("assistant", "plugin", "new", "rice", "--kind", "tool", within=author).code == 0
    assert installed.run("assistant", "plugin", "pack", "rice.py", within=author).code == 0
    done = installed.pip("install", *OFFLINE, author / "assistant-rice", within=tmp_path)
    assert (done.code, done.err) == (0, "")
    try:
        assert asked("check").code == 0
        (rice,) = items(asked("plugins", "--json"))[:-1]
        assert (rice["state"], rice["source"]) == ("enabled", "assistant-rice")
        forbidden = asked("plugins", "--json", ASSISTANT_PLUGIN_ALLOW='{"other": "any"}')
        assert items(forbidden)[0]["reason"] == "plugin_allow does not name rice"
        said = items(asked("say", "rice for 4 people", "--json"))
        assert [item["text"] for item in said if item["event"] == "spoke"] == ["You need 400 grams."]
        # its stories went with it
        played = installed.run("assistant", "plugin", "test", within=author / "assistant-rice")
        assert played.code == 0, played
    finally:
        done = installed.pip("uninstall", "--yes", "--quiet", "assistant-rice", within=tmp_path)
    assert (done.code, done.err) == (0, "")
    done = asked("check")
    assert done.code == 78
    assert "there is no plugin 'rice'" in done.err + done.out
