"""Running a plugin file under a private name, and finding the plugins in it."""

from __future__ import annotations

import importlib.util
import inspect
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from assistant import faults
from assistant.errors import PluginError
from assistant.plugin import Plugin
from assistant.reacting import Mark, marked_functions
from assistant.tools.declaring import where
from assistant.tools.table import Tool

PREFIX = faults.PRIVATE
"""Before the name of a plugin file's module, so that it hides no other."""


PACKAGES: set[str] = set()
"""Installed packages whose code is a plugin's."""


def theirs(module: str) -> str:
    """Whose a module is: the plugin module it belongs to, "" when it is ours."""
    root = module.partition(".")[0]
    return root if root.startswith(PREFIX) or root in PACKAGES else ""


class FunctionPlugin(Plugin):
    """A file of bare functions that bear marks, as a plugin."""

    module: ClassVar[ModuleType]

    @property
    def title(self) -> str:
        return Path(self.module.__file__ or "functions").stem

    def tools(self) -> list[Tool]:
        """The module's own marked functions."""
        return [
            Tool(mark.declared(function), function, self.title)
            for function in _functions(self.module)
            if (mark := vars(function).get("tool_mark")) is not None
        ]

    def reactions(self) -> list[tuple[Mark, Callable[..., Any]]]:
        return [*super().reactions(), *marked_functions(_functions(self.module))]


def _functions(module: ModuleType) -> list[Callable[..., Any]]:
    """The functions that a module itself, or a part of it, defines."""
    own = f"{module.__name__}."
    found = [value for value in vars(module).values() if inspect.isfunction(value)]
    return [function for function in found if f"{function.__module__}.".startswith(own)]


def module_name(path: Path) -> str:
    """The private name of a plugin file's module."""
    return f"{PREFIX}{path.parent.name if path.name == '__init__.py' else path.stem}"


def import_file(path: Path) -> ModuleType:
    """Run a plugin file under a private module name; one that fails leaves the one before in its place.

    Raises:
        PluginError: with file, line and the error as its author would want to read it.
    """
    name = module_name(path)
    inside = [str(path.parent)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path}: cannot be read as a plugin file")
    module = importlib.util.module_from_spec(spec)
    # What a plugin prints would stand among the daemon's own lines, which scripts read.
    vars(module)["print"] = _printer(name)
    before = {known: sys.modules.pop(known) for known in _modules(name)}
    sys.modules[name] = module
    try:
        _run(spec.loader.exec_module, module, path)
    except BaseException:
        for known in _modules(name):
            del sys.modules[known]
        sys.modules.update(before)
        raise
    return module


def _run(run: Callable[[ModuleType], None], module: ModuleType, path: Path) -> None:
    try:
        run(module)
    except PluginError as error:
        if str(path.parent) in str(error):
            raise
        raise PluginError(f"{faults.place(error, module.__name__) or path}: {error}") from error
    except BaseException as error:
        where = faults.place(error, module.__name__) or _first_nul(path)
        raise PluginError(f"{where}: {faults.named(error)}") from error


def _first_nul(path: Path) -> str:
    """The place of a zero byte, of which Python does not say where it is; else the file."""
    try:
        before, nul, _ = path.read_bytes().partition(b"\0")
    except OSError:
        return str(path)
    return f"{path}:{before.count(10) + 1}" if nul else str(path)


def _modules(name: str) -> list[str]:
    # A copy: the SDK, or a plugin that was given up, imports in a thread meanwhile.
    return [known for known in list(sys.modules) if known == name or known.startswith(f"{name}.")]


def put_back(name: str, modules: dict[str, ModuleType]) -> None:
    """After all, the modules of before: the new version of the file cannot be used."""
    for known in _modules(name):
        del sys.modules[known]
    sys.modules.update(modules)


def modules_of(name: str) -> dict[str, ModuleType]:
    """The module of a plugin and its parts, as they are now."""
    return {known: sys.modules[known] for known in _modules(name)}


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
    if any({"tool_mark", "reactions"} & set(vars(function)) for function in _functions(module)):
        stem = module.__name__.removeprefix(PREFIX).rpartition(".")[2]
        name = "".join(part.title() for part in stem.split("_"))
        yield type(name, (FunctionPlugin,), {"module": module, "__module__": module.__name__})


def nothing_in(module: ModuleType, path: Path) -> str:
    """Why a file has no plugin in it: as like as not, the marks are in the wrong place."""
    for kind in (value for value in vars(module).values() if isinstance(value, type)):
        if kind.__module__ == module.__name__ and any(map(_marked, vars(kind).values())):
            place = faults.class_place(kind)
            return f"{place}: class {kind.__name__} is no plugin; write `class {kind.__name__}(Plugin)`"
    for function in _functions(module):
        if "hears_topics" in vars(function):
            return (
                f"{where(function)}: {function.__name__} hears, which only a method can; put it into a Plugin"
            )
    return f"{path}: there is no plugin in it: no Plugin, Device or marked function"


def _marked(value: object) -> bool:
    return inspect.isfunction(value) and bool({"tool_mark", "hears_topics", "reactions"} & set(vars(value)))


def snake(name: str) -> str:
    """``TasmotaLamp`` → ``tasmota_lamp``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _printer(name: str) -> Callable[..., None]:
    log = logging.getLogger(name)

    def printed(*values: object, sep: str | None = " ", **_where: object) -> None:
        log.warning("%s: %s", name.removeprefix(PREFIX), (" " if sep is None else sep).join(map(str, values)))

    return printed
