"""Reads a plugin's source for what authors get wrong; nothing of it is run."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.author import blocking, memory, slips
from assistant.home.topics import problem_with_filter, problem_with_sending
from assistant.plugin import PLACEHOLDER

UNITS = {
    "%": "percent", "C": "degrees Celsius", "°C": "degrees Celsius", "c": "degrees Celsius",
    "F": "degrees Fahrenheit", "°F": "degrees Fahrenheit", "s": "seconds", "sec": "seconds", "min": "minutes",
    "h": "hours", "ms": "milliseconds", "W": "watts", "kW": "kilowatts", "kWh": "kilowatt hours",
    "Wh": "watt hours", "V": "volts", "A": "amperes", "lx": "lux", "m": "metres", "cm": "centimetres",
    "mm": "millimetres", "l": "litres", "L": "litres", "hPa": "hectopascals", "ppm": "parts per million",
    "dB": "decibels",
}  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """One line of a file that could be better; ``grave``: it will not work, or hurt others."""

    line: int
    text: str
    instead: str
    grave: bool = True


def _source(path: Path) -> str:
    try:
        with tokenize.open(path) as file:  # by its own coding line
            return file.read()
    except UnicodeDecodeError:  # in a comment, where Python minds nothing
        return path.read_text("utf-8", "replace")


def remarks(path: Path) -> list[Remark]:
    """What is to be said about a plugin file, in the order of its lines."""
    source = _source(path)
    module = ast.parse(source, str(path))
    found = [*_of_module(module), *blocking.remarks(module, Remark), *memory.remarks(module, Remark)]
    found += slips.remarks(module, source, Remark)
    for node in ast.walk(module):
        match node:
            case ast.ClassDef():
                found += _of_class(node)
            case ast.Call():
                found += [*_of_units(node), *_of_topics(node)]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found += _of_function(node)
            case ast.ExceptHandler():
                found += _of_handler(node)
    return sorted(set(found), key=lambda remark: (remark.line, remark.text))


def _of_module(module: ast.Module) -> Iterator[Remark]:
    if not ast.get_docstring(module):
        yield Remark(
            1, "the file has no docstring", 'write one sentence: """A pump on plain MQTT topics."""', False
        )


def _of_handler(node: ast.ExceptHandler) -> Iterator[Remark]:
    caught = node.type.id if isinstance(node.type, ast.Name) else ""
    silent = all(isinstance(each, ast.Pass | ast.Continue) for each in node.body)
    if node.type is None or caught == "BaseException" or (caught == "Exception" and silent):
        yield Remark(
            node.lineno,
            "this swallows what the house must know, even that it wants to stop",
            "catch the one exception that is meant; what you let pass is logged in one line",
        )


def _of_units(node: ast.Call) -> Iterator[Remark]:
    name = _name(node.func)
    said = [keyword.value for keyword in node.keywords if keyword.arg == "unit"] if name == "state" else []
    said += node.args[:1] if name == "Unit" else []
    for each in said:
        if isinstance(each, ast.Constant) and each.value in UNITS:
            yield Remark(
                each.lineno,
                f"the unit {each.value!r} is read aloud as it is written",
                f'write it as it is spoken: "{UNITS[each.value]}"',
            )


def _of_topics(node: ast.Call) -> Iterator[Remark]:
    name = _name(node.func)
    if name not in ("publish", "hears"):
        return
    for each in node.args[: 1 if name == "publish" else None]:
        if isinstance(each, ast.JoinedStr) and name == "publish":
            yield Remark(
                each.lineno,
                "the topic is put together from values: one with a / or a wildcard leads elsewhere",
                'write a template of settings, "cmnd/{topic}/POWER", without the f',
            )
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            filled = PLACEHOLDER.sub("x", each.value)
            problem = (problem_with_sending if name == "publish" else problem_with_filter)(filled)
            if problem:
                yield Remark(each.lineno, f"the topic {each.value!r} {problem}", "write the whole topic")
            elif filled.startswith(("#", "+/#")) and name == "hears":
                yield Remark(
                    each.lineno, "it hears everything that is said in the home", 'begin with "{topic}/"'
                )
            elif filled.startswith("/"):
                what = f"the topic {each.value!r} begins with an empty level"
                yield Remark(each.lineno, what, "leave the first / out", False)


def _of_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Remark]:
    marks = {_name(mark.func if isinstance(mark, ast.Call) else mark) for mark in node.decorator_list}
    if not marks & {"tool"}:
        return
    calls = {_name(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    if "publish" in calls and "confirm" not in calls:
        yield Remark(
            node.lineno,
            f"{node.name} says that it is done, whether or not the device has reported so",
            "await self.confirm(lambda: self.on) after publish",
            False,
        )


def _of_class(node: ast.ClassDef) -> Iterator[Remark]:
    states = {
        part.target.id: part
        for part in node.body
        if isinstance(part, ast.AnnAssign)
        and isinstance(part.target, ast.Name)
        and isinstance(part.value, ast.Call)
        and _name(part.value.func) == "state"
    }
    written = {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
    }
    sets_by_name = any(
        isinstance(each, ast.Call) and _name(each.func) == "setattr" for each in ast.walk(node)
    )
    for name, part in states.items():
        if name not in written and not sets_by_name:
            yield Remark(
                part.lineno,
                f"the state {name!r} is never set",
                f"set self.{name} in a method with @hears, or leave it out",
            )
        if "None" not in ast.unparse(part.annotation) and "Optional" not in ast.unparse(part.annotation):
            written_as = ast.unparse(part.annotation)
            yield Remark(
                part.lineno,
                f"the state {name!r} is None until the device has reported",
                f"write `{name}: {written_as} | None = state()`",
                False,
            )
    yield from _of_settings(node)


def _of_settings(node: ast.ClassDef) -> Iterator[Remark]:
    """Settings that commands go to, and that nobody has said to be topics."""
    used: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and _name(each.func) == "publish" and each.args:
            first = each.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                used |= set(PLACEHOLDER.findall(first.value))
    for part in node.body:
        if (
            isinstance(part, ast.AnnAssign)
            and isinstance(part.target, ast.Name)
            and part.target.id in used
            and ast.unparse(part.annotation) == "str"
        ):
            yield Remark(
                part.lineno,
                f"commands go to the setting {part.target.id!r}, which may hold anything",
                f"write `{part.target.id}: Topic`: wildcards are refused then",
                False,
            )


def _name(node: ast.expr) -> str:
    """``publish`` of ``self.publish``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
