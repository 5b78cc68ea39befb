"""Where plugin files lie: the owner's folders first, the shipped ones last; first name wins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

ENTRY_POINTS = "assistant.plugins"
USER_PLUGINS = Path("~/.config/assistant/plugins")
ANY_VERSION = "any"
"""In place of a hash in ``plugin_allow``."""


@dataclass(frozen=True)
class PluginFile:
    """One plugin file, or the ``__init__.py`` of a folder; ``source`` is a word for people."""

    name: str
    path: Path
    source: str

    @property
    def sha256(self) -> str:
        """Of the file, or of all Python files of the folder with their names."""
        return fingerprint(self.path)


def shipped_plugins() -> Path:
    """The folder of shipped plugins: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "_plugins"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "plugins"


class Shelf:
    """Every plugin file by name, and what each of them hides."""

    def __init__(self, extra_folders: Sequence[Path] = ()) -> None:
        self.folders = [
            *((folder, "plugin_paths") for folder in extra_folders),
            (USER_PLUGINS.expanduser(), "yours"),
            (shipped_plugins(), "shipped"),
        ]
        self.missing = [folder for folder in extra_folders if not folder.is_dir()]
        """Folders that are named and not there."""
        self.files: dict[str, PluginFile] = {}
        self.hidden: dict[str, list[Path]] = {}
        """Name → the files of that name that are not used."""
        for folder, source in self.folders:
            for name, path in _files(folder):
                if name in self.files:
                    if path.samefile(self.files[name].path):
                        continue
                    self.hidden.setdefault(name, []).append(path)
                else:
                    self.files[name] = PluginFile(name, path, source)

    def appeared(self, name: str) -> PluginFile | None:
        """The file of a name that had none, when it is there by now."""
        for folder, source in self.folders:
            for path in (folder / f"{name}.py", folder / name / "__init__.py"):
                if path.is_file():
                    return PluginFile(name, path, source)
        return None

    def no_package(self, name: str) -> str:
        """Why a folder of that name holds no plugin; empty when there is none."""
        for folder, _ in self.folders:
            if (folder / name).is_dir():
                return f"the folder {folder / name} has no __init__.py"
        return ""


def packaged(name: str) -> PluginFile | None:
    """The installed package that brings a plugin of this name, found without importing it."""
    for point in entry_points(group=ENTRY_POINTS, name=name):
        spec = find_spec(point.module.partition(".")[0])
        if spec is not None and spec.origin is not None:
            dist = point.dist.name if point.dist is not None else "package"
            return PluginFile(name, Path(spec.origin), dist)
    return None


def allowed(found: PluginFile, allow: dict[str, str]) -> str:
    """Why the owner does not want this file; empty when it may be loaded.

    ``allow`` names plugins with the hash of their file, or "any"; nothing in it allows everything, and what
    is shipped came with the daemon itself.
    """
    if not allow or found.source == "shipped":
        return ""
    if found.name not in allow:
        return f"plugin_allow does not name {found.name}"
    wanted = allow[found.name].lower()
    if wanted in (ANY_VERSION, found.sha256):
        return ""
    return f"the sha256 of {found.path} is {found.sha256}, not the one in plugin_allow"


def fingerprint(path: Path) -> str:
    """sha256 of a file; of a package, over its Python files and their names."""
    if path.name != "__init__.py":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    whole = hashlib.sha256()
    for part in sorted(path.parent.rglob("*.py")):
        whole.update(f"{part.relative_to(path.parent)}\0".encode())
        whole.update(hashlib.sha256(part.read_bytes()).digest())
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py" and not path.name.startswith("_"):
            yield path.stem, path
        elif (path / "__init__.py").is_file():
            yield path.name, path / "__init__.py"
