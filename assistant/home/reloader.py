"""Takes a plugin's file anew as soon as it is saved; a save that is broken leaves the old version at work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant.device import Device, take_over
from assistant.errors import ConfigError, PluginError
from assistant.home.keeper import Keeper
from assistant.importing import module_name, modules_of, put_back
from assistant.loader import Loaded, LoadState
from assistant.plain import is_plain
from assistant.plugin import Plugin, own_fields
from assistant.shelf import PluginFile

LOOK_SECONDS = 0.2

Stamp = tuple[tuple[str, int, int], ...]
"""Each file's name, time of change in ns, and size in bytes."""


class Reloader:
    """Looks at the files of the plugins that have an entry.

    ``told`` gets one sentence for each save, and whether the new version is in use.
    """

    def __init__(self, keeper: Keeper, told: Callable[[str, bool], None]) -> None:
        self._keeper, self._told = keeper, told
        self._seen: dict[Path, Stamp] = {}

    async def run(self) -> None:
        """Look for saves until cancelled."""
        self._seen = {file.path: _stamp(file) for file in self._files()}
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for file in self._files():
                stamp = _stamp(file)
                if stamp and stamp != self._seen.get(file.path):
                    self._seen[file.path] = stamp
                    await self.reload(file)

    async def reload(self, file: PluginFile) -> None:
        """Load a file anew and let its plugins take the places of the old ones, with what these knew."""
        furniture, loader = self._keeper.furniture, self._keeper.furniture.loader
        old = [each for each in furniture.loaded if _is_of(each, file)]
        name, known = module_name(file.path), loader.known
        modules = modules_of(name)
        loader.forget(file)
        new: list[Loaded] = []
        try:
            for each in old:
                assert each.entry is not None, "it was loaded from an entry"
                # In a thread: an import may take its time, and the house goes on meanwhile.
                new.append(_usable(await asyncio.to_thread(loader.load, each.entry)))
            self._exchange(old, new)
        except (PluginError, ConfigError) as error:
            loader.known = known
            put_back(name, modules)
            self._keep(file, str(error))
        else:
            self._told(f"{file.name}: the saved version is in use", True)

    def _keep(self, file: PluginFile, problem: str) -> None:
        furniture = self._keeper.furniture
        for at, each in enumerate(furniture.loaded):
            if _is_of(each, file):
                kept = f"the saved version is not in use: {problem}" if each.plugins else problem
                furniture.loaded[at] = replace(each, reason=kept, file=file, absent=False)
        living = any(each.plugins for each in furniture.loaded if each.file == file)
        goes_on = "; the old version goes on" if living else ""
        self._told(f"{file.name}: {problem}{goes_on}", False)

    def _exchange(self, old: list[Loaded], new: list[Loaded]) -> None:
        """All of a file's plugins or none: when one finds no place, the old ones have theirs again."""
        out = [self._keeper.take_out(each, LoadState.DISABLED, "its file was saved") for each in old]
        placed: list[Loaded] = []
        try:
            for before, after in zip(old, new, strict=True):
                for ancestor, heir in zip(before.plugins, after.plugins, strict=False):
                    remember(heir, ancestor)
                assert after.entry is not None, "it was loaded from an entry"
                placed.append(_usable(self._keeper.furniture.place(after, after.entry)))
        except (PluginError, ConfigError):
            for each in placed:
                self._keeper.furniture.withdrawn(each, LoadState.DISABLED, "")
            for before, gone in zip(old, out, strict=True):
                assert before.entry is not None, "it was loaded from an entry"
                self._keeper.replace(gone, self._keeper.furniture.place(before, before.entry))
            raise
        for gone, after in zip(out, placed, strict=True):
            self._keeper.replace(gone, after)

    def _files(self) -> list[PluginFile]:
        loaded = self._keeper.furniture.loaded
        files = [each.file for each in loaded if each.file is not None]
        shelf = self._keeper.furniture.loader.shelf
        files += [file for each in loaded if each.absent and (file := shelf.appeared(each.name)) is not None]
        return list({file.path: file for file in files}.values())


def remember(heir: Plugin, ancestor: Plugin) -> None:
    """Let a plugin know what its version before knew: reported state, the author's own plain fields."""
    now = own_fields(heir)
    for name, value in own_fields(ancestor).items():
        if is_plain(value) and (now.get(name) is None or type(now[name]) is type(value)):
            vars(heir)[name] = value
    if isinstance(heir, Device) and isinstance(ancestor, Device):
        take_over(heir, ancestor)


def _is_of(loaded: Loaded, file: PluginFile) -> bool:
    """Whether it came from this file, or has waited for it."""
    return loaded.file.path == file.path if loaded.file else loaded.absent and loaded.name == file.name


def _usable(loaded: Loaded) -> Loaded:
    if loaded.state in (LoadState.BROKEN, LoadState.NOT_CONFIGURED):
        raise PluginError(loaded.reason)
    return loaded


def _stamp(file: PluginFile) -> Stamp:
    """What changes when a file or a part of its folder is saved; empty while there is no such file."""
    folder = file.path.parent
    parts = sorted(folder.rglob("*.py")) if file.path.name == "__init__.py" else [file.path]
    try:
        seen = [(str(part), part.stat()) for part in parts]
    except OSError:  # an editor replaces it just now
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen)
