"""Reads a plugin's source for slips of the pen: they load, and do not what their author meant."""

from __future__ import annotations

import ast
import builtins
import difflib
import symtable
from collections.abc import Callable, Iterator
from typing import TypeVar

from assistant.api import Device
from assistant.api.pictures import Display
from assistant.plugin import PLACEHOLDER, Plugin
from assistant.remedies import of_attribute

R = TypeVar("R")
Tell = Callable[..., R]

AWAITED = {
    "self": {"publish", "confirm", "say"},
    "storage": {"get", "set", "delete", "all"},
    "http": {"get", "post"},
    "": {"say", "announce", "ask", "tell", "look", "snapshot", "ring", "hush", "listen"},
    "asyncio": {"sleep", "to_thread", "open_connection", "create_subprocess_exec"},
}
"""What must be awaited: by whose it is."""
BASES = {"Plugin": Plugin, "Device": Device, "Display": Display}
SETTERS = ("tool", "every", "at", "when")
PRIVATE = "write what you need from it with assistant.api: all else may change any day"


def remarks(module: ast.Module, source: str, remark: Tell[R]) -> Iterator[R]:
    """One for each slip, in no order."""
    yield from _never_awaited(module, remark)
    yield from _unknown_names(module, source, remark)
    yield from _replaced(module, remark)
    yield from _twice(module, "the file", remark)
    for node in ast.walk(module):
        match node:
            case ast.ClassDef():
                yield from _twice(node, node.name, remark)
                yield from _reports(node, remark)
                yield from _slots(node, remark)
                yield from _attributes(node, remark)
                yield from _hosts(node, remark)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _unfilled(node, remark)
            case ast.ImportFrom(module=str(name)) if _private(name):
                yield remark(node.lineno, f"{name} is the house's own", PRIVATE, False)
            case ast.Import(names=names):
                for each in names:
                    if _private(each.name):
                        yield remark(node.lineno, f"{each.name} is the house's own", PRIVATE, False)


def _private(name: str) -> bool:
    return name.startswith("assistant.") and f"{name}.".partition("assistant.")[2].partition(".")[0] not in (
        "api",
        "testing",
    )


def _never_awaited(module: ast.Module, remark: Tell[R]) -> Iterator[R]:
    """Calls of coroutines whose result is dropped, or used as if it were there already."""
    own = {
        f"self.{part.name}"
        for kind in ast.walk(module)
        if isinstance(kind, ast.ClassDef)
        for part in kind.body
        if isinstance(part, ast.AsyncFunctionDef)
    } | {each.name for each in module.body if isinstance(each, ast.AsyncFunctionDef)}
    imported = {
        each.name
        for node in module.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("assistant.api")
        for each in node.names
    }
    for node in ast.walk(module):
        for call in _used_at_once(node):
            name = ast.unparse(call.func)
            if name in own or _coroutine(call.func, imported):
                yield remark(
                    call.lineno, f"{name}() is not awaited: it does nothing", f"write `await {name}(…)`"
                )


def _used_at_once(node: ast.AST) -> Iterator[ast.Call]:
    """Calls whose value is dropped, compared, joined, looked into or kept under a name of its own."""
    used: list[ast.expr | None]
    match node:
        case ast.Expr(value=value) | ast.Assign(value=value) | ast.Attribute(value=value):
            used = [value]
        case ast.FormattedValue(value=value) | ast.Subscript(value=value) | ast.UnaryOp(operand=value):
            used = [value]
        case ast.BinOp(left=left, right=right):
            used = [left, right]
        case ast.Compare(left=left, comparators=others):
            used = [left, *others]
        case ast.If(test=value) | ast.While(test=value):
            used = [value]
        case _:
            used = []
    yield from (each for each in used if isinstance(each, ast.Call))


def _coroutine(called: ast.expr, imported: set[str]) -> bool:
    match called:
        case ast.Name(id=name):
            return name in AWAITED[""] & imported
        case ast.Attribute(value=ast.Name(id=("self" | "asyncio") as owner), attr=name):
            return name in AWAITED[owner]
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=owner), attr=name):
            return name in AWAITED.get(owner, ())
    return False


