"""Reads a plugin's source for what it remembers where others share it, or where nobody keeps it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeVar

R = TypeVar("R")
Tell = Callable[..., R]
Function = ast.FunctionDef | ast.AsyncFunctionDef

BASES = {"Plugin", "Device", "Display", "Captioner"}
"""What a class with settings is made of."""
MAKERS = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict"}
CHANGES = {
    "append", "appendleft", "extend", "insert", "add", "update", "setdefault",
    "pop", "popleft", "popitem", "remove", "discard", "clear", "sort", "reverse",
}  # fmt: skip
"""Methods that change what they are called on."""


def remarks(module: ast.Module, remark: Tell[R]) -> Iterator[R]:
    """One for each thing that a class shares among its plugins, and for each setting that is changed."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield from _shared(node, remark)
            yield from _unkept(node, remark)


def _shared(node: ast.ClassDef, remark: Tell[R]) -> Iterator[R]:
    """Lists and the like that belong to the class, and that one of its plugins changes for all."""
    changed = {name for part in _methods(node) for _, name in _changes(part, {"self", "cls", node.name})}
    own = {name for part in _methods(node) for _, name in _set(part)}
    for part in node.body:
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                shared: ast.expr | None = value
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if not _is_setting(part):
                shared = value
            case _:
                continue
        if shared is not None and _can_change(shared) and name in changed - own:
            private = name if name.startswith("_") else f"_{name}"
            yield remark(
                part.lineno,
                f"all plugins of the class {node.name} share this one {name!r}, which {node.name} changes",
                f"write self.{private} = {ast.unparse(shared)} in an __init__ that begins with "
                "super().__init__(**settings)",
            )


def _unkept(node: ast.ClassDef, remark: Tell[R]) -> Iterator[R]:
    """Settings that are used to remember something: after a restart they are as the owner wrote them."""
    if not {ast.unparse(base) for base in node.bases} & BASES:
        return
    settings = {ast.unparse(part.target) for part in _annotated(node) if _is_setting(part)}
    for part in _methods(node):
        if part.name == "__init__":
            continue
        hears = any("hears" in ast.unparse(mark) for mark in part.decorator_list)  # told by itself: `slips`
        for line, name in [*_changes(part, {"self"}), *(() if hears else _set(part))]:
            if name in settings:
                yield remark(
                    line,
                    f"{name!r} is a setting, and this changes it: after a restart it is as before",
                    f"keep it in self._{name} (made in __init__), or in self.storage, which is kept for good",
                    False,
                )


def _methods(node: ast.ClassDef) -> Iterator[Function]:
    yield from (part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))


def _annotated(node: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    yield from (part for part in node.body if isinstance(part, ast.AnnAssign))


def _is_setting(part: ast.AnnAssign) -> bool:
    """Whether it is what the owner may write: ``topic: str``, no ``state()``, no ``ClassVar``."""
    return (
        not ast.unparse(part.target).startswith("_")
        and "ClassVar" not in ast.unparse(part.annotation)
        and not (part.value is not None and "state(" in ast.unparse(part.value))
    )


def _can_change(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in MAKERS
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _changes(function: Function, owners: set[str]) -> Iterator[tuple[int, str]]:
    """Line and name of each attribute of an owner whose content is changed."""
    for each in ast.walk(function):
        changed: ast.expr | None = None
        match each:
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in CHANGES:
                changed = value
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                changed = value
            case ast.AugAssign(target=target):
                changed = target
        match changed:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in owners:
                yield changed.lineno, name


def _set(function: Function) -> Iterator[tuple[int, str]]:
    """Line and name of each attribute that a function makes anew."""
    added = {id(each.target) for each in ast.walk(function) if isinstance(each, ast.AugAssign)}
    for each in ast.walk(function):
        match each:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()) if (
                id(each) not in added
            ):
                yield each.lineno, name
