"""What a plugin's file must leave alone: the names of our own classes, and other people's functions."""

from __future__ import annotations

import ast
import inspect
import locale
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any, TypeVar

from assistant.amenities import Amenities
from assistant.device import Device
from assistant.errors import PluginError
from assistant.importing import theirs
from assistant.plugin import Plugin

T = TypeVar("T")
Namespace = dict[str, Any] | MappingProxyType[str, Any]

AUTHORS = {"run", "describe", "title", "available", "own_words", "http_hosts", "kind"}
"""Of our names those that a plugin may fill in itself; its settings and tools besides."""
BASES = (Plugin, Device, Amenities)
FOUNDATIONS = ("__eq__", "__hash__", "__getattribute__", "__setattr__", "__delattr__", "__bool__", "__new__")
"""What the house does with every object without thinking of it."""
SETTINGS = {"name", "area", "aliases", "get_state"}
CORE = {"assistant", "asyncio", "builtins", "contextlib", "json", "logging", "os", "threading", "time"}
"""No library replaces functions of these for a good reason; whoever imports one that does lames the house."""
GONE = object()


def names_of_ours(kind: type[Plugin]) -> frozenset[str]:
    """Names that the house itself uses in objects of this class."""
    bases = [base for base in BASES if issubclass(kind, base)]
    defined = {name for base in bases for name in vars(base) if not name.startswith("__")}
    begun = [base.__init__.__code__ for base in bases if base is not Amenities]
    kept = {name for code in begun for name in code.co_names if name[0] == "_" != name[1]}
    return frozenset((defined | kept) - AUTHORS - SETTINGS - {"_given"})


