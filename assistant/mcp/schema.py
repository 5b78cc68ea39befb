"""What a server says of its tool → a declaration, or why there is none. Nothing in it is believed."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.config import McpTool
from assistant.errors import PluginError
from assistant.mcp.words import cleaned, described
from assistant.tools.declaring import SLOT
from assistant.tools.schema import Declaration, Parameter
from assistant.tools.vocabulary import Risk

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,47}")
PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,47}")
LONGEST_TEXT, LONGEST_PARAMETER_TEXT = 400, 160
MOST_PARAMETERS, MOST_OPTIONS, DEEPEST = 20, 40, 4
LONGEST_OPTION = 60
LARGEST = 10**15
TYPES = ("string", "integer", "number", "boolean")


class _Undeclared(Exception):
    """Why a part of a schema cannot be told to a brain."""


def declared(name: str, description: str, schema: object, *, read_only: bool, wish: McpTool) -> Declaration:
    """One tool as the brain is told of it.

    Raises:
        PluginError: with what cannot be declared.
    """
    own = re.sub(r"[.\-/]", "_", name)
    if not NAME.fullmatch(own):
        raise PluginError(f"tool {cleaned(name, 40)!r}: its name cannot be told to a brain")
    try:
        if not isinstance(schema, Mapping):
            raise _Undeclared("its parameters are no JSON Schema")
        parameters = _Reader(schema).members(schema, DEEPEST)
    except _Undeclared as error:
        raise PluginError(f"tool {own}: {error}") from error
    risk = Risk[wish.risk.upper()] if wish.risk else (Risk.COMFORT if read_only else Risk.COSTLY)
    known = {parameter.name for parameter in parameters}
    for phrase in wish.phrases:
        if wrong := [slot for slot in SLOT.findall(phrase) if slot and slot not in known]:
            raise PluginError(
                f"tool {own}: the phrase {phrase!r} has a slot {{{wrong[0]}}}; "
                f"its parameters are {', '.join(sorted(known)) or 'none'}"
            )
    text = described(description, LONGEST_TEXT) or own.replace("_", " ")
    return Declaration(own, text, parameters, risk, tuple(wish.phrases), wish.slow)


def named_apart(told: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Documents by names that people can say; two of one name get a number each."""
    found: dict[str, str] = {}
    for title, uri in told[:MOST_OPTIONS]:
        name = described(title, LONGEST_OPTION) or "document"
        same = next(n for n in itertools.count(1) if (name if n == 1 else f"{name} {n}") not in found)
        found[name if same == 1 else f"{name} {same}"] = uri
    return found


def reading(name: str, title: str, documents: Iterable[str], wish: McpTool) -> Declaration:
    """The tool that reads one of a server's documents."""
    risk = Risk[wish.risk.upper()] if wish.risk else Risk.COMFORT
    options = tuple(documents)
    which = Parameter("document", "string", "Which one.", options=options, required=True)
    return Declaration(
        name, f"Read a document of the {title}.", (which,), risk, tuple(wish.phrases), wish.slow
    )


class _Reader:
    """Reads the schema of one tool; ``#/$defs`` are looked up in its root."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def members(self, schema: Mapping[str, Any], deep: int) -> tuple[Parameter, ...]:
        properties, needed = schema.get("properties") or {}, schema.get("required") or []
        if not isinstance(properties, Mapping) or not isinstance(needed, list):
            raise _Undeclared("its parameters are no JSON Schema")
        if unknown := [each for each in needed if not isinstance(each, str) or each not in properties]:
            raise _Undeclared(f"it needs {cleaned(str(unknown[0]), 40)!r} and does not say what that is")
        if len(properties) > MOST_PARAMETERS:
            raise _Undeclared(f"it has more than {MOST_PARAMETERS} parameters")
        found = []
        for name, told in properties.items():
            try:
                found.append(replace(self._parameter(name, told, deep), required=name in needed))
            except _Undeclared as error:
                if name in needed:  # what may be left out is left out
                    raise _Undeclared(f"parameter {cleaned(str(name), 40)!r}: {error}") from error
        return tuple(found)

    def _parameter(self, name: str, told: object, deep: int) -> Parameter:
        if not PARAMETER.fullmatch(name):
            raise _Undeclared("its name cannot be told to a brain")
        schema = self._one(told, deep)
        text = schema.get("description")
        words = described(text, LONGEST_PARAMETER_TEXT) if isinstance(text, str) else ""
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((each for each in kind if each != "null"), None)
        if kind is None and "enum" in schema:
            kind = "string"
        if kind == "array":
            items = self._parameter("item", schema.get("items"), deep - 1)
            return Parameter(name, "array", words, items=items)
        if kind == "object":
            fields = self.members(schema, deep - 1)
            if not fields:
                raise _Undeclared("an object of any shape cannot be told to a brain")
            return Parameter(name, "object", words, fields=fields)
        if kind not in TYPES:
            raise _Undeclared(f"its type {cleaned(str(kind), 40)} cannot be told to a brain")
        options = _options(schema, str(kind))
        low, high = _limit(schema.get("minimum")), _limit(schema.get("maximum"))
        return Parameter(name, str(kind), words, options=options, low=low, high=high)

    def _one(self, told: object, deep: int) -> Mapping[str, Any]:
        """The schema itself: what it refers to, and the one that is not null."""
        if deep <= 0:
            raise _Undeclared("it is nested too deeply")
        if not isinstance(told, Mapping):
            raise _Undeclared("it has no JSON Schema")
        if isinstance(place := told.get("$ref"), str):
            section, _, name = place.removeprefix("#/").partition("/")
            defined = self._root.get(section)
            inner = defined.get(name) if isinstance(defined, Mapping) else None
            return {**self._one(inner, deep - 1), **_own_words(told)}
        for union in ("anyOf", "oneOf", "allOf"):
            if isinstance(parts := told.get(union), list):
                real = [part for part in parts if part != {"type": "null"}]
                if len(real) != 1:
                    raise _Undeclared("it may be of several types")
                return {**self._one(real[0], deep - 1), **_own_words(told)}
        return told


def _own_words(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": told["description"]} if "description" in told else {}


def _options(schema: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    told = schema.get("enum")
    if told is None:
        return ()
    if kind != "string" or not isinstance(told, list):
        raise _Undeclared("only words can be chosen from")
    options = tuple(each for each in told if isinstance(each, str))
    fine = all(option and cleaned(option, LONGEST_OPTION) == option for option in options)
    if not options or len(options) > MOST_OPTIONS or not fine:
        raise _Undeclared("what can be chosen is too much, or no words")
    return options


def _limit(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST:
        return None
    return value if math.isfinite(value) else None
