"""The quality scale: bronze loads and hurts nobody, silver keeps its promises, gold shows all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.author import lint
from assistant.author.declared import loaded, unreachable
from assistant.author.lint import Remark
from assistant.errors import AssistantError
from assistant.loader import Loaded, LoadState
from assistant.testing.told import Stories, filled, in_the_environment, read, stories_beside

NOWHERE = dict.fromkeys(("{web}", "{home_assistant}"), "http://127.0.0.1:9") | {
    "{host}": "127.0.0.1:9",
    "{folder}": "/nowhere",
}
"""A plugin is only looked at: nobody is there."""
LEVELS = ("none", "bronze", "silver", "gold")


@dataclass(frozen=True)
class Verdict:
    """A level, and what the next one needs."""

    level: str
    missing: tuple[str, ...]


def examined(path: Path, settings: dict[str, object] | None = None) -> tuple[Loaded, list[Remark], Verdict]:
    """Load a plugin file and read it; whether its stories come true, `assistant plugin test` says.

    Raises:
        ConfigError: a setting is wrong.
    """
    beside = _beside(path)
    with in_the_environment(filled(beside.secrets, NOWHERE)):
        found = loaded(path, {**filled(beside.settings, NOWHERE), **(settings or {})})
    if found.state is not LoadState.ENABLED:
        return found, [], Verdict("none", (found.reason,))
    parts = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
    remarks = [remark for part in parts for remark in lint.remarks(part)]
    remarks += unreachable(list(found.tools))
    return found, sorted(set(remarks), key=lambda each: (each.line, each.text)), verdict(path, found, remarks)


def unreached(path: Path) -> list[str]:
    """Why stories may have called nothing: what of a plugin no sentence can reach, each in one line."""
    told = _beside(path)
    with in_the_environment(filled(told.secrets, NOWHERE)):
        found = loaded(path, filled(told.settings, NOWHERE))
    return [f"{path}:{each.line}: {each.text}; {each.instead}" for each in unreachable(list(found.tools))]


def verdict(path: Path, found: Loaded, remarks: list[Remark]) -> Verdict:
    """The level of a plugin that loads.

    bronze: nothing grave is to be said about it. silver: nothing at all, and it has stories. gold: each of
    its tools is called in a story, one tells what happens when something fails, each parameter is described.
    """
    grave = tuple(dict.fromkeys(remark.text for remark in remarks if remark.grave))
    if grave:
        return Verdict("none", grave)
    stories = _beside(path).stories
    light = dict.fromkeys(remark.text for remark in remarks)
    silver = (*light, *([] if stories else [f"stories in {stories_beside(path).name}"]))
    if silver:
        return Verdict("bronze", tuple(silver))
    called = {call["name"] for story in stories for call in story.get("calls") or []}
    own = {tool.name for tool in found.tools} - {"get_state"}
    gold = [f"a story with calls: [{{name: {name}}}]" for name in sorted(own - called)]
    if own and not any(story.get("failed") for story in stories):
        gold.append("a story in which something fails (failed: true)")
    gold += [
        f"a text for {parameter.name} of {tool.name} (Args: in its docstring)"
        for tool in found.tools
        for parameter in tool.declaration.parameters
        if not parameter.description
    ]
    return Verdict("silver" if gold else "gold", tuple(gold))


def _beside(path: Path) -> Stories:
    """The stories beside a plugin; none when they cannot be read, which `assistant plugin test` tells."""
    file = stories_beside(path)
    try:
        return read(file) if file.is_file() else Stories(file, path)
    except AssistantError:
        return Stories(file, path)
