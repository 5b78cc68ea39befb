"""Changing single values in the text of a configuration: comments, order and all else stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from assistant.config.mistakes import KeyPath

INDENT = 2
WORD = re.compile(r"[A-Za-z][\w-]*")


def edited(text: str, values: Mapping[KeyPath, Any]) -> str:
    """The text with these values at these paths; a key that is not there is added to its section.

    ``text`` must be a configuration that can be read.
    """
    for path, value in values.items():
        text = _set(text, path, value)
    return text


def _set(text: str, path: KeyPath, value: Any) -> str:
    node, key = yaml.compose(text, Loader=yaml.SafeLoader), None
    for depth, name in enumerate(path):
        found = _child(node, str(name))
        if found is None:
            names = [str(each) for each in path[depth:]]
            return _inside(text, key, node, names, value) if key else _at_the_end(text, names, value)
        key, node = found
    assert key is not None, "a path has at least one name"
    return text if _plain(node) == value else _replaced(text, key, node, value)


def _child(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((pair for pair in node.value if str(pair[0].value) == name), None)


def _plain(node: yaml.Node | None) -> Any:
    return yaml.SafeLoader("").construct_document(node) if node is not None else None


def _replaced(text: str, key: yaml.Node, node: yaml.Node | None, value: Any) -> str:
    colon = text.index(":", key.end_mark.index) + 1
    end = _end(text, node, colon)
    if isinstance(value, list) and len(value) > 1:
        column = key.start_mark.column + INDENT
        return text[:colon] + "".join(f"\n{' ' * column}- {_written(each)}" for each in value) + text[end:]
    return f"{text[:colon]} {_written(value)}{text[end:]}"


def _end(text: str, node: yaml.Node | None, colon: int) -> int:
    """Where a value ends. A block's own mark stands behind the comments after it, which are the next's."""
    if node is None or node.end_mark.index <= colon:
        return colon
    end: int = node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        lines = text[colon:end].splitlines(keepends=True)
        while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            end -= len(lines.pop())
        return end - text[:end].endswith("\n")
    return end


def _at_the_end(text: str, names: list[str], value: Any) -> str:
    before = f"{text.rstrip()}\n\n" if text.strip() else ""
    return before + _nested(names, value, 0)


def _inside(text: str, key: yaml.Node, node: yaml.Node | None, names: list[str], value: Any) -> str:
    """As the first of a section; one that is empty or in braces is written anew."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        first = node.value[0][0].start_mark
        line = first.index - first.column
        return text[:line] + _nested(names, value, first.column) + text[line:]
    for name in reversed(names):
        value = {name: value}
    return _replaced(text, key, node, {**(_plain(node) or {}), **value})


def _nested(names: list[str], value: Any, column: int) -> str:
    lines = [f"{' ' * (column + INDENT * depth)}{name}:" for depth, name in enumerate(names)]
    return "\n".join(lines) + f" {_written(value)}\n"


def _written(value: Any) -> str:
    """A value on one line. JSON is YAML, and leaves no doubt about what is a text."""
    if isinstance(value, str) and WORD.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
