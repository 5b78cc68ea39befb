"""Loads plugins; every one ends in a load state with a reason, none stops the house."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import ConfigDict, Field, ValidationError, create_model

from assistant import faults, given
from assistant.bounded import bounded
from assistant.config import PluginEntry, nearest
from assistant.errors import ConfigError, NoSuchPlugin, NotConfigured, PluginError
from assistant.importing import PACKAGES, PREFIX, import_file, nothing_in, plugin_classes, snake
from assistant.marking import check_listener
from assistant.plugin import REQUIRED, Plugin, methods
from assistant.shape import well_shaped
from assistant.shelf import ENTRY_POINTS, USER_PLUGINS, PluginFile, Shelf, allowed, packaged
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Choice, Range
from assistant.trespass import harmless, kept_to_itself

log = logging.getLogger(__name__)


class LoadState(Enum):
    """What became of a plugin."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    NOT_CONFIGURED = "not configured"
    BROKEN = "broken"
    QUARANTINED = "quarantined"


def now() -> str:
    """The time for people and scripts: ``2026-07-01T07:30:00+02:00``."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


@dataclass(frozen=True)
class Loaded:
    """One entry of ``plugins:`` in the configuration and what became of it.

    ``since`` is when it came into its state, ``file`` where its code is, None when that is not known;
    ``absent``: there is no plugin of that name.
    """

    name: str
    state: LoadState
    reason: str = ""
    plugins: tuple[Plugin, ...] = ()
    tools: tuple[Tool, ...] = ()
    entry: PluginEntry | None = None
    file: PluginFile | None = None
    since: str = field(default_factory=now)
    absent: bool = False

    @property
    def modules(self) -> set[str]:
        """The modules that its code runs in, without their parts."""
        return {type(plugin).__module__.partition(".")[0] for plugin in self.plugins}


class Loader:
    """Knows every plugin class by name; the first folder that has a name wins."""

    def __init__(
        self, extra_folders: Sequence[Path] = (), allow: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.shelf = Shelf(extra_folders)
        self._allow = dict(allow)
        self._unread = dict(self.shelf.files)
        self._classes: dict[str, tuple[type[Plugin], PluginFile]] = {}
        self._unusable: dict[str, str] = {}
        self._forbidden: dict[str, str] = {}
        self._broken: dict[str, str] = {}

    def advice(self) -> Iterator[str]:
        """A sentence for each named folder that is not there, as when a disk is not mounted."""
        for folder in self.shelf.missing:
            yield f"plugin_paths: {folder} is no folder, so no plugin is looked for there"

    def load(self, entry: PluginEntry) -> Loaded:
        """Make one plugin from its configuration entry.

        Raises:
            ConfigError: a setting of the entry is not right.
        """
        file = self.shelf.files.get(entry.name)
        module = ""

        def ended(state: LoadState, reason: str) -> Loaded:
            return Loaded(entry.name, state, reason, entry=entry, file=file)

        if not entry.enabled:
            return ended(LoadState.DISABLED, "its entry says enabled: false")
        try:
            cls, file = self._find(entry)
            module = cls.__module__
            what = f"making it from {module.removeprefix(PREFIX)}"
            made = partial(_made, cls, entry)
            plugin, tools = bounded(
                made if file is None or _ours(file) else partial(harmless, made, file.path), what
            )
            return Loaded(entry.name, LoadState.ENABLED, "", (plugin,), tools, entry, file)
        except _Forbidden as error:
            return ended(LoadState.DISABLED, str(error))
        except NotConfigured as error:
            return ended(LoadState.NOT_CONFIGURED, str(error))
        except NoSuchPlugin as error:
            return replace(ended(LoadState.BROKEN, str(error)), absent=True)
        except PluginError as error:
            place = faults.place(error, module) if module else ""
            told = str(error)
            return ended(LoadState.BROKEN, f"{place}: {told}" if place and ".py:" not in told else told)
        except ConfigError:
            raise
        except BaseException as error:  # P3: the author's code runs here
            if faults.passes(error):
                raise
            place = "" if faults.place(error, module) or not module else f"{faults.class_place(cls)}: "
            return ended(LoadState.BROKEN, f"{place}{faults.in_one_line(error, module)}")

    def classes_in(self, path: Path) -> dict[str, type[Plugin]]:
        """The plugins of a file that was read, each under one name."""
        found = {cls: name for name, (cls, file) in self._classes.items() if file.path == path}
        return {name: cls for cls, name in found.items()}

    def names(self) -> list[str]:
        """Every name that could be configured."""
        for name in list(self._unread):
            self._read(name)
        return sorted(self._classes)

    @property
    def known(self) -> list[dict[str, Any]]:
        """What it has read so far; may be set again to what it was."""
        read: list[dict[str, Any]] = [
            self._classes, self._unusable, self._forbidden, self._broken, self._unread
        ]  # fmt: skip
        return [dict(each) for each in read]

    @known.setter
    def known(self, known: list[dict[str, Any]]) -> None:
        self._classes, self._unusable, self._forbidden, self._broken, self._unread = known

    def forget(self, file: PluginFile) -> None:
        """Its file has changed: read it again when it is next asked for."""
        self._classes = {n: (c, f) for n, (c, f) in self._classes.items() if f.path != file.path}
        for known in (self._unusable, self._forbidden, self._broken):
            known.pop(file.name, None)
        self._unread[file.name] = self.shelf.files[file.name] = file

    def _find(self, entry: PluginEntry) -> tuple[type[Plugin], PluginFile | None]:
        name = entry.name
        if name in self._unread:
            self._read(name)
        elif name not in self._classes:
            self._read_package(name)
            for stem in self._likeliest(name):
                self._read(stem)
                if name in self._classes and not self._others_unread():
                    break
        if name in self._forbidden:
            raise _Forbidden(self._forbidden[name])
        if name in self._unusable:
            raise PluginError(self._unusable[name])
        if name in self._classes:
            return self._classes[name]
        if folder := self.shelf.no_package(name):
            raise PluginError(f"{folder}; make an empty file of that name in it")
        broken = [str(self.shelf.files[each].path) for each in self._broken]
        if broken:  # a class of that name may be in there: no reason to stop the house
            more = f", or {len(broken) - 1} more" if broken[1:] else ""
            raise PluginError(
                f"there is no plugin {name!r}, unless in a file that is broken: {broken[0]}{more}"
            )
        near = nearest(name, self.names()) or f"put {name}.py into {USER_PLUGINS}, or take the entry out"
        raise NoSuchPlugin(str(entry.mistake(f"there is no plugin {name!r}; {near}")))

    def _likeliest(self, name: str) -> list[str]:
        """Files that may have a plugin of this name: others' come first, whatever they are called.

        Of the shipped ones, `mqtt` is asked first for `mqtt_light`: reading them all takes half a second.
        """
        return sorted(
            self._unread,
            key=lambda stem: (self._unread[stem].source == "shipped", not name.startswith(f"{stem}_")),
        )

    def _others_unread(self) -> bool:
        return any(file.source != "shipped" for file in self._unread.values())

    def _read_package(self, name: str) -> None:
        file = packaged(name)
        if file is None:
            return
        if problem := allowed(file, self._allow):
            self._forbidden[name] = problem
            return
        for point in entry_points(group=ENTRY_POINTS, name=name):
            found = bounded(point.load, f"importing {point.value}")
            classes = list(plugin_classes(found)) if inspect.ismodule(found) else [found]
            if len(classes) != 1 or not (inspect.isclass(classes[0]) and issubclass(classes[0], Plugin)):
                raise PluginError(f"{file.source}: {point.value} is neither a plugin nor a module with one")
            PACKAGES.add(point.module.partition(".")[0])
            self._classes.setdefault(name, (classes[0], file))

    def _read(self, name: str) -> None:
        file = self._unread.pop(name, None)
        if file is None:
            return
        if problem := allowed(file, self._allow):
            self._forbidden[name] = problem
            return
        for hidden in self.shelf.hidden.get(name, ()):
            log.warning("plugin %s: %s takes the place of %s", name, file.path, hidden)
        try:
            read = partial(import_file, file.path)
            ran = bounded(
                read if _ours(file) else partial(harmless, read, file.path), f"importing {file.path}"
            )
            classes = list(plugin_classes(ran))
            for cls in classes if not _ours(file) else ():
                kept_to_itself(cls, file.path)
                well_shaped(cls)
        except PluginError as error:
            self._broken[name] = self._unusable[name] = str(error)
            return
        if not classes:
            self._unusable[name] = nothing_in(ran, file.path)
        for cls in classes:
            self._classes.setdefault(snake(cls.__name__), (cls, file))
        if len(classes) > 1 and name not in self._classes:
            several = ", ".join(snake(cls.__name__) for cls in classes)
            self._unusable[name] = f"{file.path}: there are several plugins in it; name one: {several}"
        if len(classes) == 1:
            self._classes.setdefault(name, (classes[0], file))


class _Forbidden(PluginError):
    """The owner's list of plugins does not have it."""