def kept_to_itself(kind: type[Plugin], path: Path) -> None:
    """Refuse a class that takes names of ours for something of its own.

    Raises:
        PluginError: with the line, and what to write instead.
    """
    ours = names_of_ours(kind)
    _sound(kind, path)
    for file in [path] if path.name != "__init__.py" else sorted(path.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
            if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
                for line, name, written in _named(node):
                    if name in ours:
                        raise PluginError(
                            f"{file}:{line}: {written} is the house's own name in every "
                            f"{'Device' if issubclass(kind, Device) else 'Plugin'}; call yours "
                            f"{'_my' if name.startswith('_') else 'my_'}{name}"
                        )
                _awaited(node, kind, file)


def _sound(kind: type[Plugin], path: Path) -> None:
    for name in FOUNDATIONS:
        if getattr(kind, name, None) is not getattr(Plugin, name, None):
            raise PluginError(
                f"{path}: class {kind.__name__}: {name} is another than the house's own; leave it, and "
                "@dataclass, out"
            )
    if issubclass(kind, Device) and not isinstance(word := inspect.getattr_static(kind, "kind", ""), str):
        raise PluginError(f'{path}: class {kind.__name__}: kind is {word!r}; write a word, kind = "switch"')


def _named(node: ast.ClassDef) -> Iterator[tuple[int, str, str]]:
    """Line, name, and as it is written: what a class defines, and what its methods set."""
    for part in node.body:
        match part:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield part.lineno, part.name, part.name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield part.lineno, name, name
    for each in ast.walk(node):
        match each:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield each.lineno, name, f"self.{name}"


def _awaited(node: ast.ClassDef, kind: type[Plugin], file: Path) -> None:
    """What the house awaits (``run``, ``show`` of a display), an author must make async."""
    ours = [base for base in kind.__mro__ if base.__module__.startswith("assistant.")]
    for part in node.body:
        if isinstance(part, ast.AsyncFunctionDef) and part.name == "__init__":
            raise PluginError(f"{file}:{part.lineno}: __init__ is async; write `def`, and await in run()")
        if isinstance(part, ast.FunctionDef) and any(
            inspect.iscoroutinefunction(vars(base).get(part.name)) for base in ours
        ):
            raise PluginError(
                f"{file}:{part.lineno}: {part.name} is not async; write `async def {part.name}`"
            )


def harmless(work: Callable[[], T], path: Path) -> T:
    """What ``work``, an author's code in a file, returns.

    Others' functions that it has replaced, and what it has changed for the whole process, are put back.

    Raises:
        PluginError: it did that; with the line.
    """
    settings, before = [(each, each.now()) for each in PROCESS], _Names()
    try:
        result = work()
    finally:
        trespasses = [*before.put_back(path), *(_changed(each, was, path) for each, was in settings)]
        trespasses = [told for told in trespasses if told]
    if trespasses:
        raise PluginError(trespasses[0])
    return result


@dataclass(frozen=True)
class _Setting:
    """What the process has once, for all: its name, who changes it, and what to write instead."""

    what: str
    by: str
    instead: str
    now: Callable[[], Any]
    put: Callable[[Any], object]


def _folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # somebody has removed it
        return ""


def _pass_on_to(handlers: list[logging.Handler]) -> None:
    logging.root.handlers[:] = handlers


LOG = "log = logging.getLogger(__name__), and leave to the house what is shown"
PROCESS = (
    _Setting("working folder", "chdir", "whole paths, such as Path.home() / 'notes'", _folder, os.chdir),
    _Setting(
        "limit of nested calls",
        "setrecursionlimit",
        "a loop",
        sys.getrecursionlimit,
        sys.setrecursionlimit,
    ),
    _Setting("log", "disable", LOG, lambda: logging.root.manager.disable, logging.disable),
    _Setting("log", "basicConfig", LOG, lambda: list(logging.root.handlers), _pass_on_to),
    _Setting(
        "language",
        "setlocale",
        "the words out: names of days in a tuple",
        lambda: locale.setlocale(locale.LC_ALL),
        lambda was: locale.setlocale(locale.LC_ALL, was),
    ),
    _Setting(
        "patience with others",
        "setdefaulttimeout",
        "async with asyncio.timeout(10)",
        socket.getdefaulttimeout,
        socket.setdefaulttimeout,
    ),
)


def _changed(setting: _Setting, was: Any, path: Path) -> str:
    """Put it back as it was; a sentence when it was not so any more."""
    if setting.now() == was or was == "":
        return ""
    setting.put(was)
    return (
        f"{_called(setting.by, path)}: it changes the {setting.what} of the whole house ({setting.by}); that "
        f"was put back: write {setting.instead}"
    )


def _called(name: str, path: Path) -> str:
    """Where a file calls a function of that name; the file when that is somewhere else."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
            return f"{path}:{node.lineno}"
    return str(path)


class _Names:
    """Who stood where: in every module that is no plugin's, and in the classes of ours."""

    def __init__(self) -> None:
        self._modules: list[tuple[ModuleType | type, dict[str, Any]]] = [
            (module, dict(vars(module)))
            for name, module in list(sys.modules.items())
            if isinstance(module, ModuleType) and not theirs(name)
        ]
        classes = {
            value
            for module, names in self._modules
            if module.__name__.partition(".")[0] in ("assistant", "asyncio", "logging")
            for value in names.values()
            if isinstance(value, type) and not theirs(value.__module__)
        }
        self._classes: list[tuple[ModuleType | type, dict[str, Any]]] = [
            (each, dict(vars(each))) for each in classes
        ]

    def put_back(self, path: Path) -> list[str]:
        """One sentence for each thing that the code in a file has replaced; it is as it was again."""
        found: list[str] = []
        for owner, before in [*self._modules, *self._classes]:
            now: Namespace = vars(owner)
            core = isinstance(owner, ModuleType) and owner.__name__.partition(".")[0] in CORE
            for name, value in before.items():
                new = now.get(name, GONE)
                if new is value or not callable(value):
                    continue
                if _of_a_plugin(new) or (core and isinstance(value, FunctionType | BuiltinFunctionType)):
                    setattr(owner, name, value)
                    place = _place(new) or f"{path}: "
                    module = f"{owner.__module__}." if isinstance(owner, type) else ""
                    what = "takes away" if new is GONE else "puts something of its own in the place of"
                    found.append(
                        f"{place}it {what} {module}{owner.__name__}.{name}, which others use, too; "
                        "it was put back: call your own function instead"
                    )
        return found


def _of_a_plugin(value: object) -> bool:
    if isinstance(value, MethodType):
        return bool(theirs(type(value.__self__).__module__)) or _of_a_plugin(value.__func__)
    if isinstance(value, FunctionType):  # functools.wraps lends it the module of whom it wraps
        return bool(theirs(str(value.__globals__.get("__name__"))))
    modules = (getattr(value, "__module__", None), type(value).__module__)
    return any(theirs(module) for module in modules if isinstance(module, str))


def _place(value: object) -> str:
    if isinstance(value, MethodType) and not _of_a_plugin(value.__func__):
        return f"{inspect.getfile(type(value.__self__))}: "
    inner = getattr(value, "__func__", value)
    if not isinstance(inner, FunctionType):
        return ""
    return f"{inner.__code__.co_filename}:{inner.__code__.co_firstlineno}: "
