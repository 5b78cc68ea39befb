"""A plugin as a package that pip can install: its entry point is how the house finds it."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant import __version__
from assistant.errors import UsageError
from assistant.shelf import ENTRY_POINTS
from assistant.testing.told import stories_beside

PROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "assistant-{dashed}"
version = "0.1.0"
description = "A plugin for the assistant: {shown}."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["assistant>={version}"]

[project.entry-points."{group}"]
{name} = "assistant_{name}"

[tool.hatch.build.targets.wheel]
packages = ["assistant_{name}"]
"""


def packed(plugin: Path) -> Path:
    """Write the package beside the plugin; its folder.

    Raises:
        UsageError: there is something of that name already.
    """
    name = plugin.parent.name if plugin.name == "__init__.py" else plugin.stem
    beside = plugin.parent.parent if plugin.name == "__init__.py" else plugin.parent
    dashed = name.replace("_", "-")
    folder = beside / f"assistant-{dashed}"
    if folder.exists():
        raise UsageError(f"{folder}: is there already; nothing was written")
    inside = folder / f"assistant_{name}"
    if plugin.name == "__init__.py":
        shutil.copytree(plugin.parent, inside, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        inside.mkdir(parents=True)
        shutil.copy(plugin, inside / "__init__.py")
    stories = stories_beside(plugin)
    if stories.is_file():
        text = stories.read_text(encoding="utf-8")
        where = f"plugin: assistant_{name}/__init__.py\n"
        (folder / stories.name).write_text(where + text, encoding="utf-8")
    page = beside / f"{name}.md"
    readme = page.read_text(encoding="utf-8") if page.is_file() else f"# {name.replace('_', ' ')}\n"
    (folder / "README.md").write_text(readme, encoding="utf-8")
    project = PROJECT.format(
        name=name, dashed=dashed, shown=name.replace("_", " "), version=__version__, group=ENTRY_POINTS
    )
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    return folder
