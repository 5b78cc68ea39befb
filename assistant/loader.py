"""Finds plugins and loads them; every one ends in a load state with a reason, none stops the house."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, get_type_hints

from pydantic import ConfigDict, Field, ValidationError, create_model

from assistant import faults
from assistant.bounded import bounded
from assistant.config import PluginEntry, nearest
from assistant.errors import ConfigError, PluginError
from assistant.plugin import REQUIRED, Plugin
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Choice, Range

ENTRY_POINTS = "assistant.plugins"
USER_PLUGINS = Path("~/.config/assistant/plugins")
PREFIX = "_assistant_plugin_"
"""Before the name of a plugin file's module, so that it hides no other."""


class LoadState(Enum):
    """How loading one configured plugin ended."""

    ENABLED = "enabled"
    BROKEN = "broken"


@dataclass(frozen=True)
class Loaded:
    """One entry of ``plugins:`` in the configuration and what became of it."""

    name: str
    state: LoadState
    reason: str = ""
    plugins: tuple[Plugin, ...] = ()
    tools: tuple[Tool, ...] = ()


class FunctionPlugin(Plugin):
    """A file of bare ``@tool`` functions, as a plugin."""

    module: ClassVar[ModuleType]

    @property
    def title(self) -> str:
        return Path(self.module.__file__ or "functions").stem

    def tools(self) -> list[Tool]:
        """The module's own marked functions."""
        return [
            Tool(mark.declared(function), function, self.title)
            for function in vars(self.module).values()
            if inspect.isfunction(function) and (mark := vars(function).get("tool_mark")) is not None
        ]


def shipped_plugins() -> Path:
    """The folder of shipped plugins: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "_plugins"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "plugins"


class Loader:
    """Knows every plugin class by name; the first folder that has a name wins."""

    def __init__(self, extra_folders: Sequence[Path] = ()) -> None:
        folders = [*extra_folders, USER_PLUGINS.expanduser(), shipped_plugins()]
        self._files = {name: path for folder in reversed(folders) for name, path in _files(folder)}
        self._classes: dict[str, type[Plugin]] = {}
        self._unusable: dict[str, str] = {}
        self._broken: dict[str, str] = {}

    def load(self, entry: PluginEntry) -> Loaded:
        """Make one plugin from its configuration entry.

        Raises:
            ConfigError: the entry is wrong: no such plugin, or a setting that is not right.
        """
        module = ""
        try:
            cls = self._find(entry)
            module = cls.__module__
            return bounded(lambda: _made(cls, entry), f"making it from {module.removeprefix(PREFIX)}")
        except PluginError as error:
            return Loaded(entry.name, LoadState.BROKEN, str(error))
        except (ConfigError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - P3: the author's code runs here
            return Loaded(entry.name, LoadState.BROKEN, faults.in_one_line(error, module))

    def names(self) -> list[str]:
        """Every name that could be configured."""
        for stem in list(self._files):
            self._read(stem)
        return sorted(self._classes)

    def _find(self, entry: PluginEntry) -> type[Plugin]:
        name = entry.name
        if name in self._files:
            self._read(name)
        elif name not in self._classes:
            for point in entry_points(group=ENTRY_POINTS, name=name):
                self._classes[name] = bounded(point.load, f"importing {point.value}")
            for stem in list(self._files):
                self._read(stem)
        if name in self._unusable:
            raise PluginError(self._unusable[name])
        if name not in self._classes:
            if self._broken:  # a class of that name may be in there: no reason to stop the house
                raise PluginError(
                    f"there is no plugin {name!r}, unless in a file that is broken: "
                    f"{'; '.join(self._broken.values())}"
                )
            near = nearest(name, list(self._classes)) or f"there are {', '.join(self.names())}"
            raise entry.mistake(f"there is no plugin {name!r}; {near}")
        return self._classes[name]

    def _read(self, stem: str) -> None:
        path = self._files.pop(stem, None)
        if path is None:
            return
        try:
            classes = list(plugin_classes(bounded(lambda: import_file(path), f"importing {path}")))
        except PluginError as error:
            self._broken[stem] = self._unusable[stem] = str(error)
            return
        if not classes:
            self._unusable[stem] = f"{path}: there is no plugin in it: no Plugin, Device or @tool function"
        for cls in classes:
            self._classes.setdefault(snake(cls.__name__), cls)
        if len(classes) == 1:
            self._classes.setdefault(stem, classes[0])


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py" and not path.name.startswith("_"):
            yield path.stem, path
        elif (path / "__init__.py").is_file():
            yield path.name, path / "__init__.py"


def snake(name: str) -> str:
    """``TasmotaLamp`` → ``tasmota_lamp``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def import_file(path: Path) -> ModuleType:
    """Run a plugin file under a private module name.

    Raises:
        PluginError: with file, line and the error as its author would want to read it.
    """
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    module_name = f"{PREFIX}{stem}"
    inside = [str(path.parent)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(module_name, path, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path}: cannot be read as a plugin file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except PluginError:
        raise
    except BaseException as error:
        raise PluginError(f"{faults.place(error, module_name) or path}: {faults.named(error)}") from error
    return module


def plugin_classes(module: ModuleType) -> Iterator[type[Plugin]]:
    """The plugin classes that a module itself defines, and its bare tools as one more."""
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Plugin)
        and f"{value.__module__}.".startswith(f"{module.__name__}.")
    ]
    yield from own
    if any(inspect.isfunction(v) and "tool_mark" in vars(v) for v in vars(module).values()):
        stem = module.__name__.removeprefix(PREFIX)
        name = "".join(part.title() for part in stem.split("_"))
        yield type(name, (FunctionPlugin,), {"module": module, "__module__": module.__name__})


def _made(cls: type[Plugin], entry: PluginEntry) -> Loaded:
    plugin = configured(cls, entry)
    return Loaded(entry.name, LoadState.ENABLED, plugins=(plugin,), tools=tuple(plugin.tools()))


def configured(cls: type[Plugin], entry: PluginEntry) -> Plugin:
    """An instance with checked settings.

    Raises:
        ConfigError: a setting is missing, unknown or of another type.
    """
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {
        setting: (_checked_type(hints[setting]), ... if default is REQUIRED else default)
        for setting, default in cls.settings_declared.items()
    }
    model = create_model(
        entry.name, __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields
    )
    try:
        values = model.model_validate(dict(entry.settings)).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise entry.invalid(error, fields) from error
    return cls(**values)


def _checked_type(hint: Any) -> Any:
    """The vocabulary's marks in pydantic's words, so that a setting's range counts like a parameter's."""
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, Range):
            hint = Annotated[hint, Field(ge=mark.low, le=mark.high)]
        if isinstance(mark, Choice):
            hint = Literal[mark.options]
    return hint