def _ours(file: PluginFile | None) -> bool:
    """What came with the daemon needs no looking at, which takes some milliseconds."""
    return file is not None and file.source == "shipped"


def _made(cls: type[Plugin], entry: PluginEntry) -> tuple[Plugin, tuple[Tool, ...]]:
    plugin = configured(cls, entry)
    if not plugin.begun:
        raise PluginError(
            f"{faults.class_place(cls)}: its __init__ must begin with super().__init__(**settings)"
        )
    for _, method in methods(cls):
        if "hears_topics" in vars(method):
            check_listener(method)
    return plugin, tuple(plugin.tools())


def configured(cls: type[Plugin], entry: PluginEntry) -> Plugin:
    """An instance with checked settings.

    Raises:
        NotConfigured: a setting is missing.
        ConfigError: a setting is unknown or of another type.
    """
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {
        setting: (_checked_type(hints[setting]), ... if default is REQUIRED else default)
        for setting, default in cls.settings_declared.items()
    }
    model = create_model(
        entry.name,
        __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True, validate_default=True),
        **fields,
    )
    try:
        values = model.model_validate(dict(entry.settings)).model_dump(exclude_unset=True)
    except ValidationError as error:
        _check_defaults(cls, error, entry)
        mistake = entry.invalid(error, fields)
        if all(one["type"] == "missing" and len(one["loc"]) == 1 for one in error.errors()):
            raise NotConfigured(str(mistake)) from error
        raise mistake from error
    return cls(**values)