def _unknown_names(module: ast.Module, source: str, remark: Tell[R]) -> Iterator[R]:
    """Names that nothing in the file makes; a star import may bring any."""
    if any(isinstance(n, ast.ImportFrom) and any(a.name == "*" for a in n.names) for n in ast.walk(module)):
        return
    top = symtable.symtable(source, "plugin", "exec")
    made = {each.get_name() for each in top.get_symbols() if each.is_assigned() or each.is_imported()}
    made |= {each.get_name() for each in top.get_symbols() if each.is_namespace()}
    made |= {*vars(builtins), "__file__", "__name__", "__path__", "__doc__"}
    unknown = {name for table in _tables(top) for name in _looked_up(table)} - made
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in unknown:
            yield remark(
                node.lineno, f"nothing here is called {node.id!r}", "import it, or mend its spelling"
            )


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _looked_up(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that are looked for among those of the file."""
    for symbol in table.get_symbols():
        if symbol.is_referenced() and symbol.is_global() and not symbol.is_assigned():
            yield symbol.get_name()


def _replaced(module: ast.Module, remark: Tell[R]) -> Iterator[R]:
    """Functions of others that are replaced: while a plugin runs, the house does not look for that."""
    modules = {
        (each.asname or each.name).partition(".")[0]
        for node in ast.walk(module)
        if isinstance(node, ast.Import)
        for each in node.names
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Attribute) and _root(target) in modules:
                what = f"{ast.unparse(target)} is not this plugin's: all others would use what stands there"
                yield remark(node.lineno, what, "call your own function instead")


def _root(node: ast.expr) -> str:
    """``json`` of ``json.decoder.scanstring``."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _twice(node: ast.ClassDef | ast.Module, name: str, remark: Tell[R]) -> Iterator[R]:
    seen: dict[str, int] = {}
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            property_of = any(isinstance(mark, ast.Attribute) for mark in part.decorator_list)  # @x.setter
            if part.name in seen and not property_of:
                lost = f"takes the place of the one in line {seen[part.name]}"
                yield remark(part.lineno, f"{name} has {part.name} twice: this one {lost}", "rename one")
            seen[part.name] = part.lineno


def _reports(node: ast.ClassDef, remark: Tell[R]) -> Iterator[R]:
    """Reports that are kept where they do not count, and reports that no device has made."""
    fields = [
        each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    states = {
        ast.unparse(f.target) for f in fields if f.value is not None and "state(" in ast.unparse(f.value)
    }
    device = states or "Device" in map(ast.unparse, node.bases)
    settings = {ast.unparse(f.target): ast.unparse(f.annotation) for f in fields} if device else {}
    for part in node.body:
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        marks = {_mark(each) for each in part.decorator_list}
        for each in ast.walk(part):
            match each:
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                    if "tool" in marks and name in states:
                        what = f"{part.name} sets {name!r} itself: only what the device reports is so"
                        yield remark(each.lineno, what, f"await self.confirm(lambda: self.{name} == …)")
                    elif "hears" in marks and name in settings.keys() - states:
                        kind = settings[name].removesuffix(" | None")
                        what = f"{name!r} is a setting, and what is reported goes into it"
                        yield remark(each.lineno, what, f"write `{name}: {kind} | None = state()`")
                case ast.Call(func=ast.Attribute(attr="confirm"), args=[ast.Attribute() | ast.Compare(), *_]):
                    asked = ast.unparse(each.args[0])
                    what = f"confirm({asked}) is given what is so now, not what to wait for"
                    yield remark(each.lineno, what, f"write `confirm(lambda: {asked})`")


def _slots(node: ast.ClassDef, remark: Tell[R]) -> Iterator[R]:
    """Templates of topics that name no setting; only where the class says itself what it has."""
    if [ast.unparse(base) for base in node.bases] not in (["Plugin"], ["Device"]):
        return
    known = {ast.unparse(part.target) for part in node.body if isinstance(part, ast.AnnAssign)}
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Attribute(attr="publish"), args=[ast.Constant(value=str(topic)), *_]):
                for name in PLACEHOLDER.findall(topic):
                    if name not in known | {"name", "area", "kind"}:
                        near = difflib.get_close_matches(name, known, 1)
                        instead = f"write {{{near[0]}}}" if near else f"write `{name}: Topic` into the class"
                        yield remark(
                            call.lineno, f"{topic!r} names {name!r}, which is not a setting", instead
                        )


def _attributes(node: ast.ClassDef, remark: Tell[R]) -> Iterator[R]:
    """Attributes that nobody makes; only where all that the class inherits is known."""
    base = BASES.get(", ".join(ast.unparse(each) for each in node.bases))
    if base is None:
        return
    inner = [*ast.walk(node)]
    made = {part.name for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)}
    made |= {ast.unparse(part.target) for part in node.body if isinstance(part, ast.AnnAssign)}
    made |= {ast.unparse(each) for part in node.body for each in getattr(part, "targets", [])}
    mine = [each for each in inner if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "self"]
    made |= {each.attr for each in mine if isinstance(each.ctx, ast.Store)} | {
        *dir(base),
        *base.settings_declared,
    }
    if "__getattr__" in made or any(
        isinstance(each, ast.Call) and _mark(each) == "setattr" for each in inner
    ):
        return
    for each in mine:
        if each.attr not in made and not each.attr.startswith("_"):
            instead = of_attribute(each.attr, made) or "set it in __init__, or mend its spelling"
            yield remark(each.lineno, f"{node.name} has no {each.attr!r}", instead)


def _hosts(node: ast.ClassDef, remark: Tell[R]) -> Iterator[R]:
    assigned = [ast.unparse(each) for part in node.body for each in getattr(part, "targets", [])]
    assigned += [ast.unparse(part.target) for part in node.body if isinstance(part, ast.AnnAssign)]
    for each in ast.walk(node):
        if (
            isinstance(each, ast.Attribute)
            and ast.unparse(each) == "self.http"
            and "http_hosts" not in assigned
            and [ast.unparse(base) for base in node.bases] in (["Plugin"], ["Device"])
        ):
            instead = 'name its host: http_hosts = ("api.example.org",), or ("{url}",) for the setting url'
            yield remark(each.lineno, f"{node.name} may speak to no host", instead)


def _unfilled(node: ast.FunctionDef | ast.AsyncFunctionDef, remark: Tell[R]) -> Iterator[R]:
    """Text that is meant to be filled in, and has no ``f`` before it."""
    if not {_mark(each) for each in node.decorator_list} & {*SETTERS}:
        return
    given = {each.arg for each in node.args.args}
    topics = {
        id(call.args[0])
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and call.args and _mark(call) == "publish"
    }
    formatted = {
        id(inner) for each in ast.walk(node) if isinstance(each, ast.JoinedStr) for inner in ast.walk(each)
    }
    for part in node.body:
        for each in ast.walk(part):
            if (
                isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and id(each) not in topics | formatted
            ):
                slots = [
                    name for name in ("self.", *(f"{name}}}" for name in given)) if f"{{{name}" in each.value
                ]
                if slots:
                    what = "this is said as it stands, with its braces"
                    yield remark(each.lineno, what, f'write an f before it: f"{each.value[:60]}"')


def _mark(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )
