"""Finds plugins and loads them; every one ends in a load state with a reason, none stops the house."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, get_type_hints

from pydantic import ConfigDict, ValidationError, create_model

from assistant.errors import PluginError
from assistant.plugin import REQUIRED, Plugin
from assistant.tools.schema import declare
from assistant.tools.table import Tool

ENTRY_POINTS = "assistant.plugins"
USER_PLUGINS = Path("~/.config/assistant/plugins")


class LoadState(Enum):
    """How loading one configured plugin ended."""

    ENABLED = "enabled"
    NOT_CONFIGURED = "not configured"
    BROKEN = "broken"


@dataclass(frozen=True)
class Loaded:
    """One entry of ``plugins:`` in the configuration and what became of it."""

    name: str
    state: LoadState
    reason: str = ""
    plugins: tuple[Plugin, ...] = ()


class FunctionPlugin(Plugin):
    """A file of bare ``@tool`` functions, as a plugin."""

    module: ClassVar[ModuleType]

    @property
    def title(self) -> str:
        return Path(self.module.__file__ or "functions").stem

    def tools(self) -> list[Tool]:
        """The module's own marked functions."""
        return [
            Tool(declare(function, risk=mark.risk, phrases=mark.phrases), function, self.title)
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
        self._broken: dict[str, str] = {}

    def load(self, name: str, settings: Mapping[str, Any]) -> Loaded:
        """Make one plugin from its configuration entry."""
        try:
            plugin = configured(self._find(name), settings, name)
            plugin.tools()
        except NotConfigured as error:
            return Loaded(name, LoadState.NOT_CONFIGURED, str(error))
        except PluginError as error:
            return Loaded(name, LoadState.BROKEN, str(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - P3: the author's code runs here
            return Loaded(name, LoadState.BROKEN, f"{name}: {type(error).__name__}: {error}")
        return Loaded(name, LoadState.ENABLED, plugins=(plugin,))

    def names(self) -> list[str]:
        """Every name that could be configured."""
        for stem in list(self._files):
            self._read(stem)
        return sorted(self._classes)

    def _find(self, name: str) -> type[Plugin]:
        if name in self._files:
            self._read(name)
        elif name not in self._classes:
            for entry in entry_points(group=ENTRY_POINTS, name=name):
                self._classes[name] = entry.load()  # whatever it raises ends in load()
            for stem in list(self._files):
                self._read(stem)
        if name in self._broken:
            raise PluginError(self._broken[name])
        if name not in self._classes:
            near = ", ".join(difflib.get_close_matches(name, self._classes, 3)) or "none"
            raise PluginError(f"there is no plugin {name!r}; nearest: {near}")
        return self._classes[name]

    def _read(self, stem: str) -> None:
        path = self._files.pop(stem, None)
        if path is None:
            return
        try:
            classes = list(plugin_classes(import_file(path)))
        except PluginError as error:
            self._broken[stem] = str(error)
            return
        for cls in classes:
            self._classes.setdefault(snake(cls.__name__), cls)
        if len(classes) == 1:
            self._classes.setdefault(stem, classes[0])


class NotConfigured(PluginError):
    """A setting is missing or wrong; the text says which."""


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
    module_name = f"_assistant_plugin_{stem}"
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
    except (Exception, SystemExit) as error:
        raise PluginError(f"{_place(error, path)}: {type(error).__name__}: {error}") from error
    return module


def _place(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return f"{path}:{frames[-1].lineno}" if frames else str(path)


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
        stem = module.__name__.removeprefix("_assistant_plugin_")
        name = "".join(part.title() for part in stem.split("_"))
        yield type(name, (FunctionPlugin,), {"module": module, "__module__": module.__name__})


def configured(cls: type[Plugin], settings: Mapping[str, Any], name: str) -> Plugin:
    """An instance with checked settings.

    Raises:
        NotConfigured: naming the setting and what was expected.
    """
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {
        setting: (hints[setting], ... if default is REQUIRED else default)
        for setting, default in cls.settings_declared.items()
    }
    model = create_model(name, __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields)
    try:
        values = model.model_validate(dict(settings)).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise NotConfigured(f"{name}: {_wanted(first['type'], key, list(fields), first['msg'])}") from error
    return cls(**values)


def _wanted(kind: str, key: str, known: list[str], message: str) -> str:
    match kind:
        case "missing":
            return f"the setting {key!r} is missing"
        case "extra_forbidden":
            near = ", ".join(difflib.get_close_matches(key, known, 3)) or ", ".join(known)
            return f"there is no setting {key!r}; did you mean {near}?"
        case _:
            return f"the setting {key!r}: {message[0].lower()}{message[1:]}"