def _check_defaults(cls: type[Plugin], error: ValidationError, entry: PluginEntry) -> None:
    """What is wrong with a default is its author's mistake, not the owner's."""
    for one in error.errors():
        name = str(one["loc"][0])
        if one["type"] not in ("missing", "extra_forbidden") and name not in entry.settings:
            hint = get_type_hints(cls)[name]
            wanted = getattr(hint, "__name__", str(hint))
            default = cls.settings_declared[name]
            place = f"{faults.class_place(cls, name)}: the setting {name!r} is {wanted}, and"
            if isinstance(default, property) or inspect.isroutine(default):
                kind = given.kind_of(default)
                instead = (
                    f"`{name}: {wanted} = state()`"
                    if kind == "the function state"
                    else "another name for one of them"
                )
                raise PluginError(f"{place} {kind} besides; write {instead}") from error
            instead = (
                f"`{name}: {wanted} | None = None`" if default is None else f"a default that is {wanted}"
            )
            raise PluginError(f"{place} its default is {default!r}; write {instead}") from error


def _checked_type(hint: Any) -> Any:
    """The vocabulary's marks in pydantic's words, so that a setting's range counts like a parameter's."""
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, Range):
            hint = Annotated[hint, Field(ge=mark.low, le=mark.high)]
        if isinstance(mark, Choice):
            hint = Literal[mark.options]
    return hint
