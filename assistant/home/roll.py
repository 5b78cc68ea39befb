"""The roll of plugins: what became of each, and which files lie there without an entry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.device import Device
from assistant.home.furniture import Furniture
from assistant.loader import Loaded, LoadState
from assistant.shelf import PluginFile

Item = dict[str, Any]


def called(furniture: Furniture) -> Iterator[Item]:
    """A ``plugin`` event for each entry of the configuration, then for each file without one."""
    for loaded in furniture.loaded:
        yield _item(loaded)
    used = {loaded.file.path for loaded in furniture.loaded if loaded.file is not None}
    for file in furniture.loader.shelf.files.values():
        if file.source != "shipped" and file.path not in used:
            reason = f"it has no entry under plugins; write: - {entry_for(file.name, file.path)}"
            yield _item(Loaded(file.name, LoadState.NOT_CONFIGURED, reason, file=file, since=""))


def entry_for(name: str, path: Path) -> str:
    """The shortest entry that a plugin needs, with its settings left open; its code is not run."""
    try:
        needed = _needed(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError, RecursionError, OSError):
        needed = []
    return f"{name}: {{{', '.join(f'{setting}: ...' for setting in needed)}}}" if needed else name


def _needed(module: ast.Module) -> list[str]:
    for node in module.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        if not bases & {"Device", "Plugin"}:
            continue
        own = [
            part.target.id
            for part in node.body
            if isinstance(part, ast.AnnAssign) and part.value is None and isinstance(part.target, ast.Name)
            and "ClassVar" not in ast.unparse(part.annotation)
        ]  # fmt: skip
        return ["name", *own] if "Device" in bases else own
    return []


def _item(loaded: Loaded) -> Item:
    file: PluginFile | None = loaded.file
    return {
        "event": "plugin",
        "name": loaded.name,
        "state": loaded.state.value,
        "reason": loaded.reason,
        "since": loaded.since,
        "source": file.source if file else "",
        "file": str(file.path) if file else "",
        "sha256": file.sha256 if file and file.path.is_file() else "",
        "devices": [plugin.name for plugin in loaded.plugins if isinstance(plugin, Device)],
        "tools": list(dict.fromkeys(tool.name for tool in loaded.tools)),
    }
